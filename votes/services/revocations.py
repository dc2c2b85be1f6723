"""Ending an assembly before its time, and revoking what it decided."""

from collections.abc import Mapping
from typing import Any

from communities.services.outbox import tell
from votes.errors import OrderIncomplete
from votes.models import Assembly, TwoPersonAct

LONGEST = 80


def check_revocation(assembly: Assembly, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Who ordered the revocation and by which document, if anybody did (《杭州市物业管理条例》第八十一条).

    Both or neither; else raises :class:`OrderIncomplete`.
    """
    order = {name: str(payload.get(name) or "").strip()[:LONGEST] for name in ("authority", "document")}
    if any(order.values()) and not all(order.values()):
        raise OrderIncomplete
    return order if all(order.values()) else {}


def apply_revocation(act: TwoPersonAct) -> None:
    """Mark a published result as revoked; its figures and reasons stay."""
    act.assembly.make_void()
    act.assembly.save(update_fields=["status"])
    tell(estate=act.assembly.estate, topic="votes.assembly-voided", subject=act.assembly.pk)


def apply_cancellation(act: TwoPersonAct) -> None:
    """Stop an assembly that is not closed; its ballots stay and are not counted."""
    act.assembly.cancel()
    act.assembly.save(update_fields=["status"])
    tell(estate=act.assembly.estate, topic="votes.assembly-cancelled", subject=act.assembly.pk)
