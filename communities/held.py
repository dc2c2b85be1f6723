"""Signed heads kept in a file outside the database: what this machine itself remembers.

A database that was put back to an earlier state knows nothing of what came after. The
file does: one line of JSON for each head, written through to the disk after the head
was committed, never changed. Lost with the machine, it is no substitute for witnesses.

A line with ``"gap"`` says that two operators gave up what was missing; from there on a
log is compared with what was left.
"""

import fcntl
import json
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from communities.models import Log, TreeHead

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HeldHead:
    """The newest head of a log that this machine remembers. Size 0: nothing is left to compare."""

    log: str
    estate: int
    size: int
    root: str


class HeldFile:
    """The file as far as it was read; what is added meanwhile is read the next time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_to = 0
        self._newest: dict[str, HeldHead] = {}
        self._lock = threading.Lock()

    def newest(self) -> Mapping[str, HeldHead]:
        """By the name of the log."""
        with self._lock:
            try:
                with self.path.open("rb") as file:
                    if os.fstat(file.fileno()).st_size < self._read_to:
                        self._read_to, self._newest = 0, {}
                    file.seek(self._read_to)
                    for line in file:
                        # A line that is being written is read when it is whole.
                        if not line.endswith(b"\n"):
                            break
                        self._read_to += len(line)
                        self._take(line)
            except FileNotFoundError:
                self._read_to, self._newest = 0, {}
            return dict(self._newest)

    def every_head(self) -> dict[str, list[tuple[int, str]]]:
        """Size and root of every head since the newest declared gap, by the name of the log."""
        found: dict[str, list[tuple[int, str]]] = {}
        if not self.path.exists():
            return found
        for line in self.path.read_bytes().splitlines():
            read = self._parsed(line)
            if read is None:
                continue
            head, is_gap = read
            if is_gap:
                found[head.log] = []
            if head.size:
                found.setdefault(head.log, []).append((head.size, head.root))
        return found

    def _take(self, line: bytes) -> None:
        if read := self._parsed(line):
            head, is_gap = read
            known = self._newest.get(head.log)
            if is_gap or known is None or head.size >= known.size:
                self._newest[head.log] = head

    def _parsed(self, line: bytes) -> tuple[HeldHead, bool] | None:
        try:
            said = json.loads(line)
            return HeldHead(said["log"], said["estate"], said["size"], said["root"]), "gap" in said
        except (ValueError, KeyError, TypeError):
            # Cut off by a power failure; the line after it is whole again.
            if line.strip():
                logger.warning("%s holds a line that cannot be read", self.path)
            return None

    def append(self, said: Mapping[str, Any]) -> None:
        """Write one line through to the disk."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        line = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self.path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if file.tell() and not self._ends_whole():
                line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"


_files: dict[str, HeldFile] = {}


def held_file() -> HeldFile | None:
    """The file the settings name, if any."""
    name = settings.HELD_HEADS_FILE
    return _files.setdefault(str(name), HeldFile(Path(name))) if name else None


def newest_of(log: Log) -> HeldHead | None:
    """The newest head of ``log`` that is remembered, if any."""
    file = held_file()
    return file.newest().get(log.name) if file else None


def hold(log: Log, head: TreeHead) -> None:
    """Remember a head that has been committed. A disk that refuses is reported, and asked again later."""
    file = held_file()
    if file is None:
        return
    try:
        file.append(
            {
                "log": log.name,
                "estate": log.estate_id,
                "size": head.size,
                "root": head.root,
                "body": head.body,
                "signature": head.signature,
            }
        )
    except OSError:
        logger.exception("the head of %s at %s could not be held", log.name, head.size)


def hold_newest_heads() -> None:
    """Remember what a process that was killed after its commit could not."""
    file = held_file()
    if file is None:
        return
    known = file.newest()
    newest: dict[int, TreeHead] = {}
    for head in TreeHead.objects.select_related("log").order_by("log", "-size").iterator():
        newest.setdefault(head.log_id, head)
    for head in newest.values():
        held = known.get(head.log.name)
        if held is None or head.size > held.size:
            hold(head.log, head)


def forget_all() -> None:
    """Put the file aside, for a database that begins anew."""
    file = held_file()
    if file and file.path.exists():
        file.path.replace(file.path.with_suffix(".old"))
