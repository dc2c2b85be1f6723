"""``manage.py recovery``: after a backup was put back, what is missing and how to go on."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from communities.errors import Refusal
from communities.held import held_file
from communities.ledger.tree import Tree
from communities.models import Log
from communities.proofs import leaf_hashes
from communities.recovery import Shortfall, find_shortfalls
from communities.services.gaps import declare_gap

MISSING = 3


class Command(BaseCommand):
    help = (
        "从备份恢复之后：status 看缺什么；check 把每个树头与每一条记录核对；declare-gap 声明缺口，继续运行。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        status = acts.add_parser("status", help="与数据库外保存的最新树头比较；有缺口时退出码为 3")
        status.add_argument("--format", choices=["text", "json"], default="text")
        acts.add_parser("check", help="重新计算所有日志的树，核对每一个保存过的树头；有不符时退出码为 3")
        gap = acts.add_parser("declare-gap", help="放弃缺少的记录：写进日志，两人具名，说明理由")
        gap.add_argument("--operator", action="append", required=True, metavar="姓名", help="写两次，两个人")
        gap.add_argument("--reason", required=True, help="至少十个字")

    def handle(self, *args: Any, **options: Any) -> None:
        if held_file() is None:
            raise CommandError("没有设置 HELD_HEADS_FILE，无从比较。")
        acts = {"status": self.tell, "check": self.compare, "declare-gap": self.declare}
        acts[options["act"]](options)

    def tell(self, options: dict[str, Any]) -> None:
        found = find_shortfalls()
        if options["format"] == "json":
            rows = [{**_plain(one), "missing": one.missing} for one in found]
            self.stdout.write(json.dumps({"recovery": bool(found), "logs": rows}, indent=2))
        elif not found:
            self.stdout.write("没有缺口：数据库包含保存过的每一个树头。")
        for one in found if options["format"] == "text" else ():
            self.stdout.write(_words(one))
        if found:
            raise CommandError("现在是恢复状态：只能查看，不能提交。", returncode=MISSING)

    def compare(self, options: dict[str, Any]) -> None:
        file = held_file()
        assert file is not None
        wrong = 0
        for name, heads in file.every_head().items():
            log = Log.objects.filter(name=name).first()
            tree = Tree(leaf_hashes(log) if log else [])
            unfit = [size for size, root in heads if size > tree.size or tree.root(size) != root]
            wrong += bool(unfit)
            told = f"与 {len(unfit)} 个树头不符，最早的是第 {min(unfit)} 条处" if unfit else "全部相符"
            self.stdout.write(f"{name}：数据库 {tree.size} 条，保存过 {len(heads)} 个树头，{told}。")
        if wrong:
            raise CommandError(f"{wrong} 个日志不符。", returncode=MISSING)

    def declare(self, options: dict[str, Any]) -> None:
        try:
            given_up = declare_gap(operators=options["operator"], reason=options["reason"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        for one in given_up:
            self.stdout.write(f"已声明：{_words(one)}")
        self.stdout.write("其他进程在十五秒内恢复正常。请告知持有较新树头和回执的人。")


def _plain(one: Shortfall) -> dict[str, Any]:
    return {
        "log": one.log,
        "held": one.held_size,
        "stored": one.size,
        "is_fork": one.is_fork,
    }


def _words(one: Shortfall) -> str:
    if one.is_fork:
        return f"{one.log}：第 {one.held_size} 条以内与保存的树头不符（数据库 {one.size} 条）。"
    return f"{one.log}：缺少 {one.missing} 条（保存 {one.held_size}，数据库 {one.size}）。"
