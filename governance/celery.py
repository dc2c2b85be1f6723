"""The Celery application. Tasks are leaves: they live in ``<package>/tasks``."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings.dev")

app = Celery("linyi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_ready.connect
def look_at_database(**_: Any) -> None:
    """A worker says at its start what is wrong with the database, if anything is."""
    from communities.soundness import report_at_start

    report_at_start()
