"""Minutes in Word: A4, margins, type and red head in the manner of GB/T 9704."""

import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

#: Line pitch and type of the body (三号仿宋, 28 pt).
BODY, PITCH = Pt(16), Pt(28)
RED = RGBColor(0xC8, 0x10, 0x2E)
_SONG, _HEI, _FANG = "方正小标宋简体", "黑体", "仿宋"


class _Writer:
    def __init__(self) -> None:
        self.document: WordDocument = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)

    def line(
        self,
        text: str,
        *,
        font: str = _FANG,
        size: Any = BODY,
        align: Any = WD_ALIGN_PARAGRAPH.JUSTIFY,
        indent: bool = True,
        colour: RGBColor | None = None,
    ) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = align
        form = paragraph.paragraph_format
        form.line_spacing, form.space_after, form.space_before = PITCH, Pt(0), Pt(0)
        if indent:
            form.first_line_indent = Pt(32)
        run = paragraph.add_run(text)
        run.font.size, run.font.name = size, font
        if colour is not None:
            run.font.color.rgb = colour
        fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:eastAsia", "w:ascii", "w:hAnsi"):
            fonts.set(qn(kind), font)
        return paragraph

    def text(self, words: str) -> None:
        """Each line of what somebody wrote as a paragraph."""
        for one in words.split("\n"):
            if one.strip():
                self.line(one)

    def head(self, words: str) -> None:
        self.line(words, font=_HEI)

    def labelled(self, label: str, words: str) -> None:
        if words:
            self.line(f"{label}：{words.replace(chr(10), ' ')}")

    def picture(self, content: bytes, words: str) -> None:
        """A photo with what is said of it below."""
        if content:
            self.document.add_picture(io.BytesIO(content), width=Mm(110))
        self.line(words, size=Pt(9), indent=False)

    def table(self, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        header = list(header)
        table = self.document.add_table(rows=1, cols=len(header), style="Table Grid")
        for cell, words in zip(table.rows[0].cells, header, strict=True):
            cell.text = words
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)
        for row in rows:
            for cell, words in zip(table.add_row().cells, row, strict=True):
                cell.text = words


def word_document(shown: dict[str, Any]) -> WordDocument:
    """The document of what :func:`governance.minutes_files.shown` gives."""
    out = _Writer()
    _write_head(out, shown)
    for item in shown["items"]:
        _write_item(out, item)
    out.text(shown["document"]["closing"])
    if shown["photos"]:
        out.head("现场照片")
    for one in shown["photos"]:
        out.picture(one["content"], one["words"])
    _write_end(out, shown)
    return out.document


def _write_head(out: _Writer, shown: dict[str, Any]) -> None:
    document, centre = shown["document"], WD_ALIGN_PARAGRAPH.CENTER
    red = f"{document['estate']}{document['kind']}纪要"
    out.line(red, font=_SONG, size=Pt(26), align=centre, indent=False, colour=RED)
    version = f"（第 {document['version']} 版）" if document["version"] > 1 else ""
    out.line(document["number"] + version, align=centre, indent=False)
    out.line(document["title"], font=_SONG, size=Pt(22), align=centre, indent=False)
    if shown["warning"]:
        out.line(shown["warning"])
    out.labelled("更正说明", document["correction_reason"])
    out.labelled("时间", f"{document['began']} 至 {document['ended']}")
    out.labelled("地点", document["place"])
    out.labelled("主持", document["chair"])
    out.labelled("记录", document["recorder"])
    for party, names in shown["groups"]:
        out.labelled(f"出席（{party}）", names)
    out.labelled("请假", "、".join(one["name"] for one in document["excused"]))
    out.text(document["opening"])


def _write_item(out: _Writer, item: dict[str, Any]) -> None:
    out.head(f"{item['numeral']}、{item['title']}")
    out.text(item["discussion"])
    for one in item["positions"]:
        out.labelled(one["party"], one["text"])
    for poll in item["polls"]:
        counted = f"赞成 {poll['agree']}，不赞成 {poll['disagree']}，保留 {poll['abstain']}"
        out.labelled("意向摸底", f"{poll['question']}（{counted}，不是表决）")
    out.labelled("协商意见", item["consensus"])
    out.labelled("保留的不同意见", item["dissent"])
    if item["statutory_words"]:
        out.line(item["statutory_words"])
    if item["actions"]:
        columns = ("number", "text", "party", "owner", "due")
        rows = [[str(action[name]) for name in columns] for action in item["actions"]]
        out.table(["编号", "办理内容", "责任方", "责任人", "期限"], rows)


def _write_end(out: _Writer, shown: dict[str, Any]) -> None:
    confirmed = shown["document"].get("confirmed")
    if confirmed:
        out.head("与会人确认")
        out.line(f"确认：{shown['confirmed_names']}")
        for one in confirmed["people"]:
            if one["note"]:
                out.labelled(f"{one['name']}（{one['party']}）的不同意见", one["note"])
    for party, name, when in shown["signatures"]:
        out.line(f"{party}（签署）：{name} {when}", align=WD_ALIGN_PARAGRAPH.RIGHT, indent=False)
    if shown["minutes"].sha256:
        out.line(f"SHA-256：{shown['minutes'].sha256}", size=Pt(9), indent=False)
        out.line(f"核对网址：{shown['page']}", size=Pt(9), indent=False)
