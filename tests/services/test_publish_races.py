"""Two people press 公示 at once, or one edits while the other posts: on a real PostgreSQL."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from communities.enums import RoleCode
from communities.models import LedgerEntry, OutboxMessage, User
from tests.factories.communities import EstateFactory, appoint
from tests.factories.votes import draft_assembly, owned_units, posted_assembly
from votes.errors import ActSettled, AssemblyPosted
from votes.models import Assembly, Elector, Motion, TwoPersonAct
from votes.services.acts import confirm_act, propose_act
from votes.services.assemblies import publish_assembly
from votes.services.motions import add_motion, move_motion

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all of them at the same moment, each on a connection of its own; refusals come back as values."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(20)
            return work()
        except (AssemblyPosted, ActSettled) as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def ready_draft() -> tuple[Assembly, User, User]:
    estate = EstateFactory()
    owned_units(estate, 5)
    chair = appoint(RoleCode.COMMITTEE_CHAIR, estate)
    return draft_assembly(estate, posted_topics="修改管理规约"), chair, appoint(RoleCode.SECRETARY, estate)


def test_two_publications_freeze_one_roll() -> None:
    draft, chair, secretary = ready_draft()
    results = at_once(
        lambda: publish_assembly(assembly=draft, actor=chair),
        lambda: publish_assembly(assembly=draft, actor=secretary),
    )
    assert results.count(AssemblyPosted) == 1
    assert Elector.objects.filter(assembly=draft).count() == 5
    assert LedgerEntry.objects.filter(verb="votes.assembly.published").count() == 1
    assert OutboxMessage.objects.filter(topic="votes.assembly-published").count() == 1


def test_a_motion_added_during_publication_is_on_the_ballot_or_refused() -> None:
    for _ in range(4):
        draft, chair, secretary = ready_draft()
        fields = {"topic": "修改管理规约", "item": 2, "item_reason": "修改的是管理规约的条文"}
        results = at_once(
            lambda draft=draft, chair=chair: publish_assembly(assembly=draft, actor=chair),  # type: ignore[misc]
            lambda draft=draft, secretary=secretary, fields=fields: add_motion(  # type: ignore[misc]
                assembly=draft, title="另一件事", actor=secretary, **fields
            ),
        )
        assembly = Assembly.objects.get(pk=draft.pk)
        assert assembly.status == "published"
        assert assembly.slots == assembly.motions.count() == (1 if AssemblyPosted in results else 2)


def test_motions_added_and_moved_at_once_keep_dense_places() -> None:
    draft, chair, _ = ready_draft()
    first = draft.motions.get()
    at_once(
        *(lambda title=title: add_motion(assembly=draft, title=title, actor=chair) for title in "甲乙丙丁"),
        lambda: move_motion(motion=first, position=3, actor=chair),
    )
    places = Motion.objects.filter(assembly=draft).order_by("position").values_list("position", flat=True)
    assert list(places) == [1, 2, 3, 4, 5]


def test_two_confirmations_act_once() -> None:
    estate = EstateFactory()
    owned_units(estate, 2)
    assembly = posted_assembly(estate)
    act = propose_act(
        assembly=assembly,
        kind="cancel",
        reason="公告中的金额写错了，应重新公示",
        actor=appoint(RoleCode.COMMITTEE_CHAIR, estate),
    )
    others = [appoint(code, estate) for code in (RoleCode.SECRETARY, RoleCode.SUBDISTRICT)]
    results = at_once(*(lambda person=person: confirm_act(act=act, actor=person) for person in others))
    assert results.count(ActSettled) == 1
    assert LedgerEntry.objects.filter(verb="votes.act.confirmed").count() == 1
    assert TwoPersonAct.objects.get().confirmed_by in others
    assert Assembly.objects.get().status == "cancelled"
