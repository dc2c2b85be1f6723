"""What stays with a term: handover, reserve, trainings, assessments; and who may read which."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from communities.enums import RoleCode
from communities.errors import NotPermitted, ReasonMissing
from communities.models import (
    CommitteeAssessment,
    HandoverItem,
    LedgerEntry,
    Notice,
    ReserveCandidate,
    TrainingRecord,
)
from communities.services.committee import (
    add_to_reserve,
    assess_committee,
    change_reserve,
    end_seat,
    export_reserve,
    export_trainings,
    hand_over_item,
    list_handover,
    record_training,
)
from communities.services.committee.exports import half_hours_in_words
from communities.services.committee.refusals import (
    AssessedAlready,
    DayUnfit,
    HandedOver,
    HandoverTooEarly,
    HoursUnfit,
    InReserve,
    NobodyTrained,
    NotAnOwnerHere,
    OwnAssessment,
    ReceiverMissing,
    YearUnfit,
)
from communities.services.outbox import relay_outbox
from tests.factories.committees import Committee, committee, owner_in, today
from tests.factories.communities import EstateFactory, UserFactory, appoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def body() -> Committee:
    return committee()


# --- handover --------------------------------------------------------------------------------


@pytest.fixture
def item(body) -> HandoverItem:
    seat = body.members[0]
    end_seat(seat=seat, reason="resigned", note="", ended_on=today(), actor=body.secretary)
    return HandoverItem.objects.filter(seat=seat, kind="seal").get()


def hand_over(item: HandoverItem, actor, **given) -> HandoverItem:
    values: dict[str, Any] = {
        "handed_on": today(),
        "receiver": None,
        "note": "交社区保管",
        "actor": actor,
    } | given
    return hand_over_item(item=item, **values)


def test_an_item_is_ticked_off_once_with_day_and_receiver(body, item):
    receiver = body.members[1].user
    hand_over(item, body.secretary, receiver=receiver, note="公章一枚")
    item.refresh_from_db()
    assert (item.handed_on, item.handed_to, item.note) == (today(), receiver, "公章一枚")
    with pytest.raises(HandedOver):
        hand_over(item, body.secretary, note="另一次")
    item.refresh_from_db()
    assert item.note == "公章一枚"


def test_who_receives_serves_here_or_is_named(body, item):
    for receiver, note in ((None, "  "), (UserFactory(), "x"), (appoint(RoleCode.FIRM, body.estate), "x")):
        with pytest.raises(ReceiverMissing):
            hand_over(item, body.secretary, receiver=receiver, note=note)
    with pytest.raises(DayUnfit):
        hand_over(item, body.secretary, handed_on=today() + timedelta(days=1))
    with pytest.raises(NotPermitted):
        hand_over(item, body.subdistrict)
    item.refresh_from_db()
    assert item.handed_on is None
    hand_over(item, body.members[1].user)


def test_an_outgoing_committee_lists_its_handover_once_its_time_is_over(body):
    with pytest.raises(HandoverTooEarly):
        list_handover(term=body.term, actor=body.secretary)
    assert not HandoverItem.objects.exists()
    over = committee(begun=800, years=2)
    due = {item.due_on for item in list_handover(term=over.term, actor=over.account())}
    assert due == {over.term.ends_on + timedelta(days=10)}
    list_handover(term=over.term, actor=over.secretary)
    assert HandoverItem.objects.filter(term=over.term).count() == 7


# --- reserve ---------------------------------------------------------------------------------


def reserve(body: Committee, name: str = "己", **given) -> ReserveCandidate:
    values: dict[str, Any] = {"strengths": "懂财务", "note": "春节后再谈", "actor": body.secretary} | given
    owner = given.pop("owner", None) or owner_in(body.estate, name)
    values.pop("owner", None)
    return add_to_reserve(estate=body.estate, owner=owner, **values)


def test_the_reserve_is_the_community_s_to_keep_and_nobody_is_told(body):
    owner = owner_in(body.estate, "己")
    for actor in (body.members[0].user, body.subdistrict, owner.user):
        with pytest.raises(NotPermitted):
            reserve(body, owner=owner, actor=actor)
    person = reserve(body, owner=owner)
    with pytest.raises(InReserve):
        reserve(body, owner=owner)
    with pytest.raises(NotAnOwnerHere):
        reserve(body, owner=owner_in(EstateFactory(), "庚"))
    change_reserve(person=person, stage="reserved", strengths="懂财务、懂工程", note="", actor=body.secretary)
    with pytest.raises(NotPermitted):
        change_reserve(person=person, stage="left", strengths="", note="", actor=body.subdistrict)
    person.refresh_from_db()
    assert (person.stage, person.strengths) == ("reserved", "懂财务、懂工程")
    relay_outbox()
    assert not Notice.objects.filter(recipient=owner.user).exists()
    written = "".join(LedgerEntry.objects.values_list("body", flat=True))
    assert ("己" in written, f'"owner":{owner.pk}' in written) == (False, False)


def test_exports_are_for_the_guides_alone_inert_and_on_record(body):
    person = reserve(body, strengths="=HYPERLINK(1)")
    record_training(
        term=body.term,
        title="议事规则",
        held_on=today(),
        half_hours=3,
        organiser="街道",
        seats=[body.members[0]],
        reserve=[person],
        actor=body.secretary,
    )
    for actor in (body.members[0].user, UserFactory()):
        with pytest.raises(NotPermitted):
            export_reserve(estate=body.estate, as_csv=True, actor=actor)
        with pytest.raises(NotPermitted):
            export_trainings(term=body.term, as_csv=True, actor=actor)
    lines = list(
        csv.reader(
            io.StringIO(
                export_reserve(estate=body.estate, as_csv=True, actor=body.subdistrict).decode("utf-8-sig")
            )
        )
    )
    assert [lines[1][0], *lines[1][2:6]] == ["己", "推荐", "'=HYPERLINK(1)", "春节后再谈", "1.5"]
    content = export_trainings(term=body.term, as_csv=True, actor=body.secretary)
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1][1:] == [
        *("议事规则", "1.5", "街道", "甲", "己")
    ]
    assert export_reserve(estate=body.estate, as_csv=False, actor=body.secretary)[:2] == b"PK"
    assert LedgerEntry.objects.filter(verb="communities.committee.reserve-exported").count() == 2


# --- trainings -------------------------------------------------------------------------------


def train(body: Committee, **given) -> TrainingRecord:
    values: dict[str, Any] = {
        "title": "议事规则",
        "held_on": today(),
        "half_hours": 3,
        "organiser": "街道",
        "seats": [body.members[0]],
        "reserve": [],
        "actor": body.secretary,
    } | given
    return record_training(term=body.term, **values)


def test_a_training_counts_half_hours_of_people_of_this_term(body):
    with pytest.raises(NobodyTrained):
        train(body, seats=committee().members)
    for half_hours in (0, 201):
        with pytest.raises(HoursUnfit):
            train(body, half_hours=half_hours)
    with pytest.raises(DayUnfit):
        train(body, held_on=today() + timedelta(days=1))
    with pytest.raises(NotPermitted):
        train(body, actor=body.members[0].user)
    assert not TrainingRecord.objects.exists()
    assert list(train(body).seats.all()) == [body.members[0]]


def test_hours_are_told_from_integers():
    assert [half_hours_in_words(number) for number in (0, 1, 2, 7)] == ["0", "0.5", "1", "3.5"]


# --- assessments -----------------------------------------------------------------------------

REASON = "按时公布账目，及时答复业主"


def assess(body: Committee, **given) -> CommitteeAssessment:
    values: dict[str, Any] = {
        "seat": None,
        "year": today().year,
        "grade": "good",
        "reason": REASON,
        "actor": body.secretary,
    } | given
    return assess_committee(term=body.term, **values)


def test_committee_and_members_are_assessed_once_a_year_with_a_reason(body):
    assess(body)
    assess(body, seat=body.members[0], grade="fair")
    for seat in (None, body.members[0]):
        with pytest.raises(AssessedAlready):
            assess(body, seat=seat)
    with pytest.raises(ReasonMissing):
        assess(body, seat=body.members[1], reason="好")
    for year in (today().year + 1, body.term.starts_on.year - 1):
        with pytest.raises(YearUnfit):
            assess(body, seat=body.members[1], year=year)
    for actor in (body.members[0].user, appoint(RoleCode.FIRM, body.estate)):
        with pytest.raises(NotPermitted):
            assess(body, seat=body.members[1], actor=actor)
    assert CommitteeAssessment.objects.count() == 2


def test_nobody_assesses_themselves(body):
    actor = appoint(RoleCode.SECRETARY, body.estate, user=body.members[0].user)
    with pytest.raises(OwnAssessment):
        assess(body, seat=body.members[0], actor=actor)
    assess(body, seat=body.members[1], actor=actor)


def test_a_member_s_grade_is_told_to_the_member_alone_and_stands_in_no_log(body):
    assess(body, seat=body.members[0], grade="poor")
    relay_outbox()
    told = Notice.objects.filter(topic="communities.committee-assessed")
    assert [notice.recipient for notice in told] == [body.members[0].user]
    entry = LedgerEntry.objects.get(verb="communities.committee.assessed")
    assert "poor" not in entry.body
