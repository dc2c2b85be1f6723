"""The secretary's desk: who asks to be bound to which home."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.forms import HiddenInput
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from communities.access import binding_at_desk, bindings_at_desk, estate_for
from communities.enums import BindingCapacity, BindingStatus
from communities.errors import Refusal
from communities.forms.binding import ApproveForm, BindingFilterForm, RefuseForm
from communities.http import PersonRequest
from communities.models import BindingRequest, Owner
from communities.queries import current_owners, roster_beside
from communities.rules import allows, today
from communities.services.binding import approve_binding, refuse_binding
from communities.values.phone import mask_phone
from communities.values.text import without_space

PER_PAGE = 30


@login_required
@require_GET
def bindings(request: PersonRequest, slug: str) -> HttpResponse:
    estate = estate_for(request.user, slug)
    form = BindingFilterForm(request.GET)
    form.is_valid()
    show = form.cleaned_data.get("show", BindingFilterForm.PENDING)
    rows = bindings_at_desk(request.user, estate)
    waiting = rows.filter(status=BindingStatus.PENDING).count()
    if show == BindingFilterForm.PENDING:
        rows = rows.filter(status=BindingStatus.PENDING)
    else:
        rows = rows.exclude(status=BindingStatus.PENDING).order_by(F("decided_at").desc(), "-pk")
    words = form.cleaned_data.get("q", "")
    page = Paginator(_matching(rows, words), PER_PAGE).get_page(request.GET.get("page"))
    context = {"estate": estate, "words": words, "show": show, "waiting": waiting, "page": page}
    return render(request, "communities/desk_bindings.html", context)


@login_required
@require_GET
def binding(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, binding_at_desk(request.user, slug, pk))


@login_required
@require_POST
def approve(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    asked = binding_at_desk(request.user, slug, pk)
    form = _approve_form(asked, request.POST)
    if not form.is_valid():
        return _page(request, asked, approving=form)
    owner: Owner | None = form.cleaned_data.get("owner")
    if owner and owner.user_id not in (None, asked.user_id) and request.POST.get("confirmed") != "yes":
        return _confirm_take_over(request, asked, form, owner)
    try:
        approve_binding(binding=asked, owner=owner, actor=request.user)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, asked, approving=form, status=refusal.status)
    messages.success(request, _("已绑定，申请人会收到消息。"))
    return redirect("communities:bindings", slug)


@login_required
@require_POST
def refuse(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    asked = binding_at_desk(request.user, slug, pk)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, refusing=form)
    try:
        refuse_binding(binding=asked, reason=form.cleaned_data["reason"], actor=request.user)
    except Refusal as refusal:
        form.add_error("reason", str(refusal))
        return _page(request, asked, refusing=form, status=refusal.status)
    messages.success(request, _("已答复，申请人会收到您写的理由。"))
    return redirect("communities:bindings", slug)


def _matching(rows: QuerySet[BindingRequest], words: str) -> list[BindingRequest]:
    """Names are encrypted, so the search reads them; an estate has hundreds of requests, not more."""
    found = list(rows)
    words = without_space(words)
    if words:
        found = [
            one for one in found if words in without_space(one.unit.label) or words in without_space(one.name)
        ]
    return found


def _approve_form(asked: BindingRequest, data: QueryDict | None = None) -> ApproveForm:
    return ApproveForm(
        data,
        owners=current_owners(asked.unit, on=today()),
        as_owner=asked.capacity == BindingCapacity.OWNER,
    )


def _confirm_take_over(
    request: PersonRequest, asked: BindingRequest, form: ApproveForm, owner: Owner
) -> HttpResponse:
    """Another account loses what it has: that is asked on a page of its own."""
    form.fields["owner"].widget = HiddenInput()
    confirm = {
        "title": _("业主要换账号吗？"),
        "eyebrow": asked.unit.label,
        "lead": _("这位业主已绑定另一个账号。通过后，原来的账号不再是这位业主，也会收到消息。"),
        "facts": [
            (_("业主"), owner.masked_name),
            (_("原来的账号"), mask_phone(owner.user.phone) if owner.user else ""),
            (_("申请的账号"), mask_phone(asked.user.phone)),
        ],
        "warning": _("请先见到本人，核对证件原件。"),
        "form": form,
        "submit": _("通过，换账号"),
        "back": reverse("communities:binding", args=[asked.estate.slug, asked.pk]),
        "danger": True,
    }
    return render(request, "partials/confirm_desk.html", {"confirm": confirm})


def _page(
    request: PersonRequest,
    asked: BindingRequest,
    *,
    approving: ApproveForm | None = None,
    refusing: RefuseForm | None = None,
    status: int = 0,
) -> HttpResponse:
    bound = approving is not None or refusing is not None
    context = {
        "binding": asked,
        "estate": asked.estate,
        "matches": roster_beside(asked, on=today()),
        "as_owner": asked.capacity == BindingCapacity.OWNER,
        "pending": asked.status == BindingStatus.PENDING,
        "may_decide": allows("communities.decide_binding", request.user, asked),
        "approving": approving or _approve_form(asked),
        "refusing": refusing or RefuseForm(),
    }
    return render(request, "communities/desk_binding.html", context, status=status or (422 if bound else 200))
