"""The settings of production, but for static files: collecting them takes longer than a trial."""

from governance.settings.prod import *
from governance.settings.prod import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
