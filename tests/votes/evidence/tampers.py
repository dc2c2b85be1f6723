"""Ways to falsify an evidence pack, each by somebody who can do anything to the database and the zip.

Three kinds of hands: those without a key, those who hold the receipt key (whoever broke into the
pages), and those who hold the sealing key too and write the log anew. Nobody of them has the heads,
packs and receipts that left the machine before.
"""

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from communities.ledger.canonical import canonical
from communities.ledger.hashing import leaf_hash, sha256
from tests.factories.packs import CLOSES, OPENS, RECEIPT, SEAL, STRANGER, Story, key, signer, text


@dataclass
class Attempt:
    """What a verifier is given."""

    pack: bytes
    older: bytes | None = None
    receipt: str | None = None
    trust: list[str] = field(default_factory=list)


Make = Callable[[Story, random.Random], Attempt]


@dataclass(frozen=True)
class Tamper:
    """One kind. ``verdicts``: what it may be called, which can depend on the place it hits."""

    name: str
    verdicts: tuple[str, ...]
    make: Make


ALL: list[Tamper] = []


def tamper(name: str, verdict: str = "tampered") -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        ALL.append(Tamper(name, tuple(verdict.split("|")), make))
        return make

    return keep


# --- without any key: the bytes of the zip ------------------------------------------------


def parts(data: bytes) -> tuple[int, int]:
    """Where the central directory begins, and how many files there are."""
    return struct.unpack("<L", data[-6:-2])[0], struct.unpack("<H", data[-12:-10])[0]


@tamper("zip: bytes before the first file")
def _(story: Story, draw: random.Random) -> Attempt:
    return Attempt(b"x" * draw.randint(1, 40) + story.pack())


@tamper("zip: a comment at the end", "incomplete")
def _(story: Story, draw: random.Random) -> Attempt:
    data = story.pack()
    return Attempt(data[:-2] + struct.pack("<H", 5) + b"hello")


@tamper("zip: cut short", "incomplete")
def _(story: Story, draw: random.Random) -> Attempt:
    return Attempt(story.pack()[: -draw.randint(1, 2000)])


@tamper("zip: bytes between files and directory")
def _(story: Story, draw: random.Random) -> Attempt:
    data = story.pack()
    start, _ = parts(data)
    tail = data[-22:-6] + struct.pack("<L", start + 4) + data[-2:]
    return Attempt(data[:start] + b"junk" + data[start:-22] + tail)


@tamper("zip: a file twice under one name")
def _(story: Story, draw: random.Random) -> Attempt:
    out = io.BytesIO(story.pack())
    with zipfile.ZipFile(out, "a") as pack, pytest_warns_of_duplicates():
        info = zipfile.ZipInfo("result.json")
        info.external_attr = 0o644 << 16
        pack.writestr(info, b"{}")
    return Attempt(out.getvalue())


def pytest_warns_of_duplicates() -> Any:
    import warnings

    caught = warnings.catch_warnings()
    warnings.simplefilter("ignore")
    return caught


@tamper("zip: packed anew by an ordinary program")
def _(story: Story, draw: random.Random) -> Attempt:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(story.pack())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return Attempt(out.getvalue())


@tamper("zip: another name before the content than in the directory")
def _(story: Story, draw: random.Random) -> Attempt:
    data = story.pack()
    place = data.index(b"notice.txt")
    return Attempt(data[:place] + b"nohice.txt" + data[place + 10 :])


@tamper("zip: a name that leaves the folder")
def _(story: Story, draw: random.Random) -> Attempt:
    return Attempt(story.pack().replace(b"notice.txt", b"../ice.txt"))


@tamper("zip: a file hidden from the directory")
def _(story: Story, draw: random.Random) -> Attempt:
    data = story.pack()
    start, count = parts(data)
    size = 46 + struct.unpack("<H", data[start + 28 : start + 30])[0]
    whole = struct.unpack("<L", data[-10:-6])[0] - size
    tail = b"PK\5\6\0\0\0\0" + struct.pack("<HHLLH", count - 1, count - 1, whole, start, 0)
    return Attempt(data[:start] + data[start + size : -22] + tail)


for at, what in ((4, "version"), (8, "flags"), (12, "time"), (14, "date"), (38, "mode"), (42, "place")):

    @tamper(f"zip: another {what} in the directory")
    def _(story: Story, draw: random.Random, at: int = at) -> Attempt:
        data = bytearray(story.pack())
        data[parts(bytes(data))[0] + at] ^= 1
        return Attempt(bytes(data))


@tamper("zip: one bit of the packed content")
def _(story: Story, draw: random.Random) -> Attempt:
    data = bytearray(story.pack())
    place = draw.randrange(60, parts(bytes(data))[0])
    data[place] ^= 1 << draw.randrange(8)
    return Attempt(bytes(data))


# --- without any key: files, the manifest left as it was --------------------------------------


def unsigned(story: Story, change: Callable[[dict[str, bytes]], object]) -> Attempt:
    """The pack with its files changed and the old manifest and signature put back."""
    with zipfile.ZipFile(io.BytesIO(story.pack())) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with pack.open(info, "w") as file:
                file.write(content)
    return Attempt(out.getvalue())


FILES = [
    *("README.txt", "assembly.json", "cover.txt", "heads.json", "keys.json", "leaves.jsonl", "leaves.sha256"),
    *(
        "notice.txt",
        "result.json",
        "roll.jsonl",
        "topics.txt",
        "totals.json",
        "verifier.py",
        "openings.jsonl",
    ),
    *("manifest.json", "manifest.sig"),
]
for file in FILES:

    @tamper(f"no key: one character of {file}")
    def _(story: Story, draw: random.Random, file: str = file) -> Attempt:
        def change(files: dict[str, bytes]) -> None:
            content = bytearray(files[file])
            digits = [place for place, byte in enumerate(content) if chr(byte).isdigit()] or [0]
            place = draw.choice(digits)
            content[place] = content[place] ^ 1
            files[file] = bytes(content)

        return unsigned(story, change)

    @tamper(f"no key: {file} taken out", "incomplete")
    def _(story: Story, draw: random.Random, file: str = file) -> Attempt:
        return unsigned(story, lambda files: files.pop(file))


@tamper("no key: a file put in")
def _(story: Story, draw: random.Random) -> Attempt:
    return unsigned(story, lambda files: files.update({"more.txt": b"more"}))


@tamper("no key: two files change places")
def _(story: Story, draw: random.Random) -> Attempt:
    def change(files: dict[str, bytes]) -> None:
        files["notice.txt"], files["topics.txt"] = files["topics.txt"], files["notice.txt"]

    return unsigned(story, change)


# --- with the receipt key: files, the manifest signed anew ------------------------------------------


def lines_of(story: Story, name: str) -> list[str]:
    content = story.files[name]
    assert isinstance(content, list)
    return content


def change_json(story: Story, name: str, change: Callable[[Any], None]) -> None:
    value = json.loads(bytes(story.files[name]))  # type: ignore[arg-type]
    change(value)
    story.files[name] = text(value)


def change_leaf(story: Story, draw: random.Random, verb: str, **values: Any) -> int:
    """Change a leaf of ``verb`` and the hash listed for it."""
    leaves = list(lines_of(story, "leaves.jsonl"))
    index = draw.choice([n for n, leaf in enumerate(leaves) if f'"verb":"{verb}"' in leaf])
    leaves[index] = canonical({**json.loads(leaves[index]), **values})
    put_leaves(story, leaves)
    return index


def put_leaves(story: Story, leaves: list[str]) -> None:
    story.files["leaves.jsonl"] = leaves
    story.files["leaves.sha256"] = [leaf_hash(leaf) for leaf in leaves]


CAST = "votes.ballot.cast"
for what, value in (
    ("commitment", sha256("another")),
    ("at", "2026-11-02T00:00:00.000001Z"),
    ("channel", "desk"),
    ("ballot", "0" * 32),
    ("revision", 9),
    ("previous", sha256("x")),
    ("log", "assembly:999"),
    ("v", 2),
):

    @tamper(f"receipt key: another {what} in a ballot's leaf")
    def _(story: Story, draw: random.Random, what: str = what, value: Any = value) -> Attempt:
        change_leaf(story, draw, CAST, **{what: value})
        return Attempt(story.pack())


@tamper("receipt key: a leaf that its listed hash does not fit")
def _(story: Story, draw: random.Random) -> Attempt:
    listed = list(lines_of(story, "leaves.sha256"))
    change_leaf(story, draw, CAST, commitment=sha256("another"))
    story.files["leaves.sha256"] = listed
    return Attempt(story.pack())


@tamper("receipt key: another actor in an event")
def _(story: Story, draw: random.Random) -> Attempt:
    change_leaf(story, draw, "votes.assembly.opened", actor=8)
    return Attempt(story.pack())


@tamper("receipt key: a leaf written with a space")
def _(story: Story, draw: random.Random) -> Attempt:
    leaves = list(lines_of(story, "leaves.jsonl"))
    index = draw.randrange(len(leaves))
    leaves[index] = leaves[index].replace(",", ", ", 1)
    put_leaves(story, leaves)
    return Attempt(story.pack())


def moved_leaves(change: Callable[[list[str], random.Random], None]) -> Make:
    def make(story: Story, draw: random.Random) -> Attempt:
        leaves = list(lines_of(story, "leaves.jsonl"))
        change(leaves, draw)
        put_leaves(story, leaves)
        return Attempt(story.pack())

    return make


def drop(leaves: list[str], draw: random.Random) -> None:
    leaves.pop(draw.randrange(1, len(leaves) - 1))


def swap(leaves: list[str], draw: random.Random) -> None:
    one, other = draw.sample(range(len(leaves)), 2)
    leaves[one], leaves[other] = leaves[other], leaves[one]


def double(leaves: list[str], draw: random.Random) -> None:
    leaves.insert(draw.randrange(1, len(leaves)), draw.choice(leaves))


def append(leaves: list[str], draw: random.Random) -> None:
    leaves.append(canonical({**json.loads(leaves[1]), "nonce": "0"}))


def insert(leaves: list[str], draw: random.Random) -> None:
    leaves.insert(draw.randrange(1, len(leaves) - 1), canonical({**json.loads(leaves[1]), "nonce": "0"}))


def truncate(leaves: list[str], draw: random.Random) -> None:
    del leaves[-draw.randint(1, 3) :]


tamper("receipt key: a leaf dropped", "tampered|incomplete")(moved_leaves(drop))
tamper("receipt key: two leaves change places")(moved_leaves(swap))
tamper("receipt key: a leaf twice")(moved_leaves(double))
tamper("receipt key: a leaf behind the last head")(moved_leaves(append))
tamper("receipt key: a leaf among the others")(moved_leaves(insert))
tamper("receipt key: the tail cut off", "incomplete")(moved_leaves(truncate))


@tamper("receipt key: the tail cut off with its heads", "incomplete")
def _(story: Story, draw: random.Random) -> Attempt:
    story.batches.pop()
    story.files["heads.json"] = text({"heads": story.heads()})
    put_leaves(story, story.leaves)
    last = json.loads(story.heads()[-1]["body"])
    story.head = {"size": last["size"], "root": last["root"]}
    return Attempt(story.pack())


def of_heads(change: Callable[[list[Any], random.Random], None]) -> Make:
    def make(story: Story, draw: random.Random) -> Attempt:
        change_json(story, "heads.json", lambda value: change(value["heads"], draw))
        return Attempt(story.pack())

    return make


def forge(heads: list[Any], draw: random.Random, by: Any = STRANGER, **values: Any) -> None:
    one = heads[draw.randrange(len(heads))]
    one["body"] = canonical({**json.loads(one["body"]), **values})
    one["signature"] = by.sign(one["body"])


tamper("receipt key: a head with another root")(
    of_heads(lambda heads, draw: forge(heads, draw, root="0" * 64))
)
tamper("receipt key: a head of another time")(of_heads(lambda heads, draw: forge(heads, draw, at="2026")))
tamper("receipt key: a head of another log")(
    of_heads(lambda heads, draw: forge(heads, draw, log="assembly:0"))
)
tamper("receipt key: a head under another key's number")(
    of_heads(lambda heads, draw: heads[0].update(key=STRANGER.key_id))
)
tamper("receipt key: heads in another order", "incomplete")(of_heads(lambda heads, draw: heads.reverse()))
tamper("receipt key: the first head taken out", "incomplete")(
    of_heads(lambda heads, draw: heads.pop(0) and None)
)
tamper("receipt key: a middle head taken out", "incomplete")(
    of_heads(lambda heads, draw: heads.pop(draw.randrange(1, len(heads) - 1)) and None)
)
tamper("receipt key: all heads taken out", "incomplete")(of_heads(lambda heads, draw: heads.clear()))
tamper("receipt key: the last head taken out")(of_heads(lambda heads, draw: heads.pop() and None))
tamper("receipt key: the head signed by the receipt key", "unknown-key")(
    of_heads(lambda heads, draw: _resign(heads, RECEIPT))
)
tamper("receipt key: heads signed by a key nobody knows", "unknown-key")(
    of_heads(lambda heads, draw: _resign(heads, STRANGER))
)


def _resign(heads: list[Any], by: Any) -> None:
    for one in heads:
        one["body"] = canonical({**json.loads(one["body"]), "key": by.key_id})
        one["key"], one["signature"] = by.key_id, by.sign(one["body"])


def of_file(name: str, change: Callable[[Any], None]) -> Make:
    def make(story: Story, draw: random.Random) -> Attempt:
        change_json(story, name, change)
        return Attempt(story.pack())

    return make


def one_more(value: list[int]) -> None:
    value[1] += 1


for name, change in {
    "a motion's text": lambda value: value["motions"][0].update(text="另一全文"),
    "a motion's item": lambda value: value["motions"][0].update(item=7),
    "a motion's options": lambda value: value["motions"][0]["options"].pop(),
    "a motion's attachment": lambda value: value["motions"][0]["attachments"].clear(),
    "a motion taken out": lambda value: value["motions"].pop(),
    "the rules": lambda value: value["rules"]["ballot-change"].update(value="final"),
    "the article of a rule": lambda value: value["rules"]["ballot-change"].update(article="第九条"),
    "the statute": lambda value: value.update(statute="property-law-2007"),
    "the window": lambda value: value["window"].reverse(),
    "the title": lambda value: value.update(title="另一次会议"),
    "the convener": lambda value: value.update(convener="nobody"),
    "the estate": lambda value: value.update(estate=2),
    "who is the developer": lambda value: value.update(developer_electors=[2]),
    "an extension that is not logged": lambda value: value["extensions"].append({"act": 2}),
    "a correction that is not logged": lambda value: value["roll_corrections"].append({"act": 2}),
}.items():
    tamper(f"receipt key: assembly.json, {name}")(of_file("assembly.json", change))

for name, change in {
    "one more hundredth for": lambda value: one_more(value["motions"][0]["for"]),
    "for and against change places": lambda value: value["motions"][0].update(
        {"for": [999, 1], "against": value["motions"][0]["for"]}
    ),
    "the channels": lambda value: value["ballots"]["channels"].update(online=99),
    "one more received": lambda value: value["ballots"].update(received=99),
    "an invalid mark": lambda value: one_more(value["motions"][0]["invalid"]),
    "another position": lambda value: value["motions"][0].update(position=9),
    "one more figure": lambda value: value["motions"][0].update(more=[0, 0]),
}.items():
    tamper(f"receipt key: totals.json, {name}")(of_file("totals.json", change))

for name, change in {
    "the verdict": lambda value: value["motions"][0].update(verdict="passed!"),
    "the area for": lambda value: one_more(value["motions"][0]["for"]),
    "a test": lambda value: value["motions"][0]["tests"][0].update(met=None),
    "the ballots counted": lambda value: value["ballots"].update(counted=0),
    "the roll": lambda value: value["roll"].update(area=1),
    "the article": lambda value: value["motions"][0].update(article="第一条"),
}.items():
    tamper(f"receipt key: result.json, {name}")(of_file("result.json", change))


@tamper("receipt key: a result changed together with its leaf and totals")
def _(story: Story, draw: random.Random) -> Attempt:
    change_json(story, "result.json", lambda value: value["motions"][0].update(verdict="passed!"))
    digest = sha256(bytes(story.files["result.json"]).decode())  # type: ignore[arg-type]
    payload = json.loads(story.leaves[-1])["payload"]
    change_leaf(story, draw, "votes.assembly.certified", payload={**payload, "certificate": digest})
    return Attempt(story.pack())


for name in ("notice.txt", "topics.txt"):

    @tamper(f"receipt key: {name}")
    def _(story: Story, draw: random.Random, name: str = name) -> Attempt:
        story.files[name] = bytes(story.files[name]) + "，另有约定".encode()  # type: ignore[arg-type]
        return Attempt(story.pack())


def of_roll(change: Callable[[list[Any], random.Random], None]) -> Make:
    def make(story: Story, draw: random.Random) -> Attempt:
        roll = [json.loads(line) for line in lines_of(story, "roll.jsonl")]
        change(roll, draw)
        story.files["roll.jsonl"] = [canonical(line) for line in roll]
        return Attempt(story.pack())

    return make


def larger(roll: list[Any], draw: random.Random) -> None:
    one = draw.choice(roll)
    one["units"][0][3] += 1
    one["area"] += 1


def exchange(roll: list[Any], draw: random.Random) -> None:
    one, other = draw.sample(roll, 2)
    one["units"], other["units"] = other["units"], one["units"]
    one["area"], other["area"] = other["area"], one["area"]


tamper("receipt key: roll, an area")(of_roll(larger))
tamper("receipt key: roll, an area that is not the sum")(
    of_roll(lambda roll, draw: draw.choice(roll).update(area=1))
)
tamper("receipt key: roll, two homes change hands")(of_roll(exchange))
tamper("receipt key: roll, an elector taken out")(of_roll(lambda roll, draw: roll.pop() and None))
tamper("receipt key: roll, an elector put in")(
    of_roll(lambda roll, draw: roll.append({**roll[0], "number": 999, "head": sha256("new")}))
)
tamper("receipt key: roll, an elector twice")(of_roll(lambda roll, draw: roll.append(roll[0])))
tamper("receipt key: roll, another basis of an area")(
    of_roll(lambda roll, draw: roll[0]["units"][0].__setitem__(4, "contract"))
)
tamper("receipt key: roll, another order")(of_roll(lambda roll, draw: roll.reverse()))
tamper("receipt key: roll, all of it")(
    of_roll(
        lambda roll, draw: roll.__setitem__(
            slice(None), [{**roll[0], "number": n, "head": f"{n}"} for n in range(9)]
        )
    )
)


def of_openings(change: Callable[[list[Any], random.Random], None], name: str = "openings.jsonl") -> Make:
    def make(story: Story, draw: random.Random) -> Attempt:
        openings = [json.loads(line) for line in lines_of(story, name)]
        change(openings, draw)
        story.files[name] = [canonical(line) for line in openings]
        return Attempt(story.pack())

    return make


def flip(openings: list[Any], draw: random.Random) -> None:
    one = draw.choice(openings)
    first = "A" if one["choices"][0] != "A" else "F"
    one["choices"] = first + one["choices"][1:]


def trade(openings: list[Any], draw: random.Random) -> None:
    one, other = draw.sample(openings, 2)
    if one["choices"] == other["choices"]:
        one["salt"] = other["salt"]
    one["choices"], other["choices"] = other["choices"], one["choices"]


tamper("receipt key: openings, a choice flipped")(of_openings(flip))
tamper("receipt key: openings, two choices change hands")(of_openings(trade))
tamper("receipt key: openings, another elector")(
    of_openings(lambda openings, draw: draw.choice(openings).update(elector=9_999))
)
tamper("receipt key: openings, another salt")(
    of_openings(lambda openings, draw: draw.choice(openings).update(salt="0" * 32))
)
tamper("receipt key: openings, one dropped", "tampered|incomplete")(
    of_openings(lambda openings, draw: openings.pop(draw.randrange(len(openings))) and None)
)
tamper("receipt key: openings, one put in")(
    of_openings(lambda openings, draw: openings.append({**openings[0], "ballot": "f" * 32}))
)
tamper("receipt key: openings, one twice")(of_openings(lambda openings, draw: openings.append(openings[0])))
tamper("receipt key: an uncounted ballot put in")(
    of_openings(lambda rows, draw: rows.append({"id": "9", "leaf": sha256("9")}), "uncounted.jsonl")
)


def of_keys(change: Callable[[list[Any]], None], by: Any = RECEIPT) -> Make:
    def make(story: Story, draw: random.Random) -> Attempt:
        change_json(story, "keys.json", lambda value: change(value["keys"]))
        return Attempt(story.pack(by))

    return make


tamper("keys: the sealing key taken out", "unknown-key")(of_keys(lambda keys: keys.pop(0) and None))
tamper("keys: another key under the number of the sealing key")(
    of_keys(lambda keys: keys[0].update(public_key=key(STRANGER, "seal")["public_key"]))
)
tamper("keys: purposes exchanged", "unknown-key")(of_keys(lambda keys: keys[0].update(purpose="receipt")))
tamper("keys: a statement nobody signed")(
    of_keys(lambda keys: keys[0].update(statement=f"{keys[0]['id']} ok"))
)
tamper("keys: the manifest signed by a stranger", "unknown-key")(of_keys(lambda keys: None, by=STRANGER))


@tamper("keys: everything signed by a stranger who is listed", "unknown-key")
def _(story: Story, draw: random.Random) -> Attempt:
    story.files["heads.json"] = text({"heads": story.heads(by=STRANGER)})
    story.files["keys.json"] = text({"keys": [key(STRANGER, "seal"), key(RECEIPT, "receipt")]})
    return Attempt(story.pack(), trust=[SEAL.key_id, RECEIPT.key_id])


@tamper("keys: a successor the old key did not sign", "unknown-key")
def _(story: Story, draw: random.Random) -> Attempt:
    new = signer("new")
    successor = key(new, "seal", f"successor {new.key_id}")
    successor |= {"predecessor": SEAL.key_id, "predecessor_signature": STRANGER.sign(successor["statement"])}
    story.files["heads.json"] = text({"heads": story.heads(by=new)})
    story.files["keys.json"] = text({"keys": [key(SEAL, "seal"), successor, key(RECEIPT, "receipt")]})
    return Attempt(story.pack(), trust=[SEAL.key_id, RECEIPT.key_id])


for name, verdict, about in (
    ("another log", "tampered", {"log": "assembly:9999"}),
    ("a smaller head", "incomplete", {"head": {"size": 1, "root": "0"}}),
    ("another format", "incomplete", {"type": "x"}),
):

    @tamper(f"receipt key: manifest, {name}", verdict)
    def _(story: Story, draw: random.Random, about: Any = about) -> Attempt:
        if "type" in about:
            return unsigned(story, lambda files: files.update({"manifest.json": b'{"type":"x","v":1}'}))
        return Attempt(story.pack(**about))


@tamper("receipt key: manifest, one more file listed")
def _(story: Story, draw: random.Random) -> Attempt:
    story.files["more.txt"] = b"more"
    return Attempt(story.pack())


@tamper("receipt key: manifest, a needed file left out", "incomplete")
def _(story: Story, draw: random.Random) -> Attempt:
    story.files.pop(draw.choice(["notice.txt", "roll.jsonl", "totals.json", "leaves.jsonl"]))
    return Attempt(story.pack())


def of_election(change: Callable[[Any], None]) -> Make:
    def make(story: Story, draw: random.Random) -> Attempt:
        story.elects = True
        story.__post_init__()
        story.build()
        change_json(story, "election.json", change)
        return Attempt(story.pack())

    return make


tamper("receipt key: election, the seed")(of_election(lambda value: value["published"].update(seed="x")))
tamper("receipt key: election, an outcome")(
    of_election(lambda value: value["result"]["candidates"][0].update(outcome="x"))
)


@tamper("receipt key: election, taken out", "incomplete")
def _(story: Story, draw: random.Random) -> Attempt:
    story.elects = True
    story.__post_init__()
    story.build().files.pop("election.json")
    return Attempt(story.pack())


# --- with every key: the log written anew --------------------------------------------------------------


def rewritten(change: Callable[[Story], None]) -> Make:
    """The story as an all-powerful server tells it, whose parts contradict one another."""

    def make(story: Story, draw: random.Random) -> Attempt:
        story.before_sealing.append(change)
        return Attempt(story.build().pack(SEAL))

    return make


def late(story: Story) -> None:
    of_two(story)
    story.marked[-1].at = story.closes


def early(story: Story) -> None:
    of_two(story)
    story.marked[0].at = story.marked[0].at.replace(year=2025)


def make_room(story: Story) -> None:
    """One elector at least has not voted, so that one ballot more is not more than the roll."""
    if len({one.elector for one in story.marked}) == len(story.roll):
        dropped(story)


def nobody(story: Story) -> None:
    make_room(story)
    story.marked.append(story.mark(9_999))


def of_two(story: Story) -> int:
    """Leave the ballots of two electors only; returns the one of less area."""
    two = sorted(story.roll, key=lambda line: int(line["area"]))[:2]
    first, second = (int(line["number"]) for line in two)
    story.marked = [story.mark(first), story.mark(second)]
    return first


def two_votes(story: Story) -> None:
    elector = of_two(story)
    story.marked.append(story.mark(elector))


def stolen(story: Story) -> None:
    """A ballot that takes the place of somebody else's."""
    elector = of_two(story)
    free, other = story.marked
    story.marked.append(
        story.mark(
            elector,
            revision=2,
            previous=leaf_hash((other if free.elector == elector else free).body(story.log)),
        )
    )


def fork_of_revisions(story: Story) -> None:
    elector = of_two(story)
    before = leaf_hash(story.marked[0].body(story.log))
    story.marked += [story.mark(elector, revision=2, previous=before) for _ in range(2)]


def no_previous(story: Story) -> None:
    make_room(story)
    story.marked.append(story.mark(story.roll[-1]["number"], revision=2, previous=sha256("nothing")))


for name, change in (
    ("a ballot after the close", late),
    ("a ballot before the opening", early),
    ("a ballot of nobody on the roll", nobody),
    ("two ballots of one elector", two_votes),
    ("a ballot in the place of another elector's", stolen),
    ("two ballots in the place of one", fork_of_revisions),
    ("a ballot in the place of none", no_previous),
):
    tamper(f"every key: {name}")(rewritten(change))


def recounted(change: Callable[[dict[str, Any]], None], *, elects: bool = False) -> Make:
    """A false result that is certified, sealed and laid out as if it were true."""

    def make(story: Story, draw: random.Random) -> Attempt:
        if elects:
            story.elects = True
            story.__post_init__()
        honest = story.count

        def count() -> dict[str, Any]:
            result = json.loads(canonical(honest()))
            change(result)
            return result

        story.count = count
        return Attempt(story.build().pack(SEAL))

    return make


def other_verdict(result: dict[str, Any]) -> None:
    one = result["motions"][0]
    one["verdict"] = "not-passed" if one["verdict"] == "passed" else "passed"


def moved_votes(result: dict[str, Any]) -> None:
    one = result["motions"][0]
    one["for"], one["against"] = one["against"], one["for"]
    if one["for"] == one["against"]:
        one["for"][1] += 1


for name, change in (
    ("another verdict", other_verdict),
    ("votes moved from one side to the other", moved_votes),
    ("one test said to be met", lambda result: result["motions"][0]["tests"][0].update(have=10**9)),
    ("fewer received", lambda result: result["ballots"].update(received=1)),
    (
        "one ballot not counted",
        lambda result: result["ballots"].update(counted=result["ballots"]["counted"] - 1),
    ),
    ("another total", lambda result: result["roll"].update(area=result["roll"]["area"] - 1)),
    ("another title", lambda result: result["motions"][0].update(title="另一事项")),
    ("another item", lambda result: result["motions"][0].update(item=1)),
    (
        "a window nobody extended",
        lambda result: result["window"].__setitem__(1, "2026-12-31T00:00:00.000000Z"),
    ),
    ("a motion left out", lambda result: result["motions"].pop()),
    ("silent owners added", lambda result: result["motions"][0].update(with_silent=_silence(result))),
):
    tamper(f"every key: result, {name}")(recounted(change))


def _silence(result: dict[str, Any]) -> dict[str, Any]:
    one = result["motions"][0]
    figures = {side: {"heads": one[side][0], "area": one[side][1]} for side in ("for", "against", "abstain")}
    added = {"heads": 999, "area": 999_999}
    return {
        "clause": "x",
        "added": added,
        "withheld": None,
        "figures": figures,
        "verdict": "passed",
        "tests": [],
    }


for name, change in (
    ("another root for the lot", lambda result: result["election"].update(root="0" * 64)),
    ("another seed", lambda result: result["election"].update(seed="private")),
    ("more seats", lambda result: result["election"].update(seats=5)),
    ("another rank", lambda result: result["election"]["candidates"][0].update(rank=7)),
    ("a lot out of nowhere", lambda result: result["election"]["candidates"][0].update(lot="0" * 64)),
    ("a candidate left out", lambda result: result["election"]["candidates"].pop()),
):
    tamper(f"every key: election, {name}")(recounted(change, elects=True))


def rewritten_against(change: Callable[[Story], None]) -> Make:
    """A log that agrees with itself, beside a pack that left the machine before."""

    def make(story: Story, draw: random.Random) -> Attempt:
        older = story.pack(SEAL)
        change(story)
        again = Story(story.seed, level=story.level)
        again.before_sealing.append(change)
        return Attempt(again.build().pack(SEAL), older=older)

    return make


def flipped(story: Story) -> None:
    one = story.marked[0]
    one.choices = "A" * len(one.choices) if set(one.choices) != {"A"} else "F" * len(one.choices)
    # What the elector said later would only hide it.
    story.marked = [other for other in story.marked if other.elector != one.elector or other is one]


def dropped(story: Story) -> None:
    elector = story.marked[-1].elector
    story.marked = [one for one in story.marked if one.elector != elector]


def added(story: Story) -> None:
    free = {line["number"] for line in story.roll} - {one.elector for one in story.marked}
    elector = min(free) if free else 0
    if not free:
        story.roll.append({**story.roll[0], "number": 999, "head": sha256("999")})
        elector = 999
    story.marked.append(story.mark(elector))


def lengthened(story: Story) -> None:
    story._extend()


# --- of ballots that came by several ways, of secret votes and of parts of an estate ---------------


def changed(change: Callable[[dict[str, Any]], None], **kind: Any) -> Make:
    """A false result of a story of another kind, certified and sealed as if it were true."""

    def make(story: Story, draw: random.Random) -> Attempt:
        return recounted(change)(Story(story.seed, **kind), draw)

    return make


def other_reason(result: dict[str, Any]) -> None:
    result["ballots"]["reasons"].append(["paper", "unsigned", 1])


def other_channel(result: dict[str, Any]) -> None:
    result["ballots"]["channels"]["mandate"] = {"received": 1, "counted": 1}


def left_and_ranked(story: Story) -> None:
    story.events.append(("votes.election.withdrew", {"assembly": 1, "candidate": 1}))


@tamper("every key: another reason in the result than in the totals")
def _(story: Story, draw: random.Random) -> Attempt:
    recounted(other_reason)(story, draw)
    change_json(story, "totals.json", lambda value: value["ballots"]["reasons"].pop())
    return Attempt(story.pack(SEAL))


def odd_area(result: dict[str, Any]) -> None:
    result["motions"][0]["for"][1] = 100


for name, change, kind in (
    ("another reason", other_reason, {}),
    ("another channel", other_channel, {}),
    ("secret, where it was named", lambda result: result.update(secrecy="secret"), {}),
    ("marks, where it was named", lambda result: result.update(marks="0" * 64), {}),
    ("a scope nobody posted", lambda result: result.update(scope=["3幢", ""]), {}),
    ("the scope left out", lambda result: result.pop("scope") and None, {"scope": ["3幢", ""]}),
    ("another staircase", lambda result: result["scope"].__setitem__(1, "2单元"), {"scope": ["3幢", ""]}),
    ("named, where it was secret", lambda result: result.update(secrecy="named"), {"secret": True}),
    ("secret, other marks", lambda result: result.update(marks="0" * 64), {"secret": True}),
    ("secret, another verdict", other_verdict, {"secret": True}),
    ("secret, an area", odd_area, {"secret": True, "level": "public"}),
    (
        "secret, fewer counted",
        lambda result: result["ballots"].update(counted=1, not_counted=result["ballots"]["received"] - 1),
        {"secret": True},
    ),
):
    tamper(f"every key: result, {name}")(changed(change, **kind))


def of_secret(change: Callable[[Story], None], **kind: Any) -> Make:
    """A secret story whose files were changed after the sealing."""

    def make(story: Story, draw: random.Random) -> Attempt:
        secret = Story(story.seed, **{"secret": True, **kind}).build()
        change(secret)
        return Attempt(secret.pack(SEAL))

    return make


def flip_secret(story: Story) -> None:
    rows = [json.loads(line) for line in lines_of(story, "secret.jsonl")]
    rows[0]["choices"] = ("A" if rows[0]["choices"][0] != "A" else "F") + rows[0]["choices"][1:]
    story.files["secret.jsonl"] = [canonical(one) for one in rows]


def one_secret_more(story: Story) -> None:
    rows = lines_of(story, "secret.jsonl")
    story.files["secret.jsonl"] = [*rows, canonical({**json.loads(rows[0]), "id": "f" * 32})]


def no_marks(story: Story) -> None:
    del story.files["secret.jsonl"]


tamper("every key: secret, a mark flipped")(of_secret(flip_secret))
tamper("every key: secret, a mark put in")(of_secret(one_secret_more))
tamper("every key: secret, the marks taken out", "incomplete")(of_secret(no_marks))
tamper("every key: secret, the marks in a public pack")(
    of_secret(lambda story: story.files.update({"secret.jsonl": []}), level="public")
)


def told_of(change: Callable[[Story], None], **kind: Any) -> Make:
    """A story of another kind, told by a server that contradicts itself."""

    def make(story: Story, draw: random.Random) -> Attempt:
        other = Story(story.seed, **kind)
        other.before_sealing.append(change)
        return Attempt(other.build().pack(SEAL))

    return make


def took_part_late(story: Story) -> None:
    story.marked[-1].at = story.closes


def took_part_twice(story: Story) -> None:
    del story.marked[1:]
    story.marked.append(replace(story.marked[0], salt="0" * 32))


def took_part_in_a_named_vote(story: Story) -> None:
    story.events.append(("votes.ballot.took-part", {}))


def set_aside_in_secret(story: Story) -> None:
    story.uncounted.append({"channel": "paper", "reason": "late"})


def posted_for_all(story: Story) -> None:
    posted = story.published
    story.published = lambda: {name: said for name, said in posted().items() if name != "scope"}


def home_elsewhere(story: Story) -> None:
    story.roll[0]["units"][0][0] = "9幢"


def extend_late(story: Story) -> None:
    story.happened = story.closes
    story._extend()


def extend_from_elsewhere(story: Story) -> None:
    del story.events[1:]
    story.closes = CLOSES
    story._extend()
    story.events[-1][1]["before"] = "2026-11-10T00:00:00.000000Z"


def correct(story: Story, happened: datetime, before: str) -> None:
    """A correction that leaves the roll as it is; what was posted stands in it as ``before``."""
    story.happened = happened
    story.events.append(("votes.roll.corrected", {"roll": story.roll_figures(), "before": before}))


def correct_late(story: Story) -> None:
    correct(story, OPENS, story.roll_figures()["sha256"])


def correct_another(story: Story) -> None:
    correct(story, OPENS - timedelta(days=1), "0" * 64)


def correct_to_another(story: Story) -> None:
    correct(story, OPENS - timedelta(days=1), story.roll_figures()["sha256"])
    story.events[-1][1]["roll"]["area"] -= 1


for name, change, kind in (
    ("an extension after the close", extend_late, {}),
    ("an extension of another window", extend_from_elsewhere, {}),
    ("the roll corrected after the opening", correct_late, {}),
    ("the roll corrected from another one", correct_another, {}),
    ("the roll corrected to another one", correct_to_another, {}),
    ("a secret ballot after the close", took_part_late, {"secret": True}),
    ("somebody took part twice", took_part_twice, {"secret": True}),
    ("a part that decides and was not posted", posted_for_all, {"scope": ["3幢", ""]}),
    ("somebody took part in a named vote", took_part_in_a_named_vote, {}),
    ("a paper in a secret vote", set_aside_in_secret, {"secret": True}),
    ("a home outside the part that decides", home_elsewhere, {"scope": ["3幢", ""]}),
    ("a candidate who left and is ranked", left_and_ranked, {"elects": True}),
):
    tamper(f"every key: {name}")(told_of(change, **kind))


for name, change in (
    ("a choice flipped", flipped),
    ("a ballot dropped", dropped),
    ("a ballot added", added),
    ("the window lengthened afterwards", lengthened),
):
    tamper(f"every key, against an older pack: {name}", "fork|incomplete")(rewritten_against(change))


@tamper("every key, against an older pack: the log is shorter", "tampered|incomplete")
def _(story: Story, draw: random.Random) -> Attempt:
    older = story.pack(SEAL)
    smaller = Story(story.seed, level=story.level)
    smaller.before_sealing += [lambda one: one.events.clear(), dropped]
    return Attempt(smaller.build().pack(SEAL), older=older)


@tamper("every key: two heads of one size", "fork")
def _(story: Story, draw: random.Random) -> Attempt:
    def twice(value: Any) -> None:
        one = dict(value["heads"][-1])
        one["body"] = canonical({**json.loads(one["body"]), "root": "0" * 64})
        one["signature"] = SEAL.sign(one["body"])
        value["heads"].append(one)

    change_json(story, "heads.json", twice)
    return Attempt(story.pack(SEAL))


@tamper("every key: a head that goes on from another log", "fork")
def _(story: Story, draw: random.Random) -> Attempt:
    def graft(value: Any) -> None:
        one = value["heads"][-1]
        body = json.loads(one["body"])
        body["previous"]["root"] = "0" * 64
        one["body"] = canonical(body)
        one["signature"] = SEAL.sign(one["body"])

    change_json(story, "heads.json", graft)
    return Attempt(story.pack(SEAL))


# --- against a receipt that somebody kept -----------------------------------------------------------------


@tamper("every key, against a receipt: the ballot is gone")
def _(story: Story, draw: random.Random) -> Attempt:
    receipt = story.receipt(len(story.marked) - 1, proved=False)
    again = Story(story.seed, level=story.level)
    again.before_sealing.append(dropped)
    return Attempt(again.build().pack(SEAL), receipt=receipt)


@tamper("every key, against a receipt: the ballot lies elsewhere", "fork|tampered")
def _(story: Story, draw: random.Random) -> Attempt:
    receipt = story.receipt(0)
    again = Story(story.seed, level=story.level)
    again.build()
    again.batches[1:-1] = [[leaf for batch in again.batches[1:-1] for leaf in reversed(batch)][::-1]]
    again.batches[1] = again.batches[1][1:] + again.batches[1][:1]
    again.lay_out()
    if again.leaves == story.leaves:
        return Attempt(b"PK")
    return Attempt(again.pack(SEAL), receipt=receipt)


@tamper("a receipt of another assembly", "incomplete")
def _(story: Story, draw: random.Random) -> Attempt:
    return Attempt(story.pack(), receipt=Story(story.seed + 1).build().receipt(0))


@tamper("a receipt signed by a stranger", "unknown-key")
def _(story: Story, draw: random.Random) -> Attempt:
    return Attempt(story.pack(), receipt=story.receipt(0, by=STRANGER))
