"""The API of tickets: reported, followed, dealt with, confirmed."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import estate_for
from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.pages import PagedEndpoint
from communities.clock import database_now
from communities.models import Building, Estate, User
from governance.access.tickets import desk_ticket_for, estate_to_report_in, ticket_for, tickets_for
from governance.enums import Party, PauseReason, TicketCategory
from governance.models import Ticket, TicketStep
from governance.queries.tickets import narrowed, staff_of
from governance.services.ticket_handling import (
    accept_ticket,
    assign_ticket,
    fix_ticket,
    hand_over_ticket,
    note_on_ticket,
    pause_ticket,
    reply_to_supervision,
    resume_ticket,
    supervise_ticket,
)
from governance.services.tickets import (
    PRIVATE,
    confirm_fixed,
    rate_ticket,
    reject_fix,
    reopen_ticket,
    report_ticket,
    support_ticket,
    withdraw_ticket,
)

from .acts import act


class TicketStepShown(serializers.ModelSerializer[TicketStep]):
    class Meta:
        model = TicketStep
        fields = ["act", "party", "text", "due_at", "taken_at"]


class TicketShown(serializers.ModelSerializer[Ticket]):
    """A ticket in a list; who reported it is in none."""

    estate = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    building = serializers.StringRelatedField()  # type: ignore[var-annotated]

    class Meta:
        model = Ticket
        fields = [
            *("id", "estate", "number", "category", "text", "building", "place", "is_public", "status"),
            *("party", "reported_at", "answered_at", "fixed_at", "closed_at", "due_at", "pause_reason"),
            *("escalation", "reopened", "supporters", "scheduled_at", "supervise_due_at"),
        ]


class TicketWhole(TicketShown):
    """A ticket with its way so far."""

    steps = TicketStepShown(many=True)

    class Meta(TicketShown.Meta):
        fields = [*TicketShown.Meta.fields, "steps"]


class TicketGiven(serializers.Serializer[Any]):
    category = serializers.ChoiceField(choices=TicketCategory.choices)
    text = serializers.CharField(max_length=2000, allow_blank=True)
    building = serializers.PrimaryKeyRelatedField(
        queryset=Building.objects.all(), allow_null=True, default=None
    )
    place = serializers.CharField(max_length=60, allow_blank=True, default="")
    is_anonymous = serializers.BooleanField(default=False)
    is_public = serializers.BooleanField(default=True)

    def validate_building(self, building: Building | None) -> Building | None:
        if building is not None and building.estate_id != self.context["thing"].pk:
            raise serializers.ValidationError("请从本小区的楼幢中选择。")
        return building


class WordsGiven(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=1000, allow_blank=True)


class AcceptanceGiven(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=1000, allow_blank=True, default="")
    scheduled_at = serializers.DateTimeField(allow_null=True, default=None)


class AssigneeGiven(serializers.Serializer[Any]):
    to = serializers.PrimaryKeyRelatedField(queryset=User.objects.all())

    def validate_to(self, user: User) -> User:
        ticket = self.context["thing"]
        if not staff_of(ticket.estate, ticket.party).filter(pk=user.pk).exists():
            raise serializers.ValidationError("请从本方工作人员中选择。")
        return user


class PauseGiven(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=PauseReason.choices, allow_blank=True)
    text = serializers.CharField(max_length=1000, allow_blank=True)


class HandoverGiven(serializers.Serializer[Any]):
    to = serializers.ChoiceField(choices=Party.choices)
    text = serializers.CharField(max_length=1000, allow_blank=True)


class SupervisionGiven(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=1000, allow_blank=True)
    days = serializers.IntegerField(min_value=1, max_value=10, default=3)


class RatingGiven(serializers.Serializer[Any]):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField(max_length=300, allow_blank=True, default="")


class TicketList(PagedEndpoint):
    """What was reported, as far as one may read it."""

    @extend_schema(
        responses=TicketShown(many=True),
        parameters=[OpenApiParameter("show", str), OpenApiParameter("category", str)],
    )
    def get(self, request: Request, slug: str) -> Response:
        user = person(request)
        there = tickets_for(user).filter(estate=estate_for(user, slug))
        show, category = (request.query_params.get(name, "") for name in ("show", "category"))
        return self.paged(
            request, narrowed(there, show=show, category=category, moment=database_now()), TicketShown
        )


class TicketDetail(Endpoint):
    @extend_schema(responses=TicketWhole)
    def get(self, request: Request, pk: int) -> Response:
        """One ticket and everything that happened to it."""
        return Response(TicketWhole(ticket_for(person(request), pk)).data)


def _desk(user: User, pk: int) -> Ticket:
    ticket = get_object_or_404(Ticket.objects.select_related("estate"), pk=pk)
    return desk_ticket_for(user, ticket.estate.slug, pk)


def _report(estate: Estate, actor: User, is_public: bool, category: str, **values: Any) -> Ticket:
    is_public = is_public and category not in PRIVATE
    return report_ticket(estate=estate, actor=actor, is_public=is_public, category=category, **values)


Tickets = act(
    "Tickets",
    "Report a matter.",
    find=estate_to_report_in,
    do=_report,
    given=TicketGiven,
    shown=TicketWhole,
    example={"category": "repair", "text": "三单元电梯按钮失灵", "place": "三单元"},
    code=201,
    also=TicketList,
)
TicketConfirmation = act(
    "TicketConfirmation",
    "The reporter says that it is fixed; that closes it.",
    find=ticket_for,
    do=lambda ticket, actor: confirm_fixed(ticket=ticket, actor=actor),
    shown=TicketWhole,
)
TicketRejection = act(
    "TicketRejection",
    "The reporter says that it is not fixed.",
    find=ticket_for,
    do=lambda ticket, actor, text: reject_fix(ticket=ticket, text=text, actor=actor),
    given=WordsGiven,
    shown=TicketWhole,
    example={"text": "按钮还是不灵"},
)
TicketReopening = act(
    "TicketReopening",
    "The reporter opens a closed one again, within seven days.",
    find=ticket_for,
    do=lambda ticket, actor, text: reopen_ticket(ticket=ticket, text=text, actor=actor),
    given=WordsGiven,
    shown=TicketWhole,
    example={"text": "又坏了一次"},
)
TicketRating = act(
    "TicketRating",
    "One to five for how it was dealt with.",
    find=ticket_for,
    do=lambda ticket, actor, **given: rate_ticket(ticket=ticket, actor=actor, **given),
    given=RatingGiven,
    shown=TicketWhole,
    example={"rating": 4, "text": "来得快"},
    method="put",
)
TicketSupportGiven = act(
    "TicketSupportGiven",
    "Say that one has the same trouble.",
    find=ticket_for,
    do=lambda ticket, actor: support_ticket(ticket=ticket, actor=actor),
)
TicketWithdrawal = act(
    "TicketWithdrawal",
    "Take one's own ticket back.",
    find=ticket_for,
    do=lambda ticket, actor: withdraw_ticket(ticket=ticket, actor=actor),
)
TicketAcceptance = act(
    "TicketAcceptance",
    "Take it on for the party it lies with; ``scheduled_at``: when somebody comes.",
    find=_desk,
    do=lambda ticket, actor, **given: accept_ticket(ticket=ticket, actor=actor, **given),
    given=AcceptanceGiven,
    shown=TicketWhole,
    example={"text": "明天上午到", "scheduled_at": None},
)
TicketAssignee = act(
    "TicketAssignee",
    "Give it to somebody of the same party.",
    find=_desk,
    do=lambda ticket, actor, to: assign_ticket(ticket=ticket, to=to, actor=actor),
    given=AssigneeGiven,
    shown=TicketWhole,
    example={"to": 1},
    method="put",
)
TicketNotes = act(
    "TicketNotes",
    "Tell the reporter something; the first word is the answer.",
    find=_desk,
    do=lambda ticket, actor, text: note_on_ticket(ticket=ticket, text=text, actor=actor),
    given=WordsGiven,
    shown=TicketWhole,
    example={"text": "已联系电梯公司"},
)
TicketPause = act(
    "TicketPause",
    "Stop the clock for owner, part, approval or weather.",
    find=_desk,
    do=lambda ticket, actor, **given: pause_ticket(ticket=ticket, actor=actor, **given),
    given=PauseGiven,
    shown=TicketWhole,
    example={"reason": "part", "text": "等配件到货"},
)
TicketResumption = act(
    "TicketResumption",
    "Let the clock run on.",
    find=_desk,
    do=lambda ticket, actor: resume_ticket(ticket=ticket, actor=actor),
    shown=TicketWhole,
)
TicketFix = act(
    "TicketFix",
    "Say that it is fixed, and how.",
    find=_desk,
    do=lambda ticket, actor, text: fix_ticket(ticket=ticket, text=text, actor=actor),
    given=WordsGiven,
    shown=TicketWhole,
    example={"text": "已更换按钮，试运行正常"},
)
TicketHandover = act(
    "TicketHandover",
    "Give it to the party that should deal with it.",
    find=_desk,
    do=lambda ticket, actor, **given: hand_over_ticket(ticket=ticket, actor=actor, **given),
    given=HandoverGiven,
    shown=TicketWhole,
    example={"to": "community", "text": "需要社区协调"},
)
TicketSupervision = act(
    "TicketSupervision",
    "Ask the party for a reply within so many working days.",
    find=_desk,
    do=lambda ticket, actor, **given: supervise_ticket(ticket=ticket, actor=actor, **given),
    given=SupervisionGiven,
    shown=TicketWhole,
    example={"text": "已超期两天，请说明原因和完成时间", "days": 3},
)
TicketSupervisionReply = act(
    "TicketSupervisionReply",
    "What the party says to that.",
    find=_desk,
    do=lambda ticket, actor, text: reply_to_supervision(ticket=ticket, text=text, actor=actor),
    given=WordsGiven,
    shown=TicketWhole,
    example={"text": "配件明天到货，后天完成"},
)

_ONE = "tickets/<int:pk>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("estates/<slug:slug>/tickets/", Tickets.as_view(), name="tickets"),
    path(_ONE, TicketDetail.as_view(), name="ticket"),
    path(f"{_ONE}confirmation/", TicketConfirmation.as_view(), name="ticket-confirmation"),
    path(f"{_ONE}rejection/", TicketRejection.as_view(), name="ticket-rejection"),
    path(f"{_ONE}reopening/", TicketReopening.as_view(), name="ticket-reopening"),
    path(f"{_ONE}rating/", TicketRating.as_view(), name="ticket-rating"),
    path(f"{_ONE}support/", TicketSupportGiven.as_view(), name="ticket-support"),
    path(f"{_ONE}withdrawal/", TicketWithdrawal.as_view(), name="ticket-withdrawal"),
    path(f"{_ONE}acceptance/", TicketAcceptance.as_view(), name="ticket-acceptance"),
    path(f"{_ONE}assignee/", TicketAssignee.as_view(), name="ticket-assignee"),
    path(f"{_ONE}notes/", TicketNotes.as_view(), name="ticket-notes"),
    path(f"{_ONE}pause/", TicketPause.as_view(), name="ticket-pause"),
    path(f"{_ONE}resumption/", TicketResumption.as_view(), name="ticket-resumption"),
    path(f"{_ONE}fix/", TicketFix.as_view(), name="ticket-fix"),
    path(f"{_ONE}handover/", TicketHandover.as_view(), name="ticket-handover"),
    path(f"{_ONE}supervision/", TicketSupervision.as_view(), name="ticket-supervision"),
    path(f"{_ONE}supervision/reply/", TicketSupervisionReply.as_view(), name="ticket-supervision-reply"),
]
