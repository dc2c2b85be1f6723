"""The committee's pages: what everybody reads, what the desk does, and what the reserve hides."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities.enums import RoleCode
from communities.models import CommitteeSeat, CommitteeTerm, HandoverItem, ReserveCandidate, TrainingRecord
from communities.services.committee import (
    add_to_reserve,
    assess_committee,
    decide_position,
    end_seat,
    record_training,
)
from tests.factories.committees import Committee, committee, owner_in, today
from tests.factories.communities import EstateFactory, ResidencyFactory, UnitFactory, appoint

pytestmark = pytest.mark.django_db

REASON = "按时公布账目，及时答复业主"


@pytest.fixture
def body() -> Committee:
    return committee()


def address(body: Committee, name: str, **more) -> str:
    return reverse(f"communities:{name}", kwargs={"slug": body.estate.slug, "pk": body.term.pk, **more})


def words(response) -> str:
    text = re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def as_(client: Client, user) -> Client:
    client.force_login(user)
    return client


# --- in public -------------------------------------------------------------------------------


def test_a_tenant_reads_who_serves_what_is_owed_and_how_it_was_assessed(client, body):
    tenant = ResidencyFactory(unit=UnitFactory(building__estate=body.estate)).user
    assess_committee(
        term=body.term, seat=None, year=today().year, grade="fair", reason=REASON, actor=body.secretary
    )
    assess_committee(
        term=body.term,
        seat=body.members[0],
        year=today().year,
        grade="poor",
        reason="多次缺席会议，没有说明原因",
        actor=body.secretary,
    )
    end_seat(seat=body.members[1], reason="resigned", note="", ended_on=today(), actor=body.secretary)
    owner = owner_in(body.estate, "储备己")
    add_to_reserve(estate=body.estate, owner=owner, strengths="懂财务", note="", actor=body.secretary)
    shown = words(as_(client, tenant).get(reverse("communities:committee", args=[body.estate.slug])))
    for part in ("第 1 届业主委员会", "尚未备案", "本人书面辞职", "已超期", REASON, "较好", "候补委员"):
        assert part in shown
    for part in ("多次缺席", "储备己", "懂财务", "登记职务"):
        assert part not in shown


def test_an_estate_without_a_committee_says_so(client):
    estate = EstateFactory()
    tenant = ResidencyFactory(unit=UnitFactory(building__estate=estate)).user
    assert "还没有业主委员会" in words(as_(client, tenant).get(f"/e/{estate.slug}/committee/"))
    secretary = as_(client, appoint(RoleCode.SECRETARY, estate)).get(f"/desk/{estate.slug}/committee/")
    assert reverse("communities:term-new", args=[estate.slug]) in secretary.content.decode()


# --- at the desk -------------------------------------------------------------------------------


def test_the_secretary_enters_an_older_committee_from_its_papers(client):
    estate = EstateFactory()
    owner = owner_in(estate, "王秀英")
    as_(client, appoint(RoleCode.SECRETARY, estate))
    given = {"number": 3, "starts_on": "2025-01-01", "ends_on": "2024-01-01"}
    assert client.post(f"/desk/{estate.slug}/committee/terms/new/", given).status_code == 422
    client.post(f"/desk/{estate.slug}/committee/terms/new/", given | {"ends_on": "2029-01-01"})
    term = CommitteeTerm.objects.get()
    page = reverse("communities:term-seat-new", args=[estate.slug, term.pk])
    assert "没有找到" in words(client.post(page, {"words": "查无此人"}))
    found = client.post(page, {"words": "王秀英"})
    assert f'value="{owner.pk}"' in found.content.decode()
    assert client.post(page, {"owner": owner.pk}).status_code == 302
    refused = client.post(page, {"owner": owner.pk})
    assert (refused.status_code, "已经有席位" in words(refused)) == (409, True)
    assert client.post(page, {"owner": 10**9}).status_code == 422
    assert CommitteeSeat.objects.get().owner == owner


def test_a_decision_on_a_position_is_typed_once_and_kept_when_refused(client, body):
    as_(client, body.secretary)
    given = {"seat": body.members[0].pk, "position": "chair", "session_on": today(), "text": "推选甲"}
    refused = client.post(address(body, "term-position"), given)
    assert (refused.status_code, "推选甲" in refused.content.decode()) == (422, True)
    client.post(address(body, "term-position"), given | {"text": "经全体委员过半数同意，推选甲为主任"})
    shown = words(client.get(address(body, "term")))
    assert "经全体委员过半数同意，推选甲为主任" in shown
    assert CommitteeSeat.objects.get(position="chair") == body.members[0]


def test_leaving_moving_up_filing_and_handing_over_by_form(client, body):
    as_(client, body.secretary)
    end = address(body, "term-seat-end", seat_pk=body.members[0].pk)
    assert "罢免委员要由业主大会表决" in words(client.get(end))
    assert (
        client.post(end, {"reason": "resigned", "ended_on": today() + timedelta(days=1)}).status_code == 422
    )
    client.post(end, {"reason": "resigned", "ended_on": today()})
    assert address(body, "term-move-up") in client.get(address(body, "term")).content.decode()
    client.post(address(body, "term-move-up"), {"moved_on": today()})
    assert body.seat("丁").is_alternate is False
    assert client.post(address(body, "term-file"), {"filed_on": today()}).status_code == 422
    client.post(address(body, "term-file"), {"filed_on": today(), "number": "备〔2026〕7号"})
    client.post(address(body, "term-report"), {"reported_on": today()})
    term = CommitteeTerm.objects.get()
    assert (term.filing_number, term.reported_on) == ("备〔2026〕7号", today())
    item = HandoverItem.objects.order_by("pk")[0]
    one = address(body, "handover-item", item_pk=item.pk)
    assert client.post(one, {"handed_on": today(), "receiver": "", "note": ""}).status_code == 422
    client.post(one, {"handed_on": today(), "receiver": body.members[1].user.pk, "note": "一枚"})
    assert client.post(one, {"handed_on": today(), "receiver": "", "note": "又"}).status_code == 409
    shown = words(client.get(address(body, "handover")))
    assert ("甲（离任委员）" in shown, shown.count("还没有移交"), "一枚" in shown) == (True, 5, True)
    sheet = words(client.get(address(body, "handover-print")))
    assert ("离任委员 甲 移交" in sheet, "监交人" in sheet) == (True, True)


@pytest.mark.pango
def test_the_handover_is_a_pdf_too(client, body):
    end_seat(seat=body.members[1], reason="resigned", note="", ended_on=today(), actor=body.secretary)
    assert as_(client, body.secretary).get(address(body, "handover-pdf")).content[:5] == b"%PDF-"


def test_reserve_and_trainings_by_form(client, body):
    as_(client, body.secretary)
    owner = owner_in(body.estate, "己")
    client.post(
        f"/desk/{body.estate.slug}/committee/reserve/new/", {"owner": owner.pk, "strengths": "懂财务"}
    )
    person = ReserveCandidate.objects.get()
    client.post(
        reverse("communities:reserve-person", args=[body.estate.slug, person.pk]),
        {"stage": "reserved", "strengths": "懂财务", "note": "愿意列席"},
    )
    given = {"title": "议事规则", "held_on": today(), "organiser": "街道", "seats": [body.members[0].pk]}
    for hours in ("1.25", "0", "x"):
        assert client.post(address(body, "trainings"), given | {"hours": hours}).status_code == 422
    assert client.post(address(body, "trainings"), given | {"hours": "1.5", "seats": []}).status_code == 422
    client.post(address(body, "trainings"), given | {"hours": "1.5", "reserve": [person.pk]})
    assert TrainingRecord.objects.get().half_hours == 3
    assert "列入储备" in words(client.get(f"/desk/{body.estate.slug}/committee/reserve/?stage=reserved"))
    assert "这个阶段没有人" in words(client.get(f"/desk/{body.estate.slug}/committee/reserve/?stage=left"))
    shown = words(client.get(address(body, "term")))
    assert ("列入储备 1" in shown, " 1.5 " in shown) == (True, True)


def test_the_committee_sees_neither_reserve_nor_trainings_of_it(client, body):
    owner = owner_in(body.estate, "储备己")
    add_to_reserve(estate=body.estate, owner=owner, strengths="懂财务", note="", actor=body.secretary)
    as_(client, body.members[0].user)
    shown = words(client.get(address(body, "term")))
    assert ("储备" in shown, "培训记录" in shown) == (False, False)
    assert client.get(address(body, "trainings")).status_code == 404
    assert client.get(f"/desk/{body.estate.slug}/committee/reserve/").status_code == 404


def test_assessments_are_entered_by_the_guides_and_read_by_the_committee(client, body):
    as_(client, body.subdistrict)
    given = {"seat": body.members[0].pk, "year": today().year, "grade": "fair", "reason": "好"}
    refused = client.post(address(body, "assessments"), given)
    assert refused.status_code == 422
    client.post(address(body, "assessments"), given | {"reason": REASON})
    assert client.post(address(body, "assessments"), given | {"reason": REASON}).status_code == 409
    assert REASON in words(as_(client, body.members[1].user).get(address(body, "assessments")))


def add_to(body: Committee, name: str) -> None:
    """Somebody in reserve who was trained, took a seat, was chosen vice chair and left."""
    owner = owner_in(body.estate, name)
    person = add_to_reserve(estate=body.estate, owner=owner, strengths="", note="", actor=body.secretary)
    seat = CommitteeSeat.objects.create(term=body.term, owner=owner, valid_from=today())
    text = "经全体委员过半数同意，推选为副主任"
    decide_position(seat=seat, position="vice-chair", session_on=today(), text=text, actor=body.secretary)
    record_training(
        term=body.term,
        title="议事规则",
        held_on=today(),
        half_hours=3,
        organiser="街道",
        seats=[seat],
        reserve=[person],
        actor=body.secretary,
    )
    assess_committee(
        term=body.term, seat=seat, year=today().year, grade="good", reason=REASON, actor=body.secretary
    )
    end_seat(seat=seat, reason="resigned", note="", ended_on=today(), actor=body.secretary)


def test_pages_ask_as_often_for_three_as_for_one(client, body):
    as_(client, body.secretary)
    pages = [
        reverse("communities:committee", args=[body.estate.slug]),
        f"/desk/{body.estate.slug}/committee/reserve/",
        *(address(body, name) for name in ("term", "handover", "trainings", "assessments")),
        reverse("votes:filing-sheet", args=[body.estate.slug, body.term.pk]),
    ]

    def asked() -> dict[str, int]:
        counts = {}
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            counts[page] = len(queries)
        return counts

    add_to(body, "己")
    asked()
    once = asked()
    add_to(body, "庚")
    add_to(body, "辛")
    assert asked() == once
