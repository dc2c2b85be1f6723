from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from communities.access import estates_for, has_reached
from communities.models import User
from communities.queries import unread_count, unread_of
from governance.desk_shell import DeskShell

#: The estate whose pages the person saw last, in the session.
LAST_ESTATE = "estate"
#: How the names of pages under 议事 begin.
TALK_PAGES = (
    "proposal",
    "comment",
    "facts",
    "reply-template",
    "moderation",
    "meeting",
    "minutes",
    "statement",
    "action-item",
    "common-ground",
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The bottom tabs of the phone shell. Nothing is read unless a template asks for them."""
    if not _is_logged_in(request):
        return {"tabs": []}
    return {"tabs": SimpleLazyObject(lambda: _tabs(request))}


def _is_logged_in(request: HttpRequest) -> bool:
    """A request refused before anybody asked who sent it has no user; its page is still to be shown."""
    return hasattr(request, "user") and request.user.is_authenticated


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    slug, unread = _estate_and_unread(request)
    match = request.resolver_match
    place = match.namespace if match else ""
    page = match.url_name if match else ""
    if slug:
        home, votes = reverse("governance:estate", args=[slug]), reverse("votes:assembly-list", args=[slug])
        talks = reverse("governance:proposals", args=[slug])
        tickets = reverse("governance:tickets", args=[slug])
    else:
        home = votes = talks = tickets = reverse("governance:home")
    entries: list[dict[str, Any]] = [
        {
            "key": "home",
            "label": _("首页"),
            "url": home,
            "icon": "home",
            "current": place == "governance" and page in ("home", "estate"),
        },
        {
            "key": "talks",
            "label": _("议事"),
            "url": talks,
            "icon": "talk",
            "current": place == "governance" and (page or "").startswith(TALK_PAGES),
        },
        {"key": "votes", "label": _("表决"), "url": votes, "icon": "ballot", "current": place == "votes"},
        {
            "key": "tickets",
            "label": _("报事"),
            "url": tickets,
            "icon": "tool",
            "current": place == "governance" and (page or "").startswith("ticket"),
        },
        {
            "key": "me",
            "label": _("我的"),
            "url": reverse("communities:me"),
            "icon": "me",
            "current": place != "governance" and (page or "").startswith(("me", "bind", "mfa", "notices")),
            "count": unread,
        },
    ]
    # Who belongs to no estate has nothing to talk about or vote on: fewer tabs are fewer doubts.
    return entries if slug else [entry for entry in entries if entry["key"] in ("home", "me")]


def _estate_and_unread(request: HttpRequest) -> tuple[str, int]:
    """The estate the page is about, else the one seen last, else the first; and how many notices are new."""
    user: User = request.user  # type: ignore[assignment]
    here = request.resolver_match.kwargs.get("slug") if request.resolver_match else None
    if has_reached(user, here):
        if request.session.get(LAST_ESTATE) != here:
            request.session[LAST_ESTATE] = here
        return str(here), unread_count(user)
    rows = (
        estates_for(user).select_related(None).annotate(unread=unread_of(user)).values_list("slug", "unread")
    )
    slugs = dict(rows)
    if here in slugs and request.session.get(LAST_ESTATE) != here:
        request.session[LAST_ESTATE] = here
    for slug in (here, request.session.get(LAST_ESTATE), next(iter(slugs), "")):
        if slug in slugs:
            return str(slug), slugs[slug]
    return "", unread_count(user)


def desk(request: HttpRequest) -> dict[str, Any]:
    """What desk pages show at the side. Nothing is read unless a template asks for it."""
    if not (request.path.startswith("/desk/") and _is_logged_in(request)):
        return {}
    shell = DeskShell(request)
    return {
        "desk_nav": SimpleLazyObject(lambda: shell.nav),
        "desk_place": SimpleLazyObject(lambda: shell.place),
        "desk_who": SimpleLazyObject(lambda: shell.who),
    }
