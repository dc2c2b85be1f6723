"""Somebody takes responsibility for a warning."""

from django.db import transaction

from communities.clock import database_now
from communities.errors import need_reason
from communities.ledger.hashing import sha256
from communities.models import User
from votes.errors import FindingUnknown
from votes.linting import lint
from votes.models import Assembly, LintOverride

from .assemblies import lock_draft, note


@transaction.atomic
def sign_override(*, assembly: Assembly, finding: str, reason: str, actor: User) -> LintOverride:
    """Sign for the warning whose key is ``finding``, with a reason that the owners will read.

    Signing again replaces the reason. Raises :class:`ReasonMissing`,
    :class:`FindingUnknown` for an error or for what is not found any more,
    :class:`NotPermitted`, :class:`AssemblyPosted`.
    """
    assembly = lock_draft(assembly.pk, actor)
    reason = need_reason(reason)
    moment = database_now()
    if not any(found.key == finding and not found.is_error for found in lint(assembly, moment)):
        raise FindingUnknown
    override, _ = LintOverride.objects.update_or_create(
        assembly=assembly,
        finding=finding,
        defaults={"reason": reason, "signed_by": actor, "signed_at": moment},
    )
    note(
        assembly=assembly,
        verb="override-signed",
        actor=actor,
        payload={"finding": finding, "reason": sha256(reason)},
    )
    return override


@transaction.atomic
def withdraw_override(*, override: LintOverride, actor: User) -> None:
    """Take a signature back while the assembly is a draft."""
    assembly = lock_draft(override.assembly_id, actor)
    note(assembly=assembly, verb="override-withdrawn", actor=actor, payload={"finding": override.finding})
    assembly.lint_overrides.filter(pk=override.pk).delete()
