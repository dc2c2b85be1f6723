"""Assemblies as the services hold them, from posting to pack: both verifiers agree, and find a lie."""

import io
import json
import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import sync_playwright

from communities.clock import local_day
from communities.enums import RoleCode
from communities.ledger.canonical import Plain, canonical
from communities.ledger.hashing import leaf_hash
from communities.ledger.leaves import timestamp
from communities.models import Estate, Owner, Unit
from governance.demo.election import PAIR, hold_election
from governance.demo.history import cast_in_the_past
from tests.conftest import CHROMIUM
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import BuildingFactory, EstateFactory, OwnershipFactory, UnitFactory, appoint
from tests.factories.elections import account_of, candidate_of, election_draft, put_up
from tests.factories.evidence import recorded_assembly
from tests.factories.mandates import give_mandate, holder_of
from tests.factories.papers import entered, printed, received, scrutineers_of
from tests.factories.votes import draft_assembly, owned_units, people_of
from votes.enums import MotionKind
from votes.evidence.packs import Lines, write_pack
from votes.evidence.verifier import verify_pack
from votes.models import Assembly, SeatResult
from votes.services.acts import confirm_act, propose_act
from votes.services.assemblies import post_assembly
from votes.services.candidates import withdraw_candidate
from votes.services.mandate_casting import cast_mandate_ballot
from votes.services.pack_files import full_files, pack_source, public_files
from votes.services.packs import keys_here, pack_signer
from votes.services.roll_deltas import roll_delta
from votes.services.slates import fill_ballot

from .tampers import Attempt
from .test_browser import FLAGS, asked, judged

pytestmark = pytest.mark.django_db
REASON = "按产权登记更正，并补足停机的时间"
Files = dict[str, bytes | list[str]]


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


# --- the assemblies --------------------------------------------------------------------------


def posted(draft: Assembly) -> Assembly:
    """``draft`` as the service posts it, now, whatever was to be complained of."""
    post_assembly(assembly=draft, actor=draft.created_by, moment=timezone.now())
    return Assembly.objects.select_related("estate", "log").get(pk=draft.pk)


def several_ways() -> Assembly:
    """Paper, mandate and online; of four electors one way takes the place of another, or comes too late."""
    assembly = recorded_assembly([8800, 9143, 10001, 7650, 8111, 6_900, 12_000], items=(2, 6))
    people = people_of(assembly)
    one, other, _ = scrutineers_of(assembly)
    sheets = printed(assembly, one)

    def entered_by_two(place: int, choices: str, defect: str = "") -> None:
        for scrutineer in (one, other):
            entered(sheets[place], scrutineer, choices, defect)

    cast_for(assembly, people[0], "FF")
    received(sheets[1], one)
    entered_by_two(1, "AX")
    mandate = give_mandate(assembly, people[2])
    by_mandate(mandate, "FA")
    mandate = give_mandate(assembly, people[3])
    by_mandate(mandate, "AA")
    cast_for(assembly, people[3], "FF")  # the principal's own takes the place
    received(sheets[4], one)
    cast_for(assembly, people[4], "NN")
    entered_by_two(4, "FF")  # received before, entered after: the paper counts
    cast_for(assembly, people[5], "FN")
    received(sheets[5], one)
    entered_by_two(5, "AA")  # after the online one: it does not
    received(sheets[6], one)
    entered_by_two(6, "", "unsigned")
    return settled(assembly)


def by_mandate(mandate: Any, choices: str) -> None:
    cast_mandate_ballot(
        mandate_id=mandate.pk, choices=choices, idempotency_key=uuid.uuid4(), actor=holder_of(mandate)
    )


def by_lot() -> Assembly:
    """The election of the demo, whose last seat the lot decided."""
    estate: Estate = EstateFactory()
    building = UnitFactory(building__estate=estate, area=8_000).building
    OwnershipFactory(unit=estate.units.get())
    for number in range(59):
        OwnershipFactory(unit=UnitFactory(building=building, area=6_000 + 97 * number))
    election = hold_election(
        estate=estate,
        owners=list(Owner.objects.filter(estate=estate).select_related("user").order_by("pk")[:8]),
        chair=appoint(RoleCode.COMMITTEE_CHAIR, estate),
        secretary=appoint(RoleCode.SECRETARY, estate),
        closes_on=timezone.localdate() - timedelta(days=200),
        draw=random.Random(1),
    )
    return Assembly.objects.select_related("estate", "log").get(pk=election.assembly_id)


def with_one_who_left() -> Assembly:
    """An election of which a candidate withdrew while it was being voted on."""
    election = election_draft(seats=2, alternates=1)
    for owner in Owner.objects.filter(estate=election.assembly.estate).order_by("pk")[:4]:
        put_up(election, owner)
    fill_ballot(election=election)
    now = timezone.now()
    window = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=3)}
    Assembly.objects.filter(pk=election.assembly_id).update(**window)
    assembly = posted(Assembly.objects.get(pk=election.assembly_id))
    people = people_of(assembly)
    for person in people[:5]:
        cast_for(assembly, person, "FFAA")
    leaving = candidate_of(election, 2)
    withdraw_candidate(candidate=leaving, reason="本人书面退出", actor=account_of(leaving))
    for person in people[5:9]:
        cast_for(assembly, person, "FNFA")
    return settled(assembly)


def corrected_and_extended() -> Assembly:
    """A home of another area before the opening, two days more, and ballots in them."""
    estate: Estate = EstateFactory()
    owned_units(estate, 6)
    opens = timezone.now() + timedelta(days=3)
    assembly = posted(draft_assembly(estate, items=(2,), opens_at=opens, closes_at=opens + timedelta(days=8)))
    chair, secretary = appoint(RoleCode.COMMITTEE_CHAIR, estate), appoint(RoleCode.SECRETARY, estate)
    Unit.objects.filter(estate=estate, room="0103").update(area=9_050)
    sold = Unit.objects.get(estate=estate, room="0104")
    yesterday = local_day(timezone.now()) - timedelta(days=1)
    sold.ownerships.update(valid_to=yesterday)
    OwnershipFactory(unit=sold, valid_from=yesterday)
    shown = {"shown": roll_delta(assembly, timezone.now()).shown}
    act = propose_act(assembly=assembly, kind="correct-roll", reason=REASON, actor=chair, payload=shown)
    confirm_act(act=act, actor=secretary)
    assert assembly.closes_at is not None
    before = assembly.closes_at
    later = {"closes_at": timestamp(before + timedelta(days=2)), "basis": "会议公告第五条"}
    act = propose_act(assembly=assembly, kind="extend", reason=REASON, actor=chair, payload=later)
    confirm_act(act=act, actor=secretary)
    assembly = Assembly.objects.select_related("estate", "log").get(pk=assembly.pk)
    assert assembly.closes_at == before + timedelta(days=2)
    electors = assembly.electors.order_by("number")
    cast_in_the_past(
        assembly, electors[:5], lambda elector: "F", until=assembly.closes_at, draw=random.Random(3)
    )
    return settled(assembly)


def of_one_building() -> Assembly:
    """3幢 alone decides; one owner has a home elsewhere too."""
    estate: Estate = EstateFactory()
    here, there = (BuildingFactory(estate=estate, name=name) for name in ("3幢", "5幢"))
    for room in ("0101", "0102", "0201"):
        OwnershipFactory(unit=UnitFactory(building=here, staircase="1单元", room=room, area=10_000))
    owner = here.units.get(room="0101").ownerships.get().owner
    OwnershipFactory(unit=UnitFactory(building=there, area=50_000), owner=owner)
    return settled(recorded_assembly([], estate=estate, scope_building=here), ["F", "A", "F"])


def in_secret() -> Assembly:
    estate: Estate = EstateFactory()
    owned_units(estate, 5)
    now = timezone.now()
    draft = draft_assembly(
        estate, motions=2, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=3)
    )
    draft.motions.update(kind=MotionKind.ADVISORY, item=None)
    return settled(posted(draft), ["FA", "FN", "AN", "FF"])


# --- what a server says, and one that lies with its own keys --------------------------------------


def told(assembly: Assembly, level: str, lie: "Callable[[Files], None] | None" = None) -> bytes:
    """The pack of ``assembly``, its files changed by ``lie`` and signed anew with the real key."""
    keys = keys_here()
    source = pack_source(assembly, keys)
    made: Mapping[str, bytes | Lines] = full_files(source) if level == "full" else public_files(source)
    files: Files = {
        name: content if isinstance(content, bytes) else list(content) for name, content in made.items()
    }
    if lie:
        lie(files)
    about: dict[str, Plain] = {
        "level": level,
        "assembly": assembly.pk,
        "log": source.name,
        "created_at": timestamp(source.head.sealed_at),
        "head": {"size": source.head.size, "root": source.head.root},
    }
    out = io.BytesIO()
    write_pack(out, files, about=about, signer=pack_signer(keys))
    return out.getvalue()


def change_json(files: Files, name: str, change: Callable[[Any], object]) -> None:
    content = files[name]
    assert isinstance(content, bytes)
    value = json.loads(content)
    change(value)
    files[name] = canonical(value).encode()


def change_line(files: Files, name: str, place: int, change: Callable[[Any], object]) -> None:
    lines = files[name]
    assert isinstance(lines, list)
    value = json.loads(lines[place])
    change(value)
    lines[place] = canonical(value)


def another_reason(files: Files) -> None:
    """A paper that came late, it now says, and the hash that is listed for the leaf fits."""
    leaves, listed = files["leaves.jsonl"], files["leaves.sha256"]
    assert isinstance(leaves, list) and isinstance(listed, list)
    place = next(n for n, leaf in enumerate(leaves) if "votes.ballot.not-counted" in leaf)
    change_line(files, "leaves.jsonl", place, lambda leaf: leaf["payload"].update(reason="late"))
    listed[place] = leaf_hash(leaves[place])


def other_loser(files: Files) -> None:
    def exchange(value: Any) -> None:
        one, other = (line for line in value["result"]["candidates"] if line["number"] in PAIR)
        one["outcome"], other["outcome"] = other["outcome"], one["outcome"]

    change_json(files, "election.json", exchange)


def other_mark(files: Files) -> None:
    change_line(files, "secret.jsonl", 0, lambda row: row.update(choices=row["choices"][0] + "X"))


@dataclass(frozen=True)
class Held:
    """An assembly, what its pack must say of the ballots, and a lie with the code that it is found by."""

    make: Callable[[], Assembly]
    ballots: dict[str, Any]
    lie: Callable[[Files], None]
    code: str


def online(received: int) -> dict[str, Any]:
    both = {"received": received, "counted": received}
    return {**both, "not_counted": 0, "channels": {"online": both}, "reasons": []}


HELD = {
    "several ways": Held(
        several_ways,
        {
            "received": 10,
            "counted": 6,
            "not_counted": 4,
            "channels": {
                "online": {"received": 4, "counted": 3},
                "paper": {"received": 4, "counted": 2},
                "mandate": {"received": 2, "counted": 1},
            },
            "reasons": [
                ["mandate", "replaced-by-elector", 1],
                ["online", "replaced-by-precedence", 1],
                ["paper", "elector-voted-online", 1],
                ["paper", "unsigned", 1],
            ],
        },
        another_reason,
        "head-root",
    ),
    "a lot": Held(by_lot, online(48), other_loser, "published"),
    "a candidate who left": Held(
        with_one_who_left,
        online(9),
        lambda files: change_json(files, "election.json", lambda value: value["result"].update(seats=3)),
        "published",
    ),
    "corrected and extended": Held(
        corrected_and_extended,
        online(5),
        lambda files: change_json(files, "assembly.json", lambda value: value["extensions"].clear()),
        "published",
    ),
    "one building": Held(
        of_one_building,
        online(3),
        lambda files: change_json(files, "assembly.json", lambda value: value.pop("scope")),
        "published",
    ),
    "in secret": Held(in_secret, online(4), other_mark, "opening"),
}


@pytest.mark.parametrize("name", HELD)
def test_the_pack_of_a_real_assembly_verifies_and_a_lie_in_it_does_not(name: str) -> None:
    held = HELD[name]
    assembly = held.make()
    for level in ("public", "full"):
        report, pack = verify_pack(told(assembly, level))
        assert (report.verdict, report.problems) == ("ok", [])
        assert report.facts["ballots"] == held.ballots
        assert pack is not None and pack.result == json.loads(assembly.certificate.body)
    lied, _ = verify_pack(told(assembly, "full", held.lie))
    assert (lied.verdict, lied.problems[0]["code"]) == ("tampered", held.code)


def test_what_is_particular_to_each_is_seen() -> None:
    report, pack = verify_pack(told(corrected_and_extended(), "full"))
    assert pack is not None
    assert report.facts["extended"] is True
    assert pack.roll["sha256"] != pack.published["roll"]["sha256"]
    _, pack = verify_pack(told(of_one_building(), "public"))
    assert pack is not None
    assert (pack.scope, pack.roll["heads"], pack.roll["area"]) == (["3幢", ""], 3, 30_000)
    report, pack = verify_pack(told(in_secret(), "full"))
    assert pack is not None
    assert [row["for"] for row in report.facts["recounted"]] == [[3, 0], [1, 0]]
    assert len(pack.marks) == 4


def test_the_lot_was_drawn_and_the_one_who_left_is_not_ranked() -> None:
    assembly = by_lot()
    assert SeatResult.objects.filter(candidate__election__assembly=assembly).exclude(lot="").count() == 2
    left = with_one_who_left()
    _, pack = verify_pack(told(left, "public"))
    assert pack is not None
    gone = [one for one in pack.result["election"]["candidates"] if one["outcome"] == "withdrawn"]
    assert [(one["number"], one["rank"]) for one in gone] == [(2, None)]


@pytest.mark.browser
def test_the_verifier_of_the_browser_says_the_same_of_all_of_them(tmp_path: Path) -> None:
    packs, expected = [], []
    for held in HELD.values():
        assembly = held.make()
        for level, lie in (("public", None), ("full", None), ("full", held.lie)):
            packs.append(told(assembly, level, lie))
            report, _ = verify_pack(packs[-1])
            first = report.document()["first"]
            expected.append([report.verdict, first and first["code"], first and first["leaf"]])
    file = tmp_path / "linyi-verify.html"
    file.write_bytes(Client().get("/verify/linyi-verify.html").content)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(file.as_uri())
        found = judged(page, [asked(Attempt(pack)) for pack in packs])
        browser.close()
    assert found == expected
