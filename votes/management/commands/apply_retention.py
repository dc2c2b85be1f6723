import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from communities.models import Estate
from votes.services.retention import Holding, apply_retention


class Command(BaseCommand):
    """Erase personal records that are past their time; what proofs rest on stays."""

    help = "删除已过保存期限的姓名、电话和扫描件；--dry-run 只列出，什么都不删。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--estate", help="只处理一个小区（短名）；不写则处理全部")
        parser.add_argument("--dry-run", action="store_true", help="只列出到期的，什么都不删")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="输出格式")

    def handle(self, *args: Any, **options: Any) -> None:
        estates = Estate.objects.select_related("community__subdistrict").order_by("pk")
        if options["estate"]:
            estates = estates.filter(slug=options["estate"])
            if not estates.exists():
                raise CommandError("没有这个小区，请核对短名。")
        with override("zh-hans"):
            due = [
                holding
                for estate in estates
                for holding in apply_retention(estate=estate, dry_run=options["dry_run"])
            ]
            if options["format"] == "json":
                self.stdout.write(json.dumps([_plain(holding) for holding in due], ensure_ascii=False))
                return
            for holding in due:
                self.stdout.write(
                    f"{holding.due_on} {holding.assembly.title} {holding.kind.label} {holding.rows} 份"
                )
            self.stdout.write(
                f"到期 {len(due)} 项" + ("，没有删除。" if options["dry_run"] else "，已删除。")
            )


def _plain(holding: Holding) -> dict[str, Any]:
    return {
        "assembly": holding.assembly.pk,
        "kind": holding.kind.value,
        "rows": holding.rows,
        "due_on": holding.due_on.isoformat(),
    }
