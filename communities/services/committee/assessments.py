"""年度评议 of a committee and of its members."""

from django.db import IntegrityError, transaction

from communities.clock import database_now, local_day
from communities.enums import Grade
from communities.errors import need_reason
from communities.ledger.hashing import sha256
from communities.models import CommitteeAssessment, CommitteeSeat, CommitteeTerm, User
from communities.services.outbox import tell

from .locks import enter, judge, lock_term
from .refusals import AssessedAlready, OwnAssessment, SeatEnded, YearUnfit


@transaction.atomic
def assess_committee(
    *, term: CommitteeTerm, seat: CommitteeSeat | None, year: int, grade: str, reason: str, actor: User
) -> CommitteeAssessment:
    """Enter the assessment of one year, of the committee (``seat`` None) or of one member; once, and kept.

    The committee's is public to the estate, a member's to the committee and its guides.
    Raises :class:`NotPermitted`, :class:`OwnAssessment`, :class:`YearUnfit`,
    :class:`ReasonMissing`, :class:`AssessedAlready`, and :class:`SeatEnded` for a seat of another term.
    """
    term = lock_term(term.pk)
    judge("communities.assess_committee", actor, term.estate)
    moment = database_now()
    if seat is not None and (seat.term_id != term.pk or seat.is_alternate):
        raise SeatEnded
    if seat is not None and actor.pk in (seat.user_id, seat.owner.user_id if seat.owner else None):
        raise OwnAssessment
    if not term.starts_on.year <= year <= min(term.ends_on.year, local_day(moment).year):
        raise YearUnfit
    reason = need_reason(reason)
    try:
        with transaction.atomic():
            assessment = CommitteeAssessment.objects.create(
                term=term,
                seat=seat,
                year=year,
                grade=Grade(grade),
                reason=reason,
                assessed_by=actor,
                assessed_at=moment,
            )
    except IntegrityError as error:
        raise AssessedAlready from error
    enter(
        seat or term,
        "assessed",
        actor=actor,
        moment=moment,
        # A member's grade is not for everybody who may read the log.
        payload={"year": year, "reason": sha256(reason), **({} if seat else {"grade": str(grade)})},
    )
    tell(estate=term.estate, topic="communities.committee-assessed", subject=assessment.pk)
    return assessment
