"""Objections for tests, through the service that takes them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from communities.models import User
from tests.factories.votes import people_of, posted_assembly
from votes.models import Assembly, Objection
from votes.services.closing import close_assembly
from votes.services.objections import file_objection

TEXT = "三幢五〇二的面积与产权证不一致，请核对"


def object_to(assembly: Assembly, kind: str = "procedure", **given: Any) -> Objection:
    """An objection of the first owner on the roll, unless ``actor`` says whose."""
    values: dict[str, Any] = {
        "about": "",
        "text": TEXT,
        "actor": given.get("actor") or people_of(assembly)[0],
    } | given
    return file_objection(assembly=assembly, kind=kind, **values)


def overdue(assembly: Assembly) -> Objection:
    """One raised ten days ago whose answer was due an hour ago: no service writes into the past."""
    now = timezone.now()
    actor = people_of(assembly)[0]
    objection = Objection.objects.create(
        assembly=assembly,
        number=assembly.objections.count() + 1,
        kind="procedure",
        text=TEXT,
        filed_by=actor,
        filed_at=now - timedelta(days=10),
        due_at=now - timedelta(hours=1),
    )
    objection.steps.create(status="filed", taken_by=actor, taken_at=objection.filed_at)
    return objection


def announced(**fields: Any) -> Assembly:
    """Posted just now, open in sixteen days."""
    assembly = posted_assembly(opens_in=timedelta(days=16), closes_in=timedelta(days=26), **fields)
    return move_publication(assembly, timedelta())


def move_publication(assembly: Assembly, ago: timedelta) -> Assembly:
    Assembly.objects.filter(pk=assembly.pk).update(published_at=timezone.now() - ago)
    return Assembly.objects.select_related("estate", "log").get(pk=assembly.pk)


def certified(*, ago: timedelta = timedelta(), **fields: Any) -> Assembly:
    """Certified, ``ago`` before now."""
    assembly = posted_assembly(opens_in=timedelta(days=-9), closes_in=timedelta(hours=-1), **fields)
    assert close_assembly(assembly_id=assembly.pk)
    Assembly.objects.filter(pk=assembly.pk).update(certified_at=timezone.now() - ago)
    return Assembly.objects.select_related("estate", "log").get(pk=assembly.pk)


def someone_else(assembly: Assembly) -> User:
    return people_of(assembly)[1]
