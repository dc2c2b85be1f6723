"""An election on the phone and at the desk: what is shown to whom, and that nothing typed is lost."""

import csv
import re
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communities.enums import RoleCode
from communities.models import Owner
from tests.api import Api
from tests.factories.ballots import settled
from tests.factories.communities import EstateFactory, ResidencyFactory, UserFactory, appoint
from tests.factories.elections import (
    SEED,
    account_of,
    candidate_of,
    election_draft,
    owners_of,
    posted_election,
    put_up,
    reload,
    term_of,
)
from tests.factories.votes import draft_assembly, elector_of, people_of
from votes.models import Ballot, Candidate, Election, NominationSupport, Recall
from votes.services.candidates import withdraw_candidate

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def get(client: Client, user, name: str, *args):
    client.force_login(user)
    return client.get(reverse(f"votes:{name}", args=args))


def post(client: Client, user, name: str, /, *args, **data):
    client.force_login(user)
    return client.post(reverse(f"votes:{name}", args=args), data)


def owner_in(estate) -> Owner:
    return Owner.objects.filter(estate=estate).order_by("pk")[0]


# --- the ballot ---------------------------------------------------------------------------


def sheet(election, user, marks: str, **more) -> dict[str, str]:
    """What the page sends: one letter a candidate, "." where nothing was chosen."""
    options = {"F": "for", "A": "against", "N": "abstain"}
    data = {"elector": str(elector_of(election.assembly, user).pk), "key": str(uuid.uuid4())}
    for motion, mark in zip(election.assembly.motions.order_by("position"), marks, strict=True):
        if mark != ".":
            data[f"motion-{motion.pk}"] = options[mark]
    return data | more


def test_candidates_stand_together_under_one_heading_with_the_limit(client):
    election = posted_election(candidates=7, matters=1)
    owner = people_of(election.assembly)[0]
    text = words(get(client, owner, "assembly", election.assembly_id))
    assert text.count("选举业主委员会委员") == 1
    assert "已同意 0 / 最多 5" in text
    assert "候选人 7 名，应选 5 人" in text
    assert "共 8 项，每项选一个" in text
    assert text.index("修改管理规约") < text.index("1 号") < text.index("7 号")
    assert "其余候选人都弃权" in text


def test_the_rest_is_filled_with_abstentions_without_javascript_and_nothing_is_cast(client):
    election = posted_election(candidates=7, matters=1)
    owner = people_of(election.assembly)[0]
    data = sheet(election, owner, "..FF....", rest="abstain")

    response = post(client, owner, "cast", election.assembly_id, **data)

    html = response.content.decode()
    assert response.status_code == 200
    assert not Ballot.objects.exists()
    assert len(re.findall(r'value="abstain" checked', html)) == 5
    assert len(re.findall(r'value="for" checked', html)) == 2
    assert "已同意 2 / 最多 5" in words(response)
    assert "还没有选" not in words(response), "the other matter is left open, and nobody is blamed yet"
    assert f'value="{data["key"]}"' in html


def test_too_many_marks_come_back_with_all_of_them_kept(client):
    election = posted_election(candidates=7)
    owner = people_of(election.assembly)[0]
    data = sheet(election, owner, "FFFFFFN")

    response = post(client, owner, "cast", election.assembly_id, **data)

    assert response.status_code == 422
    assert "同意的候选人超过了应选人数" in words(response)
    assert response.content.decode().count('value="for" checked') == 6
    assert not Ballot.objects.exists()
    assert (
        post(client, owner, "cast", election.assembly_id, **sheet(election, owner, "FFFFFNN")).status_code
        == 303
    )


def test_whoever_withdrew_is_marked_so_and_only_an_abstention_goes(client):
    election = posted_election(candidates=7)
    owner = people_of(election.assembly)[8]
    before = sheet(election, owner, "FFFFFNN")
    leaving = candidate_of(election, 1)
    withdraw_candidate(candidate=leaving, reason="", actor=account_of(leaving))

    stale = post(client, owner, "cast", election.assembly_id, **before)
    assert stale.status_code == 409
    assert "有候选人在您打开表决票以后退出了" in words(stale)
    assert "已同意 4 / 最多 5" in words(stale)
    assert not Ballot.objects.exists()

    page = get(client, owner, "assembly", election.assembly_id).content.decode()
    assert f'<input type="hidden" name="motion-{leaving.motion_id}" value="abstain">' in page
    assert page.count("已退出") == 1
    assert (
        post(client, owner, "cast", election.assembly_id, **sheet(election, owner, "NFFFFFN")).status_code
        == 303
    )


def test_the_api_refuses_too_many_marks_by_their_own_code():
    election = posted_election(candidates=7)
    owner = people_of(election.assembly)[0]
    api = Api(owner)
    choices = {str(place): "for" if place < 7 else "abstain" for place in range(1, 8)}
    body = {
        "elector": elector_of(election.assembly, owner).pk,
        "idempotency_key": str(uuid.uuid4()),
        "choices": choices,
    }
    refused = api.post(f"assemblies/{election.assembly_id}/ballots/", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "too-many-marks")
    assert (refused.json()["limit"], refused.json()["marked"]) == (5, 6)


# --- nominating on the phone -----------------------------------------------------------------


def test_everybody_of_the_estate_reads_the_election_and_only_owners_are_asked_to_stand(client):
    election = election_draft()
    estate = election.assembly.estate
    owner = owner_in(estate)
    tenant = ResidencyFactory(unit=owner.ownerships.get().unit).user
    for user, asked in ((owner.user, True), (tenant, False)):
        page = words(get(client, user, "election", election.pk))
        assert ("我要参选" in page, "推荐一位业主" in page) == (asked, asked)
        assert SEED in page
    assert get(client, UserFactory(), "election", election.pk).status_code == 404
    assert "业主委员会换届选举" in words(get(client, tenant, "assembly-list", estate.slug))


def test_standing_needs_the_declaration_and_keeps_what_was_written(client):
    election = election_draft()
    user = owner_in(election.assembly.estate).user
    refused = post(client, user, "election-stand", election.pk, statement="我做会计二十年")
    assert refused.status_code == 422
    assert "请先勾选本人声明" in words(refused) and "我做会计二十年" in words(refused)
    assert not Candidate.objects.exists()
    done = post(client, user, "election-stand", election.pk, statement="我做会计二十年", declared="on")
    candidate = Candidate.objects.get()
    assert done["Location"] == reverse("votes:candidate", args=[candidate.pk])
    page = words(client.get(done["Location"]))
    assert "我做会计二十年" in page and "退出选举" in page
    tenant = ResidencyFactory(unit__building__estate=election.assembly.estate).user
    assert post(client, tenant, "election-stand", election.pk, declared="on").status_code == 403


def test_a_neighbour_is_named_by_name_and_home_stays_masked_and_agrees(client):
    election = election_draft()
    named, first, other = Owner.objects.filter(estate=election.assembly.estate).order_by("pk")[:3]
    unit = named.ownerships.get().unit
    data = {"name": named.name, "building": unit.building.name, "staircase": "1单元", "room": unit.room}

    wrong = post(client, first.user, "election-nominate", election.pk, **data | {"name": "没有此人"})
    assert wrong.status_code == 422 and "没有此人" in wrong.content.decode()
    assert not Candidate.objects.exists()
    done = post(client, first.user, "election-nominate", election.pk, **data)
    candidate = Candidate.objects.get()
    assert done["Location"] == reverse("votes:candidate", args=[candidate.pk])

    page = words(get(client, other.user, "candidate", candidate.pk))
    assert named.name not in page and named.masked_name in page and "等本人确认" in page
    assert post(client, other.user, "candidate-support", candidate.pk).status_code == 302
    assert NominationSupport.objects.count() == 2
    assert "您已联名" in words(get(client, other.user, "candidate", candidate.pk))
    assert post(client, other.user, "candidate-accept", candidate.pk, declared="on").status_code == 403
    assert "您同意参选吗" in words(get(client, named.user, "candidate", candidate.pk))
    post(client, named.user, "candidate-accept", candidate.pk, declared="on", statement="好")
    assert named.name in words(get(client, other.user, "candidate", candidate.pk))


def test_who_was_found_unfit_is_hidden_from_the_others_and_may_answer(client):
    election = election_draft()
    owner, other = Owner.objects.filter(estate=election.assembly.estate).order_by("pk")[:2]
    candidate = put_up(
        election,
        owner,
        status="ineligible",
        screening={"dues": "failed"},
        screening_reason="拖欠物业费两年，没有争议",
    )
    mine = words(get(client, owner.user, "candidate", candidate.pk))
    assert "拖欠物业费两年" in mine and "不符合" in mine
    assert get(client, other.user, "candidate", candidate.pk).status_code == 404
    assert owner.name not in words(get(client, other.user, "election", election.pk))
    short = post(client, owner.user, "candidate-reply", candidate.pk, text="不对")
    assert short.status_code == 422 and "不对" in words(short)
    post(client, owner.user, "candidate-reply", candidate.pk, text="欠费是上一位业主的，已有收据")
    candidate.refresh_from_db()
    assert candidate.reply == "欠费是上一位业主的，已有收据"


def test_leaving_asks_on_a_page_of_its_own(client):
    election = posted_election(candidates=4, seats=3)
    candidate = candidate_of(election, 2)
    page = words(get(client, account_of(candidate), "candidate-withdraw", candidate.pk))
    assert "注明“已退出”" in page
    candidate.refresh_from_db()
    assert candidate.status == "eligible"
    post(client, account_of(candidate), "candidate-withdraw", candidate.pk, reason="家里有事")
    candidate.refresh_from_db()
    assert (candidate.status, candidate.withdrawn_reason) == ("withdrawn", "家里有事")


# --- the desk -----------------------------------------------------------------------------------


def test_an_election_is_set_up_at_the_desk_with_a_seed_to_take(client):
    estate = EstateFactory()
    owners_of(estate, [100] * 3)
    secretary, draft = appoint(RoleCode.SECRETARY, estate), draft_assembly(estate)
    page = get(client, secretary, "desk-election-edit", estate.slug, draft.pk).content.decode()
    assert re.search(r'name="lot_seed" value="[0-9a-f]{5}(?:-[0-9a-f]{5}){3}"', page)
    data = {
        "purpose": "term",
        "seats": "4",
        "alternates": "2",
        "term_years": "5",
        "nomination_closes_on": f"{timezone.localdate() + timedelta(days=7)}",
        "lot_seed": "三潭印月",
    }
    refused = post(client, secretary, "desk-election-edit", estate.slug, draft.pk, **data)
    assert refused.status_code == 422 and "而且是单数" in words(refused)
    assert "三潭印月" in refused.content.decode()
    post(client, secretary, "desk-election-edit", estate.slug, draft.pk, **data | {"seats": "3"})
    election = Election.objects.get()
    assert (election.seats, election.lot_seed) == (3, "三潭印月")
    page = words(get(client, secretary, "desk-election", estate.slug, draft.pk))
    assert "还没有人被提名" in page and "三潭印月" in page


def test_screening_keeps_what_was_written_and_notices_a_colleague(client):
    election = election_draft()
    estate = election.assembly.estate
    secretary, colleague = (appoint(RoleCode.SECRETARY, estate) for _ in range(2))
    owner = owner_in(estate)
    candidate = put_up(
        election, owner, status="nominated", screening={}, screening_reason="", screened_by=None,
        screened_at=None,
    )  # fmt: skip
    place = (estate.slug, election.assembly_id, candidate.pk)
    page = get(client, secretary, "desk-candidate", *place).content.decode()
    assert re.search(r'name="on-roster" value="met"[^>]*checked', page), "what the roster tells is filled in"
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    answers = dict.fromkeys(
        ("on-roster", "full-age", "no-firm-tie", "dues", "law-abiding", "has-time"), "met"
    )

    short = post(
        client, secretary, "desk-candidate", *place, **answers, eligible="yes", reason="好", seen=seen
    )
    assert short.status_code == 422 and "至少十个字" in words(short)
    data = answers | {"eligible": "yes", "reason": "查过名册和缴费，符合条件", "seen": seen}
    assert post(client, secretary, "desk-candidate", *place, **data).status_code == 302
    stale = post(
        client, colleague, "desk-candidate", *place, **data | {"reason": "另一位同事的不同意见写在这里"}
    )
    assert stale.status_code == 409
    assert "另一位工作人员刚刚审查过" in words(stale) and "另一位同事的不同意见写在这里" in words(stale)
    candidate.refresh_from_db()
    assert candidate.screened_by == secretary
    chair = appoint(RoleCode.COMMITTEE_CHAIR, estate)
    assert post(client, chair, "desk-candidate", *place, **data).status_code == 403


def test_candidates_are_posted_after_a_page_that_asks_and_printed(client):
    election = election_draft(nomination_closes_at=timezone.now() - timedelta(hours=1))
    estate = election.assembly.estate
    secretary = appoint(RoleCode.SECRETARY, estate)
    owner = owner_in(estate)
    put_up(election, owner)
    place = (estate.slug, election.assembly_id)
    assert "公示候选人" in words(get(client, secretary, "desk-election-post", *place))
    assert reload(election).candidates_posted_at is None
    post(client, secretary, "desk-election-post", *place)
    assert reload(election).candidates_posted_at is not None
    printed = words(get(client, secretary, "desk-election-print", *place))
    assert owner.name in printed and "愿意为大家做事" in printed
    assert owner.name in words(get(client, secretary, "desk-assembly", *place))
    assert "候选人（按编号）" in words(get(client, secretary, "notice-print", *place))


def test_a_recall_is_asked_at_the_desk_and_read_on_the_ballot(client):
    estate = EstateFactory()
    owners = owners_of(estate, [100] * 6)
    term = term_of(estate, owners[:5])
    secretary, draft = appoint(RoleCode.SECRETARY, estate), draft_assembly(estate, motions=0)
    seat = term.seats.first()
    data = {
        "seat": str(seat.pk),
        "reason": "连续六个月无故不参加委员会会议",
        "proposer": "owners",
        "signed_heads": "2",
        "signed_area": "2.05",
        "hearing": "本人说因工作调动，愿意辞职。",
        "heard_on": "2026-11-05",
    }
    place = (estate.slug, draft.pk)
    short = post(client, secretary, "desk-recall", *place, **data | {"reason": "不好"})
    assert short.status_code == 422 and "愿意辞职" in words(short)
    post(client, secretary, "desk-recall", *place, **data)
    recall = Recall.objects.get()
    assert (recall.signed_heads, recall.signed_area, recall.proposer) == (2, 205, "owners")
    page = words(get(client, secretary, "desk-assembly", *place))
    assert "愿意辞职" in page and f"罢免业主委员会委员 {owners[0].name}" in page
    again = client.get(reverse("votes:desk-recall", args=place), {"seat": str(seat.pk)})
    assert "连续六个月" in words(again)


# --- the result ---------------------------------------------------------------------------------


def tied() -> Election:
    election = posted_election(candidates=4, seats=3, alternates=1)
    settled(election.assembly, ["FFFA"] * 4 + ["FFAF"] * 4 + ["AFFF"] * 4)
    return reload(election)


def test_the_result_shows_ranks_figures_and_the_lot_to_be_drawn_again(client):
    election = tied()
    owner = people_of(election.assembly)[0]
    page = words(get(client, owner, "result", election.assembly_id))
    assert "应选 3 人，当选 3 人，候补 1 人。" in page
    assert "有 3 位候选人同意的人数和面积都相同" in page
    for text in (SEED, election.lot_root):
        assert text in page
    lots = [one.result.lot for one in election.candidates.select_related("result") if one.result.lot]
    assert len(lots) == 3 and all(lot in page for lot in lots)
    printed = words(get(client, owner, "result-print", election.assembly_id))
    assert all(lot in printed for lot in lots) and "应选 3 人" in printed
    listed = words(get(client, owner, "assembly-list", election.assembly.estate.slug))
    assert "当选 3 人" in listed and "选举业主委员会委员，候选人 4 名" in listed


def test_the_file_of_the_result_has_rank_outcome_and_lot_for_each_candidate(client):
    election = tied()
    response = get(client, people_of(election.assembly)[0], "result-csv", election.assembly_id)
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
    assert [row["候选人编号"] for row in rows] == ["1", "2", "3", "4"]
    assert {row["选举结果"] for row in rows} == {"当选", "候补委员"}
    assert sorted(row["名次"] for row in rows) == ["1", "2", "3", "4"]
    assert sum(bool(row["抽签值"]) for row in rows) == 3


@pytest.mark.parametrize("candidates", [4, 8])
def test_pages_ask_the_database_as_often_for_many_candidates(
    client, candidates, django_assert_max_num_queries
):
    election = posted_election(candidates=candidates, seats=3)
    owner = people_of(election.assembly)[0]
    client.force_login(owner)
    with django_assert_max_num_queries(26):
        client.get(reverse("votes:assembly", args=[election.assembly_id]))
    with django_assert_max_num_queries(20):
        client.get(reverse("votes:election", args=[election.pk]))


# --- the API -------------------------------------------------------------------------------------


def test_the_api_stands_names_signs_accepts_and_leaves():
    election = election_draft()
    estate = election.assembly.estate
    first, named, third = Owner.objects.filter(estate=estate).order_by("pk")[:3]
    base = f"elections/{election.pk}/"
    api = Api(first.user)
    refused = api.post(f"{base}candidates/", {"nomination": "self"})
    assert refused.json()["code"] == "declaration-missing"
    own = api.post(f"{base}candidates/", {"nomination": "self", "declared": True, "statement": "好"})
    assert (own.status_code, own.json()["number"], own.json()["accepted"]) == (201, 1, True)
    unit = named.ownerships.get().unit
    body = {"nomination": "joint", "name": named.name, "building": unit.building.name, "room": unit.room}
    made = api.post(f"{base}candidates/", body | {"staircase": "1"}).json()
    assert (made["name"], made["accepted"]) == (named.masked_name, False)
    other = Api(third.user)
    assert other.post(f"candidates/{made['id']}/support/").status_code == 200
    assert other.post(f"candidates/{made['id']}/support/").json()["code"] == "support-not-taken"
    assert other.post(f"candidates/{made['id']}/accept/", {"declared": True}).status_code == 403
    itself = Api(named.user)
    assert itself.post(f"candidates/{made['id']}/accept/", {"declared": True}).json()["accepted"]
    assert itself.post(f"candidates/{made['id']}/withdraw/", {}).json()["status"] == "withdrawn"
    shown = other.get(base).json()
    assert [one["name"] for one in shown["candidates"]] == [first.name]
    assert (shown["seats"], shown["phase"], shown["lot_seed"]) == (5, "draft", SEED)


def test_the_api_hides_the_election_of_another_estate():
    election = election_draft()
    stranger = people_of(posted_election(candidates=4, seats=3).assembly)[0]
    assert Api(stranger).get(f"elections/{election.pk}/").status_code == 404
