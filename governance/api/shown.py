"""What the API shows of deliberation. People of the estate appear by family name and capacity."""

from typing import Any

from rest_framework import serializers

from communities.templatetags.linyi import mask_name
from governance.models import (
    ActionItem,
    ActionStep,
    AgendaItem,
    Appeal,
    Attendance,
    Comment,
    FactRequest,
    Meeting,
    Minutes,
    OfficialAnswer,
    Proposal,
    ProposalStep,
    Statement,
)


class StepShown(serializers.ModelSerializer[ProposalStep]):
    class Meta:
        model = ProposalStep
        fields = ["from_status", "to_status", "capacity", "code", "reason", "due_at", "taken_at"]


class AnswerShown(serializers.ModelSerializer[OfficialAnswer]):
    """``cost`` is in 0.01 yuan."""

    class Meta:
        model = OfficialAnswer
        fields = ["party", "version", "status", "text", "cost", "begins_on", "ends_on", "answered_at"]


class ProposalShown(serializers.ModelSerializer[Proposal]):
    """A proposal in a list. ``area`` is in 0.01 m²."""

    estate = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    building = serializers.StringRelatedField()  # type: ignore[var-annotated]

    class Meta:
        model = Proposal
        fields = [
            *("id", "estate", "number", "title", "category", "building", "place", "status", "turn"),
            *("due_at", "supporters", "heads", "area", "comment_count", "item", "changed_at"),
        ]


class ProposalWhole(ProposalShown):
    """A proposal with its text, steps and answers."""

    steps = StepShown(many=True)
    answers = AnswerShown(many=True)
    author = serializers.SerializerMethodField()

    class Meta(ProposalShown.Meta):
        fields = [
            *ProposalShown.Meta.fields,
            *("body", "version", "capacity", "author", "item_reason", "merged_into"),
            *("submitted_at", "accepted_at", "share_reached_at", "steps", "answers"),
        ]

    def get_author(self, proposal: Proposal) -> str:
        return mask_name(proposal.author.display_name)


class CommentShown(serializers.ModelSerializer[Comment]):
    """A hidden or withdrawn comment keeps its place and shows no text."""

    author = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = [
            *("id", "parent", "author", "capacity", "stance", "text", "is_hidden"),
            *("written_at", "withdrawn_at"),
        ]

    def get_author(self, comment: Comment) -> str:
        return mask_name(comment.author.display_name)

    def get_text(self, comment: Comment) -> str:
        return "" if comment.is_hidden or comment.withdrawn_at else comment.text


class AppealShown(serializers.ModelSerializer[Appeal]):
    class Meta:
        model = Appeal
        fields = ["id", "proposal", "text", "status", "decision", "filed_at", "due_at", "decided_at"]


class FactsShown(serializers.ModelSerializer[FactRequest]):
    class Meta:
        model = FactRequest
        fields = ["id", "party", "question", "asked_at", "answer", "answered_at"]


class StatementShown(serializers.ModelSerializer[Statement]):
    class Meta:
        model = Statement
        fields = ["id", "number", "text", "status", "written_at"]


class ActionStepShown(serializers.ModelSerializer[ActionStep]):
    class Meta:
        model = ActionStep
        fields = ["status", "note", "taken_at"]


class ActionShown(serializers.ModelSerializer[ActionItem]):
    steps = ActionStepShown(many=True, read_only=True)

    class Meta:
        model = ActionItem
        fields = [
            *("id", "number", "text", "party", "owner_name", "due_on", "status", "proposal", "item"),
            *("done_at", "escalated_at", "steps"),
        ]


class AgendaItemShown(serializers.ModelSerializer[AgendaItem]):
    positions = serializers.SerializerMethodField()
    polls = serializers.SerializerMethodField()

    class Meta:
        model = AgendaItem
        fields = [
            *("id", "position", "title", "text", "proposal", "minutes_planned", "status", "discussion"),
            *("consensus", "dissent", "item", "version", "positions", "polls"),
        ]

    def get_positions(self, item: AgendaItem) -> list[dict[str, Any]]:
        return [
            {"party": one.party, "text": one.text, "version": one.version} for one in item.positions.all()
        ]

    def get_polls(self, item: AgendaItem) -> list[dict[str, Any]]:
        from governance.queries.meetings import poll_rows

        return [
            {
                "id": row["poll"].pk,
                "question": row["poll"].question,
                "open": row["is_open"],
                "counts": {str(words): number for words, number in row["counts"]},
            }
            for row in poll_rows(item)
        ]


class MeetingShown(serializers.ModelSerializer[Meeting]):
    estate = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]
    parties = serializers.SerializerMethodField()

    class Meta:
        model = Meeting
        fields = [
            *("id", "estate", "kind", "title", "purpose", "status", "starts_at", "ends_at", "place"),
            *("seats", "registration_closes_at", "announced_at", "started_at", "ended_at"),
            *("cancel_reason", "version", "parties"),
        ]

    def get_parties(self, meeting: Meeting) -> dict[str, int]:
        return dict(meeting.parties.values_list("party", "quota"))


class MeetingWhole(MeetingShown):
    items = AgendaItemShown(many=True)

    class Meta(MeetingShown.Meta):
        fields = [*MeetingShown.Meta.fields, "items"]


class AttendanceShown(serializers.ModelSerializer[Attendance]):
    class Meta:
        model = Attendance
        fields = [
            *("id", "name", "party", "role", "proxy_for", "registered_at", "excused_at"),
            *("signed_in_at", "sign_in_method", "is_late", "left_at"),
        ]


class MinutesShown(serializers.ModelSerializer[Minutes]):
    """``document`` is what the minutes say; while they are sealed its canonical bytes have ``sha256``."""

    document = serializers.SerializerMethodField()
    signatures = serializers.SerializerMethodField()

    class Meta:
        model = Minutes
        fields = [
            *("id", "meeting", "version", "status", "number", "edits", "confirm_until", "sha256"),
            *("sealed_at", "corrects", "correction_reason", "document", "signatures"),
        ]

    def get_document(self, minutes: Minutes) -> dict[str, Any]:
        from governance.minutes_document import document_of

        return document_of(minutes)

    def get_signatures(self, minutes: Minutes) -> list[dict[str, Any]]:
        found = minutes.signatures.filter(sha256=minutes.sha256) if minutes.sha256 else []
        return [{"party": one.party, "name": one.name, "signed_at": one.signed_at} for one in found]
