"""The committee of 清和里 in the middle of its term, and objections to its votes, for the demo."""

from datetime import date, timedelta

from communities.enums import Grade, ReserveStage, RoleCode, SeatPosition
from communities.models import CommitteeSeat, CommitteeTerm, Estate, HandoverItem, Owner, Role, User
from communities.services.committee import (
    add_to_reserve,
    assess_committee,
    change_reserve,
    decide_position,
    file_term,
    hand_over_item,
    record_training,
)
from votes.models import Assembly
from votes.services.objections import answer_objection, file_objection


def choose_positions(term: CommitteeTerm, people: dict[str, User]) -> None:
    """The first session: who is chair and vice chair; the filing. What it gave dates from that day."""
    session_on = term.starts_on + timedelta(days=3)
    members = CommitteeSeat.objects.filter(term=term, is_alternate=False).order_by("pk")
    first = members.get(user=people["chair"])
    second = members.exclude(pk=first.pk)[0]
    for seat, position, words in (
        (first, SeatPosition.CHAIR, "推选曾宏为主任"),
        (second, SeatPosition.VICE_CHAIR, "推选一名副主任"),
    ):
        decide_position(
            seat=seat,
            position=position,
            session_on=session_on,
            text=f"首次会议五名委员到会，经全体委员过半数同意，{words}。",
            actor=people["secretary"],
        )
    file_term(
        term=term,
        filed_on=term.starts_on + timedelta(days=10),
        number=f"临湖业备〔{term.starts_on.year}〕3号",
        actor=people["secretary"],
    )
    for item in HandoverItem.objects.filter(term__estate=term.estate, term__number=term.number - 1):
        hand_over_item(
            item=item,
            handed_on=term.starts_on + timedelta(days=6),
            receiver=people["chair"],
            note="",
            actor=people["secretary"],
        )
    Role.objects.filter(
        estate=term.estate, code=RoleCode.COMMITTEE_CHAIR, user=people["chair"], valid_to__isnull=True
    ).update(valid_from=session_on)


def tell_of_committee(estate: Estate, people: dict[str, User], today: date) -> None:
    """A training, people in reserve, and last year's assessment."""
    term = CommitteeTerm.objects.get(estate=estate, number=3)
    secretary = people["secretary"]
    seats = list(CommitteeSeat.objects.filter(term=term, is_alternate=False).order_by("pk"))
    taken = {seat.user_id for seat in seats}
    free = [
        owner
        for owner in Owner.objects.filter(estate=estate, kind="natural", user__isnull=False).order_by("pk")
        if owner.user_id not in taken and owner.user not in people.values()
    ]
    reserve = [
        add_to_reserve(estate=estate, owner=owner, strengths=strengths, note=note, actor=secretary)
        for owner, strengths, note in (
            (free[30], "会计，退休前管过单位账目", "愿意先列席会议"),
            (free[60], "电梯维保工程师", "工作日白天没有时间"),
        )
    ]
    change_reserve(
        person=reserve[0],
        stage=ReserveStage.RESERVED,
        strengths=reserve[0].strengths,
        note=reserve[0].note,
        actor=secretary,
    )
    record_training(
        term=term,
        title="业主大会议事规则与公共收益管理",
        held_on=today - timedelta(days=60),
        half_hours=5,
        organiser="临湖街道",
        seats=seats[:3],
        reserve=reserve[:1],
        actor=secretary,
    )
    assess_committee(
        term=term,
        seat=None,
        year=max(term.starts_on.year, today.year - 1),
        grade=Grade.FAIR,
        reason="按季公布公共收益，答复业主及时；3幢电梯维修启动偏晚，下一年应提前准备方案。",
        actor=secretary,
    )


def tell_of_objections(assembly: Assembly, people: dict[str, User], others: list[User]) -> None:
    """One answered, one waiting. The owner who raised it reads no name of an answerer but the party's."""
    first = file_objection(
        assembly=assembly,
        kind="procedure",
        about="committee",
        text="5幢一楼的公告栏没有张贴会议公告，请补贴并说明。",
        actor=others[0],
    )
    answer_objection(
        objection=first,
        status="upheld",
        answer="经现场核查属实，当天已补贴公告，并逐户短信告知5幢业主。",
        actor=people["secretary"],
    )
    file_objection(
        assembly=assembly,
        kind="procedure",
        about="",
        text="充电棚选址图没有标明与住宅楼的距离，请补充公布。",
        actor=others[1],
    )
