"""The roster as a file to take away."""

from django.db import transaction
from django.utils.translation import gettext as _

from communities.clock import database_now, local_day
from communities.enums import UnitUse
from communities.errors import NotPermitted
from communities.models import Estate, Owner, Unit, User
from communities.queries import current_titles
from communities.roster import Field
from communities.rules import allows
from communities.services.ledger import log_of_estate, record
from communities.spreadsheets import write_workbook
from communities.values.area import format_area_plain
from communities.values.identity import mask_identity, natural_check_character
from communities.values.phone import mask_phone

COLUMNS = (
    Field.BUILDING,
    Field.STAIRCASE,
    Field.ROOM,
    Field.AREA,
    Field.USE,
    Field.OWNERS,
    Field.IDENTITIES,
    Field.PHONES,
    Field.DELIVERY,
)


@transaction.atomic
def export_roster(*, estate: Estate, actor: User) -> bytes:
    """The roster of today as .xlsx, numbers and phones masked. The ledger keeps who took it."""
    if not allows("communities.view_roster", actor, estate):
        raise NotPermitted
    moment = database_now()
    units = (
        Unit.objects.standing()
        .filter(estate=estate)
        .select_related("building")
        .prefetch_related(current_titles(on=local_day(moment)))
    )
    content = write_workbook(_("业主名册"), _header(), map(_row, units))
    record(
        log=log_of_estate(estate),
        verb="communities.roster.exported",
        subject=estate,
        actor=actor,
        payload={"units": len(units)},
        moment=moment,
    )
    return content


def roster_template() -> bytes:
    """An empty roster with its header and one invented line."""
    first = "99010119800101001"
    example = ("1幢", "1单元", "0101", "88.00", "住宅", "张示例", first + natural_check_character(first))
    return write_workbook(_("业主名册"), _header(), [(*example, "13900000000", "已交付")])


def _header() -> list[str]:
    return [column.label for column in COLUMNS]


def _row(unit: Unit) -> list[str]:
    owners: list[Owner] = [title.owner for title in unit.titles]  # type: ignore[attr-defined]
    return [
        unit.building.name,
        unit.staircase,
        unit.room,
        format_area_plain(unit.area),
        str(UnitUse(unit.use).label),
        "、".join(owner.name for owner in owners),
        "、".join(mask_identity(owner.identity) for owner in owners),
        "、".join(mask_phone(owner.phone) if owner.phone else "" for owner in owners),
        _("未交付") if unit.developer_held else "",
    ]
