"""Notices: what a person finds under 消息."""

from collections.abc import Iterable

from django.utils.http import url_has_allowed_host_and_scheme

from communities.clock import database_now
from communities.models import Estate, Notice, User

BATCH = 500


def notify(
    *,
    recipients: Iterable[User | int],
    estate: Estate,
    topic: str,
    subject: int | str,
    title: str,
    text: str = "",
    url: str = "",
) -> None:
    """Tell each of ``recipients`` (accounts or their numbers) once that ``topic`` happened to ``subject``.

    Calling it again tells nobody again: a constraint of the database decides.
    ``title`` and ``text`` never name a person together with a choice, and
    ``url`` must be a page of this site; anything else raises :class:`ValueError`.
    """
    if url and not (url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)):
        raise ValueError("a notice only links to this site")
    moment = database_now()
    people = dict.fromkeys(who.pk if isinstance(who, User) else who for who in recipients)
    Notice.objects.bulk_create(
        [
            Notice(
                recipient_id=person,
                estate=estate,
                topic=topic,
                subject=str(subject),
                title=_fit(title, 120),
                text=_fit(text, 500),
                url=url,
                created_at=moment,
            )
            for person in people
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def mark_read(*, notice: Notice) -> None:
    """The recipient has opened ``notice``. The first time counts."""
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=database_now())


def mark_all_read(*, user: User) -> int:
    """``user`` has seen everything there is now; returns how many notices that were."""
    return Notice.objects.filter(recipient=user, read_at__isnull=True).update(read_at=database_now())


def _fit(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
