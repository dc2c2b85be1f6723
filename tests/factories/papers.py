"""Paper ballots for tests: sheets as they are once they came back and were scanned."""

from datetime import datetime

from django.utils import timezone

from tests.factories.communities import UserFactory
from votes.models import Assembly, Elector, PaperBallot


def received_paper(
    assembly: Assembly, elector: Elector, *, at: datetime | None = None, serial: int | None = None
) -> PaperBallot:
    """The sheet of ``elector``, received at ``at`` (now) and not yet entered."""
    return PaperBallot.objects.create(
        assembly=assembly,
        elector=elector,
        serial=serial or elector.number,
        printed_at=assembly.published_at,
        received_at=at or timezone.now(),
        received_by=UserFactory(),
        scan_sha256="0" * 64,
    )
