"""Names of buildings, staircases, rooms and uses, brought to one form each."""

import re
from typing import NamedTuple

from communities.values.text import without_space

from .model import UnitUse

_BUILDING_WORD = r"(?:号楼|#楼|幢楼|栋楼|幢|栋|#|楼)"
_NUMBERED_BUILDING = re.compile(rf"(.*?)0*(\d+|[A-Za-z])(?:{_BUILDING_WORD}|号)", re.DOTALL)
_BARE_NUMBER = re.compile(r"0*(\d+|[A-Za-z])")
_STAIRCASE = re.compile(r"0*(\d+|[A-Za-z])(?:号?单元|号?梯|#)?")

_BUILDING_IN_TEXT = re.compile(r"(?<![\dA-Za-z-])(\d+|[A-Z])(?:号楼|#楼?|幢|栋|座)")
# 东区3号楼 and 西区3号楼 are two buildings; 和睦家园3号楼 is simply the third.
_BUILDING_IN_PART = re.compile(r".{1,6}[区期团](?:\d+|[A-Za-z])(?:号楼|#楼?|幢|栋|座)")
_NAMED_PLACE = re.compile(r".{0,8}(?:商铺|商业|底商|店面|店铺|车库|车位|储藏室|会所|别墅)")

_FULL_ADDRESS = re.compile(r"(.*(?:\d|[A-Za-z])(?:号楼|#楼?|幢|栋|座))(?:([^-]+?单元))?[-]?([^-]+)")
_DASHED_ADDRESS = re.compile(r"(\d+|[A-Za-z])[#幢栋]?-(?:(\d+|[A-Za-z])(?:单元)?-)?([0-9A-Za-z]+)")


class Address(NamedTuple):
    """A unit's place, each part in its one form; ``staircase`` may be empty."""

    building: str
    staircase: str
    room: str


def canonical_building(text: str) -> str:
    """``1栋``, ``1号楼``, ``1#``, ``１幢`` and a bare ``1`` are all ``1幢``; any other name is kept."""
    name = without_space(text)
    bare = _BARE_NUMBER.fullmatch(name)
    if bare is not None:
        return f"{bare[1].upper()}幢"
    numbered = _NUMBERED_BUILDING.fullmatch(name)
    return f"{numbered[1]}{numbered[2].upper()}幢" if numbered is not None else name


def canonical_staircase(text: str) -> str:
    """``1``, ``1#`` and ``１单元`` are all ``1单元``; any other name is kept, and none stays empty."""
    name = without_space(text)
    match = _STAIRCASE.fullmatch(name)
    return f"{match[1].upper()}单元" if match is not None else name


def canonical_room(text: str) -> str:
    """The room as written, half-width and without ``室``. Leading zeros are part of the name."""
    return without_space(text).removesuffix("室").removesuffix("号").upper()


def building_from_sheet_name(name: str) -> str | None:
    """The building a sheet named ``name`` is for; ``None`` for ``Sheet1``, ``业主名册`` and the like."""
    label = without_space(name)
    if re.fullmatch(r"\d{1,3}", label) or _BUILDING_IN_PART.fullmatch(label):
        return canonical_building(label)
    if _NAMED_PLACE.fullmatch(label):
        return label
    return building_in_title(name)


def building_in_title(text: str) -> str | None:
    """The one building a longer text speaks of; ``None`` when it names none or several."""
    found = {canonical_building(match[0]) for match in _BUILDING_IN_TEXT.finditer(without_space(text))}
    return found.pop() if len(found) == 1 else None


def split_address(room: str, building: str) -> Address | None:
    """The parts of a room cell that holds a whole address, such as ``1幢2单元301室`` or ``1-2-301``.

    ``building`` is what the row says otherwise, canonical or empty; an address
    contradicting it is left alone, and dashes are only read when it is empty.
    """
    label = without_space(room)
    match = _FULL_ADDRESS.fullmatch(label) or (None if building else _DASHED_ADDRESS.fullmatch(label))
    if match is None:
        return None
    address = Address(
        canonical_building(match[1]), canonical_staircase(match[2] or ""), canonical_room(match[3])
    )
    return address if building in ("", address.building) else None


# The first pattern found decides, so exceptions stand before what they are exceptions to.
_USES = (
    (re.compile(r"非(?:住宅|居住|住)|物业用房|社区用房|配套|公建"), UnitUse.OTHER),
    (re.compile(r"车位|车库|停车|泊位"), UnitUse.PARKING),
    (re.compile(r"储藏|储物|杂物|贮藏"), UnitUse.STORAGE),
    (re.compile(r"住宅|居住|商住|公寓|别墅|商品房|房改房|经济适用|安置房|住房"), UnitUse.DWELLING),
    (re.compile(r"商|店|营业|经营|门面"), UnitUse.SHOP),
    (re.compile(r"办公|写字"), UnitUse.OFFICE),
)

# A place name says what it is for only where it begins with it: 车位A12 is parking, 商城1幢 is no shop.
_TELLING_NAME = re.compile(
    r"(?:产权|人防|地下|机械|沿街|底层)?(?:车位|车库|停车|储藏|储物|商铺|商业|底商|店面|店铺|办公)"
)


def parse_use(text: str, *hints: str) -> UnitUse:
    """What a unit is for, from its use cell.

    Where that is blank, ``hints`` (building, room, remark) may say; if they do
    not either, it is a dwelling. A use that is written but unknown is
    ``other``.
    """
    written = without_space(text)
    for word in (written,) if written else filter(_TELLING_NAME.match, hints):
        for pattern, use in _USES:
            if pattern.search(word):
                return use
    return UnitUse.OTHER if written else UnitUse.DWELLING
