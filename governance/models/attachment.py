from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communities.models import Estate
from governance.enums import FileKind

from .answer import OfficialAnswer
from .meeting import Meeting
from .proposal import Proposal
from .ticket import Ticket


class Attachment(models.Model):
    """附件: a photo or PDF with a proposal, an answer or a meeting.

    A photo is decoded and written anew, so that nothing of the camera's (place, owner) is kept.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(
        Proposal, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    answer = models.ForeignKey(
        OfficialAnswer, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    kind = models.CharField(_("类别"), max_length=10, choices=FileKind.choices)
    name = models.CharField(_("名称"), max_length=120)
    file = models.FileField(_("文件"), upload_to="governance/%Y/%m/")
    #: A small picture of a photo, for lists.
    preview = models.FileField(_("缩略图"), upload_to="governance/%Y/%m/", blank=True, default="")
    sha256 = models.CharField(_("摘要"), max_length=64)
    size = models.PositiveIntegerField(_("字节"))
    width = models.PositiveIntegerField(_("宽"), default=0)
    height = models.PositiveIntegerField(_("高"), default=0)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("议事附件")
        verbose_name_plural = _("议事附件")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(proposal__isnull=False, answer=None, meeting=None, ticket=None)
                | Q(proposal=None, answer__isnull=False, meeting=None, ticket=None)
                | Q(proposal=None, answer=None, meeting__isnull=False, ticket=None)
                | Q(proposal=None, answer=None, meeting=None, ticket__isnull=False),
                name="attachment_hangs_on_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.name
