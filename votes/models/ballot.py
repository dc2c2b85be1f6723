import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from votes.enums import Channel

from .assembly import Assembly
from .roll import Elector


class Ballot(models.Model):
    """表决票: everything one elector marked in one assembly, in one row.

    One INSERT, never UPDATE or DELETE: triggers on both databases refuse them,
    and refuse an INSERT into an assembly that is not running or with the wrong
    number of marks. Written only by :func:`votes.services.casting.cast_ballot`.
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
        ]

    def __str__(self) -> str:
        return f"{self.assembly_id}/{self.elector_id}/{self.revision}"
