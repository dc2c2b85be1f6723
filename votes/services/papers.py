"""纸质表决票: asked for, printed, printed again, and received back."""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from communities.clock import database_now
from communities.ledger.canonical import Plain
from communities.live import announce
from communities.models import User
from communities.services.ledger import record
from communities.services.outbox import tell
from communities.values.text import half_width
from votes.enums import AssemblyStatus, BallotSecrecy, Channel, UncountedReason
from votes.errors import (
    AlreadyCast,
    AssemblyCancelled,
    PaperAlreadyReceived,
    PaperNotNow,
    PaperNotOffered,
    PaperNotPrinted,
    PaperOfOtherAssembly,
    PaperTooEarly,
    PaperUnknown,
)
from votes.models import Assembly, Ballot, Elector, PaperBallot, UncountedBallot

from .assemblies import judge, lock_assembly
from .scans import Scan, read_scan
from .uncounted import keep_uncounted

#: While sheets may still be handed out.
HANDED_OUT_IN = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)
STOPPED = (AssemblyStatus.CANCELLED, AssemblyStatus.VOID)
BATCH = 500


def offers_paper(assembly: Assembly) -> bool:
    """Whether there are sheets at all: in a secret vote a numbered one would tell who marked what."""
    return bool(assembly.rule("ballot-secrecy") != BallotSecrecy.SECRET)


def takes_requests(assembly: Assembly) -> bool:
    """Whether an owner may ask for a sheet, by the rules frozen with the assembly."""
    return bool(assembly.rule("paper-on-request")) and offers_paper(assembly)


@transaction.atomic
def request_paper(*, elector: Elector, actor: User) -> PaperBallot:
    """Ask for the elector's sheet; asked again it is the same one.

    Raises :class:`NotPermitted` for whoever may not cast for the elector,
    :class:`PaperNotOffered`, :class:`PaperNotNow`, and :class:`AlreadyCast` once a
    ballot of the elector stands.
    """
    assembly = lock_assembly(elector.assembly_id)
    judge("votes.request_paper", actor, elector)
    if not takes_requests(assembly):
        raise PaperNotOffered
    moment = database_now()
    _need_handing_out(assembly, moment)
    if Ballot.objects.filter(elector=elector).exists():
        raise AlreadyCast
    if paper := PaperBallot.objects.filter(elector=elector, voided_at__isnull=True).first():
        return paper
    paper = PaperBallot.objects.create(
        assembly=assembly,
        elector=elector,
        serial=_next_serial(assembly),
        requested_by=actor,
        requested_at=moment,
    )
    # Neither the actor nor the number of the elector: they would tell whose sheet it is.
    _enter(paper, "requested", None, {}, moment)
    _changed(assembly)
    return paper


@transaction.atomic
def print_papers(*, assembly: Assembly, electors: QuerySet[Elector], actor: User) -> list[PaperBallot]:
    """Make the sheets of those ``electors`` who have none yet, and of those who asked; in order of number.

    Left out are electors with a ballot that stands and those whose sheet was printed
    before; that one is printed again by looking at it, or replaced by
    :func:`reprint_paper`. Raises :class:`NotPermitted`, :class:`PaperNotOffered`,
    :class:`PaperNotNow`.
    """
    assembly = lock_assembly(assembly.pk)
    judge("votes.handle_papers", actor, assembly)
    moment = database_now()
    _need_sheets(assembly, moment)
    wanted = electors.filter(assembly=assembly).filter(
        ~Exists(Ballot.objects.filter(elector=OuterRef("pk"))),
        ~Exists(
            PaperBallot.objects.filter(
                elector=OuterRef("pk"), voided_at__isnull=True, printed_at__isnull=False
            )
        ),
    )
    # The numbers stand still from here on: the assembly is locked.
    numbers = list(wanted.order_by("number").values_list("pk", flat=True).distinct())
    asked = PaperBallot.objects.filter(
        assembly=assembly, elector__in=wanted.order_by().values("pk"), voided_at__isnull=True
    )
    have = set(asked.values_list("elector", flat=True))
    asked_for = list(asked.values_list("pk", flat=True))
    serial = _next_serial(assembly)
    made = [
        PaperBallot(
            assembly=assembly, elector_id=elector, serial=serial + place, printed_by=actor, printed_at=moment
        )
        for place, elector in enumerate(number for number in numbers if number not in have)
    ]
    PaperBallot.objects.bulk_create(made, batch_size=BATCH)
    PaperBallot.objects.filter(pk__in=asked_for).update(printed_by=actor, printed_at=moment)
    keys = [*asked_for, *(paper.pk for paper in made)]
    if keys:
        assert assembly.log is not None
        record(
            log=assembly.log,
            verb="votes.papers.printed",
            subject=assembly,
            actor=actor,
            payload={"sheets": len(keys), "serials": _serials(keys)},
            moment=moment,
        )
        _changed(assembly)
    return list(PaperBallot.objects.filter(pk__in=keys).select_related("elector").order_by("serial"))


@transaction.atomic
def reprint_paper(*, paper: PaperBallot, actor: User) -> PaperBallot:
    """Void a sheet that was lost or could not count, and make its elector another one.

    Raises :class:`NotPermitted`, :class:`PaperNotOffered`, :class:`PaperNotNow`, and
    :class:`PaperAlreadyReceived` where the sheet came back and counts or may still count.
    """
    assembly = lock_assembly(paper.assembly_id)
    judge("votes.handle_papers", actor, assembly)
    moment = database_now()
    _need_sheets(assembly, moment)
    paper = PaperBallot.objects.select_for_update().get(pk=paper.pk)
    if paper.voided_at is not None:
        raise PaperNotNow(_("这张票已经作废、补发过。要再补发，请从新的那张办理。"))
    is_spent = UncountedBallot.objects.filter(paper=paper).exists()
    if paper.received_at is not None and not is_spent:
        raise PaperAlreadyReceived
    paper.voided_at = moment
    paper.save(update_fields=["voided_at"])
    another = PaperBallot.objects.create(
        assembly=assembly,
        elector_id=paper.elector_id,
        serial=_next_serial(assembly),
        requested_by_id=paper.requested_by_id,
        requested_at=paper.requested_at,
        printed_by=actor,
        printed_at=moment,
    )
    _enter(another, "reprinted", actor, {"voided": str(paper.pk)}, moment)
    _changed(assembly)
    return another


def receive_paper(*, assembly: Assembly, code: str, file: UploadedFile[bytes], actor: User) -> PaperBallot:
    """Register that a sheet came back, with its scan or photo. The time is the database's, now.

    ``code`` is the text of its QR code or its serial. Before the close the sheet waits
    to be entered. After it, it is kept as not counted for being late; a sheet that was
    replaced is kept as not counted too; once the result is published it is registered
    and changes nothing. Raises :class:`NotPermitted`, :class:`PaperUnknown`,
    :class:`PaperOfOtherAssembly`, :class:`PaperNotPrinted`, :class:`PaperAlreadyReceived`,
    :class:`PaperTooEarly`, :class:`AssemblyCancelled`, and what :func:`read_scan` refuses.
    """
    judge("votes.handle_papers", actor, assembly)
    found = find_paper(assembly, code)
    # A picture takes a second to be written anew: not while others wait for the assembly.
    scan = read_scan(file)
    return _receive(found, scan, actor)


@transaction.atomic
def _receive(found: PaperBallot, scan: Scan, actor: User) -> PaperBallot:
    assembly = lock_assembly(found.assembly_id)
    moment = database_now()
    paper = PaperBallot.objects.select_for_update().get(pk=found.pk)
    judge("votes.handle_papers", actor, assembly)
    if assembly.status in STOPPED:
        raise AssemblyCancelled
    if paper.printed_at is None:
        raise PaperNotPrinted
    if paper.received_at is not None:
        raise PaperAlreadyReceived
    phase = assembly.phase(moment)
    if phase == AssemblyStatus.PUBLISHED:
        raise PaperTooEarly
    paper.received_by, paper.received_at, paper.scan_sha256 = actor, moment, scan.sha256
    reason = _why_not(paper, phase)
    if reason or phase == AssemblyStatus.CERTIFIED:
        paper.settled_at = moment
    paper.scan.save(str(scan.content.name), scan.content, save=False)
    try:
        with transaction.atomic():
            paper.save(update_fields=["received_by", "received_at", "scan", "scan_sha256", "settled_at"])
            step = "received-after-result" if phase == AssemblyStatus.CERTIFIED else "received"
            _enter(paper, step, actor, {"scan": scan.sha256}, moment)
            if reason and phase != AssemblyStatus.CERTIFIED:
                keep_uncounted(
                    assembly=assembly,
                    elector=paper.elector,
                    channel=Channel.PAPER,
                    reason=reason,
                    received_at=moment,
                    moment=moment,
                    actor=actor,
                    paper=paper,
                )
            tell(estate=assembly.estate, topic="votes.paper-received", subject=str(paper.pk))
    except Exception:
        paper.scan.delete(save=False)
        raise
    _changed(assembly)
    return paper


def _why_not(paper: PaperBallot, phase: AssemblyStatus) -> UncountedReason | None:
    if paper.voided_at is not None:
        return UncountedReason.PAPER_REPLACED
    return UncountedReason.LATE if phase != AssemblyStatus.OPEN else None


_KEY = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_SERIAL = re.compile(r"[0-9]{1,8}")


def find_paper(assembly: Assembly, code: str) -> PaperBallot:
    """The sheet a QR code or a typed serial names.

    Raises :class:`PaperUnknown` and :class:`PaperOfOtherAssembly`.
    """
    text = half_width(code).strip()
    papers = PaperBallot.objects.select_related("assembly", "elector")
    if key := _KEY.search(text):
        paper = papers.filter(pk=uuid.UUID(key.group())).first()
        if paper is not None and paper.assembly_id != assembly.pk:
            # Of another estate nothing is said, not even that there is such a sheet.
            if paper.assembly.estate_id == assembly.estate_id:
                raise PaperOfOtherAssembly
            raise PaperUnknown
    else:
        digits = _SERIAL.findall(text)
        serial = int(digits[0]) if len(digits) == 1 else 0
        paper = papers.filter(assembly=assembly, serial=serial).first()
    if paper is None:
        raise PaperUnknown
    return paper


def _need_handing_out(assembly: Assembly, moment: datetime) -> None:
    if assembly.phase(moment) not in HANDED_OUT_IN:
        raise PaperNotNow


def _need_sheets(assembly: Assembly, moment: datetime) -> None:
    if not offers_paper(assembly):
        raise PaperNotOffered
    _need_handing_out(assembly, moment)


def _next_serial(assembly: Assembly) -> int:
    """The assembly is locked, so nobody else is given the same one."""
    last = PaperBallot.objects.filter(assembly=assembly).aggregate(last=Max("serial"))["last"]
    return (last or 0) + 1


def _serials(keys: Iterable[uuid.UUID]) -> str:
    """ "1-40,43": which serials these sheets carry."""
    found = sorted(PaperBallot.objects.filter(pk__in=list(keys)).values_list("serial", flat=True))
    runs: list[list[int]] = []
    for serial in found:
        if runs and serial == runs[-1][1] + 1:
            runs[-1][1] = serial
        else:
            runs.append([serial, serial])
    return ",".join(f"{first}-{last}" if first != last else str(first) for first, last in runs)


def _enter(
    paper: PaperBallot, step: str, actor: User | None, payload: dict[str, Plain], moment: datetime
) -> None:
    assert paper.assembly.log is not None
    record(
        log=paper.assembly.log,
        verb=f"votes.paper.{step}",
        subject=paper,
        actor=actor,
        payload=payload,
        moment=moment,
    )


def _changed(assembly: Assembly) -> None:
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
