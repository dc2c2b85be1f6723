"""Objections that wait for an answer, for the desks of those who may give it."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.models import Estate, User
from governance.steps import Step
from votes.objecting import open_objections
from votes.services.objections import is_about


def objection_steps(user: User, estates: list[Estate], moment: datetime) -> Iterator[Step]:
    """Each open objection with its clock, and whose turn it is."""
    if not estates:
        return
    by_pk = {estate.pk: estate for estate in estates}
    for objection in open_objections(estates):
        estate = by_pk[objection.assembly.estate_id]
        objection.assembly.estate = estate
        mine = objection.filed_by_id != user.pk and not is_about(objection, user)
        words = {
            "number": objection.number,
            "kind": objection.get_kind_display(),
            "assembly": objection.assembly.title,
        }
        yield Step(
            kind=_("异议"),
            tone="seal" if objection.due_at <= moment else "amber",
            text=_("%(assembly)s：第 %(number)d 号异议（%(kind)s）等答复") % words,
            estate=estate,
            turn=_("您") if mine else _("别的一方或街道"),
            due=objection.due_at,
            url=reverse("votes:desk-objection", args=[estate.slug, objection.pk]),
            act=_("答复") if mine else _("查看"),
        )
