"""What the owners are told of a vote, and when. Never how anybody voted."""

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from communities.enums import RoleCode
from communities.live import SparingAnnouncer
from communities.models import OutboxMessage, Role, User
from communities.rules import today
from communities.services.notices import notify
from communities.services.outbox import handler
from votes.enums import ObjectionAbout
from votes.evidence.receipts import receipt_code
from votes.models import Assembly, Ballot, Objection, ObjectionStep
from votes.rules import ROLES_ABOUT

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


def _tell_roll(message: OutboxMessage, title: str, text: str = "") -> None:
    assembly = Assembly.objects.get(pk=message.subject)
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


# --- objections ------------------------------------------------------------------


def _objection_of(message: OutboxMessage) -> Objection:
    pk = message.subject.partition(":")[0]
    return Objection.objects.select_related("assembly").get(pk=pk)


def _holders(message: OutboxMessage, *codes: RoleCode) -> list[int]:
    held = Role.objects.on(today()).covering(message.estate).filter(code__in=codes, user__is_active=True)
    return sorted(set(held.values_list("user", flat=True)))


@handler("votes.objection-filed")
def tell_who_answers(message: OutboxMessage) -> None:
    """Those who may answer it: chair and community, without those it is about."""
    objection = _objection_of(message)
    able = {RoleCode.COMMITTEE_CHAIR, RoleCode.SECRETARY} - ROLES_ABOUT[ObjectionAbout(objection.about)]
    words = {"number": objection.number, "assembly": objection.assembly.title}
    notify(
        recipients=[pk for pk in _holders(message, *able) if pk != objection.filed_by_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("有人提出异议（第 %(number)d 号）：%(assembly)s") % words,
        text=_("请在期限内核查、答复。"),
        url=reverse("votes:desk-objection", args=[message.estate.slug, objection.pk]),
    )


@handler("votes.objection-stepped")
def tell_filer(message: OutboxMessage) -> None:
    objection = _objection_of(message)
    step = ObjectionStep.objects.get(pk=message.subject.partition(":")[2])
    words = {"number": objection.number, "status": step.get_status_display()}
    notify(
        recipients=[objection.filed_by_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("您的异议（第 %(number)d 号）：%(status)s") % words,
        text=step.text,
        url=reverse("votes:objection", args=[objection.pk]),
    )


@handler("votes.objection-escalated")
def tell_subdistrict(message: OutboxMessage) -> None:
    """The subdistrict, that nobody answered in time; and the filer, that it knows."""
    objection = _objection_of(message)
    words = {"number": objection.number, "assembly": objection.assembly.title}
    told = {"estate": message.estate, "topic": message.topic, "subject": message.subject}
    notify(
        recipients=[pk for pk in _holders(message, RoleCode.SUBDISTRICT) if pk != objection.filed_by_id],
        title=_("异议超期未答复（第 %(number)d 号）：%(assembly)s") % words,
        text=_("请督促或直接答复。"),
        url=reverse("votes:desk-objection", args=[message.estate.slug, objection.pk]),
        **told,  # type: ignore[arg-type]
    )
    notify(
        recipients=[objection.filed_by_id],
        title=_("您的异议（第 %(number)d 号）超期未答复，已报告街道") % words,
        url=reverse("votes:objection", args=[objection.pk]),
        **told,  # type: ignore[arg-type]
    )
