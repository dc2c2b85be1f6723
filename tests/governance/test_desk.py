"""The desk: next steps over all estates in scope, the least time left first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from communities.enums import RoleCode
from communities.models import BindingRequest, Estate
from communities.services.ledger import log_of_estate, record
from communities.services.rosters import upload_roster
from communities.services.sealing import seal_log
from governance.desk import Desk, missing_words
from tests.factories.communities import (
    CommunityFactory,
    EstateFactory,
    OwnershipFactory,
    UserFactory,
    appoint,
)
from tests.factories.rosters import as_csv, rows
from tests.factories.votes import draft_assembly, owned_units, people_of, posted_assembly
from votes.models import TwoPersonAct
from votes.queries import Turnout

pytestmark = pytest.mark.django_db

#: PostgreSQL is asked for its clock; SQLite has none.
CLOCK = int(connection.vendor == "postgresql")

URL = "/desk/"


@pytest.fixture
def estate():
    estate = EstateFactory()
    owned_units(estate, 1)
    return estate


def asks_binding(estate, due_in=timedelta(days=2)):
    now = timezone.now()
    unit = OwnershipFactory(unit__building__estate=estate).unit
    return BindingRequest.objects.create(
        estate=estate,
        unit=unit,
        user=UserFactory(),
        capacity="owner",
        name="某某",
        created_at=now,
        due_at=now + due_in,
    )


def steps_of(user, estates=None, **kwargs):
    estates = estates if estates is not None else Estate.objects.all()
    return Desk(user, estates.select_related("community__subdistrict"), timezone.now(), **kwargs).steps


def text(response) -> str:
    return response.content.decode()


# --- who has a desk, and over what ---------------------------------------------------------


@pytest.mark.parametrize("code", list(RoleCode))
def test_desk_exists_for_those_who_work_at_one(client, estate, code):
    client.force_login(appoint(code, estate))
    at_desk = set(RoleCode) - {RoleCode.FIRM, RoleCode.ASSESSOR}

    assert client.get(URL).status_code == (200 if code in at_desk else 404)


def test_owner_has_no_desk(client, estate):
    client.force_login(OwnershipFactory(unit__building__estate=estate).owner.user)

    assert client.get(URL).status_code == 404


def test_desk_asks_to_log_in(client):
    assert client.get(URL).status_code == 302


def test_each_role_sees_the_steps_of_its_scope_only(client, estate):
    sister = EstateFactory(community=estate.community, name="云栖里")
    cousin = EstateFactory(
        community=CommunityFactory(subdistrict=estate.community.subdistrict), name="和睦家园"
    )
    stranger = EstateFactory(name="别处")
    for one in (estate, sister, cousin, stranger):
        posted_assembly(one, title=f"{one.name}的会议")
    scopes = {
        RoleCode.COMMITTEE: {estate},
        RoleCode.SECRETARY: {estate, sister},
        RoleCode.SUBDISTRICT: {estate, sister, cousin},
    }

    for code, scope in scopes.items():
        client.force_login(appoint(code, estate))
        shown = text(client.get(URL))
        for one in (estate, sister, cousin, stranger):
            assert (f"{one.name}的会议" in shown) is (one in scope), (code, one)


def test_votes_of_the_estate_a_secretary_lives_in_are_not_their_desk(client, estate):
    secretary = appoint(RoleCode.SECRETARY, estate)
    home = OwnershipFactory(owner__user=secretary).unit
    posted_assembly(home.estate, title="自己小区的会议")
    client.force_login(secretary)

    assert "自己小区的会议" not in text(client.get(URL))


def test_one_estate_can_be_chosen_and_a_foreign_one_does_not_exist(client, estate):
    sister = EstateFactory(community=estate.community, name="云栖里")
    foreign = EstateFactory()
    asks_binding(estate)
    asks_binding(sister)
    client.force_login(appoint(RoleCode.SECRETARY, estate))

    rows_shown = client.get(URL, {"estate": sister.slug}).context["rows"]

    # The binding brings the sister a home, so nothing but the binding waits.
    assert [step.estate for step, _late in rows_shown] == [sister]
    assert client.get(URL, {"estate": foreign.slug}).status_code == 404


# --- the steps -----------------------------------------------------------------------------


def test_pending_bindings_are_one_step_an_estate_due_with_the_first(estate):
    asks_binding(estate, timedelta(days=3))
    first = asks_binding(estate, timedelta(days=1))
    secretary = appoint(RoleCode.SECRETARY, estate)

    (step,) = steps_of(secretary)

    assert (step.text, step.turn, step.due) == ("2 位业主申请绑定房屋", "您", first.due_at)
    assert step.url == reverse("communities:bindings", args=[estate.slug])


def test_subdistrict_sees_that_bindings_wait_and_cannot_open_them(estate):
    asks_binding(estate)

    (step,) = steps_of(appoint(RoleCode.SUBDISTRICT, estate))

    assert (step.turn, step.url) == ("社区", "")


def test_committee_is_not_told_of_bindings(client, estate):
    asks_binding(estate)
    member = appoint(RoleCode.COMMITTEE, estate)
    client.force_login(member)

    assert steps_of(member) == []
    assert "待核对的房屋绑定" not in text(client.get(URL))


def test_draft_with_errors_says_how_many(estate):
    draft = draft_assembly(estate, notice="", title="第三次会议")
    chair = appoint(RoleCode.COMMITTEE_CHAIR, estate)

    (step,) = steps_of(chair)

    assert step.text.startswith("第三次会议还没有公示，有 ")
    assert "处必须改正" in step.text
    assert (step.turn, step.due) == ("您", draft.opens_at)
    assert step.url == reverse("votes:desk-assembly", args=[estate.slug, draft.pk])


def test_draft_is_not_the_turn_of_a_plain_member_nor_known_to_the_subdistrict(estate):
    draft_assembly(estate)

    (step,) = steps_of(appoint(RoleCode.COMMITTEE, estate))
    assert step.turn == "业主委员会"
    assert steps_of(appoint(RoleCode.SUBDISTRICT, estate)) == []


@pytest.mark.parametrize(
    ("heads", "area", "words"),
    [
        (205, 2_291_440, "面积已够，人数还差 1 人到三分之二"),
        (206, 2_000_000, "人数已够，面积还差 2,638.40 m²到三分之二"),
        (200, 2_000_000, "人数还差 6 人、面积还差 2,638.40 m²到三分之二"),
        (206, 2_263_840, "参与的人数和面积都已达到三分之二"),
    ],
)
def test_open_assembly_says_what_is_missing_to_two_thirds(heads, area, words):
    assert missing_words(Turnout(heads, area, 309, 3_395_759)) == words


def test_open_assembly_is_pressing_in_its_last_two_days_and_short(estate):
    calm = posted_assembly(estate, closes_in=timedelta(days=5))
    pressing = posted_assembly(estate, closes_in=timedelta(days=1))

    first, second = steps_of(appoint(RoleCode.SECRETARY, estate))

    assert (first.due, first.tone) == (pressing.closes_at, "seal")
    assert (second.due, second.tone) == (calm.closes_at, "")


def test_announced_and_counted_assemblies_are_steps_too(estate):
    posted_assembly(estate, opens_in=timedelta(days=2), closes_in=timedelta(days=9))
    posted_assembly(estate, opens_in=timedelta(days=-9), closes_in=timedelta(hours=-1))

    assert [step.kind for step in steps_of(appoint(RoleCode.SECRETARY, estate))] == ["公示", "计票"]


def test_act_waits_for_the_other_person(estate):
    secretary, chair = appoint(RoleCode.SECRETARY, estate), appoint(RoleCode.COMMITTEE_CHAIR, estate)
    assembly = posted_assembly(estate)
    TwoPersonAct.objects.create(
        assembly=assembly,
        kind="cancel",
        reason="公告期不足，重新公告",
        proposed_by=chair,
        proposed_at=timezone.now(),
    )

    def turn(user):
        return [(step.turn, step.act) for step in steps_of(user) if step.kind == "双人"]

    assert turn(secretary) == [("您", "确认")]
    assert turn(chair) == [("另一位有权的人", "查看")]
    TwoPersonAct.objects.update(withdrawn_at=timezone.now())
    assert turn(secretary) == []


def test_uploaded_roster_waits_for_those_who_import(estate):
    secretary = appoint(RoleCode.SECRETARY, estate)
    found = upload_roster(estate=estate, file_name="名册.csv", content=as_csv(rows(1)), actor=secretary)

    (step,) = steps_of(secretary)
    assert step.url == reverse("communities:roster-preview", args=[estate.slug, found.pk])
    assert steps_of(appoint(RoleCode.COMMITTEE, estate)) == []


def test_estate_without_a_roster_asks_for_one():
    estate = EstateFactory()

    (step,) = steps_of(appoint(RoleCode.SECRETARY, estate))

    assert step.url == reverse("communities:roster-import", args=[estate.slug])


def test_estate_whose_first_roster_is_uploaded_is_not_asked_for_one_again():
    estate = EstateFactory()
    secretary = appoint(RoleCode.SECRETARY, estate)
    upload_roster(estate=estate, file_name="名册.csv", content=as_csv(rows(1)), actor=secretary)

    assert [step.act for step in steps_of(secretary)] == ["核对"]


def test_co_owned_homes_without_representative_matter_before_an_assembly(estate):
    title = OwnershipFactory(unit__building__estate=estate)
    OwnershipFactory(unit=title.unit)
    secretary = appoint(RoleCode.SECRETARY, estate)
    assert steps_of(secretary) == []

    draft_assembly(estate)

    assert "1 套共有房屋还没有登记由谁代表表决" in [step.text for step in steps_of(secretary)]


def test_steps_are_sorted_by_time_left_and_those_without_a_deadline_come_last(estate):
    secretary = appoint(RoleCode.SECRETARY, estate)
    posted_assembly(estate, closes_in=timedelta(days=5))
    asks_binding(estate, timedelta(hours=-6))
    draft_assembly(estate)
    upload_roster(estate=estate, file_name="名册.csv", content=as_csv(rows(1)), actor=secretary)

    assert [step.kind for step in steps_of(secretary)] == ["绑定", "表决", "起草", "名册"]


# --- the page ------------------------------------------------------------------------------


def test_page_counts_what_is_overdue_due_today_and_pending(client, estate):
    asks_binding(estate, timedelta(hours=-6))
    asks_binding(EstateFactory(community=estate.community), timedelta(seconds=1))
    assembly = posted_assembly(estate, owners=1)
    client.force_login(appoint(RoleCode.SECRETARY, estate))

    response = client.get(URL)

    kpis = response.context["kpis"]
    assert [kpi["value"] for kpi in kpis] == [1, 1, 2, "0.00%"]
    assert kpis[0]["hot"] is True
    assert "已超期 6 小时" in text(response)
    assert f"{assembly.estate.name} 表决参与（人数）" in text(response)


def test_buildings_of_fewer_than_five_homes_are_left_out_of_the_figure(client):
    estate = EstateFactory()
    owned_units(estate, 5)
    owned_units(estate, 4)
    posted_assembly(estate)
    client.force_login(appoint(RoleCode.SECRETARY, estate))

    figure = client.get(URL).context["figure"]

    assert ([(voted, units) for _name, voted, units in figure["bars"]], figure["left_out"]) == ([(0, 5)], 1)


def test_desk_with_nothing_to_do_says_so(client, estate):
    client.force_login(appoint(RoleCode.SECRETARY, estate))

    assert "没有等您办的事" in text(client.get(URL))


def test_desk_sounds_the_alarm_when_entries_of_its_estates_are_not_sealed(client):
    estate = EstateFactory()
    log, other = log_of_estate(estate), log_of_estate(EstateFactory())
    client.force_login(appoint(RoleCode.SECRETARY, estate))
    alarm = "有 2 条记录超过五分钟没有封存"
    long_ago = timezone.now() - timedelta(minutes=6)
    for where, is_told in ((other, False), (log, False), (log, True)):
        record(log=where, verb="test.happened", subject=where, actor=None, moment=long_ago)
        assert (alarm in text(client.get(URL))) == is_told
    seal_log(log=log)
    assert "没有封存" not in text(client.get(URL))


def test_desk_names_no_voter(client):
    assembly = posted_assembly(owners=6)
    estate = assembly.estate
    client.force_login(appoint(RoleCode.SUBDISTRICT, estate))

    shown = text(client.get(URL))

    for person in people_of(assembly):
        assert person.display_name not in shown


@pytest.mark.parametrize("count", [1, 3])
def test_desk_asks_the_database_as_often_for_three_estates_as_for_one(
    client, django_assert_num_queries, count
):
    community = CommunityFactory()
    for _ in range(count):
        estate = EstateFactory(community=community)
        owned_units(estate, 2)
        posted_assembly(estate)
        posted_assembly(estate, opens_in=timedelta(days=1))
        asks_binding(estate)
    client.force_login(appoint(RoleCode.SECRETARY, estate))

    with django_assert_num_queries(24 + CLOCK):
        client.get(URL)


# --- the side ------------------------------------------------------------------------------


def entries(response):
    return [(entry["label"], entry["count"]) for entry in response.context["desk_nav"]]


def test_side_leads_to_the_rooms_of_the_only_estate(client, estate):
    asks_binding(estate)
    client.force_login(appoint(RoleCode.SECRETARY, estate))

    response = client.get(URL)

    assert entries(response) == [
        ("下一步", 1),
        ("议题", 0),
        ("协商会议", 0),
        ("业主大会", 0),
        ("报事", 0),
        ("异议", 0),
        ("业主委员会", 0),
        ("业主与名册", 0),
        ("房屋绑定", 1),
        ("树头见证人", 0),
        ("我的", 0),
    ]
    assert response.context["desk_place"] == estate.community.name


def test_side_offers_only_the_rooms_that_open(client, estate):
    expected = {
        RoleCode.COMMITTEE: ["议题", "业主大会", "报事", "业主委员会", "业主与名册"],
        RoleCode.SUBDISTRICT: ["议题", "业主大会", "报事", "异议", "业主委员会"],
    }
    for code, rooms in expected.items():
        client.force_login(appoint(code, estate))
        assert [label for label, _count in entries(client.get(URL))] == ["下一步", *rooms, "我的"]


def test_side_of_a_roster_page_belongs_to_its_estate_and_lists_the_others(client, estate):
    sister = EstateFactory(community=estate.community)
    asks_binding(sister)
    client.force_login(appoint(RoleCode.SECRETARY, estate))

    nav = client.get(reverse("communities:roster", args=[estate.slug])).context["desk_nav"]

    labels = [entry["label"] for entry in nav]
    assert labels[:10] == [
        "下一步",
        "议题",
        "协商会议",
        "业主大会",
        "报事",
        "异议",
        "业主委员会",
        "业主与名册",
        "房屋绑定",
        "树头见证人",
    ]
    assert set(labels[10:12]) == {estate.name, sister.name}
    assert [entry["label"] for entry in nav if entry["current"]] == ["业主与名册"]
    assert {entry["label"]: entry["count"] for entry in nav}[sister.name] == 1
