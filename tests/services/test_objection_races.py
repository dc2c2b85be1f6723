"""Two answer the same objection at once, or two are filed at once: on a real PostgreSQL."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from communities.enums import RoleCode
from communities.models import LedgerEntry, User
from tests.factories.communities import EstateFactory, appoint
from tests.factories.objections import TEXT, object_to
from tests.factories.votes import owned_units, people_of, posted_assembly
from votes.errors import ObjectionSettled
from votes.models import Objection, ObjectionStep
from votes.services.objections import answer_objection, file_objection, withdraw_objection

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all of them at the same moment, each on a connection of its own; refusals come back as values."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(20)
            return work()
        except ObjectionSettled as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_two_answers_at_once_settle_once() -> None:
    estate = EstateFactory()
    owned_units(estate, 2)
    assembly = posted_assembly(estate)
    people = [appoint(code, estate) for code in (RoleCode.SECRETARY, RoleCode.SUBDISTRICT)]
    for _ in range(3):
        settle_at_once(object_to(assembly), people)
    verbs = ["votes.objection.answered", "votes.objection.withdrawn"]
    assert LedgerEntry.objects.filter(verb__in=verbs).count() == 3


def settle_at_once(objection: Objection, people: list[User]) -> None:
    """Both answer, each another way, while the filer takes it back."""
    results = at_once(
        *(
            lambda person=person, status=status: answer_objection(
                objection=objection, status=status, answer=f"经核查属于{status}的情形", actor=person
            )
            for person, status in zip(people, ("upheld", "dismissed"), strict=True)
        ),
        lambda: withdraw_objection(objection=objection, actor=objection.filed_by),
    )
    assert results.count(ObjectionSettled) == 2
    assert not Objection.objects.get(pk=objection.pk).is_open
    assert ObjectionStep.objects.filter(objection=objection).count() == 2


def test_objections_filed_at_once_get_different_numbers() -> None:
    estate = EstateFactory()
    owned_units(estate, 4)
    assembly = posted_assembly(estate)
    made = at_once(
        *(
            lambda person=person: file_objection(
                assembly=assembly, kind="procedure", about="", text=TEXT, actor=person
            )
            for person in people_of(assembly)
        )
    )
    assert sorted(objection.number for objection in made) == [1, 2, 3, 4]
