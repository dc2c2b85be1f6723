"""Who there is, and how a rule about routes is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

NOBODY = "nobody"
#: A superuser who lives here gets what a tenant gets.
AT_HOME = ("owner", "co_owner", "tenant", "super_tenant")
DESK = ("member", "chair", "secretary", "subdistrict", "scrutineer")
OF_THE_ESTATE = (*AT_HOME, *DESK, "preparatory", "firm", "assessor")
DELIVERERS = ("member", "chair", "secretary", "scrutineer")
LOGGED_IN = (*OF_THE_ESTATE, "other_chair", "superuser")
EVERYBODY = (*LOGGED_IN, NOBODY)
PREPARERS = ("chair", "secretary")
ROSTER_READERS = ("member", *PREPARERS)
OBJECTION_HANDLERS = (*PREPARERS, "subdistrict")
SUPERVISORS = (*PREPARERS, "subdistrict")


@dataclass(frozen=True)
class Rule:
    """``routes``: one a line, its methods before its name; ``at`` is the thing its address names."""

    title: str
    may: tuple[str, ...]
    routes: str
    at: str = ""
    refused: tuple[str, ...] = ()
    #: What a member of the preparatory group gets, who has a desk around roster and vote and no other.
    preparatory: str = ""

    def lines(self) -> Iterator[tuple[str, str]]:
        """Each method and route."""
        for line in self.routes.split("\n"):
            *methods, name = line.split() or [""]
            for method in methods:
                yield method, name

    def expected(self, role: str) -> str:
        if role == "preparatory" and self.preparatory:
            return self.preparatory
        if role in self.may:
            return "in"
        if role == NOBODY:
            return "log in"
        return "403" if role in self.refused else "404"
