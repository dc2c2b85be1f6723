"""A scanner receives and enters sheets by the same services as the pages."""

import pytest

from communities.enums import RoleCode
from tests.api import Api, fields_at_fault, refusal
from tests.factories.communities import appoint
from tests.factories.papers import photo, printed, scrutineers_of
from tests.factories.votes import posted_assembly
from votes.models import Ballot, PaperEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def assembly():
    return posted_assembly(motions=2)


@pytest.fixture
def people(assembly):
    return scrutineers_of(assembly)


@pytest.fixture
def sheet(assembly, people):
    return printed(assembly, people[0])[0]


def test_a_sheet_is_received_entered_twice_and_counted(assembly, people, sheet):
    path = f"assemblies/{assembly.pk}/papers"
    answer = Api(people[0]).upload(
        f"{path}/receive/", code=f"https://x/votes/papers/{sheet.pk}/", file=photo()
    )
    assert (answer.status_code, answer.json()["state"], answer.json()["serial"]) == (201, "first", 1)
    again = Api(people[0]).upload(f"{path}/receive/", code="1", file=photo())
    assert refusal(again) == (409, "paper-already-received")
    look = {"choices": {"1": "for", "2": "two-marks"}}
    first = Api(people[0]).post(f"{path}/{sheet.pk}/entries/", look)
    assert (first.status_code, first.json()["state"]) == (201, "second")
    assert refusal(Api(people[0]).post(f"{path}/{sheet.pk}/entries/", look)) == (409, "paper-entered-by-you")
    second = Api(people[1]).post(f"{path}/{sheet.pk}/entries/", look)
    assert second.json()["state"] == "counted"
    assert "choices" not in second.json()
    assert Ballot.objects.get().choices == "FX"


@pytest.mark.parametrize(
    ("look", "fault"),
    [
        ({"choices": {"2": "for"}}, "choices"),
        ({"choices": {"1": "X", "2": "for"}}, "choices.1"),
        ({"defect": "late"}, "defect"),
    ],
)
def test_a_reading_that_is_none_is_refused(assembly, people, sheet, look, fault):
    path = f"assemblies/{assembly.pk}/papers"
    Api(people[0]).upload(f"{path}/receive/", code="1", file=photo())
    assert fields_at_fault(Api(people[0]).post(f"{path}/{sheet.pk}/entries/", look)) == [fault]
    assert not PaperEntry.objects.exists()


@pytest.mark.parametrize("code", [RoleCode.SECRETARY, RoleCode.COMMITTEE_CHAIR, RoleCode.FIRM])
def test_for_anybody_else_there_is_nothing(assembly, people, sheet, code):
    api = Api(appoint(code, assembly.estate))
    path = f"assemblies/{assembly.pk}/papers"
    assert refusal(api.upload(f"{path}/receive/", code="1", file=photo()))[0] == 404
    assert refusal(api.post(f"{path}/{sheet.pk}/entries/", {"defect": "unsigned"}))[0] == 404
