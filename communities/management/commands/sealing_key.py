"""``manage.py sealing_key``: keys that seal logs and sign receipts."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from communities.enums import KeyPurpose
from communities.errors import Refusal
from communities.ledger.heads import Signer
from communities.models import SigningKey
from communities.services.keys import introduce_key, new_seed, rotate_key, signer_for

PURPOSES = {KeyPurpose.SEAL: "SEALING_KEY", KeyPurpose.RECEIPT: "RECEIPT_KEY"}


class Command(BaseCommand):
    help = "签名密钥：new 造一个新的；show 看已登记的；register 登记当前的；rotate 换成新的。"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("new", help="印出一个新的私钥，供放进环境变量；不保存在任何地方")
        show = acts.add_parser("show", help="列出已登记的公钥和启用声明")
        show.add_argument("--format", choices=["text", "json"], default="text")
        register = acts.add_parser("register", help="登记当前环境里的 SEALING_KEY 和 RECEIPT_KEY")
        register.add_argument(
            "--old-key-lost",
            choices=[purpose.value for purpose in PURPOSES],
            help="旧密钥已丢失，不能签名交接；声明里会写明",
        )
        rotate = acts.add_parser("rotate", help="由当前密钥签名，交接给标准输入里的新私钥")
        rotate.add_argument("--purpose", choices=[purpose.value for purpose in PURPOSES], default="seal")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["act"])(options)
        except Refusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal}") from None

    def new(self, options: dict[str, Any]) -> None:
        self.stdout.write(new_seed())

    def show(self, options: dict[str, Any]) -> None:
        keys = list(SigningKey.objects.order_by("pk").select_related("predecessor"))
        if options["format"] == "json":
            names = ("key_id", "purpose", "public_key", "statement", "signature", "predecessor_signature")
            rows = [{name: getattr(key, name) for name in names} for key in keys]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        held = {signer.key_id for purpose in PURPOSES if (signer := signer_for(purpose))}
        followed = {key.predecessor_id for key in keys}
        for key in keys:
            marks = ["已由新密钥接替" if key.pk in followed else "在用"]
            marks += ["本进程持有私钥"] if key.key_id in held else []
            self.stdout.write(
                f"{key.key_id}  {key.get_purpose_display()}  {key.public_key}  {'，'.join(marks)}"
            )
        if not keys:
            self.stdout.write("还没有登记任何密钥。")

    def register(self, options: dict[str, Any]) -> None:
        found = 0
        for purpose, name in PURPOSES.items():
            signer = signer_for(purpose)
            if signer is None:
                self.stdout.write(f"{name} 不在这个环境里，没有登记。")
                continue
            is_lost = options["old_key_lost"] == purpose.value
            key = introduce_key(purpose=purpose, signer=signer, predecessor_is_lost=is_lost)
            found += 1
            self.stdout.write(f"{name}：{key.key_id} 已登记。请把编号抄给见证人。")
        if not found:
            raise CommandError("环境里没有密钥。")

    def rotate(self, options: dict[str, Any]) -> None:
        purpose = KeyPurpose(options["purpose"])
        old = signer_for(purpose)
        if old is None:
            raise CommandError(f"{PURPOSES[purpose]} 不在这个环境里。")
        try:
            new = Signer.from_base64(sys.stdin.readline().strip())
        except ValueError:
            raise CommandError(
                "标准输入里没有新私钥：manage.py sealing_key new > 文件；rotate < 文件。"
            ) from None
        key = rotate_key(purpose=purpose, old=old, new=new)
        self.stdout.write(
            f"{old.key_id} 已交接给 {key.key_id}。现在把新私钥放进 {PURPOSES[purpose]}，"
            "重新启动；在那以前不会封存。"
        )
