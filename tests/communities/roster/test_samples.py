"""Three rosters as offices keep them, and the figures and problems they must give."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from communities.roster import read_roster

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).parents[3]
FIGURES = ("units", "heads", "area", "parking_units", "parking_area")


@pytest.mark.parametrize("name", ["hemu-messy.xlsx", "qinghe.xlsx", "yunqi-gbk.csv"])
def test_figures_and_problems_are_exactly_those_expected(name):
    path = DATA / name
    expected = json.loads(path.with_suffix(".json").read_text())

    report = json.loads(json.dumps(read_roster(name, path.read_bytes()).report()))

    assert {figure: report[figure] for figure in FIGURES} == {figure: expected[figure] for figure in FIGURES}
    for kind in ("errors", "warnings"):
        assert [(problem["sheet"], problem["row"], problem["code"]) for problem in report[kind]] == [
            (problem["sheet"], problem["row"], problem["code"]) for problem in expected[kind]
        ]


def test_units_of_the_messy_roster_are_in_one_form():
    roster = read_roster("hemu-messy.xlsx", (DATA / "hemu-messy.xlsx").read_bytes())
    units = {unit.label: unit for unit in roster.units}

    assert units["1幢1单元201室"].area == 11910
    assert units["1幢1单元202室"].area == 6191
    assert units["1幢1单元301室"].area == 12125
    assert [(owner.name, owner.identity, owner.phone) for owner in units["1幢1单元501室"].owners] == [
        ("宋浩欣", "990101197403030187", "+8619904942761"),
        ("郭丽", "990101196504243195", "+8619900920566"),
    ]
    assert units["1幢1单元402室"].owner_set == units["2幢1单元402室"].owner_set == {"99010119960105412X"}
    assert units["3幢1单元202室"].owners[0].phone == "+8619902426452"
    assert units["3幢1单元301室"].owners[0].phone is None
    assert units["3幢1单元201室"].use == "parking"


def test_the_developers_unsold_homes_are_marked():
    roster = read_roster("qinghe.xlsx", (DATA / "qinghe.xlsx").read_bytes())
    held = [unit for unit in roster.units if unit.developer_held]

    assert [unit.label for unit in held] == [
        "1幢1单元0801室",
        "3幢2单元0302室",
        "3幢2单元0901室",
        "4幢2单元0302室",
        "5幢1单元0401室",
    ]
    assert {(owner.kind.value, owner.identity) for unit in held for owner in unit.owners} == {
        ("legal", "91990101MA00TE0T05")
    }
    shop = next(unit for unit in roster.units if unit.room == "S1")
    assert (shop.building, shop.staircase, shop.use.value) == ("商铺", "", "shop")


def test_a_roster_is_read_without_django():
    code = (
        "import sys; from pathlib import Path; from communities.roster import read_roster; "
        "read_roster('x.xlsx', Path(sys.argv[1]).read_bytes()); "
        "sys.exit(any(name.partition('.')[0] == 'django' for name in sys.modules))"
    )

    subprocess.run([sys.executable, "-c", code, str(DATA / "qinghe.xlsx")], cwd=ROOT, check=True)
