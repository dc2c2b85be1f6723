"""What the owners are told of a vote, and when. Never how anybody voted."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from communities.live import SparingAnnouncer
from communities.models import OutboxMessage
from communities.services.notices import notify
from communities.services.outbox import handler
from votes.enums import Channel
from votes.evidence.receipts import receipt_code
from votes.models import (
    Assembly,
    Ballot,
    SecretTurnout,
)

from .people import accounts_of, accounts_on_roll, tell_roll

#: Its own, so that an announcement of the cast just before does not silence this one.
open_pages = SparingAnnouncer(seconds=1.0)


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
    ballot = Ballot.objects.select_related("assembly", "elector", "mandate").get(pk=message.subject)
    words = {"code": receipt_code(ballot.leaf_hash)}
    if ballot.mandate:
        text = _("由受托人提交，回执码 %(code)s。截止前本人仍可以自己表决，以本人的为准。") % words
    elif ballot.channel == Channel.PAPER:
        text = _("收到的是纸质表决票，回执码 %(code)s。如果不是您家交的，请马上联系社区。") % words
    else:
        text = _("回执码 %(code)s。如果不是您家提交的，请马上联系社区。") % words
    holder = [ballot.mandate.holder_id] if ballot.mandate and ballot.mandate.holder_id else []
    notify(
        recipients=[*accounts_of(ballot.elector), *holder],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("已收到表决票：%(unit)s") % {"unit": ballot.elector.label},
        text=text,
        url=reverse("votes:receipt", args=[ballot.pk]),
    )
    transaction.on_commit(lambda: open_pages.announce(f"assembly.{ballot.assembly_id}"))


@handler("votes.assembly-published")
def tell_published(message: OutboxMessage) -> None:
    tell_roll(
        message,
        _("会议公示了：%(assembly)s"),
        _("请看公告、表决事项和起止时间。名册有误的，请尽早告诉社区。"),
    )


@handler("votes.assembly-cancelled")
def tell_cancelled(message: OutboxMessage) -> None:
    tell_roll(
        message, _("会议取消了：%(assembly)s"), _("不再接受表决，已提交的表决票不计票。理由见会议页面。")
    )


@handler("votes.assembly-voided")
def tell_voided(message: OutboxMessage) -> None:
    tell_roll(message, _("表决结果被撤销：%(assembly)s"), _("理由见会议页面。"))


@handler("votes.took-part")
def tell_took_part(message: OutboxMessage) -> None:
    """Tell the home that somebody took part for it in a secret vote."""
    turnout = SecretTurnout.objects.select_related("elector").get(pk=message.subject)
    notify(
        recipients=accounts_of(turnout.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("已参与表决：%(unit)s") % {"unit": turnout.elector.label},
        text=_("参与回执码 %(code)s。如果不是您家提交的，请马上联系社区。")
        % {"code": receipt_code(turnout.leaf_hash)},
        url=reverse("votes:took-part", args=[turnout.idempotency_key]),
    )
