from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from communities.models import Building, Estate
from governance.enums import Capacity, Feature, ProposalCategory, ProposalStatus, ReasonCode, Turn
from governance.search import PairsField
from votes.models import Motion

S = ProposalStatus
#: Nobody but the author sees it, and those who review.
UNPUBLISHED = (S.DRAFT, S.SUBMITTED, S.RETURNED, S.REFUSED, S.WITHDRAWN)
#: Where a reviewed proposal may stand before it is carried out.
ON_THE_WAY = (S.ACCEPTED, S.PARTY, S.COMMITTEE, S.MEETING, S.ASSEMBLY)
#: Nothing more happens to it by itself.
SETTLED = (S.REFUSED, S.DONE, S.MERGED, S.WITHDRAWN)


class Proposal(models.Model):
    """议题: a matter somebody of the estate raises, from its first draft to where it was settled.

    ``turn`` and ``due_at`` say whose turn it is and until when. The counters are written
    in the transaction that changes what they count.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="proposals")
    #: From 1 within the estate, given when first sent; a draft has 0.
    number = models.PositiveIntegerField(_("编号"), default=0)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals")
    capacity = models.CharField(_("提出人身份"), max_length=12, choices=Capacity.choices)
    category = models.CharField(_("类别"), max_length=12, choices=ProposalCategory.choices)
    title = models.CharField(_("标题"), max_length=60)
    body = models.TextField(_("内容"), max_length=5000)
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    #: A common part in words: "北门", "地下车库".
    place = models.CharField(_("地点"), max_length=60, blank=True, default="")
    status = FSMField(_("状态"), max_length=12, choices=S.choices, default=S.DRAFT)
    turn = models.CharField(_("轮到谁"), max_length=12, choices=Turn.choices, blank=True, default=Turn.AUTHOR)
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    #: When the subdistrict was told that the present deadline has passed.
    escalated_at = models.DateTimeField(_("报告街道时间"), null=True, blank=True)
    #: What the law leaves to the owners' vote, (1)…(9) of 《民法典》第二百七十八条, as the community found.
    item = models.PositiveSmallIntegerField(_("法定事项"), null=True, blank=True)
    item_reason = models.CharField(_("认定理由"), max_length=200, blank=True, default="")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    motion = models.OneToOneField(
        Motion, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposal"
    )
    #: Policies as they were when it was first sent: key → {"value", "article"}.
    rules = models.JSONField(_("适用规则"), default=dict, blank=True)
    #: Counts every change of the text; an edit names the version it began from.
    version = models.PositiveIntegerField(_("版本"), default=1)
    #: Everybody who supports it; those of them who count for the statutory share, and their area in 0.01 m².
    supporters = models.PositiveIntegerField(_("附议人数"), default=0)
    heads = models.PositiveIntegerField(_("法定附议人数"), default=0)
    area = models.PositiveBigIntegerField(_("法定附议面积（0.01 m²）"), default=0)
    #: When both shares first reached what the law asks of those who demand an assembly.
    share_reached_at = models.DateTimeField(_("附议达到法定比例时间"), null=True, blank=True)
    comment_count = models.PositiveIntegerField(_("评论数"), default=0)
    #: Title and text in pairs of characters, as the search wants them.
    bigrams = PairsField(blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("起草时间"))
    changed_at = models.DateTimeField(_("更新时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("议题")
        verbose_name_plural = _("议题")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["estate", "number"], condition=Q(number__gt=0), name="proposal_number_once"
            ),
            models.CheckConstraint(
                condition=Q(status=S.DRAFT) | Q(status=S.WITHDRAWN) | Q(number__gt=0),
                name="sent_proposal_has_number",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(item__gte=1, item__lte=9) & ~Q(item_reason=""),
                name="statutory_item_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=S.MERGED, merged_into__isnull=False)
                | ~Q(status=S.MERGED) & Q(merged_into__isnull=True),
                name="merged_proposal_names_its_heir",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="proposal_not_merged_into_itself",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="proposal_has_title"),
        ]
        indexes = [
            models.Index(fields=["estate", "status", "-changed_at"], name="proposal_by_status"),
            models.Index(fields=["estate", "-changed_at"], name="proposal_by_change"),
            models.Index(fields=["author", "status"], name="proposal_by_author"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="proposal_by_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        return self.status not in UNPUBLISHED

    def rule(self, key: str) -> Any:
        """The value of a policy as it was when this was first sent."""
        return self.rules[key]["value"]

    def opens(self, feature: Feature) -> bool:
        """Whether the phase it is in lets people do ``feature``."""
        phases: dict[str, list[str]] = self.rules.get("proposal-phases", {}).get("value", {})
        return feature in phases.get(str(self.status), [])

    # The lifecycle. Services judge, call one of these, and write the step down.

    @transition(field=status, source=[S.DRAFT, S.RETURNED], target=S.SUBMITTED)
    def submit(self) -> None: ...

    @transition(field=status, source=S.SUBMITTED, target=S.ACCEPTED)
    def accept(self) -> None: ...

    @transition(field=status, source=S.SUBMITTED, target=S.RETURNED)
    def return_for_completion(self) -> None: ...

    @transition(field=status, source=S.SUBMITTED, target=S.REFUSED)
    def refuse(self) -> None: ...

    @transition(field=status, source=S.REFUSED, target=S.ACCEPTED)
    def accept_on_appeal(self) -> None: ...

    @transition(field=status, source=[S.SUBMITTED, *ON_THE_WAY], target=S.MERGED)
    def merge(self) -> None: ...

    @transition(field=status, source=[S.DRAFT, S.SUBMITTED, S.RETURNED, S.ACCEPTED], target=S.WITHDRAWN)
    def withdraw(self) -> None: ...

    @transition(field=status, source=S.RETURNED, target=S.WITHDRAWN)
    def lapse(self) -> None: ...

    @transition(field=status, source=ON_THE_WAY, target=S.PARTY)
    def route_to_party(self) -> None: ...

    @transition(field=status, source=ON_THE_WAY, target=S.COMMITTEE)
    def route_to_committee(self) -> None: ...

    @transition(field=status, source=ON_THE_WAY, target=S.MEETING)
    def route_to_meeting(self) -> None: ...

    @transition(field=status, source=ON_THE_WAY, target=S.ASSEMBLY)
    def route_to_assembly(self) -> None: ...

    @transition(field=status, source=[S.SUBMITTED, *ON_THE_WAY], target=S.HANDLING)
    def hand_over(self) -> None: ...

    @transition(field=status, source=[*ON_THE_WAY, S.HANDLING], target=S.DONE)
    def finish(self) -> None: ...

    @transition(field=status, source=[S.HANDLING, S.DONE], target=S.ACCEPTED)
    def reopen(self) -> None: ...


class ProposalRevision(models.Model):
    """The text of a proposal as it was once sent or changed. Never changed itself."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("标题"), max_length=60)
    body = models.TextField(_("内容"), max_length=5000)
    category = models.CharField(_("类别"), max_length=12, choices=ProposalCategory.choices)
    place = models.CharField(_("地点"), max_length=100, blank=True, default="")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("议题文本")
        verbose_name_plural = _("议题文本")
        ordering = ["proposal", "number"]
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="proposal_revision_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id} v{self.number}"


class ProposalStep(models.Model):
    """One transition of a proposal: from where to where, by whom, why, until when. Never changed."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="steps")
    from_status = models.CharField(_("从"), max_length=12, choices=S.choices)
    to_status = models.CharField(_("到"), max_length=12, choices=S.choices)
    #: Empty where the clock did it.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    capacity = models.CharField(
        _("以何身份"), max_length=12, choices=Capacity.choices, blank=True, default=""
    )
    code = models.CharField(_("理由类别"), max_length=12, choices=ReasonCode.choices, blank=True, default="")
    reason = models.TextField(_("理由"), max_length=1000, blank=True, default="")
    #: The next deadline that this step set.
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    taken_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("议题步骤")
        verbose_name_plural = _("议题步骤")
        ordering = ["proposal", "taken_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(to_status__in=[S.RETURNED, S.REFUSED, S.MERGED]) | ~Q(code="") & ~Q(reason=""),
                name="refusing_step_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} → {self.to_status}"


class Endorsement(models.Model):
    """附议: one person's support of one proposal. What of it counts by law is :class:`EndorsedHead`."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="endorsements")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="endorsements")
    #: The proposal it was given to, where a merge carried it over.
    carried_from = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    endorsed_at = models.DateTimeField(_("附议时间"))

    class Meta:
        verbose_name = _("附议")
        verbose_name_plural = _("附议")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "user"], name="one_endorsement_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}/{self.user_id}"


class EndorsedHead(models.Model):
    """One head that counts for the statutory share of a proposal, through whichever owner came first.

    A head is one set of owners (法释〔2020〕17号 第九条); somebody who owns one flat alone and
    another with others belongs to two. Supporters who own nothing have none.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="endorsed_heads")
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="heads")
    #: Names the set of owners within this proposal only.
    head = models.CharField(_("人头"), max_length=64)
    #: In 0.01 m², as the roster had it at that moment.
    area = models.PositiveBigIntegerField(_("面积（0.01 m²）"))

    class Meta:
        verbose_name = _("法定附议")
        verbose_name_plural = _("法定附议")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "head"], name="head_endorses_once"),
            models.CheckConstraint(condition=Q(area__gt=0) & ~Q(head=""), name="endorsed_head_has_area"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}/{self.head[:8]}"


class Follow(models.Model):
    """关注: somebody wants to be told when a proposal moves. Authors and supporters follow by themselves."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="follows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    since = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("关注")
        verbose_name_plural = _("关注")
        constraints = [models.UniqueConstraint(fields=["proposal", "user"], name="followed_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id}/{self.user_id}"
