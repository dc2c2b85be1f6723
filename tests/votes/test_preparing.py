"""A draft and its motions, papers and signatures: what may be done to them, by whom, and until when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted, ReasonMissing
from communities.models import Estate, LedgerEntry, User
from tests.factories.communities import (
    EstateFactory,
    OwnershipFactory,
    ResidencyFactory,
    UserFactory,
    appoint,
)
from tests.factories.votes import MotionFactory, draft_assembly, owned_units, posted_assembly
from votes.errors import AssemblyPosted, AttachmentRefused, AttachmentTooLarge, FindingUnknown
from votes.linting import lint
from votes.models import Assembly, LintOverride, Motion, MotionAttachment
from votes.services.assemblies import (
    chinese_number,
    copy_assembly,
    create_assembly,
    delete_draft,
    suggested_title,
    update_assembly,
)
from votes.services.attachments import LARGEST, add_attachment, clean_name, remove_attachment
from votes.services.motions import add_motion, move_motion, remove_motion, update_motion
from votes.services.overrides import sign_override, withdraw_override

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
JPG = b"\xff\xd8\xff\xe0" + b"\x00" * 32
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 32


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def estate() -> Estate:
    return EstateFactory()


@pytest.fixture
def chair(estate: Estate) -> User:
    return appoint(RoleCode.COMMITTEE_CHAIR, estate)


def titles(assembly: Assembly) -> list[tuple[int, str]]:
    return list(
        Motion.objects.filter(assembly=assembly).order_by("position").values_list("position", "title")
    )


def fields_of(assembly: Assembly, **changed: Any) -> dict[str, Any]:
    names = ("title", "kind", "convener", "notice", "posted_topics", "opens_at", "closes_at")
    return {name: getattr(assembly, name) for name in names} | changed


def everybody(estate: Estate) -> dict[str, User]:
    """One person of each standing towards ``estate``, and the chair of another."""
    unit = owned_units(estate, 1)[0]
    return {
        "chair": appoint(RoleCode.COMMITTEE_CHAIR, estate),
        "secretary": appoint(RoleCode.SECRETARY, estate),
        "member": appoint(RoleCode.COMMITTEE, estate),
        "subdistrict": appoint(RoleCode.SUBDISTRICT, estate),
        "scrutineer": appoint(RoleCode.SCRUTINEER, estate),
        "firm": appoint(RoleCode.FIRM, estate),
        "owner": OwnershipFactory(unit=unit).owner.user,
        "tenant": ResidencyFactory(unit=unit).user,
        "other estate's chair": appoint(RoleCode.COMMITTEE_CHAIR, EstateFactory()),
        "operator": UserFactory(is_superuser=True, is_staff=True),
        "former chair": appoint(
            RoleCode.COMMITTEE_CHAIR, estate, valid_to=timezone.localdate() - timedelta(days=1)
        ),
    }


MAY_PREPARE = {"chair", "secretary"}


def those_who_can(estate: Estate, act: Any) -> set[str]:
    """Who of :func:`everybody` gets through ``act``, each undone before the next one tries."""
    allowed = set()
    for standing, person in everybody(estate).items():
        point = transaction.savepoint()
        try:
            act(person)
            allowed.add(standing)
        except NotPermitted:
            pass
        finally:
            transaction.savepoint_rollback(point)
    return allowed


# --- assemblies ----------------------------------------------------------------


def test_a_draft_is_created_with_what_was_given_and_entered_in_the_log(estate: Estate, chair: User) -> None:
    assembly = create_assembly(estate=estate, title="第一次会议", kind="extra", actor=chair)

    found = Assembly.objects.get()
    assert (found.title, found.kind, found.status, found.created_by) == (
        "第一次会议",
        "extra",
        "draft",
        chair,
    )
    assert found.opens_at is None
    entry = LedgerEntry.objects.get()
    assert (entry.verb, entry.actor, entry.log.name) == (
        "votes.assembly.created",
        chair,
        f"estate:{estate.pk}",
    )
    assert f'"subject":"votes.assembly:{assembly.pk}"' in entry.body


def test_only_chair_and_secretary_may_create(estate: Estate) -> None:
    allowed = those_who_can(
        estate, lambda person: create_assembly(estate=estate, title="会议", kind="regular", actor=person)
    )
    assert allowed == MAY_PREPARE
    assert not Assembly.objects.exists()


@pytest.mark.parametrize(
    "act", ["update", "delete", "copy", "add", "change", "remove", "move", "attach", "sign"]
)
def test_only_chair_and_secretary_may_change_a_draft(estate: Estate, act: str) -> None:
    assembly = draft_assembly(estate, motions=2)
    motion = assembly.motions.get(position=1)
    MotionFactory(assembly=assembly, position=3, title="只有两项选项", options=["for", "against"])
    warning = next(found.key for found in lint(assembly, timezone.now()) if found.code == "no-abstain-option")
    acts = {
        "update": lambda person: update_assembly(assembly=assembly, actor=person, **fields_of(assembly)),
        "delete": lambda person: delete_draft(assembly=assembly, actor=person),
        "copy": lambda person: copy_assembly(assembly=assembly, actor=person),
        "add": lambda person: add_motion(assembly=assembly, title="新事项", actor=person),
        "change": lambda person: change(motion, person, title="改过"),
        "remove": lambda person: remove_motion(motion=motion, actor=person),
        "move": lambda person: move_motion(motion=motion, position=2, actor=person),
        "attach": lambda person: add_attachment(
            motion=motion, file=SimpleUploadedFile("a.pdf", PDF), kind="plan", actor=person
        ),
        "sign": lambda person: sign_override(
            assembly=assembly, finding=warning, reason="业主大会议事规则不设弃权", actor=person
        ),
    }
    before = titles(assembly)

    assert those_who_can(estate, acts[act]) == MAY_PREPARE

    assert titles(assembly) == before
    assert not LintOverride.objects.exists()
    assert not MotionAttachment.objects.exists()


def change(motion: Motion, actor: User, **changed: Any) -> Motion:
    names = ("title", "text", "topic", "item", "item_reason", "options", "changes_fee", "amount")
    return update_motion(
        motion=motion, actor=actor, **{name: getattr(motion, name) for name in names} | changed
    )


def test_a_posted_assembly_is_not_edited_any_more(estate: Estate) -> None:
    assembly = posted_assembly(estate, opens_in=timedelta(days=3))
    chair = appoint(RoleCode.COMMITTEE_CHAIR, estate)
    motion = assembly.motions.get()
    before = fields_of(assembly), titles(assembly)
    acts = [
        lambda: update_assembly(assembly=assembly, actor=chair, **fields_of(assembly, title="改过")),
        lambda: delete_draft(assembly=assembly, actor=chair),
        lambda: add_motion(assembly=assembly, title="新事项", actor=chair),
        lambda: change(motion, chair, title="改过"),
        lambda: remove_motion(motion=motion, actor=chair),
        lambda: move_motion(motion=motion, position=1, actor=chair),
        lambda: add_attachment(
            motion=motion, file=SimpleUploadedFile("a.pdf", PDF), kind="plan", actor=chair
        ),
        lambda: sign_override(assembly=assembly, finding="x", reason="理由写够十个字就可以了", actor=chair),
    ]
    for act in acts:
        with pytest.raises(AssemblyPosted):
            act()

    assembly = Assembly.objects.get(pk=assembly.pk)
    assert (fields_of(assembly), titles(assembly)) == before
    assert not MotionAttachment.objects.exists()


def test_a_deleted_draft_takes_its_motions_and_files_with_it(
    estate: Estate, chair: User, django_capture_on_commit_callbacks: Any, tmp_path: Any
) -> None:
    assembly = draft_assembly(estate, motions=2)
    add_attachment(
        motion=assembly.motions.get(position=1),
        file=SimpleUploadedFile("方案.pdf", PDF),
        kind="plan",
        actor=chair,
    )
    assert len(list(tmp_path.rglob("*.pdf"))) == 1

    with django_capture_on_commit_callbacks(execute=True):
        delete_draft(assembly=assembly, actor=chair)

    assert not Assembly.objects.exists()
    assert not Motion.objects.exists()
    assert not list(tmp_path.rglob("*.pdf"))
    assert LedgerEntry.objects.filter(verb="votes.assembly.draft-deleted").count() == 1


def test_a_copy_is_a_new_draft_without_dates_and_papers(estate: Estate, chair: User) -> None:
    old = posted_assembly(estate, motions=2)
    copy = copy_assembly(assembly=old, actor=chair)

    assert copy.pk != old.pk
    assert (copy.status, copy.opens_at, copy.closes_at, copy.rules) == ("draft", None, None, {})
    assert (copy.notice, copy.posted_topics) == (old.notice, old.posted_topics)
    assert titles(copy) == titles(old)
    assert list(copy.motions.values_list("item", "item_reason", "options")) == list(
        old.motions.values_list("item", "item_reason", "options")
    )


def test_the_title_counts_the_estates_meetings_of_the_year(estate: Estate, chair: User) -> None:
    moment = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    draft_assembly(estate, title="甲", created_at=datetime(2026, 3, 1, tzinfo=UTC))
    draft_assembly(estate, title="乙", created_at=datetime(2026, 6, 1, tzinfo=UTC))
    draft_assembly(estate, title="丙", created_at=datetime(2025, 6, 1, tzinfo=UTC))
    draft_assembly(EstateFactory(), title="丁", created_at=datetime(2026, 6, 1, tzinfo=UTC))
    assert suggested_title(estate, moment) == "2026年第三次业主大会会议"


def test_a_title_in_use_is_not_suggested_again(estate: Estate) -> None:
    moment = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    draft_assembly(estate, title="2026年第二次业主大会会议", created_at=moment)
    assert suggested_title(estate, moment) == "2026年第三次业主大会会议"


def test_the_year_of_the_title_is_the_local_one(estate: Estate) -> None:
    assert suggested_title(estate, datetime(2026, 12, 31, 16, 0, tzinfo=UTC)).startswith("2027年第一次")


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (37, "三十七"), (99, "九十九")]
)
def test_numbers_are_written_as_they_are_spoken(number: int, words: str) -> None:
    assert chinese_number(number) == words


# --- motions ---------------------------------------------------------------------


def numbered(estate: Estate, count: int) -> Assembly:
    assembly = draft_assembly(estate, motions=0)
    for position in range(1, count + 1):
        MotionFactory(assembly=assembly, position=position, title=str(position))
    return assembly


def test_a_motion_is_added_at_the_end_with_the_usual_options(estate: Estate, chair: User) -> None:
    assembly = numbered(estate, 2)
    motion = add_motion(assembly=assembly, title="3", actor=chair)
    assert titles(assembly) == [(1, "1"), (2, "2"), (3, "3")]
    assert motion.options == ["for", "against", "abstain"]


def test_options_are_kept_once_and_in_the_order_of_the_ballot(estate: Estate, chair: User) -> None:
    motion = add_motion(
        assembly=numbered(estate, 0), title="a", options=["abstain", "for", "for", "nonsense"], actor=chair
    )
    assert motion.options == ["for", "abstain"]


@pytest.mark.parametrize("removed", [1, 2, 3])
def test_places_stay_dense_after_a_removal(estate: Estate, chair: User, removed: int) -> None:
    assembly = numbered(estate, 3)
    remove_motion(motion=assembly.motions.get(position=removed), actor=chair)
    left = [str(place) for place in (1, 2, 3) if place != removed]
    assert titles(assembly) == [(1, left[0]), (2, left[1])]


@pytest.mark.parametrize("start", [1, 2, 3, 4])
@pytest.mark.parametrize("target", [-1, 1, 2, 3, 4, 99])
def test_moving_keeps_the_order_of_the_others(estate: Estate, chair: User, start: int, target: int) -> None:
    assembly = numbered(estate, 4)
    expected = [str(place) for place in (1, 2, 3, 4)]
    expected.remove(str(start))
    expected.insert(min(max(target, 1), 4) - 1, str(start))

    move_motion(motion=assembly.motions.get(position=start), position=target, actor=chair)

    assert titles(assembly) == list(enumerate(expected, start=1))


def test_two_motions_cannot_share_a_place(estate: Estate) -> None:
    assembly = numbered(estate, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Motion.objects.filter(assembly=assembly, position=2).update(position=1)


# --- papers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("方案.pdf", PDF, "pdf"),
        ("图.PNG", PNG, "png"),
        ("照片.jpeg", JPG, "jpg"),
        ("照片.webp", WEBP, "webp"),
    ],
)
def test_pdf_and_pictures_are_kept_under_a_name_of_our_own(
    estate: Estate, chair: User, name: str, content: bytes, suffix: str
) -> None:
    motion = numbered(estate, 1).motions.get()
    paper = add_attachment(motion=motion, file=SimpleUploadedFile(name, content), kind="plan", actor=chair)

    assert paper.name == f"{name.rsplit('.', 1)[0]}.{suffix}"
    assert paper.size == len(content)
    assert paper.file.read() == content
    assert paper.file.name is not None
    assert name.rsplit(".", 1)[0] not in paper.file.name
    assert paper.file.name.endswith(f".{suffix}")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("a.html", b"<!doctype html><script>alert(1)</script>"),
        ("a.pdf", b"<!doctype html><script>alert(1)</script>"),
        ("a.pdf", b"\n%PDF-1.7 not at the beginning"),
        ("a.docx", b"PK\x03\x04" + b"\x00" * 40),
        ("a.pdf", b"PK\x03\x04" + b"\x00" * 40),
        ("a.png", PDF),
        ("a.html", PDF),
        ("a.gif", b"GIF89a" + b"\x00" * 40),
        ("a", PDF),
        ("a.pdf", b""),
    ],
)
def test_anything_else_is_refused_and_nothing_is_kept(
    estate: Estate, chair: User, name: str, content: bytes, tmp_path: Any
) -> None:
    motion = numbered(estate, 1).motions.get()
    with pytest.raises(AttachmentRefused) as refusal:
        add_attachment(motion=motion, file=SimpleUploadedFile(name, content), kind="plan", actor=chair)

    assert "PDF" in str(refusal.value)
    assert not MotionAttachment.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_ten_megabytes_are_kept_and_one_byte_more_is_refused(estate: Estate, chair: User) -> None:
    motion = numbered(estate, 1).motions.get()
    exact = SimpleUploadedFile("a.pdf", PDF.ljust(LARGEST, b" "))
    assert add_attachment(motion=motion, file=exact, kind="plan", actor=chair).size == LARGEST
    larger = SimpleUploadedFile("b.pdf", PDF.ljust(LARGEST + 1, b" "))
    with pytest.raises(AttachmentTooLarge):
        add_attachment(motion=motion, file=larger, kind="plan", actor=chair)
    assert MotionAttachment.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\方案 终稿.pdf", "方案 终稿.pdf"),
        ("预算\u202egnp.pdf", "预算gnp.pdf"),
        ('a"b<c>\r\nX-Evil: 1.pdf', "a b c X-Evil 1.pdf"),
        (".pdf", "附件.pdf"),
        ("长" * 300 + ".pdf", "长" * 100 + ".pdf"),
    ],
)
def test_names_lose_what_could_mislead(given: str, kept: str) -> None:
    assert clean_name(given, "pdf") == kept


def test_a_removed_paper_leaves_no_file(
    estate: Estate, chair: User, django_capture_on_commit_callbacks: Any, tmp_path: Any
) -> None:
    motion = numbered(estate, 1).motions.get()
    paper = add_attachment(motion=motion, file=SimpleUploadedFile("a.pdf", PDF), kind="plan", actor=chair)
    with django_capture_on_commit_callbacks(execute=True):
        remove_attachment(attachment=paper, actor=chair)
    assert not MotionAttachment.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# --- signatures -------------------------------------------------------------------


@pytest.fixture
def warned(estate: Estate) -> tuple[Assembly, str]:
    """A draft with one warning: its motion has no 弃权."""
    assembly = draft_assembly(estate, motions=0)
    MotionFactory(assembly=assembly, options=["for", "against"])
    findings = lint(assembly, timezone.now())
    return assembly, next(found.key for found in findings if found.code == "no-abstain-option")


def test_a_signature_names_who_when_and_why(warned: tuple[Assembly, str], chair: User) -> None:
    assembly, key = warned
    sign_override(assembly=assembly, finding=key, reason="  议事规则规定只设同意与反对  ", actor=chair)
    override = LintOverride.objects.get()
    assert (override.finding, override.reason, override.signed_by) == (
        key,
        "议事规则规定只设同意与反对",
        chair,
    )
    assert timezone.now() - override.signed_at < timedelta(minutes=1)
    entry = LedgerEntry.objects.get(verb="votes.assembly.override-signed")
    assert "议事规则" not in entry.body


def test_a_signature_needs_ten_characters(warned: tuple[Assembly, str], chair: User) -> None:
    assembly, key = warned
    with pytest.raises(ReasonMissing):
        sign_override(assembly=assembly, finding=key, reason="不设弃权就这样了吧", actor=chair)
    assert not LintOverride.objects.exists()


def test_nobody_signs_for_an_error_or_for_what_is_not_there(
    warned: tuple[Assembly, str], chair: User
) -> None:
    assembly, _ = warned
    error = next(found for found in lint(assembly, timezone.now()) if found.is_error)
    for key in (error.key, "no-abstain-option:motion-0:000000000000"):
        with pytest.raises(FindingUnknown):
            sign_override(assembly=assembly, finding=key, reason="议事规则规定只设同意与反对", actor=chair)
    assert not LintOverride.objects.exists()


def test_a_signature_lapses_when_the_motion_changes(warned: tuple[Assembly, str], chair: User) -> None:
    assembly, key = warned
    motion = assembly.motions.get()
    change(motion, chair, text="换了内容")
    assert key not in {found.key for found in lint(assembly, timezone.now())}
    change(motion, chair)
    assert key in {found.key for found in lint(assembly, timezone.now())}


def test_a_signature_survives_a_move(warned: tuple[Assembly, str], chair: User) -> None:
    assembly, key = warned
    add_motion(assembly=assembly, title="另一项", actor=chair)
    move_motion(motion=assembly.motions.get(position=1), position=2, actor=chair)
    assert key in {found.key for found in lint(assembly, timezone.now())}


def test_a_signature_can_be_taken_back(warned: tuple[Assembly, str], chair: User) -> None:
    assembly, key = warned
    override = sign_override(assembly=assembly, finding=key, reason="议事规则规定只设同意与反对", actor=chair)
    withdraw_override(override=override, actor=chair)
    assert not LintOverride.objects.exists()
