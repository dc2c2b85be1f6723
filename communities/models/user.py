from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, phone: str, password: str | None = None, **fields: Any) -> "User":
        """An account for ``phone`` (E.164). Without a password only a one-time code opens it."""
        user = self.model(phone=phone, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, phone: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(phone, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. It knows a phone and perhaps a name to be shown by; who the
    person legally is stands in the roster, which the account is bound to."""

    phone = models.CharField(_("手机号码"), max_length=16, unique=True)
    display_name = models.CharField(_("显示名"), max_length=40, blank=True)
    is_active = models.BooleanField(_("可以登录"), default=True)
    is_staff = models.BooleanField(_("可以进入运维后台"), default=False)
    created_at = models.DateTimeField(_("注册时间"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "phone"

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")

    def __str__(self) -> str:
        return self.display_name or f"{self.phone[-11:-8]}****{self.phone[-4:]}"

    def get_short_name(self) -> str:
        return str(self)

    get_full_name = get_short_name
