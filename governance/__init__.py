"""The top of the product: deliberation, and the composition of the whole."""

# Without this import ``.delay`` called from a server process goes to a default
# AMQP application that nobody listens to.
from .celery import app as celery_app

__all__ = ["celery_app"]
