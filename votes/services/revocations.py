"""Ending an assembly before its time, and revoking what it decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from communities.models import User
from votes.errors import OrderIncomplete
from votes.models import Assembly, TwoPersonAct

from .seats import unseat_elected

LONGEST = 80


def check_revocation(assembly: Assembly, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Who ordered the revocation and by which document, if anybody did (《杭州市物业管理条例》第八十一条).

    Both or neither; else raises :class:`OrderIncomplete`.
    """
    order = {name: str(payload.get(name) or "").strip()[:LONGEST] for name in ("authority", "document")}
    if any(order.values()) and not all(order.values()):
        raise OrderIncomplete
    return order if all(order.values()) else {}


def apply_revocation(act: TwoPersonAct, actor: User, moment: datetime) -> None:
    """Mark a published result as revoked; its figures and reasons stay."""
    act.assembly.make_void()
    unseat_elected(assembly=act.assembly, moment=moment)
    act.assembly.save(update_fields=["status"])


def apply_cancellation(act: TwoPersonAct, actor: User, moment: datetime) -> None:
    """Stop an assembly that is not closed; its ballots stay and are not counted."""
    act.assembly.cancel()
    act.assembly.save(update_fields=["status"])
