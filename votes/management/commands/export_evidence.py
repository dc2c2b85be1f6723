"""``manage.py export_evidence``: write the evidence pack of a certified assembly to a file."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from communities.errors import Refusal
from votes.enums import ActKind
from votes.models import Assembly, TwoPersonAct
from votes.services.packs import DECIDED, WrittenPack, write_full_pack, write_public_pack

REFUSED = 2


class Command(BaseCommand):
    help = "导出一次会议的证据包（zip）。公开的谁都能给；完整的要有两人批准的开启记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("where", nargs="+", metavar="[ID] OUT.zip", help="会议编号和要写的文件")
        parser.add_argument("--latest", action="store_true", help="最近公布结果的一次，不写会议编号")
        parser.add_argument("--level", choices=["public", "full"], default="public")
        parser.add_argument(
            "--released", type=int, metavar="ACT", help="完整证据包：两人批准开启的那次操作的编号"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        where: list[str] = options["where"]
        if len(where) != (1 if options["latest"] else 2):
            raise CommandError("请写：export_evidence 会议编号 OUT.zip，或 --latest OUT.zip")
        assembly = _latest() if options["latest"] else _assembly(where[0])
        out = Path(where[-1])
        try:
            with tempfile.NamedTemporaryFile(dir=out.parent, suffix=".new", delete=False) as file:
                written = _write(assembly, options, file)
        except Refusal as refusal:
            Path(file.name).unlink()
            raise CommandError(str(refusal), returncode=REFUSED) from refusal
        except BaseException:
            Path(file.name).unlink()
            raise
        Path(file.name).replace(out)
        self.stdout.write(f"{out} {written.source.head.size} 片叶，清单 {written.manifest}")


def _write(assembly: Assembly, options: dict[str, Any], file: Any) -> WrittenPack:
    if options["level"] == "public":
        return write_public_pack(assembly=assembly, out=file)
    act = TwoPersonAct.objects.filter(
        pk=options["released"], assembly=assembly, kind=ActKind.RELEASE_PACK
    ).first()
    if act is None:
        raise CommandError("完整证据包要写 --released：两人批准开启的那次操作的编号。", returncode=REFUSED)
    return write_full_pack(act=act, out=file)


def _latest() -> Assembly:
    found = Assembly.objects.filter(status__in=DECIDED).order_by("-certified_at").first()
    if found is None:
        raise CommandError("还没有公布过结果的会议。", returncode=REFUSED)
    return found


def _assembly(number: str) -> Assembly:
    found = Assembly.objects.filter(pk=number).first() if number.isascii() and number.isdigit() else None
    if found is None:
        raise CommandError(f"没有编号为 {number} 的会议。", returncode=REFUSED)
    return found
