"""Sending a text message to a phone. Which way is a setting; the default prints it."""

import logging
from collections import deque
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


class SmsBackend(Protocol):
    def send(self, *, phone: str, text: str) -> None:
        """Hand one message to the provider; raises on failure."""


class ConsoleSms:
    """Prints to the terminal of the server, for development and the demo."""

    def send(self, *, phone: str, text: str) -> None:
        print(f"[短信] {phone}: {text}", flush=True)


class MemorySms:
    """Keeps the newest messages of this process: for tests."""

    sent: deque[tuple[str, str]] = deque(maxlen=200)

    def send(self, *, phone: str, text: str) -> None:
        self.sent.append((phone, text))


def send_sms(*, phone: str, text: str) -> None:
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    backend.send(phone=phone, text=text)
