"""The page of one assembly: whose turn, what is asked, how many took part, never how anybody voted."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communities.enums import RoleCode
from communities.models import Ownership
from tests.factories.ballots import cast_for, open_with_areas, settled
from tests.factories.communities import (
    EstateFactory,
    OwnerFactory,
    OwnershipFactory,
    ResidencyFactory,
    UnitFactory,
    UserFactory,
    appoint,
)
from tests.factories.votes import draft_assembly, people_of, posted_assembly
from votes.models import LintOverride
from votes.services.acts import confirm_act, propose_act

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def page(client: Client, assembly, user, **query) -> str:
    client.force_login(user)
    response = client.get(reverse("votes:assembly", args=[assembly.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def has_ballot(text: str) -> bool:
    return 'name="key"' in text


def words(text: str) -> str:
    """The text a person reads, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_the_ballot_of_a_waiting_owner_lies_open_with_all_motions(client):
    assembly = open_with_areas([17864, 8800], items=[5, 8])
    owner = people_of(assembly)[0]

    text = page(client, assembly, owner)

    assert has_ballot(text)
    assert text.count('type="radio"') == 6
    assert " checked" not in text
    assert "合计 178.64 m²" in text
    assert owner.owners.get().name in text
    assert "过半数 · 第（五）项 使用建筑物及其附属设施的维修资金" in text
    assert "四分之三 · 第（八）项" in text
    assert "提交后不能更改" in text


def test_each_page_carries_a_fresh_key(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    keys = {re.search(r'name="key" value="([^"]+)"', page(client, assembly, owner))[1] for _ in range(2)}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("opens_in", "closes_in"), [(HOUR, 9 * HOUR), (-9 * HOUR, -HOUR)], ids=["announced", "past"]
)
def test_outside_the_window_no_ballot_lies_open(client, opens_in, closes_in):
    assembly = posted_assembly(opens_in=opens_in, closes_in=closes_in)
    assert not has_ballot(page(client, assembly, people_of(assembly)[0]))
    inside = posted_assembly()
    assert has_ballot(page(client, inside, people_of(inside)[0]))


def test_an_owner_of_two_heads_casts_one_after_the_other(client):
    alone = OwnershipFactory()
    estate, owner = alone.unit.estate, alone.owner
    shared = OwnershipFactory(unit=UnitFactory(building__estate=estate), owner=owner).unit
    OwnershipFactory(unit=shared, owner=OwnerFactory(estate=estate, name="李建国"))
    assembly = posted_assembly(estate)
    first, second = assembly.electors.all()

    text = page(client, assembly, owner.user)
    assert "第 1 张 / 共 2 张表决票" in text
    assert f'name="elector" value="{first.pk}"' in text

    cast_for(assembly, owner.user, "F", elector=first)
    text = page(client, assembly, owner.user)
    assert "第 2 张 / 共 2 张表决票" in text
    assert f'name="elector" value="{second.pk}"' in text
    assert "李**" in text
    assert "李建国" not in text, "a co-owner's name is masked"


def test_the_second_ballot_may_be_taken_first(client):
    alone = OwnershipFactory()
    shared = OwnershipFactory(unit=UnitFactory(building__estate=alone.unit.estate), owner=alone.owner).unit
    OwnershipFactory(unit=shared, owner=OwnerFactory(estate=alone.unit.estate))
    assembly = posted_assembly(alone.unit.estate)
    second = assembly.electors.last()
    text = page(client, assembly, alone.owner.user, elector=second.pk)
    assert f'name="elector" value="{second.pk}"' in text


def test_a_co_owner_who_agreed_on_another_is_told_whom(client):
    title = OwnershipFactory(is_representative=True, owner__name="张桂芳")
    other = OwnershipFactory(unit=title.unit, owner=OwnerFactory(estate=title.unit.estate))
    assembly = posted_assembly(title.unit.estate)

    text = page(client, assembly, other.owner.user)
    assert not has_ballot(text)
    assert "共有人约定由 张** 代表表决。请与其商量。" in words(text)
    assert "张桂芳" not in text
    assert has_ballot(page(client, assembly, title.owner.user))


def test_a_tenant_sees_turnout_and_is_told_why_there_is_no_ballot(client):
    assembly = posted_assembly(owners=3)
    cast_for(assembly, people_of(assembly)[0], "F")
    tenant = ResidencyFactory(unit=assembly.estate.units.first()).user

    text = page(client, assembly, tenant)
    assert not has_ballot(text)
    assert "表决权属于业主" in text
    assert "1 / 3 人" in words(text)
    assert "88.00 / 264.00 m²" in words(text)


def test_who_bought_after_the_roll_was_frozen_is_told_so(client):
    assembly = posted_assembly()
    buyer = OwnerFactory(estate=assembly.estate)
    Ownership.objects.filter(unit=assembly.estate.units.first()).update(owner=buyer)

    text = page(client, assembly, buyer.user)
    assert not has_ballot(text)
    assert "您不在这次会议的表决人名册上" in text


def test_after_casting_the_page_shows_the_receipt_and_no_ballot(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    receipt = cast_for(assembly, owner, "F")

    text = page(client, assembly, owner)
    assert not has_ballot(text)
    assert reverse("votes:receipt", args=[receipt.ballot_id]) in text
    assert not has_ballot(page(client, assembly, owner, elector=assembly.electors.first().pk)), "final"


def test_where_ballots_may_be_changed_the_page_offers_it_without_repeating_the_marks(client):
    assembly = posted_assembly(rules={"ballot-change": "revisable"})
    owner = people_of(assembly)[0]
    cast_for(assembly, owner, "A")

    text = page(client, assembly, owner)
    assert not has_ballot(text)
    change = re.search(r'href="(\?elector=\d+)"', text)[1]
    text = client.get(reverse("votes:assembly", args=[assembly.pk]) + change).content.decode()
    assert has_ballot(text)
    assert "用这张替换原来的表决票" in text
    assert " checked" not in text


def test_nobody_sees_how_anybody_votes_while_it_is_open(client):
    assembly = open_with_areas([100, 200, 400])
    owners = people_of(assembly)
    for owner in owners[:2]:
        cast_for(assembly, owner, "A")
    seen = []
    for person in (
        owners[2],
        appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate),
        appoint(RoleCode.SECRETARY, assembly.estate),
    ):
        text = words(page(client, assembly, person))
        seen.append("2 / 3 人" in text)
        assert "反对 2" not in text
        assert "反对 66" not in text
    assert seen == [True, True, True]


def test_a_signed_warning_stands_open_with_its_reason_and_a_title_but_no_phone(client):
    assembly = draft_assembly()
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate, UserFactory(display_name=""))
    motion = assembly.motions.get()
    LintOverride.objects.create(
        assembly=assembly,
        finding=f"unknown-rule:motion-{motion.pk}:0123456789ab",
        reason="已经征求过三家报价，附件二有比较表。",
        signed_by=chair,
        signed_at=timezone.now(),
    )
    text = page(client, assembly, appoint(RoleCode.SECRETARY, assembly.estate))
    assert "召集人说明" in text
    assert "已经征求过三家报价" in text
    assert "业委会主任" in text
    assert chair.phone[-4:] not in text


def test_the_frozen_rules_stand_with_their_articles(client):
    assembly = posted_assembly(rules={"silent-owners": "with-majority"})
    text = page(client, assembly, people_of(assembly)[0])
    assert "按规约计入多数意见" in text
    assert "本小区业主大会议事规则第一条" in text
    assert assembly.roll_hash in text
    assert "binding-reply" not in text


def test_a_cancelled_meeting_says_why_and_who(client):
    assembly = posted_assembly()
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate, UserFactory(display_name="陈志强"))
    secretary = appoint(RoleCode.SECRETARY, assembly.estate, UserFactory(display_name="赵敏"))
    act = propose_act(
        assembly=assembly, kind="cancel", reason="公告的议题写错了，需要重新公告。", actor=chair
    )

    assert has_ballot(page(client, assembly, people_of(assembly)[0])), "one person cancels nothing"
    confirm_act(act=act, actor=secretary)

    text = page(client, assembly, people_of(assembly)[0])
    assert not has_ballot(text)
    for said in ("公告的议题写错了", "业委会主任 陈志强", "社区工作人员 赵敏"):
        assert said in text


def test_a_draft_exists_for_those_who_prepare_it_only(client):
    draft = draft_assembly()
    owner = OwnershipFactory(unit__building__estate=draft.estate).owner.user
    chair = appoint(RoleCode.COMMITTEE_CHAIR, draft.estate)
    url = reverse("votes:assembly", args=[draft.pk])

    client.force_login(owner)
    assert client.get(url).status_code == 404
    client.force_login(chair)
    assert "草稿的预览" in client.get(url).content.decode()


@pytest.mark.parametrize("name", ["assembly", "turnout", "result"])
def test_the_pages_of_another_estate_do_not_exist(client, name):
    assembly = posted_assembly()
    url = reverse(f"votes:{name}", args=[assembly.pk])
    stranger = people_of(posted_assembly(EstateFactory(community=assembly.estate.community)))[0]

    client.force_login(stranger)
    assert client.get(url).status_code == 404
    client.force_login(people_of(assembly)[0])
    assert client.get(url).status_code == 200
    client.logout()
    assert client.get(url).status_code == 302


# --- the live fragment ---------------------------------------------------------------


def fragment(client, assembly, user, query="", **headers):
    client.force_login(user)
    return client.get(reverse("votes:turnout", args=[assembly.pk]) + query, headers=headers)


def test_the_fragment_tells_the_turnout_of_this_moment(client):
    assembly = open_with_areas([100, 200, 400])
    owners = people_of(assembly)
    assert "0 / 3 人" in words(fragment(client, assembly, owners[0]).content.decode())
    cast_for(assembly, owners[2], "F")
    text = fragment(client, assembly, owners[0]).content.decode()
    assert "1 / 3 人" in words(text)
    assert "4.00 / 7.00 m²" in words(text)
    assert "<html" not in text


def test_a_changed_ballot_counts_once_in_the_turnout(client):
    assembly = posted_assembly(owners=3, rules={"ballot-change": "revisable"})
    owner = people_of(assembly)[0]
    cast_for(assembly, owner, "F")
    cast_for(assembly, owner, "A")
    assert "1 / 3 人" in words(fragment(client, assembly, owner).content.decode())


def test_a_page_turns_over_once_its_phase_has_passed_and_only_if_it_asked(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]

    assert "HX-Refresh" not in fragment(client, assembly, owner, "?phase=open", hx_request="true")
    settled(assembly)
    assert fragment(client, assembly, owner, "?phase=open", hx_request="true")["HX-Refresh"] == "true"
    unasked = fragment(client, assembly, owner, "", hx_request="true")
    assert "HX-Refresh" not in unasked
    assert reverse("votes:result", args=[assembly.pk]) in unasked.content.decode()


def test_a_page_with_an_open_ballot_never_turns_over_by_itself(client):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    assert f'data-live-fragment="{reverse("votes:turnout", args=[assembly.pk])}"' in page(
        client, assembly, owner
    )
    cast_for(assembly, owner, "F")
    assert "turnout/?phase=open" in page(client, assembly, owner)
