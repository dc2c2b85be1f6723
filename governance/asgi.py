"""Sockets in production, and everything in the embedded single process."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings.prod")

http_application = get_asgi_application()

# Every request has a thread of its own here: a connection kept afterwards would
# be kept for nobody.
for database in connections.settings.values():
    database["CONN_MAX_AGE"] = 0

from .routing import websocket_urlpatterns  # noqa: E402 - needs the loaded apps

application = ProtocolTypeRouter(
    {
        "http": http_application,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
