"""我的: who I am here, my homes, and how pages look."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.access import desk_estates_for, own_bindings
from communities.accounts import has_second_step
from communities.errors import PasswordWrong, Refusal
from communities.forms.me import AppearanceForm, NameForm, SetPasswordForm
from communities.http import PersonRequest, local_next
from communities.queries import homes_of
from communities.services.people import rename_person, set_password

A_YEAR = 365 * 24 * 60 * 60
SHOWN = 5


@login_required
@require_GET
def me(request: PersonRequest) -> HttpResponse:
    context = {
        "homes": homes_of(request.user),
        "bindings": own_bindings(request.user)[:SHOWN],
        "at_desk": desk_estates_for(request.user).exists(),
        "themes": [("auto", _("跟随系统")), ("light", _("浅色")), ("dark", _("深色"))],
    }
    return render(request, "communities/me.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def name(request: PersonRequest) -> HttpResponse:
    form = NameForm(request.POST or None, initial={"display_name": request.user.display_name})
    if request.method == "POST" and form.is_valid():
        rename_person(user=request.user, display_name=form.cleaned_data["display_name"])
        messages.success(request, _("显示名已改好。"))
        return redirect("communities:me")
    return render(request, "communities/me_name.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def appearance(request: PersonRequest) -> HttpResponse:
    """Kept in cookies, so that it also holds on pages before the login."""
    form = AppearanceForm(request.POST)
    response = HttpResponseRedirect(local_next(request) or "/")
    if form.is_valid():
        for cookie, value in form.cleaned_data.items():
            if value in ("off", "auto"):
                response.delete_cookie(cookie, samesite="Lax")
            elif value:
                response.set_cookie(
                    cookie, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
                )
    return response


@login_required
@require_GET
def security(request: PersonRequest) -> HttpResponse:
    context = {
        "has_password": request.user.has_usable_password(),
        "has_second_step": has_second_step(request.user),
    }
    return render(request, "communities/me_security.html", context)


@never_cache
@login_required
@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "POST"])
def password(request: PersonRequest) -> HttpResponse:
    form = SetPasswordForm(request.POST or None, has_password=request.user.has_usable_password())
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            set_password(user=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("old" if isinstance(refusal, PasswordWrong) else "new", str(refusal))
            status = refusal.status
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, _("密码已设好。别处已登录的设备需要重新登录。"))
            return redirect("communities:me-security")
    return render(request, "communities/me_password.html", {"form": form}, status=status)
