"""What the owners are told of a vote, and when. Never how anybody voted."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from communities.live import SparingAnnouncer
from communities.models import OutboxMessage, User
from communities.services.notices import notify
from communities.services.outbox import handler
from communities.templatetags._clock import deadline_words
from votes.evidence.receipts import receipt_code
from votes.models import Assembly, Ballot, TwoPersonAct

#: Its own, so that an announcement of the cast just before does not silence this one.
open_pages = SparingAnnouncer(seconds=1.0)


def accounts_on_roll(assembly: Assembly) -> Iterable[int]:
    """Every account bound to an owner on the frozen roll."""
    return (
        User.objects.filter(owners__in=assembly.electors.values("members__owner"), is_active=True)
        .distinct()
        .values_list("pk", flat=True)
    )


@handler("votes.assembly-opened")
def tell_opened(message: OutboxMessage) -> None:
    assembly = Assembly.objects.get(pk=message.subject)
    notify(
        recipients=accounts_on_roll(assembly),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("可以表决了：%(assembly)s") % {"assembly": assembly.title},
        url=reverse("votes:assembly", args=[assembly.pk]),
    )


@handler("votes.assembly-certified")
def tell_certified(message: OutboxMessage) -> None:
    assembly = Assembly.objects.get(pk=message.subject)
    notify(
        recipients=accounts_on_roll(assembly),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("表决结果已公布：%(assembly)s") % {"assembly": assembly.title},
        url=reverse("votes:result", args=[assembly.pk]),
    )


@handler("votes.ballot-cast")
def tell_cast(message: OutboxMessage) -> None:
    """Tell everybody who could have cast this ballot, so that a false one is noticed at once."""
    ballot = Ballot.objects.select_related("assembly", "elector").get(pk=message.subject)
    notify(
        recipients=User.objects.filter(owners__in=ballot.elector.members.values("owner"), is_active=True)
        .distinct()
        .values_list("pk", flat=True),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("已收到表决票：%(unit)s") % {"unit": ballot.elector.label},
        text=_("回执码 %(code)s。如果不是您家提交的，请马上联系社区。")
        % {"code": receipt_code(ballot.leaf_hash)},
        url=reverse("votes:receipt", args=[ballot.pk]),
    )
    transaction.on_commit(lambda: open_pages.announce(f"assembly.{ballot.assembly_id}"))


def _tell_roll(
    message: OutboxMessage, title: str, text: str = "", *, assembly: Assembly | None = None
) -> None:
    assembly = assembly or Assembly.objects.get(pk=message.subject)
    notify(
        recipients=accounts_on_roll(assembly),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title % {"assembly": assembly.title},
        text=text,
        url=reverse("votes:assembly", args=[assembly.pk]),
    )


@handler("votes.assembly-published")
def tell_published(message: OutboxMessage) -> None:
    _tell_roll(
        message,
        _("会议公示了：%(assembly)s"),
        _("请看公告、表决事项和起止时间。名册有误的，请尽早告诉社区。"),
    )


@handler("votes.assembly-cancelled")
def tell_cancelled(message: OutboxMessage) -> None:
    _tell_roll(
        message, _("会议取消了：%(assembly)s"), _("不再接受表决，已提交的表决票不计票。理由见会议页面。")
    )


@handler("votes.assembly-voided")
def tell_voided(message: OutboxMessage) -> None:
    _tell_roll(message, _("表决结果被撤销：%(assembly)s"), _("理由见会议页面。"))


def _act_of(message: OutboxMessage) -> TwoPersonAct:
    number = message.subject.partition(":")[0]
    return TwoPersonAct.objects.select_related("assembly__estate").get(pk=number)


@handler("votes.assembly-extended")
def tell_extended(message: OutboxMessage) -> None:
    act = _act_of(message)
    closes_at = datetime.fromisoformat(act.payload["closes_at"])
    text = _("现在 %(deadline)s 截止。理由：%(reason)s") % {
        "deadline": deadline_words(closes_at, message.created_at, relative=False, year=True),
        "reason": act.reason,
    }
    _tell_roll(message, _("表决时间延长了：%(assembly)s"), text, assembly=act.assembly)


@handler("votes.roll-corrected")
def tell_corrected(message: OutboxMessage) -> None:
    act = _act_of(message)
    text = _("现在共 %(heads)s 人。理由：%(reason)s") % {
        "heads": act.payload["roll"]["heads"],
        "reason": act.reason,
    }
    _tell_roll(message, _("表决人名册更正了：%(assembly)s"), text, assembly=act.assembly)


@handler("votes.roll-entry-corrected")
def tell_whose_entry(message: OutboxMessage) -> None:
    """Whoever's own entry changed, also who is on the roll no more."""
    act = _act_of(message)
    notify(
        recipients=User.objects.filter(owners=int(message.subject.partition(":")[2]), is_active=True),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("名册上您家的登记更正了：%(assembly)s") % {"assembly": act.assembly.title},
        text=_("请核对房屋、面积和由谁投票。有异议的，请在表决开始前向社区提出。"),
        url=reverse("votes:assembly", args=[act.assembly_id]),
    )
