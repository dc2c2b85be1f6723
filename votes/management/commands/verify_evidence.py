"""``manage.py verify_evidence``: the packs' own verifier, on a file or on what the database gives out."""

import io
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from communities.errors import Refusal
from votes.evidence import verifier
from votes.models import Assembly
from votes.services.packs import write_public_pack

REFUSED = 4


class Command(BaseCommand):
    help = "核验证据包文件，或者核验数据库现在会给出的公开证据包。退出码同 verifier.py。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", metavar="OUT.zip")
        parser.add_argument("--assembly", type=int, metavar="ID", help="不用文件，核验这次会议")
        parser.add_argument("--trust", action="append", default=[], metavar="KEYID")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["file"] is None) == (options["assembly"] is None):
            raise CommandError("请写一个文件，或者 --assembly 会议编号。")
        data = _pack_of(options["assembly"]) if options["file"] is None else _read(options["file"])
        report = verifier.examine(data, trust=options["trust"])
        if options["format"] == "json":
            self.stdout.write(json.dumps(report.document(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(verifier.told(report))
        if code := verifier.EXIT[report.verdict]:
            raise CommandError(verifier.HEADLINES[report.verdict], returncode=code)


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"读不到文件：{error.strerror}", returncode=REFUSED) from error


def _pack_of(number: int) -> bytes:
    assembly = Assembly.objects.filter(pk=number).first()
    if assembly is None:
        raise CommandError(f"没有编号为 {number} 的会议。", returncode=REFUSED)
    out = io.BytesIO()
    try:
        write_public_pack(assembly=assembly, out=out)
    except Refusal as refusal:
        raise CommandError(str(refusal), returncode=REFUSED) from refusal
    return out.getvalue()
