from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from communities import held
from communities.models import Estate, LedgerEntry, User
from governance.demo.story import BUILT, build_story, relay_everything


class Command(BaseCommand):
    """Build the demo's story into an empty database.

    A database that holds the story already is left as it is, or with ``--fresh``
    emptied and built anew; one that holds anything else is never touched.
    """

    help = "在空数据库里建立演示小区“清和里”；已有真实数据时拒绝执行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="清空演示数据，重新建立")

    def handle(self, *args: Any, **options: Any) -> None:
        built = LedgerEntry.objects.filter(verb=BUILT).exists()
        if not built and (Estate.objects.exists() or User.objects.exists()):
            raise CommandError("数据库里已有不属于演示的数据，没有改动。请用另一个 DATABASE_URL 运行演示。")
        if built and not options["fresh"]:
            self.stdout.write("演示数据已在，直接使用。重新建立：manage.py demo --fresh")
            return
        if built:
            self.empty()
        # What was remembered of an earlier demo is not missing in this one.
        held.forget_all()
        self.stdout.write("正在建立演示小区“清和里”……")
        estate = build_story()
        relay_everything()
        for assembly in estate.assemblies.order_by("pk"):
            self.stdout.write(f"  {assembly.title}：{assembly.get_status_display()}")
        self.stdout.write(self.style.SUCCESS("演示数据已建立。"))

    def empty(self) -> None:
        """Take the whole schema away: rows that may only be added cannot be deleted one by one."""
        if Estate.objects.exclude(slug="qinghe").exists():
            raise CommandError("演示数据库里添加过别的小区，没有清空。请换一个 DATABASE_URL。")
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        else:
            path = Path(str(settings.DATABASES["default"]["NAME"]))
            connection.close()
            for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                file.unlink(missing_ok=True)
        call_command("migrate", verbosity=0)
