"""``export_minutes ID|--latest OUT.pdf|OUT.docx``: sealed minutes as a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from governance.minutes_files import SEALED, minutes_docx, minutes_pdf
from governance.models import Minutes


class Command(BaseCommand):
    help = "把一份已签署的纪要写成 PDF 或 DOCX。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("minutes", nargs="?", type=int, help="纪要的编号；或用 --latest")
        parser.add_argument("out", type=Path)
        parser.add_argument("--latest", action="store_true", help="最近签署的一份")
        parser.add_argument("--site", default="", help="网站地址，写进核对网址，例如 https://linyi.example")

    def handle(
        self, *args: Any, minutes: int | None, out: Path, latest: bool, site: str, **options: Any
    ) -> None:
        if latest == (minutes is not None):
            raise CommandError("请给出纪要的编号，或者用 --latest，二选一。")
        sealed = Minutes.objects.filter(status__in=SEALED).order_by("-sealed_at")
        found = sealed.first() if latest else sealed.filter(pk=minutes or 0).first()
        if found is None:
            raise CommandError("没有这样一份已签署的纪要。")
        write = {".pdf": minutes_pdf, ".docx": minutes_docx}.get(out.suffix.lower())
        if write is None:
            raise CommandError("文件名要以 .pdf 或 .docx 结尾。")
        out.write_bytes(write(found, site.rstrip("/") + reverse("governance:minutes-verify")))
        self.stdout.write(f"{found.number}（第 {found.version} 版）已写到 {out}")
