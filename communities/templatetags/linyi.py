"""``{% load linyi %}``: figures, moments and the parts of the look that need computing."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

import segno
from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import QueryDict
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from communities.templatetags import _clock
from communities.templatetags._figures import (
    Mark,
    basis_points,
    gap_words,
    percent_text,
    scale,
    shares,
    svg_percent,
)
from communities.templatetags._icons import ICONS
from communities.values import phone
from communities.values.area import format_area

register = template.Library()


# --- figures -------------------------------------------------------------------


@register.filter
def area(value: int | None) -> str:
    """An integer of 0.01 m² as ``1,234.56``; the unit is the template's."""
    return "—" if value is None else format_area(int(value))


@register.filter
def percent(part: int | None, whole: int | None) -> str:
    """``{{ heads|percent:heads_of }}`` → ``66.34%``, cut to two decimals and never rounded up."""
    return "—" if part is None or whole is None else percent_text(int(part), int(whole))


@register.filter
def thousands(value: int | None) -> str:
    """``1234567`` → ``1,234,567``."""
    return "—" if value is None else f"{int(value):,}"


@register.filter
def money(fen: int | None) -> str:
    """An integer of 0.01 yuan as ``1,234.56``, whole yuan without decimals."""
    if fen is None:
        return "—"
    text = format_area(int(fen))
    return text.removesuffix(".00")


# --- moments -------------------------------------------------------------------


@register.filter
def moment(value: datetime | None, form: str = "") -> str:
    """``11月22日 10:41``. ``"full"`` always names the year, ``"near"`` says 今天, 明天, 昨天."""
    if value is None:
        return ""
    return _clock.moment_words(value, timezone.now(), relative=form == "near", year=form == "full")


@register.filter
def day(value: datetime | None, form: str = "") -> str:
    """``11月22日``; takes the same forms as ``moment``."""
    if value is None:
        return ""
    return _clock.day_words(value, timezone.now(), relative=form == "near", year=form == "full")


@register.filter
def seconds(value: datetime | None) -> str:
    """``11月22日 10:41:07``, for receipts."""
    if value is None:
        return ""
    return f"{_clock.moment_words(value, timezone.now())}:{value.astimezone(_clock.HERE):%S}"


@register.filter
def deadline_words(value: datetime | None, form: str = "") -> str:
    """``11月24日 24:00`` or ``今天 18:00``. ``"plain"`` never says 今天, ``"full"`` names the year."""
    if value is None:
        return ""
    return _clock.deadline_words(value, timezone.now(), relative=form == "", year=form == "full")


@register.filter
def remaining(value: datetime | None) -> str:
    """``还有 2 天 5 小时`` or ``已超期 6 小时``."""
    return "" if value is None else _clock.remaining_words(value, timezone.now())


@register.filter
def iso(value: datetime | None) -> str:
    """For the ``datetime`` attribute of ``<time>``."""
    return "" if value is None else value.astimezone(_clock.HERE).isoformat(timespec="seconds")


# --- people --------------------------------------------------------------------


@register.filter
def mask_phone(value: str | None) -> str:
    """``13812345678`` → ``138****5678``; what is no mobile number shows nothing of itself."""
    return phone.mask_phone(value) if value else ""


@register.filter
def mask_name(value: str | None) -> str:
    """``王秀英`` → ``王**``. A legal person's name is public and is left as it is."""
    name = (value or "").strip()
    if len(name) > 6 or name.endswith(("公司", "中心", "集团", "银行")):
        return name
    return name[:1] + "*" * (len(name) - 1)


# --- small parts ---------------------------------------------------------------


@register.simple_tag
def icon(name: str, classes: str = "", title: str = "") -> SafeString:
    """``{% icon "home" %}``: decoration unless it gets a ``title``."""
    label = format_html(' role="img" aria-label="{}"', title) if title else mark_safe(' aria-hidden="true"')
    drawing = mark_safe(ICONS[name])
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24"{}>{}</svg>', f" {classes}" if classes else "", label, drawing
    )


@register.simple_tag
def tag(text: str, tone: str = "") -> SafeString:
    """``{% tag "协商中" "sky" %}``; tones: jade by default, ``seal amber sky plain``."""
    return format_html('<span class="tag{}">{}</span>', f" {tone}" if tone else "", text)


@register.simple_tag
def count(number: int | None, label: str = "") -> SafeString:
    """A red badge, nothing at zero; ``label`` says to a screen reader what is counted."""
    if not number:
        return SafeString("")
    shown = "99+" if number > 99 else str(number)
    spoken = format_html('<span class="sr">{}</span>', label) if label else ""
    return format_html('<span class="count">{}{}</span>', shown, spoken)


@register.simple_tag
def qr(text: str, label: str = "") -> SafeString:
    """``{% qr url %}`` as inline SVG: attributes only, since the policy drops inline style."""
    code = segno.make(text, error="m", micro=False)
    border = 4
    width, height = code.symbol_size(scale=1, border=border)
    path: list[str] = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            start = x
            while x < len(row) and row[x]:
                x += 1
            path.append(f"M{start + border} {y + border}h{x - start}v1h-{x - start}z")
    return format_html(
        '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}"/></svg>',
        width,
        height,
        label or _("二维码"),
        "".join(path),
    )


#: The tone of a verdict, and the words of its stamp in one or two lines.
STAMPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "passed": ("yes", ("通过",)),
    "failed": ("no", ("未形成", "决定")),
    "unmet": ("no", ("未达到", "法定人数")),
    "accepted": ("yes", ("同意",)),
    "refused": ("no", ("不予", "受理")),
    "done": ("yes", ("办结",)),
    "open": ("wait", ("进行中",)),
}


@register.inclusion_tag("partials/stamp.html")
def stamp(kind: str = "passed", text: str = "", tone: str = "") -> dict[str, object]:
    """``{% stamp "failed" %}``, or own words a ``/`` between lines: ``{% stamp text="已/签署" %}``."""
    known_tone, known_lines = STAMPS[kind]
    lines = tuple(text.split("/")) if text else tuple(_(line) for line in known_lines)
    longest = max(len(line) for line in lines)
    size = {1: 22, 2: 20 if len(lines) == 1 else 17, 3: 15}.get(longest, 12)
    top = 34 - (len(lines) - 1) * (size + 2) / 2 + size * 0.36
    placed = [{"text": line, "y": f"{top + index * (size + 2):.1f}"} for index, line in enumerate(lines)]
    return {"tone": tone or known_tone, "lines": placed, "size": size}


@register.inclusion_tag("partials/deadline.html")
def deadline(
    at: datetime | None, turn: str = "", act: str = "", over: str = "", calm: bool = False
) -> dict[str, object]:
    """Whose turn, until when: ``{% deadline closes_at turn="轮到社区" act="召开听证会" %}``.

    Without ``turn`` and ``act``: "11月24日 24:00 截止，还有 2 天 5 小时".
    ``over`` replaces the "已超期 …" part when passing the moment is no fault.
    """
    if at is None:
        return {"at": None, "words": "", "left": "", "turn": turn, "late": False, "calm": calm}
    now = timezone.now()
    late = now >= at
    left = over if late and over else _clock.remaining_words(at, now)
    words = {"when": _clock.deadline_words(at, now), "act": act}
    return {
        "at": at,
        "words": _("%(when)s %(act)s") % words if act else _("%(when)s 截止") % words,
        # Before an appointment the count of hours says nothing; a missed one is told.
        "left": "" if act and (not late or over) else left,
        "turn": turn,
        "late": late and not over,
        "calm": calm or (late and bool(over)),
    }


@register.inclusion_tag("partials/progress.html")
def progress(value: int, of: int, label: str = "", unit: str = "") -> dict[str, object]:
    """One scale with its words: ``{% progress 3 8 "已送达" "户" %}``."""
    return {
        "value": value,
        "of": of,
        "label": label,
        "unit": unit,
        "percent": percent_text(value, of),
        "shown": max(of, 1),
    }


# --- the dual ruler ------------------------------------------------------------


@register.inclusion_tag("partials/ruler.html")
def dual_ruler(
    heads: int,
    heads_of: int,
    area: int,
    area_of: int,
    mark: str | Fraction | None = "",
    label: str = "",
    variant: str = "",
    gap: bool = False,
) -> dict[str, object]:
    """Heads above, area below, the statutory mark on both.

    ``mark``: ``"2/3"``, ``">1/2"``, ``"20%"`` or a Fraction. ``label`` goes before
    人数 and 面积 ("附议"). ``variant``: ``""``, ``"mini"`` (lists: no words at the
    mark) or ``"large"`` (results). ``gap`` adds what is still missing in words.
    """
    line = Mark.parse(mark)
    words = ""
    if gap and line is not None:
        words = gap_words(line, heads=heads, heads_of=heads_of, area=area, area_of=area_of)
    return {
        "variant": variant,
        "mark": line,
        "scales": [
            scale(label + _("人数"), _("人"), heads, heads_of, line, is_area=False),
            scale(label + _("面积"), "m²", area, area_of, line, is_area=True),
        ],
        "gap": words,
    }


@register.inclusion_tag("partials/ruler.html")
def result_ruler(
    heads_for: int,
    heads_against: int,
    heads_abstain: int,
    area_for: int,
    area_against: int,
    area_abstain: int,
    mark: str | Fraction | None = "",
    heads_of: int | None = None,
    area_of: int | None = None,
    variant: str = "",
) -> dict[str, object]:
    """同意, 反对, 弃权 in one bar each, by heads and by area, out of those taking part.

    Without ``heads_of`` and ``area_of`` the whole is the sum of the three.
    """
    heads, areas = (heads_for, heads_against, heads_abstain), (area_for, area_against, area_abstain)
    line = Mark.parse(mark)
    return {
        "variant": variant,
        "mark": line,
        "scales": [
            shares(_("人数"), heads, heads_of or sum(heads), line, is_area=False),
            shares(_("面积 m²"), areas, area_of or sum(areas), line, is_area=True),
        ],
        "gap": "",
    }


@register.inclusion_tag("partials/bars.html")
def bars(
    rows: Iterable[tuple[str, int, int]], label: str, mark: str | Fraction | None = ""
) -> dict[str, object]:
    """A bar a row, from ``(name, part, whole)``: ``{% bars turnout "各幢参与率" mark="2/3" %}``."""
    drawn = []
    for name, part, whole in rows:
        share = basis_points(part, whole)
        shown = f"{share // 100}%" if whole > 0 else "—"
        drawn.append({"name": name, "width": svg_percent(share), "percent": shown})
    return {"label": label, "rows": drawn, "mark": Mark.parse(mark)}


# --- wrappers ------------------------------------------------------------------


@register.simple_block_tag
def scroll(content: str, label: str) -> SafeString:
    """A box in which a wide table scrolls, so that the page never does; the keyboard can reach it."""
    return format_html(
        '<div class="scroll" role="region" aria-label="{}" tabindex="0">{}</div>', label, content
    )


# --- forms and pages -----------------------------------------------------------


@register.inclusion_tag("partials/field.html")
def field(field: BoundField, help: str = "", label: str = "") -> dict[str, object]:  # noqa: A002
    """``{% field form.title %}``: label, help, the input, its error, tied together for screen readers."""
    return {
        "field": field,
        "label": label or field.label,
        "help": help or field.help_text,
        "single_box": field.widget_type == "checkbox",
        "many_files": field.widget_type in {"file", "clearablefile"},
    }


@register.simple_tag
def problem_list(form: Any) -> list[dict[str, str]]:
    """The refusals of a form or a formset, each with the place it points at."""
    forms = list(form.forms) if hasattr(form, "forms") else [form]
    problems: list[dict[str, str]] = []
    if hasattr(form, "forms"):
        problems += [{"text": str(text), "href": "", "where": ""} for text in form.non_form_errors()]
    for number, one in enumerate(forms, start=1):
        row = _("第 %(number)s 行") % {"number": number} if len(forms) > 1 else ""
        problems += [{"text": str(text), "href": "", "where": row} for text in one.non_field_errors()]
        for bound in one:
            where = f"{row} {bound.label}".strip()
            href = f"#{bound.id_for_label or bound.auto_id}"
            problems += [{"text": str(text), "href": href, "where": where} for text in bound.errors]
    return problems


@register.inclusion_tag("partials/pagination.html", takes_context=True)
def pages(context: Context, page: Page[Any], name: str = "page") -> dict[str, object]:
    """Previous, place, next; keeps the rest of the query: ``{% pages page_obj %}``."""
    request = context.get("request")

    def link(number: int) -> str:
        query = request.GET.copy() if request is not None else QueryDict(mutable=True)
        query[name] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "previous": link(page.previous_page_number()) if page.has_previous() else "",
        "next": link(page.next_page_number()) if page.has_next() else "",
    }


@register.filter
def joined(values: Iterable[object], by: str = " · ") -> SafeString:
    """What is not empty, joined: ``{{ parts|joined }}``."""
    return format_html_join(by, "{}", ((value,) for value in values if value not in (None, "")))
