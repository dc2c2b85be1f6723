"""Who owns a unit: names, identity numbers and phones of one row, matched to each other by position."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from communities.values.identity import Identity, InvalidIdentity, normalise_identity, parse_identity
from communities.values.phone import InvalidPhone, normalise_phone
from communities.values.text import half_width, without_space

from .fields import Field
from .grid import Cell
from .model import ProblemCode, RosterOwner

_SEPARATOR = re.compile(r"[、,/;|\n\r]+")
_NOTHING = frozenset({"", "无", "-", "--", "—", "——", "/", "\\", "暂无", "不详", "未知"})

_INNER_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
# Excel shows a long number like this, and a CSV saved from it holds nothing else.
_EXPONENT = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
_IDENTITY_LENGTH = 18
_PHONE_LENGTH = 11


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with one field of a row."""

    field: Field
    code: ProblemCode
    message: str


@dataclass(frozen=True, slots=True)
class Owners:
    """The owners a row names, none where an error is among the ``findings``."""

    owners: tuple[RosterOwner, ...]
    findings: tuple[Finding, ...]


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: blank, or one of the marks offices put where they have nothing to say."""
    return without_space(text) in _NOTHING


def read_owners(names_cell: Cell, identities_cell: Cell, phones_cell: Cell) -> Owners:
    """The owners written in three cells, several of them separated by ``、 , / ;`` or line breaks."""
    names = _split_names(names_cell.text)
    identities = _split_numbers(identities_cell.text, _IDENTITY_LENGTH)
    if len(names) == 1 and len(identities) > 1:
        spaced = half_width(names_cell.text).split()
        # 张 三 is one person written wide; 张三 李四 are two.
        if len(spaced) == len(identities) and all(len(name) > 1 for name in spaced):
            names = spaced

    errors = tuple(_identity_findings(names, identities, identities_cell))
    if errors:
        return Owners((), errors)
    known = [parse_identity(identity) for identity in identities]
    phones, warnings = _read_phones(phones_cell.text)
    return Owners(_matched(names, known, phones), warnings)


def _identity_findings(names: list[str], identities: list[str], cell: Cell) -> Iterator[Finding]:
    if not names:
        yield Finding(
            Field.OWNERS,
            ProblemCode.OWNER_MISSING,
            "缺少业主姓名。请补上产权人的姓名或单位名称及其证件号码。",
        )
    elif len(names) < len(identities):
        yield Finding(
            Field.OWNERS,
            ProblemCode.OWNER_MISSING,
            f"有 {len(identities)} 个证件号码，却只有 {len(names)} 位业主。请补齐姓名，用“、”隔开。",
        )
    if cell.is_number or any(_EXPONENT.fullmatch(identity) for identity in identities):
        yield Finding(
            Field.IDENTITIES,
            ProblemCode.ID_PRECISION_LOST,
            "证件号码按数字保存，后几位已经丢失。请把该列设为文本格式，照证件重新填写。",
        )
        return
    wrong = [place for place, identity in enumerate(identities, 1) if not _is_identity(identity)]
    if wrong:
        yield Finding(Field.IDENTITIES, ProblemCode.ID_CHECKSUM, _checksum_message(identities, wrong))
    if names and len(identities) < len(names):
        yield Finding(Field.IDENTITIES, ProblemCode.ID_MISSING, _missing_message(len(names), len(identities)))
    elif not wrong and _shared_by_two(names, identities):
        yield Finding(
            Field.IDENTITIES,
            ProblemCode.ID_MISSING,
            "两位共有人写了同一个证件号码。请照证件改正其中一位的号码。",
        )


def _checksum_message(identities: list[str], wrong: list[int]) -> str:
    which = f"第 {'、'.join(map(str, wrong))} 位业主的" if len(identities) > 1 else ""
    lengths = {len(normalise_identity(identities[place - 1])) for place in wrong}
    if lengths == {_IDENTITY_LENGTH}:
        return f"{which}证件号码校验不通过，可能有一位写错。请照身份证或营业执照核对后改正。"
    return f"{which}证件号码不是 18 位。请填写 18 位身份证号码，单位填写统一社会信用代码。"


def _missing_message(names: int, identities: int) -> str:
    if identities == 0:
        return "缺少证件号码。请补上业主的身份证号码，单位补统一社会信用代码。"
    return f"有 {names} 位业主，却只有 {identities} 个证件号码。请按姓名的顺序补齐，用“、”隔开。"


def _shared_by_two(names: list[str], identities: list[str]) -> bool:
    people = set(zip(map(normalise_identity, identities), names, strict=False))
    return len({number for number, _ in people}) < len(people)


def _is_identity(text: str) -> bool:
    try:
        parse_identity(text)
    except InvalidIdentity:
        return False
    return True


def _read_phones(text: str) -> tuple[list[str | None], tuple[Finding, ...]]:
    written = _split_numbers(text, _PHONE_LENGTH)
    if not written:
        missing = Finding(
            Field.PHONES, ProblemCode.PHONE_MISSING, "没有联系电话。业主将无法用手机号登录，请补上手机号码。"
        )
        return [], (missing,)
    phones: list[str | None] = []
    for number in written:
        try:
            phones.append(normalise_phone(number))
        except InvalidPhone:
            phones.append(None)
    if None not in phones:
        return phones, ()
    invalid = Finding(
        Field.PHONES,
        ProblemCode.PHONE_INVALID,
        "联系电话不是有效的手机号码，未导入这个号码。请核对，填写 11 位手机号码。",
    )
    return phones, (invalid,)


def _matched(
    names: list[str], identities: list[Identity], phones: list[str | None]
) -> tuple[RosterOwner, ...]:
    if len(phones) != len(names):
        # An owner with two numbers keeps the first good one; fewer numbers than owners are the first owners'.
        phones = [phone for phone in phones if phone is not None]
    phones = [*phones, *[None] * len(names)]
    owners: dict[str, RosterOwner] = {}
    for name, identity, phone in zip(names, identities, phones, strict=False):
        owners.setdefault(identity.number, RosterOwner(name, identity.number, identity.kind, phone))
    return tuple(owners.values())


def _split_names(text: str) -> list[str]:
    pieces = (_INNER_SPACE.sub("", half_width(piece)) for piece in _SEPARATOR.split(half_width(text)))
    return [" ".join(piece.split()) for piece in pieces if not is_blank(piece)]


def _split_numbers(text: str, length: int) -> list[str]:
    """The numbers in a cell; those of full ``length`` may stand apart by mere space."""
    numbers: list[str] = []
    for piece in _SEPARATOR.split(half_width(text)):
        number = without_space(piece)
        if is_blank(number):
            continue
        if len(number) > length and len(number) % length == 0 and piece.split() != [piece.strip()]:
            numbers += [number[start : start + length] for start in range(0, len(number), length)]
        else:
            numbers.append(number)
    return numbers
