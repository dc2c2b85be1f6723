"""Sending a ballot by the page, and the receipt: nothing lost, nothing doubled, nothing told to others."""

import logging
import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.ballots import cast_for, settled
from tests.factories.communities import OwnerFactory, OwnershipFactory, ResidencyFactory, UnitFactory
from tests.factories.votes import draft_assembly, elector_of, people_of, posted_assembly
from votes.evidence.receipts import receipt_code
from votes.models import Ballot

pytestmark = pytest.mark.django_db


def sheet(assembly, user, *marks: str, key=None, elector=None) -> dict[str, str]:
    """What the page of ``user`` sends: one option a motion, "" where none was chosen."""
    elector = elector or elector_of(assembly, user)
    return {"elector": str(elector.pk), "key": str(key or uuid.uuid4())} | {
        f"motion-{motion.pk}": mark
        for motion, mark in zip(assembly.motions.order_by("position"), marks, strict=False)
        if mark
    }


def send(client: Client, assembly, user, data):
    client.force_login(user)
    return client.post(reverse("votes:cast", args=[assembly.pk]), data)


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- casting -------------------------------------------------------------------------


def test_a_full_ballot_is_received_and_leads_to_its_receipt(client):
    assembly = posted_assembly(motions=3)
    owner = people_of(assembly)[0]

    response = send(client, assembly, owner, sheet(assembly, owner, "for", "against", "abstain"))

    ballot = Ballot.objects.get()
    assert (response.status_code, response["Location"]) == (
        303,
        reverse("votes:receipt", args=[ballot.pk]),
    )
    assert (ballot.choices, ballot.cast_by, ballot.channel) == ("FAN", owner, "online")


def test_a_missing_mark_comes_back_with_the_others_kept_and_a_link_to_it(client):
    assembly = posted_assembly(motions=3)
    owner = people_of(assembly)[0]
    first, second, third = assembly.motions.order_by("position")
    data = sheet(assembly, owner, "for", "", "abstain")

    response = send(client, assembly, owner, data)

    text = response.content.decode()
    assert response.status_code == 422
    assert f'href="#choice-motion-{second.pk}"' in text
    assert f'id="choice-motion-{second.pk}"' in text
    assert "第 2 项：还没有选，请选一个。" in words(response)
    assert len(re.findall(r"\schecked", text)) == 2
    assert re.search(rf'name="motion-{first.pk}" value="for" checked', text)
    assert re.search(rf'name="motion-{third.pk}" value="abstain" checked', text)
    assert f'value="{data["key"]}"' in text, "the same key, or a retry would be a second ballot"
    assert Ballot.objects.count() == 0

    mended = data | {f"motion-{second.pk}": "against"}
    assert send(client, assembly, owner, mended).status_code == 303
    assert Ballot.objects.get().choices == "FAN"


def test_what_is_missing_is_listed_in_the_order_of_the_ballot(client):
    assembly = posted_assembly(motions=3)
    owner = people_of(assembly)[0]
    text = send(client, assembly, owner, sheet(assembly, owner, "", "for", "")).content.decode()
    first, _, third = assembly.motions.order_by("position")
    assert re.findall(r'href="#choice-motion-(\d+)"', text) == [str(first.pk), str(third.pk)]
    legends = re.findall(r"<legend>(\d)\.", text)
    assert legends == ["1", "2", "3"]


@pytest.mark.parametrize("mark", ["follow", "F", "yes"])
def test_an_option_the_motion_does_not_offer_is_refused(client, mark):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    assert send(client, assembly, owner, sheet(assembly, owner, mark)).status_code == 422
    assert Ballot.objects.count() == 0
    assert send(client, assembly, owner, sheet(assembly, owner, "for")).status_code == 303


def test_a_key_that_is_none_is_replaced_and_the_marks_stay(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    response = send(client, assembly, owner, sheet(assembly, owner, "for", key="not-a-key"))
    text = response.content.decode()
    assert response.status_code == 422
    assert uuid.UUID(re.search(r'name="key" value="([^"]+)"', text)[1])
    assert 'value="for" checked' in text


def test_the_same_send_twice_is_one_ballot_and_one_receipt(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    data = sheet(assembly, owner, "for")

    places = {send(client, assembly, owner, data)["Location"] for _ in range(3)}

    assert places == {reverse("votes:receipt", args=[Ballot.objects.get().pk])}


def test_the_same_send_after_the_close_still_finds_its_receipt(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    data = sheet(assembly, owner, "for")
    first = send(client, assembly, owner, data)["Location"]
    settled(assembly)
    assert send(client, assembly, owner, data)["Location"] == first


def test_other_marks_under_a_used_key_lead_to_the_receipt_that_stands(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    data = sheet(assembly, owner, "for")
    receipt = send(client, assembly, owner, data)["Location"]

    response = send(client, assembly, owner, data | {f"motion-{assembly.motions.get().pk}": "against"})

    assert response.status_code == 409
    assert receipt in response.content.decode()
    assert Ballot.objects.get().choices == "F"


def test_a_key_of_somebody_elses_ballot_tells_nothing_of_it(client):
    assembly = posted_assembly()
    one, other = people_of(assembly)[:2]
    data = sheet(assembly, one, "for")
    receipt = send(client, assembly, one, data)["Location"]

    response = send(client, assembly, other, sheet(assembly, other, "for", key=data["key"]))

    assert response.status_code == 409
    assert receipt not in response.content.decode()
    assert receipt_code(Ballot.objects.get().leaf_hash) not in response.content.decode()


def test_a_co_owner_who_comes_second_learns_who_and_when_but_not_what(client):
    title = OwnershipFactory(owner__name="李建国")
    wife = OwnershipFactory(unit=title.unit, owner=OwnerFactory(estate=title.unit.estate))
    assembly = posted_assembly(title.unit.estate)
    first = cast_for(assembly, title.owner.user, "F")

    response = send(client, assembly, wife.owner.user, sheet(assembly, wife.owner.user, "against"))

    assert response.status_code == 409
    text = words(response)
    assert "李**" in text
    assert first.code in text
    assert "李建国" not in text
    assert "同意" not in text
    assert Ballot.objects.get().choices == "F"


def test_a_ballot_that_comes_too_late_is_said_not_to_be_sent(client):
    assembly = posted_assembly(opens_in=timedelta(days=-9), closes_in=timedelta(hours=-1))
    owner = people_of(assembly)[0]
    response = send(client, assembly, owner, sheet(assembly, owner, "for"))
    assert response.status_code == 409
    assert "表决已经截止，这张表决票没有提交" in response.content.decode()
    assert Ballot.objects.count() == 0


def test_an_unfinished_ballot_that_comes_too_late_is_not_asked_to_be_finished(client):
    assembly = posted_assembly(opens_in=timedelta(days=-9), closes_in=timedelta(hours=-1))
    owner = people_of(assembly)[0]
    response = send(client, assembly, owner, sheet(assembly, owner))
    assert response.status_code == 409
    assert "请选一个" not in response.content.decode()


def test_a_tenant_and_a_neighbour_cannot_cast_for_a_home(client):
    assembly = posted_assembly()
    owner, neighbour = people_of(assembly)[:2]
    tenant = ResidencyFactory(unit=assembly.estate.units.first()).user
    data = sheet(assembly, owner, "for")

    for person in (tenant, neighbour):
        assert send(client, assembly, person, data).status_code == 403
    assert Ballot.objects.count() == 0
    assert send(client, assembly, owner, data).status_code == 303


def test_who_is_not_of_the_estate_or_not_logged_in_finds_no_such_vote(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    data = sheet(assembly, owner, "for")
    stranger = people_of(posted_assembly())[0]

    assert send(client, assembly, stranger, data).status_code == 404
    client.logout()
    assert client.post(reverse("votes:cast", args=[assembly.pk]), data).status_code == 302
    assert Ballot.objects.count() == 0


def test_an_elector_of_another_assembly_is_refused(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    elsewhere = posted_assembly(assembly.estate)
    data = sheet(assembly, owner, "for", elector=elector_of(elsewhere, owner))
    assert send(client, assembly, owner, data).status_code == 403
    assert Ballot.objects.count() == 0


def test_a_draft_receives_nothing(client):
    draft = draft_assembly()
    owner = OwnershipFactory(unit__building__estate=draft.estate).owner.user
    client.force_login(owner)
    assert client.post(reverse("votes:cast", args=[draft.pk]), {}).status_code == 404


def test_casting_takes_a_post_with_the_pages_token():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    client = Client(enforce_csrf_checks=True)
    assert send(client, assembly, owner, sheet(assembly, owner, "for")).status_code == 403
    assert client.get(reverse("votes:cast", args=[assembly.pk])).status_code == 405
    assert Ballot.objects.count() == 0


def test_no_mark_stands_in_an_address_or_a_log(client, caplog):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    with caplog.at_level(logging.DEBUG):
        response = send(client, assembly, owner, sheet(assembly, owner, "against"))
    assert "against" not in response["Location"]
    said = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    assert not [line for line in said if "against" in line]


def test_a_changed_ballot_replaces_the_first_where_the_rules_allow_it(client):
    assembly = posted_assembly(rules={"ballot-change": "revisable"})
    owner = people_of(assembly)[0]
    first = send(client, assembly, owner, sheet(assembly, owner, "for"))["Location"]
    second = send(client, assembly, owner, sheet(assembly, owner, "against"))["Location"]

    assert list(Ballot.objects.order_by("revision").values_list("choices", flat=True)) == ["F", "A"]
    assert second in client.get(first).content.decode()
    assert "以后一张为准" in client.get(first).content.decode()
    assert "以后一张为准" not in client.get(second).content.decode()


# --- the receipt ---------------------------------------------------------------------


def receipt_page(client, user, ballot_id) -> str:
    client.force_login(user)
    response = client.get(reverse("votes:receipt", args=[ballot_id]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_receipt_shows_second_code_hash_and_picture(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    receipt = cast_for(assembly, owner, "F")

    text = receipt_page(client, owner, receipt.ballot_id)

    assert receipt.code in text
    assert receipt.leaf_hash in text
    assert f"{receipt.accepted_at:%M:%S}" in text
    assert '<svg class="qr"' in text
    assert "它不能证明什么" in text


def test_the_marks_are_collapsed_and_for_the_one_who_cast_alone(client):
    title = OwnershipFactory(owner__name="李建国")
    wife = OwnershipFactory(unit=title.unit, owner=OwnerFactory(estate=title.unit.estate))
    assembly = posted_assembly(title.unit.estate)
    receipt = cast_for(assembly, title.owner.user, "A")

    own = receipt_page(client, title.owner.user, receipt.ballot_id)
    assert "反对" in own
    assert re.search(r"<details[^>]*>\s*<summary>显示我的选择", own)
    assert "<details open" not in own

    hers = receipt_page(client, wife.owner.user, receipt.ballot_id)
    assert receipt.code in hers
    assert "反对" not in hers
    assert "显示我的选择" not in hers
    assert "李**" in hers
    assert "李建国" not in hers


def test_a_receipt_is_for_the_members_of_its_elector_only(client):
    assembly = posted_assembly()
    owner, neighbour = people_of(assembly)[:2]
    tenant = ResidencyFactory(unit=assembly.estate.units.first()).user
    receipt = cast_for(assembly, owner, "F")
    url = reverse("votes:receipt", args=[receipt.ballot_id])

    for person in (neighbour, tenant):
        client.force_login(person)
        assert client.get(url).status_code == 404
    client.force_login(owner)
    assert client.get(url).status_code == 200
    assert "no-store" in client.get(url)["Cache-Control"]


def test_after_one_ballot_the_next_one_is_offered_and_after_the_last_none(client):
    alone = OwnershipFactory()
    shared = OwnershipFactory(unit=UnitFactory(building__estate=alone.unit.estate), owner=alone.owner).unit
    OwnershipFactory(unit=shared, owner=OwnerFactory(estate=alone.unit.estate))
    assembly = posted_assembly(alone.unit.estate)
    first, second = assembly.electors.all()

    receipt = cast_for(assembly, alone.owner.user, "F", elector=first)
    text = receipt_page(client, alone.owner.user, receipt.ballot_id)
    assert "下一张表决票" in text
    assert f"?elector={second.pk}" in text

    receipt = cast_for(assembly, alone.owner.user, "F", elector=second)
    assert "下一张表决票" not in receipt_page(client, alone.owner.user, receipt.ballot_id)
