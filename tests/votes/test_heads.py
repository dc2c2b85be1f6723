"""Tree heads and proofs in public: anybody can check them, and they tell nothing else."""

import base64
import json
import re
import uuid
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from communities.enums import RoleCode
from communities.ledger.hashing import leaf_hash
from communities.ledger.heads import is_signed
from communities.ledger.keys import is_introduced
from communities.ledger.tree import is_consistent, root_by_inclusion
from communities.models import LedgerEntry, Log, TreeHead
from communities.services.gaps import DECLARED
from communities.services.ledger import log_of_estate, record
from communities.services.sealing import seal_log
from tests.factories.communities import EstateFactory, appoint
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.models import Assembly
from votes.services.casting import cast_ballot

pytestmark = pytest.mark.django_db


@pytest.fixture
def assembly() -> Assembly:
    """Four ballots, sealed one after the other; and two entries of the estate's own log."""
    assembly = posted_assembly(owners=4, title="2026年第一次业主大会")
    for user in people_of(assembly):
        cast_ballot(
            assembly_id=assembly.pk,
            elector_id=elector_of(assembly, user).pk,
            choices="F",
            idempotency_key=uuid.uuid4(),
            user_id=user.pk,
        )
        seal(assembly)
    log = log_of_estate(assembly.estate)
    for _ in range(2):
        record(log=log, verb="test.happened", subject=log, actor=None)
    seal_log(log=log)
    return assembly


def seal(assembly: Assembly) -> None:
    assert assembly.log is not None
    seal_log(log=assembly.log)


def page(client: Any, name: str, *arguments: Any) -> str:
    answer = client.get(reverse(f"votes:{name}", args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def test_anybody_sees_the_newest_head_of_each_log(assembly, client):
    shown = page(client, "heads", assembly.estate.slug)
    newest, first = (assembly.log.heads.order_by(order).first() for order in ("-size", "size"))
    own = log_of_estate(assembly.estate).heads.get()
    assert newest.root in shown
    assert own.root in shown
    assert first.root not in shown
    assert newest.key_id in shown
    assert "2026年第一次业主大会" in shown
    for user in people_of(assembly):
        assert user.display_name not in shown


@pytest.mark.parametrize("more", [0, 2])
def test_more_logs_cost_no_more_queries(assembly, client, more, django_assert_num_queries):
    for _ in range(more):
        seal_some(posted_assembly(assembly.estate))
    with django_assert_num_queries(4):
        page(client, "heads", assembly.estate.slug)


def seal_some(assembly: Assembly) -> None:
    assert assembly.log is not None
    record(log=assembly.log, verb="test.happened", subject=assembly, actor=None)
    seal(assembly)


def test_an_estate_without_a_head_says_so_and_none_is_a_404(client):
    assert "还没有树头" in page(client, "heads", EstateFactory().slug)
    assert client.get(reverse("votes:heads", args=["no-such-estate"])).status_code == 404


def test_a_program_can_check_every_head_by_its_key(assembly, client):
    said = client.get(reverse("votes:heads-json", args=[assembly.estate.slug])).json()
    keys = {key["key"]: key for key in said["keys"]}
    assert len(said["heads"]) == 2
    for head in said["heads"]:
        key = keys[head["key"]]
        public = base64.b64decode(key["public_key"])
        assert is_signed(head["body"], head["signature"], public)
        body = json.loads(head["body"])
        assert (body["log"], body["size"], body["root"]) == (head["log"], head["size"], head["root"])
        assert is_introduced(
            key["statement"], public_key=public, signature=key["signature"], predecessor=None, handover=""
        )


def test_the_history_proves_each_step(assembly, client):
    address = reverse("votes:log-heads-json", args=[assembly.estate.slug, assembly.log.name])
    heads = client.get(address).json()["heads"]
    assert [head["size"] for head in heads] == [4, 3, 2, 1]
    for later, earlier in pairwise(heads):
        assert later["consistency"]["from"] == earlier["size"]
        assert is_consistent(
            earlier["size"], earlier["root"], later["size"], later["root"], later["consistency"]["path"]
        )
    assert heads[-1]["consistency"] is None
    shown = page(client, "log-heads", assembly.estate.slug, assembly.log.name)
    assert shown.count("包含上一个树头的 ") == 3
    assert "第一个树头" in shown


def test_the_history_goes_over_pages_without_losing_a_step(assembly, client, monkeypatch):
    monkeypatch.setattr("votes.views.heads.PER_PAGE", 2)
    address = reverse("votes:log-heads-json", args=[assembly.estate.slug, assembly.log.name])
    first, second = (client.get(address, {"page": number}).json() for number in (1, 2))
    steps = [(head["size"], head["consistency"] and head["consistency"]["from"]) for head in first["heads"]]
    assert (steps, first["pages"]) == ([(4, 3), (3, 2)], 2)
    assert [head["size"] for head in second["heads"]] == [2, 1]


@pytest.mark.parametrize("name", ["log-heads", "log-heads-json"])
def test_longer_histories_cost_no_more_queries(assembly, client, name, django_assert_num_queries):
    address = reverse(f"votes:{name}", args=[assembly.estate.slug, assembly.log.name])
    client.get(address)
    with django_assert_num_queries(5):
        client.get(address)


def test_a_head_that_does_not_fit_the_stored_leaves_is_told(assembly, client):
    size = assembly.log.heads.order_by("-size").first().size
    fields = {"body": "{}", "key_id": "0" * 16, "signature": "", "root": "00" * 32}
    record(log=assembly.log, verb="test.happened", subject=assembly, actor=None)
    TreeHead.objects.create(
        log=assembly.log, size=size + 1, sealed_at=assembly.log.heads.first().sealed_at, **fields
    )
    assert "与存着的记录对不上" in page(client, "log-heads", assembly.estate.slug, assembly.log.name)


def test_a_declared_gap_is_shown_to_everybody(assembly, client):
    gap = {
        "log": assembly.log.name,
        "held": {"size": 9, "root": ""},
        "stored": {"size": 4, "root": ""},
        "missing": 5,
        "statement": "",
    }
    record(log=assembly.log, verb=DECLARED, subject=assembly.log, actor=None, payload=gap)
    shown = page(client, "log-heads", assembly.estate.slug, assembly.log.name)
    assert "曾签名到第 9 条，当时只剩 4 条，缺少 5 条" in shown
    address = reverse("votes:log-heads-json", args=[assembly.estate.slug, assembly.log.name])
    assert client.get(address).json()["gaps"][0]["missing"] == 5


def test_the_sheet_for_the_board_carries_the_head_and_a_code(assembly, client):
    head = assembly.log.heads.order_by("-size").first()
    shown = page(client, "head-print", assembly.estate.slug, assembly.log.name, head.size)
    for text in (head.root, head.key_id, head.signature, "2026年第一次业主大会", 'class="qr"'):
        assert text in shown
    line = f"linyi-head 1 {assembly.log.name} {head.size} {head.root} {head.key_id}"
    assert (
        client.get(reverse("votes:head-print", args=[assembly.estate.slug, assembly.log.name, 4])).context[
            "line"
        ]
        == line
    )


@pytest.mark.pango
def test_the_sheet_is_a_pdf_too(assembly, client):
    address = reverse("votes:head-pdf", args=[assembly.estate.slug, assembly.log.name, 4])
    assert client.get(address)["Location"].startswith(reverse("communities:login"))
    client.force_login(people_of(assembly)[0])
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    written = "".join(one.extract_text() for one in PdfReader(BytesIO(answer.content)).pages)
    root = assembly.log.heads.order_by("-size").first().root
    assert root in re.sub(r"\s", "", written)


def test_a_size_that_was_never_signed_or_another_estates_log_is_a_404(assembly, client):
    other = EstateFactory()
    for slug, size in ((assembly.estate.slug, 9), (assembly.estate.slug, 10**30), (other.slug, 4)):
        address = reverse("votes:head-print", args=[slug, assembly.log.name, size])
        assert client.get(address).status_code == 404


# --- the API -----------------------------------------------------------------------------


def api(client: Any, name: str, log: Log | str, **query: Any) -> Any:
    return client.get(reverse(f"api:{name}", args=[str(log)]), query)


def test_anybody_proves_a_ballot_from_its_leaf_alone(assembly, client):
    for entry in LedgerEntry.objects.filter(log=assembly.log):
        leaf = leaf_hash(entry.body)
        proof = api(client, "proof-of-inclusion", assembly.log, leaf=leaf).json()
        assert proof["size"] == proof["head"]["size"] == 4
        root = root_by_inclusion(leaf, proof["index"], proof["size"], proof["path"])
        assert root == proof["head"]["root"] == json.loads(proof["head"]["body"])["root"]


def test_a_proof_under_an_earlier_head_is_given_where_the_leaf_was_there(assembly, client):
    leaves = list(assembly.log.leaves.order_by("index").values_list("entry__leaf_hash", flat=True))
    early = api(client, "proof-of-inclusion", assembly.log, leaf=leaves[0], size=2)
    assert early.json()["head"]["size"] == 2
    assert api(client, "proof-of-inclusion", assembly.log, leaf=leaves[3], size=2).status_code == 404


def test_two_heads_are_proven_to_be_one_log(assembly, client):
    for sizes in ({"from": 1, "to": 4}, {"from": 3, "to": 3}, {"from": 4, "to": 2}):
        proof = api(client, "proof-of-consistency", assembly.log, **sizes).json()
        earlier, later = proof["earlier"], proof["later"]
        assert (earlier["size"], later["size"]) == tuple(sorted(sizes.values()))
        assert is_consistent(earlier["size"], earlier["root"], later["size"], later["root"], proof["path"])


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("proof-of-inclusion", {}, 422),
        ("proof-of-inclusion", {"leaf": "xyz"}, 422),
        ("proof-of-inclusion", {"leaf": "0" * 64}, 404),
        ("proof-of-inclusion", {"leaf": "0" * 64, "size": 10**30}, 422),
        ("proof-of-consistency", {"from": 1}, 422),
        ("proof-of-consistency", {"from": 0, "to": 4}, 422),
        ("proof-of-consistency", {"from": 1, "to": 99}, 404),
    ],
)
def test_what_is_asked_wrongly_is_told(assembly, client, name, query, status):
    assert api(client, name, assembly.log, **query).status_code == status


def test_a_leaf_of_another_log_is_not_found_under_this_one(assembly, client):
    entry = LedgerEntry.objects.filter(log=log_of_estate(assembly.estate)).first()
    assert api(client, "proof-of-inclusion", assembly.log, leaf=entry.leaf_hash).status_code == 404


def test_the_estates_own_log_gives_its_heads_to_all_and_its_proofs_to_its_people(assembly, client):
    log = log_of_estate(assembly.estate)
    leaf = log.entries.first().leaf_hash
    assert api(client, "log-heads", log).json()["count"] == 1
    outsider = appoint(RoleCode.SECRETARY, EstateFactory())
    for user, status in ((None, 404), (outsider, 404), (people_of(assembly)[0], 200)):
        if user:
            client.force_login(user)
        assert api(client, "proof-of-inclusion", log, leaf=leaf).status_code == status
        assert api(client, "proof-of-consistency", log, **{"from": 2, "to": 2}).status_code == status


def test_a_log_that_is_not_there_is_a_404_in_the_form_of_the_api(client):
    answer = api(client, "log-heads", "assembly:999")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
