"""The demo tells one story, the same each time, and never touches data that are not its own."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from communities.clock import LOCAL_ZONE, database_now, local_day
from communities.models import BindingRequest, CommitteeTerm, Estate, Owner, Role, RosterImport, User
from communities.rules import today
from governance.demo.people import DEMO_PEOPLE
from governance.models import Appeal, Meeting, Minutes, ModerationAct, Proposal
from tests.factories.communities import EstateFactory, UserFactory
from votes.linting import lint
from votes.models import Assembly, Ballot, Elector, MotionResult, SeatResult
from votes.paper_states import waiting_papers
from votes.queries import turnout
from votes.services.tallies import ballot_figures

pytestmark = pytest.mark.django_db


def test_the_story_is_told_once_and_stays(capsys, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    call_command("demo")
    people = User.objects.count()
    call_command("demo")

    assert User.objects.count() == people
    assert Estate.objects.get().name == "清和里"
    assert "演示数据已在" in capsys.readouterr().out
    election, first, second, draft, extra = Assembly.objects.order_by("pk")

    # The roster is the one of the file, with one home held by a couple.
    assert (second.total_heads, second.total_area) == (309, 3395759)
    assert RosterImport.objects.get().report["units"] == 316
    assert Owner.objects.count() == 310

    # Certified: the committee in office was elected, and the lot decided the last seat.
    assert election.status == "certified"
    assert SeatResult.objects.exclude(lot="").count() == 2
    term = CommitteeTerm.objects.get(number=3)
    assert term.seats.filter(is_alternate=False).count() == 5
    assert term.filed_on is not None
    assert Role.objects.on(today()).get(code="committee-chair").user.display_name == "曾宏"
    assert Role.objects.on(today()).filter(code="committee").count() == 4

    # Certified: the firm's renewal wins the heads and fails by area.
    assert first.status == "certified"
    renewal, covenant = MotionResult.objects.filter(motion__assembly=first)
    met = {test["name"]: test["met"] for test in renewal.tests}
    assert renewal.verdict == "not-passed"
    assert met == {
        "participation-heads": True,
        "participation-area": True,
        "approval-heads": True,
        "approval-area": False,
    }
    assert covenant.verdict == "passed"

    # Open: until midnight two days from now, half the owners have voted.
    now = database_now()
    assert second.phase(now) == "open"
    assert second.closes_at is not None
    assert local_day(second.closes_at) == local_day(now) + timedelta(days=3)
    assert second.closes_at.astimezone(LOCAL_ZONE).hour == 0
    # Half of them and one voted online, two more on paper, and one is represented.
    assert turnout(second).heads == 155 + 3
    assert ballot_figures(second)["channels"] == {
        "online": {"received": 155, "counted": 155},
        "paper": {"received": 3, "counted": 2},
        "mandate": {"received": 1, "counted": 1},
    }
    assert waiting_papers(second) == 1
    assert turnout(second).area == 1707262
    owner = User.objects.get(phone=DEMO_PEOPLE[0].phone)
    elector = Elector.objects.get(assembly=second, members__owner__user=owner)
    assert (elector.unit_count, elector.area) == (2, 20450)
    assert not Ballot.objects.filter(elector=elector).exists()

    # Draft: the linter has much to say.
    assert (extra.status, extra.motions.get().item) == ("draft", 8)

    # One matter went all the way, one was taken up on appeal, one comment is hidden, a meeting runs now.
    gate = Proposal.objects.get(number=1)
    assert (gate.status, gate.motion) == ("assembly", extra.motions.get())
    steps = [step.to_status for step in gate.steps.order_by("pk")]
    assert steps == ["submitted", "accepted", "meeting", "assembly"]
    assert Minutes.objects.get().status == "sealed"
    assert Appeal.objects.get().status == "upheld"
    assert ModerationAct.objects.get().comment.is_hidden
    assert [meeting.status for meeting in Meeting.objects.order_by("pk")] == ["ended", "running"]

    found = {finding.code for finding in lint(draft, now) if finding.is_error}
    assert len(found) >= 6
    assert BindingRequest.objects.filter(status="pending").count() == 1


def test_everybody_who_can_be_tried_out_is_there(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    call_command("demo")

    assert {person.phone for person in DEMO_PEOPLE} <= set(User.objects.values_list("phone", flat=True))


@pytest.mark.parametrize("make", [EstateFactory, UserFactory], ids=["an estate", "an account"])
def test_a_database_with_other_data_is_refused_and_left_alone(make):
    make()
    before = (Estate.objects.count(), User.objects.count())

    with pytest.raises(CommandError, match="不属于演示的数据"):
        call_command("demo")
    with pytest.raises(CommandError, match="不属于演示的数据"):
        call_command("demo", fresh=True)

    assert (Estate.objects.count(), User.objects.count()) == before
    assert not Assembly.objects.exists()
