"""``tally FILE.json``: exit codes and both outputs, without any database configured."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from votes.management.commands.tally import Command

ROOT = Path(__file__).parents[2]

SHEET = {
    "rules": "civil-code-2021",
    "denominator": {"area": "1200.00", "heads": 12},
    "note": "公告栏",
    "motions": [
        {
            "id": "续聘物业",
            "item": 4,
            "for": {"area": "600.00", "heads": 6},
            "against": {"area": "200.00", "heads": 2},
            "abstain": {"area": "100.00", "heads": 1},
        },
        {"id": "加装电梯", "kind": "special", "for": {"area": "300.00"}},
        {
            "id": "经营用房",
            "kind": "ordinary",
            "for": {"area": "700.00", "heads": 8},
            "abstain": {"heads": 0},
        },
    ],
}

CIVIL = "（《民法典》第二百七十八条第二款）"
OLD = "（《物权法》第七十六条第二款）"

WITHOUT_DATABASE = """
import sys
import django
from django.conf import settings
settings.configure(DATABASES={}, INSTALLED_APPS=[])
django.setup()
from votes.management.commands.tally import Command
Command().run_from_argv(["manage.py", "tally", *sys.argv[1:]])
"""


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(SHEET), encoding="utf-8")
    return path


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_DATABASE, *arguments],
        input=stdin,
        capture_output=True,
        env=environment,
        check=False,
    )


def test_figures_are_decided_in_plain_chinese(sheet):
    done = run(str(sheet))
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert done.stdout.decode() == (
        "规则：《中华人民共和国民法典》第二百七十八条（civil-code-2021）\n"
        "\n"
        "【续聘物业】通过\n"
        "  一般事项，《民法典》第二百七十八条第一款第（四）项：选聘和解聘物业服务企业或者其他管理人\n"
        f"  参与表决的面积 / 总面积：900.00 平方米 / 1200.00 平方米，须不少于 2/3：达到{CIVIL}\n"
        f"  参与表决的人数 / 总人数：9 人 / 12 人，须不少于 2/3：达到{CIVIL}\n"
        f"  同意的面积 / 参与表决的面积：600.00 平方米 / 900.00 平方米，须超过 1/2：达到{CIVIL}\n"
        f"  同意的人数 / 参与表决的人数：6 人 / 9 人，须超过 1/2：达到{CIVIL}\n"
        "\n"
        "【加装电梯】未通过（未形成决定）\n"
        "  特别事项\n"
        f"  参与表决的面积 / 总面积：不详 / 1200.00 平方米，须不少于 2/3：不能确定{CIVIL}\n"
        f"  参与表决的人数 / 总人数：不详 / 12 人，须不少于 2/3：不能确定{CIVIL}\n"
        f"  同意的面积 / 参与表决的面积：300.00 平方米 / 不详，须不少于 3/4：不能确定{CIVIL}\n"
        f"  同意的人数 / 参与表决的人数：不详 / 不详，须不少于 3/4：不能确定{CIVIL}\n"
        "  参与表决是否达到法定比例不能确定；但无论其余数字为何，本事项都不能通过。\n"
        "\n"
        "【经营用房】数据不足，不能判定\n"
        "  一般事项\n"
        f"  参与表决的面积 / 总面积：不详 / 1200.00 平方米，须不少于 2/3：不能确定{CIVIL}\n"
        f"  参与表决的人数 / 总人数：不详 / 12 人，须不少于 2/3：达到{CIVIL}\n"
        f"  同意的面积 / 参与表决的面积：700.00 平方米 / 不详，须超过 1/2：达到{CIVIL}\n"
        f"  同意的人数 / 参与表决的人数：8 人 / 不详，须超过 1/2：达到{CIVIL}\n"
        "  缺少：against.area、abstain.area\n"
        "\n"
        "未采用的项：note\n"
    )


def test_json_output_is_one_document(sheet):
    done = run(str(sheet), "--format", "json")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    assert [(motion["id"], motion["verdict"], motion["missing"]) for motion in result["motions"]] == [
        ("续聘物业", "passed", []),
        ("加装电梯", "not-passed", []),
        ("经营用房", "insufficient-data", ["against.area", "abstain.area"]),
    ]


def test_refused_figures_exit_with_two_and_name_the_field(sheet):
    faulty = {**SHEET, "rules": "law"}
    sheet.write_text(json.dumps(faulty), encoding="utf-8")
    message = "应是 civil-code-2021、property-law-2007 之一"

    done = run(str(sheet))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == f"CommandError: 数字未被接受：\n  rules：{message}\n"

    done = run(str(sheet), "--format", "json")
    assert done.returncode == 2
    assert json.loads(done.stdout) == {"refused": [{"field": "rules", "message": message}]}


def test_standard_input_is_read_for_a_dash():
    done = run("-", "--format", "json", stdin=json.dumps(SHEET).encode())
    assert done.returncode == 0
    assert json.loads(done.stdout)["rules"] == "civil-code-2021"


def test_a_file_that_is_not_there_exits_with_two(tmp_path):
    with pytest.raises(CommandError, match=r"\$：读不到文件") as caught:
        call_command(Command(), str(tmp_path / "none.json"), stdout=io.StringIO())
    assert caught.value.returncode == 2


def test_the_old_law_names_everyone_as_the_base(sheet):
    sheet.write_text(
        json.dumps(
            {
                "rules": "property-law-2007",
                "denominator": {"area": 100, "heads": 10},
                "motions": [{"id": 1, "item": 5, "for": {"area": 66.66, "heads": 7}}],
            }
        ),
        encoding="utf-8",
    )
    out = io.StringIO()
    call_command(Command(), str(sheet), stdout=out)
    assert out.getvalue() == (
        "规则：《中华人民共和国物权法》第七十六条（已废止）（property-law-2007）\n"
        "\n"
        "【1】未通过（未形成决定）\n"
        "  特别事项，《物权法》第七十六条第一款第（五）项：筹集和使用建筑物及其附属设施的维修资金\n"
        f"  同意的面积 / 总面积：66.66 平方米 / 100.00 平方米，须不少于 2/3：未达到{OLD}\n"
        f"  同意的人数 / 总人数：7 人 / 10 人，须不少于 2/3：达到{OLD}\n"
    )


def test_the_command_checks_nothing_before_it_runs():
    assert Command.requires_system_checks == []
    assert Command.requires_migrations_checks is False
