"""表决核算, for everybody: which verdict the published figures of a vote lead to, and why."""

import json
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from votes.counting import Dimension, Judgement, Measure, Verdict
from votes.figures import (
    FiguresRefused,
    Json,
    MotionFigures,
    Refusal,
    Sheet,
    judge_sheet,
    load_figures,
    read_figures,
    result_document,
)
from votes.forms.tally import (
    MOST_MOTIONS,
    FiguresFileForm,
    TallyForm,
    figure_fields,
    motions_in,
    without_motion,
)
from votes.statutes import STATUTES
from votes.wording import (
    Stamp,
    articles,
    fresh_tests,
    item_number,
    kind_name,
    majority_in_full,
    majority_sign,
    stamp_of,
    verdict_words,
)

#: What a query may hold beside the figures.
ACTS = ("judge", "add", "remove")


@dataclass(frozen=True, slots=True)
class JudgedMotion:
    """One motion with its verdict and its worked proof."""

    name: str
    item: str
    in_full: str
    verdict: Verdict
    stamp: Stamp
    words: str
    rows: list[dict[str, object]]
    missing: list[str]
    is_quorum_uncertain: bool
    article: str
    ruler: dict[str, Any] | None


@require_http_methods(["GET", "POST"])
def tally(request: HttpRequest) -> HttpResponse:
    """The form and, once asked, the verdicts. All of it is in the address, so that it can be handed on."""
    if request.method == "POST":
        return _upload(request)
    said = _said(request)
    if "add" in request.GET:
        place = min(motions_in(said), MOST_MOTIONS - 1)
        return _at(said | {f"motions[{place}].id": ""}, place)
    if "remove" in request.GET:
        gone = request.GET["remove"]
        place = int(gone) if gone.isascii() and gone.isdigit() and len(gone) < 4 else MOST_MOTIONS
        return _at(without_motion(said, place), max(place - 1, 0))
    form = TallyForm(said, motions=motions_in(said), judged="judge" in request.GET)
    return _page(request, form)


def _said(request: HttpRequest) -> dict[str, str]:
    """The figures in the address; of a motion without any, its place."""
    return {
        name: str(value)
        for name, value in request.GET.items()
        if name not in ACTS and (value or name.endswith(".id"))
    }


def _at(said: dict[str, str], place: int) -> HttpResponse:
    """Back to the form with these figures, at one motion; the address can be loaded again."""
    return HttpResponseRedirect(f"{reverse('votes:tally')}?{urlencode(said)}#motion-{place + 1}")


def _page(request: HttpRequest, form: TallyForm, file_form: FiguresFileForm | None = None) -> HttpResponse:
    is_refused = bool(form.errors or (file_form and file_form.errors))
    sheet = form.sheet
    context = {
        "form": form,
        "judged": _judged(sheet) if sheet else [],
        "ignored": sheet.ignored if sheet else (),
        "statutes": STATUTES.values(),
        "statute": form.statute,
        "file_form": file_form or FiguresFileForm(),
        "query": urlencode(form.said | {"judge": "1"}),
        "may_add": form.motions < MOST_MOTIONS,
    }
    return render(request, "votes/tally.html", context, status=422 if is_refused else 200)


def _upload(request: HttpRequest) -> HttpResponse:
    """A figures document, sent or pasted, becomes a filled form; nothing of it is stored."""
    file_form = FiguresFileForm(request.POST, request.FILES)
    if not file_form.is_valid():
        return _page(request, TallyForm(judged=False), file_form)
    content = file_form.content
    try:
        document = load_figures(content)
        read_figures(document)
        fields = figure_fields(cast("Json", document))
        if motions_in(fields) > MOST_MOTIONS:
            message = _("一次最多核算 %(most)s 个事项。") % {"most": MOST_MOTIONS}
            raise FiguresRefused([Refusal("motions", message)])
    except FiguresRefused as refused:
        # The text comes back whichever way it was sent, so that it can be mended here.
        mended = FiguresFileForm({"text": content.decode("utf-8", "replace")})
        for refusal in refused.refusals:
            where = "" if refusal.field == "$" else f"{refusal.field}："
            mended.add_error("text", f"{where}{refusal.message}")
        return _page(request, TallyForm(judged=False), mended)
    return _page(request, TallyForm(fields, motions=motions_in(fields)))


@require_GET
def tally_json(request: HttpRequest) -> HttpResponse:
    """What was typed and what follows from it, as a file that :func:`tally` takes back."""
    said = _said(request)
    form = TallyForm(said, motions=motions_in(said))
    if not form.is_valid() or form.sheet is None:
        refused = [
            {"field": name, "message": str(error)} for name, errors in form.errors.items() for error in errors
        ]
        return JsonResponse({"refused": refused}, status=422, json_dumps_params={"ensure_ascii": False})
    document = {"input": form.document(), "result": result_document(form.sheet)}
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=2), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="tally.json"'
    return response


# --- the verdicts --------------------------------------------------------------------


def _judged(sheet: Sheet) -> list[JudgedMotion]:
    return [_judged_motion(sheet, motion, judgement) for motion, judgement in judge_sheet(sheet)]


def _judged_motion(sheet: Sheet, motion: MotionFigures, judgement: Judgement) -> JudgedMotion:
    tests = fresh_tests(judgement.tests)
    item = motion.item
    return JudgedMotion(
        name=str(motion.id),
        item=f"{item_number(item)} {item.name}" if item else kind_name(motion.kind),
        in_full=majority_in_full(sheet.statute, motion.kind),
        verdict=judgement.verdict,
        stamp=stamp_of(judgement.verdict),
        words=verdict_words(judgement.verdict, tests),
        rows=[test.as_row() for test in tests],
        missing=[_missing_words(path) for path in judgement.missing],
        is_quorum_uncertain=judgement.quorum_uncertain,
        article=articles(item.article if item else "", tests),
        ruler=_ruler(sheet, motion),
    )


def _missing_words(path: str) -> str:
    """ "for.area" → "同意的面积"."""
    field, dimension = path.split(".")
    names = {
        "denominator": _("全体业主"),
        "participating": _("参与表决"),
        "for": _("同意"),
        "against": _("反对"),
        "abstain": _("弃权"),
    }
    what = _("面积") if dimension == Dimension.AREA else _("人数")
    return _("%(whose)s的%(what)s") % {"whose": names[field], "what": what}


def _ruler(sheet: Sheet, motion: MotionFigures) -> dict[str, Any] | None:
    """What ``result_ruler`` draws, where all three sides are known."""
    figures = motion.figures
    sides = [_whole(measure) for measure in (figures.for_, figures.against, figures.abstain)]
    if None in sides:
        return None
    known = [side for side in sides if side is not None]
    of = None
    if not sheet.statute.participation:
        of = _whole(figures.total)
    elif figures.participating is not None:
        of = _whole(figures.participating)
    return {
        "heads": [side.heads for side in known],
        "areas": [side.area for side in known],
        "heads_of": of.heads if of else None,
        "area_of": of.area if of else None,
        "mark": majority_sign(sheet.statute, motion.kind),
    }


def _whole(measure: Any) -> Measure | None:
    if measure.heads is None or measure.area is None:
        return None
    return Measure(measure.heads, measure.area)
