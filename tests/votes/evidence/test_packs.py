"""Packs out of the database: whole, repeatable, without a name or a choice; the full one after two agreed."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted
from communities.ledger.leaves import timestamp
from communities.models import Estate, LedgerEntry, Log, User
from communities.services.ledger import record
from communities.services.sealing import seal_log
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import EstateFactory, OwnerFactory, OwnershipFactory, UnitFactory, appoint
from tests.factories.evidence import certified_assembly, public_pack, recorded_assembly
from tests.factories.votes import elector_of, people_of
from votes.errors import ActPending, EvidenceNotReady, PackNotReleased
from votes.evidence.verifier import Report, check_receipt, examine, verify_pack
from votes.models import Assembly, Ballot, Election, Mandate, PaperBallot, TwoPersonAct, UncountedBallot
from votes.services.acts import confirm_act, propose_act
from votes.services.packs import kept_public_pack, receipt_of, record_download, write_full_pack

pytestmark = pytest.mark.django_db
REASON = "业主申请向法院提交，需要逐票核对"


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def log_of(assembly: Assembly) -> Log:
    assert assembly.log is not None
    return assembly.log


def content_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def released(assembly: Assembly) -> TwoPersonAct:
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate)
    act = propose_act(assembly=assembly, kind="release-pack", reason=REASON, actor=chair)
    return confirm_act(act=act, actor=appoint(RoleCode.SECRETARY, assembly.estate))


def full_pack(act: TwoPersonAct) -> bytes:
    out = io.BytesIO()
    write_full_pack(act=act, out=out)
    return out.getvalue()


def files_in(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as file:
        return {name: file.read(name) for name in file.namelist()}


# --- the public pack -----------------------------------------------------------------------


def test_a_public_pack_verifies_and_says_what_the_result_says() -> None:
    assembly = certified_assembly()
    report, _ = verify_pack(public_pack(assembly))
    assert report.problems == []
    assert report.facts["ballots"] == {
        "received": 3,
        "counted": 3,
        "not_counted": 0,
        "channels": {"online": {"received": 3, "counted": 3}},
        "reasons": [],
    }
    files = files_in(public_pack(assembly))
    assert files["result.json"].decode() == assembly.certificate.body
    assert report.facts["roll"]["sha256"] == assembly.roll_hash
    assert [key["purpose"] for key in report.facts["keys"]] == ["receipt", "seal"]


def test_the_same_database_gives_the_same_bytes() -> None:
    assembly = certified_assembly()
    assert public_pack(assembly) == public_pack(assembly)


def test_a_process_without_the_sealing_key_signs_with_that_for_receipts(settings: Any) -> None:
    assembly = certified_assembly()
    sealed = files_in(public_pack(assembly))["manifest.sig"]
    settings.SEALING_KEY = ""
    pack = public_pack(assembly)
    assert examine(pack).verdict == "ok"
    assert files_in(pack)["manifest.sig"] != sealed


def test_without_the_public_half_of_the_sealing_key_nothing_is_believed(settings: Any) -> None:
    assembly = certified_assembly()
    settings.SEALING_KEY = ""
    at_the_prompt("communities_signingkey", "DELETE FROM communities_signingkey WHERE purpose = 'seal'")
    assert examine(public_pack(assembly)).verdict == "unknown-key"


def test_a_head_of_several_homes_and_the_developer_are_on_the_roll() -> None:
    estate: Estate = EstateFactory()
    owner = OwnerFactory(estate=estate)
    for room in range(2):
        OwnershipFactory(unit=UnitFactory(building__estate=estate, area=5000 + room), owner=owner)
    UnitFactory(building__estate=estate, area=31_000, developer_held=True)
    assembly = recorded_assembly([7000], estate=estate)
    cast_for(assembly, owner.user, "F")
    done = settled(assembly)
    report, pack = verify_pack(public_pack(done))
    assert report.problems == []
    assert pack.assembly["developer_electors"] == list(
        done.electors.filter(is_developer=True).values_list("number", flat=True)
    )


def test_there_is_no_pack_before_the_result() -> None:
    assembly = recorded_assembly([8800])
    with pytest.raises(EvidenceNotReady):
        public_pack(assembly)


def test_later_events_make_a_longer_pack_that_extends_the_earlier() -> None:
    assembly = certified_assembly()
    before = public_pack(assembly)
    record(log=log_of(assembly), verb="test.later", subject=assembly, actor=None)
    assert public_pack(assembly) == before, "what is not sealed is in no pack"
    seal_log(log=log_of(assembly))
    after = public_pack(assembly)
    assert examine(after, older=before).verdict == "ok"
    assert after != before


CANARIES = {"name": "金丝雀业主", "phone": "+8617799990001", "identity": "990101198001017777"}


def test_no_name_phone_or_identity_number_and_no_choice_leaves_with_a_public_pack() -> None:
    estate: Estate = EstateFactory()
    user = User.objects.create(phone=CANARIES["phone"], display_name=CANARIES["name"])
    owner = OwnerFactory(
        estate=estate,
        name=CANARIES["name"],
        phone=CANARIES["phone"],
        identity=CANARIES["identity"],
        user=user,
    )
    OwnershipFactory(unit=UnitFactory(building__estate=estate, area=9743), owner=owner)
    assembly = recorded_assembly([8800, 7100], estate=estate, items=(2, 6, 2, 2, 2, 2))
    cast_for(assembly, user, "FANAFN")
    done = settled(assembly)
    ballot = Ballot.objects.get(assembly=done)
    number = elector_of(done, user).number
    for name, content in files_in(public_pack(done)).items():
        said = content.decode()
        for canary in (*CANARIES.values(), CANARIES["phone"][3:], ballot.salt, "FANAFN", str(user.phone)):
            assert canary not in said, (name, canary)
    for line in files_in(public_pack(done))["leaves.jsonl"].decode().splitlines():
        body = json.loads(line)
        if body["verb"] == "votes.ballot.cast":
            assert set(body) == {
                *("v", "log", "verb", "ballot", "channel", "revision", "previous", "commitment", "at")
            }
    roll = [json.loads(line) for line in files_in(public_pack(done))["roll.jsonl"].decode().splitlines()]
    assert {frozenset(line) for line in roll} == {frozenset({"number", "head", "area", "units"})}
    assert any(line["number"] == number and line["area"] == 9743 for line in roll)
    assert owner.identity_index not in json.dumps(roll)


def test_the_pack_is_kept_until_the_log_grows() -> None:
    assembly = certified_assembly()
    first = kept_public_pack(assembly).path
    assert first.read_bytes() == public_pack(assembly)
    assert kept_public_pack(assembly).path == first
    record(log=log_of(assembly), verb="test.later", subject=assembly, actor=None)
    seal_log(log=log_of(assembly))
    assert kept_public_pack(assembly).path != first


# --- somebody at the database's prompt ---------------------------------------------------------


def at_the_prompt(table: str, statement: str, *parameters: Any) -> None:
    """Change rows as somebody could who may take the guards off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, parameters)
        assert cursor.rowcount > 0


EDITS = {
    "a choice, at the full level": (
        "votes_ballot",
        "UPDATE votes_ballot SET choices = 'NN' WHERE revision = 1",
    ),
    "an area": ("votes_electorunit", "UPDATE votes_electorunit SET area = area + 1"),
    "a basis of area": ("votes_electorunit", "UPDATE votes_electorunit SET area_basis = 'x'"),
    "a home": ("votes_electorunit", "UPDATE votes_electorunit SET room = room || 'x'"),
    "a head": ("votes_elector", "UPDATE votes_elector SET head_key = 'x' WHERE number = 1"),
    "the notice": ("votes_assembly", "UPDATE votes_assembly SET notice = 'x'"),
    "the topics": ("votes_assembly", "UPDATE votes_assembly SET posted_topics = 'x'"),
    "the title": ("votes_assembly", "UPDATE votes_assembly SET title = 'x'"),
    "the rules": ("votes_assembly", "UPDATE votes_assembly SET rules = '{}'"),
    "the statute": ("votes_assembly", "UPDATE votes_assembly SET statute = 'property-law-2007'"),
    "a motion": ("votes_motion", "UPDATE votes_motion SET text = 'x'"),
    "an item": ("votes_motion", "UPDATE votes_motion SET item = 9 WHERE position = 1"),
    "the result": ("votes_certificate", "UPDATE votes_certificate SET body = replace(body, 'passed', 'x')"),
    "a leaf": (
        "communities_ledgerentry",
        "UPDATE communities_ledgerentry SET body = replace(body, '\"online\"', '\"paper\"')",
    ),
    "a root": ("communities_treehead", "UPDATE communities_treehead SET body = replace(body, '1', '2')"),
    "a signature": ("communities_treehead", "UPDATE communities_treehead SET signature = 'x'"),
    "a head dropped": (
        "communities_treehead",
        "DELETE FROM communities_treehead WHERE size = (SELECT min(size) FROM communities_treehead)",
    ),
    "the tail dropped": (
        "communities_sealedleaf",
        'DELETE FROM communities_sealedleaf WHERE "index" = 0',
    ),
    "a ballot dropped, at the full level": ("votes_ballot", "DELETE FROM votes_ballot WHERE choices = 'AN'"),
    "two ballots exchanged, at the full level": (
        "votes_ballot",
        "UPDATE votes_ballot SET choices = CASE WHEN choices = 'FF' THEN 'AN' ELSE 'FF' END"
        " WHERE choices <> 'FA'",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_at_the_prompt_shows_in_the_pack(edit: str) -> None:
    assembly = certified_assembly()
    act = released(assembly)
    table, statement = EDITS[edit]
    full = "full level" in edit
    assert examine(full_pack(act) if full else public_pack(assembly)).verdict == "ok"
    at_the_prompt(table, statement)
    act.refresh_from_db()
    after = Assembly.objects.select_related("log").get(pk=assembly.pk)
    act.assembly = after
    assert examine(full_pack(act) if full else public_pack(after)).verdict in ("tampered", "incomplete")


# --- the full pack --------------------------------------------------------------------------


def test_the_full_pack_recounts_bit_for_bit() -> None:
    assembly = certified_assembly()
    pack = full_pack(released(assembly))
    report, _ = verify_pack(pack)
    assert report.problems == []
    assert [row["for"] for row in report.facts["recounted"]] == [[2, 8800 + 9143], [1, 8800]]
    openings = [json.loads(line) for line in files_in(pack)["openings.jsonl"].decode().splitlines()]
    assert sorted(one["choices"] for one in openings) == ["AN", "FA", "FF"]


def test_papers_mandates_and_what_was_not_counted_are_in_the_full_pack() -> None:
    assembly = recorded_assembly([8800, 9143])
    first, second = people_of(assembly)
    cast_for(assembly, first, "F")
    now = timezone.now()
    elector = elector_of(assembly, first)
    paper = PaperBallot.objects.create(
        assembly=assembly, elector=elector, serial=1, printed_at=now, received_at=now, scan_sha256="ab" * 32
    )
    Mandate.objects.create(
        assembly=assembly,
        elector=elector_of(assembly, second),
        principal=elector_of(assembly, second).members.get().owner,
        granted_by=second,
        holder_name="受托人甲",
        holder_phone="+8617700000000",
        holder_phone_index="x",
        granted_at=now,
    )
    kept = UncountedBallot(
        assembly=assembly,
        elector=elector,
        channel="paper",
        paper=paper,
        reason="elector-voted-online",
        received_at=now,
        recorded_at=now,
    )
    kept.leaf_hash = record(
        log=log_of(assembly),
        verb="votes.ballot.not-counted",
        subject=kept,
        actor=None,
        payload={"channel": "paper", "reason": "elector-voted-online"},
    ).leaf_hash
    kept.save(force_insert=True)
    PaperBallot.objects.filter(pk=paper.pk).update(settled_at=now)
    done = settled(assembly)
    pack = full_pack(released(done))
    assert examine(pack).problems == []
    files = files_in(pack)
    assert json.loads(files["result.json"])["ballots"] == {
        "received": 2,
        "counted": 1,
        "not_counted": 1,
        "channels": {
            "online": {"received": 1, "counted": 1},
            "paper": {"received": 1, "counted": 0},
        },
        "reasons": [["paper", "elector-voted-online", 1]],
    }
    assert json.loads(files["uncounted.jsonl"])["reason"] == "elector-voted-online"
    assert json.loads(files["papers.jsonl"])["scan"] == "ab" * 32
    assert "受托人甲" not in "".join(content.decode() for content in files.values())
    assert json.loads(files["mandates.jsonl"])["elector"] == elector_of(done, second).number


def test_one_person_alone_releases_nothing() -> None:
    assembly = certified_assembly()
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate)
    act = propose_act(assembly=assembly, kind="release-pack", reason=REASON, actor=chair)
    with pytest.raises(PackNotReleased):
        full_pack(act)
    with pytest.raises(ActPending):
        propose_act(assembly=assembly, kind="release-pack", reason=REASON, actor=chair)


def test_an_act_of_another_kind_releases_nothing() -> None:
    assembly = certified_assembly()
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate)
    act = propose_act(assembly=assembly, kind="void", reason=REASON, actor=chair)
    confirm_act(act=act, actor=appoint(RoleCode.SECRETARY, assembly.estate))
    with pytest.raises(PackNotReleased):
        full_pack(act)


def test_who_takes_the_full_pack_is_in_the_log_and_others_get_none() -> None:
    assembly = certified_assembly()
    act = released(assembly)
    scrutineer = appoint(RoleCode.SCRUTINEER, assembly.estate)
    address = reverse("votes:full-pack", args=[assembly.estate.slug, assembly.pk, act.pk])
    client = Client()
    taken = []
    for person in (act.proposed_by, act.confirmed_by, scrutineer):
        assert person is not None
        client.force_login(person)
        response = client.post(address)
        assert response.status_code == 200
        content = content_of(response)
        assert examine(content).verdict == "ok"
        taken.append(person.pk)
    entries = LedgerEntry.objects.filter(log=assembly.log, verb="votes.pack.downloaded").order_by("pk")
    assert [entry.actor_id for entry in entries] == taken
    assert json.loads(entries[0].body)["payload"].keys() == {"act", "level", "manifest"}

    for person in (
        appoint(RoleCode.COMMITTEE, assembly.estate),
        appoint(RoleCode.SUBDISTRICT, assembly.estate),
        appoint(RoleCode.FIRM, assembly.estate),
        people_of(assembly)[0],
    ):
        client.force_login(person)
        assert client.post(address).status_code == 403
        with pytest.raises(NotPermitted):
            record_download(act=act, manifest="x", actor=person)
    assert LedgerEntry.objects.filter(log=assembly.log, verb="votes.pack.downloaded").count() == 3


# --- receipts -------------------------------------------------------------------------------


def verdict_of(receipt: str, pack: bytes) -> tuple[str, dict[str, Any]]:
    report = examine(pack, receipt=receipt)
    return report.verdict, report.facts


def test_a_receipt_becomes_a_proof_and_opens_only_for_who_cast_it() -> None:
    assembly = recorded_assembly([8800, 9143])
    user = people_of(assembly)[0]
    cast_for(assembly, user, "F")
    ballot = Ballot.objects.select_related("elector").get(assembly=assembly)
    early = receipt_of(ballot, for_who_cast_it=True)
    assert json.loads(early)["proof"] is None
    report = Report()
    check_receipt(early, report, None)
    assert report.verdict == "ok"
    done = settled(assembly)
    later, shown = (receipt_of(ballot, for_who_cast_it=mine) for mine in (True, False))
    assert json.loads(later)["proof"]["head"]["public_key"]
    assert json.loads(shown)["opening"] is None
    assert ballot.salt not in shown
    pack = public_pack(done)
    for receipt in (early, later, shown):
        verdict, facts = verdict_of(receipt, pack)
        assert (verdict, facts["leaf_hash"], facts["replaced"]) == ("ok", ballot.leaf_hash, False)


def test_a_receipt_of_a_ballot_that_was_dropped_convicts_the_pack() -> None:
    assembly = certified_assembly()
    ballot = Ballot.objects.select_related("elector").filter(assembly=assembly).first()
    assert ballot is not None
    receipt = receipt_of(ballot, for_who_cast_it=True)
    other = certified_assembly()
    assert verdict_of(receipt, public_pack(other))[0] == "incomplete"
    assert timestamp(ballot.accepted_at) in receipt


# --- commands ---------------------------------------------------------------------------------


def test_the_commands_write_a_pack_and_verify_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assembly = certified_assembly()
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    call_command("export_evidence", str(assembly.pk), str(one))
    call_command("export_evidence", "--latest", str(other))
    assert one.read_bytes() == other.read_bytes() == public_pack(assembly)
    call_command("verify_evidence", str(one))
    call_command("verify_evidence", "--assembly", str(assembly.pk), "--format", "json")
    assert '"verdict": "ok"' in capsys.readouterr().out
    assert sorted(tmp_path.glob("*.new")) == []


def test_the_full_pack_on_the_command_line_needs_the_act(tmp_path: Path) -> None:
    assembly = certified_assembly()
    out = str(tmp_path / "full.zip")
    with pytest.raises(CommandError):
        call_command("export_evidence", str(assembly.pk), out, "--level", "full")
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate)
    act = propose_act(assembly=assembly, kind="release-pack", reason=REASON, actor=chair)
    with pytest.raises(CommandError) as refused:
        call_command("export_evidence", str(assembly.pk), out, "--level", "full", "--released", str(act.pk))
    assert refused.value.returncode == 2
    assert list(tmp_path.iterdir()) == [tmp_path / "media"] or list(tmp_path.iterdir()) == []
    confirm_act(act=act, actor=appoint(RoleCode.SECRETARY, assembly.estate))
    call_command("export_evidence", str(assembly.pk), out, "--level", "full", "--released", str(act.pk))
    assert examine(Path(out).read_bytes()).facts["level"] == "full"


def test_a_tampered_pack_fails_the_command_with_the_verifiers_code(tmp_path: Path) -> None:
    file = tmp_path / "bad.zip"
    file.write_bytes(public_pack(certified_assembly())[:-9])
    with pytest.raises(CommandError) as failed:
        call_command("verify_evidence", str(file))
    assert failed.value.returncode == 4


# --- pages --------------------------------------------------------------------------------------


def test_anybody_with_the_link_gets_the_pack_and_nobody_guesses_it() -> None:
    assembly = certified_assembly()
    address = reverse("votes:evidence-pack", args=[assembly.certificate.sha256])
    response = Client().get(address)
    assert content_of(response) == public_pack(assembly)
    assert Client().get(reverse("votes:evidence-pack", args=["0" * 64])).status_code == 404
    running = recorded_assembly([8800])
    assert Client().get(reverse("votes:evidence", args=[running.pk])).status_code == 302


def test_the_page_of_a_pack_gives_link_keys_and_limits() -> None:
    assembly = certified_assembly()
    client = Client()
    client.force_login(people_of(assembly)[0])
    page = client.get(reverse("votes:evidence", args=[assembly.pk])).content.decode()
    assert reverse("votes:evidence-pack", args=[assembly.certificate.sha256]) in page
    assert assembly.log.heads.order_by("-size").first().root in page
    assert "面积就是指纹" in page
    result = client.get(reverse("votes:result", args=[assembly.pk])).content.decode()
    assert reverse("votes:evidence", args=[assembly.pk]) in result
    running = recorded_assembly([8800], estate=assembly.estate)
    waiting = client.get(reverse("votes:evidence", args=[running.pk])).content.decode()
    assert str(EvidenceNotReady.message) in waiting


def test_the_receipt_page_tells_how_far_it_is_and_hands_out_the_file() -> None:
    assembly = recorded_assembly([8800, 9143])
    user, other = people_of(assembly)
    receipt = cast_for(assembly, user, "F")
    client = Client()
    client.force_login(user)
    page = client.get(reverse("votes:receipt", args=[receipt.ballot_id])).content.decode()
    assert "等待封存" in page
    seal_log(log=log_of(assembly))
    page = client.get(reverse("votes:receipt", args=[receipt.ballot_id])).content.decode()
    assert "已封存，可以证明" in page
    assert "等待公布" in page
    address = reverse("votes:receipt-file", args=[receipt.ballot_id])
    file = client.get(address)
    assert "attachment" in file["Content-Disposition"]
    assert json.loads(file.content)["opening"]["choices"] == "F"
    client.force_login(other)
    assert client.get(address).status_code == 404
    settled(assembly, moment=timezone.now() + timedelta(days=4))
    client.force_login(user)
    page = client.get(reverse("votes:receipt", args=[receipt.ballot_id])).content.decode()
    assert "已公布" in page


def test_verifying_pages_are_for_everybody() -> None:
    page = Client().get(reverse("votes:verify"))
    assert page.status_code == 200
    assert "js/evidence-page.js" in page.content.decode()
    offline = Client().get(reverse("votes:verify-offline"))
    assert "attachment" in offline["Content-Disposition"]
    said = offline.content.decode()
    assert "default-src 'none'" in said
    assert 'src="' not in said
    program = Client().get(reverse("votes:verify-program"))
    assert content_of(program).startswith(b"#!/usr/bin/env python3")


def test_no_election_no_file() -> None:
    assembly = certified_assembly()
    assert not Election.objects.filter(assembly=assembly).exists()
    assert "election.json" not in files_in(public_pack(assembly))
