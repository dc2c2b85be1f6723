"""Rules about when: notice in time, and a window of lawful length."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.templatetags._clock import moment_words
from votes.enums import AssemblyKind

from .catalogue import Draft, Hit, Severity, rule


@rule(
    "no-window",
    Severity.ERROR,
    reason=gettext_lazy("表决有固定的起止时间，公示后不能缩短。"),
    source=gettext_lazy("《杭州市物业管理条例》第二十条"),
)
def no_window(draft: Draft) -> Iterable[Hit]:
    for name, words in (
        ("opens_at", _("表决开始时间还没有定。")),
        ("closes_at", _("表决截止时间还没有定。")),
    ):
        if getattr(draft.assembly, name) is None:
            yield Hit(words, field=name)


@rule(
    "opens-in-the-past",
    Severity.ERROR,
    reason=gettext_lazy("公示在先，表决在后。"),
    source=gettext_lazy("《物业管理条例》第十四条"),
)
def opens_in_the_past(draft: Draft) -> Iterable[Hit]:
    opens_at = draft.assembly.opens_at
    if opens_at is not None and opens_at <= draft.moment:
        yield Hit(_("表决开始时间已经过去，请改到以后。"), field="opens_at")


@rule(
    "notice-too-short",
    Severity.ERROR,
    reason=gettext_lazy("通知的期限从公示这一刻起算到表决开始，按整日计。期限不足是撤销决定的常见理由。"),
    source=gettext_lazy("《物业管理条例》第十四条"),
)
def notice_too_short(draft: Draft) -> Iterable[Hit]:
    opens_at = draft.assembly.opens_at
    if opens_at is None or opens_at <= draft.moment:
        return
    kind = "extra" if draft.assembly.kind == AssemblyKind.EXTRA else "regular"
    policy = draft.policies[f"notice-days-{kind}"]
    days = (opens_at - draft.moment).days
    if days < policy.value:
        earliest = draft.moment + timedelta(days=policy.value)
        yield Hit(
            _("现在公示，到表决开始只有 %(days)s 个整日，须至少 %(need)s 日。最早可从 %(earliest)s 起。")
            % {"days": days, "need": policy.value, "earliest": moment_words(earliest, draft.moment)},
            field="opens_at",
            source=policy.article,
        )


@rule(
    "window-too-short",
    Severity.ERROR,
    reason=gettext_lazy("时间太短，业主来不及表决。"),
    source=gettext_lazy("《杭州市物业管理条例》第二十条"),
)
def window_too_short(draft: Draft) -> Iterable[Hit]:
    span, policy = _span(draft), draft.policies["window-days-min"]
    if span is not None and span < timedelta(days=policy.value):
        yield Hit(
            _("表决时间不足 %(need)s 日，请推迟截止时间。") % {"need": policy.value},
            field="closes_at",
            source=policy.article,
        )


@rule(
    "window-too-long",
    Severity.ERROR,
    reason=gettext_lazy("时间太长，名册与公告会与实际脱节。"),
    source=gettext_lazy("《杭州市物业管理条例》第二十条"),
)
def window_too_long(draft: Draft) -> Iterable[Hit]:
    span, policy = _span(draft), draft.policies["window-days-max"]
    if span is not None and span > timedelta(days=policy.value):
        yield Hit(
            _("表决时间超过 %(most)s 日，请提前截止时间。") % {"most": policy.value},
            field="closes_at",
            source=policy.article,
        )


def _span(draft: Draft) -> timedelta | None:
    opens_at, closes_at = draft.assembly.opens_at, draft.assembly.closes_at
    return None if opens_at is None or closes_at is None else closes_at - opens_at
