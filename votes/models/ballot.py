import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from votes.enums import Channel, UncountedReason

from .assembly import Assembly
from .roll import Elector


class Ballot(models.Model):
    """表决票: everything one elector marked in one assembly, in one row.

    One INSERT, never UPDATE or DELETE: triggers on both databases refuse them,
    and refuse an INSERT into an assembly that is not running or with the wrong
    number of marks. A paper received in time may be entered after the close, until
    the count; its ``accepted_at`` is when the paper was received. Written only by
    :mod:`votes.services.casting`.
    """

    #: Random, so that it tells nothing about the order of voting.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="ballots")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="ballots")
    #: 1, 2, …; only the highest of an elector counts.
    revision = models.PositiveSmallIntegerField(_("次数"), default=1)
    #: Made by the page before the first send; kept for ever.
    idempotency_key = models.UUIDField(unique=True)
    channel = models.CharField(_("方式"), max_length=8, choices=Channel.choices, default=Channel.ONLINE)
    #: One letter of :class:`votes.enums.Mark` per motion, in order of position.
    choices = models.CharField(_("选择"), max_length=200)
    #: The elector's area, 0.01 m², repeated so that counting needs no join.
    area = models.PositiveBigIntegerField(_("面积"))
    salt = models.CharField(max_length=32)
    leaf_hash = models.CharField(_("叶哈希"), max_length=64, unique=True)
    #: The mandate it was cast under, or the paper it was entered from.
    mandate = models.ForeignKey(
        "votes.Mandate", on_delete=models.PROTECT, null=True, blank=True, related_name="ballots"
    )
    paper = models.OneToOneField(
        "votes.PaperBallot", on_delete=models.PROTECT, null=True, blank=True, related_name="ballot"
    )
    cast_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: By the database's clock, read after the assembly was locked.
    accepted_at = models.DateTimeField(_("收到时间"))

    class Meta:
        verbose_name = _("表决票")
        verbose_name_plural = _("表决票")
        constraints = [
            models.UniqueConstraint(
                fields=["assembly", "elector", "revision"], name="one_ballot_per_revision"
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="ballot_revision_from_one"),
            models.CheckConstraint(condition=~Q(choices=""), name="ballot_is_marked"),
            models.CheckConstraint(
                condition=Q(channel=Channel.MANDATE) | Q(mandate__isnull=True), name="mandate_ballot_says_so"
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.PAPER, paper__isnull=False)
                | ~Q(channel=Channel.PAPER) & Q(paper__isnull=True),
                name="paper_ballot_has_its_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assembly_id}/{self.elector_id}/{self.revision}"


class UncountedBallot(models.Model):
    """不计票的表决票: received, not counted, and kept with the reason.

    Together with ballots replaced by a later revision these are the "not counted"
    of counted + not counted = received. Inserted, never changed or deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="uncounted_ballots")
    #: Empty where the paper is of another assembly or of nobody on the roll.
    elector = models.ForeignKey(
        Elector, on_delete=models.PROTECT, null=True, blank=True, related_name="uncounted_ballots"
    )
    channel = models.CharField(_("方式"), max_length=8, choices=Channel.choices)
    paper = models.OneToOneField(
        "votes.PaperBallot", on_delete=models.PROTECT, null=True, blank=True, related_name="uncounted"
    )
    reason = models.CharField(_("不计票的原因"), max_length=30, choices=UncountedReason.choices)
    detail = models.CharField(_("说明"), max_length=500, blank=True, default="")
    received_at = models.DateTimeField(_("收到时间"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))
    leaf_hash = models.CharField(_("叶哈希"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("不计票的表决票")
        verbose_name_plural = _("不计票的表决票")
        ordering = ["assembly", "recorded_at"]

    def __str__(self) -> str:
        return f"{self.assembly_id} {self.reason}"


class SecretTurnout(models.Model):
    """That an elector took part in a secret vote. No key leads from here to what was marked."""

    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="secret_turnouts")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.UUIDField(unique=True)
    cast_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(_("收到时间"))
    leaf_hash = models.CharField(_("叶哈希"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("无记名表决的参与记录")
        verbose_name_plural = _("无记名表决的参与记录")
        constraints = [
            models.UniqueConstraint(fields=["assembly", "elector"], name="one_secret_vote_per_elector"),
        ]

    def __str__(self) -> str:
        return f"{self.assembly_id}/{self.elector_id}"


class SecretBallot(models.Model):
    """What somebody marked in a secret vote. It knows neither who nor when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="secret_ballots")
    choices = models.CharField(_("选择"), max_length=200)

    class Meta:
        verbose_name = _("无记名表决票")
        verbose_name_plural = _("无记名表决票")
        constraints = [models.CheckConstraint(condition=~Q(choices=""), name="secret_ballot_is_marked")]

    def __str__(self) -> str:
        return str(self.pk)
