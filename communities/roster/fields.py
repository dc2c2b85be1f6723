"""The columns of a roster, under whatever name an office gives them."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from communities.values.text import without_space


class Field(StrEnum):
    """A column's stable key, whatever its header says."""

    BUILDING = "building"
    STAIRCASE = "staircase"
    ROOM = "room"
    AREA = "area"
    USE = "use"
    OWNERS = "owners"
    IDENTITIES = "identities"
    PHONES = "phones"
    REMARK = "remark"
    DELIVERY = "delivery"

    @property
    def label(self) -> str:
        """What the column is called when people are told about it."""
        return _LABELS[self]


class CellAddress(NamedTuple):
    """One cell of a roster: sheet name, row as the spreadsheet numbers it, and :class:`Field` key."""

    sheet: str
    row: int
    column: str


REQUIRED = (Field.ROOM, Field.AREA, Field.OWNERS, Field.IDENTITIES)

_LABELS = {
    Field.BUILDING: "楼栋",
    Field.STAIRCASE: "单元",
    Field.ROOM: "房号",
    Field.AREA: "建筑面积",
    Field.USE: "用途",
    Field.OWNERS: "业主姓名",
    Field.IDENTITIES: "证件号码",
    Field.PHONES: "联系电话",
    Field.REMARK: "备注",
    Field.DELIVERY: "交付状态",
}

# Where two columns of a sheet claim one field, the name that stands first here wins. 套内面积 is
# left out on purpose: owners vote with the registered area, which is never the inner one.
_SYNONYMS = {
    Field.BUILDING: "幢 栋 楼栋 楼号 幢号 栋号 楼栋号 楼幢 楼幢号 楼宇 楼座 座号 座 楼",
    Field.STAIRCASE: "单元 单元号 梯号",
    Field.ROOM: "室 室号 房号 房间号 门牌 门牌号 户号 房屋编号",
    Field.AREA: (
        "专有部分面积 专有部分建筑面积 专有面积 建筑面积 房屋建筑面积"
        " 产权面积 产证面积 登记面积 房屋面积 建面 面积"
    ),
    Field.USE: "用途 房屋用途 规划用途 房屋性质 性质 房屋类型 物业类型 业态",
    Field.OWNERS: (
        "产权人 产权人姓名 产权人名称 权利人 权利人姓名 权利人名称 所有权人 房屋所有权人"
        " 业主姓名 业主名称 业主 姓名 姓名或名称"
    ),
    Field.IDENTITIES: (
        "证件号码 证件号 身份证号码 身份证号 身份证 身份证件号码 公民身份号码 有效证件号码 证照号码"
        " 统一社会信用代码"
    ),
    Field.PHONES: "手机 手机号 手机号码 移动电话 联系手机 联系电话 电话号码 电话 联系方式",
    Field.REMARK: "备注 备注说明 说明",
    Field.DELIVERY: "交付状态 销售状态 交房状态 交付情况 销售情况",
}

_RANKS = {
    name: (field, rank) for field, names in _SYNONYMS.items() for rank, name in enumerate(names.split())
}
_BRACKETS = re.compile(r"[(\[【〔<].*?[)\]】〕>]")
_MARKS = re.compile(r"[*※☆★:.#]")
_AREA_UNIT = re.compile(r"(?:平方米|平米|m2|m\^2)$", re.IGNORECASE)
_ALTERNATIVES = re.compile(r"[/、或]")


@lru_cache(maxsize=4096)
def field_of(header: str) -> tuple[Field, int] | None:
    """The field a header cell names, and how good a name it is (0 is best); ``None`` for any other text."""
    name = _MARKS.sub("", _BRACKETS.sub("", without_space(header)))
    for candidate in (name, *_ALTERNATIVES.split(name)):
        found = _RANKS.get(_AREA_UNIT.sub("", candidate))
        if found is not None:
            return found
    return None
