"""Rules about an election: its seats, its candidates, their posting, and the lot."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from votes.candidacies import works_for_firm
from votes.elections import is_formed
from votes.enums import CandidateStatus, ElectionPurpose, MotionKind
from votes.errors import SeatsUnlawful
from votes.models import Candidate, Election
from votes.services.slates import ELECTION_ITEM, check_seats, lawful_seats

from .catalogue import Draft, Hit, Severity, rule

FIELD = "election"
_POSTED = gettext_lazy("《杭州市物业管理条例》第二十六条")
_ITEM = gettext_lazy("《民法典》第二百七十八条第一款第（三）项")


def _eligible(draft: Draft) -> list[Candidate]:
    return [one for one in draft.candidates if one.status == CandidateStatus.ELIGIBLE]


def _facts(draft: Draft, *more: object) -> str:
    numbers = [(one.number, one.status) for one in draft.candidates]
    return repr((numbers, more))


@rule(
    "election-seats",
    Severity.ERROR,
    reason=gettext_lazy("委员为五至十一人的单数；补选不能多于空缺。人数不合规定，选出的委员会不能备案。"),
    source=gettext_lazy("《业主大会和业主委员会指导规则》第三十一条；《杭州市物业管理条例》第二十七条"),
)
def election_seats(draft: Draft) -> Iterable[Hit]:
    election = draft.election
    if election is None:
        return
    try:
        check_seats(
            estate=draft.estate,
            purpose=election.purpose,
            seats=election.seats,
            term=election.term,
            on=draft.moment,
        )
    except SeatsUnlawful as refusal:
        yield Hit(str(refusal), field=FIELD)


@rule(
    "election-no-seed",
    Severity.ERROR,
    reason=gettext_lazy("票数和面积都相同时要抽签。种子在表决前公布，谁也不能事后挑选结果。"),
    source=gettext_lazy("抽签须公开、可以重做"),
)
def election_no_seed(draft: Draft) -> Iterable[Hit]:
    if draft.election is not None and not draft.election.lot_seed:
        yield Hit(_("抽签种子还没有写，请在选举设置里填写。"), field=FIELD)


@rule(
    "election-screening-incomplete",
    Severity.ERROR,
    reason=gettext_lazy("被提名人都要审查资格并告知本人，才能定候选人。"),
    source=_POSTED,
)
def election_screening_incomplete(draft: Draft) -> Iterable[Hit]:
    waiting = sum(one.status == CandidateStatus.NOMINATED for one in draft.candidates)
    if waiting:
        yield Hit(_("还有 %(number)s 位被提名人没有审查。") % {"number": waiting}, field=FIELD)


@rule(
    "election-not-posted",
    Severity.ERROR,
    reason=gettext_lazy("候选人没有公示，业主不知道选谁，选举可以被撤销。"),
    source=_POSTED,
)
def election_not_posted(draft: Draft) -> Iterable[Hit]:
    if draft.election is not None and draft.election.candidates_posted_at is None:
        yield Hit(_("候选人还没有公示，或者公示后有变动，请公示候选人。"), field=FIELD)


@rule(
    "election-posting-too-short",
    Severity.ERROR,
    reason=gettext_lazy("候选人要在表决前提早公示，并公示足够的天数。期限不足，选举可以被撤销。"),
    source=_POSTED,
)
def election_posting_too_short(draft: Draft) -> Iterable[Hit]:
    election, opens_at = draft.election, draft.assembly.opens_at
    if election is None or election.candidates_posted_at is None or opens_at is None:
        return
    assert election.candidates_posted_until is not None
    before = draft.policies["candidates-posted-days-before"]
    ahead = (opens_at - election.candidates_posted_at).days
    if ahead < before.value:
        yield Hit(
            _("候选人公示到表决开始只有 %(days)s 个整日，须至少 %(need)s 日。请推迟表决开始时间。")
            % {"days": ahead, "need": before.value},
            field="opens_at",
            source=before.article,
        )
    lasts = draft.policies["candidates-posted-days"]
    until = min(election.candidates_posted_until, opens_at)
    if until - election.candidates_posted_at < timedelta(days=lasts.value):
        yield Hit(
            _("候选人公示不足 %(need)s 日。") % {"need": lasts.value}, field=FIELD, source=lasts.article
        )


@rule(
    "election-posting-running",
    Severity.WARNING,
    reason=gettext_lazy("会议公示以后候选人不能再变。公示期内业主可能对候选人提出异议。"),
    source=_POSTED,
)
def election_posting_running(draft: Draft) -> Iterable[Hit]:
    election = draft.election
    if election is None or election.candidates_posted_until is None:
        return
    if draft.moment < election.candidates_posted_until:
        yield Hit(
            _("候选人公示期还没有满。最好等公示期满、异议处理完再公示会议。"),
            field=FIELD,
            facts=_facts(draft, election.candidates_posted_at),
        )


@rule(
    "election-not-contested",
    Severity.WARNING,
    reason=gettext_lazy("候选人多于应选人数，业主才有选择；等额选举只有同意或不同意。"),
    source=gettext_lazy("差额选举；《杭州市物业管理条例》第二十八条"),
)
def election_not_contested(draft: Draft) -> Iterable[Hit]:
    election, eligible = draft.election, _eligible(draft)
    if election is not None and eligible and len(eligible) <= election.seats:
        yield Hit(
            _("候选人 %(number)s 人，不多于应选的 %(seats)s 人，不是差额选举。")
            % {"number": len(eligible), "seats": election.seats},
            field=FIELD,
            facts=_facts(draft, election.seats),
        )


@rule(
    "election-too-few",
    Severity.ERROR,
    reason=gettext_lazy("候选人全部当选也达不到法定人数，或者不过计划人数的一半，业主委员会不能成立。"),
    source=gettext_lazy("《杭州市物业管理条例》第二十七条"),
)
def election_too_few(draft: Draft) -> Iterable[Hit]:
    if _falls_short(draft) and not _may_be_formed(draft):
        yield Hit(_("候选人太少，全部当选也不能成立业主委员会。请延长提名。"), field=FIELD)


@rule(
    "election-fewer-than-seats",
    Severity.WARNING,
    reason=gettext_lazy("当选人数少于计划，但达到法定最低人数且超过计划人数一半的，业主委员会可以成立，缺额再补选。"),
    source=gettext_lazy("《杭州市物业管理条例》第二十七条"),
)  # fmt: skip
def election_fewer_than_seats(draft: Draft) -> Iterable[Hit]:
    election = draft.election
    if election is not None and _falls_short(draft) and _may_be_formed(draft):
        yield Hit(
            _("候选人 %(number)s 人，少于应选的 %(seats)s 人。")
            % {"number": len(_eligible(draft)), "seats": election.seats},
            field=FIELD,
            facts=_facts(draft, election.seats),
        )


def _falls_short(draft: Draft) -> bool:
    return draft.election is not None and 0 < len(_eligible(draft)) < draft.election.seats


def _may_be_formed(draft: Draft) -> bool:
    election: Election | None = draft.election
    assert election is not None
    if election.purpose == ElectionPurpose.BY_ELECTION:
        return True
    fewest, _most = lawful_seats(draft.estate, draft.moment)
    return is_formed(elected=len(_eligible(draft)), planned=election.seats, fewest=fewest)


@rule(
    "election-item",
    Severity.ERROR,
    reason=gettext_lazy("选举业主委员会属于第（三）项，归到别项会用错多数。"),
    source=_ITEM,
)
def election_item(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if motion.kind == MotionKind.CANDIDATE and motion.item != ELECTION_ITEM:
            yield Hit(_("候选人要归入第（三）项。请重新公示候选人。"), motion, FIELD)


@rule(
    "election-ballot-stale",
    Severity.ERROR,
    reason=gettext_lazy("退出或不符合条件的人不能在表决票上，审查通过的人不能漏掉。"),
    source=_POSTED,
)
def election_ballot_stale(draft: Draft) -> Iterable[Hit]:
    fit = {one.motion_id for one in _eligible(draft)}
    for motion in draft.motions:
        if motion.kind == MotionKind.CANDIDATE and motion.pk not in fit:
            yield Hit(_("这位候选人已经退出或不符合条件，还在表决票上。请重新公示候选人。"), motion, FIELD)
    if draft.election is not None and draft.election.candidates_posted_at and None in fit:
        yield Hit(_("有审查通过的候选人不在表决票上，请重新公示候选人。"), field=FIELD)


@rule(
    "election-firm-tie",
    Severity.WARNING,
    reason=gettext_lazy("本人或近亲属在本小区物业企业任职的，议事规则可以限定不能参选。"),
    source=gettext_lazy("《杭州市物业管理条例》第二十五条"),
)
def election_firm_tie(draft: Draft) -> Iterable[Hit]:
    for one in _eligible(draft):
        if works_for_firm(one.owner.user, draft.estate, draft.day):
            yield Hit(
                _("候选人 %(number)s 号的账号是物业人员，请核对资格。") % {"number": one.number},
                field=FIELD,
                facts=f"{one.number}",
            )
