"""A candidate's way: named, supported, accepted, screened, and out again if they wish."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from communities.clock import database_now, local_day
from communities.enums import OwnerKind
from communities.errors import NotPermitted, TooOften, need_reason
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import Owner, User
from communities.queries import policies_in_force
from communities.services.limits import Limit
from communities.services.outbox import tell
from votes.candidacies import INDISPENSABLE, current_owner, find_nominee, home_of, supports_needed
from votes.enums import AssemblyStatus, CandidateStatus, Criterion, Nomination, ScreeningFinding
from votes.errors import (
    AlreadyNominated,
    AssemblyPosted,
    CandidacySettled,
    DeclarationMissing,
    NominationClosed,
    NomineeNotMatched,
    ScreeningChanged,
    ScreeningIncomplete,
    SupportNotTaken,
)
from votes.models import Candidate, Election, NominationSupport

from .assemblies import judge, lock_assembly
from .elections import note_election
from .slates import fill_ballot

#: Enough for somebody who mistypes a room, too few to read the roster by guessing.
NAMES_TRIED = Limit("nominee", 20, timedelta(days=1))


def _lock(election_id: int) -> Election:
    """The election with its assembly locked until the transaction ends."""
    election = Election.objects.get(pk=election_id)
    assembly = lock_assembly(election.assembly_id)
    # What the row says now that nobody else can change it.
    election.refresh_from_db()
    election.assembly = assembly
    return election


def _lock_candidate(pk: int) -> Candidate:
    candidate = Candidate.objects.select_related("election").get(pk=pk)
    election = _lock(candidate.election_id)
    candidate = Candidate.objects.select_related("owner__user").get(pk=pk)
    candidate.election = election
    return candidate


def _need_draft(election: Election) -> None:
    if election.assembly.status != AssemblyStatus.DRAFT:
        raise AssemblyPosted


def match_nominee(
    *, election: Election, name: str, building: str, staircase: str, room: str, actor: User
) -> Owner:
    """The owner somebody wants to name, by name and home.

    Raises :class:`NomineeNotMatched`, and :class:`TooOften` so that nobody reads the roster
    by guessing.
    """
    if not NAMES_TRIED.allows(str(actor.pk)):
        raise TooOften
    found = find_nominee(
        election.assembly.estate,
        name=name,
        building=building,
        staircase=staircase,
        room=room,
        on=local_day(database_now()),
    )
    if found is None:
        raise NomineeNotMatched
    return found


@transaction.atomic
def stand_for_election(*, election: Election, statement: str, declared: bool, actor: User) -> Candidate:
    """自荐: an owner names themselves, and with it agrees to stand.

    Raises :class:`NotPermitted` for whoever owns nothing here, :class:`DeclarationMissing`,
    and what :func:`nominate_candidate` raises.
    """
    if not declared:
        raise DeclarationMissing
    owner = current_owner(actor, election.assembly.estate, local_day(database_now()))
    if owner is None:
        raise NotPermitted
    candidate = nominate_candidate(election=election, owner=owner, nomination=Nomination.SELF, actor=actor)
    return accept_candidacy(candidate=candidate, statement=statement, declared=declared, actor=actor)


@transaction.atomic
def nominate_candidate(*, election: Election, owner: Owner, nomination: str, actor: User) -> Candidate:
    """Name an owner for a seat: oneself, with others, or as the residents' committee.

    Who names somebody jointly is the first to sign. Whoever had left may be named again;
    the number stays. Raises :class:`NotPermitted`, :class:`AssemblyPosted`,
    :class:`NominationClosed`, :class:`AlreadyNominated`, :class:`NomineeNotMatched`.
    """
    election = _lock(election.pk)
    nomination = Nomination(nomination)
    by_desk = nomination == Nomination.RESIDENTS_COMMITTEE
    judge("votes.nominate_for_residents" if by_desk else "votes.nominate", actor, election)
    _need_draft(election)
    moment = database_now()
    if moment >= election.nomination_closes_at:
        raise NominationClosed
    today = local_day(moment)
    home = home_of(owner, today)
    if not home or owner.kind != OwnerKind.NATURAL or owner.estate_id != election.assembly.estate_id:
        raise NomineeNotMatched
    if nomination == Nomination.SELF and owner.user_id != actor.pk:
        raise NotPermitted
    candidate = Candidate.objects.filter(election=election, owner=owner).first()
    if candidate is not None and candidate.status != CandidateStatus.WITHDRAWN:
        raise AlreadyNominated
    if candidate is None:
        last = election.candidates.order_by("-number").values_list("number", flat=True).first()
        candidate = Candidate(election=election, owner=owner, number=(last or 0) + 1)
    candidate.name, candidate.home, candidate.nomination = owner.name, home, nomination
    candidate.nominated_by, candidate.nominated_at = actor, moment
    candidate.status, candidate.accepted_at = CandidateStatus.NOMINATED, None
    candidate.withdrawn_at, candidate.withdrawn_reason = None, ""
    candidate.screening, candidate.screening_reason, candidate.screened_at = {}, "", None
    candidate.save()
    if nomination == Nomination.JOINT:
        first = current_owner(actor, election.assembly.estate, today)
        if first is not None and first.pk != owner.pk:
            NominationSupport.objects.get_or_create(
                candidate=candidate, owner=first, defaults={"supported_at": moment}
            )
    note_election(election, "nominated", actor, {"candidate": candidate.number, "how": nomination})
    if owner.user_id != actor.pk:
        tell(
            estate=election.assembly.estate,
            topic="votes.candidate-nominated",
            subject=f"{candidate.pk}:{int(moment.timestamp())}",
        )
    return candidate


@transaction.atomic
def support_candidate(*, candidate: Candidate, actor: User) -> NominationSupport:
    """Sign under a joint nomination; one signature an owner.

    Raises :class:`NotPermitted`, :class:`AssemblyPosted`, :class:`NominationClosed`,
    :class:`SupportNotTaken` where it was given already or is not wanted.
    """
    candidate = _lock_candidate(candidate.pk)
    election = candidate.election
    judge("votes.nominate", actor, election)
    _need_draft(election)
    moment = database_now()
    if moment >= election.nomination_closes_at:
        raise NominationClosed
    owner = current_owner(actor, election.assembly.estate, local_day(moment))
    if owner is None:
        raise NotPermitted
    is_wanted = candidate.nomination == Nomination.JOINT and candidate.status == CandidateStatus.NOMINATED
    if not is_wanted or owner.pk == candidate.owner_id:
        raise SupportNotTaken
    try:
        with transaction.atomic():
            support = NominationSupport.objects.create(candidate=candidate, owner=owner, supported_at=moment)
    except IntegrityError as error:
        raise SupportNotTaken from error
    note_election(election, "supported", actor, {"candidate": candidate.number})
    return support


@transaction.atomic
def accept_candidacy(*, candidate: Candidate, statement: str, declared: bool, actor: User) -> Candidate:
    """The nominated owner agrees to stand, introduces themselves and declares that they may.

    From here on the name stands in public. Until the candidates are posted it may be done
    again with other words. Raises :class:`NotPermitted` for anybody else,
    :class:`DeclarationMissing`, :class:`CandidacySettled`, :class:`AssemblyPosted`.
    """
    candidate = _lock_candidate(candidate.pk)
    if candidate.owner.user_id != actor.pk:
        raise NotPermitted
    _need_draft(candidate.election)
    out = (CandidateStatus.WITHDRAWN, CandidateStatus.INELIGIBLE)
    if candidate.status in out or candidate.election.candidates_posted_at is not None:
        raise CandidacySettled
    if not declared:
        raise DeclarationMissing
    candidate.accepted_at = candidate.accepted_at or database_now()
    candidate.statement = statement.strip()
    candidate.save(update_fields=["accepted_at", "statement"])
    note_election(
        candidate.election,
        "accepted",
        actor,
        {"candidate": candidate.number, "statement": sha256(candidate.statement)},
    )
    return candidate


@transaction.atomic
def screen_candidate(
    *,
    candidate: Candidate,
    findings: Mapping[str, str],
    eligible: bool,
    reason: str,
    seen: datetime | None,
    actor: User,
) -> Candidate:
    """资格审查: what was found on each criterion, the decision, and why in words; the candidate is told.

    ``seen`` is the earlier screening the actor had before them (None for none): whoever
    decides on an older picture is told to look again. Somebody found eligible after the
    candidates were posted has all of them posted anew. Raises :class:`NotPermitted` (also
    about oneself), :class:`ReasonMissing`, :class:`ScreeningIncomplete`,
    :class:`ScreeningChanged`, :class:`CandidacySettled`, :class:`AssemblyPosted`.
    """
    candidate = _lock_candidate(candidate.pk)
    election = candidate.election
    judge("votes.screen_candidate", actor, candidate)
    _need_draft(election)
    if candidate.status == CandidateStatus.WITHDRAWN:
        raise CandidacySettled
    if candidate.screened_at != seen:
        raise ScreeningChanged
    reason = need_reason(reason)
    moment = database_now()
    found = {
        criterion: ScreeningFinding(findings.get(criterion, ScreeningFinding.UNKNOWN)).value
        for criterion in Criterion.values
    }
    lacking = _lacking(candidate, found, moment) if eligible else _unfounded(found)
    if lacking:
        raise ScreeningIncomplete(f"{ScreeningIncomplete.message}{lacking}" if eligible else lacking)
    was_eligible = candidate.status == CandidateStatus.ELIGIBLE
    candidate.status = CandidateStatus.ELIGIBLE if eligible else CandidateStatus.INELIGIBLE
    candidate.screening, candidate.screening_reason = found, reason
    candidate.screened_by, candidate.screened_at = actor, moment
    candidate.save()
    if election.candidates_posted_at is not None and was_eligible != eligible:
        if eligible:
            election.candidates_posted_at = election.candidates_posted_until = None
            election.save(update_fields=["candidates_posted_at", "candidates_posted_until"])
        fill_ballot(election=election)
    note_election(
        election,
        "screened",
        actor,
        {"candidate": candidate.number, "eligible": eligible, "reason": sha256(reason)},
    )
    tell(
        estate=election.assembly.estate,
        topic="votes.candidate-screened",
        subject=f"{candidate.pk}:{int(moment.timestamp() * 1000)}",
    )
    return candidate


def _lacking(candidate: Candidate, found: Mapping[str, str], moment: datetime) -> str:
    """Why somebody cannot be found eligible yet; empty where nothing is missing."""
    if candidate.accepted_at is None:
        return _("本人还没有确认参选。")
    failed = [Criterion(key).label for key, value in found.items() if value == ScreeningFinding.FAILED]
    if failed:
        return _("有不符合的条件（%(names)s）。") % {"names": _("、").join(str(name) for name in failed)}
    open_ones = [key.label for key in INDISPENSABLE if found[key] != ScreeningFinding.MET]
    if open_ones:
        return _("必须查明的条件还没有查明（%(names)s）。") % {
            "names": _("、").join(str(name) for name in open_ones)
        }
    estate = candidate.election.assembly.estate
    needed = policies_in_force(estate, on=local_day(moment))["joint-nomination-owners"].value
    missing = supports_needed(candidate, needed)
    if missing:
        return _("联名还差 %(number)s 位业主。") % {"number": missing}
    return ""


def _unfounded(found: Mapping[str, str]) -> str:
    if ScreeningFinding.FAILED in found.values():
        return ""
    return _("判定为不符合条件的，请至少勾选一项“不符合”，并写明理由。")


@transaction.atomic
def reply_to_screening(*, candidate: Candidate, text: str, actor: User) -> Candidate:
    """The candidate answers what the screening found; the desk sees it and may screen again.

    Raises :class:`NotPermitted` for anybody else, :class:`ReasonMissing`,
    :class:`CandidacySettled` where nothing was found yet, :class:`AssemblyPosted`.
    """
    candidate = _lock_candidate(candidate.pk)
    if candidate.owner.user_id != actor.pk:
        raise NotPermitted
    _need_draft(candidate.election)
    if candidate.screened_at is None or candidate.status == CandidateStatus.WITHDRAWN:
        raise CandidacySettled
    candidate.reply, candidate.replied_at = need_reason(text), database_now()
    candidate.save(update_fields=["reply", "replied_at"])
    note_election(
        candidate.election,
        "replied",
        actor,
        {"candidate": candidate.number, "reply": sha256(candidate.reply)},
    )
    tell(
        estate=candidate.election.assembly.estate,
        topic="votes.candidate-replied",
        subject=f"{candidate.pk}:{int(candidate.replied_at.timestamp())}",
    )
    return candidate


@transaction.atomic
def withdraw_candidate(*, candidate: Candidate, reason: str, actor: User) -> Candidate:
    """A candidate leaves, by themselves or by the community on their written word.

    In a draft the name comes off the ballot. Once posted it stays there, marked as
    withdrawn: ballots that were cast stay valid, later ones abstain for it, and nobody who
    withdrew is elected. Everybody on the roll is told. Raises :class:`NotPermitted`,
    :class:`CandidacySettled` for whoever left before or once the voting is over.
    """
    candidate = _lock_candidate(candidate.pk)
    election = candidate.election
    assembly = election.assembly
    judge("votes.withdraw_candidate", actor, candidate)
    moment = database_now()
    going_on = (AssemblyStatus.DRAFT, AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)
    if candidate.status == CandidateStatus.WITHDRAWN or assembly.phase(moment) not in going_on:
        raise CandidacySettled
    candidate.status = CandidateStatus.WITHDRAWN
    candidate.withdrawn_at, candidate.withdrawn_reason = moment, reason.strip()[:200]
    candidate.save(update_fields=["status", "withdrawn_at", "withdrawn_reason"])
    was_on_ballot = candidate.motion_id is not None
    if assembly.status == AssemblyStatus.DRAFT and was_on_ballot:
        fill_ballot(election=election)
    note_election(election, "withdrew", actor, {"candidate": candidate.number})
    if was_on_ballot:
        tell(estate=assembly.estate, topic="votes.candidate-withdrew", subject=candidate.pk)
        transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
    return candidate
