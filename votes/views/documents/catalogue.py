"""Which papers a posted assembly has, and how each is drawn up."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.http import Http404
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from communities.spreadsheets import CONTENT_TYPE, write_csv, write_workbook
from votes.enums import AssemblyStatus
from votes.models import Assembly
from votes.views.desk_roll import notice_context, roll_context, roll_rows
from votes.views.results import result_context, result_table

from . import contents

DECIDED = (AssemblyStatus.CERTIFIED, AssemblyStatus.VOID)
#: Header and rows of a paper as a spreadsheet; every cell is text.
Table: TypeAlias = tuple[list[str], Iterable[list[str]]]


@dataclass(frozen=True)
class Document:
    """One paper. ``is_public``: everybody of the estate may have it; else only who may read the roll."""

    name: str
    title: str | Promise
    about: str | Promise
    template: str
    context: Callable[[Assembly], dict[str, Any]]
    table: Callable[[Assembly], Table] | None = None
    is_public: bool = False
    needs_result: bool = False

    def is_there_for(self, assembly: Assembly) -> bool:
        if assembly.status == AssemblyStatus.DRAFT:
            return False
        return not self.needs_result or assembly.status in DECIDED

    def html(self, assembly: Assembly) -> str:
        """The whole print page; it prints from a browser and becomes a PDF."""
        return render_to_string(self.template, self.context(assembly))

    def csv(self, assembly: Assembly) -> bytes:
        return write_csv(*self._table(assembly))

    def xlsx(self, assembly: Assembly) -> bytes:
        header, rows = self._table(assembly)
        return write_workbook(str(self.title), header, rows)

    def _table(self, assembly: Assembly) -> Table:
        if self.table is None:
            raise Http404
        return self.table(assembly)


def _roll_table(assembly: Assembly) -> Table:
    rows = roll_rows(assembly)
    return next(rows), rows


DOCUMENTS = {
    document.name: document
    for document in (
        Document(
            "notice",
            gettext_lazy("会议公告"),
            gettext_lazy("公示的时间、议题和表决事项全文"),
            "print/notice.html",
            notice_context,
            is_public=True,
        ),
        Document(
            "result",
            gettext_lazy("表决结果公告"),
            gettext_lazy("总数、参与、同意的人数和面积，以及法定结论"),
            "print/result.html",
            result_context,
            table=result_table,
            is_public=True,
            needs_result=True,
        ),
        Document(
            "decision",
            gettext_lazy("业主大会决定"),
            gettext_lazy("通过的事项全文，可以盖章存档"),
            "print/decision.html",
            contents.decision_context,
            is_public=True,
            needs_result=True,
        ),
        Document(
            "roll",
            gettext_lazy("表决人名册"),
            gettext_lazy("房屋、面积和编号，没有姓名"),
            "print/roll.html",
            roll_context,
            table=_roll_table,
        ),
        Document(
            "deliveries",
            gettext_lazy("送达证明"),
            gettext_lazy("表决票和公告怎样送到每一户"),
            "print/deliveries.html",
            contents.deliveries_context,
            table=contents.deliveries_table,
        ),
        Document(
            "objections",
            gettext_lazy("异议处理记录"),
            gettext_lazy("提出的异议、处理经过和答复"),
            "print/objections.html",
            contents.objections_context,
            table=contents.objections_table,
        ),
        Document(
            "counting",
            gettext_lazy("计票记录"),
            gettext_lazy("谁监票，各种方式收到、计入和不计入多少张"),
            "print/counting.html",
            contents.counting_context,
            table=contents.counting_table,
            needs_result=True,
        ),
    )
}

#: What a paper comes as, besides the page: its type of content.
FILE_TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "xlsx": CONTENT_TYPE}
