from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communities.enums import KeyPurpose, WitnessKind
from communities.fields import EncryptedTextField

from .places import Estate


class Log(models.Model):
    """One append-only log: of a community of owners, or of one assembly.

    ``name`` says whose ("estate:12", "assembly:7"); it is part of every leaf's bytes.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="logs")
    name = models.CharField(_("名称"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("日志")
        verbose_name_plural = _("日志")

    def __str__(self) -> str:
        return self.name


class LedgerEntry(models.Model):
    """One leaf of a log. Inserted, never changed or deleted: triggers on both
    databases refuse it.

    ``body`` is the canonical text the leaf hash covers; what is in it is listed
    in :mod:`communities.ledger.leaves`. It names people by number and holds
    choices only as a salted commitment, so erasing personal data breaks no hash.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="entries")
    verb = models.CharField(_("事件"), max_length=60)
    #: RFC 6962 leaf hash of ``body``: SHA-256(0x00 ‖ body), in hex.
    leaf_hash = models.CharField(_("叶哈希"), max_length=64, unique=True)
    body = models.TextField(_("规范文本"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = _("日志条目")
        verbose_name_plural = _("日志条目")
        indexes = [models.Index(fields=["log", "verb"], name="entry_by_log_and_verb")]

    def __str__(self) -> str:
        return f"{self.verb} {self.leaf_hash[:12]}"


class SealedLeaf(models.Model):
    """The place of an entry in its log's tree, given by the sealer. Inserted, never changed."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="leaves")
    #: From 0, without a gap; within a batch in order of leaf hash, so that it tells no order of voting.
    index = models.PositiveBigIntegerField(_("位置"))
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="sealed")

    class Meta:
        verbose_name = _("已封存的叶")
        verbose_name_plural = _("已封存的叶")
        ordering = ["log", "index"]
        constraints = [models.UniqueConstraint(fields=["log", "index"], name="leaf_index_once_in_log")]

    def __str__(self) -> str:
        return f"{self.log_id}/{self.index}"


class SealedTile(models.Model):
    """The root over leaves ``number * 256`` up to ``number * 256 + 255`` of a log, written when it is full.

    A proof then needs one tile of leaves and the roots of the others, not every leaf of the log.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="tiles")
    number = models.PositiveBigIntegerField(_("序号"))
    #: In hex.
    root = models.CharField(_("根"), max_length=64)

    class Meta:
        verbose_name = _("已封存的叶组")
        verbose_name_plural = _("已封存的叶组")
        ordering = ["log", "number"]
        constraints = [models.UniqueConstraint(fields=["log", "number"], name="tile_number_once_in_log")]

    def __str__(self) -> str:
        return f"{self.log_id}/{self.number}"


class SigningKey(models.Model):
    """The public half of a key that seals logs or signs receipts. The private half is never here.

    ``statement`` is the canonical text that introduces the key; a successor's is signed by
    the key before it as well, so that whoever trusts the old one can trust the new one.
    """

    #: First 16 hex digits of SHA-256 of the raw public key.
    key_id = models.CharField(_("密钥编号"), max_length=16, unique=True)
    purpose = models.CharField(_("用途"), max_length=8, choices=KeyPurpose.choices)
    #: Raw Ed25519 public key, base64.
    public_key = models.CharField(_("公钥"), max_length=44)
    statement = models.TextField(_("启用声明"))
    #: Over ``statement``, base64: by the key itself, and by its predecessor if it has one.
    signature = models.CharField(_("签名"), max_length=88)
    predecessor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )
    predecessor_signature = models.CharField(_("前一密钥的签名"), max_length=88, blank=True, default="")
    added_at = models.DateTimeField(_("启用时间"))

    class Meta:
        verbose_name = _("签名密钥")
        verbose_name_plural = _("签名密钥")
        ordering = ["added_at"]

    def __str__(self) -> str:
        return self.key_id


class TreeHead(models.Model):
    """树头: the signed root over the first ``size`` leaves of a log. Inserted, never changed.

    ``body`` is the canonical text that is signed; it names log, size, root, time and
    the head before it. A trigger keeps sizes strictly increasing within a log.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="heads")
    size = models.PositiveBigIntegerField(_("叶数"))
    #: RFC 6962 root in hex.
    root = models.CharField(_("根"), max_length=64)
    body = models.TextField(_("规范文本"))
    #: First 16 hex digits of SHA-256 of the public key.
    key_id = models.CharField(_("密钥编号"), max_length=16)
    #: Ed25519 over ``body``, base64.
    signature = models.CharField(_("签名"), max_length=88)
    sealed_at = models.DateTimeField(_("封存时间"))

    class Meta:
        verbose_name = _("树头")
        verbose_name_plural = _("树头")
        ordering = ["log", "-size"]
        constraints = [models.UniqueConstraint(fields=["log", "size"], name="one_head_per_size")]

    def __str__(self) -> str:
        return f"{self.log_id} {self.size} {self.root[:12]}"


class Witness(models.Model):
    """Somebody outside this machine who is sent every published head of an estate's logs."""

    estate = models.ForeignKey(Estate, on_delete=models.CASCADE, related_name="witnesses")
    kind = models.CharField(_("方式"), max_length=8, choices=WitnessKind.choices)
    name = models.CharField(_("名称"), max_length=60)
    #: An e-mail address, or the https address of a webhook.
    address = EncryptedTextField(_("地址"))
    #: Signs what a webhook is sent (HMAC-SHA-256).
    secret = EncryptedTextField(_("密钥"), blank=True, default="")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("添加时间"))
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("见证人")
        verbose_name_plural = _("见证人")

    def __str__(self) -> str:
        return self.name


class HeadDelivery(models.Model):
    """A head on its way to one witness: tried until it arrived."""

    head = models.ForeignKey(TreeHead, on_delete=models.PROTECT, related_name="deliveries")
    witness = models.ForeignKey(Witness, on_delete=models.CASCADE, related_name="deliveries")
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    next_try_at = models.DateTimeField(_("下次尝试"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    trouble = models.CharField(_("问题"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("树头送达")
        verbose_name_plural = _("树头送达")
        constraints = [models.UniqueConstraint(fields=["head", "witness"], name="head_sent_once_to_witness")]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(arrived_at__isnull=True), name="head_not_arrived"
            )
        ]

    def __str__(self) -> str:
        return f"{self.head_id} → {self.witness_id}"
