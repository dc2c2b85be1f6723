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


_PMR = "《物业管理条例》"
_HZ = "《杭州市物业管理条例》"
_HZ_SINCE = date(2022, 3, 1)

#: All rules, the more special region later.
RULES: tuple[Rule, ...] = (
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
