"""Published figures: what is read, what is refused and by which field, what they decide."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from votes.figures import FiguresRefused, judge_sheet, load_figures, read_figures, result_document

REAL_VOTES = json.loads((Path(__file__).parent / "data" / "real_votes.json").read_text(encoding="utf-8"))

FULL: dict[str, Any] = {
    "rules": "civil-code-2021",
    "denominator": {"area": "1200.00", "heads": 12},
    "participating": {"area": "900.00", "heads": 9},
    "motions": [
        {
            "id": "m1",
            "item": 4,
            "for": {"area": "600.00", "heads": 6},
            "against": {"area": "200.00", "heads": 2},
            "abstain": {"area": "100.00", "heads": 1},
            "invalid": {"area": "100.00", "heads": 1},
        }
    ],
}


def changed(path: str, value: object) -> dict[str, Any]:
    """``FULL`` with the value at ``path`` replaced; ``motions[0].for.area`` reads as it is refused."""
    document = copy.deepcopy(FULL)
    *parents, last = path.replace("motions[0]", "motions.0").split(".")
    target: Any = document
    for key in parents:
        target = target[int(key) if key.isdigit() else key]
    target[int(last) if last.isdigit() else last] = value
    return document


def refused(document: object) -> list[tuple[str, str]]:
    with pytest.raises(FiguresRefused) as caught:
        read_figures(document)
    return [(refusal.field, refusal.message) for refusal in caught.value.refusals]


def verdict(document: object) -> str:
    ((_, judgement),) = judge_sheet(read_figures(document))
    return judgement.verdict.value


# --- real votes ---


@pytest.mark.parametrize("case", REAL_VOTES, ids=lambda case: case["id"])
def test_real_votes_are_decided_as_far_as_their_printed_figures_allow(case):
    result = result_document(read_figures(case["sheet"]))
    assert [
        {
            "verdict": motion["verdict"],
            "met": {test["name"]: test["met"] for test in motion["tests"]},
            "missing": motion["missing"],
        }
        for motion in result["motions"]
    ] == case["expected"]


def test_leaving_abstentions_out_of_those_taking_part_would_turn_a_real_vote():
    case = next(case for case in REAL_VOTES if case["id"] == "nc-elevator-24")
    sheet = copy.deepcopy(case["sheet"])
    sheet["participating"]["heads"] = 21
    sheet["motions"][0]["abstain"]["heads"] = 0
    ((_, judgement),) = judge_sheet(read_figures(sheet))
    assert [test.met for test in judgement.tests] == [None, True, None, True]


# --- what a sheet may look like ---


def test_full_figures_give_the_worked_proof():
    article = "《民法典》第二百七十八条第二款"
    assert result_document(read_figures(FULL)) == {
        "rules": "civil-code-2021",
        "motions": [
            {
                "id": "m1",
                "kind": "ordinary",
                "item": 4,
                "verdict": "passed",
                "tests": [
                    {
                        "name": "participation-area",
                        "have": "900.00",
                        "of": "1200.00",
                        "need": "2/3",
                        "comparison": ">=",
                        "met": True,
                        "article": article,
                    },
                    {
                        "name": "participation-heads",
                        "have": 9,
                        "of": 12,
                        "need": "2/3",
                        "comparison": ">=",
                        "met": True,
                        "article": article,
                    },
                    {
                        "name": "approval-area",
                        "have": "600.00",
                        "of": "900.00",
                        "need": "1/2",
                        "comparison": ">",
                        "met": True,
                        "article": article,
                    },
                    {
                        "name": "approval-heads",
                        "have": 6,
                        "of": 9,
                        "need": "1/2",
                        "comparison": ">",
                        "met": True,
                        "article": article,
                    },
                ],
                "missing": [],
                "quorum_uncertain": False,
            }
        ],
        "ignored": [],
    }


@pytest.mark.parametrize(
    ("area", "hundredths"),
    [
        ("600", 60000),
        ("600.5", 60050),
        ("600.05", 60005),
        ("0600.50", 60050),
        (600, 60000),
        (600.5, 60050),
        (600.05, 60005),
        (600.0, 60000),
        (0.1 + 0.2 + 599.7, 60000),
        (0, 0),
        ("0.01", 1),
        (None, None),
    ],
)
def test_an_area_is_read_exactly(area, hundredths):
    document = changed("motions[0].for.area", area) | {"participating": None}
    (motion,) = read_figures(document).motions
    assert motion.figures.for_.area == hundredths


def test_without_participating_it_is_for_against_and_abstain():
    document = copy.deepcopy(FULL)
    del document["participating"]
    tests = result_document(read_figures(document))["motions"][0]["tests"]
    assert [test["have"] for test in tests[:2]] == ["900.00", 9]
    document["participating"] = None
    assert result_document(read_figures(document))["motions"][0]["tests"] == tests


def test_a_participating_figure_left_open_is_not_added_up_but_bounded():
    document = changed("participating", {"area": None, "heads": 9})
    ((_, judgement),) = judge_sheet(read_figures(document))
    # 900.00 are known to take part and 1100.00 may: the quorum is certain, the majority of 600.00 too.
    assert [(test.have, test.of, test.met) for test in judgement.tests] == [
        (None, 120000, True),
        (9, 12, True),
        (60000, None, True),
        (6, 9, True),
    ]
    assert verdict(document) == "passed"


def test_participating_may_include_ballots_marked_in_no_published_way():
    assert verdict(changed("participating.heads", 10)) == "passed"
    assert verdict(changed("motions[0].abstain.heads", 0)) == "passed"


def test_missing_and_null_figures_are_unknown_and_never_zero():
    document = changed("motions[0].for", None)
    assert verdict(document) == "insufficient-data"
    del document["motions"][0]["for"]
    assert verdict(document) == "insufficient-data"
    document["motions"][0]["for"] = {"heads": 0, "area": 0}
    assert verdict(document) == "not-passed"


def test_a_sheet_may_give_the_kind_instead_of_the_item_or_both():
    document = changed("motions[0].kind", "ordinary")
    assert read_figures(document).motions[0].kind.value == "ordinary"
    del document["motions"][0]["item"]
    document["motions"][0]["kind"] = "special"
    (motion,) = read_figures(document).motions
    assert (motion.kind.value, motion.item) == ("special", None)
    assert verdict(document) == "not-passed"


def test_the_old_law_has_its_own_numbering():
    document = changed("rules", "property-law-2007")
    kinds = {}
    for number in range(1, 8):
        document["motions"][0]["item"] = number
        kinds[number] = read_figures(document).motions[0].kind.value
    assert [number for number, kind in kinds.items() if kind == "special"] == [5, 6]


def test_what_no_rule_looks_at_is_listed():
    document = changed("motions[0].pct", "66.67")
    document["note"] = {"from": "公告栏"}
    assert read_figures(document).ignored == ("note", "motions[0].pct")


def test_motions_are_judged_each_on_its_own_and_in_order():
    document = copy.deepcopy(FULL)
    second = copy.deepcopy(document["motions"][0]) | {"id": 2, "item": 6}
    document["motions"].append(second)
    result = result_document(read_figures(document))
    assert [(motion["id"], motion["verdict"]) for motion in result["motions"]] == [
        ("m1", "passed"),
        (2, "not-passed"),
    ]


# --- what is refused, and by which field ---

INTEGER = "人数应是整数"
NUMBER = "面积应是数字或数字文字"
WRITTEN = "面积应写成如 89.50 的平方米数"
TOO_FINE = "面积最多两位小数（平方米）"
NEGATIVE = "不能为负"
TOO_LARGE = "数字过大"
RULES = "应是 civil-code-2021、property-law-2007 之一"
OBJECT = "应是 {area, heads} 对象"
KIND = "应是 ordinary（一般事项）或 special（特别事项）"
ITEMS = "《民法典》第二百七十八条的事项序号为 1 至 9"
AN_ITEM = "应是法定事项的序号，如 4"
IDENTITY = "应是文字或整数"
BLANK = "不能为空，也不能含控制字符"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("rules", None, RULES),
        ("rules", "civil-code-2020", RULES),
        ("rules", ["civil-code-2021"], RULES),
        ("denominator", 1200, OBJECT),
        ("participating", "900", OBJECT),
        ("motions[0].for", 600, OBJECT),
        ("denominator.heads", True, INTEGER),
        ("denominator.heads", 12.0, INTEGER),
        ("denominator.heads", "12", INTEGER),
        ("denominator.heads", 0, "必须大于零"),
        ("denominator.area", "0.00", "必须大于零"),
        ("denominator.heads", -12, NEGATIVE),
        ("denominator.heads", 10**12 + 1, TOO_LARGE),
        ("denominator.area", 10**12 + 1, TOO_LARGE),
        ("denominator.area", "1000000000000.01", TOO_LARGE),
        ("motions[0].for.heads", -1, NEGATIVE),
        ("motions[0].for.area", True, NUMBER),
        ("motions[0].for.area", ["600"], NUMBER),
        ("motions[0].for.area", float("nan"), WRITTEN),
        ("motions[0].for.area", float("inf"), WRITTEN),
        ("motions[0].for.area", 1e22, WRITTEN),
        ("motions[0].for.area", 600.001, TOO_FINE),
        ("motions[0].for.area", 0.1 + 0.2, TOO_FINE),
        ("motions[0].for.area", "600.001", TOO_FINE),
        ("motions[0].for.area", "600.000", TOO_FINE),
        ("motions[0].for.area", -1, NEGATIVE),
        ("motions[0].for.area", -600.5, NEGATIVE),
        ("motions[0].for.area", "-600.50", NEGATIVE),
        ("motions[0].for.area", "-0.00", NEGATIVE),
        ("motions[0].for.area", "1,200.00", WRITTEN),
        ("motions[0].for.area", "６００", WRITTEN),
        ("motions[0].for.area", "600.", WRITTEN),
        ("motions[0].for.area", "6e2", WRITTEN),
        ("motions[0].for.area", "", WRITTEN),
        ("motions[0].for.area", "600\n", WRITTEN),
        ("motions[0].item", 0, ITEMS),
        ("motions[0].item", 10, ITEMS),
        ("motions[0].item", True, AN_ITEM),
        ("motions[0].item", "4", AN_ITEM),
        ("motions[0].item", 4.0, AN_ITEM),
        ("motions[0].kind", "special", "与 item 矛盾：《民法典》第二百七十八条第一款第（四）项是 ordinary"),
        ("motions[0].kind", "other", KIND),
        ("motions[0].kind", ["special"], KIND),
        ("motions[0].id", None, IDENTITY),
        ("motions[0].id", True, IDENTITY),
        ("motions[0].id", 10**12 + 1, TOO_LARGE),
        ("motions[0].id", " ", BLANK),
        ("motions[0].id", "m\x1b[2J", BLANK),
        ("motions[0].id", "\ud800", BLANK),
        ("motions[0]", "m1", "应是一个 JSON 对象"),
        ("motions", None, "应列出至少一个表决事项"),
        ("motions", [], "应列出至少一个表决事项"),
        ("motions", {"m1": {}}, "应列出至少一个表决事项"),
        ("motions[0].agianst", {"heads": 1}, "没有这一项，是否指 against"),
        ("motions[0].FOR", 1, "没有这一项，是否指 for"),
        ("participation", {"heads": 9}, "没有这一项，是否指 participating"),
        ("motions[0].for.head", 6, "没有这一项，是否指 heads"),
        ("motions[0].follow", {"heads": 1}, "没有这一类票；请并入已有的类别，或在 participating 中计入"),
        # Contradictions.
        ("participating.area", "1200.01", "参与表决 1200.01 超过总数 1200.00"),
        ("participating.heads", 13, "参与表决 13 超过总数 12"),
        ("motions[0].for.area", "900.01", "同意 900.01 超过参与表决 900.00"),
        ("motions[0].against.heads", 4, "同意、反对合计 10 超过参与表决 9"),
        ("motions[0].abstain.area", "100.01", "同意、反对、弃权合计 900.01 超过参与表决 900.00"),
        ("motions[0].invalid.heads", 4, "参与表决、无效合计 13 超过总数 12"),
        ("motions[0].invalid.area", 300.01, "参与表决、无效合计 1200.01 超过总数 1200.00"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_fault_is_refused_with_its_field(field, value, message):
    assert (field, message) in refused(changed(field, value))


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("denominator.area", TOO_LARGE),
        ("denominator.heads", TOO_LARGE),
        ("motions[0].item", ITEMS),
        ("motions[0].id", TOO_LARGE),
    ],
)
def test_a_number_too_long_to_print_is_refused_like_any_other(field, message):
    assert (field, message) in refused(changed(field, 10**5000))
    assert refused(changed("motions[0].for.area", -(10**5000))) == [("motions[0].for.area", NEGATIVE)]


def test_the_largest_figure_is_still_read():
    document = changed("denominator", {"area": "1000000000000.00", "heads": 10**12})
    (motion,) = read_figures(document).motions
    assert (motion.figures.total.area, motion.figures.total.heads) == (10**14, 10**12)


def test_one_fault_is_one_refusal():
    assert refused(changed("participating.area", "1200.01")) == [
        ("participating.area", "参与表决 1200.01 超过总数 1200.00")
    ]
    assert refused(changed("motions[0].for.area", "900.01")) == [
        ("motions[0].for.area", "同意 900.01 超过参与表决 900.00")
    ]


def test_without_participating_the_roll_is_the_limit():
    document = changed("motions[0].abstain.heads", 5)
    del document["participating"]
    assert refused(document) == [("motions[0].abstain.heads", "同意、反对、弃权合计 13 超过总数 12")]
    document["motions"][0]["abstain"]["heads"] = 4
    assert refused(document) == [("motions[0].invalid.heads", "参与表决、无效合计 13 超过总数 12")]


def test_every_fault_of_a_sheet_is_named_at_once():
    document = changed("rules", "?")
    document["motions"][0]["for"]["heads"] = -1
    document["motions"].append({"id": "m1", "kind": "?"})
    assert [field for field, _ in refused(document)] == [
        "rules",
        "motions[0].for.heads",
        "motions[1].id",
        "motions[1].kind",
    ]


def test_a_motion_needs_a_kind_or_an_item():
    assert refused(changed("motions[0].item", None)) == [
        ("motions[0].kind", "应给出 kind（ordinary 或 special）或 item")
    ]


def test_item_eight_is_unknown_to_the_old_law():
    document = changed("rules", "property-law-2007")
    document["motions"][0]["item"] = 8
    assert refused(document) == [("motions[0].item", "《物权法》第七十六条的事项序号为 1 至 7")]


@pytest.mark.parametrize("document", [None, [], "civil-code-2021", 1])
def test_a_sheet_is_an_object(document):
    assert refused(document) == [("$", "应是一个 JSON 对象")]


def test_the_refusal_reads_as_a_sentence():
    with pytest.raises(FiguresRefused, match=r"^rules：应是 civil-code-2021、property-law-2007 之一$"):
        read_figures(changed("rules", "?"))


# --- the text of a sheet ---


def test_json_is_read_from_text_and_from_bytes_with_or_without_a_mark():
    text = json.dumps(FULL)
    assert load_figures(text) == FULL
    assert load_figures(text.encode()) == FULL
    assert load_figures(b"\xef\xbb\xbf" + text.encode()) == FULL


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        (b"\xff\xfe", "$", "不是 UTF-8 文本"),
        ("{\n", "$", "不是有效的 JSON（第 2 行第 1 列）"),
        ("", "$", "不是有效的 JSON（第 1 行第 1 列）"),
        ("[" * 100_000, "$", "不是有效的 JSON"),
        ("9" * 5000, "$", "不是有效的 JSON"),
        ('{"for": 1, "for": 2}', "for", "同一项写了两次"),
        ('{"\\ud800": 1, "\\ud800": 2}', "'\\ud800'", "同一项写了两次"),
    ],
    ids=["encoding", "cut short", "empty", "too deep", "too long a number", "twice", "twice, unprintable"],
)
def test_unreadable_text_is_refused(text, field, message):
    with pytest.raises(FiguresRefused) as caught:
        load_figures(text)
    assert [(refusal.field, refusal.message) for refusal in caught.value.refusals] == [(field, message)]


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["ordinary", "12.5"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rules", "denominator", "motions", "area", "heads", "id", "kind", "item", "for"])
            | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
PATHS = [
    "rules",
    "denominator",
    "denominator.area",
    "motions",
    "motions[0]",
    "motions[0].for",
    "motions[0].for.heads",
]


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PATHS), JSON_VALUES)
def test_any_json_is_either_judged_or_refused(path, value):
    document = changed(path, value)
    try:
        result = result_document(read_figures(document))
    except FiguresRefused as error:
        result = {"refused": [(refusal.field, refusal.message) for refusal in error.refusals]}
    text = json.dumps(result, ensure_ascii=False, allow_nan=False)
    assert text.encode().decode() == text
    assert result.get("motions") or result.get("refused")


# --- hiding figures ---

HIDEABLE = [
    f"{name}.{dimension}"
    for name in ("denominator", "participating", "motions[0].for", "motions[0].against", "motions[0].abstain")
    for dimension in ("area", "heads")
]


@st.composite
def full_sheets(draw: st.DrawFn) -> dict[str, Any]:
    figures: dict[str, dict[str, Any]] = {}
    for dimension, unit in (("area", 100), ("heads", 1)):
        yes, no, abstain, other, bad, silent = (draw(st.integers(0, 12)) for _ in range(6))
        part = yes + no + abstain + other
        values = {"denominator": max(1, part + bad + silent), "participating": part}
        values |= {"for": yes, "against": no, "abstain": abstain, "invalid": bad}
        for name, value in values.items():
            shown = f"{value // unit}.{value % unit:02d}" if dimension == "area" else value
            figures.setdefault(name, {})[dimension] = shown
    rules = draw(st.sampled_from(["civil-code-2021", "property-law-2007"]))
    motion: dict[str, Any] = {"id": "m1", "kind": draw(st.sampled_from(["ordinary", "special"]))}
    motion |= {name: figures[name] for name in ("for", "against", "abstain", "invalid")}
    top = {name: figures[name] for name in ("denominator", "participating")}
    return {"rules": rules, **top, "motions": [motion]}


@settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(full_sheets(), st.sets(st.sampled_from(HIDEABLE), min_size=1, max_size=5))
def test_hiding_figures_never_changes_a_decision_into_another(sheet, hidden):
    ((_, whole),) = judge_sheet(read_figures(sheet))
    for path in hidden:
        name, dimension = path.replace("motions[0].", "").split(".")
        (sheet["motions"][0] if name in sheet["motions"][0] else sheet)[name][dimension] = None
    ((_, part),) = judge_sheet(read_figures(sheet))

    for before, after in zip(whole.tests, part.tests, strict=True):
        assert after.met in (before.met, None)
    if part.verdict is not whole.verdict:
        # Certainly not passed is said even where want of a quorum may be the reason.
        assert part.verdict.value == "insufficient-data" or (
            (whole.verdict.value, part.verdict.value, part.quorum_uncertain)
            == ("quorum-not-met", "not-passed", True)
        )
