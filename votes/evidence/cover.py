"""The sheet in front of an evidence pack. It answers 《电子签名法》第八条 item by item. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

#: The three limits that every page about evidence shows, as the pack does.
LIMITS = (
    "面积就是指纹：97.43 平方米往往只对应一套房。所以任何公开的清单都不同时列出面积和选择，只公布合计；"
    "逐票的内容只在完整证据包里，由两人批准并说明理由才能开启。",
    "投票人的手机和系统的运维人员是被信任的：没有办法证明手机没有被人动过手脚，"
    "运维人员在技术上也能看到记名票的内容。",
    "从第一个树头交到外面（公告栏、见证人）起，改动才查得出来；在给出回执以前丢掉的票，只有投票人自己能发现。",
)

README = """邻议表决证据包
==============

这个 zip 里是一次业主大会会议的公告、表决事项、规则、名册（只有房屋和面积，没有姓名）、
日志的每一片叶、签名的树头、合计和结果。它自己就能核验，不需要联系系统，也不需要联网。

怎么核验（需要 Python 3.9 以上）：

    pip install cryptography
    python verifier.py verify 证据包.zip --trust 公告栏上的密钥编号

更稳妥的做法是不用这里附带的 verifier.py，而从别处取得同一个程序，或者用浏览器里的离线核验页；
两者各自独立写成，结论应当相同。

文件
----
manifest.json    其余每个文件的 SHA-256 和大小；manifest.sig 是它的签名
assembly.json    会议、表决事项、规则和条文、延长和名册更正
notice.txt       会议公告全文；topics.txt 是公告的议题
roll.jsonl       表决人名册，一行一个表决人；整个文件的 SHA-256 就是公示时的名册哈希
leaves.jsonl     日志的每一片叶，按树里的次序；leaves.sha256 是它们的叶哈希
heads.json       每一个树头和它的签名；keys.json 是公钥和启用声明
totals.json      票数和每一项的合计；result.json 是结果证明，一字不差
election.json    有选举时：应选人数、抽签的种子和根、每位候选人的名次
cover.txt        封面说明（cover.html 是同一内容）
openings.jsonl   只在完整证据包里：打开每一张票；另有 uncounted、papers、mandates
secret.jsonl     只在无记名表决的完整证据包里：每一份选择，不知道是谁的
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the cover says of this pack. Areas in 0.01 m²."""

    title: str
    log: str
    result: Mapping[str, Any]
    certificate: str
    head_size: int
    head_root: str
    head_at: str
    keys: list[tuple[str, str]]


def _local(moment: str) -> str:
    """A moment of the log, which is in UTC, as clocks in China show it."""
    local = datetime.fromisoformat(moment) + timedelta(hours=8)
    return f"{local:%Y-%m-%d %H:%M:%S}"


def _area(hundredths: int) -> str:
    return f"{hundredths // 100:,}.{hundredths % 100:02d} 平方米"


def _sections(facts: Facts) -> list[tuple[str, list[str]]]:
    ballots, roll = facts.result["ballots"], facts.result["roll"]
    return [
        (
            "这是什么",
            [
                f"{facts.title} 的表决证据。",
                f"表决时间 {' 至 '.join(map(_local, facts.result['window']))}（北京时间）。",
                f"名册 {roll['heads']:,} 人，{_area(roll['area'])}。",
                f"收到 {ballots['received']:,} 张 = 计入 {ballots['counted']:,} 张"
                f" + 未计入 {ballots['not_counted']:,} 张。",
                f"结果证明 {facts.certificate}",
                f"树头：{facts.log}，{facts.head_size} 片叶，{_local(facts.head_at)} 签名，"
                f"根 {facts.head_root}。",
                *(f"密钥 {number}（{_PURPOSES.get(purpose, purpose)}）" for number, purpose in facts.keys),
            ],
        ),
        (
            "《电子签名法》第八条（一）生成、储存或者传递数据电文方法的可靠性",
            [
                "每张表决票由投票人提交一次，一次写入，数据库的触发器拒绝修改和删除。"
                "收到时间以数据库时钟为准，在锁定会议以后读取。",
                "票、日志的叶和给投票人的回执在同一个事务里生成，要么都有，要么都没有。",
            ],
        ),
        (
            "第八条（二）保持内容完整性方法的可靠性",
            [
                "每张票和每个事件是日志的一片叶；叶按 RFC 6962 组成树，树头用 Ed25519 签名，"
                "签名的密钥不在数据库里。",
                "改、删、加、换位置任何一片叶，都会使树头不再成立；树头按约定交给公告栏和见证人，"
                "从那时起连系统自己也不能重写。",
                "名册、事项、规则在公示时固定，它们的哈希是日志的一片叶；结果证明的哈希是计票时的一片叶。",
            ],
        ),
        (
            "第八条（三）用以鉴别发件人方法的可靠性",
            [
                "投票人用本人手机号的短信验证码登录；账号与名册上的业主由社区核对后绑定。",
                "每收到一张票，同一户的每个账号都会得到通知，冒名的票当时就会被发现。",
                "每片叶只写账号的编号；编号对应谁，由社区另行保存，依法可以调取。",
            ],
        ),
        (
            "第八条（四）其他相关因素",
            [
                "任何人可以用本包附带的程序或浏览器离线核验页重新核验，两者各自独立写成。",
                "持有回执的业主可以证明自己的票在树里、内容没有变。",
            ],
        ),
        ("没有证明的", list(LIMITS)),
    ]


_PURPOSES = {"seal": "封存日志", "receipt": "签发回执"}


def as_text(facts: Facts) -> str:
    """``cover.txt``."""
    parts = ["证据包封面", ""]
    for title, lines in _sections(facts):
        parts += [title, *(f"  · {line}" for line in lines), ""]
    return "\n".join(parts)


def as_page(facts: Facts) -> str:
    """``cover.html``: the same, for a browser or a printer."""
    parts = ['<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>证据包封面</title>']
    parts.append("<h1>证据包封面</h1>")
    for title, lines in _sections(facts):
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        parts.append(f"<h2>{escape(title)}</h2><ul>{items}</ul>")
    return "\n".join([*parts, "</html>", ""])
