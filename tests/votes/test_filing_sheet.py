"""备案表: filled from the election that made the term, or from the term alone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from communities.services.committee import decide_position
from tests.factories.committees import Committee, committee, today
from tests.factories.objections import certified
from tests.factories.votes import draft_assembly
from votes.models import Candidate, Election, SeatResult

pytestmark = pytest.mark.django_db


def elected(body: Committee) -> Election:
    """The election behind the term, as its certification leaves it."""
    draft = draft_assembly(body.estate)
    election = Election.objects.create(
        assembly=draft, term=body.term, seats=3, alternates=2, nomination_closes_at=timezone.now()
    )
    people = [
        Candidate.objects.create(
            election=election,
            number=number,
            owner=seat.owner,
            name=seat.holder_name,
            home="1幢",
            nomination="self",
            nominated_by=body.secretary,
            nominated_at=timezone.now(),
        )
        for number, seat in enumerate([*body.members, *body.alternates], start=1)
        if seat.owner
    ]
    # A posted election takes no candidate any more: theirs were made while it was a draft.
    election.assembly = certified(estate=body.estate)
    election.save()
    for person in people:
        SeatResult.objects.create(
            candidate=person,
            outcome="elected" if person.number <= 3 else "alternate",
            rank=person.number,
            for_heads=90 - person.number,
            for_area=8_800 * person.number,
        )
    return election


def test_it_names_members_alternates_positions_and_attachments(client):
    body = committee()
    election = elected(body)
    text = "经全体委员过半数同意，推选甲为主任"
    decide_position(
        seat=body.members[0], position="chair", session_on=today(), text=text, actor=body.secretary
    )
    client.force_login(body.secretary)
    shown = client.get(reverse("votes:filing-sheet", args=[body.estate.slug, body.term.pk])).content.decode()
    for part in (
        election.assembly.title,
        "委员 3 人，候补委员 2 人",
        "第 1 届业主委员会备案表",
        text,
        "四、附件",
        "表决结果公告",
        "《物业管理条例》第十六条",
        body.members[0].owner.ownerships.get().unit.label,
    ):
        assert part in shown
    assert shown.count("<td>候补委员</td>") == 2
    assert [f'<td class="r">{heads}</td>' in shown for heads in (89, 88, 87, 86, 85)] == [True] * 5
    assert "440.00" in shown


@pytest.mark.pango
def test_it_is_a_pdf_too(client):
    body = committee()
    client.force_login(body.subdistrict)
    answer = client.get(reverse("votes:filing-pdf", args=[body.estate.slug, body.term.pk]))
    assert (answer.content[:5], answer["Content-Type"]) == (b"%PDF-", "application/pdf")
