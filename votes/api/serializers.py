"""What the API shows of a vote. Areas are strings with two decimals, as everywhere outside."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from communities.api.fields import AreaField, PkField
from communities.models import Building
from communities.values.area import format_area_plain
from votes.enums import MARK_OF_OPTION, AssemblyStatus, MotionOption
from votes.models import (
    Assembly,
    Election,
    Elector,
    ElectorUnit,
    LintOverride,
    Motion,
    MotionAttachment,
    MotionResult,
    TwoPersonAct,
)

# --- assemblies ----------------------------------------------------------------------


class AttachmentSerializer(serializers.ModelSerializer[MotionAttachment]):
    url = serializers.SerializerMethodField(help_text="Where the file is.")

    class Meta:
        model = MotionAttachment
        fields = ["id", "kind", "name", "size", "sha256", "url"]

    def get_url(self, attachment: MotionAttachment) -> str:
        return reverse("api:attachment", args=[attachment.pk])


class MotionSerializer(serializers.ModelSerializer[Motion]):
    attachments = AttachmentSerializer(many=True, read_only=True)
    options = serializers.ListField(child=serializers.ChoiceField(choices=MotionOption.choices))
    amount = serializers.IntegerField(help_text="0.01 yuan", allow_null=True)

    class Meta:
        model = Motion
        fields = [
            *("id", "position", "kind", "title", "text", "topic", "item", "item_reason", "options"),
            *("changes_fee", "amount", "attachments"),
        ]


class OverrideSerializer(serializers.ModelSerializer[LintOverride]):
    """A warning somebody signed for, with the reason that the owners read."""

    class Meta:
        model = LintOverride
        fields = ["id", "finding", "reason", "signed_at"]


class AssemblySerializer(serializers.ModelSerializer[Assembly]):
    """One line of a list. ``phase`` is what holds now, by the clock."""

    estate = serializers.CharField(source="estate.slug")
    phase = serializers.SerializerMethodField()
    scope_building = serializers.SlugRelatedField[Building](
        slug_field="name", read_only=True, help_text="Only its owners decide; null: the whole estate."
    )

    class Meta:
        model = Assembly
        fields = [
            *("id", "estate", "title", "kind", "convener", "phase", "opens_at", "closes_at"),
            *("scope_building", "scope_staircase"),
        ]

    def get_phase(self, assembly: Assembly) -> AssemblyStatus:
        return assembly.phase(self.context["moment"])


class FrozenRuleSerializer(serializers.Serializer[Any]):
    value = serializers.JSONField()
    article = serializers.CharField()


class AssemblyDetailSerializer(AssemblySerializer):
    motions = MotionSerializer(many=True, read_only=True)
    total_area = AreaField(read_only=True)
    rules = serializers.DictField(
        child=FrozenRuleSerializer(), help_text="Every policy frozen at publication, with its article."
    )
    overrides = OverrideSerializer(many=True, source="lint_overrides")
    secrecy = serializers.CharField(read_only=True, help_text="named, confidential or secret")
    election = serializers.SerializerMethodField(help_text="Number of its election, where it holds one.")

    class Meta(AssemblySerializer.Meta):
        fields = [
            *AssemblySerializer.Meta.fields,
            *("notice", "posted_topics", "statute", "rules", "total_heads", "total_area", "roll_hash"),
            *("published_at", "closed_at", "certified_at", "motions", "overrides", "secrecy", "election"),
        ]

    def get_election(self, assembly: Assembly) -> int | None:
        return Election.objects.filter(assembly=assembly).values_list("pk", flat=True).first()


class TurnoutSerializer(serializers.Serializer[Any]):
    heads = serializers.IntegerField()
    total_heads = serializers.IntegerField()
    area = AreaField()
    total_area = AreaField()
    heads_missing = serializers.IntegerField(help_text="Heads still needed to reach two thirds.")
    area_missing = AreaField(help_text="Area still needed to reach two thirds.")


class BuildingTurnoutSerializer(serializers.Serializer[Any]):
    building = serializers.CharField()
    units = serializers.IntegerField()
    voted = serializers.IntegerField(
        allow_null=True, help_text="Units whose elector has voted; null where so few units would show who."
    )


class FindingSerializer(serializers.Serializer[Any]):
    """One thing to mend or to answer for before an assembly can be posted."""

    key = serializers.CharField(help_text="What a signature names.")
    code = serializers.CharField()
    severity = serializers.CharField(help_text='"error" or "warning"')
    about = serializers.IntegerField(allow_null=True, help_text="The motion's position; null for the whole.")
    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField()
    reason = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    signed = serializers.BooleanField()


class ActSerializer(serializers.ModelSerializer[TwoPersonAct]):
    payload = serializers.DictField(
        help_text="What exactly: deadlines and outages, totals of a roll, an order."
    )
    proposed_by = serializers.CharField()
    confirmed_by = serializers.CharField(allow_null=True)

    class Meta:
        model = TwoPersonAct
        fields = [
            *("id", "kind", "reason", "payload", "proposed_by", "proposed_at"),
            *("confirmed_by", "confirmed_at", "withdrawn_at", "applied_at"),
        ]


# --- the roll and the ballot ---------------------------------------------------------


class ElectorUnitSerializer(serializers.ModelSerializer[ElectorUnit]):
    area = AreaField()

    class Meta:
        model = ElectorUnit
        fields = ["building", "staircase", "room", "area", "area_basis"]


class RollElectorSerializer(serializers.ModelSerializer[Elector]):
    """A head of the frozen roll: places and areas, no names, and nothing of who has voted."""

    area = AreaField()
    owners = serializers.IntegerField(source="people", help_text="How many own it.")
    casters = serializers.IntegerField(help_text="How many of them may cast.")
    units = ElectorUnitSerializer(many=True)

    class Meta:
        model = Elector
        fields = ["number", "label", "unit_count", "area", "is_developer", "owners", "casters", "units"]


class ElectorSerializer(serializers.ModelSerializer[Elector]):
    """An elector this account may cast for, and its newest ballot if it has one."""

    area = AreaField(read_only=True)
    ballot = serializers.SerializerMethodField()

    class Meta:
        model = Elector
        fields = ["id", "number", "label", "unit_count", "area", "ballot"]

    def get_ballot(self, elector: Elector) -> str | None:
        ballot = self.context["ballots"].get(elector.pk)
        return str(ballot.pk) if ballot else None


class BallotSerializer(serializers.Serializer[Any]):
    """A ballot to be cast: one option a motion, by the motion's position."""

    elector = PkField()
    idempotency_key = serializers.UUIDField(
        help_text="Made before the first send and kept until an answer came."
    )
    mandate = serializers.UUIDField(
        allow_null=True, default=None, help_text="Where its holder casts: the mandate's number."
    )
    choices = serializers.DictField(
        child=serializers.ChoiceField(choices=MotionOption.choices),
        help_text='{"1": "for", "2": "against", "3": "abstain"}',
    )

    def validate_choices(self, choices: dict[str, str]) -> dict[str, str]:
        if set(choices) != {str(place) for place in range(1, len(choices) + 1)}:
            raise serializers.ValidationError("请按序号 1、2、3…… 对每一项各选一个。")
        return choices

    def marks(self) -> str:
        """The choices as one letter a motion; the service refuses them where one is not offered."""
        choices: dict[str, str] = self.validated_data["choices"]
        return "".join(
            MARK_OF_OPTION[MotionOption(choices[str(place)])].value for place in range(1, len(choices) + 1)
        )


class ReceiptSerializer(serializers.Serializer[Any]):
    """That a ballot was received. What it says stands nowhere in the API."""

    ballot = serializers.UUIDField(source="ballot_id")
    code = serializers.CharField(help_text="For people: 7K3M-Q9TD-4XWE")
    leaf_hash = serializers.CharField()
    accepted_at = serializers.DateTimeField()
    replayed = serializers.BooleanField(help_text="True when this very ballot had been received before.")


# --- the result ----------------------------------------------------------------------


class TestSerializer(serializers.Serializer[dict[str, Any]]):
    """One test of the worked proof."""

    name = serializers.CharField()
    dimension = serializers.CharField(help_text='"heads" or "area"')
    have = serializers.SerializerMethodField(help_text="Area as a string, heads as a number.")
    of = serializers.SerializerMethodField(help_text="Area as a string, heads as a number.")
    need = serializers.CharField()
    comparison = serializers.CharField()
    met = serializers.BooleanField(allow_null=True)
    article = serializers.CharField()

    @extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})
    def get_have(self, test: dict[str, Any]) -> str | int:
        return self._shown(test, "have")

    @extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})
    def get_of(self, test: dict[str, Any]) -> str | int:
        return self._shown(test, "of")

    def _shown(self, test: dict[str, Any], figure: str) -> str | int:
        return format_area_plain(test[figure]) if test["dimension"] == "area" else test[figure]


class MeasureSerializer(serializers.Serializer[Any]):
    heads = serializers.IntegerField()
    area = AreaField()


class SilentSerializer(serializers.Serializer[Any]):
    """The same with owners who were served and stayed silent, where the estate's rules say so."""

    clause = serializers.CharField()
    added = MeasureSerializer()
    withheld = serializers.CharField(allow_null=True, help_text="Why none were added.")
    figures = serializers.DictField(child=MeasureSerializer(), help_text="for, against, abstain")
    verdict = serializers.CharField()
    tests = TestSerializer(many=True)


class MotionResultSerializer(serializers.ModelSerializer[MotionResult]):
    position = serializers.IntegerField(source="motion.position")
    title = serializers.CharField(source="motion.title")
    for_area = AreaField()
    against_area = AreaField()
    abstain_area = AreaField()
    follow_area = AreaField()
    invalid_area = AreaField()
    participating_area = AreaField()
    tests = TestSerializer(many=True)
    with_silent = SilentSerializer(allow_null=True)

    class Meta:
        model = MotionResult
        fields = [
            *("position", "title", "verdict", "article"),
            *("for_heads", "for_area", "against_heads", "against_area", "abstain_heads", "abstain_area"),
            *("follow_heads", "follow_area", "invalid_heads", "invalid_area"),
            *("participating_heads", "participating_area", "tests", "with_silent"),
        ]


class ChannelFiguresSerializer(serializers.Serializer[Any]):
    channel = serializers.CharField(help_text="online, paper or mandate")
    received = serializers.IntegerField()
    counted = serializers.IntegerField()


class NotCountedSerializer(serializers.Serializer[Any]):
    channel = serializers.CharField()
    reason = serializers.CharField()
    ballots = serializers.IntegerField()


class ResultSerializer(serializers.Serializer[Any]):
    assembly = serializers.IntegerField()
    certified_at = serializers.DateTimeField()
    received = serializers.IntegerField()
    counted = serializers.IntegerField()
    secrecy = serializers.CharField(
        help_text="named, confidential or secret; a secret vote counts heads only."
    )
    channels = ChannelFiguresSerializer(many=True)
    not_counted = NotCountedSerializer(many=True)
    certificate_sha256 = serializers.CharField()
    motions = MotionResultSerializer(many=True)
