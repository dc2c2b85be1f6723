"""Minutes as PDF and DOCX in the manner of GB/T 9704, and what a file that comes back is worth.

Both are made from the canonical structure and enclose its exact text. A file is genuine when the
enclosed text is one we sealed *and* what can be read in it is what we would write from that text.
"""

import hashlib
import io
import re
import zipfile
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import override

from communities.ledger.hashing import sha256
from communities.printing import pdf_of
from governance.enums import MinutesStatus
from governance.minutes_document import ENCLOSED, document_of, local_words
from governance.models import Minutes

SEALED = (MinutesStatus.SEALED, MinutesStatus.SUPERSEDED)
LARGEST = 20 * 1024 * 1024
_PART = "/customXml/minutes.json"
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class FileVerdict:
    """``kind``: valid, superseded, unsealed, changed, unknown or unreadable.

    ``minutes``, where they are ours.
    """

    kind: str
    minutes: Minutes | None = None

    @property
    def is_genuine(self) -> bool:
        return self.kind in ("valid", "superseded")


def numeral(number: int) -> str:
    """ "一" … "三十": the number of a heading."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[number - 1]
    return ("" if tens == 1 else _NUMERALS[tens - 1]) + "十" + (_NUMERALS[ones - 1] if ones else "")


def shown(minutes: Minutes, page: str, *, as_sealed: bool = False) -> dict[str, Any]:
    """What a document of the minutes is drawn from; ``page`` is where its hash is checked.

    ``as_sealed`` draws it as it was before a correction took its place.
    """
    document = document_of(minutes)
    return {
        "minutes": minutes,
        "document": document,
        "items": [
            {**one, "numeral": numeral(one["position"]), "statutory_words": _statutory(one["statutory"])}
            for one in document["items"]
        ],
        "warning": _warning(minutes, as_sealed=as_sealed),
        "confirmed_names": "、".join(
            one["name"] for one in document.get("confirmed", {}).get("people", []) if not one["note"]
        ),
        "groups": _by_party(document["present"]),
        "signatures": [
            (one.get_party_display(), one.name, local_words(one.signed_at))
            for one in minutes.signatures.filter(sha256=minutes.sha256)
            if minutes.sha256
        ],
        "sealed": local_words(minutes.sealed_at),
        "photos": _photos(minutes, document),
        "page": page,
    }


def _photos(minutes: Minutes, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The photos the document names, by their hash, small enough to be printed two beside each other."""
    kept = {one.sha256: one for one in minutes.meeting.attachments.all()}
    found = []
    for number, one in enumerate(document.get("photos", []), start=1):
        photo = kept.get(one["sha256"])
        content = b""
        if photo is not None:
            with photo.preview.open("rb") as file:
                content = file.read()
        words = f"照片 {number}：{one['name']}（SHA-256 {one['sha256'][:16]}）"
        found.append({"words": words, "attachment": photo, "content": content})
    return found


def _statutory(item: int) -> str:
    if not item:
        return ""
    return (
        f"以上涉及《民法典》第二百七十八条第一款第{numeral(item)}项，"
        "为协商意见，须经业主大会表决才能作出决定。"
    )


def _warning(minutes: Minutes, *, as_sealed: bool) -> str:
    if minutes.status == MinutesStatus.SUPERSEDED and not as_sealed:
        return "本纪要已被更正，以新的一版为准。"
    return "" if minutes.status in SEALED else "（未签署，仅供核对）"


def _by_party(people: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(party, names with what is to be said of each) in the order of the list."""
    groups: dict[str, list[str]] = {}
    for one in people:
        notes = [
            one["role"] if one["role"] != "代表" else "",
            f"代{one['proxy_for']}" if one["proxy_for"] else "",
            "迟到" if one["late"] else "",
            f"{one['left']}离开" if one["left"] else "",
        ]
        said = "，".join(filter(None, notes))
        groups.setdefault(one["party"], []).append(one["name"] + (f"（{said}）" if said else ""))
    return [(party, "、".join(names)) for party, names in groups.items()]


def minutes_pdf(minutes: Minutes, page: str, *, as_sealed: bool = False) -> bytes:
    """The PDF, with the canonical text enclosed. Raises :class:`PdfUnavailable`."""
    given = shown(minutes, page, as_sealed=as_sealed)
    for one in given["photos"]:
        data = b64encode(one["content"]).decode()
        one["source"] = f"data:image/jpeg;base64,{data}" if data else ""
    with override("zh-hans"):
        html = render_to_string("print/minutes.html", given)
    enclosed = {ENCLOSED: minutes.canonical.encode()} if minutes.canonical else None
    return pdf_of(html, enclosed=enclosed)


def minutes_docx(minutes: Minutes, page: str, *, as_sealed: bool = False) -> bytes:
    """The same as a Word document, for those who file on paper."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    from governance.minutes_word import word_document

    written = word_document(shown(minutes, page, as_sealed=as_sealed))
    if minutes.canonical:
        part = Part(PackURI(_PART), "application/json", minutes.canonical.encode(), written.part.package)
        written.part.relate_to(part, "https://linyi.example/relationships/minutes")
    out = io.BytesIO()
    written.save(out)
    return out.getvalue()


def verify_file(content: bytes) -> FileVerdict:
    """What a PDF or DOCX that somebody brings is worth. Never raises for a bad file."""
    if len(content) > LARGEST:
        return FileVerdict("unreadable")
    try:
        is_pdf = content.startswith(b"%PDF-")
        text = _enclosed_in_pdf(content) if is_pdf else _enclosed_in_docx(content)
        words = _words_of_pdf(content) if is_pdf else _words_of_docx(content)
        pictures = _pictures_of_pdf(content) if is_pdf else _pictures_of_docx(content)
    except Exception:  # noqa: BLE001
        # Whatever a stranger's file does to a reader of PDF or ZIP, it is not one of ours.
        return FileVerdict("unreadable")
    if text is None:
        return FileVerdict("unknown")
    minutes = Minutes.objects.filter(sha256=sha256(text)).select_related("meeting__estate").first()
    if minutes is None:
        return FileVerdict("unknown")
    if minutes.status not in SEALED:
        return FileVerdict("unsealed", minutes)
    page = _page_in(words)
    make, read, see = (
        (minutes_pdf, _words_of_pdf, _pictures_of_pdf)
        if is_pdf
        else (minutes_docx, _words_of_docx, _pictures_of_docx)
    )
    # Written before a correction or after it: the file may say either.
    ours = [make(minutes, page), make(minutes, page, as_sealed=True)]
    if words not in [read(one) for one in ours] or pictures != see(ours[0]):
        return FileVerdict("changed", minutes)
    return FileVerdict("valid" if minutes.status == MinutesStatus.SEALED else "superseded", minutes)


def _page_in(words: str) -> str:
    """The address of the page for checking that stands in a document; its host may be any of ours."""
    found = re.search(r"核对网址：(\S*?/minutes/verify/)", words)
    return found[1] if found else ""


def _enclosed_in_pdf(content: bytes) -> str | None:
    from pypdf import PdfReader

    found = PdfReader(io.BytesIO(content)).attachments.get(ENCLOSED)
    return found[0].decode() if found else None


def _words_of_pdf(content: bytes) -> str:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def _pictures_of_pdf(content: bytes) -> list[str]:
    """The hash of each picture drawn on a page, as it is stored in the file."""
    from pypdf import PdfReader

    found = []
    for page in PdfReader(io.BytesIO(content)).pages:
        drawn = page.get("/Resources", {}).get("/XObject", {})
        for name in sorted(drawn):
            one = drawn[name].get_object()
            if one.get("/Subtype") == "/Image":
                found.append(hashlib.sha256(one.get_data()).hexdigest())
    return sorted(found)


def _pictures_of_docx(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [one for one in archive.infolist() if one.filename.startswith("word/media/")]
        if any(one.file_size > LARGEST for one in names):
            raise ValueError
        return sorted(hashlib.sha256(archive.read(one)).hexdigest() for one in names)


def _enclosed_in_docx(content: bytes) -> str | None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = _PART.lstrip("/")
        if name not in archive.namelist() or archive.getinfo(name).file_size > LARGEST:
            return None
        return archive.read(name).decode()


def _words_of_docx(content: bytes) -> str:
    from docx import Document

    document = Document(io.BytesIO(content))
    words = [one.text for one in document.element.body.iter() if one.tag.endswith("}t") and one.text]
    return re.sub(r"\s+", "", "".join(words))
