"""Witnesses: people and machines outside this one that are sent every head.

A witness is added only after a code that was sent to it came back, so that no head goes to
an address nobody reads, and nobody is sent mail who did not ask for it.
"""

import json
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from smtplib import SMTPException

from cryptography.fernet import InvalidToken
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.clock import database_now
from communities.crypto import decrypt, encrypt
from communities.enums import WitnessKind
from communities.errors import NotPermitted, Refusal, TooOften, need_reason
from communities.ledger.hashing import sha256
from communities.ledger.parcels import SIGNATURE_HEADER, parcel_signature, trial_parcel
from communities.models import Estate, User, Witness
from communities.outbound import NotDelivered, post
from communities.rules import allows

from .ledger import log_of_estate, record
from .limits import Limit
from .outbox import tell

TRIALS = Limit("witness-trial", 10, timedelta(hours=1))
CODES = Limit("witness-code", 5, timedelta(hours=1))
#: Seconds in which the code has to come back.
TRIAL_LIFE = 3600


class WitnessNotReached(Refusal):
    code = "witness-not-reached"
    message = gettext_lazy("测试没有送到。请核对地址后再试。")


class WitnessKnown(Refusal):
    code = "witness-known"
    status = 409
    message = gettext_lazy("这个地址已经是见证人。")


class WitnessCodeWrong(Refusal):
    code = "witness-code-wrong"
    message = gettext_lazy("数字不对，请向收件的人核对。")


class WitnessTrialOver(Refusal):
    code = "witness-trial-over"
    status = 409
    message = gettext_lazy("这次测试已失效，请重新发送。")


class WitnessGone(Refusal):
    code = "witness-gone"
    status = 409
    message = gettext_lazy("这位见证人已经移除。")


@dataclass(frozen=True, slots=True)
class Trial:
    """A witness to be, from the test message until the code comes back."""

    estate: int
    kind: str
    name: str
    address: str
    #: Of a webhook.
    secret: str
    code: str
    sent_at: float

    def sealed(self) -> str:
        """For the person's session: unreadable there."""
        return encrypt(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def opened(cls, token: str, estate: Estate) -> "Trial":
        """Raises :class:`WitnessTrialOver`."""
        try:
            trial = cls(**json.loads(decrypt(token.encode())))
        except (InvalidToken, ValueError, TypeError):
            raise WitnessTrialOver from None
        if trial.estate != estate.pk or time.time() - trial.sent_at > TRIAL_LIFE:
            raise WitnessTrialOver
        return trial


def _judge(actor: User, estate: Estate) -> None:
    if not allows("communities.manage_witnesses", actor, estate):
        raise NotPermitted


def try_witness(*, estate: Estate, kind: WitnessKind, name: str, address: str, actor: User) -> Trial:
    """Send a code to an address that may become a witness. Nothing is stored.

    Not in a transaction: another machine is waited for. Raises :class:`NotPermitted`,
    :class:`TooOften`, :class:`WitnessKnown`, :class:`WitnessNotReached`.
    """
    _judge(actor, estate)
    if not TRIALS.allows(str(actor.pk)):
        raise TooOften
    if is_known(estate, kind, address):
        raise WitnessKnown
    trial = Trial(
        estate=estate.pk,
        kind=kind.value,
        name=name.strip(),
        address=address.strip(),
        secret=secrets.token_urlsafe(32) if kind == WitnessKind.WEBHOOK else "",
        code=f"{secrets.randbelow(1_000_000):06d}",
        sent_at=time.time(),
    )
    try:
        if kind == WitnessKind.WEBHOOK:
            post_signed(trial.address, trial.secret, trial_parcel(estate=estate.slug, code=trial.code))
        else:
            send_mail(
                trial.address,
                _("[%(estate)s] 请确认担任树头见证人") % {"estate": estate.name},
                _(
                    "有人请您担任“%(estate)s”表决日志的见证人：以后系统会把签过名的树头发到这个邮箱，请保存。\n\n"
                    "如果您同意，请把这六位数字告诉请您的人：%(code)s\n\n不同意就不用理会这封信。"
                )
                % {"estate": estate.name, "code": trial.code},
            )
    except NotDelivered as failure:
        raise WitnessNotReached(_("测试没有送到：%(why)s") % {"why": failure}) from failure
    return trial


def add_witness(*, estate: Estate, trial: Trial, code: str, actor: User) -> Witness:
    """Enter the witness whose code came back.

    A wrong code is counted, which a refused transaction would undo. Raises
    :class:`NotPermitted`, :class:`TooOften` after five codes in an hour,
    :class:`WitnessCodeWrong`, :class:`WitnessTrialOver`, :class:`WitnessKnown`.
    """
    _judge(actor, estate)
    if not CODES.allows(str(actor.pk)):
        raise TooOften
    if trial.estate != estate.pk:
        raise WitnessTrialOver
    if not secrets.compare_digest(trial.code.encode(), code.strip().encode()):
        raise WitnessCodeWrong
    with transaction.atomic():
        Estate.objects.select_for_update(no_key=True).get(pk=estate.pk)
        if is_known(estate, WitnessKind(trial.kind), trial.address):
            raise WitnessKnown
        witness = Witness.objects.create(
            estate=estate,
            kind=trial.kind,
            name=trial.name,
            address=trial.address,
            secret=trial.secret,
            added_by=actor,
            added_at=database_now(),
        )
        _note(witness, "added", actor)
    return witness


@transaction.atomic
def remove_witness(*, witness: Witness, reason: str, actor: User) -> None:
    """Send a witness nothing more, for a reason of ten characters. That it was one stays on record.

    Raises :class:`NotPermitted`, :class:`ReasonMissing`, :class:`WitnessGone`.
    """
    witness = Witness.objects.select_for_update(of=("self",)).select_related("estate").get(pk=witness.pk)
    _judge(actor, witness.estate)
    reason = need_reason(reason)
    if witness.removed_at is not None:
        raise WitnessGone
    witness.removed_at = database_now()
    witness.save(update_fields=["removed_at"])
    witness.deliveries.filter(arrived_at__isnull=True).delete()
    _note(witness, "removed", actor, reason=sha256(reason))


def _note(witness: Witness, event: str, actor: User, **payload: str) -> None:
    record(
        log=log_of_estate(witness.estate),
        verb=f"communities.witness.{event}",
        subject=witness,
        actor=actor,
        payload={"kind": witness.kind, **payload},
    )
    tell(estate=witness.estate, topic=f"communities.witness-{event}", subject=witness.pk)


def is_known(estate: Estate, kind: WitnessKind, address: str) -> bool:
    """Whether the address is a witness already. Addresses are encrypted, so each one is opened."""
    present = Witness.objects.filter(estate=estate, kind=kind, removed_at__isnull=True)
    wanted = address.strip().casefold()
    return any(one.address.casefold() == wanted for one in present)


def post_signed(address: str, secret: str, body: str) -> None:
    """Send a webhook one parcel; raises :class:`NotDelivered`."""
    signature = parcel_signature(secret=secret, seconds=int(time.time()), body=body)
    post(address, body, {SIGNATURE_HEADER: signature})


def send_mail(address: str, subject: str, text: str, attachment: str = "") -> None:
    """Hand one letter to the mail server; raises :class:`NotDelivered`."""
    letter = EmailMessage(subject=subject, body=text, to=[address])
    if attachment:
        letter.attach("heads.json", attachment, "application/json")
    try:
        letter.send()
    except (SMTPException, OSError) as error:
        raise NotDelivered(_("邮件没有发出去（%(error)s）。") % {"error": type(error).__name__}) from None
