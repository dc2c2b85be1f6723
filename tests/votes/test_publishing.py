"""Publishing: what is frozen, what is refused, who is told, and that it stays as it was posted."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from communities.clock import LOCAL_ZONE, local_day
from communities.enums import RoleCode
from communities.errors import NotPermitted
from communities.ledger.hashing import sha256
from communities.models import Estate, LedgerEntry, Notice, OutboxMessage, Policy, User
from communities.services.outbox import relay_outbox
from tests.factories.communities import EstateFactory, OwnershipFactory, UnitFactory, appoint
from tests.factories.votes import MotionFactory, draft_assembly, owned_units, people_of
from votes.errors import AssemblyPosted, LintFailed
from votes.linting import lint
from votes.models import Assembly, Elector, LintOverride, Motion
from votes.services.assemblies import last_day, publish_assembly, unsettled
from votes.services.overrides import sign_override

from .test_preparing import MAY_PREPARE, everybody, those_who_can

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate() -> Estate:
    estate = EstateFactory()
    owned_units(estate, 3)
    return estate


@pytest.fixture
def chair(estate: Estate) -> User:
    return appoint(RoleCode.COMMITTEE_CHAIR, estate)


def clean_draft(estate: Estate, **fields: Any) -> Assembly:
    """A draft of which the checks find nothing to say."""
    return draft_assembly(estate, motions=2, posted_topics="修改管理规约", **fields)


def test_the_factories_draft_has_no_findings(estate: Estate, chair: User) -> None:
    assert lint(clean_draft(estate), timezone.now()) == []


def test_publishing_freezes_roll_rules_statute_and_log(estate: Estate, chair: User) -> None:
    draft = clean_draft(estate)
    publish_assembly(assembly=draft, actor=chair)

    assembly = Assembly.objects.get(pk=draft.pk)
    assert (assembly.status, assembly.published_by) == ("published", chair)
    assert assembly.published_at is not None
    assert timezone.now() - assembly.published_at < timedelta(minutes=1)
    assert (assembly.total_heads, assembly.total_area, assembly.slots) == (3, 26400, 2)
    assert assembly.statute == "civil-code-2021"
    assert assembly.rules["notice-days-regular"] == {"value": 15, "article": "《杭州市物业管理条例》第十九条"}
    assert assembly.rule("ballot-change") == "final"
    assert assembly.log is not None
    assert assembly.log.name == f"assembly:{assembly.pk}"


def test_the_first_leaf_says_everything_that_was_fixed(estate: Estate, chair: User) -> None:
    assembly = publish_assembly(assembly=clean_draft(estate), actor=chair)

    entry = LedgerEntry.objects.get(log=assembly.log)
    body = json.loads(entry.body)
    assert body["verb"] == "votes.assembly.published"
    assert body["actor"] == chair.pk
    payload = body["payload"]
    assert payload["roll"] == {"heads": 3, "area": 26400, "sha256": assembly.roll_hash}
    assert payload["notice"] == sha256(assembly.notice)
    assert payload["topics"] == sha256(assembly.posted_topics)
    assert payload["rules"] == assembly.rules
    assert (payload["statute"], payload["slots"], payload["overrides"]) == ("civil-code-2021", 2, [])
    assert len(payload["motions"]) == 64


def test_the_motions_hash_changes_with_any_word(estate: Estate, chair: User) -> None:
    hashes = set()
    for reason in ("修改的是管理规约的条文，属第二项", "修改的是管理规约的条文，属第二项。"):
        draft = clean_draft(estate)
        draft.motions.all().delete()
        MotionFactory(assembly=draft, title="修改管理规约第一条", item_reason=reason)
        assembly = publish_assembly(assembly=draft, actor=chair)
        entry = LedgerEntry.objects.get(log=assembly.log)
        hashes.add(json.loads(entry.body)["payload"]["motions"])
    assert len(hashes) == 2


def test_the_estates_own_rule_goes_before_the_laws(estate: Estate, chair: User) -> None:
    Policy.objects.create(
        estate=estate,
        key="ballot-change",
        value="revisable",
        article="本小区议事规则第十二条",
        valid_from=local_day(timezone.now()),
    )
    assembly = publish_assembly(assembly=clean_draft(estate), actor=chair)
    assert assembly.rules["ballot-change"] == {"value": "revisable", "article": "本小区议事规则第十二条"}


def test_a_rule_given_later_does_not_reach_a_posted_assembly(estate: Estate, chair: User) -> None:
    assembly = publish_assembly(assembly=clean_draft(estate), actor=chair)
    Policy.objects.create(
        estate=estate,
        key="ballot-change",
        value="revisable",
        article="本小区议事规则第十二条",
        valid_from=local_day(timezone.now()),
    )
    assert Assembly.objects.get(pk=assembly.pk).rule("ballot-change") == "final"


def test_the_last_day_of_a_window_until_midnight_is_the_day_it_ends() -> None:
    midnight = datetime(2021, 1, 1, tzinfo=LOCAL_ZONE)
    assert str(last_day(midnight)) == "2020-12-31"
    assert str(last_day(midnight + timedelta(seconds=1))) == "2021-01-01"


def test_an_error_stops_the_publication_and_nothing_is_frozen(estate: Estate, chair: User) -> None:
    draft = clean_draft(estate)
    Motion.objects.filter(assembly=draft, position=1).update(options=["for", "abstain"])
    before = LedgerEntry.objects.count()

    with pytest.raises(LintFailed) as refusal:
        publish_assembly(assembly=draft, actor=chair)

    standing = refusal.value.details["findings"]
    assert [found.code for found in standing] == ["no-against-option"]  # type: ignore[attr-defined]
    assembly = Assembly.objects.get(pk=draft.pk)
    assert (assembly.status, assembly.total_heads, assembly.rules, assembly.log) == ("draft", 0, {}, None)
    assert not Elector.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert LedgerEntry.objects.count() == before


def test_a_warning_stops_it_until_somebody_signs(estate: Estate, chair: User) -> None:
    draft = clean_draft(estate)
    Motion.objects.filter(assembly=draft, position=1).update(options=["for", "against"])
    with pytest.raises(LintFailed):
        publish_assembly(assembly=draft, actor=chair)

    (finding,) = lint(draft, timezone.now())
    sign_override(assembly=draft, finding=finding.key, reason="议事规则规定只设同意与反对", actor=chair)
    assembly = publish_assembly(assembly=draft, actor=chair)

    payload = json.loads(LedgerEntry.objects.get(log=assembly.log).body)["payload"]
    assert payload["overrides"] == [
        {"finding": finding.key, "reason": sha256("议事规则规定只设同意与反对"), "by": chair.pk}
    ]


def test_signatures_for_what_is_no_longer_so_are_not_posted(estate: Estate, chair: User) -> None:
    draft = clean_draft(estate)
    LintOverride.objects.create(
        assembly=draft,
        finding="no-abstain-option:motion-1:000000000000",
        reason="议事规则规定只设同意与反对",
        signed_by=chair,
        signed_at=timezone.now(),
    )
    publish_assembly(assembly=draft, actor=chair)
    assert not LintOverride.objects.exists()


def test_nobody_signs_an_error_away(estate: Estate, chair: User) -> None:
    draft = clean_draft(estate)
    Motion.objects.filter(assembly=draft, position=1).update(options=["for", "abstain"])
    (finding,) = lint(draft, timezone.now())
    LintOverride.objects.create(
        assembly=draft, finding=finding.key, reason="x", signed_by=chair, signed_at=timezone.now()
    )
    assert unsettled(draft, [finding]) == [finding]
    with pytest.raises(LintFailed):
        publish_assembly(assembly=draft, actor=chair)


def test_only_chair_and_secretary_may_publish() -> None:
    estate = EstateFactory()
    people_there = owned_units(estate, 2)
    assert people_there
    draft = clean_draft(estate)
    appoint(RoleCode.COMMITTEE_CHAIR, estate)
    # The people of the matrix own a unit together: one warning, signed for beforehand.
    for warning in lint_with_everybody(estate, draft):
        LintOverride.objects.create(
            assembly=draft,
            finding=warning,
            reason="共有人已约定由先提交者代表",
            signed_by=draft.created_by,
            signed_at=timezone.now(),
        )
    allowed = those_who_can(estate, lambda person: publish_assembly(assembly=draft, actor=person))
    assert allowed == MAY_PREPARE
    assert Assembly.objects.get(pk=draft.pk).status == "draft"


def lint_with_everybody(estate: Estate, draft: Assembly) -> list[str]:
    """Findings as they will be once the people of the matrix are there; they are made again later."""
    point = transaction.savepoint()
    everybody(estate)
    keys = [finding.key for finding in lint(draft, timezone.now())]
    transaction.savepoint_rollback(point)
    return keys


def test_it_is_published_once(estate: Estate, chair: User) -> None:
    draft = clean_draft(estate)
    publish_assembly(assembly=draft, actor=chair)
    with pytest.raises(AssemblyPosted):
        publish_assembly(assembly=draft, actor=chair)
    assert LedgerEntry.objects.filter(verb="votes.assembly.published").count() == 1
    assert OutboxMessage.objects.filter(topic="votes.assembly-published").count() == 1


def test_a_unit_that_lost_its_owner_since_the_check_stops_it(estate: Estate, chair: User) -> None:
    draft = clean_draft(estate)
    UnitFactory(building__estate=estate)
    with pytest.raises(LintFailed):
        publish_assembly(assembly=draft, actor=chair)
    assert not Elector.objects.exists()


def test_everybody_on_the_roll_is_told_once(estate: Estate, chair: User) -> None:
    elsewhere = OwnershipFactory().owner.user
    assembly = publish_assembly(assembly=clean_draft(estate), actor=chair)
    relay_outbox()
    relay_outbox()
    told = Notice.objects.filter(topic="votes.assembly-published")
    assert set(told.values_list("recipient", flat=True)) == {person.pk for person in people_of(assembly)}
    assert told.count() == 3
    assert elsewhere.pk not in set(told.values_list("recipient", flat=True))
    notice = told.first()
    assert notice is not None
    assert notice.title == f"会议公示了：{assembly.title}"
    assert notice.url == f"/votes/{assembly.pk}/"


# --- the wall -----------------------------------------------------------------------


FROZEN = {
    "title": "'x'",
    "kind": "'extra'",
    "convener": "'residents-committee'",
    "notice": "'x'",
    "posted_topics": "'x'",
    "opens_at": "created_at",
    "closes_at": "created_at",
    "statute": "'property-law-2007'",
    "total_heads": "1",
    "total_area": "1",
    "slots": "9",
    "roll_hash": "'x'",
    "status": "'draft'",
}


@pytest.mark.parametrize("column", FROZEN)
def test_raw_sql_cannot_change_a_posted_assembly(estate: Estate, chair: User, column: str) -> None:
    assembly = publish_assembly(assembly=clean_draft(estate), actor=chair)
    before = Assembly.objects.filter(pk=assembly.pk).values().get()
    statement = f"UPDATE votes_assembly SET {column} = {FROZEN[column]} WHERE id = %s"
    with (
        pytest.raises(DatabaseError, match=r"keeps its|constraint"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [assembly.pk])
    assert Assembly.objects.filter(pk=assembly.pk).values().get() == before


@pytest.mark.parametrize("table", ["assembly", "motion", "lintoverride"])
def test_raw_sql_cannot_delete_what_is_posted(estate: Estate, chair: User, table: str) -> None:
    draft = clean_draft(estate)
    Motion.objects.filter(assembly=draft, position=1).update(options=["for", "against"])
    (finding,) = lint(draft, timezone.now())
    sign_override(assembly=draft, finding=finding.key, reason="议事规则规定只设同意与反对", actor=chair)
    publish_assembly(assembly=draft, actor=chair)
    with (
        pytest.raises(DatabaseError, match="posted assembly"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM votes_{table}")
    assert Motion.objects.count() == 2
    assert LintOverride.objects.count() == 1


def test_raw_sql_cannot_reword_a_posted_motion_or_signature(estate: Estate, chair: User) -> None:
    draft = clean_draft(estate)
    Motion.objects.filter(assembly=draft, position=1).update(options=["for", "against"])
    (finding,) = lint(draft, timezone.now())
    sign_override(assembly=draft, finding=finding.key, reason="议事规则规定只设同意与反对", actor=chair)
    publish_assembly(assembly=draft, actor=chair)
    for statement in ("UPDATE votes_motion SET title = 'x'", "UPDATE votes_lintoverride SET reason = 'x'"):
        with (
            pytest.raises(DatabaseError, match="keeps its"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert not Motion.objects.filter(title="x").exists()
    assert not LintOverride.objects.filter(reason="x").exists()


def test_a_draft_may_still_be_changed_by_the_same_statements(estate: Estate) -> None:
    draft = clean_draft(estate)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE votes_motion SET title = 'x'")
        cursor.execute("UPDATE votes_assembly SET title = 'x'")
    assert Assembly.objects.get(pk=draft.pk).title == "x"


def test_a_superuser_is_no_chair(estate: Estate) -> None:
    operator = everybody(estate)["operator"]
    assert operator.is_superuser
    with pytest.raises(NotPermitted):
        publish_assembly(assembly=clean_draft(estate), actor=operator)
