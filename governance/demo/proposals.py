"""What 清和里 talks about: a matter on its way, one taken up on appeal, one waiting for review."""

from communities.enums import OwnerKind
from communities.models import Estate, Owner, User
from governance.models import Proposal
from governance.services.answers import answer_proposal, ask_for_facts, give_facts
from governance.services.appeals import appeal_refusal, decide_appeal
from governance.services.comments import hide_comment, report_comment, write_comment
from governance.services.endorsements import endorse_proposal
from governance.services.proposals import draft_proposal, submit_proposal
from governance.services.reviews import (
    accept_proposal,
    merge_proposal,
    refuse_proposal,
    route_proposal,
    set_statutory_item,
)
from governance.services.statements import (
    draw_map,
    give_opinion,
    moderate_statement,
    write_statement,
)

#: Owners besides those of the demo page who take part.
NEIGHBOURS = 16
NIGHT_GATE = "北门夜间关闭时间改到 23:30"
#: What neighbours say: stance and text.
SAID = (
    ("for", "我在医院上夜班，每天十一点以后到家，绕南门要多走十几分钟。"),
    ("for", "延到 23:30 正好赶上末班地铁，支持。"),
    ("against", "我家就在北门边上，车辆进出的声音很响，孩子睡不好。"),
    ("suggestion", "建议只开人行小门，车辆还是按原来的时间走南门。"),
    ("suggestion", "可以先试三个月，看看夜里的人流再定。"),
    ("for", "加一道刷脸小门费用不高，公共收益里出就行。"),
)


STATEMENTS = (
    "人行小门可以延长到 23:30",
    "先试行三个月，再决定要不要长期开",
    "车行门不延长，避免噪声",
    "费用从公共收益里出",
    "夜间要有值班人员",
    "小门要装闭门器和隔音条",
    "试行以后要公布噪声测量结果",
    "外卖和快递夜间不从北门进",
)
#: What two camps say to each: those who come home late, and those who live at the gate.
CAMPS = ((1, 1, -1, 1, 1, 1, 1, -1), (-1, 1, 1, -1, 1, 1, 1, 1))


def talk_things_over(estate: Estate, people: dict[str, User]) -> Proposal:
    """Everything people raised, said and answered; returns the matter that is on its way to a meeting."""
    neighbours = _neighbours(estate, people)
    gate = _night_gate(estate, people, neighbours)
    _say(gate, people, neighbours)
    _state(gate, people, neighbours)
    _bus_stop(estate, people)
    _lift(estate, people, neighbours)
    _raise(
        estate,
        people["co-owner"],
        title="地下车库照明经常不亮，请换声控灯",
        body="B 区靠近 3 幢的一排灯坏了半个月，夜里走路要开手机电筒，老人不敢下去。希望换成声控的节能灯。",
        category="repair",
        place="地下车库 B 区",
    )
    draft_proposal(
        estate=estate,
        actor=people["owner"],
        title="把儿童活动区的沙坑改成软垫",
        body="沙坑很久没有换沙，猫狗常进去，家长都不敢让孩子玩。",
        category="hygiene",
    )
    return gate


def _neighbours(estate: Estate, people: dict[str, User]) -> list[User]:
    """Accounts of some other owners; who has none yet is given one."""
    found = []
    owners = Owner.objects.filter(estate=estate, kind=OwnerKind.NATURAL).exclude(user__in=people.values())
    for place, owner in enumerate(owners.order_by("pk").select_related("user")[:NEIGHBOURS]):
        if owner.user is None:
            owner.user = User.objects.create_user(f"+8619900001{place:03d}", display_name="")
            owner.save(update_fields=["user"])
        found.append(owner.user)
    return found


def _raise(estate: Estate, author: User, **text: str) -> Proposal:
    draft = draft_proposal(estate=estate, actor=author, **text)  # type: ignore[arg-type]
    return submit_proposal(proposal=draft, actor=author)


def _night_gate(estate: Estate, people: dict[str, User], neighbours: list[User]) -> Proposal:
    """Raised, reviewed, supported, answered, joined by a second one, led to a meeting."""
    secretary = people["secretary"]
    gate = _raise(
        estate,
        people["owner"],
        title=NIGHT_GATE,
        body=(
            "现在北门 22:00 关门。地铁末班车 23:05 到站，上晚班的邻居走到北门已经关了，"
            "要绕到南门，多走八百多米，冬天老人孩子都不方便。\n\n"
            "希望把北门关闭时间改到 23:30，或者加一道刷脸的人行小门。"
        ),
        category="rules",
        place="北门",
    )
    gate = accept_proposal(proposal=gate, actor=secretary, note="涉及面广，请三方答复。")
    for user in [people["co-owner"], people["tenant"], *neighbours[:9]]:
        endorse_proposal(proposal=gate, actor=user)
    twin = _raise(
        estate,
        neighbours[9],
        title="北门晚上关得太早",
        body="晚上十点多回家，北门已经关了，要从南门绕一大圈，希望晚一点关。",
        category="rules",
        place="北门",
    )
    twin = accept_proposal(proposal=twin, actor=secretary)
    for user in neighbours[8:12]:
        endorse_proposal(proposal=twin, actor=user)
    merge_proposal(
        proposal=twin,
        into=gate,
        code="duplicate",
        reason="与第 1 号议题说的是同一件事，附议一并带过去。",
        actor=secretary,
    )
    request = ask_for_facts(
        proposal=gate,
        party="firm",
        question="请说明平时几点以后有人绕行，大约有多少人？",
        actor=people["firm"],
    )
    give_facts(
        request=request, text="我数过三个晚上，22:00 到 23:30 之间每晚约 40 人绕行。", actor=people["owner"]
    )
    answer_proposal(
        proposal=gate,
        party="firm",
        status="partly",
        text="可以加装人行小门并延到 23:30，车行门仍按 22:00 关闭。夜间增加一名值班人员。",
        actor=people["firm"],
        cost=1_280_000,
    )
    answer_proposal(
        proposal=gate,
        party="committee",
        status="agreed",
        text="业委会同意先试行三个月，费用建议从公共收益列支，请听取北门附近住户的意见。",
        actor=people["chair"],
    )
    return route_proposal(
        proposal=gate,
        to="meeting",
        reason="附近住户有不同意见，开听证会当面说清楚。",
        actor=secretary,
    )


def _say(gate: Proposal, people: dict[str, User], neighbours: list[User]) -> None:
    """Stances and replies, and one comment hidden with its reason."""
    said = [
        write_comment(proposal=gate, actor=user, stance=stance, text=text)
        for user, (stance, text) in zip(neighbours, SAID, strict=False)
    ]
    write_comment(
        proposal=gate,
        actor=people["firm"],
        parent=said[2],
        text="小门可以装闭门器和隔音条，我们做个样门请您听听。",
    )
    write_comment(proposal=gate, actor=neighbours[7], parent=said[2], text="理解，先试行再看。")
    rude = write_comment(
        proposal=gate, actor=neighbours[6], stance="for", text="反对的人就是自私，这种人不配住在这里！"
    )
    report_comment(comment=rude, code="abuse", actor=neighbours[2])
    hide_comment(
        comment=rude,
        code="abuse",
        reason="针对其他住户的人身攻击，请就事论事重新发表。",
        actor=people["secretary"],
    )


def _state(gate: Proposal, people: dict[str, User], neighbours: list[User]) -> None:
    """Two camps that agree on more than they think; one statement waits for the community."""
    made = [
        moderate_statement(
            statement=write_statement(proposal=gate, text=text, actor=neighbours[place % 8]),
            approve=True,
            actor=people["secretary"],
        )
        for place, text in enumerate(STATEMENTS)
    ]
    for place, user in enumerate(neighbours[:14]):
        camp = place % 2
        for number, statement in enumerate(made):
            if (place + number) % 7 != 6:
                give_opinion(statement=statement, value=CAMPS[camp][number], actor=user)
    draw_map(proposal=gate)
    write_statement(proposal=gate, text="夜间只让刷过脸的住户进出", actor=people["tenant"])


def _bus_stop(estate: Estate, people: dict[str, User]) -> None:
    """Refused as none of the estate's affairs; appealed with success."""
    stop = _raise(
        estate,
        people["tenant"],
        title="请社区帮忙申请把公交站移到小区门口",
        body="最近的公交站在六百米外，老人去医院很吃力。希望社区和物业一起向公交公司提出申请。",
        category="elderly",
    )
    refuse_proposal(
        proposal=stop,
        code="not-estate",
        reason="公交站点由交通部门设置，不属于小区公共事务。",
        actor=people["secretary"],
    )
    appeal = appeal_refusal(
        proposal=stop,
        text="我请求的是由社区出面代为反映，这是社区可以做的事。",
        actor=people["tenant"],
    )
    decide_appeal(
        appeal=appeal,
        upheld=True,
        decision="代为反映诉求属于社区职责，应当受理，由社区向交通部门提出。",
        actor=people["subdistrict"],
    )


def _lift(estate: Estate, people: dict[str, User], neighbours: list[User]) -> None:
    """What only the owners' vote can decide, with its banner."""
    lift = _raise(
        estate,
        neighbours[0],
        title="动用维修资金大修 2 幢电梯",
        body="2 幢的两部电梯使用十五年，今年困人三次，维保单位建议更换主板和曳引机，报价三十八万元。",
        category="funds",
        place="2 幢",
    )
    accept_proposal(proposal=lift, actor=people["secretary"])
    set_statutory_item(
        proposal=lift, item=5, reason="使用建筑物及其附属设施的维修资金。", actor=people["secretary"]
    )
    for user in neighbours[1:7]:
        endorse_proposal(proposal=lift, actor=user)
