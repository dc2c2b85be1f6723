from django.db import models
from django.utils.translation import gettext_lazy as _


class LoginCode(models.Model):
    """A one-time code sent to a phone. Only its keyed hash is kept."""

    phone_index = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    #: Binds the code to the browser that asked for it.
    request_key = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("发出时间"))
    expires_at = models.DateTimeField(_("失效时间"))
    tries = models.PositiveSmallIntegerField(_("已试次数"), default=0)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("登录验证码")
        verbose_name_plural = _("登录验证码")
        indexes = [models.Index(fields=["phone_index", "created_at"], name="code_by_phone_and_time")]

    def __str__(self) -> str:
        return f"{self.created_at:%F %T}"


class RateCount(models.Model):
    """How often something was done in one period; raised by one atomic statement.

    Kept in the database, because a counter in a cache may be wiped and a limit
    checked before it is raised lets parallel requests through.
    """

    key = models.CharField(max_length=120, unique=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("频次")
        verbose_name_plural = _("频次")

    def __str__(self) -> str:
        return self.key
