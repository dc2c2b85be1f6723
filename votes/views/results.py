"""What was decided: the page, the sheet to post, the figures as a file."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from communities.clock import database_now
from communities.http import PersonRequest
from communities.spreadsheets import write_csv
from communities.values.area import format_area_plain
from votes.access import assembly_for
from votes.counting import Verdict
from votes.enums import AssemblyStatus, Channel, MotionKind, UncountedReason
from votes.enums import Verdict as VerdictName
from votes.forms.tally import figure_fields
from votes.models import Assembly, Certificate, MotionResult
from votes.services.assemblies import chinese_number
from votes.statutes import Statute, statute_by_code
from votes.trace import confirmed_act, trace_of
from votes.views.assemblies import turnout_context, way_back
from votes.views.election_results import seat_columns, slate_result
from votes.views.motions_shown import statute_of
from votes.views.objection_summary import objection_summary
from votes.wording import (
    SECRECY_LIMITS,
    ProofTest,
    Stamp,
    articles,
    item_number,
    majority_sign,
    quorum_sign,
    secrecy_words,
    secret_stamp,
    secret_verdict_words,
    stamp_of,
    stored_tests,
    verdict_words,
    void_stamp,
    withheld_words,
)

#: A share is taken of those who took part, or under the older law of all.
_SIDES = ("for", "against", "abstain")
_DECIDED = (AssemblyStatus.CERTIFIED, AssemblyStatus.VOID)


@dataclass(frozen=True, slots=True)
class SilentResult:
    """The second tally, with owners who were served and stayed silent."""

    clause: str
    added: dict[str, int]
    withheld: str
    figures: dict[str, dict[str, int]]
    verdict: Verdict
    words: str
    tests: list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class ShownResult:
    """The result of one motion as pages show it."""

    result: MotionResult
    verdict: Verdict
    stamp: Stamp
    words: str
    item: str
    mark: str
    heads_of: int
    area_of: int
    tests: list[ProofTest]
    article: str
    silent: SilentResult | None

    @property
    def numeral(self) -> str:
        return chinese_number(self.result.motion.position)

    @property
    def rows(self) -> list[dict[str, object]]:
        return [test.as_row() for test in self.tests]


@login_required
@never_cache
@require_GET
def result(request: PersonRequest, pk: int) -> HttpResponse:
    """The result, or when it will come."""
    assembly = assembly_for(request.user, pk)
    moment = database_now()
    phase = assembly.phase(moment)
    context: dict[str, Any] = {
        "assembly": assembly,
        "estate": assembly.estate,
        "phase": phase,
        "act": confirmed_act(assembly, phase),
    }
    if phase not in _DECIDED:
        context |= turnout_context(assembly, phase, statute_of(assembly))
        return render(request, "votes/result_wait.html", context)
    context |= _decided(assembly) | {
        "tally_url": tally_address(assembly),
        "objections": objection_summary(request.user, assembly, moment),
    }
    holds = request.user.held_mandates.filter(assembly=assembly).exists()
    context |= way_back(request.user, assembly, is_guest=holds)
    return render(request, "votes/result.html", context)


@login_required
@require_GET
def result_print(request: PersonRequest, pk: int) -> HttpResponse:
    """表决结果公告, for the notice board."""
    return render(request, "print/result.html", result_context(_decided_assembly(request, pk)))


def result_context(assembly: Assembly) -> dict[str, Any]:
    """What the sheet of a decided assembly shows."""
    return {
        "assembly": assembly,
        "estate": assembly.estate,
        "act": confirmed_act(assembly, AssemblyStatus(assembly.status)),
        "counts_parking": assembly.rule("count-parking"),
        **_decided(assembly),
    }


def _decided_assembly(request: PersonRequest, pk: int) -> Assembly:
    assembly = assembly_for(request.user, pk)
    if assembly.status not in _DECIDED:
        raise Http404
    return assembly


def _decided(assembly: Assembly) -> dict[str, Any]:
    statute = statute_by_code(assembly.statute)
    results = MotionResult.objects.filter(motion__assembly=assembly).select_related("motion")
    certificate = assembly.certificate
    every = [_shown(one, assembly, statute) for one in results.order_by("motion__position")]
    return {
        "statute": statute,
        "every": every,
        # Candidates stand together under their own heading.
        "shown": [one for one in every if one.result.motion.kind != MotionKind.CANDIDATE],
        "slate": slate_result(assembly, every),
        "certificate": certificate,
        "not_counted": certificate.received - certificate.counted,
        **_received(certificate),
        "secrecy": secrecy_words(assembly.secrecy),
        "secrecy_limits": SECRECY_LIMITS,
        "quorum": quorum_sign(statute),
        "trace": trace_of(assembly),
    }


def _received(certificate: Certificate) -> dict[str, Any]:
    """What came in by which way, and why some of it does not count, as the certificate says it."""
    ballots = json.loads(certificate.body)["ballots"]
    return {
        "channels": [
            (Channel(channel).label, numbers["received"], numbers["counted"])
            for channel, numbers in ballots.get("channels", {}).items()
        ],
        "uncounted": [
            (Channel(channel).label, UncountedReason(reason).label, number)
            for channel, reason, number in ballots.get("reasons", [])
        ],
    }


def _shown(result: MotionResult, assembly: Assembly, statute: Statute) -> ShownResult:
    if result.motion.item is None:
        return _shown_secret(result, assembly)
    item = statute.item(result.motion.item)
    tests = stored_tests(result.tests)
    silent = _silent(result.with_silent) if result.with_silent else None
    verdict = Verdict(result.verdict)
    return ShownResult(
        result=result,
        verdict=verdict,
        stamp=void_stamp() if assembly.status == AssemblyStatus.VOID else stamp_of(verdict),
        words=silent.words if silent else verdict_words(verdict, tests),
        item=f"{item_number(item)} {item.name}",
        mark=majority_sign(statute, item.kind),
        heads_of=result.participating_heads if statute.participation else assembly.total_heads,
        area_of=result.participating_area if statute.participation else assembly.total_area,
        tests=tests,
        article=articles(result.article, tests),
        silent=silent,
    )


def _shown_secret(result: MotionResult, assembly: Assembly) -> ShownResult:
    """Of a secret vote: heads only, and no item of the Code."""
    verdict = Verdict(result.verdict)
    return ShownResult(
        result=result,
        verdict=verdict,
        stamp=void_stamp() if assembly.status == AssemblyStatus.VOID else secret_stamp(verdict),
        words=secret_verdict_words(verdict),
        item=_("意见征询"),
        mark=">1/2",
        heads_of=result.participating_heads,
        area_of=0,
        tests=stored_tests(result.tests),
        article=result.article,
        silent=None,
    )


def _silent(stored: dict[str, Any]) -> SilentResult:
    tests = stored_tests(stored["tests"])
    verdict = Verdict(stored["verdict"])
    return SilentResult(
        clause=stored["clause"],
        added=stored["added"],
        withheld=withheld_words(stored["withheld"]),
        figures=stored["figures"],
        verdict=verdict,
        words=verdict_words(verdict, tests),
        tests=[test.as_row() for test in tests],
    )


# --- the figures elsewhere -----------------------------------------------------------


def tally_address(assembly: Assembly) -> str:
    """The public 表决核算 with this assembly's figures filled in; empty where they do not fit its form.

    The form knows one figure of participants for all motions, or none, and then
    adds up for, against and abstaining.
    """
    if assembly.is_secret:
        return ""
    results = list(MotionResult.objects.filter(motion__assembly=assembly).select_related("motion"))
    taking_part = {(one.participating_heads, one.participating_area) for one in results}
    added_up = all(
        (one.participating_heads, one.participating_area)
        == (
            one.for_heads + one.against_heads + one.abstain_heads,
            one.for_area + one.against_area + one.abstain_area,
        )
        for one in results
    )
    if not added_up and len(taking_part) > 1:
        return ""
    document: dict[str, Any] = {
        "rules": assembly.statute,
        "denominator": _measure(assembly.total_heads, assembly.total_area),
        "motions": [
            {
                "id": f"{one.motion.position}. {one.motion.title}",
                "item": one.motion.item,
                **{
                    side: _measure(getattr(one, f"{side}_heads"), getattr(one, f"{side}_area"))
                    for side in (*_SIDES, "invalid")
                },
            }
            for one in sorted(results, key=lambda one: one.motion.position)
        ],
    }
    if not added_up:
        document["participating"] = _measure(*taking_part.pop())
    return f"{reverse('votes:tally')}?{urlencode(figure_fields(document) | {'judge': '1'})}"


def _measure(heads: int, area: int) -> dict[str, object]:
    return {"heads": heads, "area": format_area_plain(area)}


@login_required
@never_cache
@require_GET
def result_csv(request: PersonRequest, pk: int) -> HttpResponse:
    """Every figure of the result, a line a motion. Areas in m², with a point and without separators."""
    assembly = _decided_assembly(request, pk)
    response = HttpResponse(write_csv(*result_table(assembly)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="result-{assembly.pk}.csv"'
    return response


def result_table(assembly: Assembly) -> tuple[list[str], list[list[str]]]:
    """Every figure of a decided assembly, a line a motion, under its header."""
    rows = _table(assembly, _decided(assembly))
    return list(rows[0]) if rows else [], [[str(cell) for cell in row.values()] for row in rows]


def _table(assembly: Assembly, context: dict[str, Any]) -> list[dict[str, object]]:
    certificate = context["certificate"]
    rows: list[dict[str, object]] = []
    seats = {row.motion_id: row for row in context["slate"].rows} if context["slate"] else {}
    for shown in context["every"]:
        one = shown.result
        row: dict[str, object] = {
            _("会议"): assembly.title,
            _("序号"): one.motion.position,
            _("表决事项"): one.motion.title,
            _("法定事项"): one.motion.item,
            _("结论"): VerdictName(shown.verdict).label,
            _("总人数"): assembly.total_heads,
            _("总面积"): format_area_plain(assembly.total_area),
        }
        for name, field in _columns():
            row[f"{name}{_('人数')}"] = getattr(one, f"{field}_heads")
            if not assembly.is_secret:
                row[f"{name}{_('面积')}"] = format_area_plain(getattr(one, f"{field}_area"))
        for test in shown.tests:
            row[f"{test.title}{_('须')}"] = test.required
            row[f"{test.title}{_('结论')}"] = _("达到") if test.met else _("未达到")
        row |= {
            _("依据"): shown.article,
            _("计入未表决业主后"): VerdictName(shown.silent.verdict).label if shown.silent else "",
            _("规约条款"): shown.silent.clause if shown.silent else "",
            _("收到表决票"): certificate.received,
            _("计入表决票"): certificate.counted,
            _("不计入表决票"): context["not_counted"],
            _("不计入的原因"): "；".join(
                f"{channel} {reason} {number}" for channel, reason, number in context["uncounted"]
            ),
            **{
                _("%(channel)s收到") % {"channel": channel}: received
                for channel, received, _counted in context["channels"]
            },
            **{
                _("%(channel)s计入") % {"channel": channel}: counted
                for channel, _received, counted in context["channels"]
            },
            _("计票方式"): context["secrecy"].title,
            _("结果证明"): certificate.sha256,
        }
        if context["slate"]:
            row |= seat_columns(seats.get(one.motion_id))
        rows.append(row)
    return rows


def _columns() -> list[tuple[str, str]]:
    return [
        (_("参与"), "participating"),
        (_("同意"), "for"),
        (_("反对"), "against"),
        (_("弃权"), "abstain"),
        (_("其中随多数"), "follow"),
        (_("无效"), "invalid"),
    ]
