"""The verifier accepts every honest pack and receipt, and nothing else; alone, as a person runs it."""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.factories.packs import RECEIPT, SEAL, STRANGER, Story, key, signer, text
from votes.evidence import verifier
from votes.evidence.verifier import Report, Stop, check_receipt, examine, verify_pack

from .tampers import ALL, Tamper

#: How many places each kind of tampering is tried at, and how many clean packs are looked at times ten.
PLACES = int(os.environ.get("LINYI_PACKS", "1"))
RECEIPTS = 10_000


def story(number: int, **more: Any) -> Story:
    """An honest one: every third elects, every fifth is secret, every fourth is of one building."""
    more = {
        "elects": number % 3 == 0 and number % 5 != 4,
        "secret": number % 5 == 4,
        "scope": ["3幢", ""] if number % 4 == 1 else None,
        **more,
    }
    return Story(number, level="full" if number % 2 else "public", **more).build()


def test_no_honest_pack_is_doubted() -> None:
    doubted = {}
    for number in range(PLACES * 10):
        report, pack = verify_pack(story(number).pack(SEAL if number % 5 else RECEIPT))
        assert pack is not None
        if report.verdict != "ok":
            doubted[number] = report.problems
    assert doubted == {}


def test_enough_kinds_of_tampering_are_tried() -> None:
    assert len({one.name for one in ALL}) == len(ALL) >= 60


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_tampering_is_found(one: Tamper) -> None:
    for place in range(PLACES):
        found = one.make(Story(ALL.index(one) * 7 + place).build(), random.Random(place))
        report = examine(found.pack, trust=found.trust, receipt=found.receipt, older=found.older)
        assert report.verdict in one.verdicts, (place, report.problems)
        assert report.document()["first"]["message"]


def test_a_changed_leaf_is_named() -> None:
    # By whoever has the receipt key and sets the listed hash right, only the stretch between two heads.
    honest = Story(4).build()
    leaves = list(honest.leaves)
    index = len(leaves) // 2
    leaves[index] = leaves[index].replace('"at":"2026', '"at":"2025')
    honest.files["leaves.jsonl"] = leaves
    first = examine(honest.pack()).document()["first"]
    assert (first["code"], first["file"], first["leaf"]) == ("leaf-changed", "leaves.jsonl", index)


def test_a_log_only_grows() -> None:
    before, after = Story(4).build(), Story(4).build()
    after.batches.append([after.event("votes.pack.downloaded", {"act": 1})])
    after.lay_out()
    old, new = before.pack(), after.pack()
    assert examine(new, older=old).verdict == "ok"
    assert examine(new, older=head_file(before)).verdict == "ok"
    assert examine(old, older=new).verdict == "incomplete"


def test_heads_are_taken_as_witnesses_keep_them() -> None:
    one = Story(4).build()
    kept = [{"body": head["body"], "signature": head["signature"], "log": one.log} for head in one.heads()]
    pretty = json.dumps({"v": 1, "heads": kept}, indent=2).encode()
    assert examine(one.pack(), older=pretty).verdict == "ok"
    assert examine(one.pack(), older=text(kept[0])).verdict == "ok"
    assert examine(one.pack(), older=text(kept[0]).replace(b"size", b"sise")).verdict == "tampered"
    kept[0]["signature"] = kept[1]["signature"]
    assert examine(one.pack(), older=text({"heads": kept})).document()["first"]["code"] == "signature"
    by_others = [{"body": head["body"], "signature": head["signature"]} for head in one.heads(by=STRANGER)]
    assert examine(one.pack(), older=text({"heads": by_others})).verdict == "unknown-key"


def head_file(of: Story, place: int = -1) -> bytes:
    return text({**of.heads()[place], "public_key": key(SEAL, "seal")["public_key"]})


def test_a_key_is_trusted_through_the_one_before_it() -> None:
    one, new = Story(4).build(), signer("new")
    successor = key(new, "seal", f"successor {new.key_id}")
    successor |= {"predecessor": SEAL.key_id, "predecessor_signature": SEAL.sign(successor["statement"])}
    one.files["heads.json"] = text({"heads": one.heads(by=new)})
    one.files["keys.json"] = text({"keys": [key(SEAL, "seal"), successor, key(RECEIPT, "receipt")]})
    pack = one.pack()
    assert examine(pack, trust=[SEAL.key_id, RECEIPT.key_id]).verdict == "ok"
    assert examine(pack, trust=[RECEIPT.key_id]).verdict == "unknown-key"
    assert examine(pack).verdict == "ok"


# --- receipts -------------------------------------------------------------------------------


def receipt_verdict(receipt: str, pack: verifier.Pack | None = None) -> str:
    report = Report()
    with contextlib.suppress(Stop):
        check_receipt(receipt, report, pack)
    return report.verdict


def test_a_receipt_proves_its_ballot_before_and_after_the_sealing() -> None:
    one = Story(4).build()
    _, pack = verify_pack(one.pack())
    for place in range(len(one.marked)):
        for proved in (True, False):
            receipt = one.receipt(place, proved=proved)
            assert receipt_verdict(receipt) == receipt_verdict(receipt, pack) == "ok"
            assert receipt_verdict(receipt + "\n", pack) == "ok"


def test_no_changed_receipt_is_accepted() -> None:
    one = Story(4).build()
    _, pack = verify_pack(one.pack())
    receipts = [one.receipt(place) for place in range(len(one.marked))]
    draw = random.Random(1)
    accepted = []
    for _ in range(RECEIPTS):
        changed = mutated(draw.choice(receipts), draw)
        if receipt_verdict(changed, pack if draw.random() < 0.1 else None) == "ok":
            accepted.append(changed)
    assert accepted == []


def mutated(receipt: str, draw: random.Random) -> str:
    """A receipt of which at least one bit is another."""
    way = draw.randrange(5)
    if way < 3:
        data = bytearray(receipt.encode())
        place = draw.randrange(len(data))
        data[place] ^= 1 << draw.randrange(8)
        return data.decode("utf-8", "replace")
    said = json.loads(receipt)
    if way == 3:
        field = draw.choice([name for name in said if name not in ("type", "v")])
        # Without its proof it would be a receipt from before the sealing, which is one.
        said[field] = draw.choice([*([] if field == "proof" else [None]), "", 0, {}, said["leaf"], "x"])
        changed = text(said).decode()
        return changed if changed != receipt else receipt + " "
    part = draw.choice([said["opening"], said["proof"], said["proof"]["head"]])
    name = draw.choice(list(part))
    part[name] = draw.choice([0, 10**6, "0" * 64, [], "F", [part[name]]])
    changed = text(said).decode()
    return changed if changed != receipt else receipt[:-1]


# --- alone -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program and some packs, and nothing of ours."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copy(verifier.__file__, folder / "verifier.py")
    one, other = Story(4).build(), Story(4)
    other.marked[-1].choices = "X" * len(other.marked[-1].choices)
    (folder / "good.zip").write_bytes(one.pack())
    (folder / "public.zip").write_bytes(Story(4, level="public").build().pack())
    (folder / "bad.zip").write_bytes(one.pack().replace(b"notice.txt", b"nohice.txt", 1))
    (folder / "cut.zip").write_bytes(one.pack()[:-100])
    (folder / "forked.zip").write_bytes(other.build().pack())
    (folder / "receipt.json").write_text(one.receipt(0))
    (folder / "bad.json").write_text(one.receipt(0).replace("seal", "sael").replace("A", "B", 1))
    (folder / "head.json").write_bytes(head_file(one, 1))
    (folder / "later.json").write_bytes(head_file(one))
    return folder


def run(folder: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "verifier.py", *words], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == "" or done.returncode == 2, done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("verify good.zip", 0),
        ("verify public.zip", 0),
        (f"verify good.zip --trust {SEAL.key_id} --trust {RECEIPT.key_id}", 0),
        ("recount good.zip", 0),
        ("receipt receipt.json good.zip", 0),
        ("compare head.json good.zip", 0),
        ("extends head.json good.zip", 0),
        ("compare head.json head.json", 0),
        ("verify bad.zip", 2),
        ("receipt bad.json good.zip", 2),
        ("compare later.json forked.zip", 3),
        ("verify cut.zip", 4),
        ("verify nowhere.zip", 4),
        ("recount public.zip", 4),
        ("compare head.json later.json", 4),
        (f"verify good.zip --trust {STRANGER.key_id}", 5),
    ],
)
def test_the_program_runs_alone_and_says_it_in_its_exit_code(alone: Path, words: str, code: int) -> None:
    assert run(alone, *words.split())[0] == code


def test_json_names_the_first_bad_file(alone: Path) -> None:
    _, said = run(alone, "verify", "bad.zip", "--json")
    found = json.loads(said)
    assert (found["verdict"], found["exit"], found["first"]["code"]) == ("tampered", 2, "zip")
    assert len(found["not_proven"]) == 3


def test_people_are_told_in_sentences(alone: Path) -> None:
    _, said = run(alone, "recount", "good.zip")
    assert said.startswith("相符：没有发现添加、丢失或改动。")
    assert "重新计票" in said


def test_the_program_imports_nothing_of_ours() -> None:
    source = Path(verifier.__file__).read_text(encoding="utf-8")
    assert not any(
        f"{word} {name}" in source
        for word in ("import", "from")
        for name in ("communities", "votes", "django")
    )


def test_both_verifiers_know_the_same_problems() -> None:
    script = (Path(settings.BASE_DIR) / "static/js/evidence-problems.js").read_text(encoding="utf-8")
    for codes in verifier.PROBLEMS.values():
        for code, words in codes.items():
            assert (
                f"{json.dumps(code) if '-' in code else code}: {json.dumps(words, ensure_ascii=False)},"
                in script
            )
    assert script.count('": "') + script.count(': "') - script.count('": "') == sum(
        map(len, verifier.PROBLEMS.values())
    )
