"""What was voted can be looked at by the operator, never changed; what anybody chose, not even that."""

from django.contrib import admin

from communities.admin import ReadOnlyAdmin
from votes.models import (
    Assembly,
    Ballot,
    Certificate,
    Elector,
    ElectorMember,
    ElectorUnit,
    LintOverride,
    Motion,
    MotionAttachment,
    MotionResult,
    Objection,
    ObjectionStep,
    TwoPersonAct,
)

for model in (
    Assembly,
    Certificate,
    Elector,
    ElectorMember,
    ElectorUnit,
    LintOverride,
    Motion,
    MotionAttachment,
    MotionResult,
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
