"""What is past its time is erased, nothing earlier, and every proof still holds afterwards."""

import hashlib
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from communities.clock import local_day
from communities.enums import RoleCode
from communities.ledger.hashing import leaf_hash
from communities.ledger.tree import tree_root
from communities.models import CommitteeTerm, Estate, LedgerEntry, Policy
from communities.services.sealing import seal_log
from tests.factories.ballots import cast_for, open_with_areas, settled
from tests.factories.communities import EstateFactory, appoint
from tests.factories.records import SCAN_SHA256, delivered, mandate_given, objected, paper_received
from tests.factories.votes import people_of
from votes.enums import RetainedKind
from votes.models import Assembly, Delivery, Mandate, PaperBallot
from votes.services.archives import archives_of, make_requested_archives, request_archive
from votes.services.retention import apply_retention, holdings

from .test_desk_pages import as_person, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def estate() -> Estate:
    return EstateFactory(slug="here")


@pytest.fixture
def ended(estate: Estate) -> Assembly:
    """Certified today, with a sheet, a mandate and a delivery."""
    assembly = open_with_areas([10_000, 20_000, 30_000], estate=estate)
    first, second, third = assembly.electors.order_by("number")
    paper_received(first)
    mandate_given(second)
    delivered(third)
    cast_for(assembly, people_of(assembly)[0], "F")
    assert assembly.closes_at is not None
    return settled(assembly, moment=timezone.now())


def years_from_today(years: int) -> date:
    today = local_day(timezone.now())
    return today.replace(year=today.year + years)


def kinds(estate: Estate, day: date) -> set[RetainedKind]:
    return {holding.kind for holding in holdings(estate, day=day) if holding.is_due(day)}


THREE = {RetainedKind.PAPERS, RetainedKind.MANDATES, RetainedKind.DELIVERIES}


def test_after_five_years_it_is_due_and_not_a_day_before(estate: Estate, ended: Assembly) -> None:
    assert kinds(estate, years_from_today(5) - timedelta(days=1)) == set()
    assert kinds(estate, years_from_today(5)) == THREE


def test_a_year_beyond_the_term_is_waited_for(estate: Estate, ended: Assembly) -> None:
    today = local_day(timezone.now())
    CommitteeTerm.objects.create(
        estate=estate, number=1, starts_on=today - timedelta(days=9), ends_on=years_from_today(5)
    )
    assert kinds(estate, years_from_today(6) - timedelta(days=1)) == set()
    assert kinds(estate, years_from_today(6)) == THREE


def test_the_estates_own_rule_and_the_promised_years_both_hold(estate: Estate, ended: Assembly) -> None:
    Policy.objects.create(
        estate=estate, key="retention-years", value=8, article="议事规则第九条", valid_from=date(2020, 1, 1)
    )
    assert kinds(estate, years_from_today(5)) == {RetainedKind.DELIVERIES}
    Policy.objects.update(value=1)
    assert kinds(estate, years_from_today(5) - timedelta(days=1)) == set()


def test_while_an_objection_is_open_nothing_goes(estate: Estate, ended: Assembly) -> None:
    objection = objected(ended)
    assert apply_retention(estate=estate, day=years_from_today(9)) == []
    objection.status = "withdrawn"
    objection.save()
    assert len(apply_retention(estate=estate, day=years_from_today(9))) == 3


def test_while_it_runs_nothing_is_due(estate: Estate) -> None:
    delivered(open_with_areas([10_000], estate=estate).electors.get())
    assert holdings(estate, day=years_from_today(50)) == []


def test_a_dry_run_lists_and_erases_nothing(estate: Estate, ended: Assembly) -> None:
    entries = LedgerEntry.objects.count()
    due = apply_retention(estate=estate, day=years_from_today(5), dry_run=True)
    assert {(holding.kind, holding.rows) for holding in due} == {(kind, 1) for kind in THREE}
    assert Mandate.objects.get().holder_name == "受托甲"
    assert PaperBallot.objects.get().scan
    assert LedgerEntry.objects.count() == entries


def test_names_phones_and_scans_go_and_their_hashes_stay(
    estate: Estate, ended: Assembly, django_capture_on_commit_callbacks: Any
) -> None:
    files = [
        str(file)
        for file in (
            PaperBallot.objects.get().scan,
            Mandate.objects.get().scan,
            Delivery.objects.get().evidence,
        )
    ]
    assert all(map(default_storage.exists, files))
    with django_capture_on_commit_callbacks(execute=True):
        apply_retention(estate=estate, day=years_from_today(5))
    paper, mandate, delivery = PaperBallot.objects.get(), Mandate.objects.get(), Delivery.objects.get()
    assert (mandate.holder_name, mandate.holder_phone, mandate.holder_phone_index) == ("", "", "")
    assert [str(file) for file in (paper.scan, mandate.scan, delivery.evidence)] == ["", "", ""]
    assert delivery.note == ""
    assert {paper.scan_sha256, mandate.scan_sha256, delivery.evidence_sha256} == {SCAN_SHA256}
    assert not any(map(default_storage.exists, files))
    assert holdings(estate, day=years_from_today(9)) == []
    assert apply_retention(estate=estate, day=years_from_today(9)) == []
    applied = LedgerEntry.objects.filter(verb="votes.retention.applied")
    assert sorted(json.loads(entry.body)["payload"]["kind"] for entry in applied) == sorted(THREE)


def test_every_proof_still_holds_afterwards(estate: Estate, ended: Assembly) -> None:
    log = ended.log
    assert log is not None
    before = (
        list(log.heads.values_list("size", "root", "signature")),
        ended.certificate.body,
        ended.roll_hash,
    )
    apply_retention(estate=estate, day=years_from_today(5))
    ended = Assembly.objects.select_related("log").get(pk=ended.pk)
    log = ended.log
    assert log is not None
    assert (
        list(log.heads.values_list("size", "root", "signature")),
        ended.certificate.body,
        ended.roll_hash,
    ) == before
    leaves = list(log.leaves.order_by("index").values_list("entry__leaf_hash", "entry__body"))
    assert all(leaf_hash(body) == digest for digest, body in leaves)
    head = log.heads.order_by("-size").first()
    assert head is not None
    assert tree_root([digest for digest, _ in leaves[: head.size]]) == head.root
    assert hashlib.sha256(ended.certificate.body.encode()).hexdigest() == ended.certificate.sha256
    # The sealer checks every stored leaf and head before it signs another one.
    seal_log(log=log)


def test_an_index_of_a_phone_is_erased_but_never_exchanged(ended: Assembly) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Mandate.objects.update(holder_phone_index="0" * 64)
    Mandate.objects.update(holder_phone_index="")


@pytest.mark.pango
def test_made_archives_go_after_thirty_days(
    estate: Estate, ended: Assembly, django_capture_on_commit_callbacks: Any
) -> None:
    chair = appoint(RoleCode.COMMITTEE_CHAIR, estate)
    request_archive(assembly=ended, actor=chair)
    make_requested_archives()
    (archive,) = archives_of(ended)
    today = local_day(timezone.now())
    assert apply_retention(estate=estate, day=today + timedelta(days=29)) == []
    with django_capture_on_commit_callbacks(execute=True):
        (gone,) = apply_retention(estate=estate, day=today + timedelta(days=30))
    assert gone.kind == RetainedKind.ARCHIVES
    assert not default_storage.exists(archive.path)
    assert [one.is_made for one in archives_of(ended)] == [True]


def test_the_command_lists_as_a_machine_reads_it(estate: Estate, ended: Assembly) -> None:
    out = io.StringIO()
    call_command("apply_retention", "--dry-run", "--format", "json", "--estate", "here", stdout=out)
    assert json.loads(out.getvalue()) == []
    out = io.StringIO()
    call_command("apply_retention", stdout=out)
    assert out.getvalue() == "到期 0 项，已删除。\n"


def test_the_page_says_how_long_and_what_is_kept(
    estate: Estate, ended: Assembly, django_assert_max_num_queries: Any
) -> None:
    member = as_person(appoint(RoleCode.COMMITTEE, estate))
    with django_assert_max_num_queries(29):
        shown = words(member.get(reverse("votes:retention", args=["here"])))
    assert "5 年，且不短于当届业委会任期届满后一年" in shown
    assert "委托书的扫描件和受托人的姓名、电话" in shown
    assert years_from_today(5).isoformat() in shown
    assert "受托甲" not in shown
