"""The owners' roster: imports from upload to commit, and the representatives of co-owned units."""

from .exports import export_roster, roster_template
from .imports import (
    commit_roster,
    correct_roster,
    corrections_of,
    discard_roster,
    read_content,
    roster_of,
    upload_roster,
)
from .refusals import (
    ImportClosed,
    NotACoOwner,
    RosterChanged,
    RosterEmpty,
    RosterNotApplied,
    RosterNotReadable,
    RosterTextTooLong,
)
from .representatives import set_representative

__all__ = [
    "ImportClosed",
    "NotACoOwner",
    "RosterChanged",
    "RosterEmpty",
    "RosterNotApplied",
    "RosterNotReadable",
    "RosterTextTooLong",
    "commit_roster",
    "correct_roster",
    "corrections_of",
    "discard_roster",
    "export_roster",
    "read_content",
    "roster_of",
    "roster_template",
    "set_representative",
    "upload_roster",
]
