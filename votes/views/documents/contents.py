"""What stands in the decision, the proof of delivery, the log of objections and the minutes of counting."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch
from django.utils.translation import gettext as _

from communities.clock import local_day
from communities.enums import RoleCode
from communities.models import Role
from communities.templatetags.linyi import moment
from votes.counting import Verdict
from votes.enums import AssemblyStatus, Channel, DeliveryMethod, UncountedReason
from votes.models import (
    Assembly,
    Ballot,
    Delivery,
    Objection,
    ObjectionStep,
    PaperBallot,
    PaperEntry,
    SecretTurnout,
    UncountedBallot,
)
from votes.services.assemblies import chinese_number
from votes.services.tallies import counted_ballots
from votes.trace import confirmed_act, title_in, trace_of
from votes.views.desk_objections import objection_log
from votes.views.results import ShownResult, result_context


def _head(assembly: Assembly) -> dict[str, Any]:
    return {
        "assembly": assembly,
        "estate": assembly.estate,
        "act": confirmed_act(assembly, AssemblyStatus(assembly.status)),
        "trace": trace_of(assembly),
    }


# --- the decision -----------------------------------------------------------------------


def decision_context(assembly: Assembly) -> dict[str, Any]:
    """What was passed, in full, and what came to no decision, by its title."""
    context = result_context(assembly)
    passed = [one for one in context["shown"] if _final(one) is Verdict.PASSED]
    return context | {
        "passed": [(chinese_number(place), one) for place, one in enumerate(passed, start=1)],
        "others": [one for one in context["shown"] if one not in passed],
    }


def _final(one: ShownResult) -> Verdict:
    return one.silent.verdict if one.silent else one.verdict


# --- deliveries -------------------------------------------------------------------------


def deliveries_context(assembly: Assembly) -> dict[str, Any]:
    reached = Delivery.objects.filter(assembly=assembly, reached=True, taken_back_at__isnull=True)
    by_method = dict(reached.order_by().values_list("method").annotate(heads=Count("elector", distinct=True)))
    heads = reached.order_by().values("elector").distinct().count()
    return _head(assembly) | {
        "reached": heads,
        "missing": assembly.total_heads - heads,
        "methods": [(method.label, by_method[method]) for method in DeliveryMethod if method in by_method],
        "deliveries": _deliveries(assembly),
    }


def _deliveries(assembly: Assembly) -> list[Delivery]:
    rows = Delivery.objects.filter(assembly=assembly).select_related("elector")
    return list(rows.order_by("elector__number", "delivered_at", "pk"))


def deliveries_table(assembly: Assembly) -> tuple[list[str], list[list[str]]]:
    header = [
        _("编号"),
        _("房屋"),
        _("方式"),
        _("时间"),
        _("结果"),
        _("说明"),
        _("凭证 SHA-256"),
        _("登记时间"),
        _("撤回原因"),
    ]
    return header, [
        [
            str(one.elector.number),
            one.elector.label,
            str(one.get_method_display()),
            moment(one.delivered_at, "full"),
            _("已送达") if one.reached else _("未送达"),
            one.note,
            one.evidence_sha256,
            moment(one.recorded_at, "full"),
            one.taken_back_reason,
        ]
        for one in _deliveries(assembly)
    ]


# --- objections -------------------------------------------------------------------------


def _objections(assembly: Assembly) -> list[Objection]:
    steps = ObjectionStep.objects.order_by("taken_at", "pk")
    rows = Objection.objects.filter(assembly=assembly).select_related("elector")
    return list(rows.prefetch_related(Prefetch("steps", steps)).order_by("filed_at", "pk"))


def objections_context(assembly: Assembly) -> dict[str, Any]:
    """The same log that the desk prints."""
    return objection_log(assembly)


def objections_table(assembly: Assembly) -> tuple[list[str], list[list[str]]]:
    header = [
        _("对什么有异议"),
        _("表决人编号"),
        _("提出时间"),
        _("异议内容"),
        _("答复期限"),
        _("状态"),
        _("处理经过"),
        _("答复时间"),
        _("答复"),
    ]
    return header, [
        [
            str(one.get_kind_display()),
            str(one.elector.number) if one.elector else "",
            moment(one.filed_at, "full"),
            one.text,
            moment(one.due_at, "full"),
            str(one.get_status_display()),
            "；".join(
                f"{moment(step.taken_at, 'full')} {step.get_status_display()} {step.text}".strip()
                for step in one.steps.all()
            ),
            moment(one.answered_at, "full") if one.answered_at else "",
            one.answer,
        ]
        for one in _objections(assembly)
    ]


# --- counting ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChannelCount:
    """What came by one way: received = counted + not counted, the rest by reason."""

    channel: str
    received: int
    counted: int
    reasons: list[tuple[str, int]]

    @property
    def not_counted(self) -> int:
        return self.received - self.counted


def channel_counts(assembly: Assembly) -> list[ChannelCount]:
    """Ballots of a decided assembly by the way they came; ways nobody used are left out."""

    def by_channel(rows: Any) -> Counter[str]:
        return Counter(dict(rows.order_by().values_list("channel").annotate(Count("pk"))))

    cast = by_channel(Ballot.objects.filter(assembly=assembly))
    counted = by_channel(counted_ballots(assembly))
    secret = SecretTurnout.objects.filter(assembly=assembly).count()
    cast[Channel.ONLINE] += secret
    counted[Channel.ONLINE] += secret
    refused: dict[str, Counter[str]] = {channel: Counter() for channel in Channel}
    rows = UncountedBallot.objects.filter(assembly=assembly).order_by()
    for channel, reason, number in rows.values_list("channel", "reason").annotate(Count("pk")):
        refused[channel][reason] += number
    found = []
    for channel in Channel:
        reasons = refused[channel]
        reasons[UncountedReason.REPLACED_BY_ELECTOR] += cast[channel] - counted[channel]
        received = counted[channel] + reasons.total()
        if received:
            listed = [(str(reason.label), reasons[reason]) for reason in UncountedReason if reasons[reason]]
            found.append(ChannelCount(str(channel.label), received, counted[channel], listed))
    return found


def counting_context(assembly: Assembly) -> dict[str, Any]:
    assert assembly.closed_at is not None
    day = local_day(assembly.closed_at)
    held = (
        Role.objects.on(day)
        .covering(assembly.estate)
        .filter(code=RoleCode.SCRUTINEER)
        .select_related("user")
        .order_by("pk")
    )
    entered = PaperEntry.objects.filter(paper__assembly=assembly).order_by()
    assert assembly.log is not None
    return _head(assembly) | {
        "scrutineers": [title_in(assembly.estate, role.user, assembly.closed_at) for role in held],
        "certificate": assembly.certificate,
        "not_counted": assembly.certificate.received - assembly.certificate.counted,
        "channels": channel_counts(assembly),
        "papers": PaperBallot.objects.filter(assembly=assembly, received_at__isnull=False).count(),
        "entered_by": entered.values("entered_by").distinct().count(),
        "third_looks": entered.filter(look=3).count(),
        "head": assembly.log.heads.order_by("-size").first(),
    }


def counting_table(assembly: Assembly) -> tuple[list[str], list[list[str]]]:
    header = [_("方式"), _("收到"), _("计入"), _("不计入"), _("不计入的原因")]
    return header, [
        [
            one.channel,
            str(one.received),
            str(one.counted),
            str(one.not_counted),
            "；".join(f"{words} {number}" for words, number in one.reasons),
        ]
        for one in channel_counts(assembly)
    ]
