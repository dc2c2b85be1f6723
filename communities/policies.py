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
