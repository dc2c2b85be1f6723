"""Tickets on the phone and at the desk: who sees what, and that nothing typed is lost."""

from typing import Any

import pytest
from django.test import Client

from governance.models import Ticket
from tests.factories.meetings import Room
from tests.factories.papers import photo
from tests.factories.proposals import REASON
from tests.factories.tickets import closed, fixed, reported, served

pytestmark = pytest.mark.django_db
INBOX_QUERIES = 12


@pytest.fixture
def room() -> Room:
    room = Room()
    served(room.estate)
    return room


def page_of(client: Client, user: Any, address: str) -> str:
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_reported_with_a_photo_in_one_form(client: Client, room: Room, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    client.force_login(room.one)
    body = {"category": "safety", "text": "消防通道被杂物堵住", "place": "车库", "attached": photo()}
    answer = client.post(f"/e/{room.estate.slug}/tickets/new/", body)
    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/tickets/{ticket.pk}/"
    assert ticket.attachments.get().kind == "photo"


def test_what_was_typed_stays_when_it_is_refused(client: Client, room: Room) -> None:
    client.force_login(room.one)
    answer = client.post(f"/e/{room.estate.slug}/tickets/new/", {"category": "", "text": "消防通道被堵"})
    assert answer.status_code == 422
    assert "消防通道被堵" in answer.content.decode()
    assert "请选择类别" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_video_of_50_mb_is_refused_and_no_ticket_is_left(client: Client, room: Room) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    video = SimpleUploadedFile("现场.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(50 * 1024 * 1024))
    client.force_login(room.one)
    body = {"category": "safety", "text": "消防通道被杂物堵住", "attached": video}
    answer = client.post(f"/e/{room.estate.slug}/tickets/new/", body)
    assert answer.status_code in (413, 422)
    assert not Ticket.objects.exists()


def test_the_firm_learns_no_anonymous_reporter_and_neighbours_none(client: Client, room: Room) -> None:
    room.one.display_name = "欧阳不见"
    room.one.save()
    hidden = reported(room.estate, room.one, is_anonymous=True)
    shown = reported(room.estate, room.one)
    desk = f"/desk/{room.estate.slug}/tickets/"
    assert "欧" not in page_of(client, room.firm, f"{desk}{hidden.pk}/")
    assert "欧" in page_of(client, room.firm, f"{desk}{shown.pk}/")
    assert "欧" in page_of(client, room.secretary, f"{desk}{hidden.pk}/")
    assert "欧" not in page_of(client, room.two, f"/tickets/{shown.pk}/")


def test_a_private_matter_is_seen_by_its_reporter_and_who_deals_with_it(client: Client, room: Room) -> None:
    quarrel = reported(room.estate, room.one, category="neighbours", is_public=False)
    seen = ((room.one, 200), (room.two, 404), (room.firm, 404), (room.chair, 404), (room.secretary, 200))
    for user, status in seen:
        client.force_login(user)
        assert client.get(f"/tickets/{quarrel.pk}/").status_code == status


def test_a_refused_act_at_the_desk_keeps_its_words(client: Client, room: Room) -> None:
    ticket = reported(room.estate, room.one)
    client.force_login(room.firm)
    address = f"/desk/{room.estate.slug}/tickets/{ticket.pk}/"
    answer = client.post(address, {"act": "pause", "text": "等电梯公司派人", "reason": ""})
    ticket.refresh_from_db()
    assert (answer.status_code, ticket.status) == (422, "open")
    assert "等电梯公司派人" in answer.content.decode()
    assert "暂停计时要选原因" in answer.content.decode()


def test_the_way_from_report_to_rating(client: Client, room: Room) -> None:
    ticket = reported(room.estate, room.one)
    desk = f"/desk/{room.estate.slug}/tickets/{ticket.pk}/"
    client.force_login(room.firm)
    assert client.post(desk, {"act": "accept", "scheduled_at": "2031-01-01T09:00"}).status_code == 302
    assert client.post(desk, {"act": "assign", "assignee": room.firm.pk}).status_code == 302
    assert client.post(desk, {"act": "fix", "text": "已更换按钮"}).status_code == 302
    client.force_login(room.one)
    assert "修好了吗" in client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert client.post(f"/tickets/{ticket.pk}/reject/", {"text": ""}).status_code == 422
    client.post(f"/tickets/{ticket.pk}/reject/", {"text": "还是不灵"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.reopened) == ("working", 1)
    fixed(ticket, room.firm)
    client.post(f"/tickets/{ticket.pk}/confirm/")
    client.post(f"/tickets/{ticket.pk}/rate/", {"rating": "4"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rating) == ("closed", 4)
    words = client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert all(one in words for one in ("受理", "派给师傅", "处理完毕", "没有修好", "已办结"))


def test_nothing_is_said_of_fewer_than_ten_opinions(client: Client, room: Room) -> None:
    from governance.services.tickets import rate_ticket

    address = f"/e/{room.estate.slug}/tickets/"
    for number in range(10):
        ticket = closed(reported(room.estate, room.one, text=f"第 {number} 处路灯不亮"), room.firm)
        rate_ticket(ticket=ticket, rating=4, actor=room.one)
        words = page_of(client, room.two, address)
        assert ("4.00 / 5" in words) is (number == 9)


def test_an_inbox_of_thirty_costs_as_much_as_one(
    client: Client, room: Room, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        reported(room.estate, room.one if number % 2 else room.two, text=f"第 {number} 处路灯不亮")
    client.force_login(room.firm)
    address = f"/desk/{room.estate.slug}/tickets/"
    client.get(address)
    with django_assert_max_num_queries(INBOX_QUERIES):
        assert client.get(address).content.decode().count("处路灯不亮") == 30


def test_a_supervised_ticket_shows_until_when(client: Client, room: Room) -> None:
    from governance.services.ticket_handling import supervise_ticket

    ticket = reported(room.estate, room.one)
    supervise_ticket(ticket=ticket, text=REASON, days=3, actor=room.secretary)
    assert "督办，回复期限" in page_of(client, room.one, f"/tickets/{ticket.pk}/")
