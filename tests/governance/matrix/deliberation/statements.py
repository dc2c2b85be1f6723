"""Who may reach what of statements, what is sent there, and the things it is tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.governance.matrix.rule import Rule
from tests.governance.matrix.world_place import Place

TABLE: tuple[Rule, ...] = ()
BODIES: dict[str, dict[str, Any] | Callable[[Place], dict[str, Any]]] = {}
UPLOADS: tuple[str, ...] = ()
SOCKETS: dict[str, tuple[str, ...]] = {}


def furnish(place: Place) -> None:
    """Put what the rules' ``at`` names into ``place.things``."""
