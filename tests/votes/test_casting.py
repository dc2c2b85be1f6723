"""A ballot is received once, by whom the roll names, while the window is open."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from communities.enums import RoleCode
from communities.ledger.hashing import leaf_hash
from communities.models import LedgerEntry, OutboxMessage, Ownership
from tests.factories.communities import OwnershipFactory, ResidencyFactory, UserFactory, appoint
from tests.factories.votes import draft_assembly, elector_of, people_of, posted_assembly
from votes.errors import (
    AlreadyCast,
    AssemblyAlreadyClosed,
    AssemblyCancelled,
    AssemblyNotOpen,
    AssemblyNotYetOpen,
    ChoicesInvalid,
    KeyReused,
    NotOnRoll,
)
from votes.evidence.leaves import commitment
from votes.models import Assembly, Ballot
from votes.services.casting import cast_ballot

pytestmark = pytest.mark.django_db


def cast(assembly, user, choices="F", key=None, elector=None):
    return cast_ballot(
        assembly_id=assembly.pk,
        elector_id=(elector or elector_of(assembly, user)).pk,
        choices=choices,
        idempotency_key=key or uuid.uuid4(),
        user_id=user.pk,
    )


def nothing_was_received() -> bool:
    return not (
        Ballot.objects.exists()
        or LedgerEntry.objects.filter(verb="votes.ballot.cast").exists()
        or OutboxMessage.objects.filter(topic="votes.ballot-cast").exists()
    )


def test_an_owner_casts_and_gets_a_receipt_for_the_stored_ballot():
    assembly = posted_assembly(motions=3)
    owner = people_of(assembly)[0]

    receipt = cast(assembly, owner, "FAN")

    ballot = Ballot.objects.get()
    assert (ballot.pk, ballot.leaf_hash, ballot.accepted_at) == (
        receipt.ballot_id,
        receipt.leaf_hash,
        receipt.accepted_at,
    )
    assert (ballot.choices, ballot.revision, ballot.channel) == ("FAN", 1, "online")
    assert (ballot.elector, ballot.cast_by, ballot.area) == (elector_of(assembly, owner), owner, 8800)
    assert assembly.opens_at <= ballot.accepted_at < assembly.closes_at
    assert not receipt.replayed
    assert len(receipt.code) == 14


def test_the_leaf_commits_to_the_ballot_and_tells_neither_choice_nor_person():
    assembly = posted_assembly(motions=3)
    owner = people_of(assembly)[0]

    receipt = cast(assembly, owner, "FAN")

    ballot = Ballot.objects.get()
    leaf = LedgerEntry.objects.get(verb="votes.ballot.cast")
    assert leaf.leaf_hash == leaf_hash(leaf.body) == receipt.leaf_hash
    assert leaf.log == assembly.log
    assert leaf.actor is None
    assert json.loads(leaf.body) == {
        "v": 1,
        "log": f"assembly:{assembly.pk}",
        "verb": "votes.ballot.cast",
        "ballot": str(ballot.pk),
        "channel": "online",
        "revision": 1,
        "previous": None,
        "commitment": commitment(
            salt=ballot.salt, log=f"assembly:{assembly.pk}", elector=ballot.elector.number, choices="FAN"
        ),
        "at": receipt.accepted_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def test_a_cast_takes_at_most_six_statements(django_assert_max_num_queries):
    assembly = posted_assembly(motions=3)
    first, second, _ = people_of(assembly)
    elector = elector_of(assembly, second)
    cast(assembly, first, "FAN")  # the form of the assembly is read once a process

    with django_assert_max_num_queries(6 + 2) as queries:  # and the savepoint of the test's transaction
        cast(assembly, second, "FFF", elector=elector)

    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == (3 if connection.vendor == "postgresql" else 5)


@pytest.mark.parametrize(
    "stranger",
    ["owner of another estate", "tenant", "chair", "secretary", "firm", "subdistrict", "nobody"],
)
def test_only_somebody_on_the_roll_may_cast(stranger):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    elector = elector_of(assembly, owner)
    unit = elector.units.get().unit
    person = {
        "owner of another estate": lambda: OwnershipFactory().owner.user,
        "tenant": lambda: ResidencyFactory(unit=unit).user,
        "chair": lambda: appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate),
        "secretary": lambda: appoint(RoleCode.SECRETARY, assembly.estate),
        "firm": lambda: appoint(RoleCode.FIRM, assembly.estate),
        "subdistrict": lambda: appoint(RoleCode.SUBDISTRICT, assembly.estate),
        "nobody": UserFactory,
    }[stranger]()

    with pytest.raises(NotOnRoll):
        cast(assembly, person, elector=elector)
    assert nothing_was_received()

    cast(assembly, owner, elector=elector)
    assert Ballot.objects.get().elector == elector


def test_an_owner_cannot_cast_for_a_neighbour():
    assembly = posted_assembly()
    owner, neighbour, _ = people_of(assembly)

    with pytest.raises(NotOnRoll):
        cast(assembly, owner, elector=elector_of(assembly, neighbour))
    assert nothing_was_received()


def test_an_elector_of_one_assembly_cannot_be_used_in_another():
    assembly, other = posted_assembly(), posted_assembly()
    owner = people_of(other)[0]

    with pytest.raises(NotOnRoll):
        cast(assembly, owner, elector=elector_of(other, owner))
    assert nothing_was_received()


def test_a_co_owner_casts_only_while_no_other_was_agreed_on():
    title = OwnershipFactory(unit__area=9000)
    partner = OwnershipFactory(unit=title.unit, position=1)
    open_to_both = posted_assembly(units=[title.unit])
    Ownership.objects.filter(pk=partner.pk).update(is_representative=True)
    agreed = posted_assembly(units=[title.unit])

    with pytest.raises(NotOnRoll):
        cast(agreed, title.owner.user)
    assert nothing_was_received()
    cast(agreed, partner.owner.user)
    cast(open_to_both, title.owner.user)
    assert Ballot.objects.count() == 2


def test_the_second_co_owner_is_told_that_the_first_ballot_stands():
    title = OwnershipFactory()
    partner = OwnershipFactory(unit=title.unit, position=1)
    assembly = posted_assembly(units=[title.unit])

    cast(assembly, title.owner.user, "F")
    with pytest.raises(AlreadyCast):
        cast(assembly, partner.owner.user, "A")

    assert list(Ballot.objects.values_list("choices", "cast_by")) == [("F", title.owner.user.pk)]
    assert LedgerEntry.objects.filter(verb="votes.ballot.cast").count() == 1


def test_a_second_ballot_is_refused_and_the_first_stands():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]

    cast(assembly, owner, "F")
    with pytest.raises(AlreadyCast):
        cast(assembly, owner, "A")

    assert list(Ballot.objects.values_list("choices", flat=True)) == ["F"]
    assert LedgerEntry.objects.filter(verb="votes.ballot.cast").count() == 1
    assert OutboxMessage.objects.filter(topic="votes.ballot-cast").count() == 1


def test_the_database_alone_refuses_a_second_ballot():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    cast(assembly, owner)
    copy = Ballot.objects.get()
    copy.pk, copy.idempotency_key, copy.leaf_hash = uuid.uuid4(), uuid.uuid4(), "0" * 64

    with (
        pytest.raises(IntegrityError, match=r"one_ballot_per_revision|votes_ballot\.revision"),
        transaction.atomic(),
    ):
        copy.save(force_insert=True)


def test_the_same_key_and_content_give_the_same_receipt_for_ever():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    key = uuid.uuid4()

    first = cast(assembly, owner, "F", key)
    again = cast(assembly, owner, "F", key)
    Assembly.objects.filter(pk=assembly.pk).update(status="cancelled")
    after_cancelling = cast(assembly, owner, "F", key)

    assert again == after_cancelling
    assert (again.ballot_id, again.leaf_hash, again.accepted_at) == (
        first.ballot_id,
        first.leaf_hash,
        first.accepted_at,
    )
    assert again.replayed
    assert Ballot.objects.count() == 1


def test_the_same_key_with_another_choice_is_refused_and_changes_nothing():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    key = uuid.uuid4()

    cast(assembly, owner, "F", key)
    with pytest.raises(KeyReused):
        cast(assembly, owner, "A", key)

    assert list(Ballot.objects.values_list("choices", flat=True)) == ["F"]


def test_a_neighbours_key_is_refused():
    assembly = posted_assembly()
    owner, neighbour, _ = people_of(assembly)
    key = uuid.uuid4()

    cast(assembly, owner, "F", key)
    with pytest.raises(KeyReused):
        cast(assembly, neighbour, "F", key)

    assert Ballot.objects.count() == 1


@pytest.mark.parametrize(
    ("opens_in", "closes_in", "refusal"),
    [
        (timedelta(minutes=1), timedelta(days=6), AssemblyNotYetOpen),
        (timedelta(days=-6), timedelta(seconds=-1), AssemblyAlreadyClosed),
    ],
    ids=["before", "after"],
)
def test_outside_the_window_nothing_is_received(opens_in, closes_in, refusal):
    assembly = posted_assembly(opens_in=opens_in, closes_in=closes_in)

    with pytest.raises(refusal):
        cast(assembly, people_of(assembly)[0])
    assert nothing_was_received()


def test_a_cancelled_assembly_receives_nothing():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    Assembly.objects.filter(pk=assembly.pk).update(status="cancelled")

    with pytest.raises(AssemblyCancelled):
        cast(assembly, owner)
    assert nothing_was_received()


def test_a_draft_receives_nothing():
    assembly = draft_assembly()

    with pytest.raises(AssemblyNotOpen):
        cast_ballot(
            assembly_id=assembly.pk, elector_id=1, choices="F", idempotency_key=uuid.uuid4(), user_id=1
        )
    assert nothing_was_received()


@pytest.mark.parametrize("choices", ["", "F", "FFFF", "FF-", "FFX", "FFM", "ffa", "FF同"])
def test_every_motion_needs_exactly_one_offered_mark(choices):
    assembly = posted_assembly(motions=3)
    owner = people_of(assembly)[0]

    with pytest.raises(ChoicesInvalid):
        cast(assembly, owner, choices)
    assert nothing_was_received()

    cast(assembly, owner, "FAN")
    assert Ballot.objects.get().choices == "FAN"


def test_where_changes_are_allowed_each_is_a_new_row_that_names_the_one_before():
    assembly = posted_assembly(rules={"ballot-change": "revisable"})
    owner = people_of(assembly)[0]

    first = cast(assembly, owner, "F")
    second = cast(assembly, owner, "A")

    assert list(Ballot.objects.order_by("revision").values_list("revision", "choices")) == [
        (1, "F"),
        (2, "A"),
    ]
    leaf = LedgerEntry.objects.get(leaf_hash=second.leaf_hash)
    assert json.loads(leaf.body)["previous"] == first.leaf_hash


# --- the walls in the database ---------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE votes_ballot SET choices = 'A'",
        "DELETE FROM votes_ballot",
        "UPDATE communities_ledgerentry SET body = 'x'",
        "DELETE FROM communities_ledgerentry",
        "UPDATE votes_elector SET area = 1",
        "DELETE FROM votes_electorunit",
        "UPDATE votes_electormember SET may_cast = TRUE",
        "UPDATE votes_motion SET title = 'x'",
        "DELETE FROM votes_motion",
        "UPDATE votes_assembly SET closes_at = opens_at",
        "UPDATE votes_assembly SET total_area = 1",
        "UPDATE votes_assembly SET status = 'draft'",
        "DELETE FROM votes_assembly",
    ],
)
def test_the_database_refuses_to_rewrite_a_running_vote(statement):
    assembly = posted_assembly()
    cast(assembly, people_of(assembly)[0])

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"area": 1}, "another area"),
        ({"choices": "FF"}, "too many marks"),
        ({"late": True}, "after the window"),
    ],
)
def test_the_database_refuses_a_ballot_that_does_not_fit(change, why):
    assembly = posted_assembly()
    first, second, _ = people_of(assembly)
    cast(assembly, first)
    ballot = Ballot.objects.get()
    elector = elector_of(assembly, second)
    ballot.pk, ballot.idempotency_key, ballot.leaf_hash = uuid.uuid4(), uuid.uuid4(), "1" * 64
    ballot.elector = elector
    ballot.area = change.get("area", elector.area)
    ballot.choices = change.get("choices", "F")
    if change.get("late"):
        ballot.accepted_at = assembly.closes_at

    with pytest.raises(IntegrityError, match="takes no such ballot"), transaction.atomic():
        ballot.save(force_insert=True)
    assert Ballot.objects.count() == 1, why
