"""One archive of everything about an assembly: asked for on a page, made in the background, on record.

What is asked for and what was made are entries of the estate's log, so a request
survives any crash and no table keeps a second truth. The file lies in the store
under a name that nobody can guess, and is only ever served through its page.
"""

import hashlib
import json
import logging
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from django.core.cache import cache
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import override

from communities.clock import LOCAL_ZONE, database_now
from communities.ledger.canonical import Plain, canonical
from communities.ledger.leaves import timestamp
from communities.live import announce
from communities.models import Estate, LedgerEntry, Log, User
from communities.services.ledger import log_of_estate, record, subject_of
from votes.errors import ArchivePending
from votes.models import Assembly

from .assemblies import judge, lock_assembly

logger = logging.getLogger(__name__)

REQUESTED, MADE, FAILED = "votes.archive.requested", "votes.archive.made", "votes.archive.failed"
#: A request that nothing became of in this time is given up; somebody may ask anew.
PATIENCE = timedelta(hours=6)
#: How long a worker may be busy with one archive before another one takes it up.
BUSY_SECONDS = 1800
#: Hex digits of the request's leaf hash that name an archive: too many to guess.
KEY_LENGTH = 40

#: The files of one part: each a name within the archive and its bytes.
Producer = Callable[[Assembly], Iterator[tuple[str, bytes]]]
#: What goes into an archive, in this order. Packages add theirs with :func:`add_producer` when they start.
PRODUCERS: list[tuple[str, Producer]] = []


def add_producer(name: str, producer: Producer) -> None:
    """Put the files of ``producer`` into every archive, under the folder ``name`` ("" for the top)."""
    if all(known is not producer for _name, known in PRODUCERS):
        PRODUCERS.append((name, producer))


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was asked for; ``sha256`` is empty until it is made."""

    #: Names it in addresses and in the store.
    key: str
    requested_at: datetime
    made_at: datetime | None = None
    failed: bool = False
    sha256: str = ""
    size: int = 0
    files: int = 0

    @property
    def is_made(self) -> bool:
        return bool(self.sha256)

    @property
    def is_there(self) -> bool:
        """Whether the file still lies in the store; after its time it is removed."""
        return self.is_made and default_storage.exists(self.path)

    @property
    def path(self) -> str:
        return _path(self.key)

    @property
    def progress(self) -> int:
        """How many files are ready by now, as far as this process can know."""
        done: int = cache.get(_progress(self.key), 0)
        return done

    def is_waiting(self, moment: datetime) -> bool:
        return not self.is_made and not self.failed and moment - self.requested_at < PATIENCE


def archives_of(assembly: Assembly) -> list[Archive]:
    """All that were asked for of one assembly, newest first."""
    entries = LedgerEntry.objects.filter(
        log__name=log_of_estate(assembly.estate).name, verb__in=[REQUESTED, MADE, FAILED]
    ).order_by("-recorded_at", "-pk")
    subject = subject_of(assembly)
    ends: dict[str, tuple[LedgerEntry, dict[str, Any]]] = {}
    found = []
    for entry in entries:
        body = json.loads(entry.body)
        if body["subject"] != subject:
            continue
        if entry.verb != REQUESTED:
            ends[body["payload"]["request"]] = (entry, body["payload"])
            continue
        end, payload = ends.get(entry.leaf_hash, (None, {}))
        found.append(
            Archive(
                key=_key(entry),
                requested_at=entry.recorded_at,
                made_at=end.recorded_at if end and end.verb == MADE else None,
                failed=bool(end and end.verb == FAILED),
                sha256=payload.get("sha256", ""),
                size=payload.get("size", 0),
                files=payload.get("files", 0),
            )
        )
    return found


@transaction.atomic
def request_archive(*, assembly: Assembly, actor: User) -> None:
    """Ask for an archive as things stand; the next sweep makes it.

    Raises :class:`NotPermitted`, and :class:`ArchivePending` while one is being made.
    """
    assembly = lock_assembly(assembly.pk)
    judge("votes.take_archive", actor, assembly)
    moment = database_now()
    if any(archive.is_waiting(moment) for archive in archives_of(assembly)):
        raise ArchivePending
    record(log=log_of_estate(assembly.estate), verb=REQUESTED, subject=assembly, actor=actor, moment=moment)


def make_requested_archives() -> int:
    """Make every archive that was asked for and is not made; returns how many this call made.

    Safe to run twice or by several workers: one makes each, and a result that
    another one has entered meanwhile is thrown away.
    """
    since = database_now() - PATIENCE
    entries = LedgerEntry.objects.filter(log__in=Log.objects.filter(assembly__isnull=True))
    ended = {
        json.loads(body)["payload"]["request"]
        for body in entries.filter(verb__in=[MADE, FAILED], recorded_at__gte=since).values_list(
            "body", flat=True
        )
    }
    waiting = entries.filter(verb=REQUESTED, recorded_at__gte=since).exclude(leaf_hash__in=ended)
    return sum(_make(entry) for entry in waiting.order_by("pk"))


def _make(request: LedgerEntry) -> bool:
    busy = f"archive-busy:{request.leaf_hash}"
    if not cache.add(busy, True, BUSY_SECONDS):
        return False
    number = json.loads(request.body)["subject"].rpartition(":")[2]
    assembly = Assembly.objects.select_related("estate__community__subdistrict", "scope_building").get(
        pk=number
    )
    try:
        path = _path(request.leaf_hash)
        with tempfile.TemporaryFile() as file:
            # A worker has no reader whose language to take.
            with override("zh-hans"):
                files = write_archive(assembly, file, progress=_progress(_key(request)))
            size, digest = file.tell(), _sha256(file)
            # What a worker that was killed half way left there is no archive.
            default_storage.delete(path)
            default_storage.save(path, File(file))
        outcome: dict[str, Plain] = {"sha256": digest, "size": size, "files": files}
        return _enter(assembly, request, MADE, outcome)
    except Exception:
        logger.exception("archive %s was not made", request.leaf_hash)
        return _enter(assembly, request, FAILED, {})
    finally:
        cache.delete(busy)


@transaction.atomic
def _enter(assembly: Assembly, request: LedgerEntry, verb: str, outcome: dict[str, Plain]) -> bool:
    log = Log.objects.select_for_update(no_key=True).get(pk=request.log_id)
    entries = LedgerEntry.objects.filter(log=log, verb__in=[MADE, FAILED], body__contains=request.leaf_hash)
    if entries.exists():
        return False
    record(
        log=log, verb=verb, subject=assembly, actor=None, payload={"request": request.leaf_hash, **outcome}
    )
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
    return verb == MADE


def write_archive(assembly: Assembly, file: IO[bytes], *, progress: str = "") -> int:
    """Write the archive of ``assembly`` as it stands into ``file``; returns how many files are in it.

    The last one is ``manifest.json``: name, size and SHA-256 of every other.
    """
    moment = database_now()
    stamp = moment.astimezone(LOCAL_ZONE)
    listed: list[Plain] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: bytes) -> None:
            info = zipfile.ZipInfo(name, date_time=stamp.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)

        for folder, producer in PRODUCERS:
            for name, content in producer(assembly):
                full = f"{folder}/{name}" if folder else name
                put(full, content)
                listed.append(
                    {"name": full, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                )
                if progress:
                    cache.set(progress, len(listed), BUSY_SECONDS)
        manifest: dict[str, Plain] = {
            "v": 1,
            "assembly": assembly.pk,
            "title": assembly.title,
            "estate": assembly.estate.name,
            "status": assembly.status,
            "made_at": timestamp(moment),
            "files": listed,
        }
        put("manifest.json", canonical(manifest).encode())
    return len(listed) + 1


def stored_archives(estate: Estate) -> list[tuple[int, str, datetime]]:
    """Archives whose file is still there: the assembly's number, the path, and when it was made."""
    entries = LedgerEntry.objects.filter(log__name=log_of_estate(estate).name, verb=MADE)
    found = []
    for text, made_at in entries.order_by("pk").values_list("body", "recorded_at"):
        body = json.loads(text)
        path = _path(body["payload"]["request"])
        if default_storage.exists(path):
            found.append((int(body["subject"].rpartition(":")[2]), path, made_at))
    return found


def _path(leaf_hash: str) -> str:
    return f"archives/{leaf_hash[:KEY_LENGTH]}.zip"


def _key(request: LedgerEntry) -> str:
    return request.leaf_hash[:KEY_LENGTH]


def _progress(key: str) -> str:
    return f"archive-progress:{key}"


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while part := file.read(1 << 20):
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()
