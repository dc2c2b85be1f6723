"""Objections: who may raise which and when, who may answer, the clock, and what is kept of it."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from communities.clock import LOCAL_ZONE
from communities.enums import RoleCode
from communities.errors import NotPermitted, ReasonMissing, TooOften
from communities.ledger.hashing import sha256
from communities.models import LedgerEntry, Notice
from communities.services.outbox import relay_outbox
from communities.workdays import add_working_days
from tests.factories.communities import OwnershipFactory, UnitFactory, UserFactory, appoint
from tests.factories.objections import (
    TEXT,
    announced,
    certified,
    move_publication,
    object_to,
    overdue,
    someone_else,
)
from tests.factories.votes import people_of, posted_assembly
from votes.errors import (
    ObjectionAboutYou,
    ObjectionNotOnRoll,
    ObjectionSettled,
    ObjectionWindowClosed,
    OwnObjection,
)
from votes.models import Assembly, Objection, ObjectionStep
from votes.objecting import ObjectionFigures, objection_figures, windows
from votes.services.acts import confirm_act, propose_act
from votes.services.objections import (
    answer_objection,
    escalate_overdue_objections,
    take_up_objection,
    withdraw_objection,
)

pytestmark = pytest.mark.django_db

ANSWER = "经核对产权证，名册面积无误"


@pytest.fixture
def running() -> Assembly:
    return posted_assembly(owners=3)


def secretary_of(assembly: Assembly):
    return appoint(RoleCode.SECRETARY, assembly.estate)


def answer(objection: Objection, actor, status: str = "dismissed", text: str = ANSWER) -> Objection:
    return answer_objection(objection=objection, status=status, answer=text, actor=actor)


def local(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=LOCAL_ZONE)


# --- when ----------------------------------------------------------------------------------


def test_windows_follow_the_frozen_rules_in_whole_local_days():
    fields = {
        "published_at": local(2026, 3, 2, 10),
        "opens_at": local(2026, 3, 20),
        "closes_at": local(2026, 3, 30),
        "certified_at": local(2026, 3, 30, 1),
        "rules": {"roll-objection-days": {"value": 7}, "result-objection-days": {"value": 7}},
    }
    assembly = Assembly(status="certified", **fields)
    found = {window.kind.value: (window.begins, window.ends) for window in windows(assembly)}
    assert found == {
        "roll": (local(2026, 3, 2, 10), local(2026, 3, 10)),
        "procedure": (local(2026, 3, 2, 10), local(2026, 4, 7)),
        "result": (local(2026, 3, 30, 1), local(2026, 4, 7)),
    }
    # Short of time, the roll is open to objections until the opening at most.
    assembly.opens_at = local(2026, 3, 5)
    assert windows(assembly)[0].ends == local(2026, 3, 5)
    for status in ("cancelled", "void", "draft"):
        assert windows(Assembly(status=status, **fields)) == []


def test_each_kind_has_its_time():
    posted = announced(owners=2)
    assert object_to(posted, "roll").number == 1
    late = move_publication(announced(owners=2), timedelta(days=9))
    with pytest.raises(ObjectionWindowClosed):
        object_to(late, "roll")
    assert object_to(late, "procedure").number == 1
    open_now = posted_assembly(owners=2)
    for kind in ("roll", "result"):
        with pytest.raises(ObjectionWindowClosed):
            object_to(open_now, kind)
    decided = certified(owners=2)
    object_to(decided, "result")
    assert object_to(decided, "procedure").number == 2
    past = certified(owners=2, ago=timedelta(days=9))
    for kind in ("result", "procedure", "roll"):
        with pytest.raises(ObjectionWindowClosed):
            object_to(past, kind)
    assert Objection.objects.count() == 4


def test_a_void_result_is_not_disputed_again():
    decided = certified(owners=2)
    chair = appoint(RoleCode.COMMITTEE_CHAIR, decided.estate)
    act = propose_act(assembly=decided, kind="void", reason="计票依据的名册有误，应当撤销", actor=chair)
    confirm_act(act=act, actor=secretary_of(decided))
    with pytest.raises(ObjectionWindowClosed):
        object_to(decided, "result")


# --- who -----------------------------------------------------------------------------------


def test_who_is_not_on_the_roll_may_only_say_that_the_roll_lacks_them():
    posted = announced(owners=2)
    missed = OwnershipFactory(unit=UnitFactory(building__estate=posted.estate)).owner.user
    with pytest.raises(ObjectionNotOnRoll):
        object_to(posted, "procedure", actor=missed)
    filed = object_to(posted, "roll", actor=missed)
    assert (filed.elector, filed.filed_by) == (None, missed)
    for code in (RoleCode.FIRM, RoleCode.SECRETARY, RoleCode.SCRUTINEER):
        with pytest.raises(ObjectionNotOnRoll):
            object_to(posted, "roll", actor=appoint(code, posted.estate))
    with pytest.raises(NotPermitted):
        object_to(posted, "roll", actor=UserFactory())
    assert Objection.objects.get() == filed


def test_an_objection_says_something_and_is_counted_within_the_day(running):
    with pytest.raises(ReasonMissing):
        object_to(running, text="  不对！ ")
    for _ in range(5):
        object_to(running)
    with pytest.raises(TooOften):
        object_to(running)
    assert object_to(running, actor=someone_else(running)).number == 6


def test_it_gets_its_number_its_place_on_the_roll_and_its_deadline(running):
    first = object_to(running, text=f" {TEXT} ")
    second = object_to(running, actor=someone_else(running))
    assert (first.number, second.number, first.text, first.status) == (1, 2, TEXT, "filed")
    assert first.elector.members.get().owner.user == first.filed_by
    assert first.due_at == add_working_days(first.filed_at, 5)


# --- answering -------------------------------------------------------------------------------


def test_taken_up_noted_and_answered_step_by_step(running):
    objection, secretary = object_to(running), secretary_of(running)
    take_up_objection(objection=objection, note="", actor=secretary)
    take_up_objection(objection=objection, note="已向登记中心查询", actor=secretary)
    answer(objection, secretary, "upheld")
    objection.refresh_from_db()
    assert (objection.status, objection.answer, objection.answered_by) == ("upheld", ANSWER, secretary)
    steps = ObjectionStep.objects.filter(objection=objection)
    assert [(step.status, step.text, step.taken_by) for step in steps] == [
        ("filed", "", objection.filed_by),
        ("under-review", "", secretary),
        ("under-review", "已向登记中心查询", secretary),
        ("upheld", ANSWER, secretary),
    ]
    relay_outbox()
    told = Notice.objects.filter(recipient=objection.filed_by, topic="votes.objection-stepped")
    assert [notice.text for notice in told.order_by("pk")] == ["", "已向登记中心查询", ANSWER]
    assert Notice.objects.get(recipient=secretary, topic="votes.objection-filed").url.endswith(
        f"{objection.pk}/"
    )


def test_it_is_answered_once_with_a_reason(running):
    objection, secretary = object_to(running), secretary_of(running)
    with pytest.raises(ReasonMissing):
        answer(objection, secretary, text="没有问题")
    objection.refresh_from_db()
    assert objection.is_open
    answer(objection, secretary)
    for again in (
        lambda: answer(objection, secretary, "upheld"),
        lambda: take_up_objection(objection=objection, note="再看看", actor=secretary),
        lambda: withdraw_objection(objection=objection, actor=objection.filed_by),
    ):
        with pytest.raises(ObjectionSettled):
            again()
    objection.refresh_from_db()
    assert (objection.status, objection.steps.count()) == ("dismissed", 2)


def test_who_may_answer(running):
    objection = object_to(running)
    for code in (RoleCode.COMMITTEE, RoleCode.FIRM, RoleCode.SCRUTINEER, RoleCode.ASSESSOR):
        with pytest.raises(NotPermitted):
            answer(objection, appoint(code, running.estate))
    with pytest.raises(NotPermitted):
        answer(objection, someone_else(running))
    for code in (RoleCode.COMMITTEE_CHAIR, RoleCode.SECRETARY, RoleCode.SUBDISTRICT):
        with transaction.atomic():
            answer(objection, appoint(code, running.estate))
            transaction.set_rollback(True)


def test_nobody_answers_their_own(running):
    chair = appoint(RoleCode.COMMITTEE_CHAIR, running.estate, user=people_of(running)[0])
    objection = object_to(running, actor=chair)
    for act in (
        lambda: answer(objection, chair),
        lambda: take_up_objection(objection=objection, note="", actor=chair),
    ):
        with pytest.raises(OwnObjection):
            act()
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.update(
            status="dismissed", answer=ANSWER, answered_by=chair, answered_at=timezone.now()
        )


@pytest.mark.parametrize(
    ("about", "barred", "able"),
    [
        ("committee", RoleCode.COMMITTEE_CHAIR, RoleCode.SECRETARY),
        ("community", RoleCode.SECRETARY, RoleCode.COMMITTEE_CHAIR),
    ],
)
def test_whose_work_it_is_about_does_not_answer_nor_is_asked_to(running, about, barred, able):
    them, others = appoint(barred, running.estate), appoint(able, running.estate)
    objection = object_to(running, about=about)
    with pytest.raises(ObjectionAboutYou):
        answer(objection, them)
    relay_outbox()
    asked = Notice.objects.filter(topic="votes.objection-filed")
    assert [notice.recipient for notice in asked] == [others]
    answer(objection, others)


def test_only_the_filer_takes_it_back(running):
    objection = object_to(running)
    for actor in (someone_else(running), secretary_of(running)):
        with pytest.raises(NotPermitted):
            withdraw_objection(objection=objection, actor=actor)
    withdraw_objection(objection=objection, actor=objection.filed_by)
    with pytest.raises(ObjectionSettled):
        answer(objection, secretary_of(running))
    objection.refresh_from_db()
    assert objection.status == "withdrawn"


# --- the clock -------------------------------------------------------------------------------


def test_what_is_overdue_goes_to_the_subdistrict_once(running):
    object_to(running)
    objection, answered = overdue(running), overdue(running)
    secretary, subdistrict = secretary_of(running), appoint(RoleCode.SUBDISTRICT, running.estate)
    answer(answered, secretary)
    assert (escalate_overdue_objections(), escalate_overdue_objections()) == (1, 0)
    relay_outbox()
    told = Notice.objects.filter(topic="votes.objection-escalated")
    assert {notice.recipient for notice in told} == {subdistrict, objection.filed_by}
    assert LedgerEntry.objects.filter(verb="votes.objection.escalated").count() == 1
    answer(objection, subdistrict)
    assert escalate_overdue_objections() == 0


def test_figures_tell_what_became_of_them(running):
    secretary = secretary_of(running)
    first, second, fourth = (object_to(running) for _ in range(3))
    answer(first, secretary, "upheld")
    withdraw_objection(objection=second, actor=second.filed_by)
    answer(overdue(running), secretary)
    found = objection_figures([running], timezone.now())[running.pk]
    assert found == ObjectionFigures(filed=4, open=1, upheld=1, dismissed=1, withdrawn=1, overdue=1)
    later = objection_figures([running], fourth.due_at)[running.pk]
    assert later.overdue == 2


# --- what is kept ----------------------------------------------------------------------------


def test_the_log_keeps_the_hash_of_the_text_and_not_the_text(running):
    objection = object_to(running, about="committee")
    answer(objection, secretary_of(running), "upheld")
    entries = LedgerEntry.objects.filter(log=running.log, verb__startswith="votes.objection.").order_by("pk")
    filed, answered = (json.loads(entry.body)["payload"] for entry in entries)
    assert filed == {"number": 1, "kind": "procedure", "about": "committee", "text": sha256(TEXT)}
    assert answered == {"number": 1, "kind": "procedure", "status": "upheld", "answer": sha256(ANSWER)}
    assert TEXT not in "".join(entry.body for entry in entries)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "另一段十个字以上的异议内容"},
        {"number": 9},
        {"about": "community"},
        {"due_at": timezone.now() + timedelta(days=99)},
        {"kind": "roll"},
        {"status": "filed"},
        {"answer": "另一个答复，也有十个字以上"},
        {"answered_at": timezone.now()},
    ],
)
def test_the_database_keeps_what_was_said(running, change):
    objection = object_to(running, about="committee")
    answer(objection, secretary_of(running))
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ObjectionStep.objects.update(text="改过")
