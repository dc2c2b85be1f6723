"""Preparing, posting and stopping an assembly through the API."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from communities.enums import RoleCode
from tests.api import Api, fields_at_fault, refusal
from tests.factories.communities import EstateFactory, OwnershipFactory, UserFactory, appoint
from tests.factories.votes import MotionFactory, draft_assembly, owned_units, people_of, posted_assembly
from votes.enums import AssemblyStatus
from votes.linting import lint
from votes.models import Assembly, LintOverride, Motion, MotionAttachment

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
REASON = "已向全体业主书面说明过原因"


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def estate():
    return EstateFactory()


@pytest.fixture
def chair(estate):
    return appoint(RoleCode.COMMITTEE_CHAIR, estate)


@pytest.fixture
def api(chair) -> Api:
    return Api(chair)


def titles(assembly) -> list[tuple[int, str]]:
    return list(
        Motion.objects.filter(assembly=assembly).order_by("position").values_list("position", "title")
    )


# --- drafts ----------------------------------------------------------------------------


def test_a_draft_begins_with_what_is_sent_and_the_usual_for_the_rest(api, estate):
    response = api.post(f"estates/{estate.slug}/assemblies/", {"posted_topics": "更换电梯"})

    assert response.status_code == 201
    told = response.json()
    assert (told["phase"], told["kind"], told["convener"]) == ("draft", "regular", "committee")
    assert told["title"] == f"{timezone.localdate().year}年第一次业主大会会议"
    assert told["posted_topics"] == "更换电梯"
    assert Assembly.objects.get().pk == told["id"]


def test_a_window_that_ends_before_it_begins_is_no_window(api, estate):
    backwards = {"opens_at": "2027-01-02T00:00:00+08:00", "closes_at": "2027-01-01T00:00:00+08:00"}
    assert fields_at_fault(api.post(f"estates/{estate.slug}/assemblies/", backwards)) == ["closes_at"]

    draft = draft_assembly(estate)
    late = {"opens_at": (draft.closes_at + timedelta(days=1)).isoformat()}
    assert fields_at_fault(api.patch(f"assemblies/{draft.pk}/", late)) == ["closes_at"]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", "soon", 7])
def test_a_moment_is_one_that_a_calendar_can_reckon_with(api, estate, moment):
    answer = api.post(f"estates/{estate.slug}/assemblies/", {"opens_at": moment})
    assert fields_at_fault(answer) == ["opens_at"]
    assert not Assembly.objects.exists()


def test_a_change_touches_only_what_is_sent(api, estate):
    draft = draft_assembly(estate, notice="原来的公告")

    told = api.patch(f"assemblies/{draft.pk}/", {"title": "临时会议", "kind": "extra"}).json()

    assert (told["title"], told["kind"], told["notice"]) == ("临时会议", "extra", "原来的公告")
    assert told["opens_at"] == timezone.localtime(draft.opens_at).isoformat()


def test_a_draft_can_be_deleted_and_copied(api, estate):
    draft = draft_assembly(estate, motions=2)

    copy = api.post(f"assemblies/{draft.pk}/copy/")
    assert (copy.status_code, len(copy.json()["motions"])) == (201, 2)
    assert copy.json()["opens_at"] is None
    assert api.delete(f"assemblies/{draft.pk}/").status_code == 204
    assert list(Assembly.objects.values_list("pk", flat=True)) == [copy.json()["id"]]


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_what_is_posted_is_never_edited(api, estate, method):
    posted = posted_assembly(estate, title="已公示的会议")
    answer = api.send(method.upper(), f"assemblies/{posted.pk}/", {"title": "另一个名字"})
    assert refusal(answer) == (409, "assembly-posted")
    assert Assembly.objects.get().title == "已公示的会议"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (RoleCode.COMMITTEE_CHAIR, 200),
        (RoleCode.SECRETARY, 200),
        (RoleCode.COMMITTEE, 403),
        (RoleCode.SUBDISTRICT, 404),
        (RoleCode.FIRM, 404),
        (RoleCode.SCRUTINEER, 404),
    ],
)
def test_who_may_change_a_draft(estate, code, expected):
    draft = draft_assembly(estate)
    answer = Api(appoint(code, estate)).patch(f"assemblies/{draft.pk}/", {"title": "改名"})
    assert answer.status_code == expected
    assert (Assembly.objects.get().title == "改名") == (expected == 200)


def test_an_owner_does_not_see_a_draft(estate):
    draft = draft_assembly(estate)
    owner = OwnershipFactory(unit__building__estate=estate).owner.user
    assert refusal(Api(owner).get(f"assemblies/{draft.pk}/")) == (404, "not-found")
    assert Api(owner).get(f"estates/{estate.slug}/assemblies/").json()["results"] == []


# --- motions and papers ---------------------------------------------------------------


def test_motions_are_added_moved_changed_and_removed(api, estate):
    draft = draft_assembly(estate, motions=0, posted_topics="更换电梯\n修改管理规约")
    base = f"assemblies/{draft.pk}/motions/"
    made = [
        api.post(base, {"title": title, "topic": "更换电梯", "item": 5, "amount": 38_000_000}).json()
        for title in ("甲", "乙", "丙")
    ]
    assert made[0]["options"] == ["for", "against", "abstain"]

    assert api.post(f"{base}{made[2]['id']}/move/", {"position": 1}).json()["position"] == 1
    assert titles(draft) == [(1, "丙"), (2, "甲"), (3, "乙")]
    assert api.post(f"{base}{made[2]['id']}/move/", {"position": -(10**30)}).status_code == 200

    changed = api.patch(f"{base}{made[0]['id']}/", {"title": "甲甲", "amount": None}).json()
    assert (changed["title"], changed["amount"], changed["item"]) == ("甲甲", None, 5)

    assert api.delete(f"{base}{made[0]['id']}/").status_code == 204
    assert titles(draft) == [(1, "丙"), (2, "乙")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "长" * 201),
        ("topic", "没有公告过的议题"),
        ("item", 10),
        ("item", 0),
        ("options", ["maybe"]),
        ("amount", -1),
        ("amount", 10**12),
        ("changes_fee", "perhaps"),
    ],
)
def test_a_motion_is_within_its_form(api, estate, field, value):
    draft = draft_assembly(estate, motions=0)
    body = {"title": "续聘", "topic": "续聘物业服务企业", "item": 4} | {field: value}
    (wrong,) = fields_at_fault(api.post(f"assemblies/{draft.pk}/motions/", body))
    assert wrong.split(".")[0] == field
    assert titles(draft) == []


def test_a_motion_of_another_assembly_is_not_found_here(api, estate):
    draft, other = draft_assembly(estate), draft_assembly(estate)
    motion = other.motions.get()
    for answer in (
        api.get(f"assemblies/{draft.pk}/motions/{motion.pk}/"),
        api.delete(f"assemblies/{draft.pk}/motions/{motion.pk}/"),
    ):
        assert refusal(answer) == (404, "not-found")
    assert Motion.objects.count() == 2


def test_papers_are_added_read_and_removed(api, estate, chair):
    draft = draft_assembly(estate)
    base = f"assemblies/{draft.pk}/motions/{draft.motions.get().pk}/attachments/"
    file = SimpleUploadedFile("方案.pdf", PDF, content_type="application/pdf")

    made = api.upload(base, kind="plan", file=file)

    assert made.status_code == 201
    paper = made.json()
    assert (paper["name"], paper["kind"], paper["size"]) == ("方案.pdf", "plan", len(PDF))
    assert api.get(paper["url"].removeprefix("/api/v1/")).getvalue() == PDF
    assert refusal(Api(UserFactory()).get(paper["url"].removeprefix("/api/v1/"))) == (404, "not-found")
    assert api.delete(f"{base}{paper['id']}/").status_code == 204
    assert not MotionAttachment.objects.exists()


def test_only_papers_a_browser_shows_are_taken(api, estate):
    draft = draft_assembly(estate)
    base = f"assemblies/{draft.pk}/motions/{draft.motions.get().pk}/attachments/"
    page = SimpleUploadedFile("方案.pdf", b"<html>", content_type="application/pdf")
    assert refusal(api.upload(base, kind="plan", file=page)) == (422, "attachment-refused")
    assert fields_at_fault(api.upload(base, kind="song")) == ["kind", "file"]
    assert refusal(api.post(base, {"kind": "plan"})) == (415, "unsupported-media-type")
    assert not MotionAttachment.objects.exists()


# --- posting --------------------------------------------------------------------------


@pytest.fixture
def clean(estate):
    """A draft that can be posted, of an estate with two owners."""
    owned_units(estate, 2)
    draft = draft_assembly(estate, motions=0)
    MotionFactory(assembly=draft, topic="续聘物业服务企业", position=1)
    MotionFactory(assembly=draft, topic="修改管理规约", position=2)
    return draft


def settle_warnings(api: Api, draft: Assembly) -> None:
    for finding in lint(draft, timezone.now()):
        assert not finding.is_error, finding
        answer = api.post(f"assemblies/{draft.pk}/overrides/", {"finding": finding.key, "reason": REASON})
        assert answer.status_code == 201


def test_findings_are_listed_signed_and_then_it_is_posted(api, clean):
    settle_warnings(api, clean)
    assert all(found["signed"] for found in api.get(f"assemblies/{clean.pk}/findings/").json())

    told = api.post(f"assemblies/{clean.pk}/publish/").json()

    assert (told["phase"], told["total_heads"], told["total_area"]) == ("published", 2, "176.00")
    assert {override["reason"] for override in told["overrides"]} <= {REASON}
    assert refusal(api.get(f"assemblies/{clean.pk}/findings/")) == (409, "assembly-posted")
    assert refusal(api.post(f"assemblies/{clean.pk}/publish/")) == (409, "assembly-posted")


def test_errors_stop_the_publication_and_come_back_one_by_one(api, clean):
    Assembly.objects.filter(pk=clean.pk).update(closes_at=None)

    answer = api.post(f"assemblies/{clean.pk}/publish/")

    assert refusal(answer) == (422, "lint-failed")
    listed = api.get(f"assemblies/{clean.pk}/findings/").json()
    wanted = {found["key"] for found in listed if found["severity"] == "error"}
    assert wanted
    assert wanted <= {found["key"] for found in answer.json()["findings"]}
    assert Assembly.objects.get().status == AssemblyStatus.DRAFT


def test_nobody_signs_for_an_error_or_without_a_reason(api, clean):
    Assembly.objects.filter(pk=clean.pk).update(closes_at=None)
    found = api.get(f"assemblies/{clean.pk}/findings/").json()
    error = next(one for one in found if one["severity"] == "error")
    base = f"assemblies/{clean.pk}/overrides/"

    assert refusal(api.post(base, {"finding": error["key"], "reason": REASON})) == (409, "finding-unknown")
    assert refusal(api.post(base, {"finding": error["key"], "reason": "行"})) == (422, "reason-missing")
    assert not LintOverride.objects.exists()


def test_a_signature_can_be_taken_back(api, clean, chair):
    override = LintOverride.objects.create(
        assembly=clean, finding="x", reason=REASON, signed_by=chair, signed_at=timezone.now()
    )
    other = draft_assembly(clean.estate)
    assert refusal(api.delete(f"assemblies/{other.pk}/overrides/{override.pk}/")) == (404, "not-found")
    assert api.delete(f"assemblies/{clean.pk}/overrides/{override.pk}/").status_code == 204
    assert not LintOverride.objects.exists()


# --- acts of two people ---------------------------------------------------------------


def test_one_proposes_and_only_another_confirms(api, estate):
    posted = posted_assembly(estate)
    base = f"assemblies/{posted.pk}/acts/"
    secretary = Api(appoint(RoleCode.SECRETARY, estate))

    act = api.post(base, {"kind": "cancel", "reason": REASON}).json()

    assert refusal(api.post(base, {"kind": "cancel", "reason": REASON})) == (409, "act-pending")
    assert refusal(api.post(f"{base}{act['id']}/confirm/")) == (403, "second-person-needed")
    assert refusal(secretary.post(f"{base}{act['id']}/withdraw/")) == (403, "not-permitted")
    assert Assembly.objects.get().status == AssemblyStatus.PUBLISHED

    assert secretary.post(f"{base}{act['id']}/confirm/").json()["confirmed_at"]
    assert secretary.get(f"assemblies/{posted.pk}/").json()["phase"] == "cancelled"
    assert refusal(api.post(f"{base}{act['id']}/withdraw/")) == (409, "act-settled")
    assert [one["id"] for one in api.get(base).json()] == [act["id"]]


def test_an_act_needs_a_reason_and_its_time(api, estate):
    base = f"assemblies/{posted_assembly(estate).pk}/acts/"
    assert refusal(api.post(base, {"kind": "cancel", "reason": "停"})) == (422, "reason-missing")
    assert refusal(api.post(base, {"kind": "void", "reason": REASON})) == (409, "act-not-possible")
    assert fields_at_fault(api.post(base, {"kind": "explode", "reason": REASON})) == ["kind"]
    assert api.get(base).json() == []


@pytest.mark.parametrize("code", [None, RoleCode.FIRM])
def test_who_is_not_at_the_desk_sees_no_acts(estate, code):
    posted = posted_assembly(estate)
    user = appoint(code, estate) if code else people_of(posted)[0]
    for answer in (
        Api(user).get(f"assemblies/{posted.pk}/acts/"),
        Api(user).post(f"assemblies/{posted.pk}/acts/", {"kind": "cancel", "reason": REASON}),
    ):
        assert refusal(answer) == (404, "not-found")


# --- lists ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_list_and_detail_ask_the_database_as_often_for_many(
    api, estate, count, django_assert_max_num_queries
):
    for _ in range(count):
        posted = posted_assembly(estate, motions=count)
    with django_assert_max_num_queries(6):
        assert api.get(f"estates/{estate.slug}/assemblies/").json()["count"] == count
    with django_assert_max_num_queries(9):
        assert len(api.get(f"assemblies/{posted.pk}/").json()["motions"]) == count


def test_the_list_can_be_narrowed_to_a_status(api, estate):
    posted, draft = posted_assembly(estate), draft_assembly(estate)

    def listed(query: str) -> list[int]:
        return [one["id"] for one in api.get(f"estates/{estate.slug}/assemblies/{query}").json()["results"]]

    assert listed("") == [draft.pk, posted.pk]
    assert listed("?status=draft") == [draft.pk]
    assert listed("?status=nonsense") == []


def test_turnout_by_building_is_for_those_who_go_from_door_to_door(api, estate):
    posted = posted_assembly(estate, owners=5)
    path = f"assemblies/{posted.pk}/turnout/buildings/"
    (row,) = api.get(path).json()
    assert (row["units"], row["voted"]) == (5, 0)
    assert refusal(Api(people_of(posted)[0]).get(path)) == (404, "not-found")
    assert refusal(Api(appoint(RoleCode.FIRM, estate)).get(path)) == (404, "not-found")
