"""Two estates with one of everything, and somebody in each role."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from communities.enums import BindingCapacity, RoleCode
from communities.models import Estate, Notice, Unit, User
from communities.services.binding import request_binding
from communities.services.ledger import log_of_estate, record
from communities.services.rosters import upload_roster
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
from tests.factories.rosters import Row, as_csv, identity_number
from tests.factories.votes import draft_assembly, elector_of, posted_assembly
from votes.models import Assembly, Elector, LintOverride
from votes.services.acts import propose_act
from votes.services.archives import MADE, REQUESTED, archives_of
from votes.services.attachments import add_attachment
from votes.services.casting import Receipt, cast_ballot
from votes.services.closing import settle_assembly

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


@dataclass
class Place:
    """An estate, its people by role, and the arguments of addresses by what they are about."""

    estate: Estate
    people: dict[str, User]
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    voters: list[User] = field(default_factory=list)


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
    _make_papers(place, canary, serial)
    return place


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
    place.things["decided"] = {"slug": slug, "pk": decided.pk}
    place.things["ballot"] = {"pk": receipt.ballot_id}
    printed = {"slug": slug, "pk": decided.pk, "file_type": "csv"}
    place.things["result paper"] = printed | {"document": "result"}
    place.things["delivery paper"] = printed | {"document": "deliveries", "key": made_archive(decided)}

    voting = posted_assembly(estate, motions=2)
    for user, marks in zip(place.voters, VOTER_MARKS, strict=True):
        cast_for(voting, user, marks)
    act = propose_act(assembly=voting, kind="cancel", reason=REASON, actor=people["secretary"])
    place.things["voting"] = {"slug": slug, "pk": voting.pk, "act_pk": act.pk}

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
