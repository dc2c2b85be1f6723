"""Before the vote two people correct a frozen roll to what the roster says, with the difference on record."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from communities.clock import local_day
from communities.enums import RoleCode
from communities.ledger.hashing import sha256
from communities.models import LedgerEntry, Notice, Ownership, Unit, User
from communities.services.outbox import relay_outbox
from tests.factories.communities import BuildingFactory, OwnershipFactory, UnitFactory, appoint
from tests.factories.votes import posted_assembly
from votes.errors import ActNotPossible, HeadStillReferred, RollChangedAgain, RollUnchanged
from votes.models import Assembly, Delivery, Elector, ElectorMember, ElectorUnit, TwoPersonAct
from votes.services.acts import confirm_act, propose_act
from votes.services.roll_deltas import frozen_entries, lines_hash, roll_delta

pytestmark = pytest.mark.django_db

REASON = "公示后核对发现登记有误，按产权登记更正"
YESTERDAY = local_day(timezone.now()) - timedelta(days=1)


@pytest.fixture
def posted() -> Assembly:
    return posted_assembly(owners=3, opens_in=timedelta(days=3))


@pytest.fixture
def chair(posted: Assembly) -> User:
    return appoint(RoleCode.COMMITTEE_CHAIR, posted.estate)


@pytest.fixture
def secretary(posted: Assembly) -> User:
    return appoint(RoleCode.SECRETARY, posted.estate)


def units(assembly: Assembly) -> list[Unit]:
    return list(Unit.objects.filter(estate=assembly.estate).order_by("room"))


def sell(unit: Unit, **fields: Any) -> Ownership:
    """Another owner has it since yesterday."""
    Ownership.objects.filter(unit=unit).update(valid_to=YESTERDAY)
    title: Ownership = OwnershipFactory(unit=unit, valid_from=YESTERDAY, **fields)
    return title


def propose(assembly: Assembly, actor: User, shown: str | None = None) -> TwoPersonAct:
    shown = roll_delta(assembly, timezone.now()).shown if shown is None else shown
    return propose_act(
        assembly=assembly, kind="correct-roll", reason=REASON, actor=actor, payload={"shown": shown}
    )


def roll(assembly: Assembly) -> list[tuple[int, str, int, list[int]]]:
    return [
        (elector.number, elector.label, elector.area, sorted(elector.members.values_list("owner", flat=True)))
        for elector in Elector.objects.filter(assembly=assembly).order_by("number")
    ]


def test_a_roll_that_agrees_with_the_roster_is_not_corrected(posted: Assembly, chair: User) -> None:
    assert roll_delta(posted, timezone.now()).changes == []
    with pytest.raises(RollUnchanged):
        propose(posted, chair)


def test_a_larger_area_is_corrected_in_place(posted: Assembly, chair: User, secretary: User) -> None:
    rows = list(Elector.objects.values_list("pk", "number"))
    Unit.objects.filter(pk=units(posted)[1].pk).update(area=9_050)
    act = propose(posted, chair)
    assert roll(posted)[1][2] == 8_800
    confirm_act(act=act, actor=secretary)
    posted.refresh_from_db()
    assert [area for _number, _label, area, _owners in roll(posted)] == [8_800, 9_050, 8_800]
    assert (posted.total_heads, posted.total_area) == (3, 26_650)
    assert posted.roll_hash == lines_hash(frozen_entries(posted)) == act.payload["roll"]["sha256"]
    assert list(Elector.objects.values_list("pk", "number")) == rows
    assert ElectorUnit.objects.get(unit=units(posted)[1]).area == 9_050


def test_a_sold_home_is_another_head_with_a_number_after_the_last(
    posted: Assembly, chair: User, secretary: User
) -> None:
    before = roll(posted)
    title = sell(units(posted)[1])
    act = confirm_act(act=propose(posted, chair), actor=secretary)
    assert roll(posted) == [before[0], before[2], (4, before[1][1], 8_800, [title.owner_id])]
    assert {name: number for name, number in act.payload["delta"].items() if number} == {
        "heads_added": 1,
        "heads_gone": 1,
        "units_added": 1,
        "units_gone": 1,
    }


def test_a_home_bought_by_somebody_on_the_roll_joins_their_head(
    posted: Assembly, chair: User, secretary: User
) -> None:
    first, second, _ = units(posted)
    buyer = Ownership.objects.get(unit=first).owner
    sell(second, owner=buyer)
    confirm_act(act=propose(posted, chair), actor=secretary)
    posted.refresh_from_db()
    assert [(number, area) for number, _label, area, _owners in roll(posted)] == [(1, 17_600), (3, 8_800)]
    assert (posted.total_heads, posted.total_area) == (2, 26_400)
    assert Elector.objects.get(number=1).unit_count == 2


def test_a_home_the_roll_forgot_is_added_and_one_that_is_none_goes(
    posted: Assembly, chair: User, secretary: User
) -> None:
    first, *_ = units(posted)
    OwnershipFactory(unit=UnitFactory(building=first.building, room="0999", area=7_000))
    Unit.objects.filter(pk=first.pk).update(gone_on=YESTERDAY)
    confirm_act(act=propose(posted, chair), actor=secretary)
    assert [(number, area) for number, _label, area, _owners in roll(posted)] == [
        (2, 8_800),
        (3, 8_800),
        (4, 7_000),
    ]


def test_who_casts_for_co_owners_is_corrected_though_the_totals_stay(chair: User, secretary: User) -> None:
    unit = UnitFactory(building=BuildingFactory(estate=secretary.roles.get().community.estates.get()))
    titles = [OwnershipFactory(unit=unit), OwnershipFactory(unit=unit)]
    assembly = posted_assembly(unit.estate, opens_in=timedelta(days=3))
    digest = assembly.roll_hash
    Ownership.objects.filter(pk=titles[0].pk).update(is_representative=True)
    act = confirm_act(act=propose(assembly, chair), actor=secretary)
    members = ElectorMember.objects.filter(elector__assembly=assembly, elector__units__unit=unit)
    assert dict(members.values_list("owner", "may_cast")) == {
        titles[0].owner_id: True,
        titles[1].owner_id: False,
    }
    assembly.refresh_from_db()
    assert assembly.roll_hash == digest
    assert act.payload["delta"]["members_changed"] == 1


def test_the_leaf_has_totals_hashes_and_counts_and_no_names(
    posted: Assembly, chair: User, secretary: User
) -> None:
    before = {entry.number: entry.line for entry in frozen_entries(posted)}
    title = sell(units(posted)[1])
    act = confirm_act(act=propose(posted, chair), actor=secretary)
    after = {entry.number: entry.line for entry in frozen_entries(posted)}
    entry = LedgerEntry.objects.get(verb="votes.roll.corrected")
    payload = json.loads(entry.body)["payload"]
    assert payload == {
        "act": act.pk,
        "roll": {"heads": 3, "area": 26_400, "sha256": act.payload["roll"]["sha256"]},
        "before": posted.roll_hash,
        "delta": act.payload["delta"],
        "lines": {"gone": [sha256(before[2])], "come": [sha256(after[4])]},
    }
    assert title.owner.name not in entry.body
    assert title.owner.identity not in entry.body


def test_everybody_is_told_and_those_concerned_once_more(
    posted: Assembly, chair: User, secretary: User
) -> None:
    unit = units(posted)[1]
    seller = Ownership.objects.get(unit=unit).owner.user
    buyer = sell(unit).owner.user
    confirm_act(act=propose(posted, chair), actor=secretary)
    relay_outbox()

    def told(topic: str) -> set[int | None]:
        return set(Notice.objects.filter(topic=topic).values_list("recipient", flat=True))

    assert len(told("votes.roll-corrected")) == 3
    assert told("votes.roll-entry-corrected") == {seller.pk, buyer.pk}


def test_nobody_proposes_what_they_have_not_seen(posted: Assembly, chair: User) -> None:
    Unit.objects.filter(pk=units(posted)[0].pk).update(area=9_000)
    seen = roll_delta(posted, timezone.now()).shown
    Unit.objects.filter(pk=units(posted)[0].pk).update(area=9_001)
    for shown in (seen, "", "x"):
        with pytest.raises(RollChangedAgain):
            propose(posted, chair, shown)
    assert not TwoPersonAct.objects.exists()


def change_area(unit: Unit) -> None:
    Unit.objects.filter(pk=unit.pk).update(area=9_100)


def name_representative(unit: Unit) -> None:
    OwnershipFactory(unit=unit, valid_from=YESTERDAY)


@pytest.mark.parametrize("again", [change_area, sell, name_representative])
def test_a_roster_that_changed_again_is_not_written(
    posted: Assembly, chair: User, secretary: User, again: Callable[[Unit], Any]
) -> None:
    before = roll(posted)
    Unit.objects.filter(pk=units(posted)[0].pk).update(area=9_000)
    act = propose(posted, chair)
    again(units(posted)[2])
    with pytest.raises(RollChangedAgain):
        confirm_act(act=act, actor=secretary)
    assert roll(posted) == before
    assert TwoPersonAct.objects.get().confirmed_at is None
    assert not LedgerEntry.objects.filter(verb="votes.roll.corrected").exists()


def test_a_head_with_records_is_not_removed(posted: Assembly, chair: User, secretary: User) -> None:
    elector = Elector.objects.get(number=2)
    act_unit = units(posted)[1]
    sell(act_unit)
    act = propose(posted, chair)
    now = timezone.now()
    Delivery.objects.create(
        assembly=posted,
        elector=elector,
        method="hand",
        delivered_at=now,
        recorded_by=chair,
        recorded_at=now,
    )
    with pytest.raises(HeadStillReferred) as refusal:
        confirm_act(act=act, actor=secretary)
    assert refusal.value.details["labels"] == [elector.label]
    assert elector.label in str(refusal.value)
    assert Elector.objects.filter(pk=elector.pk).exists()


@pytest.mark.parametrize("opens_in", [timedelta(seconds=-1), timedelta(days=-2)])
def test_once_the_vote_is_open_no_roll_is_corrected(
    chair: User, secretary: User, posted: Assembly, opens_in: timedelta
) -> None:
    voting = posted_assembly(posted.estate, opens_in=opens_in)
    Unit.objects.filter(pk=units(posted)[0].pk).update(area=9_000)
    with pytest.raises(ActNotPossible):
        propose(voting, chair)


def test_a_partial_assembly_stays_partial(posted: Assembly, chair: User, secretary: User) -> None:
    outside = UnitFactory(building=BuildingFactory(estate=posted.estate, name="九幢"))
    OwnershipFactory(unit=outside)
    here = units(posted)[0]
    part = posted_assembly(posted.estate, opens_in=timedelta(days=3), scope_building=here.building)
    assert roll_delta(part, timezone.now()).changes == []
    Unit.objects.filter(pk=outside.pk).update(area=100)
    assert roll_delta(part, timezone.now()).changes == []
    Unit.objects.filter(pk=here.pk).update(area=9_000)
    confirm_act(act=propose(part, chair), actor=secretary)
    part.refresh_from_db()
    assert (part.total_heads, part.total_area) == (3, 26_600)


# --- what the database holds by itself ----------------------------------------------------


def raw_writes(assembly: Assembly) -> list[Callable[[], Any]]:
    elector = Elector.objects.filter(assembly=assembly).first()
    assert elector is not None
    first_unit, member = elector.units.all()[0], elector.members.all()[0]
    return [
        lambda: Elector.objects.filter(pk=elector.pk).update(area=1),
        lambda: ElectorUnit.objects.filter(pk=first_unit.pk).update(area=1),
        lambda: ElectorUnit.objects.filter(pk=first_unit.pk).delete(),
        lambda: ElectorMember.objects.filter(pk=member.pk).update(may_cast=False),
        lambda: ElectorMember.objects.filter(pk=member.pk).delete(),
        lambda: Elector.objects.create(
            assembly=assembly, number=99, head_key="x", label="x", unit_count=1, area=1
        ),
        lambda: Assembly.objects.filter(pk=assembly.pk).update(total_area=1),
        lambda: Assembly.objects.filter(pk=assembly.pk).update(roll_hash="0" * 64),
    ]


def refused(assembly: Assembly) -> list[bool]:
    found = []
    for write in raw_writes(assembly):
        try:
            with transaction.atomic():
                write()
                transaction.set_rollback(True)
            found.append(False)
        except DatabaseError:
            found.append(True)
    return found


def test_no_update_touches_the_roll_before_or_after_the_correction(
    posted: Assembly, chair: User, secretary: User
) -> None:
    assert all(refused(posted))
    Unit.objects.filter(pk=units(posted)[0].pk).update(area=9_000)
    act = propose(posted, chair)
    assert all(refused(posted))
    confirm_act(act=act, actor=secretary)
    assert all(refused(posted))


def test_the_guard_opens_only_for_an_act_confirmed_before_the_vote(posted: Assembly, chair: User) -> None:
    voting = posted_assembly(posted.estate, opens_in=timedelta(seconds=-5))
    other = appoint(RoleCode.SECRETARY, posted.estate)

    def confirmed(assembly: Assembly) -> None:
        TwoPersonAct.objects.create(
            assembly=assembly,
            kind="correct-roll",
            reason=REASON,
            proposed_by=chair,
            proposed_at=timezone.now(),
            confirmed_by=other,
            confirmed_at=timezone.now(),
        )

    confirmed(voting)
    assert all(refused(voting))
    confirmed(posted)
    assert not any(refused(posted))
