"""What people are told of deliberation. Importing a module registers its handlers."""

from . import meetings, minutes, moderation, proposals, statements, tickets

__all__ = ["meetings", "minutes", "moderation", "proposals", "statements", "tickets"]
