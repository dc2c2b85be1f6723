"""What two people changed about a posted assembly, as everybody may read it: what, why, who, when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from communities.clock import local_day
from communities.models import Estate, Role, User
from votes.enums import ActKind, AssemblyStatus
from votes.models import Assembly, TwoPersonAct


def title_in(estate: Estate, person: User, moment: datetime) -> str:
    """As what somebody signed here: "业委会主任 王建国"; never a phone."""
    held = Role.objects.on(local_day(moment)).covering(estate).filter(user=person).first()
    return " ".join(filter(None, [held.get_code_display() if held else "", person.display_name]))


@dataclass(frozen=True, slots=True)
class ShownOutage:
    """A measured outage as it was entered with an extension."""

    starts_at: datetime
    ends_at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class ShownAct:
    """An act that took effect: an extension with both deadlines, or a correction with both totals."""

    reason: str
    at: datetime
    people: list[str]
    payload: dict[str, Any]

    @property
    def before(self) -> datetime:
        return datetime.fromisoformat(self.payload["before"])

    @property
    def after(self) -> datetime:
        return datetime.fromisoformat(self.payload["closes_at"])

    @property
    def basis(self) -> str:
        return str(self.payload.get("basis", ""))

    @property
    def outages(self) -> list[ShownOutage]:
        return [
            ShownOutage(
                datetime.fromisoformat(outage["starts_at"]),
                datetime.fromisoformat(outage["ends_at"]),
                outage["minutes"],
            )
            for outage in self.payload.get("outages", [])
        ]


@dataclass(frozen=True, slots=True)
class Trace:
    """The extensions and corrections of one assembly, oldest first."""

    extensions: list[ShownAct]
    corrections: list[ShownAct]

    @property
    def announced_close(self) -> datetime | None:
        """The deadline as first announced, where it was moved since."""
        return self.extensions[0].before if self.extensions else None

    def __bool__(self) -> bool:
        return bool(self.extensions or self.corrections)


def trace_of(assembly: Assembly) -> Trace:
    acts = assembly.acts.filter(
        kind__in=[ActKind.EXTEND, ActKind.CORRECT_ROLL], applied_at__isnull=False
    ).select_related("proposed_by", "confirmed_by")
    shown: dict[str, list[ShownAct]] = {ActKind.EXTEND: [], ActKind.CORRECT_ROLL: []}
    for act in acts.order_by("confirmed_at", "pk"):
        shown[act.kind].append(_shown(assembly.estate, act))
    return Trace(shown[ActKind.EXTEND], shown[ActKind.CORRECT_ROLL])


def _shown(estate: Estate, act: TwoPersonAct) -> ShownAct:
    assert act.confirmed_by is not None
    assert act.confirmed_at is not None
    return ShownAct(
        reason=act.reason,
        at=act.confirmed_at,
        people=[
            title_in(estate, act.proposed_by, act.proposed_at),
            title_in(estate, act.confirmed_by, act.confirmed_at),
        ],
        payload=act.payload,
    )


def confirmed_act(assembly: Assembly, phase: AssemblyStatus) -> dict[str, Any] | None:
    """Why a meeting was cancelled or a result made void, by whose order, and the two who answer for it."""
    kinds = {AssemblyStatus.CANCELLED: ActKind.CANCEL, AssemblyStatus.VOID: ActKind.VOID}
    if phase not in kinds:
        return None
    act: TwoPersonAct | None = (
        assembly.acts.filter(kind=kinds[phase], confirmed_at__isnull=False)
        .select_related("proposed_by", "confirmed_by")
        .first()
    )
    if act is None or act.confirmed_by is None or act.confirmed_at is None:
        return None
    shown = _shown(assembly.estate, act)
    return {"reason": shown.reason, "at": shown.at, "people": shown.people, "order": act.payload or None}
