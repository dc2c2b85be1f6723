"""The only ways to get an object for somebody. What one may not see does not exist (404)."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from communities.models import (
    BindingRequest,
    CommitteeSeat,
    CommitteeTerm,
    Estate,
    HandoverItem,
    Notice,
    Owner,
    ReserveCandidate,
    RosterImport,
    Unit,
    User,
    Witness,
)
from communities.prepared import prepared, run_prepared
from communities.rules import DESK_ROLES, allows, today


@prepared
def estates_on(user: User, day: date) -> QuerySet[Estate, int]:
    """Numbers of the estates ``user`` lives in, owns in, or holds a role over on ``day``."""
    held = user.roles.on(day)
    return Estate.objects.filter(
        Q(pk__in=held.filter(estate__isnull=False).values("estate"))
        | Q(pk__in=held.filter(contract__isnull=False).values("contract__estate"))
        | Q(community__in=held.filter(community__isnull=False).values("community"))
        | Q(community__subdistrict__in=held.filter(subdistrict__isnull=False).values("subdistrict"))
        | Q(pk__in=user.owners.values("estate"))
        | Q(pk__in=user.residencies.filter(valid_to__isnull=True).values("unit__estate"))
    ).values_list("pk", flat=True)


def numbers_of_estates(user: User) -> set[int]:
    """Numbers of :func:`estates_for`, in one statement that nobody has to build."""
    return run_prepared({"here": estates_on(user, today())})["here"]


def estates_for(user: User) -> QuerySet[Estate]:
    """Estates ``user`` lives in, owns in, or holds a role over, today."""
    return (
        Estate.objects.filter(pk__in=estates_on(user, today()))
        .select_related("community__subdistrict")
        .order_by("name")
    )


def estate_for(user: User, slug: str) -> Estate:
    """The estate, or a 404 that does not say whether it exists."""
    found = get_object_or_404(estates_for(user), slug=slug)
    user._reached = found.slug  # type: ignore[attr-defined]
    return found


def has_reached(user: User, slug: object) -> bool:
    """Whether :func:`estate_for` gave this account object the estate already: it need not be asked again."""
    return slug is not None and getattr(user, "_reached", None) == slug


def notices_for(user: User) -> QuerySet[Notice]:
    """What ``user`` was told, newest first."""
    return user.notices.select_related("estate")


def notice_for(user: User, pk: int) -> Notice:
    return get_object_or_404(notices_for(user), pk=pk)


def desk_estates_for(user: User) -> QuerySet[Estate]:
    """Estates ``user`` works for today, as secretary, committee member, subdistrict or scrutineer."""
    held = user.roles.on(today()).filter(code__in=DESK_ROLES)
    return (
        Estate.objects.filter(
            Q(pk__in=held.filter(estate__isnull=False).values("estate"))
            | Q(community__in=held.filter(community__isnull=False).values("community"))
            | Q(community__subdistrict__in=held.filter(subdistrict__isnull=False).values("subdistrict"))
        )
        .select_related("community__subdistrict")
        .order_by("name")
    )


def roster_estate_for(user: User, slug: str) -> Estate:
    """The estate whose roster ``user`` may read, or a 404."""
    estate = estate_for(user, slug)
    if not allows("communities.view_roster", user, estate):
        raise Http404
    return estate


def unit_on_roster_for(user: User, slug: str, pk: int) -> Unit:
    """A unit of the roster, gone ones included, or a 404."""
    estate = roster_estate_for(user, slug)
    return get_object_or_404(Unit.objects.select_related("building", "estate"), estate=estate, pk=pk)


def owners_on_roster_for(user: User, slug: str) -> QuerySet[Owner]:
    """Owners the roster names, of an estate whose roster ``user`` may read."""
    return Owner.objects.filter(estate=roster_estate_for(user, slug))


def roster_import_for(user: User, slug: str, pk: int) -> RosterImport:
    """An uploaded roster, for those who may import one here, or a 404."""
    estate = roster_estate_for(user, slug)
    if not allows("communities.import_roster", user, estate):
        raise Http404
    return get_object_or_404(RosterImport.objects.select_related("estate"), estate=estate, pk=pk)


def estates_to_join(search: str) -> QuerySet[Estate]:
    """Estates anybody logged in may ask to be bound to, by name or address. Only these two are shown."""
    found = Estate.objects.select_related("community__subdistrict").order_by("name", "pk")
    for word in search.split():
        found = found.filter(Q(name__icontains=word) | Q(address__icontains=word))
    return found


def estate_to_join(slug: str) -> Estate:
    return get_object_or_404(Estate.objects.select_related("community__subdistrict"), slug=slug)


def units_to_join(estate: Estate) -> QuerySet[Unit]:
    """The units one may ask to be bound to: which there are, not whose."""
    return estate.units.standing().select_related("building", "estate__community__subdistrict")


def unit_to_join(slug: str, pk: int) -> Unit:
    return get_object_or_404(units_to_join(estate_to_join(slug)), pk=pk)


def own_bindings(user: User) -> QuerySet[BindingRequest]:
    """What ``user`` asked to be bound to, newest first."""
    return user.binding_requests.select_related("unit__building", "estate").order_by("-created_at", "-pk")


def own_binding(user: User, pk: int) -> BindingRequest:
    return get_object_or_404(own_bindings(user), pk=pk)


def bindings_at_desk(user: User, estate: Estate) -> QuerySet[BindingRequest]:
    """All requests of an estate, for those who decide them; a 404 for everybody else."""
    if not allows("communities.decide_binding", user, estate):
        raise Http404
    return estate.binding_requests.select_related("unit__building", "user", "decided_by", "owner")


def binding_at_desk(user: User, slug: str, pk: int) -> BindingRequest:
    return get_object_or_404(bindings_at_desk(user, estate_for(user, slug)).select_related("estate"), pk=pk)


def witness_estate_for(user: User, slug: str) -> Estate:
    """An estate whose witnesses ``user`` answers for, or a 404."""
    estate = estate_for(user, slug)
    if not allows("communities.manage_witnesses", user, estate):
        raise Http404
    return estate


def witness_for(user: User, slug: str, pk: int) -> Witness:
    """A witness who has not been removed, or a 404."""
    present = Witness.objects.filter(removed_at__isnull=True).select_related("estate")
    return get_object_or_404(present, estate=witness_estate_for(user, slug), pk=pk)


def committee_estate_for(user: User, slug: str) -> Estate:
    """An estate ``user`` works for, or a 404."""
    return get_object_or_404(desk_estates_for(user), slug=slug)


def term_for(user: User, slug: str, pk: int) -> CommitteeTerm:
    """A committee's term, for those who work for its estate, or a 404."""
    estate = committee_estate_for(user, slug)
    term = get_object_or_404(CommitteeTerm, estate=estate, pk=pk)
    term.estate = estate
    return term


def seat_for(user: User, slug: str, pk: int, seat_pk: int) -> CommitteeSeat:
    """A seat of :func:`term_for`, or a 404."""
    term = term_for(user, slug, pk)
    seat = get_object_or_404(CommitteeSeat.objects.select_related("owner", "user"), term=term, pk=seat_pk)
    seat.term = term
    return seat


def handover_item_for(user: User, slug: str, pk: int, item_pk: int) -> HandoverItem:
    """An item of the handover of :func:`term_for`, for those who tick it off, or a 404."""
    term = term_for(user, slug, pk)
    if not allows("communities.hand_over", user, term):
        raise Http404
    item = get_object_or_404(term.handovers.select_related("seat__owner", "seat__user"), pk=item_pk)
    item.term = term
    return item


def reserve_estate_for(user: User, slug: str) -> Estate:
    """The estate whose reserve ``user`` may read, or a 404: not even the committee learns of it."""
    estate = committee_estate_for(user, slug)
    if not allows("communities.view_reserve", user, estate):
        raise Http404
    return estate


def reserve_person_for(user: User, slug: str, pk: int) -> ReserveCandidate:
    """Somebody in the reserve of :func:`reserve_estate_for`, or a 404."""
    estate = reserve_estate_for(user, slug)
    return get_object_or_404(estate.reserve.select_related("owner", "estate"), pk=pk)


def training_term_for(user: User, slug: str, pk: int) -> CommitteeTerm:
    """A term whose trainings ``user`` may read, people in reserve among them, or a 404."""
    reserve_estate_for(user, slug)
    return term_for(user, slug, pk)
