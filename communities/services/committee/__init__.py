"""The owners' committee through its whole term: seats, filing, handover, reserve, training, assessment."""

from .assessments import assess_committee
from .exports import export_reserve, export_trainings
from .filling import fill_vacancies, seat_first_alternate, vacancies
from .handover import hand_over_item, list_handover, prepare_handover, prepare_seat_handover
from .locks import lock_seat
from .reserve import add_to_reserve, change_reserve
from .roles import follow_due_seats, follow_seats
from .seats import close_seat, decide_position, end_seat, move_up_alternate, seat_owner
from .terms import begin_term, enter_term, file_term, report_term
from .trainings import record_training

__all__ = [
    "add_to_reserve",
    "assess_committee",
    "begin_term",
    "change_reserve",
    "close_seat",
    "decide_position",
    "end_seat",
    "enter_term",
    "export_reserve",
    "export_trainings",
    "file_term",
    "fill_vacancies",
    "follow_due_seats",
    "follow_seats",
    "hand_over_item",
    "list_handover",
    "lock_seat",
    "move_up_alternate",
    "prepare_handover",
    "prepare_seat_handover",
    "record_training",
    "report_term",
    "seat_first_alternate",
    "seat_owner",
    "vacancies",
]
