"""Tree heads in public: the newest of each log, how each followed from the last, and on paper."""

import base64
import json
from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from communities.access import estate_for
from communities.clock import local_day
from communities.http import PersonRequest
from communities.ledger.heads import head_line
from communities.ledger.leaves import timestamp
from communities.models import LedgerEntry, Log, SigningKey, TreeHead
from communities.printing import pdf_file, pdf_of
from communities.proofs import Growth, growth, newest_heads
from communities.services.gaps import DECLARED
from votes.access import estate_with_heads, head_of, log_with_heads
from votes.models import Assembly

PER_PAGE = 30


def log_title(log: Log) -> str:
    """What people call the log: the assembly's title, or the estate's common log."""
    assembly: Assembly | None = getattr(log, "assembly", None)
    return assembly.title if assembly else _("小区日志（名册、公示等）")


@require_GET
def heads(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest head of every log of an estate, for anybody."""
    estate = estate_with_heads(slug)
    context = {"estate": estate, "rows": _titled(newest_heads(estate)), "keys": _keys()}
    return render(request, "votes/heads.html", context)


@require_GET
def heads_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for programs, with the statements of the keys."""
    estate = estate_with_heads(slug)
    answer = {
        "v": 1,
        "estate": estate.slug,
        "heads": [head_said(head) for head in newest_heads(estate)],
        "keys": [key_said(key) for key in _keys()],
    }
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


@require_GET
def log_heads(request: HttpRequest, slug: str, log: str) -> HttpResponse:
    """The heads of one log, the newest first, each compared with the one before it."""
    found = log_with_heads(log, slug)
    page = _page(found, request.GET.get("page"))
    context = {
        "estate": found.estate,
        "log": found,
        "title": log_title(found),
        "page": page,
        "steps": growth(list(page.object_list)),
        "gaps": _gaps(found),
    }
    return render(request, "votes/log_heads.html", context)


@require_GET
def log_heads_json(request: HttpRequest, slug: str, log: str) -> HttpResponse:
    """The same for programs; each head with the proof that it only added to the one before."""
    found = log_with_heads(log, slug)
    page = _page(found, request.GET.get("page"))
    answer = {
        "v": 1,
        "log": found.name,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "heads": [step_said(step) for step in growth(list(page.object_list))],
        "gaps": _gaps(found),
    }
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


@require_GET
def head_print(request: HttpRequest, slug: str, log: str, size: int) -> HttpResponse:
    """One head on a sheet for the notice board."""
    return render(request, "print/head.html", _sheet(head_of(slug, log, size)))


@login_required
@require_GET
def head_pdf(request: PersonRequest, slug: str, log: str, size: int) -> HttpResponse:
    """The sheet as a file, for people of the estate: it takes the server a second to lay out."""
    head = head_of(estate_for(request.user, slug).slug, log, size)
    html = render_to_string("print/head.html", _sheet(head), request)
    name = f"{log.replace(':', '-')}-{size}.pdf"
    return pdf_file(_laid_out(html), name)


@lru_cache(maxsize=8)
def _laid_out(html: str) -> bytes:
    """A head never changes, and is asked for by several people on one day."""
    return pdf_of(html)


def head_said(head: TreeHead) -> dict[str, Any]:
    """A head as programs read it. ``body`` is what ``signature`` covers, byte for byte."""
    return {
        "log": head.log.name,
        "size": head.size,
        "root": head.root,
        "sealed_at": timestamp(head.sealed_at),
        "key": head.key_id,
        "body": head.body,
        "signature": head.signature,
    }


def step_said(step: Growth) -> dict[str, Any]:
    """A head with the consistency proof from the head before it; null where it cannot be given."""
    if step.before is None or step.path is None:
        return {**head_said(step.head), "consistency": None}
    return {**head_said(step.head), "consistency": {"from": step.before.size, "path": list(step.path)}}


def key_said(key: SigningKey) -> dict[str, Any]:
    return {
        "key": key.key_id,
        "purpose": key.purpose,
        "public_key": key.public_key,
        "statement": key.statement,
        "signature": key.signature,
        "predecessor_signature": key.predecessor_signature,
    }


def _keys() -> list[SigningKey]:
    return list(SigningKey.objects.order_by("-pk"))


def _titled(heads: list[TreeHead]) -> list[tuple[str, TreeHead]]:
    assemblies = Assembly.objects.filter(log__in=[head.log_id for head in heads]).only("title", "log")
    titles = {assembly.log_id: assembly.title for assembly in assemblies}
    common = _("小区日志（名册、公示等）")
    return [(titles.get(head.log_id, common), head) for head in heads]


def _page(log: Log, number: str | None) -> Any:
    return Paginator(log.heads.select_related("log").order_by("-size"), PER_PAGE).get_page(number)


def _gaps(log: Log) -> list[dict[str, Any]]:
    """What two operators gave up of this log after a backup was put back, in the open."""
    declared = LedgerEntry.objects.filter(log=log, verb=DECLARED).order_by("pk")
    said = [json.loads(entry.body) for entry in declared]
    return [{"at": one["at"], **one["payload"]} for one in said if one["payload"]["log"] == log.name]


def _sheet(head: TreeHead) -> dict[str, Any]:
    key = SigningKey.objects.filter(key_id=head.key_id).first()
    return {
        "estate": head.log.estate,
        "head": head,
        "title": log_title(head.log),
        "line": head_line(log=head.log.name, size=head.size, root=head.root, key=head.key_id),
        "key": key,
        "key_hex": base64.b64decode(key.public_key).hex() if key else "",
        "day": local_day(head.sealed_at),
    }
