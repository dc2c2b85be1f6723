"""An election from its setting up to the ballot: on a draft assembly, before anything is frozen."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from communities.clock import database_now, local_day
from communities.ledger.canonical import Plain
from communities.models import User
from communities.queries import policies_in_force
from communities.services.ledger import log_of_estate, record
from communities.services.outbox import tell
from votes.candidacies import term_on
from votes.enums import CandidateStatus, ElectionPurpose
from votes.errors import ElectionHasNominees, PostingNotPossible
from votes.models import Assembly, Election

from .assemblies import lock_draft
from .slates import check_seats, eligible_candidates, fill_ballot, topic_of


def suggested_seed() -> str:
    """A random text for the lot; 80 bits, in groups that can be read aloud."""
    digits = secrets.token_hex(10)
    return "-".join(digits[start : start + 5] for start in range(0, 20, 5))


@transaction.atomic
def set_up_election(
    *,
    assembly: Assembly,
    purpose: str,
    seats: int,
    alternates: int,
    term_years: int,
    nomination_closes_at: datetime,
    lot_seed: str,
    actor: User,
) -> Election:
    """Set up the election of a draft assembly, or change it; owners may nominate from now on.

    Setting it up tells the owners. Once somebody is nominated its purpose stays. A change
    of the seats after the candidates were posted has them posted again.
    Raises :class:`NotPermitted`, :class:`AssemblyPosted`, :class:`SeatsUnlawful`,
    :class:`ElectionHasNominees`.
    """
    assembly = lock_draft(assembly.pk, actor)
    moment = database_now()
    purpose = ElectionPurpose(purpose)
    election = Election.objects.filter(assembly=assembly).first()
    is_new = election is None
    election = election or Election(assembly=assembly)
    if not is_new and election.purpose != purpose and election.candidates.exists():
        raise ElectionHasNominees
    term = term_on(assembly.estate, local_day(moment)) if purpose == ElectionPurpose.BY_ELECTION else None
    check_seats(estate=assembly.estate, purpose=purpose, seats=seats, term=term, on=moment)
    if not is_new and election.seats != seats:
        election.candidates_posted_at = election.candidates_posted_until = None
    election.purpose, election.term, election.seats = purpose, term, seats
    election.alternates, election.term_years = alternates, term_years
    election.nomination_closes_at, election.lot_seed = nomination_closes_at, lot_seed.strip()
    election.save()
    _announce_topic(assembly, purpose)
    note_election(election, "set-up" if is_new else "changed", actor, {"seats": seats, "purpose": purpose})
    if is_new:
        tell(estate=assembly.estate, topic="votes.election-set-up", subject=election.pk)
    return election


def _announce_topic(assembly: Assembly, purpose: str) -> None:
    """Only announced topics may be voted on, so the election's own is added where it is missing."""
    if topic_of(assembly):
        return
    title = "补选业主委员会委员" if purpose == ElectionPurpose.BY_ELECTION else "选举业主委员会"
    assembly.posted_topics = "\n".join([*assembly.topics, title])
    assembly.save(update_fields=["posted_topics"])


@transaction.atomic
def remove_election(*, assembly: Assembly, actor: User) -> None:
    """Take the election off a draft while nobody is nominated. Raises :class:`ElectionHasNominees`."""
    assembly = lock_draft(assembly.pk, actor)
    election = Election.objects.filter(assembly=assembly).first()
    if election is None:
        return
    if election.candidates.exists():
        raise ElectionHasNominees
    note_election(election, "removed", actor)
    election.delete()


@transaction.atomic
def post_candidates(*, election: Election, actor: User) -> Election:
    """公示候选人: everybody may read who stands, for as long as the rules ask; each becomes a motion.

    Raises :class:`PostingNotPossible` with what is missing, :class:`NotPermitted`,
    :class:`AssemblyPosted`.
    """
    assembly = lock_draft(election.assembly_id, actor)
    election = Election.objects.select_for_update().get(pk=election.pk)
    election.assembly = assembly
    moment = database_now()
    hindrance = _hindrance(election, moment)
    if hindrance:
        raise PostingNotPossible(f"{PostingNotPossible.message}{hindrance}")
    days = policies_in_force(assembly.estate, on=local_day(moment))["candidates-posted-days"].value
    election.candidates_posted_at = moment
    election.candidates_posted_until = moment + timedelta(days=days)
    election.save(update_fields=["candidates_posted_at", "candidates_posted_until"])
    fill_ballot(election=election)
    numbers = list(eligible_candidates(election).values_list("number", flat=True))
    note_election(election, "candidates-posted", actor, {"numbers": numbers})
    tell(
        estate=assembly.estate,
        topic="votes.candidates-posted",
        subject=f"{election.pk}:{int(moment.timestamp())}",
    )
    return election


def _hindrance(election: Election, moment: datetime) -> str:
    if moment < election.nomination_closes_at:
        return _("提名还没有截止。")
    waiting = election.candidates.filter(status=CandidateStatus.NOMINATED).count()
    if waiting:
        return _("还有 %(number)s 位被提名人没有审查。") % {"number": waiting}
    if not eligible_candidates(election).exists():
        return _("没有审查通过的候选人。")
    return ""


def note_election(
    election: Election, verb: str, actor: User | None, payload: dict[str, Plain] | None = None
) -> None:
    """Enter a step in the assembly's own log once it has one, before that in the estate's."""
    assembly = election.assembly
    record(
        log=assembly.log or log_of_estate(assembly.estate),
        verb=f"votes.election.{verb}",
        subject=election,
        actor=actor,
        payload={"assembly": assembly.pk, **(payload or {})},
    )
