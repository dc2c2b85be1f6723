"""The votes of an estate as its people see them: the list, one assembly with its ballot, the turnout."""

import uuid
from datetime import datetime
from typing import Any, TypedDict

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django_stubs_ext import WithAnnotations

from communities.access import estate_for, estates_for
from communities.clock import database_now
from communities.http import PersonRequest
from communities.models import Estate, User
from communities.rules import is_owner
from communities.uptime import Outage
from votes.access import assemblies_for, assembly_for, elections_for
from votes.enums import (
    AssemblyStatus,
    BallotChange,
    MotionKind,
    Verdict,
)
from votes.forms.ballot import BallotMarksForm
from votes.models import Assembly, Ballot, ElectorMember, Motion, SecretTurnout
from votes.paper_states import precedence_words, waiting_papers
from votes.queries import turnout, turnouts
from votes.services.extensions import measured_outages
from votes.standing import Standing, standing_in, standings_of
from votes.statutes import Statute, statute_by_code
from votes.trace import Trace, confirmed_act, trace_of
from votes.views.asked_motions import asked_motions, explanations_of, slate_of
from votes.views.motions_shown import statute_of
from votes.views.objection_summary import objection_summary
from votes.views.open_ballot import may_mandate, open_held, open_paper, paper_received
from votes.views.paper_request import paper_lines
from votes.wording import (
    SECRECY_LIMITS,
    asked_words,
    elected_words,
    quorum_sign,
    rules_in_words,
    scope_words,
    secrecy_words,
)

PER_PAGE = 10
RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)

#: Which assemblies each filter of the list keeps, by the rank :func:`_ranked` gives.
WAITING, OPEN, UPCOMING, COUNTING, SETTLED = range(5)
FILTERS = {"waiting": [WAITING], "open": [WAITING, OPEN], "upcoming": [UPCOMING], "done": [COUNTING, SETTLED]}


class Ranked(TypedDict):
    rank: int


#: Status words of a phase: the tone of its tag.
TONES = {
    AssemblyStatus.DRAFT: "plain",
    AssemblyStatus.PUBLISHED: "sky",
    AssemblyStatus.OPEN: "",
    AssemblyStatus.CLOSED: "amber",
    AssemblyStatus.CERTIFIED: "",
    AssemblyStatus.CANCELLED: "plain",
    AssemblyStatus.VOID: "seal",
}


# --- the list ------------------------------------------------------------------------


@login_required
@never_cache
@require_GET
def assembly_list(request: PersonRequest, slug: str) -> HttpResponse:
    """Posted assemblies: what waits for me, then open, announced, decided."""
    estate = estate_for(request.user, slug)
    moment = database_now()
    kept = request.GET.get("status", "")
    words = request.GET.get("q", "").strip()[:60]
    found = _ranked(request.user, estate, moment)
    if words:
        found = found.filter(Q(title__icontains=words) | Q(motions__title__icontains=words)).distinct()
    if kept in FILTERS:
        found = found.filter(rank__in=FILTERS[kept])
    page = Paginator(
        found.prefetch_related("motions__result", "motions__candidate__result"), PER_PAGE
    ).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    standings, cast = standings_of(request.user, shown), turnouts(shown)
    context = {
        "estate": estate,
        "page": page,
        "entries": [_entry(one, moment, standings[one.pk], cast[one.pk]) for one in shown],
        "pills": _pills(kept, words),
        "status": kept if kept in FILTERS else "",
        "words": words,
        "elections": []
        if kept or words
        else elections_for(request.user).filter(
            assembly__estate=estate, assembly__status=AssemblyStatus.DRAFT
        ),
    }
    return render(request, "votes/assembly_list.html", context)


def _ranked(user: User, estate: Estate, moment: datetime) -> "QuerySet[WithAnnotations[Assembly, Ranked]]":
    """The estate's posted assemblies in the order of the list, with their ``rank``."""
    unmarked = ElectorMember.objects.filter(
        ~Exists(Ballot.objects.filter(elector=OuterRef("elector"))),
        ~Exists(SecretTurnout.objects.filter(elector=OuterRef("elector"))),
        elector__assembly=OuterRef("pk"),
        owner__user=user,
        may_cast=True,
    )
    running = Q(status__in=RUNNING)
    opened = running & Q(opens_at__lte=moment, closes_at__gt=moment)
    ranks = Case(
        When(opened & Exists(unmarked), then=Value(WAITING)),
        When(opened, then=Value(OPEN)),
        When(running & Q(opens_at__gt=moment), then=Value(UPCOMING)),
        When(running | Q(status=AssemblyStatus.CLOSED), then=Value(COUNTING)),
        default=Value(SETTLED),
        output_field=IntegerField(),
    )
    posted = assemblies_for(user).filter(estate=estate).exclude(status=AssemblyStatus.DRAFT)
    # What still runs: the nearest deadline first. What is over: the newest first.
    nearest = Case(When(running, then=F("closes_at")))
    return posted.annotate(rank=ranks).order_by("rank", nearest, "-closes_at", "-pk")


def _entry(assembly: Assembly, moment: datetime, standing: Standing, cast: Any) -> dict[str, Any]:
    phase = assembly.phase(moment)
    motions = list(assembly.motions.all())
    return {
        "assembly": assembly,
        "phase": phase,
        "url": _address(assembly, phase),
        "tags": [
            _my_tag(phase, standing),
            (phase.label, TONES[phase]),
            *([(scope_words(assembly), "amber")] if assembly.scope_label else []),
        ],
        "asked": asked_words(motions),
        "turnout": cast,
        "quorum": quorum_sign(statute_by_code(assembly.statute)),
        "outcome": _outcome(phase, motions),
        "is_waiting": phase == AssemblyStatus.OPEN and bool(standing.waiting),
    }


def _address(assembly: Assembly, phase: AssemblyStatus) -> str:
    decided = phase in (AssemblyStatus.CERTIFIED, AssemblyStatus.VOID)
    return reverse("votes:result" if decided else "votes:assembly", args=[assembly.pk])


def _outcome(phase: AssemblyStatus, motions: list[Motion]) -> str:
    """ "通过 2 项，未形成决定 1 项", once it is published and stands."""
    if phase != AssemblyStatus.CERTIFIED:
        return ""
    matters = [motion for motion in motions if motion.kind != MotionKind.CANDIDATE]
    passed = sum(motion.result.verdict == Verdict.PASSED for motion in matters)
    parts = [(_("通过 %(number)s 项"), passed), (_("未形成决定 %(number)s 项"), len(matters) - passed)]
    counted = [words % {"number": number} for words, number in parts if number]
    return _("，").join(filter(None, [elected_words(motions), *counted]))


def _my_tag(phase: AssemblyStatus, standing: Standing) -> tuple[str, str]:
    if not standing.is_on_roll:
        return _("不在名册"), "plain"
    if standing.has_cast_all:
        return _("您家已表决"), ""
    if phase == AssemblyStatus.OPEN:
        return (_("等您表决"), "seal") if standing.waiting else (_("由共有人代表"), "plain")
    return (_("您有表决权"), "plain") if phase == AssemblyStatus.PUBLISHED else (_("您家未表决"), "plain")


def _pills(kept: str, words: str) -> list[dict[str, Any]]:
    names = [
        ("", _("全部")),
        ("waiting", _("等我")),
        ("open", _("表决中")),
        ("upcoming", _("公示中")),
        ("done", _("结果")),
    ]
    known = kept if kept in FILTERS else ""
    return [
        {"value": value, "name": name, "current": value == known, "words": words} for value, name in names
    ]


# --- one assembly --------------------------------------------------------------------


@login_required
@never_cache
@require_GET
def assembly(request: PersonRequest, pk: int) -> HttpResponse:
    """One assembly; the ballot lies open on it for those whose turn it is."""
    return assembly_page(request, assembly_for(request.user, pk))


def assembly_page(
    request: PersonRequest, assembly: Assembly, *, form: BallotMarksForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of one assembly; ``form`` is a ballot that came back for mending."""
    moment = database_now()
    phase = assembly.phase(moment)
    standing = standing_in(request.user, assembly)
    held = open_held(request, assembly, moment, standing, form)
    paper = None if held else open_paper(request, assembly, phase, standing, form)
    statute = statute_of(assembly)
    explained = explanations_of(assembly)
    motions = list(
        assembly.motions.select_related("candidate").prefetch_related("attachments").order_by("position")
    )
    form = form if (paper or held) and form else None
    asked = asked_motions(motions, statute, form, explained, held)
    trace = trace_of(assembly)
    context = {
        "assembly": assembly,
        "estate": assembly.estate,
        "phase": phase,
        "tone": TONES[phase],
        "standing": standing,
        "paper": held or paper,
        "held": held,
        "held_mandates": [
            (one, one.is_waiting(moment), one.has_run_out(moment)) for one in standing.held if one != held
        ],
        "given_mandates": [one for one in standing.electors if one.mandate and not held],
        "may_mandate": [] if held else may_mandate(assembly, phase, standing),
        "paper_place": standing.place(paper) if paper else 0,
        "form": form,
        "problems": form.problems if form else [],
        "key": form.key_text if form else str(uuid.uuid4()),
        "is_change": bool(paper and paper.ballot and not paper.by_holder),
        "replaces_holder": bool(paper and paper.by_holder),
        "paper_received": paper_received(paper) if paper else None,
        "is_revisable": is_revisable(assembly),
        "asked": [one for one in asked if one.candidate is None],
        "slate": slate_of(assembly, [one for one in asked if one.candidate]),
        "questions": len(asked),
        "explained": [one for one in explained if one.motion is None],
        "secrecy": secrecy_words(assembly.secrecy),
        "secrecy_limits": SECRECY_LIMITS,
        "rules": rules_in_words(assembly.rules),
        "statute": statute,
        "is_owner": standing.is_on_roll or is_owner(request.user, assembly),
        "act": confirmed_act(assembly, phase),
        **way_back(request.user, assembly, is_guest=bool(standing.held) and not standing.is_on_roll),
        "objections": _objections(request.user, assembly, moment),
        "trace": trace,
        "outages": _new_outages(assembly, trace) if phase == AssemblyStatus.OPEN else [],
        # A page without a ballot may turn over by itself; one being marked may not.
        "turns_over": not paper and not held,
        "papers": (papers := paper_lines(assembly, phase, standing)),
        "precedence": precedence_words(assembly) if papers else "",
        **turnout_context(assembly, phase, statute),
    }
    return render(request, "votes/assembly.html", context, status=status)


def _new_outages(assembly: Assembly, trace: Trace) -> list[Outage]:
    """Those that no extension names already."""
    told = {outage.starts_at for act in trace.extensions for outage in act.outages}
    return [outage for outage in measured_outages(assembly) if outage.starts_at not in told]


def _objections(user: User, assembly: Assembly, moment: datetime) -> dict[str, Any] | None:
    return objection_summary(user, assembly, moment) if assembly.status != AssemblyStatus.DRAFT else None


def way_back(user: User, assembly: Assembly, *, is_guest: bool) -> dict[str, str]:
    """Where this page is left to: who only holds a mandate here does not get at the estate's list."""
    if is_guest and not estates_for(user).filter(pk=assembly.estate_id).exists():
        return {"list_url": reverse("votes:mandates"), "list_name": _("委托")}
    return {
        "list_url": reverse("votes:assembly-list", args=[assembly.estate.slug]),
        "list_name": _("表决"),
    }


def is_revisable(assembly: Assembly) -> bool:
    """Whether its ballots may be changed until it closes."""
    return (
        bool(assembly.rules)
        and assembly.rule("ballot-change") == BallotChange.REVISABLE
        and not assembly.is_secret
    )


# --- turnout -------------------------------------------------------------------------


def turnout_context(assembly: Assembly, phase: AssemblyStatus, statute: Statute) -> dict[str, Any]:
    is_counting = phase == AssemblyStatus.CLOSED
    return {
        "turnout": turnout(assembly),
        "quorum": quorum_sign(statute),
        "phase": phase,
        "papers_waiting": waiting_papers(assembly) if is_counting else 0,
    }


@login_required
@never_cache
@require_GET
def turnout_fragment(request: PersonRequest, pk: int) -> HttpResponse:
    """The turnout alone, for open pages. ``?phase=`` asks for the whole page when that has changed."""
    assembly = assembly_for(request.user, pk)
    moment = database_now()
    phase = assembly.phase(moment)
    seen = request.GET.get("phase")
    if request.htmx and seen and seen != phase:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    context = {
        "assembly": assembly,
        "is_fragment": True,
        **turnout_context(assembly, phase, statute_of(assembly)),
    }
    return render(request, "votes/assembly_turnout.html", context)
