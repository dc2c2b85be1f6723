"""Short statements: moderated, answered in silence, drawn into a map that names nobody."""

import json

import pytest
from django.test import Client

from communities.enums import RoleCode
from communities.errors import NotPermitted
from governance.errors.statements import (
    StatementNotOpen,
    StatementSaid,
    StatementSettled,
    StatementUnclear,
)
from governance.models import OpinionMap, Proposal, Statement, StatementOpinion
from governance.queries.common_ground import map_page
from governance.services.statements import (
    draw_due_maps,
    give_opinion,
    moderate_statement,
    write_statement,
)
from tests.factories.communities import EstateFactory, appoint
from tests.factories.proposals import accepted, at_home

pytestmark = pytest.mark.django_db


def stated(proposal: Proposal, *texts: str) -> list[Statement]:
    """Statements that everybody may answer."""
    secretary, author = appoint(RoleCode.SECRETARY, proposal.estate), at_home(proposal.estate)
    made = [write_statement(proposal=proposal, text=text, actor=author) for text in texts]
    return [moderate_statement(statement=one, approve=True, actor=secretary) for one in made]


def test_statement_is_answered_only_once_it_was_looked_at() -> None:
    proposal = accepted(EstateFactory())
    waiting = write_statement(proposal=proposal, text="小门只给行人走", actor=at_home(proposal.estate))
    with pytest.raises(StatementNotOpen):
        give_opinion(statement=waiting, value=1, actor=at_home(proposal.estate))
    secretary = appoint(RoleCode.SECRETARY, proposal.estate)
    with pytest.raises(NotPermitted):
        moderate_statement(statement=waiting, approve=True, actor=waiting.author)
    moderate_statement(statement=waiting, approve=True, actor=secretary)
    with pytest.raises(StatementSettled):
        moderate_statement(statement=waiting, approve=False, actor=secretary)
    give_opinion(statement=waiting, value=1, actor=at_home(proposal.estate))
    assert StatementOpinion.objects.count() == 1


@pytest.mark.parametrize("text", ["", "好", "😀😀😀😀", "长" * 141])
def test_statement_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    proposal = accepted(EstateFactory())
    with pytest.raises(StatementUnclear):
        write_statement(proposal=proposal, text=text, actor=at_home(proposal.estate))
    assert not Statement.objects.exists()


def test_same_statement_is_not_taken_twice_and_firms_state_none() -> None:
    proposal = accepted(EstateFactory())
    write_statement(proposal=proposal, text="先试行三个月", actor=at_home(proposal.estate))
    with pytest.raises(StatementSaid):
        write_statement(proposal=proposal, text="先试行三个月 ", actor=at_home(proposal.estate))
    with pytest.raises(NotPermitted):
        write_statement(proposal=proposal, text="物业的观点", actor=appoint(RoleCode.FIRM, proposal.estate))


def test_last_answer_of_a_person_stands() -> None:
    proposal = accepted(EstateFactory())
    (one,) = stated(proposal, "先试行三个月")
    user = at_home(proposal.estate)
    give_opinion(statement=one, value=1, actor=user)
    give_opinion(statement=one, value=-1, actor=user)
    assert [opinion.value for opinion in StatementOpinion.objects.all()] == [-1]


def test_map_is_drawn_when_enough_answers_are_in_and_names_nobody(client: Client) -> None:
    proposal = accepted(EstateFactory())
    made = stated(proposal, "先试行三个月", "小门只给行人走", "车行门也要延长")
    people = [at_home(proposal.estate) for _ in range(12)]
    for place, user in enumerate(people):
        for statement, value in zip(made, (1, 1, 1 if place % 2 else -1), strict=True):
            give_opinion(statement=statement, value=value, actor=user)
    assert (draw_due_maps(), draw_due_maps()) == (1, 0)
    drawn = OpinionMap.objects.get()
    assert (drawn.people, drawn.answers) == (12, 36)
    shown = map_page(drawn)
    assert {one["text"] for one in shown["consensus"]} == {"先试行三个月", "小门只给行人走"}
    assert [group["size"] for group in shown["groups"]] in ([], [6, 6])
    client.force_login(people[0])
    for page in ("common-ground/", "common-ground.csv", "statements/"):
        assert client.get(f"/proposals/{proposal.pk}/{page}").status_code == 200
    text = json.dumps(drawn.result)
    assert not any(f'"{user.pk}"' in text or user.phone in text for user in people)
    give_opinion(statement=made[0], value=0, actor=people[0])
    assert draw_due_maps() == 0
