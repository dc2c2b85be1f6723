"""Rules about the notice, its topics and who convenes."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.enums import RoleCode
from communities.models import CommitteeTerm, Role
from votes.enums import Convener

from .catalogue import Draft, Hit, Severity, rule

_ONLY_ANNOUNCED = gettext_lazy(
    "《杭州市物业管理条例》第十九条；《北京市物业管理条例》第三十五条：只能表决公告过的议题"
)


@rule(
    "notice-empty",
    Severity.ERROR,
    reason=gettext_lazy("业主要从公告知道会议何时、以什么方式、表决什么。"),
    source=gettext_lazy("《物业管理条例》第十四条"),
)
def notice_empty(draft: Draft) -> Iterable[Hit]:
    if not draft.assembly.notice.strip():
        yield Hit(_("会议公告还没有写。"), field="notice")


@rule(
    "topics-empty",
    Severity.ERROR,
    reason=gettext_lazy("没有公告的议题不能表决。"),
    source=_ONLY_ANNOUNCED,
)
def topics_empty(draft: Draft) -> Iterable[Hit]:
    if not draft.assembly.topics:
        yield Hit(_("公告的议题还没有写，请一行写一个。"), field="posted_topics")


@rule(
    "motion-not-announced",
    Severity.ERROR,
    reason=gettext_lazy("没有公告的议题不能表决，表决了也可以被撤销。"),
    source=_ONLY_ANNOUNCED,
)
def motion_not_announced(draft: Draft) -> Iterable[Hit]:
    topics = draft.assembly.topics
    for motion in draft.motions:
        if topics and motion.topic not in topics:
            message = (
                _("对应的议题“%(topic)s”不在公告的议题里，请重新选择。") % {"topic": motion.topic}
                if motion.topic
                else _("还没有选择对应公告里的哪个议题。")
            )
            yield Hit(message, motion, "topic")


@rule(
    "topic-without-motion",
    Severity.WARNING,
    reason=gettext_lazy("公告了却不表决，业主会以为漏了。"),
    source=_ONLY_ANNOUNCED,
)
def topic_without_motion(draft: Draft) -> Iterable[Hit]:
    asked = {motion.topic for motion in draft.motions}
    for topic in draft.assembly.topics if draft.motions else []:
        if topic not in asked:
            yield Hit(
                _("公告的议题“%(topic)s”没有对应的表决事项，请添加事项或从公告中删去。") % {"topic": topic},
                field="posted_topics",
                facts=topic,
            )


@rule(
    "convener-without-committee",
    Severity.WARNING,
    reason=gettext_lazy("会议由业主委员会召集；没有业主委员会或已届满的，由筹备组、居民委员会或物业管理委员会召集。"),
    source=gettext_lazy("《民法典》第二百七十七条；《物业管理条例》第十条、第十五条"),
)  # fmt: skip
def convener_without_committee(draft: Draft) -> Iterable[Hit]:
    if draft.assembly.convener != Convener.COMMITTEE:
        return
    terms = list(CommitteeTerm.objects.filter(estate=draft.estate).values_list("starts_on", "ends_on"))
    if terms:
        if not any(start <= draft.day < end for start, end in terms):
            yield Hit(_("业主委员会任期已满或尚未开始，请核对召集人。"), field="convener")
        return
    seated = (RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE)
    if not Role.objects.on(draft.day).filter(estate=draft.estate, code__in=seated).exists():
        yield Hit(_("系统里没有在任的业主委员会，请核对召集人。"), field="convener")
