"""What the API shows of a vote. Areas are strings with two decimals, as everywhere outside."""

from typing import Any

from rest_framework import serializers

from communities.values.area import format_area_plain
from votes.enums import MARK_OF_OPTION, AssemblyStatus, MotionOption
from votes.models import Assembly, Elector, Motion, MotionAttachment, MotionResult


class AreaField(serializers.IntegerField):
    """An area of 0.01 m² as "1234.56"."""

    def to_representation(self, value: int) -> str:  # type: ignore[override]
        return format_area_plain(value)


class AttachmentSerializer(serializers.ModelSerializer[MotionAttachment]):
    class Meta:
        model = MotionAttachment
        fields = ["id", "kind", "name", "size", "sha256"]


class MotionSerializer(serializers.ModelSerializer[Motion]):
    attachments = AttachmentSerializer(many=True, read_only=True)
    options = serializers.ListField(child=serializers.ChoiceField(choices=MotionOption.choices))
    amount = serializers.IntegerField(help_text="0.01 yuan", allow_null=True)

    class Meta:
        model = Motion
        fields = [
            *("id", "position", "title", "text", "topic", "item", "item_reason", "options"),
            *("changes_fee", "amount", "attachments"),
        ]


class AssemblySerializer(serializers.ModelSerializer[Assembly]):
    """One line of a list. ``phase`` is what holds now, by the clock."""

    estate = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    phase = serializers.SerializerMethodField()

    class Meta:
        model = Assembly
        fields = ["id", "estate", "title", "kind", "convener", "phase", "opens_at", "closes_at"]

    def get_phase(self, assembly: Assembly) -> AssemblyStatus:
        return assembly.phase(self.context["moment"])


class AssemblyDetailSerializer(AssemblySerializer):
    motions = MotionSerializer(many=True, read_only=True)
    total_area = AreaField(read_only=True)
    rules = serializers.DictField(help_text="Every policy frozen at publication, with its article.")

    class Meta(AssemblySerializer.Meta):
        fields = [
            *AssemblySerializer.Meta.fields,
            *("notice", "statute", "rules", "total_heads", "total_area", "roll_hash"),
            *("published_at", "closed_at", "certified_at", "motions"),
        ]


class TurnoutSerializer(serializers.Serializer[Any]):
    heads = serializers.IntegerField()
    total_heads = serializers.IntegerField()
    area = AreaField()
    total_area = AreaField()
    heads_missing = serializers.IntegerField(help_text="Heads still needed to reach two thirds.")
    area_missing = AreaField(help_text="Area still needed to reach two thirds.")


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

    elector = serializers.IntegerField()
    idempotency_key = serializers.UUIDField(
        help_text="Made before the first send and kept until an answer came."
    )
    choices = serializers.DictField(
        child=serializers.ChoiceField(choices=MotionOption.choices),
        help_text='{"1": "for", "2": "against", "3": "abstain"}',
    )

    def marks(self) -> str:
        """The choices as one letter a motion; a gap or a stranger makes the service refuse them."""
        choices: dict[str, str] = self.validated_data["choices"]
        places = {str(place) for place in range(1, len(choices) + 1)}
        if set(choices) != places:
            raise serializers.ValidationError({"choices": ["请按序号 1、2、3…… 对每一项各选一个。"]})
        return "".join(
            MARK_OF_OPTION[MotionOption(choices[str(place)])].value for place in range(1, len(choices) + 1)
        )


class ReceiptSerializer(serializers.Serializer[Any]):
    ballot = serializers.UUIDField(source="ballot_id")
    code = serializers.CharField(help_text="For people: 7K3M-Q9TD-4XWE")
    leaf_hash = serializers.CharField()
    accepted_at = serializers.DateTimeField()
    replayed = serializers.BooleanField(help_text="True when this very ballot had been received before.")


class TestSerializer(serializers.Serializer[dict[str, Any]]):
    """One test of the worked proof."""

    name = serializers.CharField()
    have = serializers.SerializerMethodField(help_text="Area as a string, heads as a number.")
    of = serializers.SerializerMethodField()
    need = serializers.CharField()
    comparison = serializers.CharField()
    met = serializers.BooleanField(allow_null=True)
    article = serializers.CharField()

    def get_have(self, test: dict[str, Any]) -> str | int:
        return self._shown(test, "have")

    def get_of(self, test: dict[str, Any]) -> str | int:
        return self._shown(test, "of")

    def _shown(self, test: dict[str, Any], figure: str) -> str | int:
        return format_area_plain(test[figure]) if test["dimension"] == "area" else test[figure]


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

    class Meta:
        model = MotionResult
        fields = [
            *("position", "title", "verdict", "article"),
            *("for_heads", "for_area", "against_heads", "against_area", "abstain_heads", "abstain_area"),
            *("follow_heads", "follow_area", "invalid_heads", "invalid_area"),
            *("participating_heads", "participating_area", "tests", "with_silent"),
        ]


class ResultSerializer(serializers.Serializer[Any]):
    assembly = serializers.IntegerField()
    certified_at = serializers.DateTimeField()
    received = serializers.IntegerField()
    counted = serializers.IntegerField()
    certificate_sha256 = serializers.CharField()
    motions = MotionResultSerializer(many=True)
