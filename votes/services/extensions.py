"""Extending a window: only longer, before the old deadline, by two people, with the outages on record."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from communities.ledger.leaves import timestamp
from communities.models import User
from communities.services.ledger import record
from communities.services.outbox import tell
from communities.uptime import Outage, outages_between
from votes.errors import (
    ActIncomplete,
    ActNotPossible,
    DeadlineNotLater,
    ExtensionChangesStatute,
    ExtensionNeedsBasis,
    WindowTooLong,
)
from votes.models import Assembly, TwoPersonAct
from votes.statutes import statute_for

from .assemblies import last_day

#: "公告第五条": a clause can be named in so many characters.
SHORTEST_BASIS, LONGEST_BASIS = 4, 200


def measured_outages(assembly: Assembly) -> list[Outage]:
    """The measured outages that touch the window of a posted assembly, up to its present deadline."""
    assert assembly.opens_at is not None
    assert assembly.closes_at is not None
    return outages_between(assembly.opens_at, assembly.closes_at)


def latest_deadline(assembly: Assembly) -> datetime:
    """The latest a posted assembly may close, by the rules frozen with it."""
    assert assembly.opens_at is not None
    most: int = assembly.rule("window-days-max")
    return assembly.opens_at + timedelta(days=most)


def check_extension(assembly: Assembly, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a proposed extension: both deadlines, the measured outages, and the clause relied on.

    ``payload["closes_at"]`` is the new deadline in ISO 8601 with its zone;
    ``payload["basis"]`` names the clause of notice or rules, and is needed where no
    outage was measured (nothing national says when a vote may be prolonged). Raises
    :class:`ActIncomplete`, :class:`DeadlineNotLater`, :class:`WindowTooLong`,
    :class:`ExtensionChangesStatute`, :class:`ExtensionNeedsBasis`.
    """
    deadline = _moment(payload.get("closes_at"))
    _need_lawful(assembly, deadline)
    outages = measured_outages(assembly)
    basis = str(payload.get("basis") or "").strip()[:LONGEST_BASIS]
    if not outages and len(basis) < SHORTEST_BASIS:
        raise ExtensionNeedsBasis
    assert assembly.closes_at is not None
    return {
        "closes_at": timestamp(deadline),
        "before": timestamp(assembly.closes_at),
        "basis": basis,
        "outages": [
            {
                "starts_at": timestamp(outage.starts_at),
                "ends_at": timestamp(outage.ends_at),
                "minutes": outage.minutes,
            }
            for outage in outages
        ],
    }


def apply_extension(act: TwoPersonAct, actor: User, moment: datetime) -> None:
    """Write the later deadline, enter it in the log, and tell everybody on the roll.

    Raises what :func:`check_extension` does of the deadline, and :class:`ActNotPossible`
    when the assembly no longer has the deadline that was to be extended.
    """
    assembly = act.assembly
    assert assembly.closes_at is not None
    assert assembly.opens_at is not None
    deadline, before = _moment(act.payload["closes_at"]), assembly.closes_at
    if act.payload["before"] != timestamp(before):
        raise ActNotPossible
    _need_lawful(assembly, deadline)
    assembly.closes_at = deadline
    assembly.save(update_fields=["closes_at"])
    assert assembly.log is not None
    record(
        log=assembly.log,
        verb="votes.assembly.extended",
        subject=assembly,
        actor=actor,
        payload={
            "act": act.pk,
            "window": [timestamp(assembly.opens_at), timestamp(deadline)],
            "before": timestamp(before),
            "outages": act.payload["outages"],
        },
        moment=moment,
    )
    tell(estate=assembly.estate, topic="votes.assembly-extended", subject=act.pk)


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise ActIncomplete from error
    if moment.tzinfo is None:
        raise ActIncomplete
    return moment


def _need_lawful(assembly: Assembly, deadline: datetime) -> None:
    assert assembly.closes_at is not None
    if deadline <= assembly.closes_at:
        raise DeadlineNotLater
    if deadline > latest_deadline(assembly):
        most = assembly.rule("window-days-max")
        raise WindowTooLong(
            f"{WindowTooLong.message}（{most} 日，{assembly.rules['window-days-max']['article']}）"
        )
    if statute_for(last_day(deadline)).code != assembly.statute:
        raise ExtensionChangesStatute
