"""Looking at a single ballot: after the close, by scrutineers, with a reason, and never unseen."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from communities.enums import RoleCode
from communities.errors import NotPermitted, ReasonMissing
from communities.models import LedgerEntry, Notice
from communities.services.outbox import relay_outbox
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import UserFactory, appoint
from tests.factories.votes import people_of, posted_assembly
from votes.enums import ActKind
from votes.errors import ActNotPossible, BallotLocked, BallotUnknown, LookTooEarly, SecondPersonNeeded
from votes.evidence.receipts import receipt_code
from votes.models import Assembly, Ballot, BallotLook
from votes.services.acts import confirm_act, propose_act
from votes.services.looks import find_ballot, look_at_ballot

pytestmark = pytest.mark.django_db
WHY = "业主当面要求核对自己的表决票"


def decided(mode: str = "named") -> tuple[Assembly, Ballot]:
    assembly = settled(posted_assembly(motions=2, rules={"ballot-secrecy": mode}), ["FA"])
    return assembly, Ballot.objects.get(assembly=assembly)


def scrutineer(assembly: Assembly):
    return appoint(RoleCode.SCRUTINEER, assembly.estate)


def test_a_scrutineer_looks_with_a_reason_and_the_voter_is_told():
    assembly, ballot = decided()
    actor = scrutineer(assembly)

    look = look_at_ballot(assembly=assembly, ballot=ballot, reason=WHY, actor=actor)

    assert (look.ballot, look.looked_by, look.reason, look.act) == (ballot, actor, WHY, None)
    leaf = LedgerEntry.objects.get(verb="votes.ballot.looked-at")
    assert json.loads(leaf.body)["payload"]["ballot"] == str(ballot.pk)
    assert WHY not in leaf.body
    assert '"FA"' not in leaf.body
    relay_outbox()
    assert Notice.objects.get(topic="votes.ballot-looked-at").recipient == people_of(assembly)[0]


@pytest.mark.parametrize("role", [*RoleCode, "owner", "firm and scrutineer"])
def test_nobody_but_scrutineers_looks(role):
    assembly, ballot = decided()
    if role == "owner":
        actor = people_of(assembly)[1]
    elif role == "firm and scrutineer":
        actor = appoint(RoleCode.SCRUTINEER, assembly.estate, appoint(RoleCode.FIRM, assembly.estate))
    else:
        actor = appoint(role, assembly.estate)

    if role == RoleCode.SCRUTINEER:
        look_at_ballot(assembly=assembly, ballot=ballot, reason=WHY, actor=actor)
        return
    with pytest.raises(NotPermitted):
        look_at_ballot(assembly=assembly, ballot=ballot, reason=WHY, actor=actor)
    assert not BallotLook.objects.exists()


def test_nobody_looks_before_the_close_without_a_reason_or_elsewhere():
    running = posted_assembly()
    cast_for(running, people_of(running)[0], "F")
    with pytest.raises(LookTooEarly):
        look_at_ballot(assembly=running, ballot=Ballot.objects.get(), reason=WHY, actor=scrutineer(running))
    assembly, ballot = decided()
    with pytest.raises(ReasonMissing):
        look_at_ballot(assembly=assembly, ballot=ballot, reason="看看", actor=scrutineer(assembly))
    other, _ = decided()
    with pytest.raises(BallotUnknown):
        look_at_ballot(assembly=other, ballot=ballot, reason=WHY, actor=scrutineer(other))
    assert not BallotLook.objects.exists()


def test_a_ballot_is_found_by_receipt_code_or_number():
    assembly, ballot = decided()
    code = receipt_code(ballot.leaf_hash)

    assert find_ballot(assembly, f" {code.lower()} ") == ballot
    assert find_ballot(assembly, str(ballot.elector.number)) == ballot
    for wrong in ("0000-0000-0000", "99999", "?", "x" * 40):
        with pytest.raises(BallotUnknown):
            find_ballot(assembly, wrong)


def test_a_confidential_ballot_is_opened_by_two_and_only_that_one():
    assembly = settled(posted_assembly(rules={"ballot-secrecy": "confidential"}), ["F", "A"])
    ballot, other = Ballot.objects.order_by("elector__number")
    first, second = scrutineer(assembly), scrutineer(assembly)
    with pytest.raises(BallotLocked):
        look_at_ballot(assembly=assembly, ballot=ballot, reason=WHY, actor=first)

    act = propose_act(
        assembly=assembly,
        kind=ActKind.UNLOCK_BALLOT,
        reason=WHY,
        payload={"ballot": str(ballot.pk)},
        actor=first,
    )
    with pytest.raises(BallotLocked):
        look_at_ballot(assembly=assembly, ballot=ballot, reason=WHY, actor=first)
    with pytest.raises(SecondPersonNeeded):
        confirm_act(act=act, actor=first)
    with pytest.raises(NotPermitted):
        confirm_act(act=act, actor=appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate))
    confirm_act(act=act, actor=second)

    look = look_at_ballot(assembly=assembly, ballot=ballot, reason=WHY, actor=first)
    assert look.act == act
    with pytest.raises(BallotLocked):
        look_at_ballot(assembly=assembly, ballot=other, reason=WHY, actor=first)
    relay_outbox()
    told = Notice.objects.filter(topic="votes.ballot-unlocked").values_list("recipient", flat=True)
    assert list(told) == [people_of(assembly)[0].pk]


@pytest.mark.parametrize("payload", [{}, {"ballot": "x"}, {"ballot": "00000000-0000-0000-0000-000000000001"}])
def test_what_names_no_ballot_opens_none(payload):
    assembly, _ = decided("confidential")
    with pytest.raises(BallotUnknown):
        propose_act(
            assembly=assembly,
            kind=ActKind.UNLOCK_BALLOT,
            reason=WHY,
            payload=payload,
            actor=scrutineer(assembly),
        )


def test_a_named_ballot_has_no_lock_to_open():
    assembly, ballot = decided()
    with pytest.raises(ActNotPossible):
        propose_act(
            assembly=assembly,
            kind=ActKind.UNLOCK_BALLOT,
            reason=WHY,
            payload={"ballot": str(ballot.pk)},
            actor=scrutineer(assembly),
        )


def test_looks_are_kept():
    assembly, ballot = decided()
    look_at_ballot(assembly=assembly, ballot=ballot, reason=WHY, actor=scrutineer(assembly))
    for act in (lambda: BallotLook.objects.update(reason="x"), lambda: BallotLook.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


# --- the page ------------------------------------------------------------------------


def address(name: str, assembly: Assembly, *more: object) -> str:
    return reverse(f"votes:{name}", args=[assembly.estate.slug, assembly.pk, *more])


def test_the_page_shows_a_named_ballot_once_and_the_owner_sees_the_look(client):
    assembly, ballot = decided()
    client.force_login(scrutineer(assembly))
    assert "调阅一张表决票" in client.get(address("desk-ballots", assembly)).content.decode()

    sent = {"which": receipt_code(ballot.leaf_hash), "reason": WHY}
    shown = client.post(address("desk-look", assembly), sent).content.decode()

    assert "反对" in shown
    assert "已记录这次调阅" in shown
    again = client.get(address("desk-ballots", assembly)).content.decode()
    assert "反对" not in again
    assert WHY in again
    client.force_login(people_of(assembly)[0])
    assert WHY in client.get(reverse("votes:receipt", args=[ballot.pk])).content.decode()


def test_the_page_asks_for_a_second_person_where_the_vote_is_confidential(client):
    assembly, ballot = decided("confidential")
    first, second = scrutineer(assembly), scrutineer(assembly)
    sent = {"which": str(ballot.elector.number), "reason": WHY}
    client.force_login(first)
    assert client.post(address("desk-look", assembly), sent).status_code == 302
    assert not BallotLook.objects.exists()
    act = assembly.acts.get()

    client.force_login(second)
    assert client.get(address("desk-unlock", assembly, act.pk)).status_code == 200
    assert client.post(address("desk-unlock", assembly, act.pk)).status_code == 302
    client.force_login(first)
    assert "反对" in client.post(address("desk-look", assembly), sent).content.decode()
    assert BallotLook.objects.get().act == act


def test_the_page_says_nothing_before_the_close(client):
    assembly = posted_assembly()
    cast_for(assembly, people_of(assembly)[0], "F")
    client.force_login(scrutineer(assembly))

    shown = client.get(address("desk-ballots", assembly)).content.decode()

    assert "截止以后才能调阅" in shown
    refused = client.post(address("desk-look", assembly), {"which": "1", "reason": WHY})
    assert refused.status_code == 409
    assert not BallotLook.objects.exists()
    client.force_login(UserFactory())
    assert client.get(address("desk-ballots", assembly)).status_code == 404
