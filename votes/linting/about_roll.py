"""Rules about who will vote: the roster as the roll would be frozen from it now."""

from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.enums import AreaBasis, ImportStatus, OwnerKind
from communities.models import Ownership, RosterImport, Unit
from communities.values.area import format_area_plain
from votes.services.rolls import counted_units, scope_of

from .catalogue import Draft, Hit, Severity, rule

NAMED = 3


def _units(draft: Draft) -> QuerySet[Unit]:
    """What counts of the part of the estate that decides."""
    return counted_units(
        draft.estate,
        count_parking=bool(draft.policies["count-parking"].value),
        scope=scope_of(draft.assembly),
    )


@rule(
    "roll-empty",
    Severity.ERROR,
    reason=gettext_lazy("没有名册就没有总人数和总面积，无法计票。"),
    source=gettext_lazy("法释〔2020〕17号第八条、第九条"),
)
def roll_empty(draft: Draft) -> Iterable[Hit]:
    if not _units(draft).exists():
        yield Hit(_("业主名册里还没有可以计票的房屋，请先导入名册。"), field="roster")


@rule(
    "unit-without-owner",
    Severity.ERROR,
    reason=gettext_lazy("没有登记业主的房屋不属于任何表决人，总人数和总面积就会偏小，参与和同意的比例随之虚高。"),
    source=gettext_lazy("广州一案：同样的票按公布的总数占 53%，按登记的总数占 48.47%"),
)  # fmt: skip
def unit_without_owner(draft: Draft) -> Iterable[Hit]:
    titled = Ownership.objects.on(draft.day).filter(unit=OuterRef("pk"))
    lacking = _units(draft).filter(~Exists(titled), developer_held=False)
    number = lacking.count()
    if number:
        named = [unit.label for unit in lacking.select_related("building")[:NAMED]]
        more = _("等") if number > NAMED else ""
        yield Hit(
            _("%(number)s 套房屋没有登记业主（%(units)s%(more)s），请在名册中补登，或标为未售。")
            % {"number": number, "units": "、".join(named), "more": more},
            field="roster",
        )


@rule(
    "co-owners-without-representative",
    Severity.WARNING,
    reason=gettext_lazy("共有的一套房只有一票。没有推定代表的，先提交的共有人那一票有效，其他共有人不能再投。"),
    source=gettext_lazy("《业主大会和业主委员会指导规则》第二十五条；北京、宁波的表决规则"),
)  # fmt: skip
def co_owners_without_representative(draft: Draft) -> Iterable[Hit]:
    number = (
        Ownership.objects.on(draft.day)
        .filter(unit__in=_units(draft).filter(developer_held=False).order_by().values("pk"))
        .order_by()
        .values("unit")
        .annotate(owners=Count("pk"), representatives=Count("pk", filter=Q(is_representative=True)))
        .filter(owners__gt=1, representatives=0)
        .count()
    )
    if number:
        yield Hit(
            _("%(number)s 套共有房屋没有登记共有人代表，将以先提交的一票为准。") % {"number": number},
            field="roster",
            facts=str(number),
        )


@rule(
    "developer-cannot-vote",
    Severity.WARNING,
    reason=gettext_lazy("未售和未交付的房屋合计一人，计入总数；没有登记建设单位，这一票没有人能投。"),
    source=gettext_lazy("法释〔2020〕17号第九条"),
)
def developer_cannot_vote(draft: Draft) -> Iterable[Hit]:
    held = _units(draft).filter(developer_held=True)
    number = held.count()
    legal = Ownership.objects.on(draft.day).filter(owner__kind=OwnerKind.LEGAL)
    if number and not legal.filter(unit__in=held.order_by().values("pk")).exists():
        yield Hit(
            _("%(number)s 套未售或未交付的房屋没有登记建设单位，这一票无人能投，但计入总数。")
            % {"number": number},
            field="roster",
            facts=str(number),
        )


@rule(
    "mixed-area-basis",
    Severity.WARNING,
    reason=gettext_lazy("面积依次取不动产登记、测绘成果、购房合同。依据不一，总面积容易被质疑。"),
    source=gettext_lazy("法释〔2020〕17号第八条"),
)
def mixed_area_basis(draft: Draft) -> Iterable[Hit]:
    rows = _units(draft).order_by().values_list("area_basis").annotate(Count("pk"))
    counts = dict(rows)
    if len(counts) > 1:
        parts = [f"{basis.label} {counts[basis]}" for basis in AreaBasis if basis in counts]
        yield Hit(
            _("房屋面积的依据不一（套数：%(parts)s），请核对能否都改用登记面积。")
            % {"parts": "、".join(parts)},
            field="roster",
            facts="、".join(parts),
        )


@rule(
    "roster-differs-from-import",
    Severity.WARNING,
    reason=gettext_lazy("公布的总数与名册不一致，是推翻结果最常见的理由。"),
    source=gettext_lazy("广州一案：同样的票按公布的总数占 53%，按登记的总数占 48.47%"),
)
def roster_differs_from_import(draft: Draft) -> Iterable[Hit]:
    committed = RosterImport.objects.filter(estate=draft.estate, status=ImportStatus.COMMITTED)
    newest = committed.order_by("-committed_at").values_list("report", flat=True).first()
    if not newest:
        return
    # A report counts what it read without parking and storage.
    now = counted_units(draft.estate, count_parking=False).aggregate(units=Count("pk"), area=Sum("area"))
    area = format_area_plain(now["area"]) if now["area"] else "0"
    if (now["units"], area) != (newest.get("units"), newest.get("area")):
        yield Hit(
            _(
                "名册现有 %(units)s 套、%(area)s 平方米，"
                "最近一次导入的是 %(then)s 套、%(then_area)s 平方米，请核对。"
            )
            % {
                "units": now["units"],
                "area": area,
                "then": newest.get("units"),
                "then_area": newest.get("area"),
            },
            field="roster",
            facts=f"{now['units']} {area}",
        )
