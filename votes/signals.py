"""The one message that goes up: a vote has been decided."""

from django.dispatch import Signal

#: Sent inside the transaction that certifies, with ``assembly``.
assembly_certified = Signal()
