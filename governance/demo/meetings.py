"""The meetings of 清和里: a hearing whose minutes all three parties signed, and one that is running now."""

from datetime import timedelta

from django.utils import timezone

from communities.clock import database_now
from communities.models import Estate, User
from governance.enums import MeetingKind, Party
from governance.models import AgendaItem, Meeting, Minutes, Proposal
from governance.services.action_items import add_action_item, report_on_action
from governance.services.attendance import add_attendant, register_for_meeting, sign_in_at_desk
from governance.services.live_meetings import (
    answer_poll,
    give_floor,
    go_to_item,
    open_poll,
    raise_hand,
    write_position,
    write_record,
)
from governance.services.meetings import (
    Plan,
    add_agenda_item,
    announce_meeting,
    draft_meeting,
    end_meeting,
    start_meeting,
)
from governance.services.minutes import (
    ask_for_confirmation,
    confirm_minutes,
    draft_minutes,
    end_confirmation,
    sign_minutes,
)
from governance.services.prepared_assemblies import prepare_assembly
from governance.services.reviews import set_statutory_item

NO_REASON_TO_WAIT = "听证会已达成协商意见，涉及公共收益的使用，提交业主大会表决。"


def meet(estate: Estate, people: dict[str, User], gate: Proposal) -> Minutes:
    """The hearing on ``gate`` from its call to the draft of an assembly, and a joint meeting under way."""
    endorsers = [one.user for one in gate.endorsements.select_related("user").order_by("pk")]
    minutes = _hearing(estate, people, gate, endorsers)
    gate.refresh_from_db()
    set_statutory_item(
        proposal=gate,
        item=8,
        reason="小门改变共用部分的用途，费用由公共收益列支",
        actor=people["secretary"],
    )
    prepare_assembly(proposal=gate, actor=people["chair"], reason=NO_REASON_TO_WAIT)
    _joint_meeting(estate, people)
    return minutes


def _call(
    estate: Estate,
    people: dict[str, User],
    *,
    kind: MeetingKind,
    title: str,
    purpose: str,
    parties: dict[Party, int],
    proposals: list[Proposal],
    items: list[str],
) -> Meeting:
    """A meeting announced in time that is about to begin: its day is moved to now afterwards."""
    begins = database_now() + timedelta(days=15)
    plan = Plan(
        kind=kind,
        title=title,
        purpose=purpose,
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        chair=people["secretary"],
        recorder=people["chair"],
        place="社区二楼会议室",
        seats=20,
    )
    meeting = draft_meeting(estate=estate, plan=plan, parties=parties, actor=people["secretary"])
    for proposal in proposals:
        add_agenda_item(meeting=meeting, proposal=proposal, minutes_planned=40, actor=people["secretary"])
    for words in items:
        add_agenda_item(meeting=meeting, title=words, minutes_planned=20, actor=people["secretary"])
    announce_meeting(meeting=meeting, actor=people["secretary"])
    return meeting


def _bring_in(meeting: Meeting, people: dict[str, User], residents: list[User]) -> None:
    """Everybody registers; then the day of the meeting is today, and they are signed in."""
    for user in (people["owner"], people["firm"], *residents):
        if not meeting.attendances.filter(user=user).exists():
            add_attendant(
                meeting=meeting,
                name="",
                user=user,
                party="firm" if user == people["firm"] else "residents",
                role="delegate",
                actor=people["secretary"],
            )
    register_for_meeting(meeting=meeting, actor=people["tenant"])
    now = timezone.now()
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=now + timedelta(minutes=5), ends_at=now + timedelta(minutes=125)
    )
    for attendance in meeting.attendances.all():
        sign_in_at_desk(attendance=attendance, actor=people["secretary"])


def _hearing(estate: Estate, people: dict[str, User], gate: Proposal, endorsers: list[User]) -> Minutes:
    meeting = _call(
        estate,
        people,
        kind=MeetingKind.HEARING,
        title="北门夜间开放听证会",
        purpose="听取住户、物业和业委会对北门夜间开放的意见，形成协商意见。",
        parties={Party.COMMITTEE: 1, Party.FIRM: 1},
        proposals=[gate],
        items=["夜间值守和噪声"],
    )
    residents = [user for user in endorsers if user != people["tenant"]][:4]
    _bring_in(meeting, people, residents)
    start_meeting(meeting=meeting, actor=people["secretary"])
    first, second = meeting.items.order_by("position")
    _discuss_gate(first, people, residents)
    go_to_item(item=second, actor=people["secretary"])
    write_record(
        item=second,
        version=1,
        discussion="北门旁的住户担心夜间噪声。物业介绍了闭门器和隔音条的做法，并当场播放了样门关门的声音。",
        consensus="小门装闭门器和隔音条，夜间增加一名值班人员；试行一个月后由社区测一次噪声。",
        dissent="",
        actor=people["chair"],
    )
    measured = add_action_item(
        item=second,
        text="试行一个月后测北门夜间噪声并公布",
        party="community",
        owner_name="周书记",
        due_on=(timezone.now() + timedelta(days=60)).date(),
        actor=people["chair"],
    )
    end_meeting(meeting=meeting, actor=people["secretary"])
    minutes = draft_minutes(meeting=meeting, actor=people["chair"])
    minutes = ask_for_confirmation(minutes=minutes, actor=people["chair"])
    for attendance in meeting.attendances.filter(user__isnull=False).select_related("user"):
        assert attendance.user is not None
        dissent = "我家就在北门边上，希望车行门不要延长" if attendance.user in residents[:1] else ""
        confirm_minutes(minutes=minutes, actor=attendance.user, dissent=dissent)
    minutes = end_confirmation(minutes=minutes, actor=people["chair"])
    for party, key in (("committee", "chair"), ("firm", "firm"), ("community", "secretary")):
        minutes = sign_minutes(
            minutes=minutes, party=party, method="sms", sha=minutes.sha256, actor=people[key]
        )
    report_on_action(
        action=measured, status="doing", note="已联系街道环保员，借到声级计", actor=people["secretary"]
    )
    return minutes


def _discuss_gate(item: AgendaItem, people: dict[str, User], residents: list[User]) -> None:
    for party, key, text in (
        ("committee", "chair", "同意先试行三个月，费用从公共收益列支，需要业主大会表决。"),
        ("firm", "firm", "可以装人行小门并延到 23:30，车行门仍按 22:00 关闭。"),
        ("community", "secretary", "试行期间社区每周收集一次意见。"),
    ):
        write_position(item=item, party=party, version=0, text=text, actor=people[key])
    poll = open_poll(item=item, question="赞成人行小门先试行三个月吗？", actor=people["secretary"])
    for place, user in enumerate([people["owner"], *residents]):
        answer_poll(poll=poll, choice="disagree" if place == 1 else "agree", actor=user)
    write_record(
        item=item,
        version=1,
        discussion=(
            "提出人说明：每晚 22:00 到 23:30 约有四十人绕行。\n"
            "多数住户赞成延长，北门旁的住户担心噪声，建议只开人行小门。"
        ),
        consensus="增设刷脸的人行小门，开到 23:30，先试行三个月；车行门时间不变。",
        dissent="个别住户希望先做隔音再试行。",
        statutory=8,
        actor=people["chair"],
    )
    action = add_action_item(
        item=item,
        text="在北门安装刷脸人行小门和闭门器，报价交业委会",
        party="firm",
        owner_name="孙师傅",
        due_on=(timezone.now() + timedelta(days=20)).date(),
        actor=people["chair"],
    )
    report_on_action(action=action, status="doing", note="已请两家报价", actor=people["firm"])


def _joint_meeting(estate: Estate, people: dict[str, User]) -> Meeting:
    """Running now: the first item under discussion, hands up, a straw poll open."""
    garage = Proposal.objects.get(estate=estate, title__startswith="动用维修资金")
    meeting = _call(
        estate,
        people,
        kind=MeetingKind.JOINT,
        title="十一月三方联席会议",
        purpose="商量电梯大修和冬季用电安全。",
        parties={Party.RESIDENTS: 1},
        proposals=[garage],
        items=["冬季用电和消防检查"],
    )
    residents = [people["co-owner"]]
    _bring_in(meeting, people, residents)
    start_meeting(meeting=meeting, actor=people["secretary"])
    item = meeting.items.order_by("position")[0]
    write_position(
        item=item, party="firm", version=0, text="建议两部电梯分开停用，每部十二天。", actor=people["firm"]
    )
    speech = raise_hand(item=item, actor=people["co-owner"])
    raise_hand(item=item, actor=people["owner"])
    give_floor(speech=speech, actor=people["secretary"])
    poll = open_poll(item=item, question="两部电梯分开停用，可以接受吗？", actor=people["secretary"])
    answer_poll(poll=poll, choice="agree", actor=people["co-owner"])
    return meeting
