import json
from datetime import date, timedelta

import pytest
import time_machine

from communities.clock import database_now
from communities.enums import BindingCapacity, BindingStatus, OwnerKind, RoleCode
from communities.errors import (
    AccountIsAnotherOwner,
    AlreadyBound,
    BindingAlreadyRequested,
    BindingDecided,
    BindingTriesSpent,
    NotPermitted,
    OwnerBoundElsewhere,
    OwnerNotMatched,
    ReasonMissing,
)
from communities.models import BindingRequest, LedgerEntry, Notice, Owner, Policy, RateCount, Residency
from communities.queries import homes_of
from communities.services.binding import (
    approve_binding,
    bind_owner,
    refuse_binding,
    request_binding,
    withdraw_binding,
)
from communities.services.outbox import relay_outbox
from tests.communities.races import in_parallel
from tests.factories.communities import (
    EstateFactory,
    OwnerFactory,
    OwnershipFactory,
    UnitFactory,
    UserFactory,
    appoint,
)

pytestmark = pytest.mark.django_db

IDENTITY = "99010119800101002X"


@pytest.fixture
def unit():
    return UnitFactory()


@pytest.fixture
def owner(unit):
    """王秀英, in the roster and not bound yet."""
    owner = OwnerFactory(estate=unit.estate, name="王秀英", identity=IDENTITY, user=None)
    OwnershipFactory(unit=unit, owner=owner)
    return owner


def account(owner: Owner) -> int | None:
    return Owner.objects.values_list("user", flat=True).get(pk=owner.pk)


def verbs(*, about: str = "communities.") -> list[str]:
    return list(
        LedgerEntry.objects.filter(verb__startswith=about).order_by("pk").values_list("verb", flat=True)
    )


def payload() -> dict:
    return json.loads(LedgerEntry.objects.latest("pk").body)["payload"]


def told(user) -> list[str]:
    relay_outbox()
    return list(Notice.objects.filter(recipient=user).order_by("pk").values_list("title", flat=True))


# --- by the roster ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "digits"), [("王秀英", "01002X"), ("王秀英", "01002x"), (" 王 秀英 ", "０１００２Ｘ")]
)
def test_name_and_last_six_bind_at_once(unit, owner, name, digits):
    user = UserFactory()
    assert bind_owner(unit=unit, name=name, last_six=digits, actor=user) == owner

    assert account(owner) == user.pk
    assert [home.unit for home in homes_of(user)] == [unit]
    assert verbs() == ["communities.owner.bound"]
    assert payload() == {
        "unit": unit.pk,
        "user": user.pk,
        "previous": None,
        "way": "roster",
        "phone_matches": False,
    }
    assert told(user) == [f"您已绑定为业主：{unit.estate.name}"]


def test_the_log_names_nobody(unit, owner):
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=UserFactory())
    body = LedgerEntry.objects.get().body
    assert not any(text in body for text in ("王秀英", "01002X", IDENTITY))


def test_a_phone_that_is_the_rosters_is_noted(unit):
    from communities.crypto import blind_index

    user = UserFactory()
    owner = OwnerFactory(
        estate=unit.estate,
        name="王秀英",
        identity=IDENTITY,
        user=None,
        phone=user.phone,
        phone_index=blind_index("phone", user.phone),
    )
    OwnershipFactory(unit=unit, owner=owner)
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=user)
    assert payload()["phone_matches"] is True


def test_all_units_of_the_owner_come_with_it(unit, owner):
    second = OwnershipFactory(unit__building=unit.building, owner=owner).unit
    user = UserFactory()
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=user)
    assert {home.unit for home in homes_of(user)} == {unit, second}


def test_co_owners_each_bind_their_own_account(unit, owner):
    other = OwnerFactory(estate=unit.estate, name="李建国", identity="990101197901010012", user=None)
    OwnershipFactory(unit=unit, owner=other, position=1)
    husband, wife = UserFactory(), UserFactory()
    bind_owner(unit=unit, name="李建国", last_six="010012", actor=husband)
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=wife)
    assert (account(owner), account(other)) == (wife.pk, husband.pk)


def test_wrong_name_wrong_digits_and_wrong_unit_are_refused_in_the_same_words(unit, owner):
    neighbour = OwnershipFactory(
        unit__building=unit.building,
        owner__name="赵敏",
        owner__identity="990101197501010031",
        owner__user=None,
    )
    texts = set()
    for where, name, digits in (
        (unit, "王秀芳", "01002X"),
        (unit, "王秀英", "010021"),
        (unit, "赵敏", "010031"),
        (neighbour.unit, "王秀英", "01002X"),
    ):
        with pytest.raises(OwnerNotMatched) as refusal:
            bind_owner(unit=where, name=name, last_six=digits, actor=UserFactory())
        texts.add(str(refusal.value))

    assert len(texts) == 1
    assert account(owner) is None
    assert verbs() == []


def test_a_former_owner_is_not_matched(unit, owner):
    owner.ownerships.update(valid_to=date(2021, 1, 1))
    with pytest.raises(OwnerNotMatched):
        bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=UserFactory())
    assert account(owner) is None


def test_a_company_is_not_bound_by_what_everybody_can_look_up(unit):
    company = OwnerFactory(
        estate=unit.estate,
        kind=OwnerKind.LEGAL,
        name="清和商贸有限公司",
        identity="91990101MA0000000X",
        user=None,
    )
    OwnershipFactory(unit=unit, owner=company)
    with pytest.raises(OwnerNotMatched):
        bind_owner(unit=unit, name="清和商贸有限公司", last_six="00000X", actor=UserFactory())
    assert account(company) is None


def test_five_tries_a_day_for_an_account_then_only_by_request(unit, owner):
    user = UserFactory()
    others = [OwnershipFactory(unit__building=unit.building).unit for _ in range(5)]
    for other in others:
        with pytest.raises(OwnerNotMatched):
            bind_owner(unit=other, name="王秀英", last_six="000000", actor=user)
    with pytest.raises(BindingTriesSpent):
        bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=user)
    assert account(owner) is None
    assert request_binding(unit=unit, capacity=BindingCapacity.OWNER, name="王秀英", actor=user)

    RateCount.objects.update(expires_at=database_now())
    assert bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=user) == owner


def test_five_tries_a_day_for_a_unit_whoever_tries(unit, owner):
    for _ in range(5):
        with pytest.raises(OwnerNotMatched):
            bind_owner(unit=unit, name="王秀英", last_six="000000", actor=UserFactory())
    with pytest.raises(BindingTriesSpent):
        bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=UserFactory())
    assert account(owner) is None


def test_an_owner_bound_to_another_account_stays_there(unit, owner):
    first, second = UserFactory(), UserFactory()
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=first)
    with pytest.raises(OwnerBoundElsewhere):
        bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=second)
    assert account(owner) == first.pk
    assert verbs() == ["communities.owner.bound"]


def test_binding_twice_says_so_and_costs_no_try(unit, owner):
    user = UserFactory()
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=user)
    before = set(RateCount.objects.values_list("key", "count"))
    with pytest.raises(AlreadyBound):
        bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=user)
    assert set(RateCount.objects.values_list("key", "count")) == before


def test_one_account_is_one_person_in_an_estate_and_as_many_as_there_are_estates(unit, owner):
    user = UserFactory()
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=user)
    mother = OwnershipFactory(
        unit__building=unit.building,
        owner__name="陈桂兰",
        owner__identity="990101195001010043",
        owner__user=None,
    )
    with pytest.raises(AccountIsAnotherOwner):
        bind_owner(unit=mother.unit, name="陈桂兰", last_six="010043", actor=user)
    assert account(mother.owner) is None

    elsewhere = OwnershipFactory(owner__name="王秀英", owner__identity=IDENTITY, owner__user=None)
    bind_owner(unit=elsewhere.unit, name="王秀英", last_six="01002X", actor=user)
    assert account(elsewhere.owner) == user.pk


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_accounts_binding_the_same_owner_at_once_one_does(unit, owner):
    users = [UserFactory() for _ in range(5)]
    waiting = list(users)
    outcomes = in_parallel(
        5, lambda: bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=waiting.pop())
    )
    assert sum(isinstance(outcome, Owner) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, OwnerBoundElsewhere) for outcome in outcomes) == 4
    assert verbs() == ["communities.owner.bound"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_parallel_tries_on_a_unit_are_five(unit, owner):
    users = [UserFactory() for _ in range(20)]
    waiting = list(users)
    outcomes = in_parallel(
        20, lambda: bind_owner(unit=unit, name="王秀英", last_six="000000", actor=waiting.pop())
    )
    assert sum(isinstance(outcome, OwnerNotMatched) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, BindingTriesSpent) for outcome in outcomes) == 15


# --- by request ---------------------------------------------------------------------


def asked(unit, capacity=BindingCapacity.TENANT, user=None, **fields) -> BindingRequest:
    return request_binding(
        unit=unit, capacity=capacity, name="赵敏", note="2025年起租住", actor=user or UserFactory(), **fields
    )


def test_a_request_waits_for_the_secretary_until_the_promised_day(unit):
    secretary, stranger = (
        appoint(RoleCode.SECRETARY, unit.estate),
        appoint(RoleCode.SECRETARY, EstateFactory()),
    )
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        binding = asked(unit)

    assert binding.status == BindingStatus.PENDING
    assert (binding.due_at - binding.created_at) > timedelta(days=3)
    assert verbs() == ["communities.binding.requested"]
    assert told(secretary) == [f"有人申请绑定房屋：{unit.label}"]
    assert told(stranger) == []
    assert Residency.objects.count() == 0


def test_the_promise_is_the_estates_own_where_it_has_one(unit):
    Policy.objects.create(
        estate=unit.estate,
        key="binding-reply-working-days",
        value=10,
        article="管理规约第九条",
        valid_from=date(2020, 1, 1),
    )
    short, long = asked(UnitFactory()), asked(unit)
    assert long.due_at - short.due_at >= timedelta(days=7)


def test_the_same_cannot_be_asked_twice_while_it_waits(unit):
    user = UserFactory()
    first = asked(unit, user=user)
    with pytest.raises(BindingAlreadyRequested):
        asked(unit, user=user, capacity=BindingCapacity.FAMILY)
    assert BindingRequest.objects.get() == first
    assert verbs() == ["communities.binding.requested"]

    withdraw_binding(binding=first, actor=user)
    assert asked(unit, user=user).status == BindingStatus.PENDING


def test_who_is_bound_already_need_not_ask(unit, owner):
    user = UserFactory()
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=user)
    with pytest.raises(AlreadyBound):
        asked(unit, user=user, capacity=BindingCapacity.OWNER)
    assert BindingRequest.objects.count() == 0


@pytest.mark.parametrize("capacity", [BindingCapacity.TENANT, BindingCapacity.FAMILY])
def test_an_approved_tenant_or_relative_lives_there_and_owns_nothing(unit, owner, capacity):
    secretary, user = appoint(RoleCode.SECRETARY, unit.estate), UserFactory()
    binding = approve_binding(binding=asked(unit, capacity, user), actor=secretary)

    assert (binding.status, binding.decided_by) == (BindingStatus.APPROVED, secretary)
    assert [(home.unit, home.capacity) for home in homes_of(user)] == [(unit, capacity)]
    assert account(owner) is None
    assert verbs() == ["communities.binding.requested", "communities.binding.approved"]
    assert told(user) == [f"已为您绑定房屋：{unit.label}"]


def test_an_approved_owner_is_the_one_the_secretary_chose(unit, owner):
    secretary, user = appoint(RoleCode.SECRETARY, unit.estate), UserFactory()
    binding = asked(unit, BindingCapacity.OWNER, user)
    for wrong in (None, OwnerFactory(estate=unit.estate)):
        with pytest.raises(OwnerNotMatched):
            approve_binding(binding=binding, owner=wrong, actor=secretary)
    assert BindingRequest.objects.get().status == BindingStatus.PENDING
    assert account(owner) is None

    approve_binding(binding=binding, owner=owner, actor=secretary)
    assert account(owner) == user.pk
    assert BindingRequest.objects.get().owner == owner
    assert payload()["owner"] == owner.pk


def test_taking_over_an_owner_tells_the_account_that_lost_it(unit, owner):
    secretary, old, new = appoint(RoleCode.SECRETARY, unit.estate), UserFactory(), UserFactory()
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=old)
    approve_binding(binding=asked(unit, BindingCapacity.OWNER, new), owner=owner, actor=secretary)

    assert account(owner) == new.pk
    assert f"业主绑定已转到另一个账号：{unit.estate.name}" in told(old)
    assert not any("另一个账号" in title for title in told(new))


def test_an_approval_makes_no_account_two_people(unit, owner):
    secretary, user = appoint(RoleCode.SECRETARY, unit.estate), UserFactory()
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=user)
    mother = OwnershipFactory(unit__building=unit.building, owner__user=None)
    binding = asked(mother.unit, BindingCapacity.OWNER, user)
    with pytest.raises(AccountIsAnotherOwner):
        approve_binding(binding=binding, owner=mother.owner, actor=secretary)
    assert account(mother.owner) is None
    assert BindingRequest.objects.get().status == BindingStatus.PENDING


def test_a_refusal_needs_a_reason_of_ten_characters_that_the_person_reads(unit):
    secretary, user = appoint(RoleCode.SECRETARY, unit.estate), UserFactory()
    binding = asked(unit, user=user)
    with pytest.raises(ReasonMissing):
        refuse_binding(binding=binding, reason="  材料不全，不行  ", actor=secretary)
    assert BindingRequest.objects.get().status == BindingStatus.PENDING

    refuse_binding(binding=binding, reason="请带租赁合同到社区服务中心核对。", actor=secretary)
    assert BindingRequest.objects.get().status == BindingStatus.REFUSED
    assert told(user) == [f"绑定申请没有通过：{unit.label}"]
    assert Notice.objects.get(recipient=user).text == "理由：请带租赁合同到社区服务中心核对。"
    assert Residency.objects.count() == 0


@pytest.mark.parametrize(
    "code",
    [code for code in RoleCode if code != RoleCode.SECRETARY] + ["elsewhere", "superuser", "requester"],
)
def test_only_the_secretary_of_the_estate_decides_and_never_for_oneself(unit, code):
    secretary = appoint(RoleCode.SECRETARY, unit.estate)
    binding = asked(unit)
    if code == "elsewhere":
        actor = appoint(RoleCode.SECRETARY, EstateFactory())
    elif code == "superuser":
        actor = UserFactory(is_superuser=True, is_staff=True)
    elif code == "requester":
        actor = appoint(RoleCode.SECRETARY, unit.estate, binding.user)
    else:
        actor = appoint(code, unit.estate)

    with pytest.raises(NotPermitted):
        approve_binding(binding=binding, actor=actor)
    with pytest.raises(NotPermitted):
        refuse_binding(binding=binding, reason="写得足够长的一个理由。", actor=actor)
    assert BindingRequest.objects.get().status == BindingStatus.PENDING
    assert Residency.objects.count() == 0

    approve_binding(binding=binding, actor=secretary)
    assert BindingRequest.objects.get().status == BindingStatus.APPROVED


def test_what_is_decided_is_decided(unit):
    secretary = appoint(RoleCode.SECRETARY, unit.estate)
    binding = asked(unit)
    refuse_binding(binding=binding, reason="写得足够长的一个理由。", actor=secretary)
    with pytest.raises(BindingDecided):
        approve_binding(binding=binding, actor=secretary)
    with pytest.raises(BindingDecided):
        withdraw_binding(binding=binding, actor=binding.user)
    assert Residency.objects.count() == 0
    assert BindingRequest.objects.get().status == BindingStatus.REFUSED


def test_one_withdraws_only_what_one_asked(unit):
    binding = asked(unit)
    with pytest.raises(NotPermitted):
        withdraw_binding(binding=binding, actor=UserFactory())
    assert BindingRequest.objects.get().status == BindingStatus.PENDING

    withdraw_binding(binding=binding, actor=binding.user)
    assert BindingRequest.objects.get().status == BindingStatus.WITHDRAWN


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_secretaries_at_once_decide_once(unit):
    binding = asked(unit)
    secretaries = [appoint(RoleCode.SECRETARY, unit.estate) for _ in range(4)]
    waiting = list(secretaries)
    outcomes = in_parallel(4, lambda: approve_binding(binding=binding, actor=waiting.pop()))
    assert sum(isinstance(outcome, BindingRequest) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, BindingDecided) for outcome in outcomes) == 3
    assert Residency.objects.count() == 1
