"""Sockets of votes."""

from django.urls import URLPattern, path

from .consumers import AssemblyConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/votes/<int:pk>/", AssemblyConsumer.as_asgi()),
]
