"""A secret vote counts heads; participation and marks lie apart, and nothing joins them."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from communities.ledger.hashing import leaf_hash
from communities.models import LedgerEntry, Policy, User
from communities.services.outbox import relay_outbox
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import UserFactory
from tests.factories.papers import received_paper
from tests.factories.votes import draft_assembly, elector_of, owned_units, people_of, posted_assembly
from votes.enums import MotionKind
from votes.errors import AlreadyCast, AssemblyAlreadyClosed, ChoicesInvalid, NotOnRoll, PaperNotSecret
from votes.linting import lint
from votes.models import Assembly, Ballot, Certificate, Motion, MotionResult, SecretBallot, SecretTurnout
from votes.queries import turnout
from votes.services.assemblies import post_assembly
from votes.services.casting import admit_paper_ballot

pytestmark = pytest.mark.django_db


def secret_assembly(motions: int = 1, owners: int = 3, change: str = "final", **window: Any) -> Assembly:
    rules = {"ballot-secrecy": "secret", "ballot-change": change}
    assembly = posted_assembly(motions=motions, owners=owners, rules=rules, **window)

    # A posted motion is frozen; before that the draft's would have been advisory.
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE votes_motion DISABLE TRIGGER votes_motion_frozen_update")
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'votes_motion_frozen_update'")
            trigger = cursor.fetchone()[0]
            cursor.execute("DROP TRIGGER votes_motion_frozen_update")
        Motion.objects.filter(assembly=assembly).update(kind=MotionKind.ADVISORY, item=None)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE votes_motion ENABLE ALWAYS TRIGGER votes_motion_frozen_update")
        else:
            cursor.execute(trigger)
    return assembly


def test_participation_and_mark_are_two_rows_without_anything_in_common():
    assembly = secret_assembly(motions=2)
    owner = people_of(assembly)[0]

    receipt = cast_for(assembly, owner, "FA")

    took_part, marked = SecretTurnout.objects.get(), SecretBallot.objects.get()
    assert (took_part.elector, took_part.cast_by) == (elector_of(assembly, owner), owner)
    assert (marked.assembly, marked.choices) == (assembly, "FA")
    assert {field.name for field in SecretBallot._meta.fields} == {"id", "assembly", "choices"}
    assert marked.pk not in (took_part.idempotency_key, receipt.ballot_id)
    assert not Ballot.objects.exists()
    leaf = LedgerEntry.objects.get(verb="votes.ballot.took-part")
    assert leaf.leaf_hash == leaf_hash(leaf.body) == took_part.leaf_hash == receipt.leaf_hash
    for secret in ("FA", str(marked.pk), '"elector"', f'"actor":{owner.pk}'):
        assert secret not in leaf.body
    assert turnout(assembly).heads == 1
    assert turnout(assembly).area == 8800


def test_sending_it_again_gives_the_same_receipt_and_counts_once():
    assembly = secret_assembly()
    owner, key = people_of(assembly)[0], uuid.uuid4()

    first = cast_for(assembly, owner, "F", key=key)
    again = cast_for(assembly, owner, "F", key=key)

    assert (again.leaf_hash, again.replayed) == (first.leaf_hash, True)
    with pytest.raises(AlreadyCast):
        cast_for(assembly, owner, "A")
    assert list(SecretBallot.objects.values_list("choices", flat=True)) == ["F"]


def test_a_secret_vote_is_final_even_where_ballots_may_be_changed():
    assembly = secret_assembly(change="revisable")
    owner = people_of(assembly)[0]
    cast_for(assembly, owner, "F")
    with pytest.raises(AlreadyCast):
        cast_for(assembly, owner, "F")
    assert SecretBallot.objects.count() == SecretTurnout.objects.count() == 1


@pytest.mark.parametrize("fault", ["stranger", "mark", "closed"])
def test_a_refusal_leaves_neither_row(fault):
    window: dict[str, Any] = {}
    if fault == "closed":
        window = {"opens_in": timedelta(hours=-2), "closes_in": timedelta(hours=-1)}
    assembly = secret_assembly(**window)
    owner = people_of(assembly)[0]
    elector = elector_of(assembly, owner)
    cases: dict[str, tuple[User, str, type[Exception]]] = {
        "stranger": (UserFactory(), "F", NotOnRoll),
        "mark": (owner, "M", ChoicesInvalid),
        "closed": (owner, "F", AssemblyAlreadyClosed),
    }
    user, choices, refusal = cases[fault]

    with pytest.raises(refusal):
        cast_for(assembly, user, choices, elector=elector)
    assert not SecretTurnout.objects.exists()
    assert not SecretBallot.objects.exists()


def test_no_paper_is_taken_into_a_secret_vote():
    assembly = secret_assembly()
    owner = people_of(assembly)[0]
    paper = received_paper(assembly, elector_of(assembly, owner))

    with pytest.raises(PaperNotSecret):
        admit_paper_ballot(paper=paper, choices="F", actor=owner)
    assert not Ballot.objects.exists()


def test_marks_can_be_neither_rewritten_nor_dropped():
    assembly = secret_assembly()
    cast_for(assembly, people_of(assembly)[0], "F")

    for act in (
        lambda: SecretBallot.objects.update(choices="A"),
        lambda: SecretBallot.objects.all().delete(),
        lambda: SecretTurnout.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_it_is_counted_by_heads_alone_and_the_certificate_says_so():
    assembly = settled(secret_assembly(motions=2, owners=5), ["FA", "FA", "AN"])

    results = list(MotionResult.objects.order_by("motion__position"))
    assert [(one.for_heads, one.against_heads, one.abstain_heads) for one in results] == [
        (2, 1, 0),
        (0, 2, 1),
    ]
    assert [one.verdict for one in results] == ["passed", "not-passed"]
    assert all(one.for_area == one.participating_area == 0 for one in results)
    certificate = Certificate.objects.get()
    body = json.loads(certificate.body)
    assert (certificate.received, certificate.counted) == (3, 3)
    assert body["secrecy"] == "secret"
    assert len(body["marks"]) == 64
    assert body["ballots"]["channels"] == {"online": {"received": 3, "counted": 3}}
    assert assembly.status == "certified"


def test_a_tie_is_no_majority():
    settled(secret_assembly(), ["F", "A"])
    assert MotionResult.objects.get().verdict == "not-passed"


def test_the_receipt_tells_the_home_that_it_took_part_and_nobody_else(client):
    assembly = secret_assembly()
    owner, neighbour, _ = people_of(assembly)
    client.force_login(owner)
    page = client.get(reverse("votes:assembly", args=[assembly.pk])).content.decode()
    assert "无记名" in page
    assert "97.43" in page

    key = uuid.uuid4()
    field = f"motion-{assembly.motions.get().pk}"
    sent = {"elector": elector_of(assembly, owner).pk, "key": str(key), field: "against"}
    answer = client.post(reverse("votes:cast", args=[assembly.pk]), sent)

    address = reverse("votes:took-part", args=[key])
    assert (answer.status_code, answer.url) == (303, address)
    shown = client.get(address).content.decode()
    assert "只证明您家参与了" in shown
    assert "反对" not in shown
    relay_outbox()
    assert address in client.get(reverse("votes:assembly", args=[assembly.pk])).content.decode()
    client.force_login(neighbour)
    assert client.get(address).status_code == 404


def test_the_result_of_a_secret_vote_shows_heads_and_its_limits(client):
    assembly = settled(secret_assembly(), ["F", "F"])
    client.force_login(people_of(assembly)[0])

    page = client.get(reverse("votes:result", args=[assembly.pk])).content.decode()
    assert "只按人数计" in page
    assert "97.43" in page
    assert "自己核算一遍" not in page
    printed = client.get(reverse("votes:result-print", args=[assembly.pk])).content.decode()
    assert "97.43" in printed
    csv = client.get(reverse("votes:result-csv", args=[assembly.pk])).content.decode()
    assert "同意面积" not in csv.splitlines()[0]


# --- what may be secret --------------------------------------------------------------


def advisory_draft(advisory: int, statutory: int) -> Assembly:
    assembly = draft_assembly(motions=advisory + statutory)
    owned_units(assembly.estate, 2)
    assembly.motions.filter(position__lte=advisory).update(kind=MotionKind.ADVISORY, item=None)
    return assembly


def codes(assembly: Assembly) -> list[str]:
    return [finding.code for finding in lint(assembly, timezone.now())]


def test_opinions_alone_are_asked_in_secret():
    assembly = advisory_draft(2, 0)
    assert "secret-needs-advisory" not in codes(assembly)
    assert "item-missing" not in codes(assembly)

    post_assembly(assembly=assembly, actor=assembly.created_by, moment=timezone.now())

    assert Assembly.objects.get(pk=assembly.pk).is_secret


def test_what_the_law_counts_by_area_cannot_be_secret():
    assert "secret-needs-advisory" in codes(advisory_draft(1, 1))

    estate_rule = advisory_draft(0, 1)
    assert "secret-needs-advisory" not in codes(estate_rule)
    Policy.objects.create(
        estate=estate_rule.estate,
        key="ballot-secrecy",
        value="secret",
        article="议事规则第八条",
        valid_from="2020-01-01",
    )
    assert "secret-needs-advisory" in codes(estate_rule)
    post_named = advisory_draft(0, 1)
    post_assembly(assembly=post_named, actor=post_named.created_by, moment=timezone.now())
    assert not Assembly.objects.get(pk=post_named.pk).is_secret


def test_an_opinion_that_sounds_like_a_decision_has_to_be_answered_for():
    assembly = advisory_draft(1, 0)
    assembly.motions.update(title="使用维修资金更换电梯")
    assert "advisory-looks-statutory" in codes(assembly)
