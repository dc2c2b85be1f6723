"""The Celery application. Tasks are leaves: they live in ``<package>/tasks``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings.dev")

app = Celery("linyi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
