from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from communities.models import CommitteeTerm, Owner
from votes.enums import CandidateStatus, ElectionPurpose, Nomination, RecallProposer, SeatOutcome

from .assembly import Assembly
from .motion import Motion


class Election(models.Model):
    """选举: seats of the owners' committee filled by one assembly.

    Each eligible candidate becomes a motion of the assembly (item 3), marked for,
    against or abstain; at most ``seats`` of them may be marked for on one ballot. Whoever
    passes the dual majority is ranked by heads, ties by area, remaining ties by lot:
    SHA-256(seed ‖ root of the last tree head at the close ‖ candidate number), lowest first. The seed is
    published with the assembly, before any ballot; the root is known to nobody before the close.
    """

    assembly = models.OneToOneField(Assembly, on_delete=models.CASCADE, related_name="election")
    purpose = models.CharField(
        _("选举类型"), max_length=12, choices=ElectionPurpose.choices, default=ElectionPurpose.TERM
    )
    #: The term whose vacant seats a by-election fills; made at certification for a new term.
    term = models.ForeignKey(
        CommitteeTerm, on_delete=models.PROTECT, null=True, blank=True, related_name="elections"
    )
    seats = models.PositiveSmallIntegerField(_("应选人数"))
    alternates = models.PositiveSmallIntegerField(_("候补人数"), default=0)
    term_years = models.PositiveSmallIntegerField(_("任期（年）"), default=5)
    nomination_closes_at = models.DateTimeField(_("提名截止"))
    #: The posting of the candidates; it must last and precede the vote as the policies say.
    candidates_posted_at = models.DateTimeField(_("候选人公示开始"), null=True, blank=True)
    candidates_posted_until = models.DateTimeField(_("候选人公示结束"), null=True, blank=True)
    #: Any text; published with the notice. Without one no lot can be drawn.
    lot_seed = models.CharField(_("抽签种子"), max_length=200, blank=True, default="")
    #: What the lot was drawn with: root of the last tree head at the close, in hex.
    lot_root = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("选举")
        verbose_name_plural = _("选举")
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1, seats__lte=11), name="seats_one_to_eleven"),
            models.CheckConstraint(
                condition=Q(candidates_posted_until__isnull=True)
                | Q(candidates_posted_until__gt=F("candidates_posted_at")),
                name="candidates_posted_for_a_while",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assembly_id} {self.purpose}"


class Candidate(models.Model):
    """候选人: an owner named for a seat, from nomination through screening to the ballot."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="candidates")
    #: On the ballot and in the lot, from 1, in order of nomination.
    number = models.PositiveSmallIntegerField(_("编号"))
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="+")
    #: As printed on ballot and notice: a candidate stands in public under the full name.
    name = models.CharField(_("姓名"), max_length=60)
    home = models.CharField(_("房屋"), max_length=100)
    statement = models.TextField(_("自我介绍"), max_length=1000, blank=True, default="")
    nomination = models.CharField(_("提名方式"), max_length=20, choices=Nomination.choices)
    nominated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    nominated_at = models.DateTimeField(_("提名时间"))
    #: The candidate agrees to stand; without it nobody is put on the ballot.
    accepted_at = models.DateTimeField(_("同意参选时间"), null=True, blank=True)
    status = models.CharField(
        _("状态"), max_length=12, choices=CandidateStatus.choices, default=CandidateStatus.NOMINATED
    )
    #: ``{criterion: "met" | "failed" | "unknown"}``, and the reason in words.
    screening = models.JSONField(_("资格审查"), default=dict, blank=True)
    screening_reason = models.CharField(_("审查意见"), max_length=500, blank=True, default="")
    screened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    screened_at = models.DateTimeField(_("审查时间"), null=True, blank=True)
    #: What the candidate answers to the screening.
    reply = models.TextField(_("本人申辩"), max_length=1000, blank=True, default="")
    replied_at = models.DateTimeField(_("申辩时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("退出时间"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("退出原因"), max_length=200, blank=True, default="")
    motion = models.OneToOneField(
        Motion, on_delete=models.SET_NULL, null=True, blank=True, related_name="candidate"
    )

    class Meta:
        verbose_name = _("候选人")
        verbose_name_plural = _("候选人")
        ordering = ["election", "number"]
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="candidate_number_once"),
            models.UniqueConstraint(fields=["election", "owner"], name="candidate_stands_once"),
            models.CheckConstraint(
                condition=~Q(status__in=[CandidateStatus.ELIGIBLE, CandidateStatus.INELIGIBLE])
                | ~Q(screening_reason="") & Q(screened_by__isnull=False),
                name="screening_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.election_id} No. {self.number}"


class NominationSupport(models.Model):
    """One owner's signature under a joint nomination."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="supports")
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="+")
    supported_at = models.DateTimeField(_("联名时间"))

    class Meta:
        verbose_name = _("联名")
        verbose_name_plural = _("联名")
        constraints = [models.UniqueConstraint(fields=["candidate", "owner"], name="supports_once")]

    def __str__(self) -> str:
        return f"{self.candidate_id}/{self.owner_id}"


class SeatResult(models.Model):
    """What became of one candidate, written once when the assembly is certified. Area in 0.01 m²."""

    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, related_name="result")
    outcome = models.CharField(_("结果"), max_length=12, choices=SeatOutcome.choices)
    #: 1 for the first; empty for those who did not pass.
    rank = models.PositiveSmallIntegerField(_("名次"), null=True, blank=True)
    for_heads = models.PositiveIntegerField(_("同意人数"))
    for_area = models.PositiveBigIntegerField(_("同意面积"))
    #: Hex, where heads and area were equal to another's and the lot decided the order.
    lot = models.CharField(_("抽签值"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("选举结果")
        verbose_name_plural = _("选举结果")
        ordering = ["candidate__election", "rank", "candidate__number"]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.outcome}"


class Recall(models.Model):
    """罢免: what must be on record before the owners are asked to end the seat that a motion names."""

    motion = models.OneToOneField(Motion, on_delete=models.CASCADE, related_name="recall")
    proposer = models.CharField(_("提出人"), max_length=12, choices=RecallProposer.choices)
    #: Of the owners who signed the proposal; area in 0.01 m². Zero where the committee proposes.
    signed_heads = models.PositiveIntegerField(_("联名人数"), default=0)
    signed_area = models.PositiveBigIntegerField(_("联名面积"), default=0)
    #: What the member said, or that the member was asked and chose not to speak.
    hearing = models.TextField(_("听取委员本人意见"), max_length=2000, blank=True, default="")
    heard_on = models.DateField(_("听取日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("罢免")
        verbose_name_plural = _("罢免")

    def __str__(self) -> str:
        return f"{self.motion_id} {self.proposer}"
