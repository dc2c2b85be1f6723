"""Meetings and minutes brought to where a test needs them, through the services."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from communities.enums import RoleCode
from communities.models import Estate, User
from governance.enums import MeetingKind, Party
from governance.models import Attendance, Meeting, Minutes, Proposal
from governance.services.action_items import add_action_item
from governance.services.attendance import sign_in_at_door
from governance.services.live_meetings import write_position, write_record
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
from tests.factories.communities import EstateFactory, appoint
from tests.factories.proposals import at_home


@dataclass
class Room:
    """An estate with the people of a meeting: one of each party and two residents."""

    estate: Estate = field(default_factory=EstateFactory)
    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        codes = {
            "secretary": RoleCode.SECRETARY,
            "chair": RoleCode.COMMITTEE_CHAIR,
            "firm": RoleCode.FIRM,
            "subdistrict": RoleCode.SUBDISTRICT,
        }
        for name, code in codes.items():
            if name not in self.people:
                self.people[name] = appoint(code, self.estate)
        for name in ("one", "two"):
            if name not in self.people:
                self.people[name] = at_home(self.estate)

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def plan(self, **fields: Any) -> Plan:
        begins = fields.pop("starts_at", timezone.now() + timedelta(days=20))
        values: dict[str, Any] = {
            "kind": MeetingKind.COORDINATION,
            "title": "北门夜间开放协调会",
            "starts_at": begins,
            "ends_at": begins + timedelta(hours=2),
            "chair": self.secretary,
            "recorder": self.chair,
            "purpose": "听取各方对北门夜间开放的意见。",
            "place": "社区会议室",
            "seats": 5,
        }
        return Plan(**(values | fields))

    def drafted(self, *proposals: Proposal, **fields: Any) -> Meeting:
        parties = {Party.COMMITTEE: 1, Party.FIRM: 1}
        meeting = draft_meeting(
            estate=self.estate, plan=self.plan(**fields), parties=parties, actor=self.secretary
        )
        for proposal in proposals:
            add_agenda_item(meeting=meeting, proposal=proposal, actor=self.secretary)
        add_agenda_item(meeting=meeting, title="夜间值守的费用", actor=self.secretary)
        return meeting

    def announced(self, *proposals: Proposal, **fields: Any) -> Meeting:
        return announce_meeting(meeting=self.drafted(*proposals, **fields), actor=self.secretary)

    def due(self, *proposals: Proposal, **fields: Any) -> Meeting:
        """Announced in time, and its hour has come."""
        meeting = self.announced(*proposals, **fields)
        now = timezone.now()
        Meeting.objects.filter(pk=meeting.pk).update(
            starts_at=now + timedelta(minutes=5), ends_at=now + timedelta(hours=2)
        )
        meeting.refresh_from_db()
        return meeting

    def gathered(self, *proposals: Proposal, **fields: Any) -> Meeting:
        """Everybody is there; it may begin."""
        meeting = self.due(*proposals, **fields)
        for user in self.people.values():
            sign_in_at_door(token=meeting.door_token, actor=user)
        # Residents who raised nothing sit as observers; the quota asks for delegates of theirs.
        Attendance.objects.filter(meeting=meeting, user__in=[self.one, self.two]).update(role="delegate")
        return meeting

    def running(self, *proposals: Proposal, **fields: Any) -> Meeting:
        return start_meeting(meeting=self.gathered(*proposals, **fields), actor=self.secretary)

    def recorded(self, *proposals: Proposal) -> Meeting:
        """Ended, with words, positions and an action item in its record."""
        meeting = self.running(*proposals)
        for item in meeting.items.all():
            write_record(
                item=item,
                version=item.version,
                discussion="大家认为晚归的人多，北门开到 23:30 有必要。𠮷先生提到噪声。",
                consensus="人行小门开到 23:30，先试行三个月。",
                dissent="北门旁住户希望车行门不延长。",
                actor=self.chair,
            )
            write_position(item=item, party="firm", version=0, text="可以安排夜班值守。", actor=self.firm)
            add_action_item(
                item=item,
                text="在北门安装人行小门和闭门器",
                party="firm",
                due_on=date(2099, 1, 31),
                owner_name="孙师傅",
                actor=self.chair,
            )
        return end_meeting(meeting=meeting, actor=self.secretary)

    def minutes(self, *proposals: Proposal) -> Minutes:
        return draft_minutes(meeting=self.recorded(*proposals), actor=self.chair)

    def confirming(self, *proposals: Proposal) -> Minutes:
        return ask_for_confirmation(minutes=self.minutes(*proposals), actor=self.chair)

    def signing(self, *proposals: Proposal) -> Minutes:
        minutes = self.confirming(*proposals)
        for user in self.people.values():
            dissent = "噪声的事没有写清楚，请补充测量" if user == self.two else ""
            confirm_minutes(minutes=minutes, dissent=dissent, actor=user)
        return end_confirmation(minutes=minutes, actor=self.chair)

    def sealed(self, *proposals: Proposal) -> Minutes:
        return self.sign(self.signing(*proposals))

    def sign(self, minutes: Minutes) -> Minutes:
        """All three parties sign."""
        for party, user in (("committee", self.chair), ("firm", self.firm), ("community", self.secretary)):
            minutes = sign_minutes(minutes=minutes, party=party, method="sms", sha=minutes.sha256, actor=user)
        return minutes
