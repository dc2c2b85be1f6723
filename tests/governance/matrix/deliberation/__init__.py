"""The part of the matrix that is about deliberation, a module a noun."""

from . import meetings, minutes, moderation, proposals, statements, tickets

NOUNS = (proposals, moderation, statements, meetings, minutes, tickets)
