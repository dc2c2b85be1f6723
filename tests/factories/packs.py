"""Evidence packs made without a database, in a few milliseconds: whole, and ready to be tampered with."""

import base64
import hashlib
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from communities.ledger.canonical import canonical
from communities.ledger.hashing import leaf_hash, sha256
from communities.ledger.heads import Signer, head_body
from communities.ledger.leaves import event_body, timestamp
from communities.ledger.tree import inclusion_proof, tree_root
from votes.counting import CountedBallot, Decision, Finding, Measure, count
from votes.evidence import cover
from votes.evidence.leaves import BallotLeaf, commitment
from votes.evidence.packs import VERIFIER, totals, write_pack
from votes.evidence.receipts import Inclusion, Opening, SignedHead, receipt_file
from votes.statutes import statute_by_code

OPENS = datetime(2026, 11, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=10)


def signer(word: str) -> Signer:
    return Signer.from_base64(base64.b64encode(hashlib.sha256(word.encode()).digest()).decode())


SEAL, RECEIPT, STRANGER = signer("seal"), signer("receipt"), signer("stranger")


@dataclass
class Marked:
    """A ballot as cast: what its leaf will commit to."""

    elector: int
    choices: str
    salt: str
    ballot: str
    at: datetime
    channel: str = "online"
    revision: int = 1
    previous: str | None = None

    def body(self, log: str) -> str:
        said = commitment(salt=self.salt, log=log, elector=self.elector, choices=self.choices)
        leaf = BallotLeaf(log, self.ballot, self.channel, self.revision, self.previous, said, self.at)
        return leaf.body()

    def opening(self) -> str:
        return canonical(
            {"ballot": self.ballot, "salt": self.salt, "elector": self.elector, "choices": self.choices}
        )


@dataclass
class Story:
    """Everything that goes into a pack. Change something, :meth:`seal` anew or not, and :meth:`pack` it."""

    seed: int
    level: str = "full"
    elects: bool = False
    #: An opinion asked in secret: the log says who took part by no name, and the marks lie apart.
    secret: bool = False
    #: The building and staircase that decide, where it is not the whole estate.
    scope: list[str] | None = None
    #: How many electors there are, all of whom vote; by default a few, of whom most do.
    electors: int = 0
    #: The most leaves that are sealed at once.
    batch: int = 5
    #: When all its events were entered.
    happened: datetime = OPENS
    #: Change the parts just before they are written in the log and sealed.
    before_sealing: "list[Callable[[Story], None]]" = field(default_factory=list)
    batches: list[list[str]] = field(default_factory=list)
    files: "dict[str, bytes | list[str]]" = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.log = f"assembly:{self.seed + 1}"
        self.head = {"size": 0, "root": ""}
        self.closes = CLOSES
        self.roll = self._make_roll()
        self.motions = self._make_motions()
        self.rules = {"ballot-change": {"value": "revisable", "article": "议事规则第一条"}}
        if self.secret:
            self.rules["ballot-secrecy"] = {"value": "secret", "article": "征询意见"}
        self.events: list[tuple[str, dict[str, Any]]] = [("votes.assembly.opened", {})]
        self.marked = self._make_ballots()
        self.uncounted = [
            {"channel": "paper", "reason": "elector-voted-online"} for _ in range(self.draw.randint(0, 2))
        ]
        if self.secret:
            self.uncounted = []
        if self.draw.random() < 0.5:
            self._extend()

    # --- what happened --------------------------------------------------------------------

    def _make_roll(self) -> list[dict[str, Any]]:
        roll: list[dict[str, Any]] = []
        for number in range(1, self.electors + 1 if self.electors else self.draw.randint(6, 14)):
            units: list[list[Any]] = [
                [
                    self.scope[0] if self.scope else f"{number}幢",
                    "1单元",
                    f"{room:04d}",
                    self.draw.randint(5000, 15000),
                    "register",
                ]
                for room in range(1, self.draw.choice([2, 2, 3]))
            ]
            area = sum(unit[3] for unit in units)
            roll.append({"number": number, "head": sha256(f"{number}"), "area": area, "units": units})
        return roll

    def _make_motions(self) -> list[dict[str, Any]]:
        items = [self.draw.choice([2, 5, 6, 9]) for _ in range(self.draw.randint(1, 3))]
        motions = [
            self._motion(place, f"事项{place}", None if self.secret else item)
            for place, item in enumerate(items, 1)
        ]
        if self.elects:
            motions += [self._motion(len(items) + n, f"选举 候选人{n}", 3) for n in range(1, 6)]
        return motions

    def _motion(self, position: int, title: str, item: int | None) -> dict[str, Any]:
        return {
            "position": position,
            "title": title,
            "text": "全文",
            "topic": "议题",
            "item": item,
            "item_reason": "理由",
            "options": ["for", "against", "abstain", "follow"],
            "changes_fee": False,
            "amount": None,
            "attachments": [["plan", sha256("plan")]],
        }

    @property
    def group(self) -> list[int]:
        return [one["position"] for one in self.motions if one["title"].startswith("选举")]

    def marks(self) -> str:
        return "".join(self.draw.choices("FANMX-", (8, 3, 1, 2, 1, 1), k=len(self.motions)))

    def mark(self, elector: int, **more: Any) -> Marked:
        at = OPENS + timedelta(
            seconds=self.draw.randint(0, 800_000), microseconds=self.draw.randint(0, 999_999)
        )
        ballot = f"{self.draw.getrandbits(128):032x}"
        return Marked(elector, self.marks(), f"{self.draw.getrandbits(128):032x}", ballot, at, **more)

    def _make_ballots(self) -> list[Marked]:
        ballots = []
        voting = self.roll[: self.electors or self.draw.randint(3, len(self.roll))]
        if self.secret:
            return [self.mark(line["number"]) for line in voting]
        for line in voting:
            ballots.append(self.mark(line["number"], channel=self.draw.choice(["online", "paper"])))
            while self.draw.random() < 0.3:
                last = ballots[-1]
                ballots.append(self.mark(line["number"], revision=last.revision + 1))
                ballots[-1].previous = leaf_hash(last.body(self.log))
        return ballots

    def _extend(self) -> None:
        before, self.closes = self.closes, self.closes + timedelta(days=1)
        window = [timestamp(OPENS), timestamp(self.closes)]
        payload = {"act": 1, "window": window, "before": timestamp(before), "outages": []}
        self.events.append(("votes.assembly.extended", payload))

    # --- the log --------------------------------------------------------------------------

    def body_of(self, one: Marked) -> str:
        """The leaf of a ballot; of a secret one, that somebody took part."""
        if not self.secret:
            return one.body(self.log)
        return event_body(
            log=self.log,
            verb="votes.ballot.took-part",
            subject=f"votes.secretturnout:{one.ballot}",
            actor=None,
            payload={},
            moment=one.at,
            nonce=one.salt,
        )

    def event(self, verb: str, payload: dict[str, Any]) -> str:
        return event_body(
            log=self.log,
            verb=verb,
            subject="votes.assembly:1",
            actor=7,
            payload=payload,
            moment=self.happened,
            nonce=f"{self.draw.getrandbits(128):032x}",
        )

    def published(self) -> dict[str, Any]:
        election: dict[str, Any] = {"election": self.election_published()} if self.elects else {}
        return (
            election
            | self.scope_named()
            | {
                "estate": 1,
                "title": "业主大会会议",
                "kind": "regular",
                "convener": "committee",
                "window": [timestamp(OPENS), timestamp(CLOSES)],
                "notice": sha256("公告全文"),
                "topics": sha256("议题"),
                "motions": sha256(canonical(self.motions)),
                "slots": len(self.motions),
                "rules": self.rules,
                "statute": "civil-code-2021",
                "roll": self.roll_figures(),
                "developer_electors": [1],
                "overrides": [],
            }
        )

    def scope_named(self) -> dict[str, Any]:
        return {"scope": self.scope} if self.scope else {}

    def roll_figures(self) -> dict[str, Any]:
        text = "".join(f"{canonical(line)}\n" for line in self.roll)
        return {
            "heads": len(self.roll),
            "area": sum(line["area"] for line in self.roll),
            "sha256": sha256(text),
        }

    def election_published(self) -> dict[str, Any]:
        stands = [
            {"number": n, "position": place, "statement": sha256("")} for n, place in enumerate(self.group, 1)
        ]
        return {
            "purpose": "term",
            "seats": 2,
            "alternates": 1,
            "term_years": 5,
            "seed": "公开的种子",
            "candidates": stands,
        }

    def build(self) -> "Story":
        """Write the log, count, certify, and lay out the files."""
        for change in self.before_sealing:
            change(self)
        self.batches = [[self.event("votes.assembly.published", self.published())]]
        waiting = [self.event(verb, payload) for verb, payload in self.events]
        waiting += [self.body_of(one) for one in self.marked]
        self.uncounted_leaves = [self.event("votes.ballot.not-counted", one) for one in self.uncounted]
        waiting += self.uncounted_leaves
        self.draw.shuffle(waiting)
        while waiting:
            size = self.draw.randint(1, self.batch)
            self.batches.append(sorted(waiting[:size], key=leaf_hash))
            waiting = waiting[size:]
        self.result = self.count()
        said = {name: self.result["ballots"][name] for name in ("received", "counted")}
        payload = {"certificate": sha256(canonical(self.result)), **said}
        self.batches.append([self.event("votes.assembly.certified", payload)])
        self.lay_out()
        return self

    @property
    def leaves(self) -> list[str]:
        return [leaf for batch in self.batches for leaf in batch]

    def counting(self) -> list[Marked]:
        replaced = {one.previous for one in self.marked}
        return [one for one in self.marked if leaf_hash(one.body(self.log)) not in replaced]

    def as_counted(self, choices: str) -> str:
        if not self.elects or sum(choices[place - 1] == "F" for place in self.group) <= 2:
            return choices
        return "".join("X" if place in self.group else mark for place, mark in enumerate(choices, 1))

    def count(self) -> dict[str, Any]:
        figures = self.roll_figures()
        marks = {"marks": sha256(canonical(self.secret_marks()))} if self.secret else {}
        result: dict[str, Any] = (
            marks
            | self.scope_named()
            | {
                "v": 1,
                "assembly": self.seed + 1,
                "title": "业主大会会议",
                "window": [timestamp(OPENS), timestamp(self.closes)],
                "closed_at": timestamp(self.closes),
                "statute": "civil-code-2021",
                "roll": figures,
                "secrecy": "secret" if self.secret else "named",
                "ballots": self.figures(),
                "motions": self.secret_rows() if self.secret else self.rows(),
            }
        )
        return result | ({"election": self.elected(result["motions"])} if self.elects else {})

    def figures(self) -> dict[str, Any]:
        """By hand too: what was received, counted and not counted, by channel and by reason."""
        came = [one.channel for one in self.marked] + [one["channel"] for one in self.uncounted]
        standing = [one.channel for one in self.counting()]
        successors = {one.previous: one for one in self.marked if one.previous}
        left_out = [(one["channel"], one["reason"]) for one in self.uncounted]
        for one in self.marked:
            if later := successors.get(leaf_hash(one.body(self.log))):
                own = later.channel == one.channel or "mandate" in (later.channel, one.channel)
                left_out.append((one.channel, f"replaced-by-{'elector' if own else 'precedence'}"))
        channels = {
            name: {"received": came.count(name), "counted": standing.count(name)} for name in set(came)
        }
        return {
            "received": len(came),
            "counted": len(standing),
            "not_counted": len(came) - len(standing),
            "channels": channels,
            "reasons": [[*pair, left_out.count(pair)] for pair in sorted(set(left_out))],
        }

    def rows(self) -> list[dict[str, Any]]:
        areas = {line["number"]: line["area"] for line in self.roll}
        statute, figures = statute_by_code("civil-code-2021"), self.roll_figures()
        decisions = count(
            statute=statute,
            total=Measure(figures["heads"], figures["area"]),
            ballots=[
                CountedBallot(1, areas.get(one.elector, 0), self.as_counted(one.choices))
                for one in self.counting()
            ],
            kinds=[statute.item(motion["item"]).kind for motion in self.motions],
        )
        return [row(motion, one) for motion, one in zip(self.motions, decisions, strict=True)]

    def secret_marks(self) -> list[list[str]]:
        return sorted([sha256(one.ballot)[:32], one.choices] for one in self.marked)

    def secret_rows(self) -> list[dict[str, Any]]:
        """Heads only, each motion carried by more than half of those taking part."""
        rows = []
        names = {"F": "for", "A": "against", "N": "abstain", "M": "follow", "X": "invalid", "-": "invalid"}
        for place, motion in enumerate(self.motions):
            heads = dict.fromkeys(names.values(), 0)
            for one in self.marked:
                heads[names[one.choices[place]]] += 1
            taking_part = len(self.marked) - heads["invalid"]
            met = 2 * heads["for"] > taking_part
            test = {"name": "approval-heads", "dimension": "heads", "have": heads["for"], "of": taking_part}
            rows.append(
                {name: motion[name] for name in ("position", "title", "item")}
                | {name: [number, 0] for name, number in heads.items()}
                | {"article": "意见征询", "participating": [taking_part, 0], "with_silent": None}
                | {"verdict": "passed" if met else "not-passed"}
                | {"tests": [test | {"need": "1/2", "comparison": ">", "met": met, "article": "意见征询"}]}
            )
        return rows

    def elected(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """By hand, so that it is a third reckoning beside those of the verifiers."""
        root = tree_root([leaf_hash(leaf) for leaf in self.leaves])
        standing = {n: rows[place - 1] for n, place in enumerate(self.group, 1)}
        order = sorted(
            (number for number in standing if standing[number]["verdict"] == "passed"),
            key=lambda n: (-standing[n]["for"][0], -standing[n]["for"][1], n),
        )
        lots: dict[int, str] = {}
        ranks = {number: place for place, number in enumerate(order, 1)}
        for pair in {tuple(standing[number]["for"]) for number in order}:
            equals = [number for number in order if tuple(standing[number]["for"]) == pair]
            first = min(ranks[number] for number in equals)
            if len(equals) == 1:
                continue
            if first + len(equals) - 1 > 2 and first <= 3:
                lots |= {number: sha256(canonical(["公开的种子", root, number])) for number in equals}
                equals.sort(key=lambda number: lots[number])
                ranks |= {number: first + step for step, number in enumerate(equals)}
            else:
                ranks |= dict.fromkeys(equals, first)
        outcome = {
            number: "elected" if rank <= 2 else "alternate" if rank <= 3 else "not-elected"
            for number, rank in ranks.items()
        }
        lines = [
            {
                "number": number,
                "outcome": outcome.get(number, "not-elected"),
                "rank": ranks.get(number),
                "for": standing[number]["for"],
                "passed": standing[number]["verdict"] == "passed",
                "lot": lots.get(number, ""),
            }
            for number in standing
        ]
        said = self.election_published()
        return {name: said[name] for name in ("purpose", "seats", "alternates", "seed")} | {
            "root": root,
            "candidates": lines,
        }

    # --- the pack -------------------------------------------------------------------------

    def heads(self, by: Signer = SEAL) -> list[dict[str, Any]]:
        heads, leaves = [], []
        before: tuple[int, str] | None = None
        for batch in self.batches:
            leaves += [leaf_hash(leaf) for leaf in batch]
            root = tree_root(leaves)
            body = head_body(
                log=self.log,
                size=len(leaves),
                root=root,
                previous=before,
                sealed_at=self.closes,
                key=by.key_id,
            )
            heads.append({"body": body, "key": by.key_id, "signature": by.sign(body)})
            before = (len(leaves), root)
        return heads

    def lay_out(self) -> None:
        """The files as an honest server writes them."""
        leaves = self.leaves
        assembly = {
            name: self.published()[name]
            for name in (
                "estate",
                "title",
                "kind",
                "convener",
                "window",
                "rules",
                "statute",
                "developer_electors",
            )
        }
        assembly |= self.scope_named() | {
            "v": 1,
            "motions": self.motions,
            "extensions": [
                json.loads(leaf)["payload"] for leaf in leaves if "votes.assembly.extended" in leaf
            ],
            "roll_corrections": [
                json.loads(leaf)["payload"] for leaf in leaves if "votes.roll.corrected" in leaf
            ],
        }
        self.files = {
            "README.txt": cover.README.encode(),
            "assembly.json": text(assembly),
            "cover.html": b"<!doctype html>",
            "cover.txt": "封面".encode(),
            "heads.json": text({"heads": self.heads()}),
            "keys.json": text({"keys": [key(SEAL, "seal"), key(RECEIPT, "receipt")]}),
            "leaves.jsonl": leaves,
            "leaves.sha256": [leaf_hash(leaf) for leaf in leaves],
            "notice.txt": "公告全文".encode(),
            "result.json": text(self.result),
            "roll.jsonl": [canonical(line) for line in self.roll],
            "topics.txt": "议题".encode(),
            "totals.json": totals(self.result, leaves),
            "verifier.py": VERIFIER.read_bytes()[:2000],
        }
        if self.elects:
            election = {"published": self.election_published(), "result": self.result["election"]}
            self.files["election.json"] = text(election)
        if self.level == "full":
            self.files |= {
                "openings.jsonl": [] if self.secret else sorted(one.opening() for one in self.marked),
                "uncounted.jsonl": [
                    canonical({"id": f"{place}", "leaf": leaf_hash(leaf), **said})
                    for place, (said, leaf) in enumerate(
                        zip(self.uncounted, self.uncounted_leaves, strict=True)
                    )
                ],
                "papers.jsonl": [],
                "mandates.jsonl": [],
            }
        if self.secret and self.level == "full":
            self.files["secret.jsonl"] = [
                canonical({"id": number, "choices": choices}) for number, choices in self.secret_marks()
            ]
        last = json.loads(self.heads()[-1]["body"])
        self.head = {"size": last["size"], "root": last["root"]}

    def pack(self, by: Signer = RECEIPT, **about: Any) -> bytes:
        """The pack as its files stand, in a manifest signed ``by``."""
        out = io.BytesIO()
        said: dict[str, Any] = {"level": self.level, "assembly": self.seed + 1, "log": self.log} | {
            "created_at": timestamp(self.closes),
            "head": self.head,
        }
        write_pack(out, self.files, about=said | about, signer=by)
        return out.getvalue()

    def receipt(self, place: int, *, by: Signer = RECEIPT, proved: bool = True) -> str:
        """The receipt file of the ballot at ``place`` among those marked."""
        one = self.marked[place]
        body, hashes = self.body_of(one), [leaf_hash(leaf) for leaf in self.leaves]
        index, last = hashes.index(leaf_hash(body)), self.heads()[-1]
        head = SignedHead(
            last["body"], last["key"], base64.b64encode(SEAL.public).decode(), last["signature"]
        )
        proof = Inclusion(index, len(hashes), inclusion_proof(hashes, index), head)
        opening = None if self.secret else Opening(one.salt, one.elector, one.choices)
        return receipt_file(leaf=body, opening=opening, proof=proof if proved else None, signer=by)


def text(value: Any) -> bytes:
    return canonical(value).encode()


def key(one: Signer, purpose: str, statement: str = "") -> dict[str, Any]:
    return {
        "id": one.key_id,
        "purpose": purpose,
        "public_key": base64.b64encode(one.public).decode(),
        "statement": statement,
        "signature": one.sign(statement) if statement else "",
        "predecessor": None,
        "predecessor_signature": "",
    }


def row(motion: dict[str, Any], decision: Decision) -> dict[str, Any]:
    """One motion as a certificate has it."""
    counted, cast = decision.counted, decision.tally
    invalid = cast.invalid + cast.unmarked
    return {
        "position": motion["position"],
        "title": motion["title"],
        "item": motion["item"],
        "article": "第二百七十八条",
        "for": pair(counted.for_),
        "against": pair(counted.against),
        "abstain": pair(counted.abstain),
        "follow": pair(cast.follow),
        "invalid": pair(invalid),
        "participating": pair(counted.participating),
        "verdict": decision.verdict.value,
        "tests": [tested(test) for test in decision.cast.tests],
        "with_silent": None,
    }


def pair(measure: Measure) -> list[int]:
    return [measure.heads, measure.area]


def tested(test: Finding) -> dict[str, Any]:
    return {
        "name": test.name,
        "dimension": test.dimension.value,
        "have": test.have,
        "of": test.of,
        "need": test.threshold.need,
        "comparison": test.threshold.comparison.value,
        "met": test.met,
        "article": test.threshold.article,
    }
