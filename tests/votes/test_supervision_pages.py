"""Pages of extending, correcting and revoking: what is typed, refused, confirmed and shown to everybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communities.clock import LOCAL_ZONE
from communities.enums import RoleCode
from communities.models import Ownership, ServiceRun, Unit, User
from tests.api import Api, refusal
from tests.factories.ballots import settled
from tests.factories.communities import OwnershipFactory, appoint
from tests.factories.votes import people_of, posted_assembly
from votes.models import Assembly, TwoPersonAct

from .test_desk_pages import as_person, at, words

pytestmark = pytest.mark.django_db

REASON = "服务器停机两小时，业主当晚不能表决"


@pytest.fixture
def voting() -> Assembly:
    return posted_assembly(owners=3)


@pytest.fixture
def announced() -> Assembly:
    return posted_assembly(owners=3, opens_in=timedelta(days=3))


def person(assembly: Assembly, code: RoleCode) -> User:
    return appoint(code, assembly.estate)


def later(assembly: Assembly, days: int = 3) -> dict[str, str]:
    assert assembly.closes_at is not None
    day = (assembly.closes_at + timedelta(days=days)).astimezone(LOCAL_ZONE).date()
    return {"closes_on": str(day), "closes_time": "24:00", "reason": REASON, "basis": "会议公告第五条"}


def was_down(assembly: Assembly) -> None:
    assert assembly.opens_at is not None
    start = assembly.opens_at + timedelta(minutes=5)
    ServiceRun.objects.create(started_at=start - timedelta(days=1), last_seen_at=start)
    ServiceRun.objects.create(started_at=start + timedelta(minutes=42), last_seen_at=timezone.now())


def test_an_extension_goes_from_one_person_to_another_and_is_shown(voting: Assembly) -> None:
    was_down(voting)
    chair = as_person(person(voting, RoleCode.COMMITTEE_CHAIR))
    secretary = as_person(person(voting, RoleCode.SECRETARY))
    page = words(chair.get(at("desk-assembly-extend", voting)))
    assert "42 分钟" in page
    sent = later(voting) | {"basis": ""}
    assert chair.post(at("desk-assembly-extend", voting), sent).status_code == 302
    act = TwoPersonAct.objects.get()
    confirm = words(secretary.get(at("desk-act-confirm", voting, act.pk)))
    assert "42 分钟" in confirm
    assert "延长到" in confirm
    assert secretary.post(at("desk-act-confirm", voting, act.pk)).status_code == 302
    owner = as_person(people_of(voting)[0])
    shown = words(owner.get(reverse("votes:assembly", args=[voting.pk])))
    assert "表决时间已延长" in shown
    assert REASON in shown
    assert "42 分钟" in shown
    assert "原定" in shown
    assert "业委会主任" in shown
    notice = words(chair.get(at("notice-print", voting)))
    assert "表决截止时间原定" in notice
    assert REASON in notice


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "太短"}, "reason"),
        ({"basis": ""}, "basis"),
        ({"closes_on": "2031-01-01"}, "closes_on"),
        ({"closes_on": "2026-01-01"}, "closes_on"),
        ({"closes_on": ""}, "closes_on"),
        ({"closes_time": "99:00"}, "closes_time"),
    ],
)
def test_what_was_typed_stays_beside_the_refusal(voting: Assembly, change: Any, field: str) -> None:
    chair = as_person(person(voting, RoleCode.COMMITTEE_CHAIR))
    response = chair.post(at("desk-assembly-extend", voting), later(voting) | change)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    kept = (later(voting) | change)["reason"]
    assert f">\n{kept}</textarea>" in response.content.decode()
    assert not TwoPersonAct.objects.exists()


def test_after_the_deadline_the_page_says_so(voting: Assembly) -> None:
    over = posted_assembly(voting.estate, opens_in=timedelta(days=-9), closes_in=timedelta(seconds=-1))
    chair = as_person(person(voting, RoleCode.COMMITTEE_CHAIR))
    assert chair.get(at("desk-assembly-extend", over)).status_code == 409
    assert chair.post(at("desk-assembly-extend", over), later(over)).status_code == 409


def test_a_result_shows_the_deadline_that_was_announced(voting: Assembly) -> None:
    chair = as_person(person(voting, RoleCode.COMMITTEE_CHAIR))
    secretary = as_person(person(voting, RoleCode.SECRETARY))
    chair.post(at("desk-assembly-extend", voting), later(voting))
    secretary.post(at("desk-act-confirm", voting, TwoPersonAct.objects.get().pk))
    done = settled(Assembly.objects.get(pk=voting.pk))
    for name in ("result", "result-print"):
        page = words(chair.get(reverse(f"votes:{name}", args=[done.pk])))
        assert "原定" in page
        assert REASON in page


def test_both_people_see_the_same_difference_of_the_roll(announced: Assembly) -> None:
    chair = as_person(person(announced, RoleCode.COMMITTEE_CHAIR))
    secretary = as_person(person(announced, RoleCode.SECRETARY))
    url = at("roll-correction", announced)
    assert "名册没有变化" in words(chair.get(url))
    unit = Unit.objects.filter(estate=announced.estate).order_by("room")[1]
    Unit.objects.filter(pk=unit.pk).update(area=9_050)
    page = chair.get(url)
    assert "88.00 → 90.50" in words(page)
    sent = {"reason": REASON, "shown": page.context["delta"].shown}
    assert chair.post(url, sent).status_code == 302
    act = TwoPersonAct.objects.get()
    assert "88.00 → 90.50" in words(secretary.get(at("desk-act-confirm", announced, act.pk)))
    assert "正等待另一人确认" in words(chair.get(url))
    assert secretary.post(at("desk-act-confirm", announced, act.pk)).status_code == 302
    owner = as_person(people_of(announced)[0])
    assert "表决人名册已更正" in words(owner.get(reverse("votes:assembly", args=[announced.pk])))
    assert "266.50 m²" in words(chair.get(at("roll", announced)))


def test_a_roster_that_changed_again_is_shown_and_not_confirmed(announced: Assembly) -> None:
    chair = as_person(person(announced, RoleCode.COMMITTEE_CHAIR))
    secretary = as_person(person(announced, RoleCode.SECRETARY))
    first, second, _ = Unit.objects.filter(estate=announced.estate).order_by("room")
    Unit.objects.filter(pk=first.pk).update(area=9_050)
    url = at("roll-correction", announced)
    shown = chair.get(url).context["delta"].shown
    Unit.objects.filter(pk=second.pk).update(area=9_060)
    stale = chair.post(url, {"reason": REASON, "shown": shown})
    assert stale.status_code == 409
    assert f">\n{REASON}</textarea>" in stale.content.decode()
    chair.post(url, {"reason": REASON, "shown": stale.context["delta"].shown})
    Unit.objects.filter(pk=second.pk).update(area=9_070)
    confirm = at("desk-act-confirm", announced, TwoPersonAct.objects.get().pk)
    page = secretary.get(confirm)
    assert "名册又变了" in words(page)
    assert "确认更正</button>" not in page.content.decode()
    assert secretary.post(confirm).status_code == 409
    assert Assembly.objects.get(pk=announced.pk).total_area == announced.total_area


def test_the_difference_masks_names(announced: Assembly) -> None:
    chair = as_person(person(announced, RoleCode.COMMITTEE_CHAIR))
    unit = Unit.objects.filter(estate=announced.estate)[0]
    day = timezone.localdate() - timedelta(days=1)
    Ownership.objects.filter(unit=unit).update(valid_to=day)
    buyer = OwnershipFactory(unit=unit, valid_from=day, owner__name="欧阳修远").owner
    page = words(chair.get(at("roll-correction", announced)))
    assert buyer.masked_name in page
    assert "欧阳修远" not in page


def test_a_roster_with_a_gap_gives_no_roll_to_correct_to(announced: Assembly) -> None:
    chair = as_person(person(announced, RoleCode.COMMITTEE_CHAIR))
    Ownership.objects.filter(unit__estate=announced.estate).update(valid_to="2026-01-01")
    page = words(chair.get(at("roll-correction", announced)))
    assert "没有登记业主" in page


def test_the_difference_costs_the_same_however_long(
    announced: Assembly, django_assert_max_num_queries: Any
) -> None:
    chair = as_person(person(announced, RoleCode.COMMITTEE_CHAIR))
    url = at("roll-correction", announced)
    chair.get(url)
    for number in (1, 3):
        Unit.objects.filter(pk__in=Unit.objects.all()[:number]).update(area=9_000 + number)
        with django_assert_max_num_queries(28):
            assert len(chair.get(url).context["rows"]) == number


# --- revoking -----------------------------------------------------------------------------


def test_an_order_to_revoke_is_shown_to_everybody(voting: Assembly) -> None:
    done = settled(voting)
    subdistrict = as_person(person(done, RoleCode.SUBDISTRICT))
    secretary = as_person(person(done, RoleCode.SECRETARY))
    sent = {
        "kind": "void",
        "reason": "会议通知的天数不足，程序违法，责令撤销",
        "authority": "湖滨街道办事处",
        "document": "湖街责改〔2026〕3号",
    }
    assert subdistrict.post(at("desk-act-propose", done), sent | {"document": ""}).status_code == 422
    assert not TwoPersonAct.objects.exists()
    assert subdistrict.post(at("desk-act-propose", done), sent).status_code == 302
    act = TwoPersonAct.objects.get()
    assert "湖街责改〔2026〕3号" in words(secretary.get(at("desk-act-confirm", done, act.pk)))
    secretary.post(at("desk-act-confirm", done, act.pk))
    owner = as_person(people_of(done)[0])
    for name in ("result", "result-print"):
        page = words(owner.get(reverse(f"votes:{name}", args=[done.pk])))
        assert "湖滨街道办事处" in page
        assert "湖街责改〔2026〕3号" in page


def test_a_committee_revokes_without_an_order(voting: Assembly) -> None:
    done = settled(voting)
    chair = as_person(person(done, RoleCode.COMMITTEE_CHAIR))
    sent = {"kind": "void", "reason": "发现计票时用错了名册，决定作废", "authority": "", "document": ""}
    assert chair.post(at("desk-act-propose", done), sent).status_code == 302
    assert TwoPersonAct.objects.get().payload == {}


def test_the_page_of_stopping_takes_no_other_act(voting: Assembly) -> None:
    chair = as_person(person(voting, RoleCode.COMMITTEE_CHAIR))
    for kind, status in (
        ("extend", 422),
        ("correct-roll", 422),
        ("unlock-ballot", 422),
        ("release-pack", 409),
    ):
        answer = chair.post(at("desk-act-propose", voting), {"kind": kind, "reason": REASON})
        assert (kind, answer.status_code) == (kind, status)
    assert not TwoPersonAct.objects.exists()


# --- the API --------------------------------------------------------------------------------


def test_a_program_extends_and_corrects(voting: Assembly, announced: Assembly) -> None:
    chair, secretary = (person(voting, code) for code in (RoleCode.COMMITTEE_CHAIR, RoleCode.SECRETARY))
    assert voting.closes_at is not None
    path = f"assemblies/{voting.pk}/acts/"
    body: dict[str, Any] = {"kind": "extend", "reason": REASON}
    assert refusal(Api(chair).post(path, body)) == (422, "act-incomplete")
    body["payload"] = {"closes_at": (voting.closes_at + timedelta(days=1)).isoformat()}
    assert refusal(Api(chair).post(path, body)) == (422, "extension-needs-basis")
    body["payload"]["basis"] = "会议公告第五条"
    made = Api(chair).post(path, body)
    assert made.status_code == 201, made.content
    done = Api(secretary).post(f"{path}{made.json()['id']}/confirm/")
    assert done.json()["applied_at"] == done.json()["confirmed_at"]
    assert refusal(Api(chair).get(f"assemblies/{voting.pk}/roll/correction/")) == (409, "act-not-possible")
    assert refusal(Api(chair).post(path, {"kind": "unlock-ballot", "reason": REASON})) == (
        403,
        "not-permitted",
    )

    chair, secretary = (person(announced, code) for code in (RoleCode.COMMITTEE_CHAIR, RoleCode.SECRETARY))
    Unit.objects.filter(pk=Unit.objects.filter(estate=announced.estate)[0].pk).update(area=9_000)
    delta = Api(chair).get(f"assemblies/{announced.pk}/roll/correction/").json()
    assert [(one["kind"], one["area_then"], one["area_now"]) for one in delta["changes"]] == [
        ("changed", "88.00", "90.00")
    ]
    path = f"assemblies/{announced.pk}/acts/"
    body = {"kind": "correct-roll", "reason": REASON, "payload": {"shown": delta["shown"]}}
    made = Api(chair).post(path, body)
    assert made.status_code == 201, made.content
    assert Api(secretary).post(f"{path}{made.json()['id']}/confirm/").status_code == 200
    assert Assembly.objects.get(pk=announced.pk).total_area == 26_600


def test_logged_out_nobody_gets_in(voting: Assembly) -> None:
    for name in ("desk-assembly-extend", "roll-correction"):
        assert Client().get(at(name, voting)).status_code == 302
