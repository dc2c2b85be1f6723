"""``manage.py tally``: decide motions from published figures. Needs no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from votes.counting import Dimension, Finding, Judgement, Verdict
from votes.figures import (
    FiguresRefused,
    MotionFigures,
    Refusal,
    Sheet,
    judge_sheet,
    load_figures,
    read_figures,
    result_document,
    shown,
)
from votes.statutes import Comparison, Kind, Quantity

REFUSED = 2

_VERDICTS = {
    Verdict.PASSED: "通过",
    Verdict.NOT_PASSED: "未通过（未形成决定）",
    Verdict.QUORUM_NOT_MET: "参与表决未达法定比例（未形成决定）",
    Verdict.INSUFFICIENT_DATA: "数据不足，不能判定",
}
_KINDS = {Kind.ORDINARY: "一般事项", Kind.SPECIAL: "特别事项"}
_MARKS = {True: "达到", False: "未达到", None: "不能确定"}
_QUANTITIES = {Quantity.FOR: "同意的", Quantity.PARTICIPATING: "参与表决的", Quantity.TOTAL: "总"}
_DIMENSIONS = {Dimension.AREA: ("面积", " 平方米"), Dimension.HEADS: ("人数", " 人")}


class Command(BaseCommand):
    help = "按法定规则判定表决结果：读入公布的面积和人数（JSON），逐项列出检验与依据。"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.json", help="数字文件；- 为标准输入")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式，默认 text")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        try:
            sheet = read_figures(load_figures(_read(options["file"])))
        except FiguresRefused as error:
            if as_json:
                refusals = [
                    {"field": refusal.field, "message": refusal.message} for refusal in error.refusals
                ]
                self.stdout.write(json.dumps({"refused": refusals}, ensure_ascii=False, indent=2))
            lines = [f"  {refusal.field}：{refusal.message}" for refusal in error.refusals]
            raise CommandError("\n".join(["数字未被接受：", *lines]), returncode=REFUSED) from None
        if as_json:
            self.stdout.write(json.dumps(result_document(sheet), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(_report(sheet))


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise FiguresRefused([Refusal("$", f"读不到文件：{error.strerror}")]) from None


def _report(sheet: Sheet) -> str:
    lines = [f"规则：{sheet.statute.name}（{sheet.statute.code}）"]
    for motion, judgement in judge_sheet(sheet):
        lines += ["", *_motion_lines(motion, judgement)]
    if sheet.ignored:
        lines += ["", f"未采用的项：{'、'.join(sheet.ignored)}"]
    return "\n".join(lines)


def _motion_lines(motion: MotionFigures, judgement: Judgement) -> list[str]:
    kind = _KINDS[motion.kind]
    if motion.item is not None:
        kind += f"，{motion.item.article}：{motion.item.name}"
    lines = [f"【{motion.id}】{_VERDICTS[judgement.verdict]}", f"  {kind}"]
    lines += [f"  {_test_line(test)}" for test in judgement.tests]
    if judgement.quorum_uncertain:
        lines.append("  参与表决是否达到法定比例不能确定；但无论其余数字为何，本事项都不能通过。")
    if judgement.missing:
        lines.append(f"  缺少：{'、'.join(judgement.missing)}")
    return lines


def _test_line(test: Finding) -> str:
    noun, unit = _DIMENSIONS[test.dimension]
    what = f"{_QUANTITIES[test.threshold.have]}{noun} / {_QUANTITIES[test.threshold.of]}{noun}"
    have, of = (
        "不详" if figure is None else f"{shown(test.dimension, figure)}{unit}"
        for figure in (test.have, test.of)
    )
    need = "超过" if test.threshold.comparison is Comparison.MORE_THAN else "不少于"
    needed = f"须{need} {test.threshold.need}"
    return f"{what}：{have} / {of}，{needed}：{_MARKS[test.met]}（{test.threshold.article}）"
