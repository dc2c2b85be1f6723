"""Pages of tickets."""

from django.urls import URLPattern, URLResolver, path

from governance.views import desk_overview, desk_tickets, tickets

_DESK = "desk/<slug:slug>/tickets/"
_ONE = "tickets/<int:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("e/<slug:slug>/tickets/", tickets.tickets, name="tickets"),
    path("e/<slug:slug>/tickets/new/", tickets.new, name="ticket-new"),
    path(_ONE, tickets.ticket, name="ticket"),
    path(f"{_ONE}confirm/", tickets.confirm, name="ticket-confirm"),
    path(f"{_ONE}reject/", tickets.reject, name="ticket-reject"),
    path(f"{_ONE}reopen/", tickets.reopen, name="ticket-reopen"),
    path(f"{_ONE}rate/", tickets.rate, name="ticket-rate"),
    path(f"{_ONE}support/", tickets.support, name="ticket-support"),
    path(f"{_ONE}withdraw/", tickets.withdraw, name="ticket-withdraw"),
    path("ticket-files/<int:pk>/", tickets.file, name="ticket-file"),
    path(_DESK, desk_tickets.tickets, name="desk-tickets"),
    path(f"{_DESK}outage/", desk_overview.outage, name="desk-outage"),
    path("desk/estates/", desk_overview.estates, name="desk-estates"),
    path(f"{_DESK}<int:pk>/", desk_tickets.ticket, name="desk-ticket"),
]
