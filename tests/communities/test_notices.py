import logging

import pytest

from communities.models import Notice, OutboxMessage
from communities.queries import unread_count
from communities.services import outbox
from communities.services.notices import mark_all_read, mark_read, notify
from communities.services.outbox import handler, relay_outbox, tell
from communities.tasks import relay_outbox as relay_task
from tests.communities.races import in_parallel
from tests.factories.communities import EstateFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics():
    """Handlers registered by a test leave with it."""
    known = dict(outbox._handlers)
    yield
    outbox._handlers.clear()
    outbox._handlers.update(known)


def told(user) -> list[str]:
    return list(Notice.objects.filter(recipient=user).values_list("title", flat=True))


def test_each_recipient_is_told_once_however_often_it_is_said():
    estate, first, second = EstateFactory(), UserFactory(), UserFactory()
    for _ in range(2):
        notify(
            recipients=[first, second.pk, first],
            estate=estate,
            topic="t",
            subject=1,
            title="开始表决",
            url="/votes/1/",
        )

    assert told(first) == told(second) == ["开始表决"]


def test_the_same_topic_about_something_else_is_told_again():
    estate, user = EstateFactory(), UserFactory()
    notify(recipients=[user], estate=estate, topic="t", subject=1, title="一")
    notify(recipients=[user], estate=estate, topic="t", subject=2, title="二")

    assert sorted(told(user)) == ["一", "二"]


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "votes/1/"]
)
def test_a_notice_never_leads_elsewhere(url):
    with pytest.raises(ValueError):
        notify(recipients=[UserFactory()], estate=EstateFactory(), topic="t", subject=1, title="一", url=url)
    assert Notice.objects.count() == 0


def test_a_title_too_long_for_the_column_is_cut_not_refused():
    user = UserFactory()
    notify(recipients=[user], estate=EstateFactory(), topic="t", subject=1, title="长" * 200)

    assert told(user) == ["长" * 119 + "…"]


def test_reading_is_counted_once_and_only_for_oneself():
    estate, user, other = EstateFactory(), UserFactory(), UserFactory()
    for subject in (1, 2, 3):
        notify(recipients=[user, other], estate=estate, topic="t", subject=subject, title="一")
    assert unread_count(user) == 3

    mark_read(notice=user.notices.first())
    assert unread_count(user) == 2
    assert mark_all_read(user=user) == 2
    assert mark_all_read(user=user) == 0
    assert (unread_count(user), unread_count(other)) == (0, 3)


def test_counting_unread_is_one_query(django_assert_num_queries):
    user = UserFactory()
    with django_assert_num_queries(1):
        unread_count(user)


def test_a_message_is_relayed_once(topics):
    estate, user = EstateFactory(), UserFactory()
    calls: list[str] = []

    @handler("tests.happened")
    def happened(message):
        calls.append(message.subject)
        notify(
            recipients=[user],
            estate=message.estate,
            topic=message.topic,
            subject=message.subject,
            title="发生了",
        )

    tell(estate=estate, topic="tests.happened", subject=7)
    assert told(user) == []

    assert relay_outbox() == 1
    assert relay_outbox() == 0
    assert calls == ["7"]
    assert told(user) == ["发生了"]


def test_a_handler_that_fails_holds_up_nobody_and_is_tried_again(topics, caplog):
    estate, user = EstateFactory(), UserFactory()
    broken = [True]

    @handler("tests.fragile")
    def fragile(message):
        notify(
            recipients=[user],
            estate=estate,
            topic=message.topic,
            subject=message.subject,
            title=message.subject,
        )
        if broken[0] and message.subject == "1":
            raise RuntimeError("down")

    tell(estate=estate, topic="tests.fragile", subject=1)
    tell(estate=estate, topic="tests.fragile", subject=2)
    with caplog.at_level(logging.CRITICAL):
        assert relay_outbox() == 1
    assert told(user) == ["2"], "what the failed handler wrote was rolled back"

    broken[0] = False
    assert relay_outbox() == 1
    assert sorted(told(user)) == ["1", "2"]


def test_a_topic_nobody_handles_stays_and_holds_up_nobody(topics, caplog):
    estate = EstateFactory()
    seen: list[str] = []
    handler("tests.known")(lambda message: seen.append(message.subject))
    tell(estate=estate, topic="tests.unknown", subject=1)
    tell(estate=estate, topic="tests.known", subject=2)

    relay_task()
    relay_task()
    assert seen == ["2"]
    assert (
        OutboxMessage.objects.filter(relayed_at__isnull=True).values_list("topic", flat=True).get()
        == "tests.unknown"
    )
    assert caplog.text.count("tests.unknown") == 1, "said once, not every five seconds"


def test_two_handlers_for_one_topic_are_a_mistake_found_at_start(topics):
    handler("tests.twice")(lambda message: None)
    with pytest.raises(ValueError):
        handler("tests.twice")(lambda message: None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_relays_at_once_pass_over_what_the_other_holds_and_tell_nobody_twice(topics):
    estate, user = EstateFactory(), UserFactory()
    handled: list[str] = []

    @handler("tests.shared")
    def shared(message):
        handled.append(message.subject)
        notify(
            recipients=[user], estate=message.estate, topic=message.topic, subject=message.subject, title="一"
        )

    for subject in range(20):
        tell(estate=estate, topic="tests.shared", subject=subject)
    outcomes = in_parallel(4, relay_outbox)

    assert sum(outcomes) == 20
    assert sorted(handled, key=int) == [str(subject) for subject in range(20)]
    assert len(told(user)) == 20
