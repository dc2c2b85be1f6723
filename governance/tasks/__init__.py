"""Tasks of deliberation."""

from . import meetings, minutes, moderation, proposals, statements, tickets

__all__ = ["meetings", "minutes", "moderation", "proposals", "statements", "tickets"]
