"""Minutes as everybody sees them: read, confirmed, signed, downloaded, checked."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.errors import Refusal, TooOften
from communities.http import PersonRequest, client_address
from communities.printing import pdf_file
from communities.rules import allows
from governance.access.meetings import minutes_for
from governance.enums import MinutesStatus, Party, SigningMethod
from governance.forms.minutes import ConfirmForm, SignForm, VerifyForm
from governance.minutes_files import minutes_docx, minutes_pdf, shown, verify_file
from governance.models import Minutes
from governance.rules import parties_of
from governance.services.minutes import confirm_minutes, sign_minutes, waiting_for
from governance.services.signer_proofs import method_of, prove_signer, send_signing_code
from governance.services.verifications import VERIFIED

S = MinutesStatus
TONES = {
    S.DRAFT: "plain",
    S.CONFIRMING: "amber",
    S.SIGNING: "sky",
    S.SEALED: "leaf",
    S.SUPERSEDED: "plain",
    S.DISCARDED: "plain",
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _address(request: PersonRequest) -> str:
    return request.build_absolute_uri(reverse("governance:minutes-verify"))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def minutes(request: PersonRequest, pk: int) -> HttpResponse:
    """The whole text; who attended confirms or dissents here."""
    found = minutes_for(request.user, pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            confirm_minutes(minutes=found, dissent=form.dissent, actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已记下您的意见，谢谢。"))
            return redirect("governance:minutes", pk)
    return render(request, "governance/minutes.html", _context(request, found, form), status=status)


def _context(request: PersonRequest, found: Minutes, form: ConfirmForm) -> dict[str, Any]:
    mine = found.meeting.attendances.filter(user=request.user, signed_in_at__isnull=False).first()
    said = found.confirmations.filter(attendance=mine, sha256=found.sha256).first() if mine else None
    signed = {one.party for one in found.signatures.filter(sha256=found.sha256)} if found.sha256 else set()
    to_sign = [
        party
        for party in parties_of(request.user, found.meeting.estate)
        if party in Party.three() and party not in signed
    ]
    return {
        **shown(found, _address(request)),
        "estate": found.meeting.estate,
        "meeting": found.meeting,
        "tone": TONES[S(found.status)],
        "form": form,
        "may_confirm": found.status == S.CONFIRMING and mine is not None and said is None,
        "said": said,
        "waiting": waiting_for(found) if found.status == S.CONFIRMING else 0,
        "signing": [(party.label, party.value in signed) for party in Party.three()],
        "to_sign": to_sign if found.status == S.SIGNING else [],
        "at_desk": allows("governance.edit_minutes", request.user, found.meeting),
        "newer": Minutes.objects.filter(corrects=found, status__in=[S.SEALED, S.SUPERSEDED]).first(),
        "actions": [
            action
            for item in found.items.select_related("item").prefetch_related("item__action_items")
            for action in item.item.action_items.all()
        ],
    }


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sign(request: PersonRequest, pk: int) -> HttpResponse:
    """Sign for a party, after proving once more who one is."""
    found = minutes_for(request.user, pk)
    context = _context(request, found, ConfirmForm())
    if not context["to_sign"]:
        return redirect("governance:minutes", pk)
    method = method_of(request.user)
    key_name = f"signing-code:{pk}"
    if request.method == "POST" and "send" in request.POST:
        try:
            request.session[key_name] = send_signing_code(request.user, client_address(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("验证码已发到您的手机。"))
        return redirect("governance:minutes-sign", pk)
    form = SignForm(
        request.POST if request.method == "POST" else None,
        parties=context["to_sign"],
        method=method,
        initial={"sha": found.sha256},
    )
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            proven = prove_signer(
                request.user,
                secret=form.cleaned_data["secret"],
                address=client_address(request),
                key=request.session.get(key_name, ""),
            )
            sign_minutes(
                minutes=found,
                party=form.cleaned_data["party"],
                method=proven,
                sha=form.cleaned_data["sha"],
                actor=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            request.session.pop(key_name, None)
            messages.success(request, _("已签署。"))
            return redirect("governance:minutes", pk)
    context |= {
        "sign_form": form,
        "method": method,
        "by_sms": method == SigningMethod.SMS,
        "code_sent": bool(request.session.get(key_name)),
    }
    return render(request, "governance/minutes_sign.html", context, status=status)


@login_required
@require_GET
def file(request: PersonRequest, pk: int, kind: str) -> HttpResponse:
    """The PDF or DOCX. Before the seal it says so on its face."""
    found = minutes_for(request.user, pk)
    if kind not in ("pdf", "docx"):
        raise Http404
    name = f"{found.meeting.title}纪要"
    if kind == "pdf":
        return pdf_file(minutes_pdf(found, _address(request)), f"{name}.pdf")
    answer = HttpResponse(minutes_docx(found, _address(request)), content_type=DOCX)
    answer.headers["Content-Disposition"] = pdf_file(b"", f"{name}.docx").headers["Content-Disposition"]
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: PersonRequest) -> HttpResponse:
    """For anybody: what a file or a hash is worth. Nothing that is uploaded is kept."""
    form = VerifyForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    context: dict[str, Any] = {"form": form}
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        if not VERIFIED.allows(client_address(request)):
            raise TooOften
        verdict = verify_file(form.cleaned_data["file"].read())
        context |= {"verdict": verdict}
        status = 200
    sha = request.GET.get("sha", "").strip().lower()
    if sha:
        sealed = Minutes.objects.filter(sha256=sha, status__in=[S.SEALED, S.SUPERSEDED])
        context |= {"sha": sha[:64], "by_sha": sealed.select_related("meeting__estate").first()}
    return render(request, "governance/minutes_verify.html", context, status=status)
