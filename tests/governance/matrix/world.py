"""Two estates with one of everything, and somebody in each role."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from communities.clock import local_day
from communities.enums import BindingCapacity, RoleCode
from communities.models import (
    Building,
    CommitteeSeat,
    CommitteeTerm,
    HandoverItem,
    Notice,
    Owner,
    Unit,
    User,
    Witness,
)
from communities.services.binding import request_binding
from communities.services.committee import add_to_reserve
from communities.services.ledger import log_of_estate, record
from communities.services.rosters import upload_roster
from communities.services.sealing import seal_log
from tests.factories.communities import (
    BuildingFactory,
    EstateFactory,
    OwnerFactory,
    OwnershipFactory,
    ResidencyFactory,
    UnitFactory,
    UserFactory,
    appoint,
)
from tests.factories.papers import photo, received
from tests.factories.rosters import Row, as_csv, identity_number
from tests.factories.votes import draft_assembly, elector_of, posted_assembly
from tests.governance.matrix.deliberation import NOUNS
from tests.governance.matrix.world_place import Place
from votes.models import Assembly, Certificate, Election, Elector, LintOverride
from votes.services.acts import confirm_act, propose_act
from votes.services.archives import MADE, REQUESTED, archives_of
from votes.services.attachments import add_attachment
from votes.services.candidates import nominate_candidate
from votes.services.casting import Receipt, cast_ballot
from votes.services.closing import settle_assembly
from votes.services.deliveries import record_deliveries
from votes.services.mandates import grant_mandate, register_mandate
from votes.services.objections import file_objection
from votes.services.papers import print_papers

REASON = "已向全体业主书面说明过原因"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
#: Names no row and no estate.
NO_NUMBER, NO_SLUG, NO_UUID = 987_654_321, "no-such-estate", uuid.UUID(int=987_654_321)

#: Areas (0.01 m²) of those who have voted; what each option of a motion adds up to stands nowhere else.
VOTER_AREAS = (7_111, 8_223, 9_467, 10_789, 12_131, 13_577)
VOTER_MARKS = ("FA", "FN", "AF", "AN", "NF", "NA")


def sums_of_options() -> list[int]:
    """For each motion the area of every option, in 0.01 m²."""
    return [
        sum(area for area, marks in zip(VOTER_AREAS, VOTER_MARKS, strict=True) if marks[place] == mark)
        for place in (0, 1)
        for mark in "FAN"
    ]


def cast_for(assembly: Assembly, user: User, marks: str) -> Receipt:
    return cast_ballot(
        assembly_id=assembly.pk,
        elector_id=elector_of(assembly, user).pk,
        choices=marks,
        idempotency_key=uuid.uuid4(),
        user_id=user.pk,
    )


def make_place(slug: str, canary: str, serial: int) -> Place:
    """``canary`` begins every owner's name; ``serial`` keeps identity numbers and phones apart."""
    estate = EstateFactory(slug=slug, name=f"{canary}里")
    building = BuildingFactory(estate=estate, name=f"{canary}幢")

    def own(unit: Unit, number: int) -> User:
        owner = OwnerFactory(
            estate=estate,
            name=f"{canary}业主{chr(0x4E00 + number)}",
            identity=identity_number(serial + number),
            phone=f"+86177{serial + number:08d}",
            user=UserFactory(phone=f"+86177{serial + number:08d}", display_name=""),
        )
        OwnershipFactory(unit=unit, owner=owner, is_representative=number == 0)
        user: User = owner.user
        return user

    home = UnitFactory(building=building, room="0001", area=15_877)
    people = {"owner": own(home, 0), "co_owner": own(home, 1)}
    place = Place(estate, people)
    for number, area in enumerate(VOTER_AREAS, start=2):
        unit = UnitFactory(building=building, room=f"{canary}{number:04d}", area=area)
        place.voters.append(own(unit, number))
    people["tenant"] = UserFactory(display_name="")
    people["super_tenant"] = UserFactory(is_staff=True, is_superuser=True)
    for role in ("tenant", "super_tenant"):
        ResidencyFactory(unit=home, user=people[role])
    people |= {
        "member": appoint(RoleCode.COMMITTEE, estate),
        "chair": appoint(RoleCode.COMMITTEE_CHAIR, estate),
        "preparatory": appoint(RoleCode.PREPARATORY_GROUP, estate),
        "secretary": appoint(RoleCode.SECRETARY, estate),
        "subdistrict": appoint(RoleCode.SUBDISTRICT, estate),
        "firm": appoint(RoleCode.FIRM, estate),
        "scrutineer": appoint(RoleCode.SCRUTINEER, estate),
        "assessor": appoint(RoleCode.ASSESSOR, estate),
    }
    place.things = {"estate": {"slug": slug}, "unit": {"slug": slug, "pk": home.pk}}
    TOTP.activate(people["secretary"], generate_totp_secret())
    RecoveryCodes.activate(people["secretary"])
    _make_assemblies(place)
    _make_election(place)
    _make_papers(place, canary, serial)
    _make_witness(place, serial)
    _make_mandates(place, serial)
    _make_kinds_of_secrecy(place)
    _make_committee(place, building, canary, serial)
    _make_objections(place)
    for noun in NOUNS:
        noun.furnish(place)
    return place


def _make_witness(place: Place, serial: int) -> None:
    """Somebody who is sent heads, and a head: of another size in each estate."""
    estate, slug, secretary = place.estate, place.estate.slug, place.people["secretary"]
    witness = Witness.objects.create(
        estate=estate,
        kind="email",
        name="居委会",
        address=f"{slug}@example.org",
        added_by=secretary,
        added_at=timezone.now(),
    )
    place.things["witness"] = {"slug": slug, "pk": witness.pk}
    log = Assembly.objects.get(pk=place.things["decided"]["pk"]).log
    assert log is not None
    for _ in range(serial // 100):
        record(log=log, verb="test.happened", subject=log, actor=None)
    head = seal_log(log=log)
    assert head is not None
    place.things["log"] = {"slug": slug, "log": log.name, "name": log.name, "size": head.size}


def made_archive(assembly: Assembly) -> str:
    """The key of an archive that lies there, though with next to nothing in it."""
    log = log_of_estate(assembly.estate)
    asked = record(log=log, verb=REQUESTED, subject=assembly, actor=None)
    payload: dict[str, str | int] = {"request": asked.leaf_hash, "sha256": "0" * 64, "size": 3, "files": 1}
    record(log=log, verb=MADE, subject=assembly, actor=None, payload=payload)
    (archive,) = archives_of(assembly)
    default_storage.save(archive.path, ContentFile(b"zip"))
    return archive.key


def _make_assemblies(place: Place) -> None:
    estate, people, slug = place.estate, place.people, place.estate.slug
    chair = people["chair"]

    decided = posted_assembly(estate, motions=1, opens_in=timedelta(days=-3), closes_in=timedelta(hours=1))
    receipt = cast_for(decided, people["owner"], "F")
    assert decided.closes_at is not None
    settle_assembly(assembly=decided, moment=decided.closes_at + timedelta(seconds=1))
    release = propose_act(assembly=decided, kind="release-pack", reason=REASON, actor=people["secretary"])
    confirm_act(act=release, actor=chair)
    place.things["decided"] = {"slug": slug, "pk": decided.pk, "act_pk": release.pk}
    place.things["certificate"] = {"certificate": Certificate.objects.get(assembly=decided).sha256}
    place.things["ballot"] = {"pk": receipt.ballot_id}
    printed = {"slug": slug, "pk": decided.pk, "file_type": "csv"}
    place.things["result paper"] = printed | {"document": "result"}
    place.things["delivery paper"] = printed | {"document": "deliveries", "key": made_archive(decided)}

    voting = posted_assembly(estate, motions=2)
    for user, marks in zip(place.voters, VOTER_MARKS, strict=True):
        cast_for(voting, user, marks)
    act = propose_act(assembly=voting, kind="cancel", reason=REASON, actor=people["secretary"])
    place.things["voting"] = {"slug": slug, "pk": voting.pk, "act_pk": act.pk}
    _make_sheets(place, voting)

    announced = posted_assembly(estate, motions=1, opens_in=timedelta(days=3))
    place.things["announced"] = {"slug": slug, "pk": announced.pk}

    draft = draft_assembly(estate, motions=2, created_by=chair)
    motion = draft.motions.get(position=1)
    file = SimpleUploadedFile("方案.pdf", PDF, content_type="application/pdf")
    paper = add_attachment(motion=motion, file=file, kind="plan", actor=chair)
    override = LintOverride.objects.create(
        assembly=draft, finding="x", reason=REASON, signed_by=chair, signed_at=timezone.now()
    )
    place.things["draft"] = {
        "slug": slug,
        "pk": draft.pk,
        "motion_pk": motion.pk,
        "paper_pk": paper.pk,
        "override_pk": override.pk,
    }
    place.things["paper"] = {"pk": paper.pk}


def _make_sheets(place: Place, voting: Assembly) -> None:
    """A sheet of the owner that came back, and a delivery with its evidence."""
    scrutineer, slug = place.people["scrutineer"], place.estate.slug
    elector = elector_of(voting, place.people["owner"])
    (sheet,) = print_papers(assembly=voting, electors=Elector.objects.filter(pk=elector.pk), actor=scrutineer)
    received(sheet, scrutineer)
    (delivery,) = record_deliveries(
        assembly=voting,
        electors=[elector.pk],
        method="board",
        reached=True,
        evidence=photo(),
        actor=scrutineer,
    )
    place.things["sheet"] = {"slug": slug, "pk": voting.pk, "paper_pk": sheet.pk}
    place.things["own sheet"] = {"pk": sheet.pk}
    place.things["delivery"] = {"slug": slug, "pk": voting.pk, "delivery_pk": delivery.pk}


def _make_election(place: Place) -> None:
    """Nominations are open; the owner was named by the residents' committee and has not agreed yet."""
    estate, slug = place.estate, place.estate.slug
    draft = draft_assembly(estate, motions=0, created_by=place.people["chair"])
    election = Election.objects.create(
        assembly=draft,
        seats=5,
        nomination_closes_at=timezone.now() + timedelta(days=3),
        lot_seed="seed",
    )
    candidate = nominate_candidate(
        election=election,
        owner=Owner.objects.get(user=place.people["owner"]),
        nomination="residents-committee",
        actor=place.people["secretary"],
    )
    place.things["election"] = {"pk": election.pk}
    place.things["candidate"] = {"pk": candidate.pk}
    place.things["desk election"] = {"slug": slug, "pk": draft.pk, "candidate_pk": candidate.pk}


def _make_papers(place: Place, canary: str, serial: int) -> None:
    estate, people, slug = place.estate, place.people, place.estate.slug
    wanted = Unit.objects.filter(estate=estate).exclude(room="0001")[0]
    binding = request_binding(
        unit=wanted, capacity=BindingCapacity.FAMILY, name=f"{canary}家属", actor=people["tenant"]
    )
    place.things["binding"] = {"slug": slug, "pk": binding.pk}
    place.things["own binding"] = {"pk": binding.pk}
    rows = [
        Row(room="9001", names=f"{canary}新户", identities=identity_number(serial + 50)),
        Row(room="9002", names=f"{canary}缺户", identities=identity_number(serial + 51), area="-"),
    ]
    roster = upload_roster(
        estate=estate, file_name="roster.csv", content=as_csv(rows), actor=people["secretary"]
    )
    place.things["import"] = {"slug": slug, "pk": roster.pk}
    notice = Notice.objects.create(
        recipient=people["owner"],
        estate=estate,
        topic="votes.assembly-published",
        subject="1",
        title="会议已公示",
        url="/",
        created_at=timezone.now(),
    )
    place.things["notice"] = {"pk": notice.pk}


def _make_mandates(place: Place, serial: int) -> None:
    """The owner's vote in the tenant's hand, and a voter's that came in on paper."""
    estate, people = place.estate, place.people
    assembly = posted_assembly(estate, motions=2)
    mandate = grant_mandate(
        assembly=assembly,
        elector=elector_of(assembly, people["owner"]),
        holder_name="受托租客",
        holder_phone=people["tenant"].phone,
        actor=people["owner"],
    )
    place.things["mandate"] = {"pk": mandate.pk}
    paper = register_mandate(
        assembly=assembly,
        principal=elector_of(assembly, place.voters[0]).members.get(),
        holder_name="受托亲属",
        holder_phone=f"+86178{serial:08d}",
        scan=SimpleUploadedFile("委托书.pdf", PDF, content_type="application/pdf"),
        actor=people["scrutineer"],
    )
    place.things["desk mandate"] = {"slug": estate.slug, "pk": assembly.pk, "mandate_pk": paper.pk}


def _make_kinds_of_secrecy(place: Place) -> None:
    """A confidential vote with a ballot to be opened, and a secret one that the owner took part in."""
    estate, people = place.estate, place.people
    confidential = posted_assembly(
        estate,
        opens_in=timedelta(days=-3),
        closes_in=timedelta(hours=1),
        rules={"ballot-secrecy": "confidential"},
    )
    receipt = cast_for(confidential, people["owner"], "F")
    assert confidential.closes_at is not None
    settle_assembly(assembly=confidential, moment=confidential.closes_at + timedelta(seconds=1))
    act = propose_act(
        assembly=confidential,
        kind="unlock-ballot",
        reason=REASON,
        payload={"ballot": str(receipt.ballot_id)},
        actor=people["scrutineer"],
    )
    place.things["looks"] = {"slug": estate.slug, "pk": confidential.pk, "act_pk": act.pk}
    secret = posted_assembly(estate, rules={"ballot-secrecy": "secret"})
    place.things["participation"] = {"key": cast_for(secret, people["owner"], "F").ballot_id}


def _make_committee(place: Place, building: Building, canary: str, serial: int) -> None:
    """A term entered from papers, a member who left, somebody in reserve. Their names stand nowhere else."""
    estate, slug, secretary = place.estate, place.estate.slug, place.people["secretary"]

    def owner(number: int, name: str) -> Owner:
        found = OwnerFactory(
            estate=estate, name=name, identity=identity_number(serial + number), phone="", user=None
        )
        OwnershipFactory(unit=UnitFactory(building=building, room=f"8{number:03d}"), owner=found)
        return found

    day = local_day(timezone.now())
    term = CommitteeTerm.objects.create(
        estate=estate,
        number=1,
        starts_on=day - timedelta(days=90),
        ends_on=day + timedelta(days=1000),
        from_papers=True,
    )
    # The accounts of the world keep the roles they were given: seats are written beside the services.
    seats = [
        CommitteeSeat.objects.create(
            term=term,
            owner=owner(60 + place_on_list, name),
            valid_from=term.starts_on,
            is_alternate=is_alternate,
        )
        for place_on_list, (name, is_alternate) in enumerate(
            [(f"{canary}委员甲", False), (f"{canary}离任乙", False), (f"{canary}候补丙", True)]
        )
    ]
    seats[1].valid_to = day - timedelta(days=1)
    seats[1].save()
    item = HandoverItem.objects.create(
        term=term, seat=seats[1], kind="seal", text="印章", due_on=day, article="第四十五条"
    )
    reserve = add_to_reserve(
        estate=estate, owner=owner(64, f"{canary}储备丁"), strengths="懂财务", note="", actor=secretary
    )
    place.things["term"] = {"slug": slug, "pk": term.pk, "seat_pk": seats[0].pk, "item_pk": item.pk}
    place.things["reserve"] = {"slug": slug, "pk": reserve.pk}


def _make_objections(place: Place) -> None:
    disputed = posted_assembly(place.estate, motions=1, opens_in=timedelta(days=-1))
    objection = file_objection(
        assembly=disputed,
        kind="procedure",
        about="",
        text="公告没有贴在三幢的公告栏里",
        actor=place.people["owner"],
    )
    place.things["disputed"] = {"slug": place.estate.slug, "pk": disputed.pk}
    place.things["objection"] = {"slug": place.estate.slug, "pk": objection.pk}
    place.things["own objection"] = {"pk": objection.pk}


@dataclass
class World:
    """The estate everything is tried on, another one, and a session for each role."""

    here: Place
    there: Place
    people: dict[str, User]
    sessions: dict[str, str]
    browser: Client = field(default_factory=Client)

    def client(self, role: str) -> Client:
        """The browser with nothing in it but the session of ``role``."""
        self.browser.cookies.clear()
        if role in self.sessions:
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return self.browser


def make_world() -> World:
    here, there = make_place("here", "甲乙", 100), make_place("there", "丙丁", 300)
    people: dict[str, User] = {
        **here.people,
        "other_chair": there.people["chair"],
        "superuser": UserFactory(is_staff=True, is_superuser=True),
    }
    sessions = {}
    for role, user in people.items():
        client = Client()
        client.force_login(user)
        sessions[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return World(here, there, people, sessions)


def elector_number(place: Place) -> int:
    """The elector of the owner here in the assembly being voted on."""
    voting = Assembly.objects.get(pk=place.things["voting"]["pk"])
    elector: Elector = elector_of(voting, place.people["owner"])
    return elector.pk
