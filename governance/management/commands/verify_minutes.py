"""``verify_minutes FILE``: whether a PDF or DOCX of minutes is one of ours and unchanged.

Exit codes: 0 genuine (also when it was corrected since), 2 changed or not sealed, 4 not ours.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.minutes_files import verify_file

WORDS = {
    "valid": "有效：与已签署的纪要一字不差。",
    "superseded": "真实，但已被更正：请以新的一版为准。",
    "unsealed": "还没有签署完成，不是正式纪要。",
    "changed": "被改过：文件里能读到的文字与签署的文本不一致。",
    "unknown": "不是本平台签署的纪要。",
    "unreadable": "读不出来：不是完整的 PDF 或 DOCX。",
}
CODES = {"valid": 0, "superseded": 0, "unsealed": 2, "changed": 2, "unknown": 4, "unreadable": 4}


class Command(BaseCommand):
    help = "检查一份纪要文件（PDF 或 DOCX）是否真实、有没有被改过。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", dest="form", choices=["text", "json"], default="text")

    def handle(self, *args: Any, file: Path, form: str, **options: Any) -> None:
        try:
            verdict = verify_file(file.read_bytes())
        except OSError as error:
            raise CommandError(f"打不开 {file}：{error.strerror}") from error
        number = verdict.minutes.number if verdict.minutes else ""
        if form == "json":
            found = {"verdict": verdict.kind, "number": number}
            if verdict.minutes:
                found |= {"version": str(verdict.minutes.version), "sha256": verdict.minutes.sha256}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.stdout.write(" ".join(filter(None, [number, WORDS[verdict.kind]])))
        if CODES[verdict.kind]:
            sys.exit(CODES[verdict.kind])
