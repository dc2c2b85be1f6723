"""Heads leave the machine: who becomes a witness, what is sent, and what happens when it does not arrive."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from communities.enums import KeyPurpose, RoleCode, WitnessKind
from communities.errors import NotPermitted, ReasonMissing, TooOften
from communities.ledger.heads import is_signed
from communities.models import Estate, HeadDelivery, LedgerEntry, Log, Notice, User, Witness
from communities.services import head_deliveries
from communities.services.head_deliveries import deliver_heads, pause
from communities.services.keys import signer_for
from communities.services.ledger import log_of_estate, record
from communities.services.outbox import relay_outbox
from communities.services.sealing import seal_log
from communities.services.witnesses import (
    Trial,
    WitnessCodeWrong,
    WitnessKnown,
    WitnessNotReached,
    WitnessTrialOver,
    add_witness,
    remove_witness,
    try_witness,
)
from tests.communities.listening import Listener, listening
from tests.factories.communities import EstateFactory, appoint

pytestmark = pytest.mark.django_db

REASON = "见证人已经搬走，由他本人提出"
MAIL = "witness@example.org"


@pytest.fixture
def estate() -> Estate:
    estate: Estate = EstateFactory()
    return estate


@pytest.fixture
def secretary(estate: Estate) -> User:
    return appoint(RoleCode.SECRETARY, estate)


@pytest.fixture
def listener(settings) -> Iterator[Listener]:
    settings.PRIVATE_WEBHOOKS = True
    with listening() as heard:
        yield heard


def sealed(estate: Estate, number: int = 1) -> Log:
    log = log_of_estate(estate)
    for _ in range(number):
        record(log=log, verb="test.happened", subject=log, actor=None)
    seal_log(log=log)
    return log


def witness(estate: Estate, actor: User, kind: str = "email", address: str = MAIL, **fields: Any) -> Witness:
    return Witness.objects.create(
        estate=estate,
        kind=kind,
        name="居委会",
        address=address,
        secret="a secret" if kind == "webhook" else "",
        added_by=actor,
        added_at=timezone.now(),
        **fields,
    )


def later(by: timedelta) -> None:
    """As if so much time had passed since everything that was sent or tried."""
    for delivery in HeadDelivery.objects.all():
        delivery.next_try_at = delivery.next_try_at - by
        delivery.arrived_at = delivery.arrived_at and delivery.arrived_at - by
        delivery.save()


# --- becoming one ---------------------------------------------------------------------


def test_who_reads_the_code_becomes_a_witness(estate, secretary):
    trial = try_witness(estate=estate, kind=WitnessKind.EMAIL, name="居委会", address=MAIL, actor=secretary)
    assert mail.outbox[0].to == [MAIL]
    assert trial.code in mail.outbox[0].body
    assert not Witness.objects.exists()
    with pytest.raises(WitnessCodeWrong):
        add_witness(estate=estate, trial=trial, code=f"{(int(trial.code) + 1) % 10**6:06d}", actor=secretary)
    added = add_witness(estate=estate, trial=trial, code=f" {trial.code} ", actor=secretary)
    assert (added.address, added.kind, added.secret) == (MAIL, "email", "")
    entry = LedgerEntry.objects.get(verb="communities.witness.added")
    assert not any(word in entry.body for word in (MAIL, "居委会"))


def test_a_webhook_is_tried_with_the_signature_it_will_have(estate, secretary, listener):
    trial = try_witness(
        estate=estate, kind=WitnessKind.WEBHOOK, name="外部", address=listener.url, actor=secretary
    )
    assert json.loads(listener.bodies[0]) == {
        "v": 1,
        "type": "trial",
        "estate": estate.slug,
        "code": trial.code,
    }
    assert is_signature(listener, trial.secret)
    assert not is_signature(listener, "another")


def is_signature(listener: Listener, secret: str) -> bool:
    """As the manual tells receivers to check it."""
    seconds, given = re.fullmatch(
        r"t=(\d+),v1=([0-9a-f]{64})", listener.headers[-1]["Linyi-Signature"]
    ).groups()
    assert abs(int(seconds) - timezone.now().timestamp()) < 60
    right = hmac.new(secret.encode(), f"{seconds}.{listener.bodies[-1]}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(right, given)


def test_what_cannot_be_reached_becomes_no_witness(estate, secretary, listener):
    listener.status = 500
    with pytest.raises(WitnessNotReached, match="500"):
        try_witness(
            estate=estate, kind=WitnessKind.WEBHOOK, name="外部", address=listener.url, actor=secretary
        )


def test_only_the_secretary_and_the_chair_answer_for_witnesses(estate, secretary):
    given = {"estate": estate, "kind": WitnessKind.EMAIL, "name": "居委会", "address": MAIL}
    for code in (RoleCode.COMMITTEE, RoleCode.SUBDISTRICT, RoleCode.FIRM, RoleCode.SCRUTINEER):
        with pytest.raises(NotPermitted):
            try_witness(**given, actor=appoint(code, estate))
    assert mail.outbox == []
    assert try_witness(**given, actor=appoint(RoleCode.COMMITTEE_CHAIR, estate))
    present = witness(estate, secretary)
    with pytest.raises(NotPermitted):
        remove_witness(witness=present, reason=REASON, actor=appoint(RoleCode.COMMITTEE, estate))


def test_an_address_is_a_witness_once(estate, secretary):
    witness(estate, secretary)
    with pytest.raises(WitnessKnown):
        try_witness(estate=estate, kind=WitnessKind.EMAIL, name="x", address=MAIL.upper(), actor=secretary)
    assert mail.outbox == []


def test_codes_are_not_guessed_and_mail_is_not_poured_out(estate, secretary):
    given = {"estate": estate, "kind": WitnessKind.EMAIL, "name": "x", "actor": secretary}
    trial = try_witness(**given, address=MAIL)
    wrong = f"{(int(trial.code) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(WitnessCodeWrong):
            add_witness(estate=estate, trial=trial, code=wrong, actor=secretary)
    with pytest.raises(TooOften):
        add_witness(estate=estate, trial=trial, code=trial.code, actor=secretary)
    for number in range(9):
        try_witness(**given, address=f"a{number}@example.org")
    with pytest.raises(TooOften):
        try_witness(**given, address="b@example.org")
    assert len(mail.outbox) == 10


def test_a_trial_is_of_one_estate_and_one_hour_and_cannot_be_made_up(estate, secretary):
    trial = try_witness(estate=estate, kind=WitnessKind.EMAIL, name="x", address=MAIL, actor=secretary)
    token = trial.sealed()
    assert MAIL not in token
    assert Trial.opened(token, estate) == trial
    old = Trial(
        **{**{name: getattr(trial, name) for name in Trial.__slots__}, "sent_at": trial.sent_at - 3601}
    )
    for bad, where in ((token, EstateFactory()), (old.sealed(), estate), ("x", estate), ("", estate)):
        with pytest.raises(WitnessTrialOver):
            Trial.opened(bad, where)


def test_a_witness_is_removed_with_a_reason_and_everybody_concerned_hears_of_it(estate, secretary):
    chair, present = appoint(RoleCode.COMMITTEE_CHAIR, estate), witness(estate, secretary)
    sealed(estate)
    mail.outbox.clear()
    with pytest.raises(ReasonMissing):
        remove_witness(witness=present, reason="搬走了", actor=secretary)
    remove_witness(witness=present, reason=REASON, actor=secretary)
    relay_outbox()
    assert set(Notice.objects.values_list("recipient", flat=True)) == {secretary.pk, chair.pk}
    assert REASON not in LedgerEntry.objects.get(verb="communities.witness.removed").body
    assert deliver_heads() == 0
    assert mail.outbox == []


# --- what is sent ------------------------------------------------------------------------


def test_a_letter_carries_the_newest_head_of_each_log(estate, secretary):
    log = sealed(estate, 2)
    other = Log.objects.create(estate=estate, name="assembly:4711")
    record(log=other, verb="test.happened", subject=other, actor=None)
    seal_log(log=other)
    sealed(EstateFactory())
    witness(estate, secretary)
    assert deliver_heads() == 1
    [letter] = mail.outbox
    newest = [one.heads.order_by("-size").first() for one in (log, other)]
    for head in newest:
        line = f"linyi-head 1 {head.log.name} {head.size} {head.root} {head.key_id}"
        assert line in letter.body
    assert letter.body.count("linyi-head 1 ") == 2
    name, content, kind = letter.attachments[0]
    assert (name, kind) == ("heads.json", "application/json")
    public = signer_for(KeyPurpose.SEAL).public
    said = json.loads(content)["heads"]
    assert all(is_signed(head["body"], head["signature"], public) for head in said)


def test_nothing_is_sent_twice_and_no_faster_than_the_pace(estate, secretary):
    witness(estate, secretary)
    sealed(estate)
    assert (deliver_heads(), deliver_heads()) == (1, 0)
    sealed(estate)
    sealed(estate)
    later(timedelta(minutes=59))
    assert deliver_heads() == 0
    later(timedelta(minutes=1))
    assert (deliver_heads(), deliver_heads()) == (1, 0)
    assert [letter.body.count("linyi-head") for letter in mail.outbox] == [1, 1]
    assert sorted(HeadDelivery.objects.values_list("head__size", flat=True)) == [1, 3]


def test_a_webhook_hears_within_a_minute_and_can_check_who_speaks(estate, secretary, listener):
    witness(estate, secretary, "webhook", listener.url)
    sealed(estate)
    assert deliver_heads() == 1
    assert is_signature(listener, "a secret")
    assert json.loads(listener.bodies[0])["heads"][0]["log"] == f"estate:{estate.pk}"
    sealed(estate)
    assert deliver_heads() == 0
    later(timedelta(minutes=1))
    assert deliver_heads() == 1


def test_what_did_not_arrive_is_sent_again_at_growing_intervals(estate, secretary, listener):
    witness(estate, secretary, "webhook", listener.url)
    sealed(estate)
    listener.status = 503
    waits = []
    for _ in range(4):
        assert deliver_heads() == 0
        delivery = HeadDelivery.objects.get()
        assert (delivery.arrived_at, "503" in delivery.trouble) == (None, True)
        waits.append(round((delivery.next_try_at - timezone.now()).total_seconds() / 60))
        assert deliver_heads() == 0
        later(timedelta(minutes=waits[-1]))
    assert (waits, len(listener.bodies)) == ([1, 2, 4, 8], 4)
    listener.status = 200
    assert deliver_heads() == 1
    delivery = HeadDelivery.objects.get()
    assert (delivery.tries, delivery.trouble) == (5, "")
    assert delivery.arrived_at is not None
    assert pause(30) == timedelta(hours=6)


def test_one_witness_that_is_gone_keeps_no_other_waiting(estate, secretary, listener):
    witness(estate, secretary, "webhook", listener.url)
    witness(estate, secretary)
    listener.status = 500
    sealed(estate)
    assert deliver_heads() == 1
    assert len(mail.outbox) == 1


def test_a_process_that_was_killed_while_sending_sends_once_more_later(estate, secretary, monkeypatch):
    witness(estate, secretary)
    sealed(estate)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(head_deliveries, "_send", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver_heads()
    assert deliver_heads() == 0
    later(timedelta(minutes=1))
    assert deliver_heads() == 1
    assert len(mail.outbox) == 1


def test_no_secret_and_no_address_lies_open_in_the_database(estate, secretary):
    witness(estate, secretary, "webhook", "https://example.org/x")
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, secret FROM communities_witness")
        stored = repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in cursor.fetchone()])
    assert len(stored) > 100
    assert "example" not in stored
    assert "a secret" not in stored


# --- the desk's pages ----------------------------------------------------------------------


def test_the_desk_adds_a_witness_in_two_steps(client, estate, secretary):
    client.force_login(secretary)
    home = reverse("communities:witnesses", args=[estate.slug])
    assert "还没有见证人" in client.get(home).content.decode()
    sent = client.post(home, {"kind": "email", "name": "居委会王主任", "address": MAIL})
    assert sent["Location"] == reverse("communities:witness-confirm", args=[estate.slug])
    code = re.search(r"\d{6}", str(mail.outbox[0].body)).group()
    wrong = client.post(sent["Location"], {"code": "x"})
    assert (wrong.status_code, "数字不对" in wrong.content.decode()) == (422, True)
    assert MAIL not in client.get(sent["Location"]).content.decode()
    assert client.post(sent["Location"], {"code": code})["Location"] == home
    shown = client.get(home).content.decode()
    assert "居委会王主任" in shown
    assert "w***@example.org" in shown
    assert client.get(sent["Location"])["Location"] == home


def test_what_is_typed_wrongly_is_kept_and_told(client, estate, secretary):
    client.force_login(secretary)
    home = reverse("communities:witnesses", args=[estate.slug])
    for kind, address in (
        ("email", "nobody"),
        ("webhook", "http://example.org"),
        ("webhook", "https://u@x/"),
    ):
        answer = client.post(home, {"kind": kind, "name": "某人", "address": address})
        shown = answer.content.decode()
        assert (answer.status_code, address in shown, "某人" in shown) == (422, True, True)
    inside = client.post(home, {"kind": "webhook", "name": "某人", "address": "https://127.0.0.1/"})
    assert (inside.status_code, "内部网络" in inside.content.decode()) == (422, True)
    assert mail.outbox == []


def test_the_desk_removes_a_witness_on_a_page_of_its_own(client, estate, secretary):
    client.force_login(secretary)
    present = witness(estate, secretary)
    page = reverse("communities:witness-remove", args=[estate.slug, present.pk])
    assert "移除这位见证人吗" in client.get(page).content.decode()
    assert client.post(page, {"reason": "短"}).status_code == 422
    assert client.post(page, {"reason": REASON}).status_code == 302
    assert client.get(page).status_code == 404
    assert "已移除" in client.get(reverse("communities:witnesses", args=[estate.slug])).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_more_witnesses_cost_no_more_queries(client, estate, secretary, count, django_assert_max_num_queries):
    for number in range(count):
        witness(estate, secretary, address=f"w{number}@example.org")
    sealed(estate)
    deliver_heads()
    client.force_login(secretary)
    with django_assert_max_num_queries(23 + (connection.vendor == "postgresql")):
        client.get(reverse("communities:witnesses", args=[estate.slug]))
