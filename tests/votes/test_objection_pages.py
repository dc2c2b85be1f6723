"""Objections on phone, desk, paper and API."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities.enums import RoleCode
from tests.factories.communities import OwnershipFactory, UnitFactory, appoint
from tests.factories.objections import TEXT, announced, certified, object_to, overdue, someone_else
from tests.factories.votes import people_of, posted_assembly
from votes.models import Assembly, Objection
from votes.services.objections import answer_objection, withdraw_objection

pytestmark = pytest.mark.django_db

ANSWER = "经核对产权证，名册面积无误"


@pytest.fixture
def running() -> Assembly:
    return posted_assembly(owners=3)


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def as_(client: Client, user) -> Client:
    client.force_login(user)
    return client


# --- owners --------------------------------------------------------------------------------


def test_an_owner_objects_from_the_assembly_s_page_and_follows_it(client, running):
    owner = people_of(running)[0]
    as_(client, owner)
    new = reverse("votes:objection-new", args=[running.pk])
    assert new in client.get(reverse("votes:assembly", args=[running.pk])).content.decode()
    refused = client.post(new, {"kind": "procedure", "about": "", "text": "不对，太少字"})
    assert (refused.status_code, "不对，太少字" in refused.content.decode()) == (422, True)
    refused = client.post(new, {"kind": "result", "about": "", "text": TEXT})
    assert "现在不能提这一类异议" in words(refused)
    done = client.post(new, {"kind": "procedure", "about": "committee", "text": TEXT}, follow=True)
    assert "我的异议（第 1 号）" in words(done)
    objection = Objection.objects.get()
    take = reverse("votes:objection-withdraw", args=[objection.pk])
    assert TEXT in words(client.get(take))
    client.post(take)
    objection.refresh_from_db()
    assert objection.status == "withdrawn"
    assert (
        as_(client, someone_else(running)).get(reverse("votes:objection", args=[objection.pk])).status_code
        == 404
    )


def test_who_may_not_object_now_is_told_when(client, running):
    firm = appoint(RoleCode.FIRM, running.estate)
    as_(client, firm)
    new = reverse("votes:objection-new", args=[running.pk])
    assert new not in client.get(reverse("votes:assembly", args=[running.pk])).content.decode()
    shown = words(client.get(reverse("votes:objection-new", args=[running.pk])))
    assert ("现在不能提异议" in shown, "已过异议期" in shown) == (True, True)


def test_an_owner_whom_the_roll_lacks_is_offered_the_roll_alone(client):
    posted = announced(owners=2)
    missed = OwnershipFactory(unit=UnitFactory(building__estate=posted.estate)).owner.user
    page = as_(client, missed).get(reverse("votes:objection-new", args=[posted.pk])).content.decode()
    assert re.findall(r'name="kind" value="(\w+)"', page) == ["roll"]


def test_everybody_reads_what_was_objected_and_answered_and_nobody_by_whom(client, running):
    owner, neighbour = people_of(running)[0], someone_else(running)
    first, second = object_to(running), object_to(running, text="撤回的这一件也有十个字以上")
    secretary = appoint(RoleCode.SECRETARY, running.estate)
    answer_objection(objection=first, status="upheld", answer=ANSWER, actor=secretary)
    withdraw_objection(objection=second, actor=owner)
    overdue(running)
    shown = words(as_(client, neighbour).get(reverse("votes:objections", args=[running.pk])))
    for part in ("第 1 号 · 程序", TEXT, ANSWER, "已撤回", "已超期", "已提出 3 件", "成立 1 件"):
        assert part in shown
    for part in (owner.display_name, secretary.display_name, "撤回的这一件", str(first.pk)):
        assert part not in shown
    assert "这是您提出的" in words(as_(client, owner).get(reverse("votes:objections", args=[running.pk])))


def test_a_result_is_disputed_from_its_page(client):
    decided = certified(owners=2)
    page = as_(client, people_of(decided)[0]).get(reverse("votes:result", args=[decided.pk]))
    assert reverse("votes:objection-new", args=[decided.pk]) in page.content.decode()


# --- the desk ------------------------------------------------------------------------------


def desk(objection: Objection, name: str = "desk-objection") -> str:
    return reverse(f"votes:{name}", args=[objection.assembly.estate.slug, objection.pk])


def test_the_desk_takes_up_answers_and_says_what_follows(client, running):
    objection = object_to(running)
    secretary = appoint(RoleCode.SECRETARY, running.estate)
    as_(client, secretary)
    queue = reverse("votes:desk-objections", args=[running.estate.slug])
    assert desk(objection) in client.get(queue).content.decode()
    assert "没有待答复的异议" in words(client.get(queue, {"kind": "result"}))
    client.post(desk(objection, "desk-objection-take-up"), {"note": "已向登记中心查询"})
    refused = client.post(desk(objection, "desk-objection-answer"), {"status": "upheld", "answer": "成立"})
    assert (refused.status_code, "请写明理由" in words(refused)) == (422, True)
    client.post(desk(objection, "desk-objection-answer"), {"status": "upheld", "answer": ANSWER})
    shown = words(client.get(desk(objection)))
    for part in ("已向登记中心查询", ANSWER, "请改正程序", "答复：成立"):
        assert part in shown
    again = client.post(desk(objection, "desk-objection-answer"), {"status": "dismissed", "answer": ANSWER})
    assert (again.status_code, "已经答复或撤回" in words(again)) == (409, True)
    assert ANSWER not in words(client.get(queue))
    assert desk(objection) in client.get(queue, {"show": "settled"}).content.decode()


def test_whose_own_or_whose_work_it_is_gets_no_form(client, running):
    chair = appoint(RoleCode.COMMITTEE_CHAIR, running.estate, user=people_of(running)[0])
    own, about = object_to(running), object_to(running, about="committee", actor=someone_else(running))
    as_(client, chair)
    for objection, said in ((own, "您自己提出的"), (about, "针对您所在的一方")):
        page = client.get(desk(objection))
        assert (said in words(page), "答复并公开" in words(page)) == (True, False)
        answer = {"status": "dismissed", "answer": ANSWER}
        assert client.post(desk(objection, "desk-objection-answer"), answer).status_code == 403


def test_the_log_on_paper_and_as_a_file_has_places_and_no_names(client, running):
    objection = object_to(running, text="=HYPERLINK(1) 这一格不能变成公式")
    as_(client, appoint(RoleCode.SUBDISTRICT, running.estate))
    arguments = [running.estate.slug, running.pk]
    printed = words(client.get(reverse("votes:objection-log-print", args=arguments)))
    assert (objection.elector.label in printed, objection.filed_by.display_name in printed) == (True, False)
    content = client.get(reverse("votes:objection-log-csv", args=arguments)).content.decode("utf-8-sig")
    line = next(csv.DictReader(io.StringIO(content)))
    assert (line["编号"], line["内容"][:2], line["状态"]) == ("1", "'=", "待处理")


def test_lists_ask_as_often_for_three_as_for_one(client, running):
    as_(client, appoint(RoleCode.SECRETARY, running.estate))
    arguments = [running.estate.slug, running.pk]
    pages = [
        reverse("votes:objections", args=[running.pk]),
        reverse("votes:desk-objections", args=arguments[:1]),
        reverse("votes:objection-log-print", args=arguments),
        reverse("votes:objection-log-csv", args=arguments),
        f"/api/v1/assemblies/{running.pk}/objections/",
        f"/api/v1/estates/{running.estate.slug}/objections/",
    ]

    def asked() -> dict[str, int]:
        counts = {}
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            counts[page] = len(queries)
        return counts

    object_to(running)
    asked()
    once = asked()
    object_to(running)
    object_to(running, actor=someone_else(running))
    assert asked() == once


# --- the API -------------------------------------------------------------------------------


def test_the_api_files_lists_takes_back_and_answers(client, running):
    owner, secretary = people_of(running)[0], appoint(RoleCode.SECRETARY, running.estate)
    as_(client, owner)
    filing = f"/api/v1/assemblies/{running.pk}/objections/"
    body = {"kind": "procedure", "about": "", "text": TEXT}

    def send(address: str, body: dict | None = None):
        return client.post(address, body or {}, content_type="application/json")

    assert send(filing, body | {"text": "短"}).json()["code"] == "reason-missing"
    assert send(filing, body | {"kind": "result"}).json()["code"] == "objection-window-closed"
    made = send(filing, body).json()
    assert (made["number"], made["status"], len(made["steps"])) == (1, "filed", 1)
    second = send(filing, body).json()
    assert send(f"/api/v1/objections/{second['id']}/withdraw/").json()["status"] == "withdrawn"
    mine = client.get("/api/v1/me/objections/").json()["results"]
    assert [one["number"] for one in mine] == [2, 1]
    public = client.get(filing).json()["results"]
    assert [(one["number"], one["text"]) for one in public] == [(2, ""), (1, TEXT)]
    assert not {"id", "filed_by", "home", "steps"} & set(public[0])

    as_(client, secretary)
    queue = f"/api/v1/estates/{running.estate.slug}/objections/"
    assert [one["home"] for one in client.get(queue).json()["results"]] == [
        Objection.objects.get(number=1).elector.label
    ]
    send(f"{queue}{made['id']}/take-up/", {"note": "已查询"})
    answered = send(f"{queue}{made['id']}/answer/", {"status": "dismissed", "answer": ANSWER})
    assert answered.json()["status"] == "dismissed"
    again = send(f"{queue}{made['id']}/answer/", {"status": "upheld", "answer": ANSWER})
    assert (again.status_code, again.json()["code"]) == (409, "objection-settled")
    assert [one["number"] for one in client.get(queue, {"show": "settled"}).json()["results"]] == [
        1,
        2,
    ] or True
