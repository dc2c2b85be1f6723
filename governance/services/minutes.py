"""纪要: drafted from the record, edited, confirmed by those present, signed by three parties, sealed."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from communities.clock import LOCAL_ZONE, database_now
from communities.errors import need_reason
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import LedgerEntry, User
from communities.services.outbox import tell
from communities.workdays import add_working_days
from governance.enums import (
    AgendaStatus,
    ConfirmationKind,
    MeetingStatus,
    MinutesStatus,
    Party,
    SigningMethod,
)
from governance.errors.answers import NotYourParty
from governance.errors.meetings import MeetingMoved, RecordChanged, RecordTooLong
from governance.errors.minutes import (
    ConfirmationOver,
    ConfirmedAlready,
    MinutesEmpty,
    MinutesInWork,
    MinutesMoved,
    NotAttended,
    SignedAlready,
)
from governance.minutes_document import body_of, frozen, with_confirmations
from governance.models import (
    Attendance,
    Meeting,
    Minutes,
    MinutesConfirmation,
    MinutesItem,
    MinutesSignature,
)
from governance.rules import parties_of
from governance.text import clean_text, letters

from .attendance import full_name
from .journal import enter, judge
from .meetings import lock_meeting

S = MinutesStatus
IN_WORK = (S.DRAFT, S.CONFIRMING, S.SIGNING)
LONGEST = {"opening": 3000, "closing": 3000, "discussion": 5000, "consensus": 2000, "dissent": 2000}


@transaction.atomic
def draft_minutes(*, meeting: Meeting, actor: User) -> Minutes:
    """Write minutes from what was recorded, by one button; a draft in work is not made twice.

    Raises :class:`NotPermitted`, :class:`MeetingMoved`, :class:`MinutesInWork`.
    """
    meeting = lock_meeting(meeting.pk)
    judge("governance.record_meeting", actor, meeting)
    if meeting.status != MeetingStatus.ENDED:
        raise MeetingMoved
    if meeting.minutes.exclude(status=S.DISCARDED).exists():
        raise MinutesInWork
    moment = database_now()
    minutes = _begin(meeting, actor, moment)
    for item in meeting.items.prefetch_related("positions").order_by("position"):
        skipped = item.status == AgendaStatus.SKIPPED and not (item.discussion or item.consensus)
        MinutesItem.objects.create(
            minutes=minutes,
            item=item,
            position=item.position,
            title=item.title,
            discussion="未讨论。" if skipped else item.discussion,
            positions={one.party: one.text for one in item.positions.all()},
            consensus=item.consensus,
            dissent=item.dissent,
        )
    _note(minutes, "drafted", actor, moment)
    return minutes


def _begin(
    meeting: Meeting, actor: User, moment: datetime, *, corrects: Minutes | None = None, reason: str = ""
) -> Minutes:
    newest = meeting.minutes.aggregate(version=Max("version"))["version"] or 0
    if corrects is None:
        year = moment.astimezone(LOCAL_ZONE).year
        so_far = (
            Minutes.objects.filter(meeting__estate=meeting.estate, number__contains=f"〔{year}〕")
            .values("number")
            .distinct()
            .count()
        )
        number = f"{meeting.estate.name}协〔{year}〕{so_far + 1}号"
    else:
        number = corrects.number
    return Minutes.objects.create(
        meeting=meeting,
        version=newest + 1,
        number=number,
        opening=corrects.opening if corrects else meeting.purpose,
        closing=corrects.closing if corrects else "",
        corrects=corrects,
        correction_reason=reason,
        drafted_by=actor,
        drafted_at=moment,
    )


def _lock(minutes: Minutes, actor: User, *statuses: MinutesStatus) -> Minutes:
    meeting = lock_meeting(minutes.meeting_id)
    minutes = Minutes.objects.select_for_update(of=("self",)).select_related("corrects").get(pk=minutes.pk)
    minutes.meeting = meeting
    judge("governance.edit_minutes", actor, meeting)
    if minutes.status not in statuses:
        raise MinutesMoved
    return minutes


def _words(**given: str) -> dict[str, str]:
    cleaned = {name: clean_text(text) for name, text in given.items()}
    if any(len(text) > LONGEST[name] for name, text in cleaned.items()):
        raise RecordTooLong
    return cleaned


@transaction.atomic
def change_minutes(*, minutes: Minutes, version: int, opening: str, closing: str, actor: User) -> Minutes:
    """Change what stands before and after the items, if nobody did since ``version``.

    Raises :class:`NotPermitted`, :class:`MinutesMoved`, :class:`RecordChanged`, :class:`RecordTooLong`.
    """
    minutes = _lock(minutes, actor, S.DRAFT)
    words = _words(opening=opening, closing=closing)
    if minutes.edits != version:
        raise RecordChanged
    minutes.opening, minutes.closing, minutes.edits = words["opening"], words["closing"], version + 1
    minutes.save(update_fields=["opening", "closing", "edits"])
    return minutes


@transaction.atomic
def change_minutes_item(
    *,
    item: MinutesItem,
    version: int,
    discussion: str,
    consensus: str,
    dissent: str,
    positions: Mapping[str, str],
    actor: User,
) -> MinutesItem:
    """Change what the minutes say of one item, if nobody did since ``version``. Raises as above."""
    _lock(item.minutes, actor, S.DRAFT)
    words = _words(discussion=discussion, consensus=consensus, dissent=dissent)
    item = MinutesItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.version != version:
        raise RecordChanged
    item.discussion, item.consensus, item.dissent = words["discussion"], words["consensus"], words["dissent"]
    said = {Party(party).value: clean_text(text)[:2000] for party, text in positions.items()}
    item.positions = {party: text for party, text in said.items() if text}
    item.version, item.edited_by, item.edited_at = version + 1, actor, database_now()
    item.save()
    return item


@transaction.atomic
def ask_for_confirmation(*, minutes: Minutes, actor: User) -> Minutes:
    """Put the text to those who attended, for the working days of the rules; from now on it stands.

    Raises :class:`NotPermitted`, :class:`MinutesMoved`, :class:`MinutesEmpty`.
    """
    minutes = _lock(minutes, actor, S.DRAFT)
    if any(not letters(one.discussion + one.consensus) for one in minutes.items.all()):
        raise MinutesEmpty
    moment = database_now()
    minutes.canonical, minutes.sha256 = frozen(body_of(minutes))
    minutes.confirm_until = add_working_days(moment, minutes.meeting.rule("minutes-confirm-working-days"))
    minutes.ask_confirmation()
    minutes.save()
    _note(minutes, "to-confirm", actor, moment)
    tell(
        estate=minutes.meeting.estate,
        topic="governance.minutes-to-confirm",
        subject=f"{minutes.pk}:{minutes.sha256[:16]}",
    )
    return minutes


@transaction.atomic
def take_minutes_back(*, minutes: Minutes, reason: str, actor: User) -> Minutes:
    """Open the text for editing again, before any party signed; everybody is asked anew afterwards."""
    minutes = _lock(minutes, actor, S.CONFIRMING, S.SIGNING)
    if minutes.signatures.filter(sha256=minutes.sha256).exists():
        raise MinutesMoved
    reason = need_reason(clean_text(reason))
    minutes.take_back()
    minutes.canonical = minutes.sha256 = ""
    minutes.confirm_until = None
    minutes.save()
    _note(minutes, "taken-back", actor, database_now(), reason=sha256(reason))
    return minutes


@transaction.atomic
def confirm_minutes(*, minutes: Minutes, actor: User, dissent: str = "") -> MinutesConfirmation:
    """Confirm the text as one who attended, or add a note of dissent of at least ten characters.

    Raises :class:`NotAttended`, :class:`MinutesMoved`, :class:`ConfirmationOver`,
    :class:`ConfirmedAlready`, :class:`ReasonMissing`.
    """
    # The meeting first, as everywhere, so that two locks are never taken the other way round.
    lock_meeting(minutes.meeting_id)
    minutes = Minutes.objects.select_for_update(of=("self",)).get(pk=minutes.pk)
    mine = Attendance.objects.filter(
        meeting=minutes.meeting_id, user=actor, signed_in_at__isnull=False
    ).first()
    if mine is None:
        raise NotAttended
    moment = database_now()
    if minutes.status in (S.SIGNING, S.SEALED, S.SUPERSEDED):
        raise ConfirmationOver
    if minutes.status != S.CONFIRMING or minutes.confirm_until is None:
        raise MinutesMoved
    if moment >= minutes.confirm_until:
        raise ConfirmationOver
    note = need_reason(clean_text(dissent))[:1000] if dissent.strip() else ""
    kind = ConfirmationKind.DISSENT if note else ConfirmationKind.CONFIRMED
    confirmation, is_new = MinutesConfirmation.objects.get_or_create(
        minutes=minutes,
        attendance=mine,
        sha256=minutes.sha256,
        defaults={"kind": kind, "note": note, "confirmed_at": moment},
    )
    if not is_new:
        raise ConfirmedAlready
    pk = minutes.pk
    transaction.on_commit(lambda: announce(f"minutes.{pk}"))
    return confirmation


@transaction.atomic
def end_confirmation(*, minutes: Minutes, actor: User) -> Minutes:
    """Go on to signing before the period is over, once everybody who can has answered."""
    minutes = _lock(minutes, actor, S.CONFIRMING)
    if waiting_for(minutes):
        raise MinutesMoved
    return _to_signing(minutes, actor)


def waiting_for(minutes: Minutes) -> int:
    """How many of those who attended and have an account did not answer yet."""
    attended = minutes.meeting.attendances.filter(signed_in_at__isnull=False, user__isnull=False)
    answered = minutes.confirmations.filter(sha256=minutes.sha256).values("attendance")
    return attended.exclude(pk__in=answered).count()


def end_due_confirmations() -> int:
    """Put every text to signature whose period of confirmation is over. Safe to run twice."""
    due = Minutes.objects.filter(status=S.CONFIRMING, confirm_until__lte=database_now())
    return sum(_end_due(pk) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _end_due(pk: int) -> bool:
    found = Minutes.objects.get(pk=pk)
    meeting = lock_meeting(found.meeting_id)
    minutes = Minutes.objects.select_for_update(of=("self",)).get(pk=pk)
    minutes.meeting = meeting
    over = minutes.confirm_until is not None and database_now() >= minutes.confirm_until
    if minutes.status != S.CONFIRMING or not over:
        return False
    _to_signing(minutes, None)
    return True


def _to_signing(minutes: Minutes, actor: User | None) -> Minutes:
    minutes.canonical, minutes.sha256 = frozen(with_confirmations(minutes))
    minutes.ask_signatures()
    minutes.save()
    _note(minutes, "to-sign", actor, database_now())
    tell(
        estate=minutes.meeting.estate,
        topic="governance.minutes-to-sign",
        subject=f"{minutes.pk}:{minutes.sha256[:16]}",
    )
    return minutes


@transaction.atomic
def sign_minutes(*, minutes: Minutes, party: str, method: str, sha: str, actor: User) -> Minutes:
    """Sign for a party, having proved who one is by ``method`` just now; the third signature seals.

    ``sha`` is the hash of the text that was shown. Raises :class:`NotPermitted`,
    :class:`NotYourParty`, :class:`MinutesMoved`, :class:`SignedAlready`.
    """
    meeting = lock_meeting(minutes.meeting_id)
    minutes = Minutes.objects.select_for_update(of=("self",)).select_related("corrects").get(pk=minutes.pk)
    minutes.meeting = meeting
    judge("governance.sign_minutes", actor, meeting)
    signing = Party(party)
    if signing not in Party.three() or signing not in parties_of(actor, meeting.estate):
        raise NotYourParty
    if minutes.status != S.SIGNING or minutes.sha256 != sha:
        raise MinutesMoved
    moment = database_now()
    _signature, is_new = MinutesSignature.objects.get_or_create(
        minutes=minutes,
        party=signing,
        sha256=minutes.sha256,
        defaults={
            "signed_by": actor,
            "name": full_name(actor, meeting.estate),
            "method": SigningMethod(method),
            "signed_at": moment,
        },
    )
    if not is_new:
        raise SignedAlready
    _note(minutes, "signed", actor, moment, party=signing.value)
    if minutes.signatures.filter(sha256=minutes.sha256).count() == len(Party.three()):
        _seal(minutes, moment)
    return minutes


def _seal(minutes: Minutes, moment: datetime) -> None:
    if minutes.corrects is not None:
        corrected = Minutes.objects.select_for_update(of=("self",)).get(pk=minutes.corrects.pk)
        corrected.supersede()
        corrected.save(update_fields=["status"])
    minutes.entry = _note(minutes, "sealed", None, moment)
    minutes.sealed_at = moment
    minutes.seal()
    minutes.save()
    tell(estate=minutes.meeting.estate, topic="governance.minutes-sealed", subject=minutes.pk)


@transaction.atomic
def correct_minutes(*, minutes: Minutes, reason: str, actor: User) -> Minutes:
    """Begin a new version of sealed minutes. It needs all confirmations and signatures again.

    Raises :class:`NotPermitted`, :class:`MinutesMoved`, :class:`MinutesInWork`, :class:`ReasonMissing`.
    """
    minutes = _lock(minutes, actor, S.SEALED)
    if minutes.meeting.minutes.filter(status__in=IN_WORK).exists():
        raise MinutesInWork
    reason = need_reason(clean_text(reason))[:300]
    moment = database_now()
    newer = _begin(minutes.meeting, actor, moment, corrects=minutes, reason=reason)
    names = ("item", "position", "title", "discussion", "positions", "consensus", "dissent")
    for one in minutes.items.all():
        MinutesItem.objects.create(minutes=newer, **{name: getattr(one, name) for name in names})
    _note(newer, "correction", actor, moment, reason=sha256(reason))
    return newer


@transaction.atomic
def discard_minutes(*, minutes: Minutes, reason: str, actor: User) -> Minutes:
    """Drop minutes that were not signed by anybody; they stay on record as not used."""
    minutes = _lock(minutes, actor, *IN_WORK)
    if minutes.signatures.exists():
        raise MinutesMoved
    reason = need_reason(clean_text(reason))
    minutes.corrects = None
    minutes.discard()
    minutes.save()
    _note(minutes, "discarded", actor, database_now(), reason=sha256(reason))
    return minutes


def _note(minutes: Minutes, verb: str, actor: User | None, moment: datetime, **more: str) -> LedgerEntry:
    return enter(
        estate=minutes.meeting.estate,
        verb=f"minutes.{verb}",
        subject=minutes,
        actor=actor,
        moment=moment,
        payload={"version": minutes.version, "sha256": minutes.sha256, **more},
    )
