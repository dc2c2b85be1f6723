"""What is asked of the database after a trial: with SQL and the pure modules, not with the code on trial."""

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from communities.ledger.hashing import leaf_hash
from communities.ledger.heads import is_signed
from communities.ledger.tree import tree_root
from tests.chaos.phones import Submission
from votes.evidence.leaves import commitment


@dataclass(frozen=True)
class Check:
    """One thing that must not have happened: how often it did, of how many looked at."""

    name: str
    wrong: int
    of: int

    @property
    def ok(self) -> bool:
        return self.wrong == 0 and self.of > 0


@dataclass(frozen=True)
class Head:
    """A head as a witness outside was given it while the trial ran."""

    log: str
    size: int
    root: str
    body: str
    signature: str


class Ballots:
    """Every ballot with its leaf, by its number."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        columns = (
            *("id", "assembly", "elector", "revision", "key", "choices", "salt", "leaf", "accepted_at"),
            *("log", "number", "body", "index", "closes_at"),
        )
        for row in connection.execute(
            "SELECT b.id::text, b.assembly_id, b.elector_id, b.revision, b.idempotency_key::text, b.choices,"
            " b.salt, b.leaf_hash, b.accepted_at, l.name, e.number, n.body, s.index, a.closes_at"
            " FROM votes_ballot b JOIN votes_assembly a ON a.id = b.assembly_id"
            " JOIN votes_elector e ON e.id = b.elector_id JOIN communities_log l ON l.id = a.log_id"
            " LEFT JOIN communities_ledgerentry n ON n.leaf_hash = b.leaf_hash AND n.log_id = l.id"
            " LEFT JOIN communities_sealedleaf s ON s.entry_id = n.id"
        ):
            self.rows[row[0]] = dict(zip(columns, row, strict=True))
        self.keys = {row["key"] for row in self.rows.values()}
        self.electors = {(row["assembly"], row["elector"]) for row in self.rows.values()}


def judge(
    connection: psycopg.Connection, sent: list[Submission], heads: Iterable[Head], sealing_key: str
) -> list[Check]:
    """Every check over what the phones were told and what the database holds."""
    ballots = Ballots(connection)
    received = [one for one in sent if one.outcome == "received"]
    trees = _trees(connection)
    return [
        Check("submissions never answered", sum(one.outcome == "" for one in sent), len(sent)),
        Check("answers of a fault (500 and the like)", sum(len(one.faults) for one in sent), len(sent)),
        Check(
            "acknowledged ballots lost",
            sum(one.ballot not in ballots.rows for one in received),
            len(received),
        ),
        Check("electors counted twice", _twice(ballots, received), len(ballots.electors)),
        Check("keys with two different receipts", _two_receipts(received), len(received)),
        Check("receipts that do not verify", _unverified(ballots, received, trees), len(received)),
        Check("refused though received", _refused_though_received(ballots, sent), len(sent)),
        Check("refused without cause", _refused_without_cause(connection, ballots, sent), len(sent)),
        Check(
            "ballots accepted after the deadline",
            sum(row["accepted_at"] >= row["closes_at"] for row in ballots.rows.values()),
            len(ballots.rows),
        ),
        Check("ballots without a leaf in the tree", _unsealed(ballots), len(ballots.rows)),
        Check("messages lost or doubled", _messages(connection, ballots), len(ballots.rows)),
        *_heads(trees, list(heads), sealing_key),
        *_certificates(connection, ballots),
    ]


def _twice(ballots: Ballots, received: list[Submission]) -> int:
    rows = Counter((row["assembly"], row["elector"]) for row in ballots.rows.values())
    told = defaultdict(set)
    for one in received:
        told[one.assembly, one.elector].add(one.ballot)
    twice = {elector for elector, number in rows.items() if number > 1}
    return len(twice | {elector for elector, found in told.items() if len(found) > 1})


def _two_receipts(received: list[Submission]) -> int:
    told = defaultdict(set)
    for one in received:
        told[one.key].add(one.ballot)
    return sum(len(found) > 1 for found in told.values())


def _trees(connection: psycopg.Connection) -> dict[str, list[str]]:
    """By log, the leaf hashes in the order of the tree, each computed anew from its body."""
    trees: dict[str, list[str]] = defaultdict(list)
    for name, body in connection.execute(
        "SELECT l.name, n.body FROM communities_sealedleaf s JOIN communities_log l ON l.id = s.log_id"
        " JOIN communities_ledgerentry n ON n.id = s.entry_id ORDER BY s.log_id, s.index"
    ):
        trees[name].append(leaf_hash(body))
    return trees


def _unverified(ballots: Ballots, received: list[Submission], trees: dict[str, list[str]]) -> int:
    """The leaf is in the log and in the final tree, and opens to the very marks that the phone sent."""
    wrong = 0
    for one in received:
        row = ballots.rows.get(one.ballot)
        if row is None or row["body"] is None or row["index"] is None:
            wrong += 1
            continue
        opening = commitment(salt=row["salt"], log=row["log"], elector=row["number"], choices=one.choices)
        leaves = trees[row["log"]]
        wrong += not (
            leaf_hash(row["body"]) == row["leaf"]
            and one.leaf in ("", row["leaf"])
            and f'"commitment":"{opening}"' in row["body"]
            and row["key"] == one.key
            and row["index"] < len(leaves)
            and leaves[row["index"]] == row["leaf"]
        )
    return wrong


def _refused_though_received(ballots: Ballots, sent: list[Submission]) -> int:
    return sum(one.outcome == "refused" and one.key in ballots.keys for one in sent)


def _refused_without_cause(connection: psycopg.Connection, ballots: Ballots, sent: list[Submission]) -> int:
    """Nobody else had cast for the elector, and the window was open when the answer came."""
    closes = {pk: at.timestamp() for pk, at in connection.execute("SELECT id, closes_at FROM votes_assembly")}
    return sum(
        one.outcome == "refused"
        and (one.assembly, one.elector) not in ballots.electors
        and one.answered_at < closes[one.assembly]
        for one in sent
    )


def _unsealed(ballots: Ballots) -> int:
    return sum(row["index"] is None for row in ballots.rows.values())


def _messages(connection: psycopg.Connection, ballots: Ballots) -> int:
    told = Counter(
        subject
        for (subject,) in connection.execute(
            "SELECT subject FROM communities_outboxmessage WHERE topic = 'votes.ballot-cast'"
        )
    )
    doubled = sum(number > 1 for number in told.values())
    return doubled + len(ballots.rows.keys() ^ told.keys())


def _heads(trees: dict[str, list[str]], heads: list[Head], sealing_key: str) -> list[Check]:
    seed = base64.b64decode(sealing_key)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    prefixes = sum(
        head.size > len(trees[head.log]) or tree_root(trees[head.log][: head.size]) != head.root
        for head in heads
    )
    return [
        Check("published heads that are no prefix of the final tree", prefixes, len(heads)),
        Check(
            "published heads with a wrong signature",
            sum(not is_signed(head.body, head.signature, public) for head in heads),
            len(heads),
        ),
    ]


def _certificates(connection: psycopg.Connection, ballots: Ballots) -> list[Check]:
    """Counted and not counted are what was received, and the totals are those of the ballots there are."""
    rows = connection.execute(
        "SELECT c.assembly_id, c.received, c.counted,"
        " (SELECT count(*) FROM votes_uncountedballot u WHERE u.assembly_id = c.assembly_id)"
        " FROM votes_certificate c"
    ).fetchall()
    there = Counter(row["assembly"] for row in ballots.rows.values())
    unbalanced = sum(
        received != there[assembly] + uncounted or counted + uncounted != received
        for assembly, received, counted, uncounted in rows
    )
    results = connection.execute(
        "SELECT m.assembly_id, m.position, r.for_heads, r.against_heads, r.abstain_heads"
        " FROM votes_motionresult r JOIN votes_motion m ON m.id = r.motion_id"
    ).fetchall()
    miscounted = 0
    for assembly, position, *heads in results:
        marks = Counter(
            row["choices"][position - 1] for row in ballots.rows.values() if row["assembly"] == assembly
        )
        miscounted += [marks["F"], marks["A"], marks["N"]] != heads
    return [
        Check("certificates where counted + not counted is not what was received", unbalanced, len(rows)),
        Check("motions whose result is not that of the ballots", miscounted, len(results)),
    ]
