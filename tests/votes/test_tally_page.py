"""The public 表决核算: figures in, verdict out, nothing typed lost, nothing stored, no login."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from votes.forms.tally import MOST_MOTIONS, figure_fields, motions_in, without_motion

URL = "/tally/"

#: Heads won, area lost: a real notice's figures.
SHEET = {
    "rules": "civil-code-2021",
    "denominator.heads": "309",
    "denominator.area": "33957.59",
    "motions[0].id": "续聘物业",
    "motions[0].item": "4",
    "motions[0].for.heads": "131",
    "motions[0].for.area": "11402.18",
    "motions[0].against.heads": "71",
    "motions[0].against.area": "11871.30",
    "motions[0].abstain.heads": "14",
    "motions[0].abstain.area": "1204.66",
}
DOCUMENT = {
    "rules": "civil-code-2021",
    "denominator": {"heads": 309, "area": "33957.59"},
    "motions": [
        {
            "id": "续聘物业",
            "item": 4,
            "for": {"heads": 131, "area": "11402.18"},
            "against": {"heads": 71, "area": "11871.30"},
            "abstain": {"heads": 14, "area": "1204.66"},
        }
    ],
}


def judged(client: Client, **changed: str):
    """The response to ``SHEET`` with some inputs changed; an input given as "" is left empty."""
    return client.get(URL, SHEET | changed | {"judge": "1"})


def field(path: str, motion: int = 0) -> str:
    return f"motions[{motion}].{path}"


def test_the_empty_form_needs_no_login_and_refuses_nothing(client):
    assert reverse("votes:tally") == URL
    response = client.get(URL)
    text = response.content.decode()
    assert response.status_code == 200
    assert "需要改正" not in text
    assert response.context["judged"] == []


def test_a_verdict_with_its_proof_and_its_articles(client):
    response = judged(client)
    [one] = response.context["judged"]
    assert response.status_code == 200
    assert one.verdict == "not-passed"
    assert one.words == "同意的人数过半数，面积没有过半数。未通过不等于通过相反的决定。"
    assert [(row["name"], row["actual"], row["required"], row["met"]) for row in one.rows] == [
        ("参与人数", "216 / 309", "≥ 2/3", True),
        ("参与面积", "24,478.14 / 33,957.59", "≥ 2/3", True),
        ("同意人数", "131 / 216", "> 1/2", True),
        ("同意面积", "11,402.18 / 24,478.14", "> 1/2", False),
    ]
    assert one.article == "《民法典》第二百七十八条第一款第（四）项、《民法典》第二百七十八条第二款"


def test_everything_typed_comes_back(client):
    text = judged(client).content.decode()
    for name, value in SHEET.items():
        if name not in ("rules", field("item")):
            assert f'name="{name}" value="{value}"' in text
    assert '<option value="4" selected>' in text


@pytest.mark.parametrize(
    "written",
    ["11,402.18", "１１４０２．１８", " 11402.18 ", "11402.18 m²", "11402.18平方米", "11402.18㎡"],
)
def test_an_area_may_be_written_as_notices_write_it(client, written):
    [one] = judged(client, **{field("for.area"): written}).context["judged"]
    assert one.rows[3]["actual"] == "11,402.18 / 24,478.14"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (field("for.heads"), "1310", "同意 1310 超过总数 309"),
        (field("for.heads"), "-1", "不能为负"),
        (field("for.heads"), "很多", "人数应是整数"),
        (field("for.heads"), "3.5", "人数应是整数"),
        (field("for.area"), "11402.185", "面积最多两位小数"),
        (field("for.area"), "abc", "面积应写成如 89.50 的平方米数"),
        ("denominator.heads", "0", "必须大于零"),
        ("participating.heads", "310", "参与表决 310 超过总数 309"),
        (field("item"), "", "请选择；不清楚时，选最后两项之一。"),
    ],
)
def test_what_cannot_be_true_is_refused_beside_its_input_and_kept(client, name, value, said):
    response = judged(client, **{name: value})

    assert response.status_code == 422
    assert response.context["judged"] == []
    form = response.context["form"]
    assert said in form.errors[name][0]
    text = response.content.decode()
    assert f'href="#id_{name}"' in text
    assert f'id="id_{name}_error"' in text
    if name != field("item"):
        assert f'name="{name}" value="{value}"' in text
    other = next(key for key in SHEET if key.endswith(".area") and key != name)
    assert f'value="{SHEET[other]}"' in text


def test_an_unseen_figure_is_unknown_and_never_zero(client):
    [one] = judged(client, **{field("for.area"): ""}).context["judged"]
    assert one.verdict == "insufficient-data"
    assert one.missing == ["同意的面积"]
    assert one.stamp.text == "数据/不足"
    assert (one.rows[1]["actual"], one.rows[1]["met"]) == ("不详 / 33,957.59", None)
    assert one.ruler is None

    [one] = judged(client, **{field("for.area"): "0"}).context["judged"]
    assert one.verdict == "quorum-not-met"
    assert one.missing == []


def test_figures_given_for_participation_are_taken_as_given(client):
    [one] = judged(
        client, **{"participating.heads": "200", "participating.area": "30000", field("against.heads"): ""}
    ).context["judged"]
    assert one.verdict == "quorum-not-met"
    assert one.words == "参与表决的人数没有达到三分之二，没有形成决定。"


def test_the_older_law_asks_the_majority_of_all_and_has_other_items(client):
    response = judged(client, rules="property-law-2007", **{field("item"): "5"})
    [one] = response.context["judged"]
    assert [(row["name"], row["required"]) for row in one.rows] == [
        ("同意人数", "≥ 2/3"),
        ("同意面积", "≥ 2/3"),
    ]
    assert one.rows[0]["actual"] == "131 / 309"
    assert "《物权法》第七十六条第一款第（五）项" in one.article
    assert "第（八）项" not in response.content.decode()


def test_an_item_the_chosen_law_has_not_is_refused(client):
    response = judged(client, rules="property-law-2007", **{field("item"): "8"})
    assert response.status_code == 422
    assert "1 至 7" in response.context["form"].errors[field("item")][0]


@pytest.mark.parametrize(("kind", "required"), [("ordinary", "> 1/2"), ("special", "≥ 3/4")])
def test_who_knows_only_the_majority_may_say_that(client, kind, required):
    [one] = judged(client, **{field("item"): kind}).context["judged"]
    assert one.rows[2]["required"] == required


# --- several motions -----------------------------------------------------------------


def query_of(response) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(response["Location"]).query, keep_blank_values=True))


def test_adding_a_motion_keeps_everything_and_can_be_loaded_again(client):
    response = client.get(URL, SHEET | {"add": "1"})
    assert response.status_code == 302
    assert response["Location"].endswith("#motion-2")
    assert query_of(response) == SHEET | {field("id", 1): ""}

    text = client.get(response["Location"]).content.decode()
    assert 'id="motion-2"' in text
    assert 'id="motion-3"' not in text
    assert 'value="11402.18"' in text
    assert "需要改正" not in text


def test_removing_a_motion_moves_the_others_up(client):
    second = {name.replace("[0]", "[1]"): value for name, value in SHEET.items() if "[0]" in name}
    second[field("id", 1)] = "第二件"
    response = client.get(URL, SHEET | second | {"remove": "0"})
    assert query_of(response) == SHEET | {field("id"): "第二件"}


@pytest.mark.parametrize("wrong", ["7", "-1", "x", "", "99999999999999"])
def test_removing_what_is_not_there_removes_nothing(client, wrong):
    assert query_of(client.get(URL, SHEET | {"remove": wrong})) == SHEET


def test_there_is_an_end_to_motions(client):
    full = {field("id", index): f"第{index}件" for index in range(MOST_MOTIONS)}
    assert 'name="add"' not in client.get(URL, full).content.decode()
    assert motions_in({field("id", 999): ""}) == 1000
    response = client.get(URL, {field("id", 999): "x"})
    assert response.content.decode().count('id="motion-') == MOST_MOTIONS


def test_each_motion_has_its_own_verdict(client):
    second = {name.replace("[0]", "[1]"): value for name, value in SHEET.items() if "[0]" in name}
    second |= {field("item", 1): "8", field("for.area", 1): "22000", field("against.area", 1): "800"}
    response = client.get(URL, SHEET | second | {"judge": "1"})
    assert response.status_code == 422, "two motions of one name"
    response = client.get(URL, SHEET | second | {field("id", 1): "第二件", "judge": "1"})
    assert [one.verdict for one in response.context["judged"]] == ["not-passed", "not-passed"]
    assert response.context["judged"][1].rows[2]["met"] is False


def test_moving_up_is_only_for_those_behind():
    said = {field("id", 0): "a", field("id", 1): "b", field("id", 2): "c", "rules": "x"}
    assert without_motion(said, 1) == {field("id", 0): "a", field("id", 1): "c", "rules": "x"}


# --- files ---------------------------------------------------------------------------


def test_the_address_can_be_handed_on(client):
    first = judged(client)
    again = Client().get(f"{URL}?{first.context['query']}")
    assert again.context["judged"] == first.context["judged"]


def test_the_file_holds_what_was_typed_and_what_follows(client):
    response = client.get("/tally/figures.json", SHEET)
    assert response["Content-Disposition"] == 'attachment; filename="tally.json"'
    document = json.loads(response.content)
    assert document["input"] == DOCUMENT
    [motion] = document["result"]["motions"]
    assert (motion["verdict"], motion["item"]) == ("not-passed", 4)


def test_the_file_of_impossible_figures_names_the_fields(client):
    response = client.get("/tally/figures.json", SHEET | {field("for.heads"): "1310"})
    assert response.status_code == 422
    assert json.loads(response.content)["refused"][0]["field"] == field("for.heads")


@pytest.mark.parametrize("way", ["text", "file"])
def test_a_figures_file_fills_the_form_and_is_judged(client, way):
    content = json.dumps(DOCUMENT)
    data = {"text": content} if way == "text" else {"file": SimpleUploadedFile("a.json", content.encode())}
    response = client.post(URL, data)
    assert response.status_code == 200
    assert [one.verdict for one in response.context["judged"]] == ["not-passed"]
    assert 'name="denominator.area" value="33957.59"' in response.content.decode()


@pytest.mark.parametrize("way", ["text", "file"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "不是有效的 JSON"),
        ("[]", "应是一个 JSON 对象"),
        ('{"rules": "civil-code-2021"}', "motions：应列出至少一个表决事项"),
        (json.dumps(DOCUMENT | {"rules": "x"}), "rules：应是"),
        (
            json.dumps(DOCUMENT | {"motions": [{"id": n, "item": 4} for n in range(MOST_MOTIONS + 1)]}),
            "一次最多核算 30 个事项",
        ),
    ],
)
def test_a_file_that_cannot_be_read_comes_back_as_text_with_the_reason(client, way, content, said):
    data = {"text": content} if way == "text" else {"file": SimpleUploadedFile("a.json", content.encode())}
    response = client.post(URL, data)
    assert response.status_code == 422
    assert response.context["judged"] == []
    assert said in " ".join(response.context["file_form"].errors["text"])
    assert response.context["file_form"]["text"].value() == content


def test_sending_neither_file_nor_text_is_said(client):
    assert "请选一个文件" in client.post(URL, {}).content.decode()


def test_a_file_of_bytes_that_are_no_text_is_refused(client):
    response = client.post(URL, {"file": SimpleUploadedFile("a.json", b"\xff\xfe\x00\x81")})
    assert response.status_code == 422
    assert "不是 UTF-8 文本" in response.content.decode()


def test_a_document_becomes_inputs_and_back():
    assert figure_fields(DOCUMENT) == SHEET


@pytest.mark.django_db
def test_nothing_is_read_from_or_written_to_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        judged(client)


def test_what_is_typed_is_shown_as_text(client):
    text = judged(client, **{field("id"): "<b>x</b>"}).content.decode()
    assert "<b>x</b>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
