"""What was voted can be looked at by the operator, never changed; what anybody chose, not even that."""

from django.contrib import admin

from communities.admin import ReadOnlyAdmin
from votes.models import (
    Assembly,
    Ballot,
    BallotLook,
    Candidate,
    Certificate,
    Delivery,
    Election,
    Elector,
    ElectorMember,
    ElectorUnit,
    LintOverride,
    Mandate,
    Motion,
    MotionAttachment,
    MotionResult,
    NominationSupport,
    Objection,
    ObjectionStep,
    PaperBallot,
    PaperEntry,
    Recall,
    SeatResult,
    SecretBallot,
    SecretTurnout,
    TwoPersonAct,
    UncountedBallot,
)

for model in (
    Assembly,
    BallotLook,
    Certificate,
    Election,
    Elector,
    ElectorMember,
    ElectorUnit,
    LintOverride,
    Motion,
    MotionAttachment,
    MotionResult,
    NominationSupport,
    Recall,
    SeatResult,
    TwoPersonAct,
):
    admin.site.register(model, ReadOnlyAdmin)


@admin.register(Ballot)
class BallotAdmin(ReadOnlyAdmin):
    """That a ballot was received. Marks, and the salt that would open them, are not shown."""

    fields = ["id", "assembly", "revision", "channel", "leaf_hash", "accepted_at"]
    list_display = ["id", "assembly", "revision", "channel", "accepted_at"]
    list_select_related = ["assembly"]


@admin.register(Objection)
class ObjectionAdmin(ReadOnlyAdmin):
    """That an objection was raised and what became of it; not by whom."""

    fields = [
        "assembly",
        "number",
        "kind",
        "about",
        "status",
        "filed_at",
        "due_at",
        "answered_at",
        "escalated_at",
    ]
    list_display = ["assembly", "number", "kind", "status", "due_at"]
    list_select_related = ["assembly"]


@admin.register(ObjectionStep)
class ObjectionStepAdmin(ReadOnlyAdmin):
    fields = ["objection", "status", "text", "taken_at"]
    list_display = ["objection", "status", "taken_at"]
    list_select_related = ["objection"]


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    """That somebody stands, and how far it is. The name is on the ballot, for those of the estate."""

    fields = ["election", "number", "nomination", "status", "nominated_at", "accepted_at", "screened_at"]
    list_display = ["election", "number", "nomination", "status"]
    list_select_related = ["election"]


@admin.register(SecretTurnout)
class SecretTurnoutAdmin(ReadOnlyAdmin):
    """That an elector took part in a secret vote."""

    fields = ["assembly", "accepted_at", "leaf_hash"]
    list_display = ["id", "assembly", "accepted_at"]
    list_select_related = ["assembly"]


@admin.register(SecretBallot)
class SecretBallotAdmin(ReadOnlyAdmin):
    """That a sheet lies in the box; not its marks."""

    fields = ["id", "assembly"]
    list_display = ["id", "assembly"]
    list_select_related = ["assembly"]


@admin.register(UncountedBallot)
class UncountedBallotAdmin(ReadOnlyAdmin):
    fields = ["id", "assembly", "channel", "reason", "received_at", "recorded_at", "leaf_hash"]
    list_display = ["id", "assembly", "channel", "reason", "received_at"]
    list_select_related = ["assembly"]


@admin.register(PaperBallot)
class PaperBallotAdmin(ReadOnlyAdmin):
    """Where a sheet is. Its scan shows marks, so it is not shown."""

    fields = ["id", "assembly", "serial", "printed_at", "voided_at", "received_at", "settled_at"]
    list_display = ["assembly", "serial", "printed_at", "received_at", "settled_at"]
    list_select_related = ["assembly"]


@admin.register(PaperEntry)
class PaperEntryAdmin(ReadOnlyAdmin):
    """That somebody read a sheet, and when; not what was read."""

    fields = ["paper", "look", "entered_by", "entered_at"]
    list_display = ["paper", "look", "entered_at"]
    list_select_related = ["paper"]


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin):
    """That somebody may vote for an elector, and until when. Neither name, phone nor instructions."""

    fields = ["id", "assembly", "granted_at", "expires_at", "revoked_at", "revoked_reason"]
    list_display = ["id", "assembly", "granted_at", "revoked_at"]
    list_select_related = ["assembly"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    fields = [
        "assembly",
        "method",
        "reached",
        "note",
        "delivered_at",
        "recorded_by",
        "recorded_at",
        "taken_back_at",
        "taken_back_reason",
    ]
    list_display = ["id", "assembly", "method", "reached", "delivered_at"]
    list_select_related = ["assembly"]
