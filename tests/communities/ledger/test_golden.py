"""The formats as they were given out. The vectors are never recomputed: see golden/README.md."""

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from communities.ledger.canonical import canonical
from communities.ledger.hashing import leaf_hash
from communities.ledger.heads import HEAD_VERSION, Signer, head_body, head_line, is_signed
from communities.ledger.keys import STATEMENT_VERSION, is_introduced, key_statement
from communities.ledger.leaves import FORMAT_VERSION, event_body
from communities.ledger.tree import Tree, is_consistent, root_by_inclusion
from votes.evidence.leaves import BallotLeaf, commitment


def vectors(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(__file__).parent / "golden" / name).read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("case", vectors("canonical-1.json")["cases"], ids=lambda case: case["text"][:12])
def test_canonical_text(case: dict[str, Any]) -> None:
    assert canonical(case["value"]) == case["text"]


def test_the_leaf_of_a_ballot() -> None:
    golden = vectors("leaves-1.json")["ballot"]
    bound = commitment(
        salt=golden["salt"], log=golden["log"], elector=golden["elector"], choices=golden["choices"]
    )
    leaf = BallotLeaf(
        log=golden["log"],
        ballot=golden["ballot"],
        channel=golden["channel"],
        revision=golden["revision"],
        previous=golden["previous"],
        commitment=bound,
        accepted_at=datetime.fromisoformat(golden["at"]),
    )
    assert bound == golden["commitment"]
    assert leaf.body() == golden["body"]
    assert leaf_hash(leaf.body()) == golden["leaf_hash"]


def test_the_leaf_of_an_event() -> None:
    golden = vectors("leaves-1.json")["event"]
    given = {name: golden[name] for name in ("log", "verb", "subject", "actor", "payload", "nonce")}
    body = event_body(**given, moment=datetime.fromisoformat(golden["at"]))
    assert body == golden["body"]
    assert leaf_hash(body) == golden["leaf_hash"]


def test_roots_and_proofs() -> None:
    golden = vectors("tree-1.json")
    leaves, roots = golden["leaves"], golden["roots"]
    tree = Tree(leaves)
    assert {str(size): Tree(leaves[:size]).root() for size in range(len(leaves) + 1)} == roots
    assert {str(size): tree.root(size) for size in range(len(leaves) + 1)} == roots
    for one in golden["inclusion"]:
        assert tree.inclusion_path(one["index"], one["size"]) == one["path"]
        shown = root_by_inclusion(leaves[one["index"]], one["index"], one["size"], one["path"])
        assert shown == roots[str(one["size"])]
    for one in golden["consistency"]:
        first, second = one["first"], one["second"]
        assert tree.consistency_path(first, second) == one["path"]
        assert is_consistent(first, roots[str(first)], second, roots[str(second)], one["path"])


def test_a_signed_head() -> None:
    golden = vectors("heads-1.json")
    signer = Signer.from_base64(golden["seed"])
    size, root = golden["previous"]
    body = head_body(
        log=golden["log"],
        size=golden["size"],
        root=golden["root"],
        previous=(size, root),
        sealed_at=datetime.fromisoformat(golden["at"]),
        key=signer.key_id,
    )
    assert (signer.key_id, body) == (golden["key"], golden["body"])
    # Ed25519 is deterministic (RFC 8032): the same key and text give the same signature.
    assert signer.sign(body) == golden["signature"]
    assert is_signed(golden["body"], golden["signature"], base64.b64decode(golden["public_key"]))
    line = head_line(log=golden["log"], size=golden["size"], root=golden["root"], key=golden["key"])
    assert line == golden["line"]


def test_a_key_and_its_successor() -> None:
    golden = vectors("keys-1.json")
    first, second = (Signer.from_base64(golden[name]["seed"]) for name in ("first", "second"))
    for signer, before, one in ((first, None, golden["first"]), (second, first, golden["second"])):
        statement = key_statement(
            purpose="seal",
            public_key=signer.public,
            predecessor=before.key_id if before else None,
            is_lost=False,
            moment=datetime.fromisoformat(one["at"]),
        )
        assert statement == one["statement"]
        assert signer.sign(statement) == one["signature"]
        assert is_introduced(
            one["statement"],
            public_key=signer.public,
            signature=one["signature"],
            predecessor=before.public if before else None,
            handover=one.get("predecessor_signature", ""),
        )


def test_a_version_without_vectors_fails_here() -> None:
    assert (FORMAT_VERSION, HEAD_VERSION, STATEMENT_VERSION) == (1, 1, 1)
