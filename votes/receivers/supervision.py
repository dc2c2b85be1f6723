"""What is told when a window is extended or a roll corrected."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.models import OutboxMessage, User
from communities.services.notices import notify
from communities.services.outbox import handler
from communities.templatetags import _clock

from .people import act_of, tell_roll


@handler("votes.assembly-extended")
def tell_extended(message: OutboxMessage) -> None:
    act = act_of(message)
    closes_at = datetime.fromisoformat(act.payload["closes_at"])
    text = _("现在 %(deadline)s 截止。理由：%(reason)s") % {
        "deadline": _clock.deadline_words(closes_at, message.created_at, relative=False, year=True),
        "reason": act.reason,
    }
    tell_roll(message, _("表决时间延长了：%(assembly)s"), text, assembly=act.assembly)


@handler("votes.roll-corrected")
def tell_corrected(message: OutboxMessage) -> None:
    act = act_of(message)
    text = _("现在共 %(heads)s 人。理由：%(reason)s") % {
        "heads": act.payload["roll"]["heads"],
        "reason": act.reason,
    }
    tell_roll(message, _("表决人名册更正了：%(assembly)s"), text, assembly=act.assembly)


@handler("votes.roll-entry-corrected")
def tell_whose_entry(message: OutboxMessage) -> None:
    """Whoever's own entry changed, also who is on the roll no more."""
    act = act_of(message)
    notify(
        recipients=User.objects.filter(owners=int(message.subject.partition(":")[2]), is_active=True),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("名册上您家的登记更正了：%(assembly)s") % {"assembly": act.assembly.title},
        text=_("请核对房屋、面积和由谁投票。有异议的，请在表决开始前向社区提出。"),
        url=reverse("votes:assembly", args=[act.assembly_id]),
    )
