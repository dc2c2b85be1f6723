from datetime import date

import pytest

from communities.access import estates_on
from communities.enums import RoleCode
from communities.models import Estate
from tests.factories.communities import EstateFactory, OwnershipFactory, UserFactory, appoint

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)


def estates(user, day=DAY) -> list[Estate]:
    return list(Estate.objects.filter(pk__in=estates_on(user, day)))


def test_a_statement_built_for_one_account_shows_nothing_of_it_to_another():
    mine, theirs = UserFactory(), UserFactory()
    home = OwnershipFactory(owner__user=mine).unit.estate
    other_home = OwnershipFactory(owner__user=theirs).unit.estate

    assert [estates(mine), estates(theirs), estates(mine), estates(UserFactory())] == [
        [home],
        [other_home],
        [home],
        [],
    ]


def test_a_statement_built_on_one_day_is_asked_for_the_day_given():
    estate = EstateFactory()
    member = appoint(RoleCode.COMMITTEE, estate, valid_from=date(2026, 1, 1), valid_to=date(2026, 3, 2))

    days = (date(2025, 12, 31), date(2026, 1, 1), DAY, date(2026, 3, 2))

    assert [estates(member, day) for day in days] == [[], [estate], [estate], []]


def test_an_account_not_yet_kept_belongs_nowhere():
    OwnershipFactory()
    assert estates(UserFactory.build()) == []
