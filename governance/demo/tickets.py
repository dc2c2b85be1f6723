"""What 清和里 reports: one late and gone up, one that was not fixed, one joined, one settled and rated."""

from datetime import timedelta

from communities.clock import database_now
from communities.models import Estate, User
from governance.services.ticket_handling import (
    accept_ticket,
    fix_ticket,
    pause_ticket,
    supervise_ticket,
)
from governance.services.ticket_watch import escalate_overdue_tickets
from governance.services.tickets import (
    confirm_fixed,
    rate_ticket,
    reject_fix,
    report_ticket,
    support_ticket,
)


def report_things(estate: Estate, people: dict[str, User]) -> None:
    """Tickets in every state that people meet."""
    now = database_now()
    garage = report_ticket(
        estate=estate,
        category="safety",
        text="地下车库 B 区消防通道被杂物堵住，灭火器也过期了。",
        place="地下车库 B 区",
        actor=people["owner"],
        moment=now - timedelta(days=12),
    )
    support_ticket(ticket=garage, actor=people["co-owner"])
    escalate_overdue_tickets()
    supervise_ticket(
        ticket=garage,
        text="消防通道堵塞已超期，请今天清走杂物并更换灭火器，回复照片。",
        days=1,
        actor=people["secretary"],
    )
    lift = report_ticket(
        estate=estate,
        category="repair",
        text="2 单元电梯关门时反复开合，要等很久。",
        place="2 单元",
        actor=people["tenant"],
        moment=now - timedelta(days=2),
    )
    accept_ticket(ticket=lift, text="已联系维保单位，明天上午到。", actor=people["firm"])
    fix_ticket(ticket=lift, text="更换了门光幕，试运行正常。", actor=people["firm"])
    reject_fix(ticket=lift, text="今天早上又反复开合，没有修好。", actor=people["tenant"])
    lamp = report_ticket(
        estate=estate,
        category="repair",
        text="中心花园路灯有三盏不亮。",
        place="中心花园",
        actor=people["co-owner"],
        moment=now - timedelta(days=1),
    )
    pause_ticket(ticket=lamp, reason="part", text="灯头已订货，预计三天到", actor=people["firm"])
    bins = report_ticket(
        estate=estate,
        category="hygiene",
        text="5 幢门口垃圾桶满了没有清运。",
        place="5 幢门口",
        actor=people["owner"],
        moment=now - timedelta(days=1),
    )
    fix_ticket(ticket=bins, text="已清运，增加一次下午清运。", actor=people["firm"])
    confirm_fixed(ticket=bins, actor=people["owner"])
    rate_ticket(ticket=bins, rating=5, actor=people["owner"])
    report_ticket(
        estate=estate,
        category="neighbours",
        text="楼上夜里十一点以后搬家具，沟通过没有用。",
        is_anonymous=True,
        is_public=False,
        actor=people["tenant"],
    )
