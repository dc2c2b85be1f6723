"""Two people import at the same moment, on separate connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from communities.enums import ImportStatus, RoleCode
from communities.models import Owner, Ownership, RosterImport, Unit
from communities.services.rosters import RosterChanged, commit_roster, upload_roster
from tests.factories.communities import EstateFactory, appoint
from tests.factories.rosters import as_csv, rows

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_of_two_rosters_committed_at_once_one_is_entered_and_one_is_refused():
    estate = EstateFactory()
    people = [appoint(RoleCode.SECRETARY, estate), appoint(RoleCode.COMMITTEE_CHAIR, estate)]
    previews = [
        upload_roster(estate=estate, file_name="roster.csv", content=as_csv(rows(40)), actor=person)
        for person in people
    ]
    start = Barrier(2)

    def commit(number: int) -> str:
        try:
            start.wait(timeout=10)
            commit_roster(roster_import=previews[number], actor=people[number])
        except RosterChanged:
            return "refused"
        finally:
            connection.close()
        return "entered"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(commit, range(2)))

    assert outcomes == ["entered", "refused"]
    assert Unit.objects.count() == Owner.objects.count() == Ownership.objects.count() == 40
    statuses = RosterImport.objects.order_by("status").values_list("status", flat=True)
    assert list(statuses) == [ImportStatus.COMMITTED, ImportStatus.PREVIEW]
