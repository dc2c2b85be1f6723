"""Pages of the record and the minutes: two editors, codes, refusals that lose nothing."""

import pytest
from django.test import Client

from governance.models import AgendaItem, MinutesItem
from tests.factories.meetings import Room

pytestmark = pytest.mark.django_db


def test_second_editor_sees_both_texts_and_can_merge(client: Client) -> None:
    room = Room()
    item = room.running().items.get()
    address = f"/desk/{room.estate.slug}/meetings/items/{item.pk}/"
    words = {"version": "1", "consensus": "", "dissent": "", "statutory": ""}
    client.force_login(room.secretary)
    assert client.post(address, words | {"discussion": "第一位写的"}).status_code == 302
    client.force_login(room.chair)
    refused = client.post(address, words | {"discussion": "第二位写的"})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "这一项刚被另一位改过" in page and "第一位写的" in page and "第二位写的" in page
    assert 'name="version" value="2"' in page
    assert client.post(address, words | {"version": "2", "discussion": "两位写的"}).status_code == 302
    assert AgendaItem.objects.get(pk=item.pk).discussion == "两位写的"


def test_who_convenes_but_neither_chairs_nor_records_writes_nothing(client: Client) -> None:
    room = Room()
    meeting = room.running(recorder=room.secretary)
    item = meeting.items.get()
    client.force_login(room.chair)
    desk = f"/desk/{room.estate.slug}/meetings/"
    assert client.get(f"{desk}{meeting.pk}/").status_code == 200
    for page in (f"{desk}{meeting.pk}/record/", f"{desk}items/{item.pk}/"):
        assert client.get(page).status_code == 403


def test_second_editor_of_minutes_sees_both_texts(client: Client) -> None:
    room = Room()
    item = room.minutes().items.get()
    address = f"/desk/{room.estate.slug}/minutes/items/{item.pk}/"
    words = {"version": "1", "consensus": "", "dissent": ""}
    client.force_login(room.secretary)
    assert client.post(address, words | {"discussion": "第一位写的"}).status_code == 302
    refused = client.post(address, words | {"discussion": "第二位写的"})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "第一位写的" in page and "第二位写的" in page
    assert MinutesItem.objects.get(pk=item.pk).discussion == "第一位写的"


def test_party_signs_with_a_code_sent_to_its_own_phone(client: Client) -> None:
    room = Room()
    minutes = room.signing()
    room.firm.set_unusable_password()
    room.firm.save()
    client.force_login(room.firm)
    address = f"/minutes/{minutes.pk}/sign/"
    assert "短信验证码" not in client.get(address).content.decode()
    assert client.post(address, {"send": "1"}).status_code == 302
    assert "短信验证码" in client.get(address).content.decode()
    wrong = client.post(address, {"party": "firm", "sha": minutes.sha256, "secret": "000000"})
    assert wrong.status_code == 422
    assert not minutes.signatures.exists()
