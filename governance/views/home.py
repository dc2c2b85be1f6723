"""The front door, and the home of an estate."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from communities.access import desk_estates_for, estate_for, estates_for
from communities.clock import database_now, local_day
from communities.committees import sitting
from communities.enums import BindingStatus
from communities.http import PersonRequest
from communities.models import BindingRequest, CommitteeTerm, Estate, Notice, ServiceContract, User
from communities.rules import allows
from communities.templatetags.linyi import day, money
from governance.access.proposals import published_in
from governance.queries.proposals import newest_proposals
from governance.views.proposals import cell_of, proposal_turns
from votes.access import assemblies_for, mandates_of
from votes.enums import AssemblyStatus, MotionKind, Verdict
from votes.models import Assembly
from votes.queries import Turnout, turnouts
from votes.standing import Standing, standings_of
from votes.statutes import statute_by_code
from votes.wording import asked_words, elected_words, quorum_sign

RECENT = 4
NOTICES = 5
TALKS = 3
RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Where a person belongs: their estate, their desk, a choice of both, or the way to be bound."""
    user = request.user
    if not user.is_authenticated:
        return redirect("demo:people" if settings.DEMO_MODE else "communities:login")
    at_desk = desk_estates_for(user).exists()
    estates = list(estates_for(user).filter(_lives_in(user)).distinct())
    if not estates and at_desk:
        return redirect("governance:desk")
    estates = estates or list(estates_for(user))
    if len(estates) == 1:
        return redirect("governance:estate", estates[0].slug)
    if not estates:
        # Who only holds somebody's mandate lives elsewhere and has nothing to be bound to here.
        return redirect("votes:mandates" if mandates_of(user).exists() else "communities:bind")
    return render(request, "governance/home.html", {"cells": _doors(estates), "at_desk": at_desk})


def _lives_in(user: User) -> Q:
    residencies = user.residencies.filter(valid_to__isnull=True)
    return Q(pk__in=user.owners.values("estate")) | Q(pk__in=residencies.values("unit__estate"))


def _doors(estates: Iterable[Estate]) -> list[dict[str, str]]:
    return [
        {
            "title": estate.name,
            "note": estate.community.name,
            "url": reverse("governance:estate", args=[estate.slug]),
            "icon": "building",
        }
        for estate in estates
    ]


@login_required
@never_cache
@require_GET
def estate(request: PersonRequest, slug: str) -> HttpResponse:
    """The estate as its people see it: what waits for them first, then what goes on, then who serves."""
    found = estate_for(request.user, slug)
    moment = database_now()
    posted = _posted(request.user, found)
    standings = standings_of(request.user, posted) if posted else {}
    running = [one for one in posted if one.phase(moment) == AssemblyStatus.OPEN]
    cast = turnouts(running) if running else {}
    # What waits for this person stands first, then what closes first.
    running.sort(key=lambda one: (not standings[one.pk].waiting, one.closes_at))
    context = {
        "estate": found,
        "open": [_card(one, standings[one.pk], cast[one.pk]) for one in running],
        "turns": [
            *_held_mandates(running, standings, moment),
            *proposal_turns(request.user, found),
            *_pending_bindings(request.user, found),
            *_notices(request.user, found),
        ],
        "recent": [_recent(one, moment) for one in posted if one not in running][:RECENT],
        "talks": [cell_of(one) for one in newest_proposals(published_in(found))[:TALKS]],
        "may_report": allows("governance.report_ticket", request.user, found),
        "may_raise": allows("governance.raise_proposal", request.user, found),
        "list_url": reverse("votes:assembly-list", args=[found.slug]),
        "committee": _committee(found, local_day(moment)),
        "firm": _firm(found, local_day(moment)),
        "at_desk": allows("communities.use_desk", request.user, found),
    }
    return render(request, "governance/estate.html", context)


def _posted(user: User, estate: Estate) -> list[Assembly]:
    """Everything running, and the last that were decided."""
    found = (
        assemblies_for(user)
        .filter(estate=estate)
        .exclude(status=AssemblyStatus.DRAFT)
        .order_by(F("closes_at").desc(), "-pk")
        .prefetch_related("motions__result", "motions__candidate__result")
    )
    running = Q(status__in=RUNNING)
    return [*found.filter(running), *found.exclude(running)[:RECENT]]


def _card(assembly: Assembly, standing: Standing, cast: Turnout) -> dict[str, Any]:
    if standing.waiting:
        tag = (_("等您表决"), "seal")
    elif standing.has_cast_all:
        tag = (_("您家已表决"), "")
    else:
        tag = (_("表决中"), "")
    return {
        "assembly": assembly,
        "tags": [tag, (assembly.title, "plain")],
        "asked": _asked(assembly),
        "is_waiting": bool(standing.waiting),
        "turnout": cast,
        "quorum": quorum_sign(statute_by_code(assembly.statute)),
        "url": reverse("votes:assembly", args=[assembly.pk]),
    }


def _asked(assembly: Assembly) -> str:
    return asked_words(list(assembly.motions.all())) or assembly.title


def _held_mandates(
    running: Iterable[Assembly], standings: Mapping[int, Standing], moment: datetime
) -> list[dict[str, Any]]:
    """受托表决: one tap to the ballot."""
    return [
        {
            "title": _("受托表决：%(home)s") % {"home": held.elector.label},
            "note": _("%(who)s 委托您表决") % {"who": held.who},
            "url": f"{reverse('votes:assembly', args=[one.pk])}?mandate={held.mandate.pk}",
            "due": one.closes_at,
        }
        for one in running
        for held in standings[one.pk].held
        if held.is_waiting(moment)
    ]


def _notices(user: User, estate: Estate) -> list[dict[str, Any]]:
    unread = Notice.objects.filter(recipient=user, estate=estate, read_at__isnull=True)[:NOTICES]
    return [
        {
            "title": notice.title,
            "note": notice.text,
            "url": reverse("communities:notice", args=[notice.pk]),
        }
        for notice in unread
    ]


def _pending_bindings(user: User, estate: Estate) -> list[dict[str, Any]]:
    pending = BindingRequest.objects.filter(
        user=user, estate=estate, status=BindingStatus.PENDING
    ).select_related("unit__building")
    return [
        {
            "title": _("绑定 %(unit)s：等社区核对") % {"unit": binding.unit.label},
            "note": _("社区会在 %(day)s 前答复您。") % {"day": day(binding.due_at)},
            "url": reverse("communities:me"),
        }
        for binding in pending
    ]


#: How an assembly that is not open is tagged in the list.
_TONES = {
    AssemblyStatus.PUBLISHED: "sky",
    AssemblyStatus.CLOSED: "amber",
    AssemblyStatus.CANCELLED: "plain",
    AssemblyStatus.VOID: "seal",
}


def _recent(assembly: Assembly, moment: datetime) -> dict[str, Any]:
    phase = assembly.phase(moment)
    decided = phase in (AssemblyStatus.CERTIFIED, AssemblyStatus.VOID)
    notes = {
        AssemblyStatus.PUBLISHED: _("%(day)s 开始表决") % {"day": day(assembly.opens_at)},
        AssemblyStatus.CLOSED: _("已经截止，正在计票"),
        AssemblyStatus.CERTIFIED: _outcome(assembly),
    }
    return {
        "title": _asked(assembly),
        "note": " · ".join(filter(None, [assembly.title, notes.get(phase, "")])),
        "tags": [(phase.label, _TONES.get(phase, ""))],
        "url": reverse("votes:result" if decided else "votes:assembly", args=[assembly.pk]),
    }


def _outcome(assembly: Assembly) -> str:
    """ "2 项通过，1 项未形成决定", in the words of the verdicts."""
    verdicts = Counter(
        motion.result.verdict
        for motion in assembly.motions.all()
        if hasattr(motion, "result") and motion.kind != MotionKind.CANDIDATE
    )
    parts = [
        _("%(number)d 项%(verdict)s") % {"number": verdicts[verdict], "verdict": verdict.label}
        for verdict in Verdict
        if verdicts[verdict]
    ]
    return _("，").join(filter(None, [elected_words(assembly.motions.all()), *parts]))


def _committee(estate: Estate, on: date) -> dict[str, Any] | None:
    """The serving committee: its term and who sits on it."""
    term = CommitteeTerm.objects.filter(estate=estate, starts_on__lte=on, ends_on__gt=on).first()
    if term is None:
        return None
    by_position: dict[str, list[str]] = {}
    for seat in sitting(term, on=on):
        by_position.setdefault(str(seat.get_position_display()), []).append(
            seat.holder_name or _("（未填姓名）")
        )
    return {
        "title": _("第 %(number)d 届业主委员会") % {"number": term.number},
        "url": reverse("communities:committee", args=[estate.slug]),
        "facts": [
            (_("任期"), _span(term.starts_on, term.ends_on)),
            (_("备案"), f"{term.filed_on:%Y-%m-%d}" if term.filed_on else _("尚未备案")),
            *((position, "、".join(names)) for position, names in by_position.items()),
        ],
    }


def _firm(estate: Estate, on: date) -> list[tuple[str, str]]:
    """The firm that serves the estate, and for what fee."""
    contract = (
        ServiceContract.objects.filter(estate=estate, starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
        .select_related("firm")
        .order_by("-starts_on")
        .first()
    )
    if contract is None:
        return []
    fee = _("住宅每月每平方米 %(yuan)s 元") % {"yuan": money(contract.monthly_fee)}
    return [
        (_("企业"), contract.firm.name),
        (_("合同"), _span(contract.starts_on, contract.ends_on)),
        (_("收费"), fee if contract.monthly_fee else ""),
    ]


def _span(start: date, end: date | None) -> str:
    """ "2024年6月 至 2029年6月": nobody plans by the day of a term."""
    words = {"start": _month(start), "end": _month(end) if end else ""}
    return _("%(start)s 至 %(end)s") % words if end else _("%(start)s 起") % words


def _month(day: date) -> str:
    return _("%(year)d年%(month)d月") % {"year": day.year, "month": day.month}
