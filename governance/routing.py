"""Every socket of the product."""

from django.urls import URLPattern

from votes.routing import websocket_urlpatterns as votes_patterns

websocket_urlpatterns: list[URLPattern] = [*votes_patterns]
