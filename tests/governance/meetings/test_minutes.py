"""Minutes from the record to the seal: confirmed by those present, signed by three, frozen, verifiable."""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string
from PIL import Image
from pypdf import PdfWriter

from communities.errors import NotPermitted, Refusal
from communities.ledger.hashing import sha256
from governance.errors.answers import NotYourParty
from governance.errors.meetings import MeetingMoved, PhotoWanted, RecordChanged
from governance.errors.minutes import (
    ConfirmationOver,
    ConfirmedAlready,
    MinutesEmpty,
    MinutesInWork,
    MinutesMoved,
    NotAttended,
    SignedAlready,
)
from governance.minutes_document import document_of
from governance.minutes_files import _words_of_docx, minutes_docx, minutes_pdf, shown, verify_file
from governance.models import Minutes, MinutesItem
from governance.services.attachments import attach_to_meeting, detach_from_meeting
from governance.services.minutes import (
    ask_for_confirmation,
    change_minutes_item,
    confirm_minutes,
    correct_minutes,
    discard_minutes,
    draft_minutes,
    end_confirmation,
    end_due_confirmations,
    sign_minutes,
    take_minutes_back,
)
from tests.factories.meetings import Room
from tests.factories.proposals import REASON, accepted, at_home

pytestmark = pytest.mark.django_db
PAGE = "https://linyi.example/minutes/verify/"


def test_one_button_drafts_every_item_from_the_record() -> None:
    room = Room()
    proposal = accepted(room.estate)
    minutes = room.minutes(proposal)
    first, second = minutes.items.order_by("position")
    assert (first.title, first.positions) == (proposal.title, {"firm": "可以安排夜班值守。"})
    assert "试行三个月" in second.consensus
    assert minutes.number == f"{room.estate.name}协〔{minutes.drafted_at.year}〕1号"
    with pytest.raises(MinutesInWork):
        draft_minutes(meeting=minutes.meeting, actor=room.chair)


def test_two_editors_of_one_item_lose_nothing() -> None:
    room = Room()
    item = room.minutes().items.get()
    values: dict[str, Any] = {"consensus": "", "dissent": "", "positions": {}}
    change_minutes_item(item=item, version=1, discussion="第一位", actor=room.chair, **values)
    with pytest.raises(RecordChanged):
        change_minutes_item(item=item, version=1, discussion="第二位", actor=room.secretary, **values)
    assert MinutesItem.objects.get(pk=item.pk).discussion == "第一位"


def test_text_put_to_confirmation_stands_in_code_and_database() -> None:
    room = Room()
    minutes = room.confirming()
    item = minutes.items.get()
    with pytest.raises(MinutesMoved):
        change_minutes_item(
            item=item, version=1, discussion="改", consensus="", dissent="", positions={}, actor=room.chair
        )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE governance_minutesitem SET discussion = 'x' WHERE id = %s", [item.pk])
    assert minutes.sha256 == sha256(minutes.canonical)


def test_item_without_words_is_not_put_to_confirmation() -> None:
    room = Room()
    minutes = room.minutes()
    item = minutes.items.get()
    change_minutes_item(
        item=item, version=1, discussion="", consensus="", dissent="", positions={}, actor=room.chair
    )
    with pytest.raises(MinutesEmpty):
        ask_for_confirmation(minutes=minutes, actor=room.chair)
    assert Minutes.objects.get().status == "draft"


def test_those_who_attended_confirm_once_or_dissent_in_time() -> None:
    room = Room()
    minutes = room.confirming()
    with pytest.raises(NotAttended):
        confirm_minutes(minutes=minutes, actor=at_home(room.estate))
    confirm_minutes(minutes=minutes, actor=room.one)
    with pytest.raises(ConfirmedAlready):
        confirm_minutes(minutes=minutes, actor=room.one, dissent="我改变主意了，不同意这样写")
    with pytest.raises(Refusal):
        confirm_minutes(minutes=minutes, actor=room.two, dissent="不行")
    confirm_minutes(minutes=minutes, actor=room.two, dissent="噪声的事没有写清楚，请补充测量")
    with pytest.raises(MinutesMoved):
        end_confirmation(minutes=minutes, actor=room.chair)
    assert list(minutes.confirmations.values_list("kind", flat=True)) == ["confirmed", "dissent"]


def test_dissent_after_the_period_is_refused_by_code_and_database() -> None:
    room = Room()
    minutes = room.confirming()
    assert end_due_confirmations() == 0
    Minutes.objects.filter(pk=minutes.pk).update(confirm_until=minutes.drafted_at - timedelta(days=1))
    with pytest.raises(ConfirmationOver):
        confirm_minutes(minutes=minutes, actor=room.two, dissent="噪声的事没有写清楚，请补充测量")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_minutesconfirmation"
            " (minutes_id, attendance_id, kind, note, sha256, confirmed_at)"
            " SELECT m.id, a.id, 'confirmed', '', m.sha256, CURRENT_TIMESTAMP"
            " FROM governance_minutes m JOIN governance_attendance a ON a.meeting_id = m.meeting_id LIMIT 1"
        )
    assert (end_due_confirmations(), end_due_confirmations()) == (1, 0)
    assert Minutes.objects.get().status == "signing"


def test_each_party_signs_the_shown_text_once_and_the_third_seals() -> None:
    room = Room()
    minutes = room.signing()
    with pytest.raises(NotYourParty):
        sign_minutes(minutes=minutes, party="firm", method="sms", sha=minutes.sha256, actor=room.chair)
    with pytest.raises(NotPermitted):
        sign_minutes(minutes=minutes, party="firm", method="sms", sha=minutes.sha256, actor=room.one)
    with pytest.raises(MinutesMoved):
        sign_minutes(minutes=minutes, party="firm", method="sms", sha="0" * 64, actor=room.firm)
    minutes = sign_minutes(minutes=minutes, party="firm", method="sms", sha=minutes.sha256, actor=room.firm)
    with pytest.raises(SignedAlready):
        sign_minutes(minutes=minutes, party="firm", method="sms", sha=minutes.sha256, actor=room.firm)
    assert minutes.status == "signing"
    for party, user in (("committee", room.chair), ("community", room.secretary)):
        minutes = sign_minutes(minutes=minutes, party=party, method="sms", sha=minutes.sha256, actor=user)
    assert minutes.status == "sealed" and minutes.entry is not None
    assert document_of(minutes)["confirmed"]["people"][-1]["note"] == "噪声的事没有写清楚，请补充测量"


def test_sealed_minutes_change_by_no_hand() -> None:
    room = Room()
    minutes = room.sealed()
    for act in (
        lambda: take_minutes_back(minutes=minutes, reason=REASON, actor=room.chair),
        lambda: discard_minutes(minutes=minutes, reason=REASON, actor=room.chair),
        lambda: ask_for_confirmation(minutes=minutes, actor=room.chair),
    ):
        with pytest.raises(MinutesMoved):
            act()
    for column in ("canonical", "sha256", "opening"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE governance_minutes SET {column} = 'x'")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM governance_minutessignature")
    assert Minutes.objects.get().sha256 == minutes.sha256


def test_sealing_without_three_signatures_is_refused_by_the_database() -> None:
    room = Room()
    minutes = room.signing()
    sealed = "UPDATE governance_minutes SET status = 'sealed', sealed_at = drafted_at, entry_id = %s"
    from communities.models import LedgerEntry

    entry = LedgerEntry.objects.latest("pk")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sealed, [entry.pk])
    assert Minutes.objects.get(pk=minutes.pk).status == "signing"


def test_correction_is_a_new_version_with_all_signatures_again() -> None:
    room = Room()
    first = room.sealed()
    second = correct_minutes(minutes=first, reason="第一项的期限写错了一个月", actor=room.chair)
    with pytest.raises(MinutesInWork):
        correct_minutes(minutes=first, reason=REASON, actor=room.chair)
    assert (second.version, second.number, second.status) == (2, first.number, "draft")
    second = ask_for_confirmation(minutes=second, actor=room.chair)
    for user in room.people.values():
        confirm_minutes(minutes=second, actor=user)
    second = room.sign(end_confirmation(minutes=second, actor=room.chair))
    first.refresh_from_db()
    assert (first.status, second.status) == ("superseded", "sealed")
    assert document_of(second)["corrects"] == first.sha256


def test_pdf_and_docx_say_the_same_and_verify() -> None:
    room = Room()
    minutes = room.sealed(accepted(room.estate, title="㛃䶮𠮷三个罕用字的路牌"))
    docx, pdf = minutes_docx(minutes, PAGE), minutes_pdf(minutes, PAGE)
    html = render_to_string("print/minutes.html", shown(minutes, PAGE))
    main = html[html.index("<main") : html.index("</main>")]
    words = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", main).replace("&amp;", "&"))
    assert words == _words_of_docx(docx)
    assert "㛃䶮𠮷" in words
    for content in (docx, pdf):
        verdict = verify_file(content)
        assert (verdict.kind, verdict.minutes) == ("valid", minutes)


def _changed_docx(content: bytes, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            target.writestr(name, data)
    return out.getvalue()


def test_changed_unsealed_and_strange_files_are_told_apart(tmp_path: Any) -> None:
    room = Room()
    unsealed = minutes_docx(room.signing(), PAGE)
    assert verify_file(unsealed).kind == "unsealed"
    room = Room()
    sealed = minutes_docx(room.sealed(), PAGE)
    assert verify_file(_changed_docx(sealed, "试行三个月", "试行三十年")).kind == "changed"
    assert verify_file(b"%PDF-1.7 nothing").kind == "unreadable"
    assert verify_file(b"PK nothing").kind == "unreadable"
    file = tmp_path / "m.docx"
    file.write_bytes(sealed)
    call_command("verify_minutes", str(file))
    file.write_bytes(_changed_docx(sealed, "试行三个月", "试行三十年"))
    with pytest.raises(SystemExit) as ended:
        call_command("verify_minutes", str(file))
    assert ended.value.code == 2


def test_command_writes_the_latest_minutes(tmp_path: Any) -> None:
    minutes = Room().sealed()
    for name in ("out.pdf", "out.docx"):
        call_command("export_minutes", "--latest", str(tmp_path / name))
        assert verify_file((tmp_path / name).read_bytes()).minutes == minutes


def room_photo(colour: str = "green") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(out, "JPEG")
    return SimpleUploadedFile("会场.jpg", out.getvalue(), content_type="image/jpeg")


def test_photos_of_the_room_are_frozen_with_the_text(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    room = Room()
    meeting = room.recorded()
    kept = attach_to_meeting(meeting=meeting, file=room_photo(), actor=room.chair)
    gone = attach_to_meeting(meeting=meeting, file=room_photo("red"), actor=room.chair)
    detach_from_meeting(attachment=gone, actor=room.chair)
    drafted = draft_minutes(meeting=meeting, actor=room.chair)
    minutes = ask_for_confirmation(minutes=drafted, actor=room.chair)
    assert document_of(minutes)["photos"] == [{"name": "会场", "sha256": kept.sha256}]
    with pytest.raises(MeetingMoved):
        attach_to_meeting(meeting=meeting, file=room_photo(), actor=room.chair)
    with pytest.raises(MeetingMoved):
        detach_from_meeting(attachment=kept, actor=room.chair)
    with pytest.raises(NotPermitted):
        attach_to_meeting(meeting=meeting, file=room_photo(), actor=room.one)
    assert meeting.attachments.get() == kept


def test_a_picture_put_in_the_place_of_a_photo_is_found(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    room = Room()
    meeting = room.recorded()
    attach_to_meeting(meeting=meeting, file=room_photo(), actor=room.chair)
    minutes = ask_for_confirmation(minutes=draft_minutes(meeting=meeting, actor=room.chair), actor=room.chair)
    minutes = room.sign(end_confirmation_now(minutes, room))
    word = minutes_docx(minutes, PAGE)
    assert verify_file(word).kind == verify_file(minutes_pdf(minutes, PAGE)).kind == "valid"
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            other = room_photo("red").read() if name.startswith("word/media/") else old.read(name)
            new.writestr(name, other)
    assert verify_file(changed.getvalue()).kind == "changed"


def end_confirmation_now(minutes: Minutes, room: Room) -> Minutes:
    for user in room.people.values():
        confirm_minutes(minutes=minutes, dissent="", actor=user)
    return end_confirmation(minutes=minutes, actor=room.chair)


def test_only_a_photo_goes_into_minutes(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    room = Room()
    meeting = room.recorded()
    paper = SimpleUploadedFile("附件.pdf", blank_pdf(), content_type="application/pdf")
    with pytest.raises(PhotoWanted):
        attach_to_meeting(meeting=meeting, file=paper, actor=room.chair)
    assert not meeting.attachments.exists()


def blank_pdf() -> bytes:
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()
