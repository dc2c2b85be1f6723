"""Sending a text message to a phone. Which way is a setting; the default prints it."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string


class SmsBackend(Protocol):
    def send(self, *, phone: str, text: str) -> None:
        """Hand one message to the provider; raises on failure."""


class ConsoleSms:
    """Prints to the terminal of the server, for development and the demo."""

    def send(self, *, phone: str, text: str) -> None:
        print(f"[短信] {phone}: {text}", flush=True)


@dataclass(frozen=True)
class SentMessage:
    """A message as the demo inbox shows it."""

    phone: str
    text: str
    sent_at: datetime


class InboxSms(ConsoleSms):
    """For the demo: prints, and keeps the newest messages of this process for the demo inbox."""

    kept: deque[SentMessage] = deque(maxlen=50)

    def send(self, *, phone: str, text: str) -> None:
        super().send(phone=phone, text=text)
        self.kept.appendleft(SentMessage(phone, text, timezone.now()))


class MemorySms:
    """Keeps the newest messages of this process: for tests."""

    sent: deque[tuple[str, str]] = deque(maxlen=200)

    def send(self, *, phone: str, text: str) -> None:
        self.sent.append((phone, text))


def send_sms(*, phone: str, text: str) -> None:
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    backend.send(phone=phone, text=text)
