"""Whatever is sent, the API judges it: accepted or refused, never broken."""

import json
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communities.enums import RoleCode
from tests.api import Api, refusal
from tests.factories.communities import appoint
from tests.factories.votes import draft_assembly, elector_of, people_of, posted_assembly
from votes.models import Assembly, Ballot

pytestmark = pytest.mark.django_db

#: The examples of a test share its database: what one leaves behind is a valid row or nothing.
fuzz = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)

OPTIONS = ("for", "against", "abstain", "follow", "", "FOR")
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(2**70), max_value=2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["\x00", "‮", "\ud800", "9" * 400, "<b>", "=1+1"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def some_of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A document with some of these fields, each fitting or not, or no such document at all."""
    mixed = {name: fitting | anything for name, fitting in fields.items()}
    return st.fixed_dictionaries({}, optional=mixed) | anything


def judged(response: Any) -> int:
    """The status of an answer that is no failure; a refusal is a problem by RFC 9457."""
    assert response.status_code < 500, response.content
    if response.status_code >= 400:
        refusal(response)
    return int(response.status_code)


def as_sent(body: Any) -> Any:
    """What a program can really send: half a surrogate goes as its escape."""
    return json.loads(json.dumps(body))


@pytest.fixture
def assembly() -> Assembly:
    """Open, with one owner whose ballot may be changed, so that no example spoils the next."""
    return posted_assembly(motions=2, owners=1, rules={"ballot-change": "revisable"})


@pytest.fixture
def draft() -> Assembly:
    return draft_assembly()


@pytest.fixture
def chair(draft: Assembly) -> Api:
    return Api(appoint(RoleCode.COMMITTEE_CHAIR, draft.estate))


@fuzz
@given(data=st.data())
def test_any_ballot(assembly: Assembly, data: st.DataObject) -> None:
    owner = people_of(assembly)[0]
    before = Ballot.objects.count()
    body = data.draw(
        some_of(
            elector=st.just(elector_of(assembly, owner).pk),
            idempotency_key=st.uuids().map(str),
            choices=st.dictionaries(st.sampled_from(["1", "2", "3", "01", "x"]), st.sampled_from(OPTIONS)),
        )
    )
    status = judged(Api(owner).post(f"assemblies/{assembly.pk}/ballots/", as_sent(body)))
    assert Ballot.objects.count() == before + (status == 201)


figure = st.fixed_dictionaries({}, optional={"heads": anything, "area": anything}) | anything
motion = some_of(
    id=st.text(max_size=5),
    item=st.integers(0, 10),
    **{"for": figure, "against": figure, "abstain": figure, "invalid": figure},
)


@fuzz
@given(
    body=some_of(
        rules=st.sampled_from(["civil-code-2021", "property-law-2007", "interim-2020"]),
        denominator=figure,
        participating=figure,
        motions=st.lists(motion, max_size=3),
    )
)
def test_any_figures(body: Any) -> None:
    assert judged(Api().post("tally/", as_sent(body))) in (200, 400, 422)


@fuzz
@given(
    body=some_of(
        title=st.text(min_size=1, max_size=5),
        text=st.text(max_size=5),
        topic=st.sampled_from(["续聘物业服务企业", "别的"]),
        item=st.integers(0, 10),
        options=st.lists(st.sampled_from(OPTIONS), max_size=5),
        amount=st.integers(-1, 10**13),
        changes_fee=st.booleans(),
        position=st.integers(),
    )
)
def test_any_motion(draft: Assembly, chair: Api, body: Any) -> None:
    api, base = chair, f"assemblies/{draft.pk}/motions/"
    judged(api.post(base, as_sent(body)))
    judged(api.patch(f"{base}{draft.motions.first().pk}/", as_sent(body)))
    judged(api.post(f"{base}{draft.motions.first().pk}/move/", as_sent(body)))
    judged(api.get(f"assemblies/{draft.pk}/findings/"))
    places = list(draft.motions.order_by("position").values_list("position", flat=True))
    assert places == list(range(1, len(places) + 1))


@fuzz
@given(
    body=some_of(
        title=st.text(min_size=1, max_size=5),
        kind=st.sampled_from(["regular", "extra", "x"]),
        notice=st.text(max_size=5),
        posted_topics=st.text(max_size=9),
        opens_at=st.datetimes().map(str),
        closes_at=st.datetimes().map(str),
    )
)
def test_any_draft(draft: Assembly, chair: Api, body: Any) -> None:
    api = chair
    judged(api.post(f"estates/{draft.estate.slug}/assemblies/", as_sent(body)))
    judged(api.patch(f"assemblies/{draft.pk}/", as_sent(body)))
    judged(api.get(f"assemblies/{draft.pk}/findings/"))
    judged(api.post(f"assemblies/{draft.pk}/publish/", as_sent(body)))


@fuzz
@given(body=anything)
def test_any_body_anywhere(assembly: Assembly, body: Any) -> None:
    api = Api(appoint(RoleCode.SECRETARY, assembly.estate))
    slug = assembly.estate.slug
    for path in (
        "login-codes/",
        "login-codes/x/",
        "session/second-step/",
        f"assemblies/{assembly.pk}/acts/",
        f"assemblies/{assembly.pk}/overrides/",
        f"estates/{slug}/roster/search/",
        f"estates/{slug}/binding-requests/1/refuse/",
        f"estates/{slug}/roster/imports/",
    ):
        judged(api.post(path, as_sent(body)))
    judged(api.patch("me/", as_sent(body)))
    judged(api.put("me/password/", as_sent(body)))


def test_numbers_beyond_every_row_name_nothing(assembly: Assembly) -> None:
    api = Api(people_of(assembly)[0])
    huge = 10**40
    for path in (f"assemblies/{huge}/", f"assemblies/{huge}/roll/", f"attachments/{huge}/"):
        assert refusal(api.get(path)) == (404, "not-found")
    assert refusal(api.get(f"ballots/{uuid.uuid4()}/")) == (404, "not-found")
