"""What stands around every desk page: whose desk it is, and where its entries lead."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from communities.access import desk_estates_for, estates_for
from communities.clock import database_now, local_day
from communities.models import Estate, Role, User
from communities.rules import DESK_ROLES, allows
from governance.desk import Desk
from governance.rules import parties_of

#: More estates than these are a table on a page of their own.
MOST_LISTED = 12


class DeskShell:
    """What every desk page shows around its own content, read when a template first asks."""

    def __init__(self, request: HttpRequest, *, lints: bool = False) -> None:
        self.lints = lints
        assert isinstance(request.user, User)
        self.request = request
        self.user = request.user
        match = request.resolver_match
        slug = match.kwargs.get("slug") if match else None
        self.slug = slug or request.GET.get("estate", "")

    @cached_property
    def estates(self) -> list[Estate]:
        return list(desk_estates_for(self.user))

    @cached_property
    def estate(self) -> Estate | None:
        """The estate the page is about; the only one there is, on a page about none."""
        if len(self.estates) == 1:
            return self.estates[0]
        return next((estate for estate in self.estates if estate.slug == self.slug), None)

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.user, self.estates, database_now(), lints=self.lints)

    @cached_property
    def nav(self) -> list[dict[str, Any]]:
        return desk_nav(self.request, self.estate, self)

    @cached_property
    def _roles(self) -> list[Role]:
        held = Role.objects.on(local_day(self.desk.moment)).filter(user=self.user, code__in=DESK_ROLES)
        return list(held.select_related("estate", "community", "subdistrict").order_by("pk"))

    @property
    def place(self) -> str:
        """Whose desk: the community's, the subdistrict's, or the committee's estate."""
        if not self._roles:
            return ""
        role = self._roles[0]
        return str(role.community or role.subdistrict or role.estate or "")

    @property
    def who(self) -> str:
        if not self._roles:
            return str(self.user)
        estates = _("%(number)d 个小区") % {"number": len(self.estates)}
        return f"{self.user} · {self._roles[0].get_code_display()} · {estates}"


def desk_nav(request: HttpRequest, estate: Estate | None, shell: DeskShell) -> list[dict[str, Any]]:
    """The entries at the side: next steps, then the rooms of one estate, or the estates to choose from."""
    if not shell.estates:
        return _rooms_of_firm(request, shell)
    home = reverse("governance:desk")
    many = len(shell.estates) > MOST_LISTED
    # What waits in hundreds of estates is counted where it is listed, and on the pages of one of them.
    counts = not many or estate is not None or request.path == home
    entries = [_entry(request, _("下一步"), home, count=len(shell.desk.steps) if counts else 0, exact=True)]
    if estate is not None:
        entries += _rooms(request, estate, shell)
    if many:
        overview = _entry(request, _("各小区一览"), reverse("governance:desk-estates"))
        entries.append(overview | {"group": _("小区")})
    elif len(shell.estates) > 1:
        group = _("小区")
        for one in shell.estates:
            waiting = sum(1 for step in shell.desk.steps if step.estate == one)
            entry = _entry(request, one.name, f"{home}?estate={one.slug}", count=waiting)
            entries.append(entry | {"group": group, "current": False})
            group = ""
    entries.append(_entry(request, _("我的"), reverse("communities:me")) | {"group": _("账号")})
    return entries


def _rooms_of_firm(request: HttpRequest, shell: DeskShell) -> list[dict[str, Any]]:
    """Whoever has no other desk deals with tickets: those of the firm."""
    entries = []
    for one in estates_for(shell.user):
        if parties_of(shell.user, one):
            url = reverse("governance:desk-tickets", args=[one.slug])
            entries.append(_entry(request, _("报事"), url) | {"group": one.name})
            entries.append(
                _entry(request, _("小区首页"), reverse("governance:estate", args=[one.slug]), exact=True)
            )
    entries.append(_entry(request, _("我的"), reverse("communities:me")) | {"group": _("账号")})
    return entries


def _rooms(request: HttpRequest, estate: Estate, shell: DeskShell) -> list[dict[str, Any]]:
    rooms = [_entry(request, _("业主大会"), reverse("votes:desk-assemblies", args=[estate.slug]))]
    if allows("governance.view_review", shell.user, estate):
        waiting = sum(1 for step in shell.desk.steps if step.estate == estate and step.kind == _("议题"))
        url = reverse("governance:desk-proposals", args=[estate.slug])
        rooms.insert(0, _entry(request, _("议题"), url, count=waiting))
    if allows("governance.convene_meeting", shell.user, estate):
        waiting = sum(1 for step in shell.desk.steps if step.estate == estate and step.kind == _("会议"))
        url = reverse("governance:desk-meetings", args=[estate.slug])
        rooms.insert(1, _entry(request, _("协商会议"), url, count=waiting))
    if parties_of(shell.user, estate):
        count = sum(1 for step in shell.desk.steps if step.estate == estate and step.kind == _("报事"))
        url = reverse("governance:desk-tickets", args=[estate.slug])
        rooms.append(_entry(request, _("报事"), url, count=count))
    if allows("votes.handle_objection", shell.user, estate):
        waiting = sum(1 for step in shell.desk.steps if step.estate == estate and step.kind == _("异议"))
        url = reverse("votes:desk-objections", args=[estate.slug])
        rooms.append(_entry(request, _("异议"), url, count=waiting))
    rooms.append(_entry(request, _("业主委员会"), reverse("communities:desk-committee", args=[estate.slug])))
    if allows("communities.view_roster", shell.user, estate):
        rooms.append(_entry(request, _("业主与名册"), reverse("communities:roster", args=[estate.slug])))
    if allows("communities.decide_binding", shell.user, estate):
        pending = sum(count for pk, count, _due in shell.desk.binding_counts if pk == estate.pk)
        url = reverse("communities:bindings", args=[estate.slug])
        rooms.append(_entry(request, _("房屋绑定"), url, count=pending))
    if allows("communities.manage_witnesses", shell.user, estate):
        rooms.append(_entry(request, _("树头见证人"), reverse("communities:witnesses", args=[estate.slug])))
    rooms[0]["group"] = estate.name
    return rooms


def _entry(
    request: HttpRequest, label: str, url: str, *, count: int = 0, exact: bool = False
) -> dict[str, Any]:
    here = request.path == url if exact else request.path.startswith(url)
    return {"label": label, "url": url, "current": here, "count": count}
