"""Tasks of deliberation."""

from . import meetings, minutes, moderation, proposals, statements

__all__ = ["meetings", "minutes", "moderation", "proposals", "statements"]
