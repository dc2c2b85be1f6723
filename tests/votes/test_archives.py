"""One archive of an assembly: asked for once, made in the background, whole, on record, and only for some."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted
from communities.models import Estate, LedgerEntry, User
from tests.factories.ballots import open_with_areas, settled
from tests.factories.communities import EstateFactory, appoint
from tests.factories.evidence import certified_assembly, public_pack, recorded_assembly
from tests.factories.records import delivered, objected
from tests.factories.votes import draft_assembly, people_of
from votes.errors import ArchivePending
from votes.evidence.verifier import verify_pack
from votes.models import Assembly, MotionAttachment
from votes.services import archives
from votes.services.archives import (
    MADE,
    add_producer,
    archives_of,
    make_requested_archives,
    request_archive,
    write_archive,
)

from .test_desk_pages import as_person, at, words
from .test_preparing import everybody

pytestmark = [pytest.mark.django_db, pytest.mark.pango]


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def estate() -> Estate:
    return EstateFactory()


@pytest.fixture
def chair(estate: Estate) -> User:
    return appoint(RoleCode.COMMITTEE_CHAIR, estate)


@pytest.fixture
def decided(estate: Estate) -> Assembly:
    assembly = open_with_areas([10_000, 20_000, 30_000], estate=estate)
    return settled(assembly, ["F", "F", "F"])


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_every_paper_the_proofs_and_a_manifest_of_all(
    decided: Assembly, chair: User, estate: Estate
) -> None:
    delivered(decided.electors.get(number=1))
    objected(decided)
    request_archive(assembly=decided, actor=chair)
    assert make_requested_archives() == 1
    (archive,) = archives_of(decided)
    browser = as_person(chair)
    response: Any = browser.get(at("archive", decided, archive.key))  # type: ignore[arg-type]
    content = b"".join(response.streaming_content)
    assert hashlib.sha256(content).hexdigest() == archive.sha256
    assert len(content) == archive.size
    files = unpacked(content)
    manifest = json.loads(files.pop("manifest.json"))
    assert archive.files == len(files) + 1
    assert {one["name"]: (one["size"], one["sha256"]) for one in manifest["files"]} == {
        name: (len(held), hashlib.sha256(held).hexdigest()) for name, held in files.items()
    }
    assert set(files) >= {
        *(f"{name}.pdf" for name in ("notice", "result", "decision", "roll", "deliveries", "objections")),
        *("counting.pdf", "result.csv", "result.xlsx", "roll.csv", "counting.xlsx"),
        *("proofs/certificate.json", "proofs/heads.json"),
    }
    assert files["proofs/certificate.json"].decode() == decided.certificate.body


def test_the_papers_of_motions_are_in_it_under_names_of_our_own(decided: Assembly, chair: User) -> None:
    draft = draft_assembly(decided.estate)
    paper = MotionAttachment.objects.create(
        motion=draft.motions.get(),
        kind="plan",
        name="../../方案.pdf",
        file=ContentFile(b"%PDF-1.7", name="x.pdf"),
        sha256="0" * 64,
        size=8,
        added_by=chair,
        added_at=timezone.now(),
    )
    from votes.views.documents.producers import attachments

    assert list(attachments(draft)) == [(f"1-{paper.pk}.pdf", b"%PDF-1.7")]


def test_the_public_evidence_pack_is_in_it_as_it_was_written_and_verifies() -> None:
    from votes.views.documents.producers import evidence

    assembly = certified_assembly()
    file = io.BytesIO()
    write_archive(assembly, file)
    pack = unpacked(file.getvalue())[f"evidence/evidence-{assembly.pk}.zip"]
    assert pack == public_pack(assembly)
    report, opened = verify_pack(pack)
    assert (report.verdict, report.facts["level"]) == ("ok", "public")
    assert opened is not None and "openings.jsonl" not in opened.files
    assert list(evidence(recorded_assembly([8800]))) == [], "before the result there is none"


def test_another_package_adds_its_part(decided: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "PRODUCERS", [])

    def pack(assembly: Assembly) -> Any:
        yield "public.zip", b"pack"

    add_producer("evidence", pack)
    add_producer("evidence", pack)
    file = io.BytesIO()
    assert write_archive(decided, file) == 2
    assert unpacked(file.getvalue())["evidence/public.zip"] == b"pack"


def test_it_is_on_record_who_asked_and_what_was_made(decided: Assembly, chair: User) -> None:
    request_archive(assembly=decided, actor=chair)
    make_requested_archives()
    (archive,) = archives_of(decided)
    asked = LedgerEntry.objects.get(verb="votes.archive.requested")
    made = LedgerEntry.objects.get(verb=MADE)
    assert asked.actor == chair
    assert json.loads(made.body)["payload"] == {
        "request": asked.leaf_hash,
        "sha256": archive.sha256,
        "size": archive.size,
        "files": archive.files,
    }
    # The assembly's own log ended with its certificate and is not lengthened by copies.
    assert {asked.log.name, made.log.name} == {f"estate:{decided.estate_id}"}


def test_sweeps_make_it_once_and_one_is_asked_for_at_a_time(decided: Assembly, chair: User) -> None:
    request_archive(assembly=decided, actor=chair)
    with pytest.raises(ArchivePending):
        request_archive(assembly=decided, actor=chair)
    assert [make_requested_archives() for _ in range(3)] == [1, 0, 0]
    assert LedgerEntry.objects.filter(verb=MADE).count() == 1
    request_archive(assembly=decided, actor=chair)
    assert make_requested_archives() == 1
    assert len(archives_of(decided)) == 2


def test_what_cannot_be_made_is_said_and_may_be_asked_for_again(
    decided: Assembly, chair: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(assembly: Assembly) -> Any:
        yield "x", b""
        raise OSError("no space left on the device")

    request_archive(assembly=decided, actor=chair)
    with monkeypatch.context() as patch:
        patch.setattr(archives, "PRODUCERS", [("", broken)])
        assert make_requested_archives() == 0
    assert make_requested_archives() == 0
    (archive,) = archives_of(decided)
    assert archive.failed
    assert not archive.is_there
    assert "没有做成" in words(as_person(chair).get(at("documents", decided)))
    request_archive(assembly=decided, actor=chair)
    assert make_requested_archives() == 1


def test_by_the_page_from_asking_to_taking(decided: Assembly, chair: User) -> None:
    browser = as_person(chair)
    assert "还没有做过存档" in words(browser.get(at("documents", decided)))
    assert browser.post(at("archives", decided)).status_code == 302
    assert "正在制作" in words(browser.get(at("archive-state", decided)))
    make_requested_archives()
    shown = browser.get(at("archive-state", decided))
    assert "做好" in words(shown)
    (archive,) = archives_of(decided)
    assert at("archive", decided, archive.key) in shown.content.decode()  # type: ignore[arg-type]
    default_storage.delete(archive.path)
    assert browser.get(at("archive", decided, archive.key)).status_code == 404  # type: ignore[arg-type]
    assert "可以重新制作" in words(browser.get(at("archive-state", decided)))


def test_only_who_may_read_the_roll_asks_and_takes(decided: Assembly, estate: Estate, chair: User) -> None:
    with pytest.raises(NotPermitted):
        request_archive(assembly=decided, actor=people_of(decided)[0])
    request_archive(assembly=decided, actor=chair)
    make_requested_archives()
    (archive,) = archives_of(decided)
    address = at("archive", decided, archive.key)  # type: ignore[arg-type]
    found = {who: as_person(person).get(address).status_code for who, person in everybody(estate).items()}
    assert {who for who, status in found.items() if status == 200} == {
        "chair",
        "secretary",
        "member",
        "subdistrict",
        "scrutineer",
    }
    assert Client().get(address).status_code == 302


def test_an_archive_is_not_found_under_another_assembly(
    decided: Assembly, estate: Estate, chair: User
) -> None:
    other = settled(open_with_areas([], estate=estate))
    request_archive(assembly=decided, actor=chair)
    make_requested_archives()
    (archive,) = archives_of(decided)
    assert archives_of(other) == []
    assert as_person(chair).get(at("archive", other, archive.key)).status_code == 404  # type: ignore[arg-type]
