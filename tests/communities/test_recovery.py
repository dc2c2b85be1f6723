"""An older backup is put back: everything can be read, nothing is written, until the rows are back."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities import held, recovery
from communities.models import LedgerEntry, Log, OutboxMessage, SealedLeaf, TreeHead, User
from communities.recovery import Recovering
from communities.services.gaps import DECLARED, NothingMissing, TwoOperatorsNeeded, declare_gap
from communities.services.ledger import log_of_estate, record
from communities.services.outbox import relay_outbox
from communities.services.sealing import seal_due_logs, seal_log
from tests.factories.communities import EstateFactory
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.models import Assembly, Ballot
from votes.services.casting import cast_ballot
from votes.services.closing import close_assembly

pytestmark = pytest.mark.django_db

REASON = "硬盘损坏，最近一小时的归档日志也没有保住"
TWO = ("赵一", "钱二")


@pytest.fixture(autouse=True)
def file(settings, tmp_path: Path) -> Iterator[Path]:
    settings.HELD_HEADS_FILE = str(tmp_path / "heads" / "held.jsonl")
    recovery.watch.forget()
    yield Path(settings.HELD_HEADS_FILE)
    recovery.watch.forget()


@pytest.fixture
def commit(django_capture_on_commit_callbacks) -> Callable[[], Any]:
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def assembly(commit) -> Assembly:
    """Open, with one ballot that is sealed: as the backup has it."""
    assembly = posted_assembly(owners=4)
    assert assembly.log is not None
    with commit():
        cast(assembly, people_of(assembly)[0])
        seal_log(log=assembly.log)
    return assembly


def cast(assembly: Assembly, user: User) -> Any:
    return cast_ballot(
        assembly_id=assembly.pk,
        elector_id=elector_of(assembly, user).pk,
        choices="F",
        idempotency_key=uuid.uuid4(),
        user_id=user.pk,
    )


@contextmanager
def lost() -> Iterator[None]:
    """What happens inside is gone afterwards, as when a backup from before is put back."""
    backup = transaction.savepoint()
    yield
    transaction.savepoint_rollback(backup)


def restored_too_old(assembly: Assembly, commit: Callable[[], Any]) -> list[Any]:
    """Two more ballots, sealed at two moments; then the backup. Returns the rows that are missing."""
    assert assembly.log is not None
    with lost():
        for user in people_of(assembly)[1:3]:
            with commit():
                cast(assembly, user)
                seal_log(log=assembly.log)
        missing = [
            *Ballot.objects.order_by("accepted_at")[1:],
            *LedgerEntry.objects.filter(log=assembly.log).order_by("pk")[1:],
            *SealedLeaf.objects.filter(log=assembly.log).order_by("index")[1:],
            *TreeHead.objects.filter(log=assembly.log).order_by("size")[1:],
        ]
    recovery.watch.look(now=True)
    return missing


def put_back(rows: list[Any]) -> None:
    for row in rows:
        row.save(force_insert=True)


def test_all_is_well_while_the_database_goes_on_from_what_is_held(assembly, commit, file):
    assert [json.loads(line)["size"] for line in file.read_text().splitlines()] == [1]
    with commit():
        cast(assembly, people_of(assembly)[1])
        seal_log(log=assembly.log)
    assert recovery.watch.look(now=True) == ""
    assert [json.loads(line)["size"] for line in file.read_text().splitlines()] == [1, 2]


def test_a_head_is_held_only_after_its_commit(assembly, file):
    with lost():
        cast(assembly, people_of(assembly)[1])
        seal_log(log=assembly.log)
    assert len(file.read_text().splitlines()) == 1


def test_after_an_older_backup_nothing_is_cast_sealed_closed_recorded_or_told(assembly, commit):
    restored_too_old(assembly, commit)
    waiting = OutboxMessage.objects.filter(relayed_at__isnull=True).count()
    entries = LedgerEntry.objects.count()
    assert waiting
    acts: list[Callable[[], Any]] = [
        lambda: cast(assembly, people_of(assembly)[1]),
        lambda: seal_log(log=assembly.log),
        lambda: seal_log(log=log_of_estate(EstateFactory())),
        lambda: record(log=assembly.log, verb="test.happened", subject=assembly, actor=None),
        lambda: end_and_close(assembly),
    ]
    for act in acts:
        with pytest.raises(Recovering, match="少了 2 条已经封存的记录"), transaction.atomic():
            act()
    assert (seal_due_logs(), relay_outbox()) == (0, 0)
    assert OutboxMessage.objects.filter(relayed_at__isnull=True).count() == waiting
    assert (Ballot.objects.count(), LedgerEntry.objects.count()) == (1, entries)


def end_and_close(assembly: Assembly) -> None:
    assert assembly.opens_at is not None
    later = Assembly.objects.get(
        pk=posted_assembly(assembly.estate, opens_in=timedelta(days=-2), closes_in=timedelta(seconds=-1)).pk
    )
    close_assembly(assembly_id=later.pk)


def test_the_rows_come_back_and_it_goes_on(assembly, commit):
    missing = restored_too_old(assembly, commit)
    put_back(missing)
    assert recovery.watch.look(now=True) == ""
    cast(assembly, people_of(assembly)[3])
    assert seal_log(log=assembly.log).size == 4


def test_half_of_the_rows_are_not_enough(assembly, commit):
    missing = restored_too_old(assembly, commit)
    leaves = [row for row in missing if not isinstance(row, TreeHead) or row.size == 2]
    put_back([row for row in leaves if not (isinstance(row, SealedLeaf) and row.index == 2)])
    assert "少了 1 条" in recovery.watch.look(now=True)


def test_other_entries_in_the_place_of_the_missing_ones_are_told_as_such(assembly, commit, settings):
    restored_too_old(assembly, commit)
    # As a machine would do it that remembers nothing.
    name, settings.HELD_HEADS_FILE = settings.HELD_HEADS_FILE, ""
    recovery.watch.forget()
    for user in people_of(assembly)[2:]:
        cast(assembly, user)
    assert seal_log(log=assembly.log).size == 3
    settings.HELD_HEADS_FILE = name
    assert "不一致" in recovery.watch.look(now=True)
    with pytest.raises(Recovering, match="不一致"):
        seal_log(log=assembly.log)


def test_the_sealer_looks_for_itself_before_it_signs(assembly, commit):
    """Whatever its process believes, and before the timer would look again."""
    restored_too_old(assembly, commit)
    recovery.watch.forget()
    cast(assembly, people_of(assembly)[3])
    with pytest.raises(Recovering, match="少了 2 条"):
        seal_log(log=assembly.log)
    assert assembly.log.heads.count() == 1


def test_what_a_killed_process_could_not_hold_is_held_by_the_next_sweep(assembly, file, monkeypatch):
    cast(assembly, people_of(assembly)[1])
    seal_log(log=assembly.log)
    assert len(file.read_text().splitlines()) == 1
    monkeypatch.setattr("communities.services.sealing.sweep.looked_at_all", None)
    seal_due_logs()
    assert json.loads(file.read_text().splitlines()[-1])["size"] == 2
    seal_due_logs()
    assert len(file.read_text().splitlines()) == 2


def test_a_line_that_a_power_failure_cut_off_spoils_no_other(assembly, commit, file):
    with file.open("a") as half:
        half.write('{"log":"assembly:1","si')
    with commit():
        cast(assembly, people_of(assembly)[1])
        seal_log(log=assembly.log)
    assert held.held_file().newest()[assembly.log.name].size == 2
    assert recovery.watch.look(now=True) == ""


# --- what people see -------------------------------------------------------------------


def test_pages_can_be_read_and_say_so_and_take_nothing(assembly, commit, client):
    user = people_of(assembly)[1]
    client.force_login(user)
    restored_too_old(assembly, commit)
    shown = client.get(reverse("votes:assembly", args=[assembly.pk]))
    assert shown.status_code == 200
    assert "少了 2 条已经封存的记录" in shown.content.decode()
    for name, argument in (("votes:cast", assembly.pk), ("communities:me-name", None)):
        address = reverse(name, args=[argument] if argument else [])
        answer = client.post(address, {"display_name": "新名"})
        assert (answer.status_code, "什么都没有改动" in answer.content.decode()) == (503, True)
    note = client.post(
        reverse("communities:me-name"), {"display_name": "新名"}, headers={"HX-Request": "true"}
    )
    assert (note.status_code, "<html" in note.content.decode()) == (503, False)
    user.refresh_from_db()
    assert user.display_name != "新名"


def test_one_can_still_come_and_go(assembly, commit, client):
    restored_too_old(assembly, commit)
    assert client.post(reverse("communities:login"), {"phone": "13800000000"}).status_code == 302
    client.force_login(people_of(assembly)[0])
    assert client.post(reverse("communities:logout")).status_code == 302


def test_the_api_says_it_as_a_problem(assembly, commit, client):
    user = people_of(assembly)[1]
    client.force_login(user)
    restored_too_old(assembly, commit)
    body = {
        "elector": elector_of(assembly, user).pk,
        "idempotency_key": str(uuid.uuid4()),
        "choices": {"1": "for"},
    }
    refused = client.post(
        reverse("api:ballots", args=[assembly.pk]), json.dumps(body), content_type="application/json"
    )
    assert (refused.status_code, refused.json()["code"]) == (503, "recovery")
    assert client.get(reverse("api:assembly", args=[assembly.pk])).status_code == 200


def test_ready_names_it(assembly, commit, client):
    restored_too_old(assembly, commit)
    answer = client.get(reverse("governance:readyz"))
    assert (answer.status_code, answer.json()["troubles"]) == (
        503,
        {"log": "recovery: 2 entries missing in 1 logs"},
    )


def test_a_machine_that_holds_no_heads_hears_it_from_one_that_does(assembly, commit, settings, tmp_path):
    restored_too_old(assembly, commit)
    settings.HELD_HEADS_FILE = str(tmp_path / "elsewhere.jsonl")
    other = recovery.Watch()
    assert "少了 2 条" in other.look()
    assert "少了 2 条" in other.look(now=True)
    with pytest.raises(Recovering):
        other.refuse_writes()


def test_a_cast_asks_nothing_more_of_the_database(assembly, settings):
    """The flag is the process's own: with held heads and without, the same statements."""
    first, second = people_of(assembly)[1:3]
    counts = []
    for user, name in ((first, settings.HELD_HEADS_FILE), (second, "")):
        settings.HELD_HEADS_FILE = name
        elector = elector_of(assembly, user).pk
        with CaptureQueriesContext(connection) as captured:
            cast_ballot(
                assembly_id=assembly.pk,
                elector_id=elector,
                choices="F",
                idempotency_key=uuid.uuid4(),
                user_id=user.pk,
            )
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- going on without -------------------------------------------------------------------


def test_two_operators_declare_the_gap_and_it_goes_on(assembly, commit, file):
    restored_too_old(assembly, commit)
    with commit():
        [given_up] = declare_gap(operators=TWO, reason=REASON)
    assert (given_up.log, given_up.missing) == (assembly.log.name, 2)
    entry = LedgerEntry.objects.get(verb=DECLARED)
    payload = json.loads(entry.body)["payload"]
    assert (payload["missing"], payload["held"]["size"], payload["stored"]["size"]) == (2, 3, 1)
    assert not any(word in entry.body for word in (*TWO, REASON))
    line = json.loads(file.read_text().splitlines()[-1])
    assert (line["gap"]["operators"], line["gap"]["reason"]) == (sorted(TWO), REASON)

    assert recovery.watch.message == ""
    cast(assembly, people_of(assembly)[1])
    with commit():
        assert seal_log(log=assembly.log).size == 3
    assert recovery.watch.look(now=True) == ""


@pytest.mark.parametrize(
    ("operators", "reason", "refusal"),
    [
        (("赵一",), REASON, TwoOperatorsNeeded),
        (("赵一", " 赵一 "), REASON, TwoOperatorsNeeded),
        (("赵一", "钱二", "孙三"), REASON, TwoOperatorsNeeded),
        (TWO, "丢了", Exception),
    ],
)
def test_one_person_or_no_reason_declares_nothing(assembly, commit, operators, reason, refusal):
    restored_too_old(assembly, commit)
    with pytest.raises(refusal):
        declare_gap(operators=operators, reason=reason)
    assert not LedgerEntry.objects.filter(verb=DECLARED).exists()
    assert recovery.watch.look(now=True) != ""


def test_there_is_no_gap_to_declare_when_all_is_well(assembly):
    with pytest.raises(NothingMissing):
        declare_gap(operators=TWO, reason=REASON)


def test_a_log_that_is_gone_altogether_is_given_up_in_the_log_of_its_estate(commit, file):
    estate = EstateFactory()
    with lost(), commit():
        log = Log.objects.create(estate=estate, name="assembly:777")
        record(log=log, verb="test.happened", subject=log, actor=None)
        seal_log(log=log)
    assert "少了 1 条" in recovery.watch.look(now=True)
    with commit():
        declare_gap(operators=TWO, reason=REASON)
    entry = LedgerEntry.objects.get(verb=DECLARED)
    assert (entry.log.name, json.loads(entry.body)["payload"]["log"]) == (
        f"estate:{estate.pk}",
        "assembly:777",
    )
    assert recovery.watch.look(now=True) == ""


# --- the command ----------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("recovery", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{error}"
    return 0, out.getvalue()


def test_the_command_tells_checks_and_declares(assembly, commit):
    assert run("status") == (0, "没有缺口：数据库包含保存过的每一个树头。\n")
    assert run("check")[0] == 0
    restored_too_old(assembly, commit)
    code, told = run("status")
    assert (code, f"{assembly.log}：缺少 2 条（保存 3，数据库 1）。" in told) == (3, True)
    assert (
        json.loads(run("status", "--format", "json")[1].rpartition("}")[0] + "}")["logs"][0]["missing"] == 2
    )
    code, told = run("check")
    assert (code, "与 2 个树头不符，最早的是第 2 条处" in told) == (3, True)
    assert run("declare-gap", "--operator", "赵一", "--reason", REASON)[0] == 1
    with commit():
        code, told = run("declare-gap", "--operator", "赵一", "--operator", "钱二", "--reason", REASON)
    assert (code, "缺少 2 条" in told) == (0, True)
    assert run("status")[0] == 0
    assert run("check")[0] == 0
