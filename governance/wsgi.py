"""Pages and API in production: synchronous workers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings.prod")

application = get_wsgi_application()

from communities.soundness import report_at_start  # noqa: E402 - needs the loaded apps

report_at_start()
