"""Owners' rosters as property offices really keep them, read without a database.

A spreadsheet goes in; units with their owners come out, together with every
problem that kept a row out or ought to be looked at. Nothing here knows
Django, a database or a clock, so a dry run needs none of them.
"""

from .errors import RosterUnreadable
from .fields import CellAddress, Field
from .model import Problem, ProblemCode, Roster, RosterOwner, RosterUnit, Severity, UnitUse
from .reader import read_roster

__all__ = [
    "CellAddress",
    "Field",
    "Problem",
    "ProblemCode",
    "Roster",
    "RosterOwner",
    "RosterUnit",
    "RosterUnreadable",
    "Severity",
    "UnitUse",
    "read_roster",
]
