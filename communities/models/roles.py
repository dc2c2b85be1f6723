from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communities.enums import RoleCode

from .firm import ServiceContract
from .places import Community, Estate, Subdistrict

#: Which kind of place each role is held in.
SCOPE_OF_ROLE = {
    RoleCode.COMMITTEE_CHAIR: "estate",
    RoleCode.COMMITTEE: "estate",
    RoleCode.PREPARATORY_GROUP: "estate",
    RoleCode.SCRUTINEER: "estate",
    RoleCode.ASSESSOR: "estate",
    RoleCode.FIRM: "contract",
    RoleCode.SECRETARY: "community",
    RoleCode.SUBDISTRICT: "subdistrict",
}


def _scope_matches_role() -> Q:
    """Exactly the one scope column that belongs to the role is filled."""
    matches = Q()
    for code, scope in SCOPE_OF_ROLE.items():
        columns = {
            f"{name}__isnull": name != scope for name in ("estate", "community", "subdistrict", "contract")
        }
        matches |= Q(code=code.value, **columns)
    return matches


class RoleQuerySet(models.QuerySet["Role"]):
    def on(self, day: date) -> "RoleQuerySet":
        """Appointments that hold on ``day`` (half open)."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def covering(self, estate: Estate) -> "RoleQuerySet":
        """Appointments whose scope includes ``estate``."""
        return self.filter(
            Q(estate=estate)
            | Q(contract__estate=estate)
            | Q(community=estate.community_id)
            | Q(subdistrict__communities=estate.community_id)
        )


class Role(models.Model):
    """An appointment of a person, in a scope and for a time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="roles")
    code = models.CharField(_("角色"), max_length=20, choices=RoleCode.choices)
    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, null=True, blank=True, related_name="roles")
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, null=True, blank=True, related_name="roles"
    )
    subdistrict = models.ForeignKey(
        Subdistrict, on_delete=models.PROTECT, null=True, blank=True, related_name="roles"
    )
    contract = models.ForeignKey(
        ServiceContract, on_delete=models.PROTECT, null=True, blank=True, related_name="roles"
    )
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            models.CheckConstraint(condition=_scope_matches_role(), name="role_scope_matches_code"),
        ]
        indexes = [models.Index(fields=["user", "code"], name="role_by_user_and_code")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.code}"
