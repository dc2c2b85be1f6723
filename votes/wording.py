"""What the rules, tests and verdicts of a vote are called on a page. Decides nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from communities.values.area import format_area
from votes.counting import Dimension, Finding, Verdict, Withheld
from votes.enums import BallotChange, BallotSecrecy, ChannelPrecedence, MotionKind, SeatOutcome, SilentOwners
from votes.models import Assembly, Motion
from votes.statutes import Comparison, Item, Kind, Statute

_NUMERALS = "一二三四五六七八九"

#: The law's words for a fraction: as a line, as reached, and as not reached.
_LINES = {
    "1/2": (gettext_noop("过半数"), gettext_noop("过半数"), gettext_noop("没有过半数")),
    "2/3": (gettext_noop("三分之二"), gettext_noop("达到三分之二"), gettext_noop("没有达到三分之二")),
    "3/4": (gettext_noop("四分之三"), gettext_noop("达到四分之三"), gettext_noop("没有达到四分之三")),
}
#: The words of a verdict's stamp, a "/" between its lines, and their tone.
_STAMPS = {
    Verdict.PASSED: (gettext_noop("通过"), "yes"),
    Verdict.NOT_PASSED: (gettext_noop("未形成/决定"), "no"),
    Verdict.QUORUM_NOT_MET: (gettext_noop("参与/不足"), "no"),
    Verdict.INSUFFICIENT_DATA: (gettext_noop("数据/不足"), "wait"),
}


def item_number(item: Item) -> str:
    """ "第（五）项"."""
    return _("第（%(number)s）项") % {"number": _NUMERALS[item.number - 1]}


def kind_name(kind: Kind) -> str:
    return _("特别事项") if kind is Kind.SPECIAL else _("一般事项")


def majority(statute: Statute, kind: Kind) -> str:
    """The majority of those asked that an item of this kind needs: "过半数"."""
    return _(_LINES[statute.thresholds(kind)[-1].need][0])


def majority_sign(statute: Statute, kind: Kind) -> str:
    """The same for the ruler: ">1/2" or "≥3/4"."""
    threshold = statute.thresholds(kind)[-1]
    return f"{_sign(threshold.comparison)}{threshold.need}"


def quorum_sign(statute: Statute) -> str:
    """The share of all that must take part, for the ruler; empty where the statute asks for none."""
    return "".join(f"{_sign(test.comparison)}{test.need}" for test in statute.participation)


def majority_in_full(statute: Statute, kind: Kind) -> str:
    """Who must take part and who must agree, in one sentence without the article."""
    words = {"reached": _(_LINES[statute.thresholds(kind)[-1].need][1])}
    if statute.participation:
        return (
            _(
                "参与表决的人数和面积都要达到全体业主的三分之二；"
                "在参与表决的业主中，同意的人数和面积都要%(reached)s，才算通过。"
            )
            % words
        )
    return _("在全体业主中，同意的人数和面积都要%(reached)s，才算通过。") % words


def _sign(comparison: Comparison) -> str:
    return ">" if comparison is Comparison.MORE_THAN else "≥"


def asked_words(motions: Sequence[Motion]) -> str:
    """ "更换电梯，等 3 项", "选举业主委员会，候选人 8 名": what is decided, in one line."""
    standing = sum(motion.kind == MotionKind.CANDIDATE for motion in motions)
    matters = [motion for motion in motions if motion.kind != MotionKind.CANDIDATE]
    parts = []
    if standing:
        parts.append(_("选举业主委员会委员，候选人 %(number)s 名") % {"number": standing})
    if len(matters) == 1:
        parts.append(matters[0].title)
    elif matters:
        parts.append(_("%(first)s，等 %(number)s 项") % {"first": matters[0].title, "number": len(matters)})
    return _("；").join(parts)


def elected_words(motions: Iterable[Motion]) -> str:
    """ "当选 5 人"; empty where nobody stood."""
    stood = [motion for motion in motions if motion.kind == MotionKind.CANDIDATE]
    elected = sum(motion.candidate.result.outcome == SeatOutcome.ELECTED for motion in stood)
    return _("当选 %(number)s 人") % {"number": elected} if stood else ""


def scope_words(assembly: Assembly) -> str:
    """ "仅限3幢业主表决", or "全体业主"."""
    part = assembly.scope_label
    return _("仅限%(part)s业主表决") % {"part": part} if part else _("全体业主")


# --- tests and verdicts ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProofTest:
    """One test of a result in a form pages can show, from the store or fresh from the count."""

    name: str
    have: int | None
    of: int | None
    need: str
    comparison: Comparison
    met: bool | None
    article: str

    @property
    def is_area(self) -> bool:
        return self.name.endswith(Dimension.AREA)

    @property
    def is_quorum(self) -> bool:
        return self.name.startswith("participation")

    @property
    def title(self) -> str:
        return {
            "participation-heads": _("参与人数"),
            "participation-area": _("参与面积"),
            "approval-heads": _("同意人数"),
            "approval-area": _("同意面积"),
        }[self.name]

    @property
    def actual(self) -> str:
        return f"{self._figure(self.have)} / {self._figure(self.of)}"

    @property
    def required(self) -> str:
        return f"{_sign(self.comparison)} {self.need}"

    @property
    def reached(self) -> str:
        """ "过半数", "达到四分之三": the end of a sentence about what was reached."""
        return _(_LINES[self.need][1])

    @property
    def missed(self) -> str:
        return _(_LINES[self.need][2])

    def _figure(self, figure: int | None) -> str:
        if figure is None:
            return _("不详")
        return format_area(figure) if self.is_area else f"{figure:,}"

    def as_row(self) -> dict[str, object]:
        """What ``partials/proof.html`` shows."""
        return {"name": self.title, "actual": self.actual, "required": self.required, "met": self.met}


def stored_tests(tests: Iterable[Mapping[str, Any]]) -> list[ProofTest]:
    """From ``MotionResult.tests``; heads before area, as on the ruler."""
    found = [
        ProofTest(
            name=test["name"],
            have=test["have"],
            of=test["of"],
            need=test["need"],
            comparison=Comparison(test["comparison"]),
            met=test["met"],
            article=test["article"],
        )
        for test in tests
    ]
    return sorted(found, key=lambda test: (not test.is_quorum, test.is_area))


def fresh_tests(findings: Iterable[Finding]) -> list[ProofTest]:
    """From a judgement that was never stored."""
    return stored_tests(
        {
            "name": finding.name,
            "have": finding.have,
            "of": finding.of,
            "need": finding.threshold.need,
            "comparison": finding.threshold.comparison,
            "met": finding.met,
            "article": finding.threshold.article,
        }
        for finding in findings
    )


@dataclass(frozen=True, slots=True)
class Stamp:
    """What ``{% stamp text tone %}`` draws."""

    text: str
    tone: str


def stamp_of(verdict: Verdict) -> Stamp:
    words, tone = _STAMPS[verdict]
    return Stamp(_(words), tone)


def secret_stamp(verdict: Verdict) -> Stamp:
    """Of an opinion: no decision is "passed"."""
    return Stamp(_("多数/同意"), "yes") if verdict is Verdict.PASSED else Stamp(_("未过/半数"), "no")


def void_stamp() -> Stamp:
    """Over every verdict of a result that was made void."""
    return Stamp(_("已/撤销"), "no")


def verdict_words(verdict: Verdict, tests: list[ProofTest]) -> str:
    """The verdict as one or two sentences, before any figure."""
    if verdict is Verdict.INSUFFICIENT_DATA:
        return _("现有数字不足以判定。")
    quorum = [test for test in tests if test.is_quorum]
    approval = [test for test in tests if not test.is_quorum]
    if verdict is Verdict.QUORUM_NOT_MET:
        short = [test for test in quorum if test.met is False]
        words = {"what": _dimensions(short), "missed": short[0].missed}
        return _("参与表决的%(what)s%(missed)s，没有形成决定。") % words
    words = {"reached": approval[0].reached, "missed": approval[0].missed}
    if verdict is Verdict.PASSED:
        return _("同意的人数、面积都%(reached)s，决定通过。") % words
    met = [test for test in approval if test.met]
    short = [test for test in approval if test.met is False]
    opposite = _("未通过不等于通过相反的决定。")
    words |= {"met": _dimensions(met), "short": _dimensions(short)}
    if met and short:
        return _("同意的%(met)s%(reached)s，%(short)s%(missed)s。") % words + opposite
    if short:
        return _("同意的%(short)s%(missed)s。") % words + opposite
    return _("无论没有列出的数字是多少，都不能通过。") + opposite


def secret_verdict_words(verdict: Verdict) -> str:
    """The outcome of a vote by heads that decides nothing under the Code."""
    if verdict is Verdict.PASSED:
        return _("参与的人中，同意的过半数。这是意见征询，只按人数计，不是业主共同决定。")
    return _("参与的人中，同意的没有过半数。这是意见征询，只按人数计，不是业主共同决定。")


def withheld_words(why: str | None) -> str:
    """Why silent owners were added to neither side; empty where they were added."""
    if why is None:
        return ""
    return {
        Withheld.NO_MAJORITY: _("同意与反对没有一方在人数、面积上都多于另一方，所以没有计入任何一方。"),
        Withheld.NOT_HALF_OF_ALL: _("多数意见没有超过全体业主人数、面积的一半，所以没有计入。"),
    }[Withheld(why)]


def _dimensions(tests: list[ProofTest]) -> str:
    return _("、").join(_("面积") if test.is_area else _("人数") for test in tests)


def articles(item_article: str, tests: Iterable[ProofTest]) -> str:
    """The article of the item, then each article a test rests on, once."""
    return _("、").join(dict.fromkeys(filter(None, [item_article, *(test.article for test in tests)])))


# --- secrecy -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SecrecyWords:
    """Who may ever see what one ballot says, in plain words."""

    title: str
    text: str


def secrecy_words(mode: BallotSecrecy) -> SecrecyWords:
    return {
        BallotSecrecy.NAMED: SecrecyWords(
            _("记名表决"),
            _(
                "截止前谁也看不到选择。截止后，监票人核对时可以调阅单张表决票，每一次调阅都写明理由、留下记录，您也看得到。"
            ),
        ),
        BallotSecrecy.CONFIDENTIAL: SecrecyWords(
            _("保密表决"),
            _(
                "只有您自己看得到选了什么。有争议要核对时，须两人批准才能调阅这一张，每一次都留下记录，并通知您。"
            ),
        ),
        BallotSecrecy.SECRET: SecrecyWords(
            _("无记名，只按人数计"),
            _(
                "谁参与了、选了什么，分开存放，两者之间没有编号相连。提交后不能更改，也不能委托；回执只证明您参与了。"
            ),
        ),
    }[mode]


#: What no mode can promise; printed wherever the mode is.
SECRECY_LIMITS = (
    gettext_lazy("面积像指纹：97.43 平方米往往只有一户，所以从不公布带面积的逐票清单，只公布合计。"),
    gettext_lazy(
        "您的手机和系统的运维人员是要信任的：没有办法证明手机没有被动过手脚，运维人员在技术上能把人和票对上。"
    ),
    gettext_lazy(
        "防改动从第一个树头传到系统外面开始；还没有给您回执就丢失的票，只有您自己能发现，请及时告诉社区。"
    ),
)


# --- frozen rules --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """One frozen rule as a person reads it."""

    name: str
    value: str
    article: str


def rules_in_words(rules: Mapping[str, Mapping[str, Any]]) -> list[RuleInForce]:
    """The frozen rules that bear on this vote, in a fixed order; others are left out."""
    shown = [
        ("notice-days-regular", _("定期会议提前公告"), _days),
        ("notice-days-extra", _("临时会议提前公告"), _days),
        ("window-days-min", _("表决时间最短"), _days),
        ("window-days-max", _("表决时间最长"), _days),
        ("ballot-change", _("提交后能否更改"), lambda value: str(BallotChange(value).label)),
        ("ballot-secrecy", _("谁能看到选择"), lambda value: str(BallotSecrecy(value).label)),
        ("channel-precedence", _("重复的表决票"), lambda value: str(ChannelPrecedence(value).label)),
        ("mandate-limit", _("每人最多接受委托"), _homes),
        ("silent-owners", _("没有表决的业主"), lambda value: str(SilentOwners(value).label)),
        ("count-parking", _("车位、储藏室"), lambda value: _("计入") if value else _("不计入")),
        ("roll-objection-days", _("对名册提异议"), _days),
        ("result-objection-days", _("对结果提异议"), _days),
        ("objection-reply-working-days", _("答复异议（工作日）"), _days),
    ]
    return [
        RuleInForce(name, words(rules[key]["value"]), rules[key]["article"])
        for key, name, words in shown
        if key in rules
    ]


def _homes(value: int) -> str:
    return ngettext("%(number)s 户", "%(number)s 户", value) % {"number": value}


def _days(value: int) -> str:
    return ngettext("%(number)s 天", "%(number)s 天", value) % {"number": value}
