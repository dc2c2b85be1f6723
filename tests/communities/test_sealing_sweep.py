"""When a log is sealed, by whom, and what stops it."""

import base64
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from communities.enums import KeyPurpose
from communities.ledger.heads import Signer
from communities.ledger.keys import is_introduced
from communities.models import LedgerEntry, Log, SealedLeaf, SigningKey, TreeHead
from communities.services import keys, sealing
from communities.services.ledger import log_of_estate, record
from communities.services.sealing import ClockWentBack, seal_due_logs, seal_log
from communities.tasks import seal_due_logs as seal_due_logs_task
from tests.communities.test_sealing import tampered
from tests.factories.communities import EstateFactory
from tests.factories.votes import posted_assembly
from votes.enums import AssemblyStatus
from votes.models import Certificate
from votes.services.closing import close_due_assemblies

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _all_entries_are_looked_at(monkeypatch) -> None:
    monkeypatch.setattr(sealing, "sweep", sealing.Sweep())


@pytest.fixture
def log() -> Log:
    return log_of_estate(EstateFactory())


def write(log: Log, number: int, *, seconds_ago: int = 0) -> None:
    moment = timezone.now() - timedelta(seconds=seconds_ago)
    for _ in range(number):
        record(log=log, verb="test.happened", subject=log, actor=None, moment=moment)


def sizes(log: Log) -> list[int]:
    return sorted(log.heads.values_list("size", flat=True))


@pytest.mark.parametrize(
    ("number", "seconds_ago", "is_due"), [(4, 0, False), (5, 0, True), (1, 55, False), (1, 60, True)]
)
def test_a_log_is_due_with_five_entries_or_after_a_minute(log, number, seconds_ago, is_due):
    write(log, number, seconds_ago=seconds_ago)
    assert seal_due_logs() == is_due
    assert sizes(log) == ([number] if is_due else [])


def test_the_sweep_is_a_task_and_may_run_again(log):
    write(log, 5)
    seal_due_logs_task()
    seal_due_logs_task()
    assert sizes(log) == [5]


def test_what_is_sealed_counts_no_more(log):
    write(log, 5, seconds_ago=90)
    seal_due_logs()
    write(log, 4)
    assert seal_due_logs() == 0
    write(log, 1)
    assert seal_due_logs() == 1
    assert sizes(log) == [5, 10]


def test_an_entry_far_behind_the_newest_is_found_when_all_are_looked_at(log, monkeypatch):
    monkeypatch.setattr("communities.queries.NEWEST_ENTRIES", 3)
    other = log_of_estate(EstateFactory())
    write(other, 1)
    seal_due_logs()
    write(log, 1, seconds_ago=90)
    write(other, 3)
    assert seal_due_logs() == 0
    monkeypatch.setattr(sealing.sweep, "looked_at_all", None)
    assert seal_due_logs() == 1
    assert (sizes(log), sizes(other)) == ([1], [])


def test_a_log_that_is_refused_keeps_no_other_open(log, caplog):
    write(log, 5)
    broken = LedgerEntry.objects.filter(log=log).first()
    tampered("UPDATE communities_ledgerentry SET body = %s WHERE id = %s", "{}", broken.pk)
    other = log_of_estate(EstateFactory())
    write(other, 5)
    assert seal_due_logs() == 1
    assert (sizes(log), sizes(other)) == ([], [5])
    assert f"log {log} is not sealed: an entry waiting to be sealed was changed" in caplog.text


def test_a_clock_that_went_back_signs_nothing(log, monkeypatch, caplog):
    write(log, 1)
    head = seal_log(log=log)
    write(log, 1)
    monkeypatch.setattr(sealing, "database_now", lambda: head.sealed_at - timedelta(seconds=1))
    with pytest.raises(ClockWentBack):
        seal_log(log=log)
    assert sizes(log) == [1]
    assert "the clock says" in caplog.text
    monkeypatch.setattr(sealing, "database_now", lambda: head.sealed_at)
    assert seal_log(log=log).sealed_at == head.sealed_at


# --- without the key ------------------------------------------------------------------


def test_a_process_without_the_key_leaves_the_sweep_to_others(log, settings):
    settings.SEALING_KEY = ""
    write(log, 5)
    assert seal_due_logs() == 0
    assert sizes(log) == []


def test_an_assembly_is_never_certified_unsealed_and_the_worker_does_it_later(settings, caplog):
    assembly = posted_assembly(opens_in=timedelta(days=-2), closes_in=timedelta(seconds=-1))
    key, settings.SEALING_KEY = settings.SEALING_KEY, ""
    assert close_due_assemblies() == 0
    assembly.refresh_from_db()
    assert assembly.status == AssemblyStatus.PUBLISHED
    assert not Certificate.objects.exists()
    assert f"assembly {assembly.pk} could not be closed" in caplog.text
    assert "KeyMissing" in caplog.text

    settings.SEALING_KEY = key
    assert close_due_assemblies() == 1
    assembly.refresh_from_db()
    assert assembly.status == AssemblyStatus.CERTIFIED
    last = SealedLeaf.objects.filter(log=assembly.log).order_by("-index").first()
    assert last.entry.verb == "votes.assembly.certified"
    assert assembly.log.heads.order_by("-size").first().size == last.index + 1


# --- keys -------------------------------------------------------------------------------


def held_key() -> Signer:
    signer = keys.signer_for(KeyPurpose.SEAL)
    assert signer is not None
    return signer


def test_the_first_key_introduces_itself_where_one_process_is_all(log):
    write(log, 1)
    seal_log(log=log)
    key = SigningKey.objects.get()
    assert (key.key_id, key.purpose, key.predecessor) == (held_key().key_id, "seal", None)
    assert is_introduced(
        key.statement,
        public_key=held_key().public,
        signature=key.signature,
        predecessor=None,
        handover="",
    )


def test_elsewhere_nothing_is_sealed_before_an_operator_introduced_the_key(log, settings):
    settings.EMBEDDED = False
    write(log, 1)
    with pytest.raises(keys.KeyNotIntroduced, match="sealing_key register"):
        seal_log(log=log)
    assert not TreeHead.objects.exists()
    call_command("sealing_key", "register")
    assert seal_log(log=log).key_id == held_key().key_id
    assert set(SigningKey.objects.values_list("purpose", flat=True)) == {"seal", "receipt"}


def test_an_unknown_key_seals_nothing_once_there_is_one(log, settings):
    write(log, 1)
    seal_log(log=log)
    settings.SEALING_KEY = keys.new_seed()
    write(log, 1)
    with pytest.raises(keys.KeyNotIntroduced):
        seal_log(log=log)
    with pytest.raises(keys.KeyAlreadyIntroduced):
        keys.introduce_key(purpose=KeyPurpose.SEAL, signer=held_key())
    assert (sizes(log), SigningKey.objects.count()) == ([1], 1)


def test_a_rotation_is_signed_by_both_and_ends_the_old_key(log, settings):
    write(log, 1)
    seal_log(log=log)
    old, seed = held_key(), keys.new_seed()
    new = Signer.from_base64(seed)
    successor = keys.rotate_key(purpose=KeyPurpose.SEAL, old=old, new=new)
    handed: Any = {
        "public_key": new.public,
        "signature": successor.signature,
        "predecessor": old.public,
        "handover": successor.predecessor_signature,
    }
    assert is_introduced(successor.statement, **handed)
    assert f'"predecessor":"{old.key_id}"' in successor.statement
    assert not is_introduced(successor.statement, **handed | {"handover": successor.signature})
    assert not is_introduced(successor.statement.replace("seal", "fake"), **handed)

    write(log, 1)
    with pytest.raises(keys.KeySuperseded):
        seal_log(log=log)
    settings.SEALING_KEY = seed
    assert seal_log(log=log).key_id == new.key_id


def test_only_the_key_in_office_hands_over_and_only_to_a_fresh_one(log):
    first, second, third = (Signer.from_base64(keys.new_seed()) for _ in range(3))
    with pytest.raises(keys.KeyNotIntroduced):
        keys.rotate_key(purpose=KeyPurpose.SEAL, old=first, new=second)
    keys.introduce_key(purpose=KeyPurpose.SEAL, signer=first)
    keys.rotate_key(purpose=KeyPurpose.SEAL, old=first, new=second)
    with pytest.raises(keys.KeyNotIntroduced):
        keys.rotate_key(purpose=KeyPurpose.SEAL, old=first, new=third)
    with pytest.raises(keys.KeyAlreadyIntroduced):
        keys.rotate_key(purpose=KeyPurpose.SEAL, old=second, new=first)
    with pytest.raises(keys.KeySuperseded):
        keys.introduce_key(purpose=KeyPurpose.SEAL, signer=first)
    assert list(SigningKey.objects.values_list("key_id", flat=True)) == [first.key_id, second.key_id]


def test_a_lost_key_is_replaced_in_the_open(log):
    lost, fresh = (Signer.from_base64(keys.new_seed()) for _ in range(2))
    keys.introduce_key(purpose=KeyPurpose.SEAL, signer=lost)
    key = keys.introduce_key(purpose=KeyPurpose.SEAL, signer=fresh, predecessor_is_lost=True)
    assert '"predecessor_lost":true' in key.statement
    assert (key.predecessor.key_id, key.predecessor_signature) == (lost.key_id, "")
    assert not is_introduced(
        key.statement,
        public_key=fresh.public,
        signature=key.signature,
        predecessor=lost.public,
        handover="",
    )


def test_an_embedded_installation_introduces_both_its_keys(log):
    seal_due_logs()
    assert set(SigningKey.objects.values_list("purpose", flat=True)) == {"seal", "receipt"}
    seal_due_logs()
    assert SigningKey.objects.count() == 2


# --- the command ----------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("sealing_key", *arguments, stdout=out)
    return out.getvalue()


def test_a_new_key_is_printed_and_kept_nowhere():
    first, second = run("new").strip(), run("new").strip()
    assert first != second
    assert len(base64.b64decode(first)) == 32
    assert "还没有登记" in run("show")


def test_an_operator_registers_rotates_and_looks(monkeypatch, settings):
    settings.EMBEDDED = False
    told = run("register")
    old = held_key().key_id
    assert f"SEALING_KEY：{old} 已登记" in told
    assert run("register") == told
    seed = run("new")
    monkeypatch.setattr("sys.stdin", StringIO(seed))
    new = Signer.from_base64(seed.strip()).key_id
    assert f"{old} 已交接给 {new}" in run("rotate")
    assert [
        key["key_id"] for key in json.loads(run("show", "--format", "json")) if key["purpose"] == "seal"
    ] == [
        old,
        new,
    ]
    shown = {line.split()[0]: line for line in run("show").splitlines()}
    assert shown[old].endswith("已由新密钥接替，本进程持有私钥")
    assert shown[new].endswith("在用")
    assert seed.strip() not in run("show") + run("show", "--format", "json")


@pytest.mark.parametrize("typed", ["", "not base64\n", "AAAA\n"])
def test_what_is_no_key_takes_no_place(monkeypatch, typed):
    run("register")
    monkeypatch.setattr("sys.stdin", StringIO(typed))
    with pytest.raises(CommandError, match="没有新私钥"):
        run("rotate")
    assert SigningKey.objects.count() == 2


def test_a_lost_key_has_to_be_said_to_be_lost(settings):
    run("register")
    settings.SEALING_KEY = keys.new_seed()
    with pytest.raises(CommandError, match="key-already-introduced"):
        run("register")
    run("register", "--old-key-lost", "seal")
    assert keys.approved_signer(KeyPurpose.SEAL).key_id == held_key().key_id


def test_the_database_itself_lets_keys_of_a_purpose_only_follow_one_another(log):
    first, second = (Signer.from_base64(keys.new_seed()) for _ in range(2))
    key = keys.introduce_key(purpose=KeyPurpose.SEAL, signer=first)
    keys.rotate_key(purpose=KeyPurpose.SEAL, old=first, new=second)
    for predecessor in (None, key):
        with pytest.raises(DatabaseError), transaction.atomic():
            SigningKey.objects.create(
                key_id=f"{predecessor}"[:16],
                purpose=KeyPurpose.SEAL,
                public_key="",
                statement="",
                signature="",
                predecessor=predecessor,
                added_at=timezone.now(),
            )
    assert SigningKey.objects.count() == 2
