"""Reading that more than one page needs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from communities.models import Estate, Notice, Policy, User
from communities.policies import known_keys, statutory_rule


@dataclass(frozen=True)
class PolicyInForce:
    """What holds in one estate on one day, and by which article."""

    key: str
    value: Any
    article: str


def policies_in_force(estate: Estate, *, on: date) -> dict[str, PolicyInForce]:
    """Every policy of the estate on a day: its own rule where it has one, else the law's."""
    own = {
        policy.key: policy
        for policy in Policy.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=on), estate=estate, valid_from__lte=on
        ).order_by("valid_from")
    }
    found = {}
    for key in known_keys():
        rule = own.get(key) or statutory_rule(key, region=estate.region, on=on)
        found[key] = PolicyInForce(key, rule.value, rule.article)
    return found


def unread_count(user: User) -> int:
    """How many notices ``user`` has not opened. One query."""
    return Notice.objects.filter(recipient=user, read_at__isnull=True).count()
