"""Signing keys come and go in the open: each is introduced by a signed statement that stays.

Only public halves are stored. A log is sealed by the key that was introduced last; a key
that handed over to another signs nothing more, even if a process still holds it.
"""

import base64
import secrets

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from communities.clock import database_now
from communities.enums import KeyPurpose
from communities.errors import Refusal
from communities.ledger.heads import Signer
from communities.ledger.keys import key_statement
from communities.models import SigningKey


class KeyMissing(Refusal):
    """This process does not hold the private key."""

    code = "key-missing"
    status = 503
    message = _("这个进程没有签名密钥，不能封存。后台任务进程（worker）会再办。")


class KeyNotIntroduced(Refusal):
    """The key was never introduced, or another one is in its place."""

    code = "key-not-introduced"
    status = 503
    message = _("签名密钥还没有登记。请运维人员执行 manage.py sealing_key register。")


class KeySuperseded(Refusal):
    """The key has handed over to another one."""

    code = "key-superseded"
    status = 503
    message = _("签名密钥已经由新密钥接替。请运维人员把新密钥放进环境变量，再重新启动。")


class KeyAlreadyIntroduced(Refusal):
    code = "key-already-introduced"
    status = 409
    message = _("已有另一个密钥在用。更换密钥请用 rotate，由旧密钥签名交接。")


def signer_for(purpose: KeyPurpose) -> Signer | None:
    """The private key of this process for ``purpose``, if it holds one."""
    seed = {KeyPurpose.SEAL: settings.SEALING_KEY, KeyPurpose.RECEIPT: settings.RECEIPT_KEY}[purpose]
    return Signer.from_base64(seed) if seed else None


def new_seed() -> str:
    """A fresh private key, base64. It is stored nowhere."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def current_key(purpose: KeyPurpose) -> SigningKey | None:
    """The key that was introduced last for ``purpose``."""
    return SigningKey.objects.filter(purpose=purpose, successors__isnull=True).order_by("-pk").first()


def approved_signer(purpose: KeyPurpose) -> Signer:
    """This process's key for ``purpose``, if it is the one in office; introduces the very first one.

    Raises :class:`KeyMissing`, :class:`KeyNotIntroduced`, :class:`KeySuperseded`. Only an
    embedded installation introduces its first key by itself: elsewhere an operator does.
    """
    signer = signer_for(purpose)
    if signer is None:
        raise KeyMissing
    known = SigningKey.objects.filter(purpose=purpose).values_list("key_id", "successors")
    successors = dict(known)
    if signer.key_id not in successors:
        if successors or not settings.EMBEDDED:
            raise KeyNotIntroduced
        introduce_key(purpose=purpose, signer=signer)
    elif successors[signer.key_id] is not None:
        raise KeySuperseded
    return signer


def introduce_own_keys() -> None:
    """Enter the first keys of an embedded installation, which made them itself."""
    for purpose in KeyPurpose:
        signer = signer_for(purpose)
        if signer and current_key(purpose) is None:
            introduce_key(purpose=purpose, signer=signer)


@transaction.atomic
def introduce_key(*, purpose: KeyPurpose, signer: Signer, predecessor_is_lost: bool = False) -> SigningKey:
    """Enter the first key for ``purpose``; entering it again changes nothing.

    With ``predecessor_is_lost`` it takes the place of one that nobody holds any more; its
    statement says so, and everybody who relied on the old key has to decide anew. Raises
    :class:`KeyAlreadyIntroduced` where another key is in office, :class:`KeySuperseded`
    for one that was.
    """
    if known := SigningKey.objects.filter(key_id=signer.key_id).first():
        if known.successors.exists():
            raise KeySuperseded
        return known
    before = current_key(purpose)
    if before is not None and not predecessor_is_lost:
        raise KeyAlreadyIntroduced
    return _enter(purpose, signer, before, handover_by=None)


@transaction.atomic
def rotate_key(*, purpose: KeyPurpose, old: Signer, new: Signer) -> SigningKey:
    """Let ``new`` take the place of ``old``, by a statement that both sign.

    Raises :class:`KeyNotIntroduced` unless ``old`` is in office, :class:`KeyAlreadyIntroduced`
    when ``new`` was used before.
    """
    before = current_key(purpose)
    if before is None or before.key_id != old.key_id:
        raise KeyNotIntroduced
    if SigningKey.objects.filter(key_id=new.key_id).exists():
        raise KeyAlreadyIntroduced
    return _enter(purpose, new, before, handover_by=old)


def _enter(
    purpose: KeyPurpose, signer: Signer, before: SigningKey | None, *, handover_by: Signer | None
) -> SigningKey:
    moment = database_now()
    statement = key_statement(
        purpose=purpose.value,
        public_key=signer.public,
        predecessor=before.key_id if before else None,
        is_lost=before is not None and handover_by is None,
        moment=moment,
    )
    key, _created = SigningKey.objects.get_or_create(
        key_id=signer.key_id,
        defaults={
            "purpose": purpose,
            "public_key": base64.b64encode(signer.public).decode(),
            "statement": statement,
            "signature": signer.sign(statement),
            "predecessor": before,
            "predecessor_signature": handover_by.sign(statement) if handover_by else "",
            "added_at": moment,
        },
    )
    return key
