"""Logging in and out."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from communities.accounts import log_in
from communities.errors import LoginCodeSpent, Refusal
from communities.forms.login import CodeForm, PasswordForm, PhoneForm
from communities.http import client_address, local_next
from communities.services.login import request_login_code, verify_login_code, verify_password

#: What the session keeps between the two pages: the key, the phone, where to go then.
PENDING = "login"


@never_cache
@require_http_methods(["GET", "POST"])
def enter_phone(request: HttpRequest) -> HttpResponse:
    """First page: the phone. Also sends another code, since that is the same act."""
    to = local_next(request)
    if request.user.is_authenticated:
        return redirect(to or "governance:home")
    form = PhoneForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            phone = form.cleaned_data["phone"]
            try:
                key = request_login_code(phone=phone, address=client_address(request))
            except Refusal as refusal:
                form.add_error("phone", str(refusal))
                status = refusal.status
            else:
                request.session[PENDING] = {"key": key, "phone": phone, "next": to}
                return redirect("communities:login-code")
    return render(request, "communities/login.html", {"form": form, "next": to}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Second page: the code that was sent."""
    pending = request.session.get(PENDING)
    if request.user.is_authenticated or not pending:
        return redirect("communities:login")
    form = CodeForm(request.POST or None)
    status, spent = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                user = verify_login_code(request_key=pending["key"], code=form.cleaned_data["code"])
            except Refusal as refusal:
                form.add_error("code", str(refusal))
                status, spent = refusal.status, isinstance(refusal, LoginCodeSpent)
            else:
                del request.session[PENDING]
                return log_in(request, user, to=pending["next"])
    context = {"form": form, "phone": pending["phone"], "next": pending["next"], "spent": spent}
    return render(request, "communities/login_code.html", context, status=status)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def enter_password(request: HttpRequest) -> HttpResponse:
    """For those at the desks who set a password; the second step follows where it is set up."""
    to = local_next(request)
    if request.user.is_authenticated:
        return redirect(to or "governance:home")
    form = PasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                user = verify_password(**form.cleaned_data, address=client_address(request))
            except Refusal as refusal:
                form.add_error("password", str(refusal))
                status = refusal.status
            else:
                return log_in(request, user, to=to, by_password=True)
    return render(request, "communities/login_password.html", {"form": form, "next": to}, status=status)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("communities:login")
