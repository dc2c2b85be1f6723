"""What is printed on a 纸质表决票, for one elector or for hundreds."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from communities.templatetags.linyi import qr
from votes.enums import MotionKind
from votes.models import Assembly, Candidate, Election, PaperBallot

from .motions_shown import ShownMotion, motions_shown


@dataclass(frozen=True, slots=True)
class AskedOnPaper:
    """A motion on the sheet; ``candidate`` where its line is one of an election."""

    shown: ShownMotion
    candidate: Candidate | None
    #: The election whose first candidate this is: its heading is printed before the line.
    begins: Election | None


@dataclass(frozen=True, slots=True)
class Sheet:
    paper: PaperBallot
    qr: str


def asked_on_paper(assembly: Assembly) -> list[AskedOnPaper]:
    election = Election.objects.filter(assembly=assembly).first()
    candidates = {
        candidate.motion_id: candidate
        for candidate in Candidate.objects.filter(election__assembly=assembly, motion__isnull=False)
    }
    found: list[AskedOnPaper] = []
    begun = False
    for shown in motions_shown(assembly):
        is_candidate = shown.motion.kind == MotionKind.CANDIDATE
        found.append(
            AskedOnPaper(
                shown=shown,
                candidate=candidates.get(shown.motion.pk) if is_candidate else None,
                begins=election if is_candidate and not begun else None,
            )
        )
        begun = begun or is_candidate
    return found


def sheets_of(request: HttpRequest, papers: Iterable[PaperBallot]) -> list[Sheet]:
    """Each with the code that leads a scrutineer's phone to it, and holds its number and nothing else."""
    return [
        Sheet(paper, qr(request.build_absolute_uri(reverse("votes:paper", args=[paper.pk]))))
        for paper in papers
    ]


def sheets_html(request: HttpRequest, assembly: Assembly, papers: Iterable[PaperBallot]) -> str:
    """The print page of these sheets."""
    context = {
        "assembly": assembly,
        "estate": assembly.estate,
        "asked": asked_on_paper(assembly),
        "sheets": sheets_of(request, papers),
    }
    return render_to_string("print/ballot.html", context, request)
