"""The owners' committee through its whole term: seats, filing, handover, reserve, training, assessment."""

from .assessments import assess_committee
from .exports import export_reserve, export_trainings
from .handover import hand_over_item, list_handover, prepare_handover, prepare_seat_handover
from .reserve import add_to_reserve, change_reserve
from .roles import follow_seats
from .seats import close_seat, decide_position, end_seat, move_up_alternate, seat_owner, vacancies
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
    "follow_seats",
    "hand_over_item",
    "list_handover",
    "move_up_alternate",
    "prepare_handover",
    "prepare_seat_handover",
    "record_training",
    "report_term",
    "seat_owner",
    "vacancies",
]
