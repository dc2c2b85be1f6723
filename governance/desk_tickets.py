"""Tickets that wait at the desk: one line an estate for what is late, supervised or new."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from communities.models import Estate, User
from governance.models import Ticket
from governance.models.ticket import RUNNING
from governance.rules import parties_of
from governance.steps import Step


def ticket_steps(user: User, estates: list[Estate], moment: datetime) -> Iterator[Step]:
    """What lies with one's own parties, and what was reported up to them."""
    levels = {"community": 1, "subdistrict": 2}
    by_pk = {estate.pk: estate for estate in estates}
    alike: dict[tuple[str, ...], list[Estate]] = {}
    for estate in estates:
        alike.setdefault(tuple(party.value for party in parties_of(user, estate)), []).append(estate)
    for_me = Q(pk__isnull=True)
    for parties, there in alike.items():
        up_to_me = [level for party, level in levels.items() if party in parties]
        for_me |= Q(estate__in=there) & (Q(party__in=parties) | Q(escalation__in=up_to_me))
    waiting = (
        Ticket.objects.filter(for_me, status__in=RUNNING)
        .order_by()
        .values("estate")
        .annotate(number=Count("pk"), late=Count("pk", filter=Q(due_at__lte=moment)), first=Min("due_at"))
    )
    for row in waiting:
        estate, late = by_pk[row["estate"]], row["late"]
        words = ngettext("%(number)d 件报事要处理", "%(number)d 件报事要处理", row["number"])
        text = words % {"number": row["number"]}
        if late:
            text += _("，其中 %(late)d 件超期") % {"late": late}
        yield Step(
            kind=_("报事"),
            tone="seal" if late else "sky",
            text=text,
            estate=estate,
            turn=_("您"),
            due=row["first"],
            url=reverse("governance:desk-tickets", args=[estate.slug]),
            act=_("去处理"),
        )
