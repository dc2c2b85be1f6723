"""Every socket of the product."""

from django.urls import URLPattern, path

from governance.consumers import MeetingConsumer
from votes.routing import websocket_urlpatterns as votes_patterns

websocket_urlpatterns: list[URLPattern] = [
    *votes_patterns,
    path("ws/meetings/<int:pk>/", MeetingConsumer.as_asgi()),
]
