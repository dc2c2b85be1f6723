"""``manage.py check_database``: is the database the wall it is meant to be?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from communities.soundness import DatabaseUnsound, look_at_database


class Command(BaseCommand):
    help = "检查数据库的持久设置、防篡改触发器和当前账号的权限；有错误时返回 1。"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式，默认 text")

    def handle(self, *args: Any, **options: Any) -> None:
        flaws = look_at_database()
        is_sound = not any(flaw.is_error for flaw in flaws)
        if options["format"] == "json":
            document = {"sound": is_sound, "flaws": [asdict(flaw) for flaw in flaws]}
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            for flaw in flaws:
                self.stdout.write(f"{'错误' if flaw.is_error else '提醒'} {flaw.code}: {flaw.text}")
            if is_sound:
                self.stdout.write("数据库可以使用。" if flaws else "数据库完好。")
        if not is_sound:
            raise CommandError(str(DatabaseUnsound.message))
