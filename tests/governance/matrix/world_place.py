"""One estate of the matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from communities.models import Estate, User


@dataclass
class Place:
    """An estate, its people by role, and the arguments of addresses by what they are about."""

    estate: Estate
    people: dict[str, User]
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    voters: list[User] = field(default_factory=list)
