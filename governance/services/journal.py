"""What every step of deliberation shares: its entry in the estate's log, and the rules frozen into it."""

from datetime import datetime
from typing import Any

from django.db import models

from communities.clock import local_day
from communities.errors import NotPermitted
from communities.ledger.canonical import Plain
from communities.models import Estate, LedgerEntry, User
from communities.policies import DELIBERATION_KEYS
from communities.queries import policies_in_force
from communities.rules import allows
from communities.services.ledger import log_of_estate, record


def judge(permission: str, actor: User, thing: object) -> None:
    """Raise :class:`NotPermitted` unless the rules allow it; being a superuser is no permission here."""
    if not allows(permission, actor, thing):
        raise NotPermitted


def enter(
    *,
    estate: Estate,
    verb: str,
    subject: models.Model,
    actor: User | None,
    moment: datetime,
    payload: dict[str, Plain] | None = None,
) -> LedgerEntry:
    """Append one step to the log of the estate. ``payload`` has hashes of texts, never a text or a name."""
    return record(
        log=log_of_estate(estate),
        verb=f"governance.{verb}",
        subject=subject,
        actor=actor,
        payload=payload,
        moment=moment,
    )


def rules_of_deliberation(estate: Estate, moment: datetime) -> dict[str, dict[str, Any]]:
    """The policies of deliberation on the day of ``moment``, to be frozen into a proposal or meeting."""
    policies = policies_in_force(estate, on=local_day(moment))
    return {
        key: {"value": policy.value, "article": policy.article}
        for key, policy in policies.items()
        if key in DELIBERATION_KEYS
    }
