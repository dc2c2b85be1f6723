"""The operator's back office: for the superuser alone, and evidence is out of reach even there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from communities.admin import ReadOnlyAdmin
from communities.models import LedgerEntry, Log, SealedLeaf, SigningKey, TreeHead
from tests.governance.matrix.rule import EVERYBODY
from tests.governance.matrix.world import World
from votes import models as votes_models
from votes.enums import Channel, RecallProposer, SeatOutcome, UncountedReason
from votes.models import (
    Assembly,
    Ballot,
    BallotLook,
    Candidate,
    NominationSupport,
    PaperBallot,
    PaperEntry,
    Recall,
    SeatResult,
    UncountedBallot,
)

pytestmark = pytest.mark.django_db

#: What nobody may add to, change or delete.
EVIDENCE: set[type[models.Model]] = {Log, LedgerEntry, SealedLeaf, SigningKey, TreeHead} | {
    model
    for model in vars(votes_models).values()
    if isinstance(model, type) and issubclass(model, models.Model)
}
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
SITE_PAGES = ("admin:index", "admin:password_change", "admin:password_change_done", "admin:jsi18n")


def page(model: type[models.Model], act: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{act}", args=args)


def ask(world: World, role: str, method: str, address: str, body: Any = None) -> Any:
    with transaction.atomic():
        try:
            return getattr(world.client(role), method)(address, body)
        finally:
            transaction.set_rollback(True)


def addresses(model: type[models.Model]) -> list[str]:
    row = model._default_manager.first()
    pk = row.pk if row else 1
    return [
        page(model, "changelist"),
        page(model, "add"),
        *(page(model, act, pk) for act in ("change", "delete", "history")),
    ]


def complete(world: World) -> None:
    """Rows of the models that none of the world's own stories happens to write."""
    now = timezone.now()
    secretary = world.here.people["secretary"]
    candidate = Candidate.objects.order_by("pk")[0]
    NominationSupport.objects.create(candidate=candidate, owner=candidate.owner, supported_at=now)
    SeatResult.objects.create(candidate=candidate, outcome=SeatOutcome.NOT_ELECTED, for_heads=0, for_area=0)
    draft = Assembly.objects.get(pk=world.here.things["draft"]["pk"])
    Recall.objects.create(motion=draft.motions.order_by("pk")[0], proposer=RecallProposer.COMMITTEE)
    ballot = Ballot.objects.get(pk=world.here.things["ballot"]["pk"])
    BallotLook.objects.create(ballot=ballot, looked_by=secretary, looked_at=now, reason="核对计票结果")
    paper = PaperBallot.objects.filter(pk=world.here.things["own sheet"]["pk"]).get()
    PaperBallot.objects.filter(pk=paper.pk, received_at=None).update(
        printed_at=now, received_at=now, received_by=secretary, scan_sha256="0" * 64
    )
    PaperEntry.objects.create(paper=paper, look=1, entered_by=secretary, choices="F", entered_at=now)
    UncountedBallot.objects.create(
        assembly=paper.assembly,
        elector=paper.elector,
        channel=Channel.PAPER,
        reason=UncountedReason.LATE,
        received_at=now,
        recorded_at=now,
        leaf_hash="ab" * 32,
    )


def test_all_evidence_can_be_looked_at() -> None:
    assert set(REGISTERED) >= EVIDENCE
    assert {
        model for model in REGISTERED if isinstance(admin.site._registry[model], ReadOnlyAdmin)
    } == EVIDENCE


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_only_the_superuser_gets_in(world: World, model: type[models.Model]) -> None:
    for role in EVERYBODY:
        if role in ("superuser", "super_tenant"):
            continue
        for address in addresses(model):
            answer = ask(world, role, "get", address)
            assert (role, answer.status_code) == (role, 302)
            assert answer["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("name", SITE_PAGES)
def test_the_site_s_own_pages_are_the_superuser_s(world: World, name: str) -> None:
    assert ask(world, "superuser", "get", reverse(name)).status_code == 200
    for role in ("chair", "secretary", "nobody"):
        assert ask(world, role, "get", reverse(name)).status_code == 302


@pytest.mark.parametrize(
    "model", [model for model in REGISTERED if model in EVIDENCE], ids=lambda m: m.__name__
)
def test_evidence_is_read_and_no_more(world: World, model: type[models.Model]) -> None:
    complete(world)
    row = model._default_manager.first()
    assert row is not None, "the world has one of everything"
    before = list(model._default_manager.order_by("pk").values_list())
    pk = row.pk

    assert ask(world, "superuser", "get", page(model, "changelist")).status_code == 200
    assert ask(world, "superuser", "get", page(model, "change", pk)).status_code == 200
    refused = [
        ask(world, "superuser", "get", page(model, "add")),
        ask(world, "superuser", "post", page(model, "add"), {}),
        ask(world, "superuser", "post", page(model, "change", pk), {"title": "x"}),
        ask(world, "superuser", "get", page(model, "delete", pk)),
        ask(world, "superuser", "post", page(model, "delete", pk), {"post": "yes"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 5
    several = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    ask(world, "superuser", "post", page(model, "changelist"), several)
    assert list(model._default_manager.order_by("pk").values_list()) == before


def test_the_back_office_does_not_show_what_anybody_marked(world: World) -> None:
    ballots = list(Ballot.objects.all())
    assert ballots
    answers = [ask(world, "superuser", "get", page(Ballot, "change", ballot.pk)) for ballot in ballots]
    answers.append(ask(world, "superuser", "get", page(Ballot, "changelist")))
    for answer in answers:
        text = answer.content.decode()
        for ballot in ballots:
            assert ballot.salt not in text
            assert f">{ballot.choices}<" not in text
            assert f'"{ballot.choices}"' not in text


def test_a_superuser_has_no_power_on_the_pages_of_the_product(world: World) -> None:
    for place in ("estate", "voting", "draft"):
        thing = world.here.things[place]
        address = f"/e/{thing['slug']}/" if place == "estate" else f"/votes/{thing['pk']}/"
        assert ask(world, "superuser", "get", address).status_code == 404
    assert ask(world, "superuser", "get", reverse("governance:desk")).status_code == 404
