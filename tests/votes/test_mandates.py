"""A vote in somebody else's hand: given, used or withdrawn, and never stronger than its principal."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from communities.crypto import blind_index
from communities.enums import RoleCode
from communities.errors import NotPermitted
from communities.models import LedgerEntry, Notice, Owner, User
from communities.services.outbox import relay_outbox
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import OwnerFactory, OwnershipFactory, UserFactory, appoint
from tests.factories.mandates import give_mandate, holder_of
from tests.factories.papers import received_paper
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.errors import (
    AlreadyCast,
    AssemblyAlreadyClosed,
    AssemblyNotYetOpen,
    ChoicesInvalid,
    HolderIsElector,
    HolderIsFirm,
    HolderPhoneInvalid,
    InstructionsDeparted,
    InstructionsInvalid,
    KeyReused,
    MandateExpired,
    MandateExpiryInvalid,
    MandateLimitReached,
    MandateNeedless,
    MandateNotSecret,
    MandateNotYours,
    MandateRevoked,
    MandateStands,
    MandateTooLate,
    MandateUsed,
    NotOnRoll,
    PrincipalVoted,
)
from votes.models import Assembly, Ballot, Certificate, Mandate
from votes.services.casting import admit_paper_ballot
from votes.services.mandate_casting import cast_mandate_ballot
from votes.services.mandates import bind_mandates, register_mandate, revoke_mandate, strike_mandate
from votes.services.tallies import counted_ballots

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def use(mandate: Mandate, holder: User | None = None, choices: str = "F", key: uuid.UUID | None = None):
    return cast_mandate_ballot(
        mandate_id=mandate.pk,
        choices=choices,
        idempotency_key=key or uuid.uuid4(),
        actor=holder or holder_of(mandate),
    )


def counted(assembly: Assembly) -> list[tuple[str, str]]:
    return [(one.channel, one.choices) for one in counted_ballots(assembly)]


def expire(mandate: Mandate) -> None:
    """The trigger lets an end be written once; a past one cannot be given."""
    Mandate.objects.filter(pk=mandate.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


# --- use -----------------------------------------------------------------------------


def test_a_holder_casts_for_the_principal_and_both_keep_the_receipt():
    assembly = posted_assembly(motions=2)
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)

    receipt = use(mandate, choices="FA")

    ballot = Ballot.objects.get()
    assert (ballot.pk, ballot.channel, ballot.mandate) == (receipt.ballot_id, "mandate", mandate)
    assert (ballot.elector, ballot.cast_by) == (elector_of(assembly, owner), mandate.holder)
    assert (ballot.choices, ballot.revision, ballot.area) == ("FA", 1, 8800)
    leaf = LedgerEntry.objects.get(verb="votes.ballot.cast")
    assert leaf.leaf_hash == receipt.leaf_hash
    relay_outbox()
    told = Notice.objects.filter(topic="votes.ballot-cast").values_list("recipient", flat=True)
    assert set(told) == {owner.pk, mandate.holder_id}


def test_sending_the_same_ballot_again_gives_the_same_receipt():
    assembly = posted_assembly()
    mandate = give_mandate(assembly, people_of(assembly)[0])
    key = uuid.uuid4()

    first, again = use(mandate, key=key), use(mandate, key=key)

    assert (again.leaf_hash, again.replayed) == (first.leaf_hash, True)
    with pytest.raises(KeyReused):
        use(mandate, key=key, choices="A")
    assert Ballot.objects.count() == 1


def test_instructions_bind_the_holder():
    assembly = posted_assembly(motions=3)
    mandate = give_mandate(assembly, people_of(assembly)[0], instructions="A?F")

    for departed in ("FFF", "AFA"):
        with pytest.raises(InstructionsDeparted):
            use(mandate, choices=departed)
    assert not Ballot.objects.exists()

    use(mandate, choices="ANF")
    assert counted(assembly) == [("mandate", "ANF")]


def forged(mandate):
    return Mandate(pk=uuid.uuid4(), holder=mandate.holder)


@pytest.mark.parametrize("fault", ["forged", "stolen", "expired", "revoked", "reused", "firm", "marks"])
def test_a_mandate_that_is_not_good_is_refused_and_nothing_is_counted_twice(fault):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    holder, before, choices = mandate.holder, [], "F"
    match fault:
        case "forged":
            mandate, refusal = forged(mandate), MandateNotYours
        case "stolen":
            holder, refusal = UserFactory(), MandateNotYours
        case "expired":
            expire(mandate)
            refusal = MandateExpired
        case "revoked":
            revoke_mandate(mandate=mandate, actor=owner)
            refusal = MandateRevoked
        case "reused":
            use(mandate)
            before, refusal = [("mandate", "F")], AlreadyCast
        case "firm":
            appoint(RoleCode.FIRM, assembly.estate, holder)
            refusal = HolderIsFirm
        case _:
            choices, refusal = "M", ChoicesInvalid

    with pytest.raises(refusal) as caught:
        use(mandate, holder, choices)
    assert str(caught.value).endswith(("。", "）"))
    assert counted(assembly) == before
    assert Ballot.objects.count() == len(before)


@pytest.mark.parametrize(
    ("opens_in", "closes_in", "refusal"), [(1, 2, AssemblyNotYetOpen), (-2, -1, AssemblyAlreadyClosed)]
)
def test_a_holder_casts_only_while_the_window_is_open(opens_in, closes_in, refusal):
    posted = timedelta(hours=1)
    assembly = posted_assembly(opens_in=posted * opens_in, closes_in=posted * closes_in)
    owner = people_of(assembly)[0]
    if opens_in > 0:
        mandate = give_mandate(assembly, owner)  # from publication on
    else:
        mandate = Mandate.objects.create(
            assembly=assembly,
            elector=elector_of(assembly, owner),
            principal=owner.owners.get(),
            granted_by=owner,
            holder=UserFactory(),
            granted_at=timezone.now() - timedelta(days=1),
        )

    with pytest.raises(refusal):
        use(mandate)
    assert not Ballot.objects.exists()


# --- the principal goes first --------------------------------------------------------


@pytest.mark.parametrize("change", ["final", "revisable"])
def test_the_principals_own_ballot_replaces_the_holders_and_is_never_replaced_by_it(change):
    assembly = posted_assembly(rules={"ballot-change": change})
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    use(mandate, choices="F")

    cast_for(assembly, owner, "A")

    assert counted(assembly) == [("online", "A")]
    assert list(Ballot.objects.order_by("revision").values_list("channel", "revision")) == [
        ("mandate", 1),
        ("online", 2),
    ]
    with pytest.raises(PrincipalVoted):
        use(mandate, choices="F")
    assert counted(assembly) == [("online", "A")]


def test_an_own_ballot_that_came_first_stands():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    cast_for(assembly, owner, "A")

    with pytest.raises(PrincipalVoted):
        use(mandate)
    assert counted(assembly) == [("online", "A")]


@pytest.mark.parametrize("rule", ["first-received", "online-first", "paper-first"])
def test_an_own_paper_goes_before_the_holders_ballot(rule):
    assembly = posted_assembly(rules={"channel-precedence": rule})
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    use(mandate)

    admit_paper_ballot(
        paper=received_paper(assembly, elector_of(assembly, owner)), choices="A", actor=UserFactory()
    )

    assert counted(assembly) == [("paper", "A")]
    with pytest.raises(PrincipalVoted):
        use(mandate)


def test_a_holder_may_change_the_ballot_where_ballots_may_be_changed():
    assembly = posted_assembly(rules={"ballot-change": "revisable"})
    mandate = give_mandate(assembly, people_of(assembly)[0])
    use(mandate, choices="F")

    use(mandate, choices="N")

    assert counted(assembly) == [("mandate", "N")]


def test_received_is_counted_and_not_counted_after_mandates():
    assembly = posted_assembly()
    owner, other, _ = people_of(assembly)
    use(give_mandate(assembly, owner))
    cast_for(assembly, owner, "A")
    use(give_mandate(assembly, other))

    settled(assembly)

    certificate = Certificate.objects.get()
    assert (certificate.received, certificate.counted) == (3, 2)


# --- giving --------------------------------------------------------------------------


def test_nobody_but_who_could_cast_may_give_the_vote_away():
    assembly = posted_assembly()
    owner, neighbour, _ = people_of(assembly)
    elector = elector_of(assembly, owner)
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate)

    for stranger in (neighbour, chair, UserFactory()):
        with pytest.raises(NotPermitted):
            give_mandate(assembly, stranger, elector=elector)
    assert not Mandate.objects.exists()
    give_mandate(assembly, owner, elector=elector)


def test_the_log_names_neither_principal_nor_holder_nor_elector():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]

    mandate = give_mandate(assembly, owner, instructions="A")

    leaf = LedgerEntry.objects.get(verb="votes.mandate.granted")
    assert leaf.actor is None
    for secret in ("周明", mandate.holder.phone[3:], '"elector"', '"A"'):
        assert secret not in leaf.body


def test_one_mandate_stands_per_elector():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    first = give_mandate(assembly, owner)

    with pytest.raises(MandateStands):
        give_mandate(assembly, owner)

    revoke_mandate(mandate=first, actor=owner)
    second = give_mandate(assembly, owner)
    assert Mandate.objects.get(revoked_at=None) == second
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(pk=first.pk).update(revoked_at=None)


def test_a_mandate_that_ran_out_unused_makes_room():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    first = give_mandate(assembly, owner)
    expire(first)

    second = give_mandate(assembly, owner)

    first.refresh_from_db()
    assert (first.revoked_reason, second.revoked_at) == ("有效期已过", None)


@pytest.mark.parametrize("who", ["self", "co-owner", "co-owner known by phone only"])
def test_a_holder_is_neither_the_principal_nor_a_co_owner(who):
    first = OwnershipFactory(is_representative=True)
    phone = "+8619912345678"
    if who == "self":
        phone = first.owner.user.phone
    else:
        co_owner = OwnershipFactory(unit=first.unit).owner
        if who == "co-owner":
            phone = co_owner.user.phone
        else:
            Owner.objects.filter(pk=co_owner.pk).update(user=None, phone_index=blind_index("phone", phone))
    assembly = posted_assembly(first.unit.estate, units=[first.unit])

    with pytest.raises(HolderIsElector):
        give_mandate(assembly, first.owner.user, phone=phone)
    assert not Mandate.objects.exists()
    give_mandate(assembly, first.owner.user, phone="+8619912345679")


def test_firm_staff_hold_no_mandate_unless_the_estates_rules_let_them():
    strict = posted_assembly()
    staff = appoint(RoleCode.FIRM, strict.estate)
    with pytest.raises(HolderIsFirm):
        give_mandate(strict, people_of(strict)[0], staff)

    former = appoint(RoleCode.FIRM, strict.estate, valid_to=timezone.localdate() - timedelta(days=1))
    give_mandate(strict, people_of(strict)[0], former)
    elsewhere = appoint(RoleCode.FIRM, posted_assembly().estate)
    give_mandate(strict, people_of(strict)[1], elsewhere)
    lenient = posted_assembly(strict.estate, rules={"mandate-bars-firm": False})
    give_mandate(lenient, people_of(lenient)[0], staff)


def test_a_holder_holds_no_more_than_the_rules_allow():
    assembly = posted_assembly(owners=4, rules={"mandate-limit": 2})
    first, second, third, _ = people_of(assembly)
    holder = UserFactory()
    kept = give_mandate(assembly, first, holder)
    give_mandate(assembly, second, holder)

    with pytest.raises(MandateLimitReached, match="2"):
        give_mandate(assembly, third, holder)
    give_mandate(posted_assembly(assembly.estate), third, holder)  # of another meeting
    revoke_mandate(mandate=kept, actor=first)
    give_mandate(assembly, third, holder)
    assert Mandate.objects.filter(assembly=assembly, revoked_at=None).count() == 2


def test_a_used_mandate_still_takes_its_place_in_the_limit():
    assembly = posted_assembly(rules={"mandate-limit": 1})
    first, second, _ = people_of(assembly)
    holder = UserFactory()
    use(give_mandate(assembly, first, holder))

    with pytest.raises(MandateLimitReached):
        give_mandate(assembly, second, holder)


@pytest.mark.parametrize("phase", ["closed", "cancelled", "voted", "secret"])
def test_when_no_mandate_can_be_given(phase):
    rules = {"ballot-secrecy": "secret"} if phase == "secret" else {}
    assembly = posted_assembly(rules=rules, closes_in=timedelta(seconds=-1 if phase == "closed" else 60))
    owner = people_of(assembly)[0]
    if phase == "voted":
        cast_for(assembly, owner, "F")
    if phase == "cancelled":
        Assembly.objects.filter(pk=assembly.pk).update(status="cancelled")
    refusal = {"voted": MandateNeedless, "secret": MandateNotSecret}.get(phase, MandateTooLate)

    with pytest.raises(refusal):
        give_mandate(assembly, owner)
    assert not Mandate.objects.exists()


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"phone": "12345"}, HolderPhoneInvalid),
        ({"instructions": "FF"}, InstructionsInvalid),
        ({"instructions": "Q"}, InstructionsInvalid),
        ({"expires_at": timezone.now() - timedelta(minutes=1)}, MandateExpiryInvalid),
        ({"expires_at": timezone.now() + timedelta(days=99)}, MandateExpiryInvalid),
    ],
)
def test_what_is_written_wrongly_is_refused(fields, refusal):
    assembly = posted_assembly()

    with pytest.raises(refusal):
        give_mandate(assembly, people_of(assembly)[0], **fields)
    assert not Mandate.objects.exists()


# --- withdrawing ---------------------------------------------------------------------


def test_a_used_mandate_is_not_withdrawn_even_at_the_database():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    use(mandate)

    with pytest.raises(MandateUsed):
        revoke_mandate(mandate=mandate, actor=owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(revoked_at=timezone.now())
    assert counted(assembly) == [("mandate", "F")]


def test_only_the_principal_withdraws():
    assembly = posted_assembly()
    owner, neighbour, _ = people_of(assembly)
    mandate = give_mandate(assembly, owner)

    for stranger in (neighbour, holder_of(mandate), appoint(RoleCode.SECRETARY, assembly.estate)):
        with pytest.raises(NotPermitted):
            revoke_mandate(mandate=mandate, actor=stranger)
    revoke_mandate(mandate=mandate, actor=owner)
    with pytest.raises(MandateRevoked):
        revoke_mandate(mandate=mandate, actor=owner)


# --- a holder without an account -----------------------------------------------------


def test_a_holder_without_an_account_gets_the_mandate_at_the_first_login(client):
    assembly = posted_assembly()
    mandate = give_mandate(assembly, people_of(assembly)[0], phone="+8619912345678")
    assert mandate.holder_id is None
    stranger = UserFactory()
    with pytest.raises(MandateNotYours):
        use(mandate, stranger)

    holder = UserFactory(phone="+8619912345678")
    client.force_login(holder)  # sends the signal of a login

    mandate.refresh_from_db()
    assert mandate.holder == holder
    relay_outbox()
    assert Notice.objects.get(topic="votes.mandate-received").recipient == holder
    assert bind_mandates(user=holder) == 0
    use(mandate, holder)
    assert counted(assembly) == [("mandate", "F")]


def test_principal_and_holder_are_told_when_it_is_given_and_when_it_is_withdrawn():
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    relay_outbox()
    both = {owner.pk, mandate.holder_id}
    assert (
        set(Notice.objects.filter(topic="votes.mandate-granted").values_list("recipient", flat=True)) == both
    )

    revoke_mandate(mandate=mandate, actor=owner)
    relay_outbox()
    assert (
        set(Notice.objects.filter(topic="votes.mandate-revoked").values_list("recipient", flat=True)) == both
    )


# --- on paper ------------------------------------------------------------------------


def register(assembly, actor, **fields):
    return register_mandate(
        assembly=assembly,
        principal=assembly.electors.all()[0].members.get(),
        holder_name="周明",
        holder_phone="19912345678",
        scan=SimpleUploadedFile("委托书.pdf", PDF),
        actor=actor,
        **fields,
    )


@pytest.mark.parametrize("role", ["scrutineer", "secretary", "chair", "firm", "firm and scrutineer", "owner"])
def test_who_may_register_a_mandate_signed_on_paper(role):
    assembly = posted_assembly()
    actor = {
        "scrutineer": lambda: appoint(RoleCode.SCRUTINEER, assembly.estate),
        "secretary": lambda: appoint(RoleCode.SECRETARY, assembly.estate),
        "chair": lambda: appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate),
        "firm": lambda: appoint(RoleCode.FIRM, assembly.estate),
        "firm and scrutineer": lambda: appoint(
            RoleCode.SCRUTINEER, assembly.estate, appoint(RoleCode.FIRM, assembly.estate)
        ),
        "owner": lambda: people_of(assembly)[0],
    }[role]()

    if role in ("scrutineer", "secretary"):
        mandate = register(assembly, actor)
        assert (mandate.registered_by, mandate.granted_by) == (actor, None)
        assert len(mandate.scan_sha256) == 64
        strike_mandate(mandate=mandate, reason="委托人当面要求撤回这份委托", actor=actor)
        assert Mandate.objects.get().revoked_reason == "委托人当面要求撤回这份委托"
    else:
        with pytest.raises(NotPermitted):
            register(assembly, actor)
        assert not Mandate.objects.exists()


def test_the_desk_takes_back_no_mandate_that_was_given_online():
    assembly = posted_assembly()
    mandate = give_mandate(assembly, people_of(assembly)[0])

    with pytest.raises(NotPermitted):
        strike_mandate(
            mandate=mandate,
            reason="委托人当面要求撤回这份委托",
            actor=appoint(RoleCode.SECRETARY, assembly.estate),
        )


def test_a_paper_mandate_of_a_co_owner_without_the_vote_is_refused():
    first = OwnershipFactory(is_representative=True)
    second = OwnershipFactory(unit=first.unit, owner=OwnerFactory(estate=first.unit.estate))
    assembly = posted_assembly(first.unit.estate, units=[first.unit])
    with pytest.raises(NotOnRoll):
        register_mandate(
            assembly=assembly,
            principal=assembly.electors.get().members.get(owner=second.owner),
            holder_name="周明",
            holder_phone="19912345678",
            scan=SimpleUploadedFile("委托书.pdf", PDF),
            actor=appoint(RoleCode.SCRUTINEER, assembly.estate),
        )
