"""Rules of law as dated data, each with its article.

A rule holds in a region (administrative code, "" = everywhere) from a day until
a later rule of the same key takes its place. An estate's own rules
(:class:`communities.models.Policy`) go before them. Sources and doubts:
``docs/policies.md``.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Rule:
    """One rule of law: its value, where and since when it holds, and the article."""

    key: str
    value: Any
    article: str
    region: str = ""
    valid_from: date = date(2021, 1, 1)
    valid_to: date | None = None


#: What people may do with a proposal in each phase, by the codes of governance.enums.
PROPOSAL_PHASES: dict[str, list[str]] = {
    "accepted": ["endorse", "comment", "state", "opine", "answer"],
    "party": ["endorse", "comment", "state", "opine", "answer"],
    "committee": ["endorse", "comment", "state", "opine", "answer"],
    "meeting": ["endorse", "comment", "state", "opine", "answer"],
    "assembly": ["comment", "opine", "answer"],
    "handling": ["comment", "answer"],
}

#: Working days until a first answer and until it is fixed, by category; 0 is the same day.
TICKET_DAYS: dict[str, list[int]] = {
    "repair": [1, 5],
    "hygiene": [1, 2],
    "safety": [0, 1],
    "noise": [1, 3],
    "parking": [1, 5],
    "fees": [2, 5],
    "neighbours": [2, 10],
    "suggestion": [3, 15],
}

_PMR = "《物业管理条例》"
_HZ = "《杭州市物业管理条例》"
_HZ_SINCE = date(2022, 3, 1)

#: Of deliberation. They are frozen into proposals and meetings, and are no part of a vote.
DELIBERATION: tuple[Rule, ...] = (
    Rule("proposal-review-working-days", 3, "社区服务承诺"),
    Rule("proposal-completion-working-days", 10, "社区服务承诺，逾期不补正的视为撤回"),
    Rule("proposal-answer-working-days", 5, "社区服务承诺"),
    Rule("proposal-routing-working-days", 15, "社区服务承诺"),
    Rule("fact-reply-working-days", 3, "社区服务承诺"),
    Rule("appeal-reply-working-days", 5, "社区服务承诺"),
    Rule("proposal-phases", PROPOSAL_PHASES, "本平台议事规则"),
    #: Percent of the owners, by heads and by area, who may demand an extraordinary assembly.
    Rule("endorsement-share", 20, f"{_PMR}第十三条"),
    Rule("hearing-posted-days", 10, "社区听证制度，提前十日公告"),
    Rule("meeting-posted-days", 3, "社区协商惯例，提前三日公告"),
    Rule("minutes-confirm-working-days", 3, "本平台议事规则"),
    Rule("opinion-map-group-min", 5, "本平台议事规则，五人以下的组不显示"),
    Rule("ticket-working-days", TICKET_DAYS, "社区与物业服务承诺"),
    Rule("ticket-escalation-working-days", 2, "社区服务承诺，超期报社区，再过两个工作日报街道"),
    Rule("ticket-silent-days", 7, "本平台报事规则，七日没有回应的自动办结，办结后七日内可以重新打开"),
    Rule("opinion-map-every", 20, "本平台议事规则，每新增二十次表态重新计算"),
)

#: Of homes, committees and votes, the more special region later.
_DECISION: tuple[Rule, ...] = (
    Rule("notice-days-regular", 15, f"{_PMR}第十四条"),
    Rule("notice-days-extra", 15, f"{_PMR}第十四条"),
    Rule("notice-days-regular", 15, f"{_HZ}第十九条", "3301", _HZ_SINCE),
    Rule("notice-days-extra", 7, f"{_HZ}第十九条", "3301", _HZ_SINCE),
    Rule("window-days-min", 5, f"{_HZ}第二十条", "3301", _HZ_SINCE),
    Rule("window-days-max", 60, f"{_HZ}第二十条", "3301", _HZ_SINCE),
    Rule("window-days-min", 1, "未见全国性规定，取一日"),
    Rule("window-days-max", 60, "未见全国性规定，从杭州例取六十日"),
    Rule("ballot-change", "final", "未见全国性规定，提交后不能更改"),
    Rule("silent-owners", "uncounted", "《民法典》第二百七十八条第二款，未表决不计入参与表决"),
    Rule("count-parking", False, "多地公告不计车位，规约另有约定的从其约定"),
    Rule("fee-change-audit", True, f"{_HZ}第五十三条", "3301", _HZ_SINCE),
    Rule("fee-change-audit", True, "调整收费前应公布上一年度收支审计，参照各地条例"),
    Rule("fee-change-notice-days", 30, f"{_HZ}第五十三条", "3301", _HZ_SINCE),
    Rule("fee-change-notice-days", 0, "未见全国性规定，随会议公告公布"),
    Rule("firm-selection-plan", True, f"{_HZ}第四十九条", "3301", _HZ_SINCE),
    Rule("firm-selection-plan", True, "选聘方案应随公告公布，参照各地条例"),
    Rule("ballot-secrecy", "named", "未见全国性规定，截止后仅监票人可以核对单张表决票"),
    Rule("channel-precedence", "first-received", "未见关于重复表决票的规定，取先收到的一张有效并在会前公布"),
    Rule("paper-on-request", True, f"{_HZ}第二十条", "3301", _HZ_SINCE),
    Rule("paper-on-request", True, "业主可以选择书面表决，参照各地条例"),
    Rule("mandate-limit", 3, "规约可以限定每人接受委托的户数；未约定的取三户"),
    Rule("mandate-bars-firm", True, "《舟山市物业管理条例》第十七条，物业服务企业人员不得受托，参照适用"),
    Rule("roll-objection-days", 7, "未见全国性规定，自公示起七日，最迟到表决开始"),
    Rule("result-objection-days", 7, "参照《清远市物业管理条例》第十七条，公布结果后七日"),
    Rule("objection-reply-working-days", 5, "社区服务承诺"),
    Rule("committee-seats-min", 5, "《业主大会和业主委员会指导规则》第三十一条"),
    Rule("committee-seats-max", 11, "《业主大会和业主委员会指导规则》第三十一条"),
    Rule("committee-seats-small", 3, f"{_HZ}第二十七条，一百户以下可以为三人", "3301", _HZ_SINCE),
    Rule("committee-seats-small", 5, "未见全国性规定，不因户数减少"),
    Rule("candidates-posted-days-before", 15, f"{_HZ}第二十六条", "3301", _HZ_SINCE),
    Rule("candidates-posted-days-before", 15, "参照《杭州市物业管理条例》第二十六条"),
    Rule("candidates-posted-days", 7, f"{_HZ}第二十六条", "3301", _HZ_SINCE),
    Rule("candidates-posted-days", 7, "参照《杭州市物业管理条例》第二十六条"),
    Rule("joint-nomination-owners", 10, "未见规定的人数，取十名业主联名"),
    Rule("committee-filing-days", 30, f"{_PMR}第十六条"),
    Rule("first-session-days", 7, "《业主大会和业主委员会指导规则》第三十二条"),
    Rule("term-report-months", 3, f"{_HZ}第三十三条", "3301", _HZ_SINCE),
    Rule("term-report-months", 3, "《业主大会和业主委员会指导规则》第四十七条"),
    Rule("handover-days-committee", 10, f"{_HZ}第三十四条", "3301", _HZ_SINCE),
    Rule("handover-days-committee", 10, "《业主大会和业主委员会指导规则》第四十八条"),
    Rule("handover-days-member", 7, f"{_HZ}第三十四条", "3301", _HZ_SINCE),
    Rule("handover-days-member", 3, "《业主大会和业主委员会指导规则》第四十五条"),
    Rule("retention-years", 5, "未见全国性规定，表决票、委托书和日志至少保存五年且不短于任期加一年"),
    Rule("retention-years-deliveries", 5, "未见全国性规定，送达凭证与表决票保存同样年限"),
    Rule("retention-days-archives", 30, "存档随时可以重新制作，做好的文件只留三十日"),
    Rule("binding-reply-working-days", 3, "社区服务承诺"),
)

#: All rules.
RULES = (*_DECISION, *DELIBERATION)
DELIBERATION_KEYS = frozenset(rule.key for rule in DELIBERATION)


def statutory_rule(key: str, *, region: str, on: date) -> Rule:
    """The rule of law for ``key`` in ``region`` on a day: the most special region wins, then the newest.

    Raises :class:`KeyError` when nothing is known for that day.
    """
    fitting = [
        rule
        for rule in RULES
        if rule.key == key
        and region.startswith(rule.region)
        and rule.valid_from <= on
        and (rule.valid_to is None or on < rule.valid_to)
    ]
    if not fitting:
        raise KeyError(key)
    return max(fitting, key=lambda rule: (len(rule.region), rule.valid_from))


def known_keys() -> list[str]:
    return sorted({rule.key for rule in RULES})
