"""Reserve and trainings as files to take away. The log keeps who took them."""

import csv
from io import StringIO

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from communities.clock import database_now, local_day
from communities.committees import homes_in_words
from communities.enums import ReserveStage
from communities.models import CommitteeSeat, CommitteeTerm, Estate, ReserveCandidate, TrainingRecord, User
from communities.services.ledger import log_of_estate, record
from communities.spreadsheets import inert, write_workbook

from .locks import judge


def half_hours_in_words(half_hours: int) -> str:
    """ "3.5": hours, from integers of half an hour."""
    return f"{half_hours // 2}.5" if half_hours % 2 else str(half_hours // 2)


def write_csv(header: list[str], rows: list[list[str]]) -> bytes:
    file = StringIO()
    file.write("\ufeff")  # Excel takes a file without it for the system's old encoding.
    writer = csv.writer(file)
    writer.writerows([inert(cell) for cell in row] for row in (header, *rows))
    return file.getvalue().encode()


@transaction.atomic
def export_reserve(*, estate: Estate, as_csv: bool, actor: User) -> bytes:
    """The reserve with stages and notes, as .xlsx or CSV. Raises :class:`NotPermitted`."""
    judge("communities.view_reserve", actor, estate)
    moment = database_now()
    people = list(
        ReserveCandidate.objects.filter(estate=estate)
        .select_related("owner")
        .prefetch_related(Prefetch("trainings", to_attr="trained"))
    )
    homes = homes_in_words([person.owner for person in people], on=local_day(moment))
    header = [_("姓名"), _("房屋"), _("阶段"), _("特长"), _("说明"), _("培训小时"), _("列入日期")]
    rows = [
        [
            person.owner.name,
            homes.get(person.owner_id, ""),
            str(ReserveStage(person.stage).label),
            person.strengths,
            person.note,
            half_hours_in_words(sum(training.half_hours for training in person.trained)),
            f"{local_day(person.added_at):%Y-%m-%d}",
        ]
        for person in people
    ]
    _record(estate, "reserve-exported", actor, len(rows))
    return write_csv(header, rows) if as_csv else write_workbook(_("储备人选"), header, rows)


@transaction.atomic
def export_trainings(*, term: CommitteeTerm, as_csv: bool, actor: User) -> bytes:
    """The trainings of a term, a line each, as .xlsx or CSV. Raises :class:`NotPermitted`."""
    judge("communities.view_reserve", actor, term.estate)
    seats = CommitteeSeat.objects.select_related("owner", "user")
    reserve = ReserveCandidate.objects.select_related("owner")
    trainings = TrainingRecord.objects.filter(term=term).prefetch_related(
        Prefetch("seats", queryset=seats), Prefetch("reserve", queryset=reserve)
    )
    header = [_("日期"), _("培训内容"), _("小时"), _("组织单位"), _("参加的委员"), _("参加的储备人选")]
    rows = [
        [
            f"{training.held_on:%Y-%m-%d}",
            training.title,
            half_hours_in_words(training.half_hours),
            training.organiser,
            "、".join(seat.holder_name for seat in training.seats.all()),
            "、".join(person.owner.name for person in training.reserve.all()),
        ]
        for training in trainings
    ]
    _record(term.estate, "trainings-exported", actor, len(rows))
    return write_csv(header, rows) if as_csv else write_workbook(_("培训记录"), header, rows)


def _record(estate: Estate, event: str, actor: User, rows: int) -> None:
    record(
        log=log_of_estate(estate),
        verb=f"communities.committee.{event}",
        subject=estate,
        actor=actor,
        payload={"rows": rows},
    )
