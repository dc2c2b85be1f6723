#!/usr/bin/env python3
"""邻议证据包核验程序：单个文件，单独拷走就能运行。

需要 Python 3.9 以上，另装 cryptography 或 PyNaCl（二者有一即可）：

    python verifier.py verify   证据包.zip              证据包自己前后一致
    python verifier.py receipt  回执.json 证据包.zip    回执上的票在证据包里
    python verifier.py compare  甲 乙                   两个树头（或证据包）出自同一本日志
    python verifier.py extends  旧 新.zip               新的日志以旧树头为开头
    python verifier.py recount  完整证据包.zip          从每一张票重新计票

--trust 编号（可重复）只认这些密钥及由它们签名接替的密钥；--json 给机器读。
退出码：0 相符，2 被改动，3 日志分叉，4 不完整，5 密钥不认识。
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import struct
import sys
import unicodedata
import zlib
from pathlib import Path
from typing import Any, NoReturn

EXIT = {"ok": 0, "tampered": 2, "fork": 3, "incomplete": 4, "unknown-key": 5}
#: Which word stands for a pack with several kinds of problem.
WORST_FIRST = ("fork", "tampered", "unknown-key", "incomplete")
HEADLINES = {
    "ok": "相符：没有发现添加、丢失或改动。",
    "tampered": "被改动：内容与签名或哈希不符。",
    "fork": "分叉：同一本日志出现了两个版本，至少有一个是假的。",
    "incomplete": "不完整：缺少核验所需要的内容。",
    "unknown-key": "密钥不认识：不能确定是谁签的名。",
}
#: What a good answer leaves open; printed with it every time.
NOT_PROVEN = (
    "不能证明投票人的手机没有被人动过手脚，也不能证明投票时没有受人左右。",
    "不能证明系统运维人员没有看过票面；记名票的内容他们在技术上能够看到。",
    "只能发现第一个树头交到外面以后的改动；请与公告栏上的树头和密钥编号核对。",
)
ZIP_TIME, ZIP_DATE, ZIP_MODE = 0, 33, 0o644 << 16
LARGEST_FILE = 1 << 30
ALWAYS = ["README.txt", "assembly.json", "cover.html", "cover.txt", "heads.json", "keys.json", "leaves.jsonl"]
ALWAYS += [
    "leaves.sha256",
    "notice.txt",
    "result.json",
    "roll.jsonl",
    "topics.txt",
    "totals.json",
    "verifier.py",
]
ONLY_FULL = ["mandates.jsonl", "openings.jsonl", "papers.jsonl", "uncounted.jsonl"]
SOMETIMES = ["election.json", "secret.jsonl"]
PUBLISHED, CERTIFIED = "votes.assembly.published", "votes.assembly.certified"
CAST, UNCOUNTED, TOOK_PART = "votes.ballot.cast", "votes.ballot.not-counted", "votes.ballot.took-part"
WITHDREW = "votes.election.withdrew"
EXTENDED, CORRECTED = "votes.assembly.extended", "votes.roll.corrected"
MARKS = {"F": "for", "A": "against", "N": "abstain", "M": "follow", "X": "invalid", "-": "invalid"}
NAMES = ("for", "against", "abstain", "follow", "invalid")
#: Special items, and who is the whole for the share of those in favour (none: of those taking part).
STATUTES: dict[str, dict[str, Any]] = {
    "civil-code-2021": {
        "items": 9,
        "special": (6, 7, 8),
        "quorum": (2, 3),
        "of": "participating",
        "two": (3, 4),
    },
    "property-law-2007": {"items": 7, "special": (5, 6), "quorum": None, "of": "total", "two": (2, 3)},
}


#: Every problem by its code, as it is told; the browser's verifier says the same.
PROBLEMS = {
    "fork": {
        "head-fork": "同一本日志在这里有两个不同的树头",
        "receipt-place": "这张票在证据包里的位置与回执上的不同",
    },
    "tampered": {
        "ballot-time": "票的时间在表决时间以外",
        "ballot-twice": "两片叶是同一张票",
        "certificate": "结果与计票时记入日志的不同",
        "count": "票数与日志里的不同",
        "election": "选举的名次或结果与重新计算的不同",
        "elector-twice": "同一个表决人不止一张有效票",
        "file-added": "多出清单上没有的文件",
        "file-changed": "文件与清单上的哈希不符",
        "head-foreign": "树头不属于这本日志",
        "head-key": "树头写的密钥与所附的不同",
        "head-order": "树头没有越来越大",
        "head-root": "这一段叶与树头不符",
        "key-id": "密钥与它的编号不符",
        "key-statement": "密钥的声明签名不对",
        "leaf-added": "叶比所列的哈希多",
        "leaf-changed": "叶与它的哈希不符",
        "leaf-foreign": "叶不属于这本日志",
        "leaf-repeated": "只能有一次的事件出现了几次",
        "leaf-twice": "同一片叶出现了两次",
        "leaf-unsealed": "从这里起的叶没有树头签名",
        "lot-root": "抽签所用的根不是计票前树头的根",
        "malformed": "内容缺项，或者不是本系统写出的样子",
        "motions": "结果里的事项与公示的不同",
        "not-canonical": "不是规范写法",
        "opening": "打开的票与封存的不符",
        "published": "与公示时记入日志的不同",
        "receipt": "回执被改动过，或者不是本系统的回执",
        "receipt-missing": "回执是真的，证据包里却没有这张票",
        "receipt-proof": "回执上的封存证明不成立",
        "recount": "从每张票重新计得的数与汇总不符",
        "revision": "更改过的票前后接不上",
        "roll": "名册与公示时冻结的不同",
        "signature": "签名不对",
        "silent": "未表决业主的计算与重新计算的不同",
        "tests": "检验与重新计算的不同",
        "totals": "汇总与结果不符",
        "uncounted": "不计票的清单与日志不符",
        "verdict": "结论与重新计算的不同",
        "window": "表决时间与公示的不同，日志里也没有延长",
        "zip": "zip 的结构不是本系统写出的样子",
    },
    "unknown-key": {
        "key-unknown": "由不认识的密钥签名",
        "key-untrusted": "密钥不在您信任的密钥里",
        "receipt-key": "回执的密钥不在证据包里",
    },
    "incomplete": {
        "file-cut": "文件没有写完",
        "file-missing": "缺少文件",
        "head-missing": "缺少树头",
        "leaf-missing": "日志里缺少必有的事件",
        "leaves-missing": "缺少叶：树头说的比这里的多",
        "not-full": "公开的证据包没有选票内容，不能重新计票",
        "opening-missing": "有一张票没有打开",
        "other-log": "两者不是同一本日志，无法比较",
        "receipt-other": "这张回执是另一次会议的，请换对应的证据包",
        "unreadable": "读不到文件",
        "version": "不认识这个格式，请换新版核验程序",
        "zip-end": "不是完整的 zip 文件，可能没有下载完",
    },
}
KIND = {code: kind for kind, codes in PROBLEMS.items() for code in codes}


class Stop(Exception):
    """Looking further makes no sense; the problem is in the report."""


class Report:
    """What was found. Problems are in order of discovery."""

    def __init__(self) -> None:
        self.problems: list[dict[str, Any]] = []
        self.facts: dict[str, Any] = {}

    def add(self, code: str, file: str = "", leaf: Any = None) -> None:
        """One problem. ``leaf``: its index, or ``[from, to)`` where only the stretch is known."""
        kind = KIND[code]
        where = f"（{file}）" if file else ""
        if leaf is not None:
            where += f"，第 {leaf} 片叶" if isinstance(leaf, int) else f"，第 {leaf[0]} 至 {leaf[1]} 片叶之间"
        message = f"{PROBLEMS[kind][code]}{where}。"
        self.problems.append({"kind": kind, "code": code, "file": file, "leaf": leaf, "message": message})

    def stop(self, code: str, file: str = "", leaf: Any = None) -> NoReturn:
        self.add(code, file, leaf)
        raise Stop

    @property
    def verdict(self) -> str:
        kinds = {problem["kind"] for problem in self.problems}
        return next((kind for kind in WORST_FIRST if kind in kinds), "ok")

    def document(self) -> dict[str, Any]:
        first = next((one for one in self.problems if one["kind"] == self.verdict), None)
        return {
            "verdict": self.verdict,
            "exit": EXIT[self.verdict],
            "first": first,
            "problems": self.problems[:100],
            "facts": self.facts,
            "not_proven": list(NOT_PROVEN),
        }


# --- bytes -------------------------------------------------------------------------------


def canonical(value: Any) -> str:
    """Sorted keys, no space, no escapes but the necessary ones."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"not an integer: {text}")


def parse(text: str) -> Any:
    """What canonical ``text`` says; :class:`ValueError` where it is not canonical, to the byte."""
    value = json.loads(text, parse_float=_no_number, parse_constant=_no_number)
    if canonical(value) != text or not unicodedata.is_normalized("NFC", text):
        raise ValueError("not canonical")
    return value


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def leaf_hash(body: str) -> bytes:
    return hashlib.sha256(b"\x00" + body.encode()).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def roots(hashes: list[bytes], sizes: set[int]) -> dict[int, str]:
    """The RFC 6962 root over the first ``size`` leaves, for each size in one pass."""
    found: dict[int, str] = {0: sha256(b"")}
    stack: list[tuple[int, bytes]] = []
    for place, digest in enumerate(hashes, 1):
        level, node = 0, digest
        while stack and stack[-1][0] == level:
            level, node = level + 1, _node(stack.pop()[1], node)
        stack.append((level, node))
        if place in sizes:
            root = stack[-1][1]
            for _, left in reversed(stack[:-1]):
                root = _node(left, root)
            found[place] = root.hex()
    return found


def root_by_path(leaf: bytes, index: int, size: int, path: list[str]) -> str:
    """The root that an inclusion proof leads to; empty where the proof does not fit its place."""
    if type(index) is not int or type(size) is not int or not 0 <= index < size:
        return ""
    if not all(re.fullmatch("[0-9a-f]{64}", step) for step in path):
        return ""  # there is one way only to write a proof
    node, place, last = leaf, index, size - 1
    for step in path:
        if last == 0:
            return ""
        other = bytes.fromhex(step)
        if place % 2 or place == last:
            node = _node(other, node)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            node = _node(node, other)
        place, last = place // 2, last // 2
    return node.hex() if last == 0 else ""


def from_base64(text: str) -> bytes:
    """Raises :class:`ValueError` unless ``text`` is the one way to write these bytes."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not the usual base64")
    return data


def is_signed(body: str, signature: str, public_key: str) -> bool:
    """Whether the Ed25519 ``signature`` over ``body`` is that key's; both in base64."""
    try:
        key, mark = from_base64(public_key), from_base64(signature)
    except (ValueError, binascii.Error):
        return False
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return _is_signed_by_nacl(body, mark, key)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(mark, body.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_signed_by_nacl(body: str, mark: bytes, key: bytes) -> bool:
    try:
        from nacl.signing import VerifyKey  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        print("需要一个签名库，请先安装：pip install cryptography", file=sys.stderr)
        raise SystemExit(EXIT["incomplete"]) from None
    try:
        VerifyKey(key).verify(body.encode(), mark)
    except Exception:  # noqa: BLE001 - whatever the library says, it is not signed
        return False
    return True


# --- the zip: exactly what our writer writes, so that nothing hides between its parts ------


def read_zip(data: bytes, report: Report) -> dict[str, bytes]:
    """The files of a pack, in their order. Adds what is wrong to ``report``."""
    files: dict[str, bytes] = {}
    try:
        tail = struct.unpack("<4s4H2LH", data[-22:])
        signature, _, _, _, count, size, start, _ = tail
        if signature != b"PK\x05\x06":
            report.stop("zip-end")
        if tail[1:3] != (0, 0) or tail[3] != count or tail[7] or start + size + 22 != len(data):
            raise ValueError("end")
        place, expected = start, 0
        for _ in range(count):
            name, body, place, expected = _zip_entry(data, place, expected)
            if name in files or not re.fullmatch(r"[A-Za-z0-9-]+\.[a-z0-9]+", name):
                raise ValueError(name)
            files[name] = body
        if place != start + size or expected != start:
            raise ValueError("gap")
    except (struct.error, ValueError, zlib.error):
        report.stop("zip")
    return files


def _zip_entry(data: bytes, place: int, expected: int) -> tuple[str, bytes, int, int]:
    entry = struct.unpack("<4s6H3L5H2L", data[place : place + 46])
    flags, method, crc, packed, size, name_size, offset = *entry[3:5], *entry[7:11], entry[16]
    name = data[place + 46 : place + 46 + name_size]
    local = struct.unpack("<4s5H3L2H", data[offset : offset + 30])
    begin = offset + 30 + name_size
    if entry[0] != b"PK\x01\x02" or local[0] != b"PK\x03\x04" or offset != expected or flags:
        raise ValueError("entry")
    if entry[1:3] != (0x0314, 20) or entry[11:16] != (0, 0, 0, 0, ZIP_MODE) or local[10]:
        raise ValueError("entry")
    if local[1:10] != (*entry[2:10], name_size) or entry[5:7] != (ZIP_TIME, ZIP_DATE):
        raise ValueError("entry")
    if data[offset + 30 : begin] != name or size > LARGEST_FILE or method not in (0, 8):
        raise ValueError("entry")
    body = data[begin : begin + packed]
    if method == 8:
        inflate = zlib.decompressobj(-15)
        body = inflate.decompress(body, size + 1)
        if not inflate.eof or inflate.unused_data:
            raise ValueError("deflate")
    if len(body) != size or zlib.crc32(body) != crc:
        raise ValueError("content")
    return name.decode("ascii"), body, place + 46 + name_size, begin + packed


# --- the pack ------------------------------------------------------------------------------


class Pack:
    """One evidence pack, checked step by step into its report."""

    def __init__(self, data: bytes, report: Report, trust: list[str]) -> None:
        self.report, self.trust = report, trust
        self.files = read_zip(data, report)
        self.keys: dict[str, dict[str, Any]] = {}
        self.trusted: set[str] = set()
        self.leaves: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.hashes: list[bytes] = []
        self.heads: list[dict[str, Any]] = []
        self.totals: list[dict[str, Any]] = []
        self.areas: dict[int, int] = {}
        self.opened: dict[str, dict[str, Any]] = {}

    def check(self) -> None:
        """Every check, in an order in which each can rest on those before it."""
        try:
            self._check()
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            self.report.add("malformed")

    def _check(self) -> None:
        self.check_manifest()
        self.check_keys()
        self.check_signer()
        self.check_leaves()
        self.check_heads()
        self.check_publication()
        self.check_roll()
        self.check_certificate()
        self.check_counts()
        self.check_decisions()
        self.check_election()
        if self.manifest["level"] == "full":
            self.check_openings()

    def json(self, name: str) -> Any:
        return self.parsed(self.text(name), name)

    def text(self, name: str) -> str:
        if name not in self.files:
            self.report.stop("file-missing", name)
        try:
            return self.files[name].decode()
        except UnicodeDecodeError:
            self.report.stop("not-canonical", name)

    def parsed(self, text: str, file: str, leaf: int | None = None) -> Any:
        try:
            return parse(text)
        except (ValueError, RecursionError):
            self.report.stop("not-canonical", file, leaf)

    def lines(self, name: str) -> list[str]:
        text = self.text(name)
        if text and not text.endswith("\n"):
            self.report.stop("file-cut", name)
        return text.split("\n")[:-1]

    def check_manifest(self) -> None:
        for name in ("manifest.json", "manifest.sig"):
            if name not in self.files:
                self.report.stop("file-missing", name)
        self.manifest = self.json("manifest.json")
        if self.manifest.get("type") != "linyi-evidence-pack" or self.manifest.get("v") != 1:
            self.report.stop("version", "manifest.json")
        listed = {one["name"]: one for one in self.manifest["files"]}
        if list(listed) != sorted(listed) or len(listed) != len(self.manifest["files"]):
            self.report.add("malformed", "manifest.json")
        wanted = set(ALWAYS) | (set(ONLY_FULL) if self.manifest["level"] == "full" else set())
        present = set(self.files) - {"manifest.json", "manifest.sig"}
        for name in sorted((wanted | set(listed)) - present):
            self.report.add("file-missing", name)
        if missing := wanted - present:
            raise Stop(missing)
        for name in sorted(present):
            body, one = self.files[name], listed.get(name)
            if one is None or name not in wanted | set(SOMETIMES):
                self.report.add("file-added", name)
            elif one != {"name": name, "sha256": sha256(body), "size": len(body)}:
                self.report.add("file-changed", name)
        self.log = self.manifest["log"]
        self.report.facts |= {
            name: self.manifest[name] for name in ("level", "assembly", "log", "created_at")
        }

    def check_keys(self) -> None:
        for key in self.json("keys.json")["keys"]:
            try:
                digest = sha256(from_base64(key["public_key"]))[:16]
            except (ValueError, binascii.Error):
                digest = ""
            if digest != key["id"] or key["id"] in self.keys:
                self.report.stop("key-id", "keys.json")
            self.keys[key["id"]] = key
        for key in self.keys.values():
            stated = key["statement"]
            own = is_signed(stated, key["signature"], key["public_key"])
            if stated and (key["id"] not in stated or not own):
                self.report.add("key-statement", "keys.json")
        self.trusted = set(self.trust) if self.trust else set(self.keys)
        grown = True
        while grown:
            new = {key["id"] for key in self.keys.values() if self._follows(key)} - self.trusted
            self.trusted |= new
            grown = bool(new)
        self.report.facts["keys"] = [
            {"id": key["id"], "purpose": key["purpose"]} for key in self.keys.values()
        ]

    def _follows(self, key: dict[str, Any]) -> bool:
        """Whether a trusted key signed the statement that introduces ``key``."""
        before = self.keys.get(key["predecessor"] or "")
        if before is None or before["id"] not in self.trusted or not key["statement"]:
            return False
        return is_signed(key["statement"], key["predecessor_signature"], before["public_key"])

    def signed(self, body: str, signature: str, key_id: str, purposes: tuple[str, ...], file: str) -> bool:
        """Whether a known, trusted key for this purpose signed ``body``; reports it where not."""
        key = self.keys.get(key_id)
        if key is None or key["purpose"] not in purposes:
            self.report.add("key-unknown", file)
            return False
        if key_id not in self.trusted:
            self.report.add("key-untrusted", file)
        if not is_signed(body, signature, key["public_key"]):
            self.report.add("signature", file)
            return False
        return True

    def check_signer(self) -> None:
        mark, text = self.json("manifest.sig"), self.text("manifest.json")
        if mark.get("key") != self.manifest["key"] or set(mark) != {"key", "signature"}:
            self.report.stop("signature", "manifest.sig")
        self.signed(text, mark["signature"], mark["key"], ("seal", "receipt"), "manifest.sig")

    def check_leaves(self) -> None:
        self.leaves = self.lines("leaves.jsonl")
        listed = self.lines("leaves.sha256")
        for index, text in enumerate(self.leaves):
            self.hashes.append(leaf_hash(text))
            if index < len(listed) and listed[index] != self.hashes[index].hex():
                self.report.stop("leaf-changed", "leaves.jsonl", index)
            body = self.parsed(text, "leaves.jsonl", index)
            if body.get("v") != 1 or body.get("log") != self.log:
                self.report.stop("leaf-foreign", "leaves.jsonl", index)
            self.bodies.append(body)
        if len(listed) != len(self.leaves):
            code = "leaves-missing" if len(listed) > len(self.leaves) else "leaf-added"
            self.report.stop(code, "leaves.jsonl", min(len(listed), len(self.leaves)))
        seen: dict[bytes, int] = {}
        for index, digest in enumerate(self.hashes):
            if seen.setdefault(digest, index) != index:
                self.report.stop("leaf-twice", "leaves.jsonl", index)
        self.report.facts["leaves"] = len(self.leaves)

    def check_heads(self) -> None:
        before: dict[str, Any] | None = None
        entries = self.json("heads.json")["heads"]
        if not entries:
            self.report.stop("head-missing", "heads.json")
        self.heads = [self.read_head(entry) for entry in entries]
        found = roots(self.hashes, {head["size"] for head in self.heads})
        for head in self.heads:
            self._check_place(head, before, found)
            before = head
        last = self.heads[-1]["size"]
        if self.manifest["head"] != {"size": last, "root": self.heads[-1]["root"]}:
            self.report.add("head-missing", "manifest.json", last)
        if last < len(self.leaves):
            self.report.stop("leaf-unsealed", "leaves.jsonl", last)
        self.report.facts["head"] = {name: self.heads[-1][name] for name in ("size", "root", "at", "key")}

    def read_head(self, entry: dict[str, str]) -> dict[str, Any]:
        head = self.parsed(entry["body"], "heads.json")
        if head.get("type") != "tree-head" or head.get("v") != 1 or head["log"] != self.log:
            self.report.stop("head-foreign", "heads.json")
        if head["key"] != entry["key"]:
            self.report.stop("head-key", "heads.json")
        if not self.signed(entry["body"], entry["signature"], entry["key"], ("seal",), "heads.json"):
            raise Stop
        return dict(head)

    def _check_place(
        self, head: dict[str, Any], before: dict[str, Any] | None, found: dict[int, str]
    ) -> None:
        size, since = head["size"], before["size"] if before else 0
        if before and size == since and head["root"] != before["root"]:
            self.report.stop("head-fork", "heads.json", size)
        if size <= since:
            self.report.stop("head-order", "heads.json", size)
        if size > len(self.leaves):
            self.report.stop("leaves-missing", "leaves.jsonl", len(self.leaves))
        if found[size] != head["root"]:
            self.report.stop("head-root", "leaves.jsonl", [since, size])
        named = head["previous"]
        if named and before and named["size"] == since and named["root"] != before["root"]:
            self.report.stop("head-fork", "heads.json", size)
        if named != (before and {"size": since, "root": before["root"]}):
            self.report.stop("head-missing", "heads.json", size)

    def only(self, verb: str) -> tuple[int, dict[str, Any]]:
        found = [index for index, body in enumerate(self.bodies) if body["verb"] == verb]
        if not found:
            self.report.stop("leaf-missing", "leaves.jsonl")
        if len(found) > 1:
            self.report.stop("leaf-repeated", "leaves.jsonl", found[1])
        return found[0], self.bodies[found[0]]["payload"]

    def check_publication(self) -> None:
        index, said = self.only(PUBLISHED)
        ours = self.assembly = self.json("assembly.json")
        self.published, self.motions = said, ours["motions"]
        stated = {name: ours[name] for name in ("title", "kind", "convener", "window", "rules", "statute")}
        stated |= {
            "estate": ours["estate"],
            "notice": sha256(self.files["notice.txt"]),
            "topics": sha256(self.files["topics.txt"]),
            "motions": sha256(canonical(self.motions).encode()),
            "slots": len(self.motions),
            "developer_electors": ours["developer_electors"],
        }
        if ours["roll_corrections"]:
            del stated["developer_electors"]
        self.scope = ours.get("scope")
        as_posted = stated == {name: said.get(name, stated[name]) for name in stated}
        if not as_posted or self.scope != said.get("scope"):
            self.report.add("published", "assembly.json", index)
        for name, verb in (("extensions", EXTENDED), ("roll_corrections", CORRECTED)):
            if ours[name] != [body["payload"] for body in self.bodies if body["verb"] == verb]:
                self.report.add("published", "assembly.json")

    def in_time(self, verb: str) -> list[dict[str, Any]]:
        """The events of this kind as they happened: leaves that were sealed at once lie in another order."""
        return sorted(
            (body for body in self.bodies if body["verb"] == verb), key=lambda body: str(body["at"])
        )

    def check_roll(self) -> None:
        area, heads = 0, set()
        for text in self.lines("roll.jsonl"):
            line = self.parsed(text, "roll.jsonl")
            if line["number"] in self.areas or line["head"] in heads:
                self.report.stop("roll", "roll.jsonl")
            inside = all(self._is_in_scope(*unit[:2]) for unit in line["units"])
            if not inside or line["area"] != sum(unit[3] for unit in line["units"]):
                self.report.add("roll", "roll.jsonl")
            self.areas[line["number"]] = line["area"]
            heads.add(line["head"])
            area += line["area"]
        ours: dict[str, Any] = {
            "heads": len(self.areas),
            "area": area,
            "sha256": sha256(self.files["roll.jsonl"]),
        }
        self.roll, said, follows = ours, self.published["roll"], True
        for body in self.in_time(CORRECTED):
            early = body["at"] < self.published["window"][0]
            follows = follows and early and body["payload"]["before"] == said["sha256"]
            said = body["payload"]["roll"]
        if ours != said or not follows:
            self.report.add("roll", "roll.jsonl")

    def _is_in_scope(self, building: str, staircase: str) -> bool:
        """Whether a home lies in the part that decides: a building, or one staircase of it."""
        if self.scope is None:
            return True
        return bool(building == self.scope[0] and self.scope[1] in ("", staircase))

    def check_certificate(self) -> None:
        index, said = self.only(CERTIFIED)
        if sha256(self.files["result.json"]) != said["certificate"]:
            self.report.stop("certificate", "result.json", index)
        self.result = self.json("result.json")
        if self.result["roll"] != self.roll:
            self.report.add("certificate", "roll.jsonl", index)
        if any(self.result[name] != self.assembly[name] for name in ("statute", "title")):
            self.report.add("certificate", "result.json", index)
        secrecy = self.assembly["rules"].get("ballot-secrecy", {"value": "named"})["value"]
        self.secret = secrecy == "secret"
        if self.result.get("secrecy") != secrecy or self.secret != ("marks" in self.result):
            self.report.add("certificate", "result.json", index)
        if self.result.get("scope") != self.scope:
            self.report.add("certificate", "result.json", index)
        if "secret.jsonl" in self.files and not (self.secret and self.manifest["level"] == "full"):
            self.report.add("file-added", "secret.jsonl")
        opens, closes = self.published["window"]
        self.window = self.result["window"]
        moved, follows = self.window[1] != closes, True
        for body in self.in_time(EXTENDED):
            later = body["payload"]["window"]
            follows = follows and body["payload"]["before"] == closes and body["at"] < closes < later[1]
            follows = follows and later[0] == opens
            closes = later[1]
        if self.window != [opens, closes] or not follows:
            self.report.add("window", "result.json", index)
        self.report.facts |= {"title": self.result["title"], "extended": moved, "roll": self.roll}

    # --- received, counted, decided ---------------------------------------------------------

    def check_counts(self) -> None:
        """Received = counted + not counted, by channel and by reason, from the leaves alone."""
        found: dict[str, dict[int, dict[str, Any]]] = {CAST: {}, UNCOUNTED: {}, TOOK_PART: {}}
        for index, body in enumerate(self.bodies):
            if body["verb"] in found:
                found[body["verb"]][index] = body
        self.ballots, took_part = found[CAST], found[TOOK_PART]
        replaced: dict[str, str] = {}
        by_hash = {self.hashes[index].hex(): body for index, body in self.ballots.items()}
        for index, body in self.ballots.items():
            self._check_ballot(index, body, by_hash, replaced)
        for index, body in took_part.items():
            self._check_time(index, body)
        if len({body["ballot"] for body in self.ballots.values()}) != len(self.ballots):
            self.report.add("ballot-twice", "leaves.jsonl")
        if len({body["subject"] for body in took_part.values()}) != len(took_part):
            self.report.add("ballot-twice", "leaves.jsonl")
        self.replaced = replaced
        if self.ballots or found[UNCOUNTED] if self.secret else took_part:
            self.report.add("count", "leaves.jsonl")  # a named ballot in a secret vote, or the other way
        aside = [body["payload"] for body in found[UNCOUNTED].values()]
        ours = secret_figures(len(took_part)) if self.secret else figures(by_hash, replaced, aside)
        index, said = self.only(CERTIFIED)
        sums = (ours["received"], ours["counted"])
        if self.result["ballots"] != ours or (said["received"], said["counted"]) != sums:
            self.report.add("count", "result.json", index)
        stated = self.json("totals.json")
        if stated["ballots"] != ours | {"replaced": len(replaced)}:
            self.report.add("count", "totals.json")
        self.totals = stated["motions"]
        self.report.facts["ballots"] = ours

    def _check_time(self, index: int, body: dict[str, Any]) -> None:
        if not self.window[0] <= body["at"] < self.window[1]:
            self.report.add("ballot-time", "leaves.jsonl", index)

    def _check_ballot(
        self, index: int, body: dict[str, Any], by_hash: dict[str, dict[str, Any]], replaced: dict[str, str]
    ) -> None:
        """``replaced`` gets the ballot that this one took the place of, with the way this one came."""
        self._check_time(index, body)
        before = body["previous"]
        if (before is None) != (body["revision"] == 1):
            self.report.add("revision", "leaves.jsonl", index)
        if before is None:
            return
        earlier = by_hash.get(before)
        if earlier is None or earlier["revision"] != body["revision"] - 1 or before in replaced:
            self.report.add("revision", "leaves.jsonl", index)
        replaced[before] = body["channel"]

    def check_decisions(self) -> None:
        """Every test and verdict follows from the totals by whole numbers."""
        rows = self.result["motions"]
        if [row["position"] for row in rows] != [one["position"] for one in self.motions]:
            self.report.stop("motions", "result.json")
        if [row["position"] for row in self.totals] != [row["position"] for row in rows]:
            self.report.stop("totals", "totals.json")
        for place, row in enumerate(rows):
            motion, cast = self.motions[place], self.totals[place]
            if (row["title"], row["item"]) != (motion["title"], motion["item"]):
                self.report.add("motions", "result.json")
            if set(cast) != {"position", *NAMES}:
                self.report.add("totals", "totals.json")
            heads, area = (sum(cast[name][part] for name in NAMES) for part in (0, 1))
            if (
                heads != self.result["ballots"]["counted"]
                or area > self.roll["area"]
                or heads > self.roll["heads"]
            ):
                self.report.add("totals", "totals.json")
            found = (
                decide_secret(cast, row)
                if self.secret
                else decide(self.result["statute"], self.roll, cast, row)
            )
            for code, ours, theirs in found:
                if ours != theirs:
                    self.report.add(code, "result.json")

    def check_election(self) -> None:
        """Ranks and lots, from the totals and the root that stood before the count."""
        asked, found = self.published.get("election", {}), self.result.get("election", {})
        self.group: list[int] = []
        if not asked and not found and "election.json" not in self.files:
            return
        if self.json("election.json") != {"published": asked, "result": found}:
            self.report.add("published", "election.json")
        if any(asked[name] != found[name] for name in ("purpose", "seats", "alternates", "seed")):
            self.report.add("election", "result.json")
        counted, _ = self.only(CERTIFIED)
        before = [head["root"] for head in self.heads if head["size"] <= counted]
        if found["root"] != (before[-1] if before else ""):
            self.report.add("lot-root", "result.json")
        places = {one["number"]: one["position"] for one in asked["candidates"]}
        rows = {row["position"]: row for row in self.result["motions"]}
        self.group, self.seats = list(places.values()), asked["seats"]
        results = {number: rows[position] for number, position in places.items()}
        left = {body["payload"]["candidate"] for body in self.bodies[:counted] if body["verb"] == WITHDREW}
        gone = {one["number"] for one in found["candidates"] if one["outcome"] == "withdrawn"}
        if gone != left & set(places):
            self.report.add("election", "result.json")
        if award(found, results) != sorted(found["candidates"], key=lambda one: int(one["number"])):
            self.report.add("election", "result.json")

    # --- the full pack ------------------------------------------------------------------------

    def check_openings(self) -> None:
        """Every ballot opens its commitment, and the totals are the sum of them all."""
        openings: dict[str, dict[str, Any]] = {}
        for text in self.lines("openings.jsonl"):
            opening = self.parsed(text, "openings.jsonl")
            if opening["ballot"] in openings:
                self.report.stop("opening", "openings.jsonl")
            openings[opening["ballot"]] = opening
        for index, body in self.ballots.items():
            opening = openings.pop(body["ballot"], None)
            if opening is None:
                self.report.add("opening-missing", "openings.jsonl", index)
                continue
            self._check_opening(index, body, opening)
            self.opened[self.hashes[index].hex()] = opening
        if openings:
            self.report.add("opening", "openings.jsonl")
        self._check_electors()
        self._check_uncounted()
        self._check_marks()
        sums = self.recount()
        for place, one in enumerate(sums):
            if {"position": self.motions[place]["position"], **one} != self.totals[place]:
                self.report.add("recount", "totals.json")
        rows = [{"position": place, **one} for place, one in enumerate(sums, 1)]
        self.report.facts["recounted"] = rows

    def _check_electors(self) -> None:
        """Each has one ballot that stands, and replaced only their own."""
        standing: set[int] = set()
        for index, body in self.ballots.items():
            digest = self.hashes[index].hex()
            elector = self.opened.get(digest, {}).get("elector")
            before = self.opened.get(body["previous"], {}).get("elector", elector)
            if before != elector or (digest not in self.replaced and elector in standing):
                self.report.add("elector-twice", "openings.jsonl", index)
            if digest not in self.replaced and elector is not None:
                standing.add(elector)

    def recount(self) -> list[dict[str, list[int]]]:
        """The marks of every ballot that stands, added up: heads and area of each, motion by motion."""
        alike: dict[str, list[int]] = {}
        for digest, opening in self.opened.items():
            if digest not in self.replaced:
                sums = alike.setdefault(opening["choices"], [0, 0])
                sums[0] += 1
                sums[1] += self.areas.get(opening["elector"], 0)
        for _, choices in self.marks:
            alike.setdefault(choices, [0, 0])[0] += 1
        totals = [{name: [0, 0] for name in NAMES} for _ in self.motions]
        for choices, more in alike.items():
            for place, mark in enumerate(self.as_counted(choices)[: len(totals)]):
                totals[place][MARKS[mark]] = _plus(totals[place][MARKS[mark]], more)
        return totals

    def _check_opening(self, index: int, body: dict[str, Any], opening: dict[str, Any]) -> None:
        said = {name: value for name, value in opening.items() if name != "ballot"}
        if sha256(canonical({**said, "log": self.log}).encode()) != body["commitment"]:
            self.report.add("opening", "openings.jsonl", index)
        if opening["elector"] not in self.areas:
            self.report.add("opening", "openings.jsonl", index)
        choices = opening["choices"]
        if len(choices) != len(self.motions) or set(choices) - set(MARKS):
            self.report.add("opening", "openings.jsonl", index)

    def as_counted(self, choices: str) -> str:
        """A ballot for more candidates than there are seats says nothing valid about any of them."""
        if sum(choices[place - 1 : place] == "F" for place in self.group) <= (
            self.seats if self.group else 0
        ):
            return choices
        return "".join("X" if place in self.group else mark for place, mark in enumerate(choices, 1))

    def _check_uncounted(self) -> None:
        listed = [self.parsed(text, "uncounted.jsonl")["leaf"] for text in self.lines("uncounted.jsonl")]
        logged = [self.hashes[i].hex() for i, body in enumerate(self.bodies) if body["verb"] == UNCOUNTED]
        if sorted(listed) != sorted(logged):
            self.report.add("uncounted", "uncounted.jsonl")

    def _check_marks(self) -> None:
        """What was marked in a secret vote is what the certificate's hash was made of."""
        self.marks: list[list[str]] = []
        if not self.secret:
            return
        rows = [self.parsed(text, "secret.jsonl") for text in self.lines("secret.jsonl")]
        self.marks = sorted([row["id"], row["choices"]] for row in rows)
        odd = any(len(marks) != len(self.motions) or set(marks) - set(MARKS) for _, marks in self.marks)
        if odd or sha256(canonical(self.marks).encode()) != self.result["marks"]:
            self.report.add("opening", "secret.jsonl")


# --- counting --------------------------------------------------------------------------------


def figures(
    by_hash: dict[str, dict[str, Any]], replaced: dict[str, str], aside: list[dict[str, str]]
) -> dict[str, Any]:
    """What was received, counted and not, in all, by channel and by reason.

    ``replaced`` has the channel of the ballot that took the place, ``aside`` what the leaves of
    those not counted say.
    """
    channels: dict[str, dict[str, int]] = {}
    reasons: dict[tuple[str, str], int] = {}
    left_out = [
        (by_hash[digest]["channel"], why_replaced(by_hash[digest]["channel"], by))
        for digest, by in replaced.items()
        if digest in by_hash
    ]
    left_out += [(one["channel"], one["reason"]) for one in aside]
    standing = [body["channel"] for digest, body in by_hash.items() if digest not in replaced]
    for channel in [*standing, *(channel for channel, _ in left_out)]:
        channels.setdefault(channel, {"received": 0, "counted": 0})["received"] += 1
    for channel in standing:
        channels[channel]["counted"] += 1
    for pair in left_out:
        reasons[pair] = reasons.get(pair, 0) + 1
    return {
        "received": len(standing) + len(left_out),
        "counted": len(standing),
        "not_counted": len(left_out),
        "channels": channels,
        "reasons": [[channel, reason, number] for (channel, reason), number in sorted(reasons.items())],
    }


def why_replaced(channel: str, by: str) -> str:
    """Why a ballot does not count once its elector's next one came ``by`` that way."""
    own = channel == by or "mandate" in (channel, by)
    return "replaced-by-elector" if own else "replaced-by-precedence"


def secret_figures(took_part: int) -> dict[str, Any]:
    """In a secret vote, which is online only, whoever took part is counted."""
    all_of_them = {"received": took_part, "counted": took_part}
    return {**all_of_them, "not_counted": 0, "channels": {"online": all_of_them}, "reasons": []}


# --- deciding, in whole numbers ----------------------------------------------------------------


def _exceeds(one: list[int], other: list[int]) -> bool:
    return one[0] > other[0] and one[1] > other[1]


def _plus(one: list[int], other: list[int]) -> list[int]:
    return [one[0] + other[0], one[1] + other[1]]


def judge(
    statute: str, item: int, whole: list[int], sides: dict[str, list[int]]
) -> tuple[str, list[dict[str, Any]]]:
    """The verdict and its tests; pairs are heads and area in 0.01 m²."""
    rule = STATUTES[statute]
    if not 1 <= item <= rule["items"]:
        raise ValueError(item)
    taking_part = [0, 0]
    for name in ("for", "against", "abstain", "follow"):
        taking_part = _plus(taking_part, sides[name])
    base = whole if rule["of"] == "total" else taking_part
    share = (*rule["two"], ">=") if item in rule["special"] else (1, 2, ">")
    wanted = [("approval", sides["for"], base, share)]
    if rule["quorum"]:
        wanted.insert(0, ("participation", taking_part, whole, (*rule["quorum"], ">=")))
    tests: list[dict[str, Any]] = []
    for name, have, of, (top, bottom, sign) in wanted:
        for dimension, part in (("area", 1), ("heads", 0)):
            left, right = have[part] * bottom, of[part] * top
            met = left > right if sign == ">" else left >= right
            tests.append(
                {"name": f"{name}-{dimension}", "dimension": dimension, "have": have[part], "of": of[part]}
                | {"need": f"{top}/{bottom}", "comparison": sign, "met": met}
            )
    if any(test["name"].startswith("participation") and not test["met"] for test in tests):
        return "quorum-not-met", tests
    return ("passed" if all(test["met"] for test in tests) else "not-passed"), tests


def decide(
    statute: str, roll: dict[str, Any], cast: dict[str, Any], row: dict[str, Any]
) -> list[tuple[str, Any, Any]]:
    """What follows from the marks as cast, beside what the result says: (code, ours, theirs)."""
    whole = [roll["heads"], roll["area"]]
    side = "for" if _exceeds(cast["for"], cast["against"]) else ""
    side = side or ("against" if _exceeds(cast["against"], cast["for"]) else "")
    counted = {name: cast[name] for name in NAMES}
    if side:
        counted |= {side: _plus(cast[side], cast["follow"]), "follow": [0, 0]}
    taking_part = [0, 0]
    for name in ("for", "against", "abstain", "follow"):
        taking_part = _plus(taking_part, counted[name])
    verdict, tests = judge(statute, row["item"], whole, counted)
    pairs: list[tuple[str, Any, Any]] = [
        ("totals", counted[name], row[name]) for name in ("for", "against", "abstain")
    ]
    pairs += [("totals", cast[name], row[name]) for name in ("follow", "invalid")]
    pairs += [
        ("totals", taking_part, row["participating"]),
        ("tests", tests, _without_articles(row["tests"])),
    ]
    if row["with_silent"] is not None:
        verdict, more = _after_silence(statute, whole, cast, counted, side, row)
        pairs += more
    return [*pairs, ("verdict", verdict, row["verdict"])]


def decide_secret(cast: dict[str, Any], row: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """The same for an opinion asked in secret: heads only, carried by more than half of those taking part."""
    taking_part = sum(cast[name][0] for name in NAMES[:4])
    met = 2 * cast["for"][0] > taking_part
    test = {"name": "approval-heads", "dimension": "heads", "have": cast["for"][0], "of": taking_part}
    pairs: list[tuple[str, Any, Any]] = [("totals", [cast[name][0], 0], cast[name]) for name in NAMES]
    pairs += [("totals", cast[name], row[name]) for name in NAMES]
    return [
        *pairs,
        ("totals", [taking_part, 0], row["participating"]),
        ("tests", [test | {"need": "1/2", "comparison": ">", "met": met}], _without_articles(row["tests"])),
        ("silent", None, row["with_silent"]),
        ("verdict", "passed" if met else "not-passed", row["verdict"]),
    ]


def _without_articles(tests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in test.items() if name != "article"} for test in tests]


def _after_silence(
    statute: str,
    whole: list[int],
    cast: dict[str, Any],
    counted: dict[str, Any],
    side: str,
    row: dict[str, Any],
) -> tuple[str, list[tuple[str, Any, Any]]]:
    """The second tally. Who was served is not in the pack; they are no more than stayed silent."""
    said = row["with_silent"]
    added = [said["added"]["heads"], said["added"]["area"]]
    withheld = None if side else "no-majority"
    if side and not _exceeds(_plus(cast[side], cast[side]), whole):
        withheld = "not-half-of-all"
    after = {**counted, side: _plus(counted[side], added)} if side else counted
    verdict, tests = judge(statute, row["item"], whole, after)
    figures = {
        name: {"heads": after[name][0], "area": after[name][1]} for name in ("for", "against", "abstain")
    }
    silent = [whole[part] - sum(cast[name][part] for name in NAMES) for part in (0, 1)]
    fits = added[0] <= silent[0] and added[1] <= silent[1] and not (withheld and any(added))
    return verdict, [
        ("silent", withheld, said["withheld"]),
        ("silent", True, fits),
        ("silent", figures, said["figures"]),
        ("silent", verdict, said["verdict"]),
        ("silent", tests, _without_articles(said["tests"])),
    ]


def lot(seed: str, root: str, number: int) -> str:
    """What decides between candidates with equal heads and area: the lowest goes first."""
    return sha256(canonical([seed, root, number]).encode())


def award(election: dict[str, Any], results: dict[int, Any]) -> list[dict[str, Any]]:
    """Each candidate's outcome, rank and lot, by number. A tie that decides nothing stays one."""
    seats, last = election["seats"], election["seats"] + election["alternates"]
    gone = {one["number"] for one in election["candidates"] if one["outcome"] == "withdrawn"}
    passed = {number: row["verdict"] == "passed" for number, row in results.items()}
    found = {
        number: {"number": number, "outcome": "withdrawn" if number in gone else "not-elected", "rank": None}
        | {"for": row["for"], "passed": passed[number], "lot": ""}
        for number, row in results.items()
    }
    fit = sorted((number for number in results if passed[number] and number not in gone), key=int)
    fit.sort(key=lambda number: [-part for part in results[number]["for"]])
    first = 1
    while fit:
        equals = [number for number in fit if results[number]["for"] == results[fit[0]]["for"]]
        fit = fit[len(equals) :]
        drawn = len(equals) > 1 and first + len(equals) - 1 > seats and first <= last
        lots = {number: lot(election["seed"], election["root"], number) if drawn else "" for number in equals}
        for step, number in enumerate(sorted(equals, key=lambda number: (lots[number], number))):
            rank = first + step if drawn else first
            outcome = "elected" if rank <= seats else "alternate" if rank <= last else "not-elected"
            found[number] |= {"outcome": outcome, "rank": rank, "lot": lots[number]}
        first += len(equals)
    return [found[number] for number in sorted(found)]


# --- receipts and heads --------------------------------------------------------------------------


def check_receipt(text: str, report: Report, pack: Pack | None) -> dict[str, Any]:
    """A receipt by itself, and its ballot's place in ``pack``."""
    receipt: dict[str, Any] = {}
    try:
        receipt = parse(text[:-1] if text.endswith("\n") else text)
        _check_receipt(receipt, report)
        if pack is not None:
            _check_receipt_in(receipt, report, pack)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        report.add("receipt", "receipt")
    return receipt


def _check_receipt(receipt: dict[str, Any], report: Report) -> None:
    fields = {"type", "v", "leaf", "opening", "key", "public_key", "signature", "proof"}
    if set(receipt) != fields or receipt["type"] != "linyi-receipt" or receipt["v"] != 1:
        raise ValueError("fields")
    signed = canonical(
        {name: receipt[name] for name in ("type", "v", "leaf", "opening", "key", "public_key")}
    )
    if sha256(from_base64(receipt["public_key"]))[:16] != receipt["key"]:
        raise ValueError("key")
    if not is_signed(signed, receipt["signature"], receipt["public_key"]):
        report.stop("receipt", "receipt")
    leaf, opening = parse(receipt["leaf"]), receipt["opening"]
    if opening is not None and leaf["verb"] == CAST:
        said = sha256(canonical({**opening, "log": leaf["log"]}).encode())
        if set(opening) != {"salt", "elector", "choices"} or said != leaf["commitment"]:
            report.stop("receipt", "receipt")
    digest = leaf_hash(receipt["leaf"])
    report.facts |= {
        "leaf_hash": digest.hex(),
        "leaf": leaf,
        "receipt_key": receipt["key"],
        "opening": opening,
    }
    if (proof := receipt["proof"]) is not None:
        head = check_head(proof["head"], report)
        root = root_by_path(digest, proof["index"], proof["size"], proof["path"])
        known = set(proof) == {"index", "size", "path", "head"}
        if not known or (head["size"], head["root"], head["log"]) != (proof["size"], root, leaf["log"]):
            report.stop("receipt-proof", "receipt")
        report.facts |= {"index": proof["index"], "size": proof["size"], "head_key": head["key"]}


def _check_receipt_in(receipt: dict[str, Any], report: Report, pack: Pack) -> None:
    if report.facts["leaf"]["log"] != pack.log:
        report.stop("receipt-other", "receipt")
    key = pack.keys.get(receipt["key"])
    if key is None or key["purpose"] != "receipt" or key["public_key"] != receipt["public_key"]:
        report.stop("receipt-key", "receipt")
    if receipt["key"] not in pack.trusted:
        report.stop("key-untrusted", "receipt")
    digest, proof = leaf_hash(receipt["leaf"]), receipt["proof"]
    if digest not in pack.hashes:
        report.stop("receipt-missing", "leaves.jsonl")
    index = pack.hashes.index(digest)
    if proof is not None:
        _check_proof_in(proof, index, report, pack)
    report.facts |= {"index": index, "replaced": digest.hex() in pack.replaced}


def _check_proof_in(proof: dict[str, Any], index: int, report: Report, pack: Pack) -> None:
    entry = proof["head"]
    key = pack.keys.get(entry["key"])
    if key is None or key["purpose"] != "seal" or key["public_key"] != entry["public_key"]:
        report.stop("receipt-key", "receipt")
    if entry["key"] not in pack.trusted:
        report.stop("key-untrusted", "receipt")
    if proof["size"] > len(pack.hashes):
        report.stop("leaves-missing", "leaves.jsonl", len(pack.hashes))
    if proof["index"] != index:
        report.stop("receipt-place", "leaves.jsonl", index)
    if roots(pack.hashes, {proof["size"]})[proof["size"]] != parse(entry["body"])["root"]:
        report.stop("head-fork", "receipt", proof["size"])


def check_head(entry: dict[str, Any], report: Report) -> dict[str, Any]:
    """A head that stands alone: its form, and its signature by the key that comes with it."""
    if set(entry) != {"body", "signature", "key", "public_key"}:
        raise ValueError("head")
    head = parse(entry["body"])
    ours = sha256(from_base64(entry["public_key"]))[:16]
    if head["type"] != "tree-head" or not ours == entry["key"] == head["key"]:
        raise ValueError("head")
    if not is_signed(entry["body"], entry["signature"], entry["public_key"]):
        report.stop("signature", "head")
    return dict(head)


def outside_heads(
    data: bytes, keys: dict[str, str], trust: list[str], report: Report
) -> list[dict[str, Any]]:
    """The heads in a file that left the machine: one head, or a list under "heads", as JSON.

    Where a head comes without its public key, that of its number in ``keys`` is taken.
    """
    try:
        found = json.loads(data.decode())
        entries = found.get("heads", [found])
        heads = [dict(parse(entry["body"])) for entry in entries]
        if {head["type"] for head in heads} != {"tree-head"} or len({head["log"] for head in heads}) != 1:
            raise ValueError("heads")
        for place, head in enumerate(heads):
            _check_outside(entries[place], head["key"], keys, trust, report)
        return sorted(heads, key=lambda head: int(head["size"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        report.stop("malformed", "head")


def _check_outside(
    entry: dict[str, str], number: str, keys: dict[str, str], trust: list[str], report: Report
) -> None:
    public = entry.get("public_key") or keys.get(number, "")
    if not public or sha256(from_base64(public))[:16] != number:
        report.stop("key-unknown", "head")
    if trust and number not in trust:
        report.add("key-untrusted", "head")
    if not is_signed(entry["body"], entry["signature"], public):
        report.stop("signature", "head")


class Side:
    """One of two things compared: a pack with all its leaves, or heads alone."""

    def __init__(self, data: bytes, report: Report, trust: list[str], other: Side | None = None) -> None:
        self.pack: Pack | None = None
        if data[:1] == b"{":
            known = other.pack.keys.values() if other and other.pack else ()
            keys = {key["id"]: key["public_key"] for key in known}
            self.heads = outside_heads(data, keys, trust, report)
            return
        self.pack = Pack(data, report, trust)
        self.pack.check()
        self.heads = self.pack.heads
        if not self.heads:
            raise Stop

    @property
    def last(self) -> dict[str, Any]:
        return self.heads[-1]

    def root_at(self, size: int) -> str | None:
        """The root over the first ``size`` leaves, if it can be told."""
        if self.pack and size <= len(self.pack.hashes):
            return roots(self.pack.hashes, {size})[size]
        return next((str(head["root"]) for head in self.heads if head["size"] == size), None)


def extends(old: Side, new: Side, report: Report) -> None:
    """Whether ``new`` begins with all of ``old``."""
    if old.last["log"] != new.last["log"]:
        report.stop("other-log")
    if old.last["size"] > new.last["size"]:
        report.stop("leaves-missing")
    compare(old, new, report)


def compare(old: Side, new: Side, report: Report) -> None:
    """Whether the one with fewer leaves is the beginning of the other."""
    if old.last["log"] != new.last["log"]:
        report.stop("other-log")
    if old.last["size"] > new.last["size"]:
        old, new = new, old
    for head in old.heads:
        root = new.root_at(head["size"])
        if root is None:
            report.stop("leaves-missing")
        if root != head["root"]:
            report.stop("head-fork", "heads.json", head["size"])
    report.facts |= {"size": [old.last["size"], new.last["size"]], "log": old.last["log"]}


# --- the command line -------------------------------------------------------------------------------


def verify_pack(data: bytes, trust: list[str] | None = None) -> tuple[Report, Pack | None]:
    """Check a pack; the second is None where it could not even be opened."""
    report, pack = Report(), None
    try:
        pack = Pack(data, report, trust or [])
        pack.check()
    except Stop:
        pass
    return report, pack


def examine(
    data: bytes, *, trust: list[str] | None = None, receipt: str | None = None, older: bytes | None = None
) -> Report:
    """Check a pack, a receipt in it, and that its log goes on from an older pack or head."""
    report = Report()
    try:
        new = Side(data, report, trust or [])
        if older is not None:
            extends(Side(older, report, trust or [], new), new, report)
        if receipt is not None:
            check_receipt(receipt, report, new.pack)
    except Stop:
        pass
    return report


def run(arguments: argparse.Namespace) -> Report:
    """Carry out one command; what is wrong with the input is in the report."""
    report = Report()
    try:
        _run(arguments, report)
    except Stop:
        pass
    except OSError:
        report.add("unreadable")
    except (ValueError, KeyError, TypeError):
        report.add("malformed")
    return report


def _run(arguments: argparse.Namespace, report: Report) -> None:
    trust: list[str] = arguments.trust
    if arguments.command in ("compare", "extends"):
        older, newer = (Path(name).read_bytes() for name in (arguments.one, arguments.other))
        if arguments.command == "compare" and newer[:1] == b"{":
            older, newer = newer, older  # a pack knows the keys of heads that come without
        new = Side(newer, report, trust)
        old = Side(older, report, trust, new)
        (extends if arguments.command == "extends" else compare)(old, new, report)
        return
    pack = Pack(Path(arguments.pack).read_bytes(), report, trust)
    pack.check()
    if arguments.command == "receipt":
        check_receipt(Path(arguments.receipt).read_bytes().decode(), report, pack)
    if arguments.command == "recount" and pack.manifest["level"] != "full":
        report.add("not-full")


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="邻议证据包核验程序")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--trust", action="append", default=[], metavar="KEYID", help="只认这个编号的密钥，可重复"
    )
    common.add_argument("--json", action="store_true", help="输出 JSON")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, places in (("verify", ("pack",)), ("receipt", ("receipt", "pack")), ("recount", ("pack",))):
        one = commands.add_parser(name, parents=[common])
        for place in places:
            one.add_argument(place)
    for name in ("compare", "extends"):
        one = commands.add_parser(name, parents=[common])
        one.add_argument("one")
        one.add_argument("other")
    try:
        arguments = parser.parse_args(words)
    except SystemExit as asked:
        # 2 would mean "tampered"; a command that was not understood is something else.
        return 64 if asked.code else 0
    report = run(arguments)
    print(json.dumps(report.document(), ensure_ascii=False, indent=2) if arguments.json else told(report))
    return EXIT[report.verdict]


def told(report: Report) -> str:
    """The report in sentences."""
    facts, lines = report.facts, [HEADLINES[report.verdict]]
    lines += [f"  · {one['message']}" for one in report.problems[:20]]
    if "title" in facts:
        lines.append(f"会议：{facts['title']}（{facts['log']}），{facts['leaves']} 片叶。")
    if "ballots" in facts:
        count = facts["ballots"]
        lines.append(
            f"收到 {count['received']} 张 = 计入 {count['counted']} 张 + 未计入 {count['not_counted']} 张。"
        )
    if "index" in facts:
        lines.append(f"这张票是第 {facts['index']} 片叶，收到时间 {facts['leaf']['at']}。")
    for row in facts.get("recounted", []):
        lines.append(
            f"第 {row['position']} 项重新计票：" + "，".join(f"{name} {row[name]}" for name in NAMES)
        )
    lines += [
        f"密钥 {key['id']}（{key['purpose']}）：请与公告栏上的编号核对。" for key in facts.get("keys", [])
    ]
    return "\n".join([*lines, *(f"  {line}" for line in NOT_PROVEN)])


if __name__ == "__main__":
    sys.exit(main())
