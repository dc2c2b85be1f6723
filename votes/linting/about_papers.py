"""Rules about what owners must be able to read before they vote."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from votes.enums import AttachmentKind
from votes.models import Motion

from . import words
from .catalogue import Draft, Hit, Severity, rule, text_of

SELECTION, FUND_USE = 4, 5


def _kinds(motion: Motion) -> set[str]:
    return {paper.kind for paper in motion.attachments.all()}


def _facts(motion: Motion) -> str:
    return text_of(motion) + "\x00" + ",".join(sorted(_kinds(motion)))


@rule(
    "fee-change-not-marked",
    Severity.WARNING,
    reason=gettext_lazy("调整收费有自己的程序：先公布审计和方案，再表决。"),
    source=gettext_lazy("《杭州市物业管理条例》第五十三条"),
)
def fee_change_not_marked(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if not motion.changes_fee and words.changes_fee(f"{motion.title}。{motion.text}"):
            yield Hit(_("文字说到调整物业收费，但没有勾选“涉及调整物业收费标准”。"), motion, "changes_fee")


@rule(
    "fee-change-without-audit",
    Severity.ERROR,
    reason=gettext_lazy("业主要看到上一年度的收支审计，才能判断该不该调价。"),
    source=gettext_lazy("《杭州市物业管理条例》第五十三条"),
)
def fee_change_without_audit(draft: Draft) -> Iterable[Hit]:
    policy = draft.policies["fee-change-audit"]
    for motion in draft.motions:
        if policy.value and motion.changes_fee and AttachmentKind.AUDIT not in _kinds(motion):
            yield Hit(
                _("调整物业收费要附上一年度的审计报告，请上传，类别选“审计报告”。"),
                motion,
                "attachments",
                source=policy.article,
            )


@rule(
    "fee-change-notice",
    Severity.WARNING,
    reason=gettext_lazy("调价方案和审计报告要先公示，业主看过再表决。"),
    source=gettext_lazy("《杭州市物业管理条例》第五十三条"),
)
def fee_change_notice(draft: Draft) -> Iterable[Hit]:
    policy, opens_at = draft.policies["fee-change-notice-days"], draft.assembly.opens_at
    if opens_at is None or opens_at - draft.moment >= timedelta(days=policy.value):
        return
    for motion in draft.motions:
        if motion.changes_fee:
            yield Hit(
                _("调价方案须公示至少 %(days)s 日。此前没有另行公示的，请推迟表决开始时间。")
                % {"days": policy.value},
                motion,
                "changes_fee",
                source=policy.article,
            )


@rule(
    "selection-without-plan",
    Severity.ERROR,
    reason=gettext_lazy("选聘的范围、方式、条件要随公告公布，业主才知道选的是什么。"),
    source=gettext_lazy("《杭州市物业管理条例》第四十九条"),
)
def selection_without_plan(draft: Draft) -> Iterable[Hit]:
    policy = draft.policies["firm-selection-plan"]
    for motion in draft.motions:
        selects = motion.item == SELECTION and words.selects_firm(motion.title)
        if policy.value and selects and AttachmentKind.PLAN not in _kinds(motion):
            yield Hit(
                _("选聘物业服务企业要附选聘方案，请上传，类别选“方案”。"),
                motion,
                "attachments",
                source=policy.article,
            )


@rule(
    "contract-not-attached",
    Severity.WARNING,
    reason=gettext_lazy("续聘或解聘关系到合同，业主应能看到合同文本或方案。"),
    source=gettext_lazy("《民法典》第九百四十七条"),
)
def contract_not_attached(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if motion.item != SELECTION or words.selects_firm(motion.title):
            continue
        if not _kinds(motion) & {AttachmentKind.PLAN, AttachmentKind.CONTRACT}:
            yield Hit(
                _("没有附合同文本或方案，请上传，或说明业主从哪里看。"),
                motion,
                "attachments",
                facts=_facts(motion),
            )


@rule(
    "fund-use-without-papers",
    Severity.WARNING,
    reason=gettext_lazy("使用维修资金，业主要看到做什么、花多少。"),
    source=gettext_lazy("《住宅专项维修资金管理办法》第二十二条、第二十三条"),
)
def fund_use_without_papers(draft: Draft) -> Iterable[Hit]:
    wanted = {AttachmentKind.PLAN: _("方案"), AttachmentKind.BUDGET: _("预算")}
    for motion in draft.motions:
        if motion.item != FUND_USE:
            continue
        missing = [name for kind, name in wanted.items() if kind not in _kinds(motion)]
        if missing:
            yield Hit(
                _("使用维修资金还没有附%(papers)s，请上传，或说明业主从哪里看。")
                % {"papers": _("和").join(missing)},
                motion,
                "attachments",
                facts=_facts(motion),
            )
