"""The result: words first, the proof below, every figure to check, and nothing before the close."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communities.enums import RoleCode
from communities.models import Notice
from tests.factories.ballots import cast_for, open_with_areas, settled
from tests.factories.communities import UserFactory, appoint
from tests.factories.votes import people_of, posted_assembly
from votes.services.acts import confirm_act, propose_act

pytestmark = pytest.mark.django_db

#: Session, person, assembly, certificate, results (page, recount), trace, objections, mandate,
#: unread notices;
#: PostgreSQL's clock.
QUERIES = 11 + (connection.vendor == "postgresql")


def page(client: Client, assembly, user=None, name: str = "result") -> str:
    client.force_login(user or people_of(assembly)[0])
    response = client.get(reverse(f"votes:{name}", args=[assembly.pk]))
    assert response.status_code == 200
    return response.content.decode()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def rows(client: Client, assembly) -> list[dict[str, str]]:
    text = page(client, assembly, name="result-csv")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def proofs(client: Client, assembly) -> list[list[tuple]]:
    client.force_login(people_of(assembly)[0])
    response = client.get(reverse("votes:result", args=[assembly.pk]))
    return [
        [(row["name"], row["actual"], row["required"], row["met"]) for row in one.rows]
        for one in response.context["shown"]
    ]


def test_heads_won_and_area_lost_is_said_in_words_and_proved(client):
    assembly = settled(open_with_areas([1000, 1000, 8000]), ["F", "F", "A"])

    text = words(page(client, assembly))

    assert "同意的人数过半数，面积没有过半数。未通过不等于通过相反的决定。" in text
    assert proofs(client, assembly) == [
        [
            ("参与人数", "3 / 3", "≥ 2/3", True),
            ("参与面积", "100.00 / 100.00", "≥ 2/3", True),
            ("同意人数", "2 / 3", "> 1/2", True),
            ("同意面积", "20.00 / 100.00", "> 1/2", False),
        ]
    ]
    assert "依据《民法典》第二百七十八条第一款第（二）项、《民法典》第二百七十八条第二款" in text
    assert "收到 3 张 = 计入 3 张 + 未计入 0 张" in text
    assert assembly.certificate.sha256 in text


@pytest.mark.parametrize(
    ("areas", "items", "choices", "said"),
    [
        ([100, 100, 100], [2], ["F", "F", "A"], "同意的人数、面积都过半数，决定通过。"),
        ([100, 100, 100, 100], [8], ["F", "F", "F", "A"], "同意的人数、面积都达到四分之三，决定通过。"),
        ([100, 100, 100], [8], ["F", "F", "A"], "同意的人数、面积没有达到四分之三。未通过"),
        ([100, 100, 100], [2], ["F"], "参与表决的人数、面积没有达到三分之二，没有形成决定。"),
        ([100, 100, 900], [2], ["F", "F"], "参与表决的面积没有达到三分之二，没有形成决定。"),
        ([100, 100], [2], ["F", "A"], "同意的人数、面积没有过半数。"),
    ],
)
def test_the_verdict_in_words(client, areas, items, choices, said):
    assembly = settled(open_with_areas(areas, items=items), choices)
    assert said in words(page(client, assembly))


def test_a_replaced_ballot_is_counted_as_not_counted(client):
    assembly = posted_assembly(owners=3, rules={"ballot-change": "revisable"})
    owner = people_of(assembly)[0]
    cast_for(assembly, owner, "F")
    cast_for(assembly, owner, "A")
    text = words(page(client, settled(assembly)))
    assert "收到 2 张 = 计入 1 张 + 未计入 1 张" in text
    assert "线上 2 1" in text
    assert "线上 · 被本人后来提交的一张取代：1 张" in text


def test_the_second_tally_stands_beside_the_first_with_its_clause(client):
    assembly = open_with_areas([100, 100, 100, 100], rules={"silent-owners": "with-majority"})
    silent = people_of(assembly)[3]
    now = timezone.now()
    Notice.objects.create(
        recipient=silent,
        estate=assembly.estate,
        topic="votes.assembly-published",
        subject=str(assembly.pk),
        title="公示",
        created_at=now,
        read_at=now,
    )
    assembly = settled(assembly, ["F", "F", "F"])

    text = words(page(client, assembly))
    assert "只计实际投的票" in text
    assert "按规约计入未表决的业主后" in text
    assert "本小区业主大会议事规则第一条" in text
    assert "已送达而没有表决的 1 人，1.00 m²" in text
    assert "4 / 4" in text


def test_without_a_majority_the_silent_are_added_to_neither_side(client):
    assembly = open_with_areas([100, 100, 100], rules={"silent-owners": "with-majority"})
    assembly = settled(assembly, ["F", "A"])
    assert "没有计入任何一方" in words(page(client, assembly))


def test_where_the_estate_has_no_such_rule_there_is_one_tally(client):
    assembly = settled(open_with_areas([100, 100, 100]), ["F", "F"])
    assert "只计实际投的票" not in page(client, assembly)


# --- before there is one, and after it is gone ---------------------------------------


@pytest.mark.parametrize(
    ("opens_in", "closes_in", "said"),
    [
        (timedelta(hours=2), timedelta(days=9), "还没有结果"),
        (timedelta(hours=-2), timedelta(days=9), "还没有结果"),
        (timedelta(days=-9), timedelta(hours=-1), "正在计票"),
    ],
)
def test_before_the_result_the_page_says_when_it_comes_and_nothing_more(client, opens_in, closes_in, said):
    assembly = posted_assembly(opens_in=opens_in, closes_in=closes_in)
    text = page(client, assembly)
    assert said in text
    assert "同意" not in words(text)
    client.force_login(people_of(assembly)[0])
    for name in ("result-csv", "result-print"):
        assert client.get(reverse(f"votes:{name}", args=[assembly.pk])).status_code == 404


def test_the_waiting_page_turns_over_by_itself(client):
    assembly = posted_assembly()
    assert "turnout/?phase=open" in page(client, assembly)
    assert f'data-live="/ws/votes/{assembly.pk}/"' in page(client, assembly)


def test_a_void_result_keeps_its_figures_under_the_reason_and_the_two_names(client):
    assembly = settled(open_with_areas([100, 100, 100]), ["F", "F", "F"])
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate, UserFactory(display_name="陈志强"))
    secretary = appoint(RoleCode.SECRETARY, assembly.estate, UserFactory(display_name="赵敏"))
    act = propose_act(assembly=assembly, kind="void", reason="法院判决撤销了这次会议的决定。", actor=chair)
    assert "已撤销" not in page(client, assembly)
    confirm_act(act=act, actor=secretary)

    text = page(client, assembly)
    for said in ("这次结果已撤销", "法院判决撤销", "业委会主任 陈志强", "社区工作人员 赵敏", "3 / 3"):
        assert said in text
    assert ">通过</text>" not in text, "no stamp says passed"
    assert "法院判决撤销" in page(client, assembly, name="result-print")


def test_a_cancelled_meeting_has_no_result_and_says_why(client):
    assembly = posted_assembly()
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate)
    act = propose_act(
        assembly=assembly, kind="cancel", reason="公告的议题写错了，需要重新公告。", actor=chair
    )
    confirm_act(act=act, actor=appoint(RoleCode.SECRETARY, assembly.estate))
    assert "公告的议题写错了" in page(client, assembly)


@pytest.mark.parametrize("name", ["result", "result-csv", "result-print"])
def test_the_result_of_another_estate_does_not_exist(client, name):
    assembly = settled(posted_assembly())
    url = reverse(f"votes:{name}", args=[assembly.pk])
    client.force_login(people_of(posted_assembly())[0])
    assert client.get(url).status_code == 404
    client.force_login(people_of(assembly)[0])
    assert client.get(url).status_code == 200


# --- the figures as a file, on paper, and reckoned again -----------------------------


def test_the_file_has_every_figure(client):
    assembly = settled(open_with_areas([1050, 1000, 8000], items=[2, 8]), ["FA", "FN", "AA"])
    first, second = rows(client, assembly)

    assert (first["总人数"], first["总面积"]) == ("3", "100.50")
    assert (first["同意人数"], first["同意面积"]) == ("2", "20.50")
    assert (first["反对人数"], first["反对面积"]) == ("1", "80.00")
    assert (first["参与人数"], first["参与面积"]) == ("3", "100.50")
    assert (first["结论"], first["同意面积结论"], first["同意人数结论"]) == ("未形成决定", "未达到", "达到")
    assert (second["法定事项"], second["弃权人数"], second["弃权面积"]) == ("8", "1", "10.00")
    assert second["同意人数须"] == "≥ 3/4"
    assert first["结果证明"] == assembly.certificate.sha256


def test_no_cell_of_the_file_can_become_a_formula(client):
    assembly = posted_assembly(title="=HYPERLINK(1)")
    [row] = rows(client, settled(assembly))
    assert row["会议"] == "'=HYPERLINK(1)"


def test_the_posted_sheet_has_what_a_result_notice_must_say(client):
    assembly = settled(open_with_areas([1000, 1000, 8000], title="2026年第二次业主大会会议"), ["F", "F", "A"])
    text = words(page(client, assembly, name="result-print"))
    for said in (
        "2026年第二次业主大会会议表决结果公告",
        "共 3 人，专有部分面积共 100.00 平方米",
        "收到表决票 3 张，计入 3 张，未计入 0 张",
        "车位、储藏室不计入",
        "业主委员会",
        "同意的人数过半数，面积没有过半数",
        "66.66%",
        "20.00%",
        assembly.certificate.sha256,
    ):
        assert said in text, said


def test_recounting_in_public_reaches_the_same_verdicts(client):
    assembly = settled(open_with_areas([1000, 1000, 8000, 500], items=[2, 8, 5]), ["FFA", "FFF", "AFN"])
    client.force_login(people_of(assembly)[0])
    response = client.get(reverse("votes:result", args=[assembly.pk]))

    client.logout()
    recounted = client.get(response.context["tally_url"]).context["judged"]

    assert [(one.verdict, one.rows) for one in recounted] == [
        (one.verdict, one.rows) for one in response.context["shown"]
    ]
    assert [one.verdict for one in recounted] == ["not-passed", "passed", "not-passed"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_motions(client, number, django_assert_num_queries):
    assembly = settled(open_with_areas([100, 100, 100], items=[2] * number), ["F" * number])
    page(client, assembly)
    with django_assert_num_queries(QUERIES):
        client.get(reverse("votes:result", args=[assembly.pk]))
