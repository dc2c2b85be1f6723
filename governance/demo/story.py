"""The story of 清和里: an estate in the middle of its life, told through the product's own services.

Seeded: the same day gives the same story. All people in it are invented.
"""

import random
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import QuerySet

from communities.clock import LOCAL_ZONE, database_now, local_day
from communities.enums import BindingCapacity, RoleCode, SeatPosition
from communities.models import (
    CommitteeSeat,
    CommitteeTerm,
    Community,
    Estate,
    Owner,
    Ownership,
    PropertyFirm,
    Role,
    ServiceContract,
    Subdistrict,
    Unit,
    User,
)
from communities.roster import CellAddress
from communities.services.binding import approve_binding, request_binding
from communities.services.ledger import log_of_estate, record
from communities.services.outbox import relay_outbox
from communities.services.rosters import commit_roster, correct_roster, upload_roster
from governance.demo.committee import choose_positions, tell_of_committee, tell_of_objections
from governance.demo.election import hold_election
from governance.demo.history import cast_in_the_past, forget_old_news
from governance.demo.meetings import meet
from governance.demo.other_ways import vote_by_other_ways
from governance.demo.people import DEMO_PEOPLE
from governance.demo.proposals import talk_things_over
from governance.demo.tickets import report_things
from votes.enums import AssemblyKind, AttachmentKind, MotionOption
from votes.models import Assembly, Elector, Motion
from votes.services.assemblies import create_assembly, post_assembly
from votes.services.attachments import add_attachment
from votes.services.closing import settle_assembly
from votes.services.motions import add_motion

DATA = Path(__file__).parent / "data"
SEED = 20260630
#: Written to the estate's log when the story is complete; by it a demo is told from real data.
BUILT = "governance.demo.built"

#: The room that a couple holds together: 谢晓国 as in the roster, and 李建国.
COUPLE_ROW, COUPLE_ROOM = 2, ("1幢", "1单元", "0101")
COUPLE = {
    "owners": "谢晓国、李建国",
    "identities": "990101194102020010、990101194305060012",
    "phones": "19903766182、19900000002",
}


@transaction.atomic
def build_story() -> Estate:
    """Build the whole story into an empty database and return its estate."""
    draw = random.Random(SEED)  # noqa: S311 - it draws a story, not a secret
    today = local_day(database_now())
    estate = _place()
    people = {person.key: _account(person.phone, person.name) for person in DEMO_PEOPLE}
    _roles(estate, people, today)
    _roster(estate, people["secretary"])
    _homes(estate, people, today)
    _committee(estate, people, today)
    _first_assembly(estate, people, today, draw)
    opened = _open_assembly(estate, people, today, draw)
    vote_by_other_ways(opened, people)
    _unfinished_draft(estate, people, today)
    tell_of_committee(estate, people, today)
    _objections(estate, people)
    meet(estate, people, talk_things_over(estate, people))
    report_things(estate, people)
    record(log=log_of_estate(estate), verb=BUILT, subject=estate, actor=None, payload={"seed": SEED})
    return estate


def _place() -> Estate:
    subdistrict = Subdistrict.objects.create(name="临湖街道", region="330106", district_name="西湖区")
    community = Community.objects.create(subdistrict=subdistrict, name="临湖社区")
    return Estate.objects.create(
        community=community, name="清和里", slug="qinghe", address="西湖区临湖街道清和路 8 号"
    )


def _account(phone: str, name: str) -> User:
    return User.objects.create_user(phone, display_name=name)


def _roles(estate: Estate, people: dict[str, User], today: date) -> None:
    firm = PropertyFirm.objects.create(name="绿波物业服务有限公司", credit_code="91990101MA00LB0W23")
    contract = ServiceContract.objects.create(
        firm=firm,
        estate=estate,
        starts_on=date(today.year - 3, 1, 1),
        ends_on=date(today.year, 12, 31),
        monthly_fee=180,
    )
    since = date(today.year - 2, 5, 1)
    scopes: dict[RoleCode, tuple[str, dict[str, object]]] = {
        RoleCode.COMMITTEE_CHAIR: ("chair", {"estate": estate}),
        RoleCode.SCRUTINEER: ("scrutineer", {"estate": estate}),
        RoleCode.SECRETARY: ("secretary", {"community": estate.community}),
        RoleCode.SUBDISTRICT: ("subdistrict", {"subdistrict": estate.community.subdistrict}),
        RoleCode.FIRM: ("firm", {"contract": contract}),
    }
    for code, (key, scope) in scopes.items():
        Role.objects.create(user=people[key], code=code, valid_from=since, **scope)
    elected_on = _elected_on(today)
    begun_on = elected_on.replace(year=elected_on.year - 5, day=1)
    term = CommitteeTerm.objects.create(
        estate=estate, number=2, starts_on=begun_on, ends_on=elected_on, filed_on=begun_on
    )
    CommitteeSeat.objects.create(
        term=term, user=people["chair"], position=SeatPosition.CHAIR, valid_from=begun_on
    )


def _roster(estate: Estate, secretary: User) -> None:
    content = (DATA / "qinghe.xlsx").read_bytes()
    upload = upload_roster(estate=estate, file_name="清和里业主名册.xlsx", content=content, actor=secretary)
    corrections = {CellAddress("业主名册", COUPLE_ROW, column): text for column, text in COUPLE.items()}
    upload = correct_roster(roster_import=upload, corrections=corrections, actor=secretary)
    commit_roster(roster_import=upload, actor=secretary, shown=upload.diff.get("digest", ""))
    # The titles are older than the file that lists them.
    long_ago = local_day(database_now()) - timedelta(days=400)
    Ownership.objects.filter(unit__estate=estate).update(valid_from=long_ago)


def _room(estate: Estate, building: str, staircase: str, room: str) -> Unit:
    return Unit.objects.get(estate=estate, building__name=building, staircase=staircase, room=room)


def _homes(estate: Estate, people: dict[str, User], today: date) -> None:
    """Bind the accounts of the demo, and one account to each owner who has a phone."""
    for key in ("owner", "chair", "scrutineer"):
        _owner_named(estate, people[key].display_name).update(user=people[key])
    couple = Owner.objects.filter(ownerships__unit=_room(estate, *COUPLE_ROOM))
    by_name = {owner.name: owner for owner in couple}
    Owner.objects.filter(pk=by_name["李建国"].pk).update(user=people["co-owner"])

    unbound = [
        owner
        for owner in Owner.objects.filter(estate=estate, user=None, kind="natural").order_by("pk")
        if owner.phone
    ]
    for owner in unbound:
        account = User.objects.filter(phone=owner.phone).first() or _account(owner.phone, owner.name)
        Owner.objects.filter(pk=owner.pk).update(user=account)

    home = _room(estate, "2幢", "1单元", "0202")
    tenancy = request_binding(
        unit=home,
        capacity=BindingCapacity.TENANT,
        name="赵敏",
        note="去年三月起租住，租约可当面出示。",
        actor=people["tenant"],
    )
    approve_binding(binding=tenancy, actor=people["secretary"])
    newcomer = _account("+8619900000011", "何晓燕")
    request_binding(
        unit=_room(estate, "5幢", "1单元", "0302"),
        capacity=BindingCapacity.OWNER,
        name="何晓燕",
        note="今年八月购入，不动产权证已办，名册上还是原业主。",
        actor=newcomer,
    )


def _elected_on(today: date) -> date:
    return today - timedelta(days=300)


def _committee(estate: Estate, people: dict[str, User], today: date) -> None:
    """The committee in office, elected by its owners; the lot decided who has the last seat."""
    elected_on = _elected_on(today)
    named = [person.pk for person in people.values()]
    neighbours = list(
        Owner.objects.filter(estate=estate, kind="natural", user__isnull=False)
        .exclude(user__in=named)
        .order_by("pk")
    )
    chair = Owner.objects.get(estate=estate, user=people["chair"])
    hold_election(
        estate=estate,
        owners=[chair, *(neighbours[place] for place in (20, 50, 80, 110, 140, 170, 200))],
        chair=people["chair"],
        secretary=people["secretary"],
        closes_on=elected_on,
        draw=random.Random(SEED + 1),  # noqa: S311 - it draws a story, not a secret
    )
    choose_positions(CommitteeTerm.objects.get(estate=estate, number=3), people)


def _owner_named(estate: Estate, name: str) -> QuerySet[Owner]:
    found = [owner.pk for owner in Owner.objects.filter(estate=estate) if owner.name == name]
    return Owner.objects.filter(pk__in=found[:1])


def _at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), LOCAL_ZONE)


def _paper(motion: Motion, kind: AttachmentKind, name: str, file: str, actor: User) -> None:
    content = (DATA / file).read_bytes()
    add_attachment(
        motion=motion,
        kind=kind,
        file=SimpleUploadedFile(f"{name}.pdf", content, "application/pdf"),
        actor=actor,
    )


def _first_assembly(estate: Estate, people: dict[str, User], today: date, draw: random.Random) -> None:
    """Certified: renewing the firm wins the heads and fails by area; the covenant is amended."""
    chair = people["chair"]
    opens, closes = today - timedelta(days=150), today - timedelta(days=135)
    assembly = create_assembly(
        estate=estate,
        title=f"{opens.year}年第一次业主大会会议",
        kind=AssemblyKind.REGULAR,
        notice="因物业服务合同将于年底到期，召开本次会议，请各位业主按时参加表决。",
        posted_topics="续聘物业服务企业\n修改管理规约",
        opens_at=_at(opens, 9),
        closes_at=_at(closes),
        actor=chair,
    )
    renewal = add_motion(
        assembly=assembly,
        title="续聘绿波物业，期限三年",
        text="现合同年底到期，拟续聘绿波物业服务有限公司三年，收费标准不变。",
        topic="续聘物业服务企业",
        item=4,
        item_reason="续聘属于选聘物业服务企业，第四项",
        actor=chair,
    )
    _paper(renewal, AttachmentKind.PLAN, "选聘方案", "firm-plan.pdf", chair)
    add_motion(
        assembly=assembly,
        title="管理规约增加“电动自行车不得进楼入户”一条",
        text="第二十三条后增加一条：电动自行车及其电池不得进入楼道、电梯和户内充电。",
        topic="修改管理规约",
        item=2,
        item_reason="修改的是管理规约的条文，第二项",
        actor=chair,
    )
    assembly = post_assembly(assembly=assembly, actor=chair, moment=_at(opens - timedelta(days=16), 10))

    able = [elector for elector in assembly.electors.all() if not elector.is_developer]
    voters = sorted(draw.sample(_with_account(able), 216), key=lambda elector: elector.area)
    against = {elector.pk for elector in voters[-85:]}
    abstain = {elector.pk for elector in draw.sample(voters[:131], 14)}

    def choose(elector: Elector) -> str:
        first = "A" if elector.pk in against else "N" if elector.pk in abstain else "F"
        return first + draw.choices("FAN", (82, 12, 6))[0]

    deadline = _at(closes)
    cast_in_the_past(assembly, voters, choose, until=deadline - timedelta(minutes=5), draw=draw)
    settle_assembly(
        assembly=Assembly.objects.select_for_update().get(pk=assembly.pk),
        moment=deadline + timedelta(seconds=2),
    )
    forget_old_news(assembly)


def _with_account(electors: list[Elector]) -> list[Elector]:
    bound = set(
        Elector.objects.filter(
            pk__in=[elector.pk for elector in electors], members__owner__user__isnull=False
        ).values_list("pk", flat=True)
    )
    return [elector for elector in electors if elector.pk in bound]


def _open_assembly(estate: Estate, people: dict[str, User], today: date, draw: random.Random) -> Assembly:
    """Open until two days from now, three motions, half the owners have voted; 沈明梓 has not."""
    chair = people["chair"]
    opens, closes = today - timedelta(days=5), today + timedelta(days=3)
    assembly = create_assembly(
        estate=estate,
        title=f"{opens.year}年第二次业主大会会议",
        kind=AssemblyKind.REGULAR,
        notice="3幢电梯年检不合格，维修资金使用、物业续聘和充电棚选址三件事需由业主共同决定。",
        posted_topics="更换3幢电梯\n续聘物业服务企业\n建设电动车充电棚",
        opens_at=_at(opens, 9),
        closes_at=_at(closes),
        actor=chair,
    )
    lift = add_motion(
        assembly=assembly,
        title="使用维修资金 486,200 元更换3幢两部电梯",
        text="两部电梯使用已十九年，本年度检验列出 11 项缺陷。方案、三家报价和预算见附件。",
        topic="更换3幢电梯",
        item=5,
        item_reason="动用已归集的维修资金更换原有电梯，不改变建筑结构，第五项",
        amount=48_620_000,
        actor=chair,
    )
    _paper(lift, AttachmentKind.PLAN, "更换方案", "lift-plan.pdf", chair)
    _paper(lift, AttachmentKind.BUDGET, "预算", "lift-budget.pdf", chair)
    firm = add_motion(
        assembly=assembly,
        title="续聘绿波物业，期限三年，收费标准不变",
        text="上次会议未形成决定。业主委员会与企业重新商定了服务标准，增加第三方评估条款。",
        topic="续聘物业服务企业",
        item=4,
        item_reason="续聘属于选聘物业服务企业，第四项",
        actor=chair,
    )
    _paper(firm, AttachmentKind.PLAN, "选聘方案", "firm-plan.pdf", chair)
    shed = add_motion(
        assembly=assembly,
        title="将北门空地改为电动车充电棚",
        text="占地约 96 平方米，设 40 个充电口，由物业管理，收益归全体业主。",
        topic="建设电动车充电棚",
        item=8,
        item_reason="把共有场地改作他用，属改变共有部分用途，第八项",
        actor=chair,
    )
    _paper(shed, AttachmentKind.PLAN, "选址与建设方案", "shed-plan.pdf", chair)
    assembly = post_assembly(assembly=assembly, actor=chair, moment=_at(opens - timedelta(days=16), 10))

    waiting = {people["owner"].pk, people["co-owner"].pk, people["chair"].pk}
    able = [
        elector
        for elector in _with_account(list(assembly.electors.all()))
        if not elector.members.filter(owner__user__in=waiting).exists()
    ]
    voters = draw.sample(able, assembly.total_heads // 2)

    def choose(elector: Elector) -> str:
        return "".join(draw.choices("FAN", weights)[0] for weights in ((80, 14, 6), (60, 34, 6), (70, 24, 6)))

    until = min(database_now(), _at(closes)) - timedelta(minutes=1)
    cast_in_the_past(assembly, voters, choose, until=until, draw=draw)
    return assembly


def _unfinished_draft(estate: Estate, people: dict[str, User], today: date) -> None:
    """A draft with much for the linter to say."""
    chair = people["chair"]
    opens = today + timedelta(days=9)
    assembly = create_assembly(
        estate=estate,
        title=f"{opens.year}年第三次业主大会会议",
        kind=AssemblyKind.REGULAR,
        notice="",
        posted_topics="调整物业费",
        opens_at=_at(opens, 9),
        closes_at=_at(opens + timedelta(days=3)),
        actor=chair,
    )
    add_motion(
        assembly=assembly,
        title="调整物业费至每平方米 2.10 元并更换门禁系统",
        text="物业费自明年一月起由 1.80 元调整为 2.10 元，同时更换全部单元门禁。",
        topic="调整物业费",
        item=9,
        item_reason="",
        changes_fee=True,
        actor=chair,
    )
    add_motion(
        assembly=assembly,
        title="同意由业主委员会自行决定公共收益的使用",
        options=[MotionOption.FOR, MotionOption.ABSTAIN],
        actor=chair,
    )


def _objections(estate: Estate, people: dict[str, User]) -> None:
    """Two owners of the open vote object, neither of them somebody of the demo's own."""
    assembly = Assembly.objects.filter(estate=estate, status="published").order_by("-opens_at")[0]
    electors = _with_account(list(assembly.electors.all()))
    accounts = User.objects.filter(owners__in=[one.members.all()[0].owner_id for one in electors[40:80]])
    others = list(accounts.exclude(pk__in=[person.pk for person in people.values()]).order_by("pk")[:2])
    tell_of_objections(assembly, people, others)


def relay_everything() -> None:
    """Turn what the story has to tell into notices now, rather than at the next tick."""
    while relay_outbox():
        pass
