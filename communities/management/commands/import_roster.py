import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from communities.errors import Refusal
from communities.models import Estate, RosterImport, User
from communities.roster import Roster
from communities.services.rosters import (
    RosterNotReadable,
    commit_roster,
    discard_roster,
    read_content,
    upload_roster,
)
from communities.values.phone import InvalidPhone, normalise_phone

REFUSED, UNREADABLE = 1, 2
#: What of a comparison is never done without somebody saying so.
ASKED_ABOUT = ("changed", "gone", "returned", "owners")


class Command(BaseCommand):
    """Read an owners' roster, and enter it.

    With ``--dry-run`` only reads: no database and no estate is needed. Exit code
    0 when it was read or entered, 1 when it was refused, 2 when the file cannot
    be read at all.
    """

    help = "读取业主名册（.xlsx 或 .csv）并导入到一个小区；--dry-run 只核对，不需要数据库。"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="名册文件")
        parser.add_argument("--estate", help="小区短名")
        parser.add_argument("--dry-run", action="store_true", help="只核对文件，什么都不改")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="输出格式")
        parser.add_argument("--actor", help="以哪个账号的名义导入（手机号码）；不写则记为运维命令")
        parser.add_argument(
            "--accept-changes",
            "--yes",
            action="store_true",
            help="现有房屋、业主有变更或注销时仍然导入",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["dry_run"] and not options["estate"]:
            raise CommandError(_("请用 --estate 写明小区短名，或用 --dry-run 只核对文件。"))
        # The reader's sentences are Chinese; the frame around them must not depend on the shell.
        with override("zh-hans"):
            self._run(**options)

    def _run(
        self,
        *,
        file: Path,
        estate: str,
        dry_run: bool,
        actor: str | None,
        accept_changes: bool,
        **options: Any,
    ) -> None:
        self.as_json: bool = options["format"] == "json"
        content = self._read(file)
        try:
            roster = read_content(file.name, content, {})
            if dry_run:
                self._print_roster(roster)
            else:
                self._import(file.name, content, roster, estate, actor, accept_changes=accept_changes)
        except RosterNotReadable as refusal:
            self._fail(refusal, UNREADABLE)
        except Refusal as refusal:
            self._fail(refusal, REFUSED)

    def _read(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            sentence = _("打不开文件 %(name)s：%(why)s") % {"name": file, "why": error.strerror}
            raise CommandError(sentence, returncode=UNREADABLE) from error

    def _import(
        self, name: str, content: bytes, roster: Roster, slug: str, phone: str | None, *, accept_changes: bool
    ) -> None:
        estate = Estate.objects.filter(slug=slug).first()
        if estate is None:
            raise CommandError(_("没有短名为 %(slug)s 的小区。") % {"slug": slug}, returncode=REFUSED)
        actor = self._actor(phone)
        roster_import = upload_roster(estate=estate, file_name=name, content=content, actor=actor)
        if self._asks(roster_import) and not accept_changes:
            self._print_comparison(roster_import)
            discard_roster(roster_import=roster_import, actor=actor)
            sentence = _("现有名册会有变更，没有导入。核对无误后加 --accept-changes 再运行一次。")
            raise CommandError(sentence, returncode=REFUSED)
        try:
            commit_roster(roster_import=roster_import, actor=actor)
        except Refusal:
            discard_roster(roster_import=roster_import, actor=actor)
            raise
        self._print_roster(roster)
        if not self.as_json:
            self.stdout.write(_("已导入到%(estate)s。") % {"estate": estate.name})

    def _actor(self, phone: str | None) -> User | None:
        if phone is None:
            return None
        try:
            return User.objects.get(phone=normalise_phone(phone), is_active=True)
        except (InvalidPhone, User.DoesNotExist) as error:
            raise CommandError(_("没有这个手机号码的账号。"), returncode=REFUSED) from error

    def _asks(self, roster_import: RosterImport) -> bool:
        return any(roster_import.diff["counts"][kind] for kind in ASKED_ABOUT)

    def _fail(self, refusal: Refusal, returncode: int) -> None:
        if self.as_json:
            code = refusal.details.get("reason", refusal.code)
            self.stdout.write(json.dumps({"code": code, "message": str(refusal)}, ensure_ascii=False))
        raise CommandError(str(refusal), returncode=returncode) from refusal

    def _print_roster(self, roster: Roster) -> None:
        report = roster.report()
        if self.as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        self.stdout.write(
            _("计票房屋 %(units)d 套，业主 %(heads)d 人（按业主组合计），面积 %(area)s m²。") % report
        )
        self.stdout.write(_("车位、储藏室 %(parking_units)d 个，面积 %(parking_area)s m²。") % report)
        for title, problems in (
            (_("错误（这些行不导入）"), report["errors"]),
            (_("提醒（照常导入，请核对）"), report["warnings"]),
        ):
            if problems:
                self.stdout.write(f"{title} {len(problems)}")
            for problem in problems:
                self.stdout.write("  {sheet} 第 {row} 行 [{code}] {message}".format(**problem))

    def _print_comparison(self, roster_import: RosterImport) -> None:
        diff = roster_import.diff
        if self.as_json:
            shown = {name: diff[name] for name in ("counts", "changes", "owners")}
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1))
            return
        self.stdout.write(
            _(
                "与现有名册相比：新增 %(added)d 套，变更 %(changed)d 套，注销 %(gone)d 套，"
                "恢复 %(returned)d 套，业主资料更新 %(owners)d 人。"
            )
            % diff["counts"]
        )
        for change in diff["changes"]:
            if change["kind"] != "added":
                parts = "；".join(
                    f"{field}: {old or '-'} -> {new or '-'}" for field, old, new in change["fields"]
                )
                self.stdout.write(f"  [{change['kind']}] {change['unit']} {parts}")
