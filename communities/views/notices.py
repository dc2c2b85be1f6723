"""消息: what a person was told."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from communities.access import notice_for, notices_for
from communities.http import PersonRequest
from communities.services.notices import mark_all_read, mark_read

PER_PAGE = 20


@login_required
@require_GET
def notices(request: PersonRequest) -> HttpResponse:
    page = Paginator(notices_for(request.user), PER_PAGE).get_page(request.GET.get("page"))
    unread = any(notice.read_at is None for notice in page)
    return render(request, "communities/notices.html", {"page": page, "unread": unread})


@login_required
@require_GET
def open_notice(request: PersonRequest, pk: int) -> HttpResponse:
    """Opening is reading: marks it and goes where it points."""
    notice = notice_for(request.user, pk)
    mark_read(notice=notice)
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("communities:notices")


@login_required
@require_POST
def read_all(request: PersonRequest) -> HttpResponse:
    mark_all_read(user=request.user)
    return redirect("communities:notices")
