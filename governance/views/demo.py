"""The demo's own pages: who there is to be, and what they were sent."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from communities.accounts import BACKEND
from communities.models import User
from communities.sms import InboxSms
from governance.demo.people import DEMO_PEOPLE, demo_person


@never_cache
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    made = set(
        User.objects.filter(phone__in=[person.phone for person in DEMO_PEOPLE]).values_list(
            "phone", flat=True
        )
    )
    rows = [{"person": person, "ready": person.phone in made} for person in DEMO_PEOPLE]
    return render(request, "governance/demo.html", {"rows": rows, "ready": bool(made)})


@require_POST
def log_in_as(request: HttpRequest, key: str) -> HttpResponse:
    person = demo_person(key)
    if person is None:
        raise Http404
    user = User.objects.filter(phone=person.phone, is_active=True).first()
    if user is None:
        messages.error(request, _("这个演示账号还没有建立，请先运行演示命令。"))
        return redirect("demo:people")
    login(request, user, backend=BACKEND)
    return redirect("governance:home")


@never_cache
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "governance/demo_inbox.html", {"sent": list(InboxSms.kept)})
