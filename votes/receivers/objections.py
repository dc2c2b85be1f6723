"""What is told of an objection."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.enums import RoleCode
from communities.models import OutboxMessage
from communities.services.notices import notify
from communities.services.outbox import handler
from votes.enums import ObjectionAbout
from votes.models import (
    Objection,
    ObjectionStep,
)
from votes.rules import ROLES_ABOUT

from .people import holders_of


def _objection_of(message: OutboxMessage) -> Objection:
    pk = message.subject.partition(":")[0]
    return Objection.objects.select_related("assembly").get(pk=pk)


@handler("votes.objection-filed")
def tell_who_answers(message: OutboxMessage) -> None:
    """Those who may answer it: chair and community, without those it is about."""
    objection = _objection_of(message)
    able = {RoleCode.COMMITTEE_CHAIR, RoleCode.PREPARATORY_GROUP, RoleCode.SECRETARY} - ROLES_ABOUT[
        ObjectionAbout(objection.about)
    ]
    words = {"number": objection.number, "assembly": objection.assembly.title}
    notify(
        recipients=[pk for pk in holders_of(message, *able) if pk != objection.filed_by_id],
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
        recipients=[pk for pk in holders_of(message, RoleCode.SUBDISTRICT) if pk != objection.filed_by_id],
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
