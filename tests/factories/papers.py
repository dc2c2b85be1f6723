"""Sheets, scrutineers and pictures for tests, through the services that make them."""

import io
from datetime import datetime
from functools import lru_cache

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from communities.enums import RoleCode
from communities.models import User
from tests.factories.communities import UserFactory, appoint
from votes.models import Assembly, Elector, PaperBallot, PaperEntry
from votes.services.paper_entries import enter_paper
from votes.services.papers import print_papers, receive_paper


@lru_cache
def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(written, "JPEG")
    return written.getvalue()


def photo(name: str = "票.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, _picture(), content_type="image/jpeg")


def scrutineers_of(assembly: Assembly, number: int = 3) -> list[User]:
    return [appoint(RoleCode.SCRUTINEER, assembly.estate) for _ in range(number)]


def printed(assembly: Assembly, actor: User) -> list[PaperBallot]:
    """A sheet for every elector, in order of number."""
    everybody = Elector.objects.filter(assembly=assembly)
    return print_papers(assembly=assembly, electors=everybody, actor=actor)


def received(paper: PaperBallot, actor: User) -> PaperBallot:
    return receive_paper(assembly=paper.assembly, code=str(paper.pk), file=photo(), actor=actor)


def entered(paper: PaperBallot, actor: User, choices: str = "F", defect: str = "") -> PaperEntry:
    return enter_paper(paper=paper, choices=choices, defect=defect, actor=actor)


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
