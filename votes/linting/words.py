"""Reading the words of a motion. Rough on purpose: it asks a person to look, and decides nothing."""

import re
import unicodedata
from dataclasses import dataclass

#: Words that contain a verb's letters and say nothing of doing it.
_NOUNS = re.compile(
    "维修资金|维修基金|建筑物及其附属设施|选举办法|选举规则|选聘方案|选聘办法|改造方案|使用方案|维修方案|更换方案|"
    "使用已|使用年限|使用期|使用寿命|已使用|正在使用|停止使用|不能使用|无法使用|"
    "管理规约|管理办法|使用权|使用管理|装修管理|公共收益使用|资金使用|收费调整方案|调整方案"
)

#: One kind of doing each. Two words of one kind are one matter: "维修、更换电梯".
ACTIONS: dict[str, str] = {
    "repair": "维修|修缮|大修|更换|更新|翻新|改造|疏通|修复",
    "rules": "制定|修改|修订|通过",
    "build": "改建|重建|扩建|加建|拆除|加装|增设|新建|建设",
    "dismiss": "解聘|辞退|终止",
    "select": "选聘|续聘|聘请|聘用|招聘|招标",
    "use-fund": "使用|动用|支取|列支",
    "raise-fund": "筹集|续筹|补交|补缴|募集",
    "price": "调整|提高|上调|下调|降低|上涨",
    "elect": "选举|补选|增补|换届",
    "recall": "罢免|撤换",
    "buy": "购买|采购|购置|安装",
    "let": "出租|租赁|经营|招商",
    "set-up": "设立|成立",
    "charge": "收取|征收",
}

#: People and firms are replaced otherwise than pumps.
_REPLACED_PEOPLE = re.compile("更换(?=[^，。；、]{0,10}(?:委员|成员))")
_REPLACED_FIRM = re.compile("更换(?=[^，。；、]{0,4}物业(?!费))")

#: In running text a comma joins a thought, not a second matter.
_JOINED_STRONGLY = "并且|并|以及|同时|；"
_JOINED = f"{_JOINED_STRONGLY}|及|和|与|、|;|，|,"

_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(万元|元|万)(?!\s*[/每])")


def plain(text: str) -> str:
    """Half-width, without spaces: how words are compared."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def actions_joined(text: str, *, is_title: bool = True) -> list[str]:
    """The verbs of two or more different doings that a conjunction joins, in their order; else nothing."""
    joined = _JOINED if is_title else _JOINED_STRONGLY
    bare = _REPLACED_PEOPLE.sub("选举", _REPLACED_FIRM.sub("选聘", _NOUNS.sub("某", plain(text))))
    found: list[tuple[int, str, str]] = []
    for kind, verbs in ACTIONS.items():
        found += [(match.start(), kind, match.group()) for match in re.finditer(verbs, bare)]
    found.sort()
    # "选举和更换委员" is one matter, and "使用…更换" without a conjunction is means and end.
    verbs_of: dict[str, str] = {}
    for index, (start, kind, verb) in enumerate(found):
        if index:
            previous, previous_kind, previous_verb = found[index - 1]
            between = bare[previous + len(previous_verb) : start]
            if kind != previous_kind and re.search(joined, between):
                verbs_of.setdefault(previous_kind, previous_verb)
                verbs_of.setdefault(kind, verb)
    return list(verbs_of.values()) if len(verbs_of) > 1 else []


def amounts(text: str) -> list[int]:
    """Different sums of money in ``text``, in 0.01 yuan; prices per unit are left out."""
    sums: dict[int, None] = {}
    for number, unit in _AMOUNT.findall(plain(text)):
        whole, _, rest = number.replace(",", "").partition(".")
        factor = 100 if unit == "元" else 1_000_000
        sums[int(whole) * factor + int(rest or "0") * factor // 10 ** len(rest or "0")] = None
    return list(sums)


def first_sentence(text: str) -> str:
    return re.split("[。\n！？]", text.strip(), maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Hint:
    """Words that point at one statutory item."""

    words: str
    items: frozenset[int]
    why: str


def _hint(words: str, items: tuple[int, ...], why: str) -> Hint:
    return Hint(words, frozenset(items), why)


_FUND = "维修[资基]金"
_RAISE = "筹集|续筹|补[交缴]|募集"
_FEE = "物业(?:服务)?(?:收)?费|收费标准"
HINTS: tuple[Hint, ...] = (
    _hint(
        f"(?:{_RAISE})[^。；]{{0,12}}{_FUND}|{_FUND}[^。；]{{0,6}}(?:{_RAISE})",
        (6,),
        "筹集、补交维修资金属第（六）项，须四分之三同意",
    ),
    _hint(
        f"(?:使用|动用|支取|列支)[^。；]{{0,20}}{_FUND}|{_FUND}[^。；]{{0,4}}(?:使用|列支)",
        (5,),
        "使用维修资金属第（五）项，过半数同意即可；筹集才属第（六）项",
    ),
    _hint(
        "(?:加装|增设|新装)[^。；]{0,8}电梯",
        (7, 8),
        "加装电梯多归第（七）项，也有法院归第（八）项，都须四分之三同意",
    ),
    _hint("改建|重建|扩建|加建", (7,), "改建、重建属第（七）项，须四分之三同意"),
    _hint(
        "(?:选聘|续聘|解聘|更换|招聘|辞退)[^。；]{0,10}物业(?:服务)?(?:企业|公司|人)?(?!费)",
        (4,),
        "选聘、解聘物业服务企业属第（四）项",
    ),
    _hint(
        "(?:选举|换届|罢免|补选|增补)[^。；]{0,12}(?:业主委员会|业委会|委员)|更换[^。；]{0,6}委员",
        (3,),
        "选举、更换业主委员会成员属第（三）项",
    ),
    _hint("(?:制定|修改|修订|通过)[^。；]{0,12}议事规则", (1,), "制定、修改业主大会议事规则属第（一）项"),
    _hint("(?:制定|修改|修订|通过)[^。；]{0,12}管理规约", (2,), "制定、修改管理规约属第（二）项"),
    _hint(
        "改变[^。；]{0,12}(?:共有|公共|绿地|绿化|架空层|用途)|"
        "(?:共有|公共)(?:部分|部位|区域|场地)[^。；]{0,12}(?:经营|出租|广告|停车|充电)|"
        "(?:出租|经营)[^。；]{0,10}(?:共有|公共|架空层|外墙|屋顶)",
        (8,),
        "改变共有部分用途、利用共有部分经营属第（八）项，须四分之三同意",
    ),
    _hint(
        f"(?:调整|提高|上调|降低|下调)[^。；]{{0,10}}(?:{_FEE})",
        (4, 9),
        "调整物业费一般归第（九）项，随合同一并表决的归第（四）项",
    ),
)

_REPLACES_LIFT = re.compile(
    "(?:更换|更新|大修|改造)[^。；]{0,10}电梯|电梯[^。；]{0,6}(?:更换|更新|大修|改造)"
)
_CHANGES_FEE = re.compile(
    f"(?:调整|提高|上调|上涨|降低|下调)[^。；]{{0,10}}(?:{_FEE})|(?:{_FEE})[^。；]{{0,8}}(?:调整|提高|上调|涨|降)"
)
_DWELLING_TO_BUSINESS = re.compile(
    "住改商|(?:住宅|住房)[^。；]{0,6}(?:改为|改变为|变更为|改成)[^。；]{0,6}(?:经营|商)"
)
_SELECTS_FIRM = re.compile("(?:选聘|招聘|招标|另聘|更换|重新选)[^。；]{0,10}物业")
_RENEWS_FIRM = re.compile("续聘[^。；]{0,10}物业|物业[^。；]{0,10}续(?:聘|签)")


def hints(text: str) -> list[Hint]:
    """What the words say about the item, each item at most once."""
    bare = plain(text)
    return [hint for hint in HINTS if re.search(hint.words, bare)]


def replaces_lift(text: str) -> bool:
    return bool(_REPLACES_LIFT.search(plain(text)))


def changes_fee(text: str) -> bool:
    return bool(_CHANGES_FEE.search(plain(text)))


def turns_dwelling_into_business(text: str) -> bool:
    return bool(_DWELLING_TO_BUSINESS.search(plain(text)))


def selects_firm(text: str) -> bool:
    return bool(_SELECTS_FIRM.search(plain(text)))


def renews_firm(text: str) -> bool:
    return bool(_RENEWS_FIRM.search(plain(text)))
