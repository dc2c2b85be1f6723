"""The people and votes that the browser meets; run beside the server, on its database.

``python -m tests.e2e.story estate`` makes an estate with one vote open and one
decided; ``… closing SLUG SECONDS`` posts a vote that closes in so many seconds.
Each prints what the tests need to know as one JSON line.
"""

import json
import sys
from datetime import timedelta
from importlib import import_module
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - needs the loaded apps
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.utils import timezone  # noqa: E402

from communities.clock import local_day  # noqa: E402
from communities.enums import RoleCode  # noqa: E402
from communities.models import Estate, User  # noqa: E402
from governance.models import Meeting, Ticket  # noqa: E402
from governance.services.ticket_watch import escalate_overdue_tickets  # noqa: E402
from tests.factories.ballots import cast_for, settled  # noqa: E402
from tests.factories.communities import (  # noqa: E402
    BuildingFactory,
    CommunityFactory,
    EstateFactory,
    OwnerFactory,
    OwnershipFactory,
    ResidencyFactory,
    SubdistrictFactory,
    UnitFactory,
    UserFactory,
    appoint,
)
from tests.factories.votes import posted_assembly  # noqa: E402

SLUG = "qinghe"
#: She has no account yet and proves to be the owner on her phone.
NEWCOMER = {"name": "王秀英", "identity": "990101195801010027", "phone": "13990101001"}
OWNERS = ("李建国", "张桂芳", "陈志强", "刘玉兰", "周明华")
QUESTIONS = (5, 4, 8)


def session_of(user: User) -> str:
    """A session cookie of somebody who logged in before."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "communities.accounts.AccountBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def old_owners(estate: Estate) -> list[User]:
    """Everybody who owned here and had an account before the newcomer."""
    users = User.objects.filter(owners__estate=estate).order_by("owners__pk")
    return list(users.exclude(phone=f"+86{NEWCOMER['phone']}"))


def make_estate() -> dict[str, Any]:
    community = CommunityFactory(subdistrict=SubdistrictFactory(name="湖滨街道"), name="临湖社区")
    estate = EstateFactory(community=community, name="清和里", slug=SLUG)
    building = BuildingFactory(estate=estate, name="3幢")
    rooms = [UnitFactory(building=building, room=f"0{floor}01", area=8932) for floor in range(1, 7)]
    newcomer = OwnerFactory(estate=estate, name=NEWCOMER["name"], identity=NEWCOMER["identity"], user=None)
    OwnershipFactory(unit=rooms[0], owner=newcomer)
    for unit, name in zip(rooms[1:], OWNERS, strict=True):
        owner = OwnerFactory(estate=estate, name=name, user__display_name=name)
        OwnershipFactory(unit=unit, owner=owner)
    tenant = ResidencyFactory(unit=rooms[0], user=UserFactory(display_name="小赵")).user
    secretary = appoint(RoleCode.SECRETARY, estate, UserFactory(display_name="赵敏"))

    decided = posted_assembly(estate, items=QUESTIONS, motions=3, title="2026年第一次业主大会会议")
    owners = old_owners(estate)
    for user, marks in zip(owners, ["FFF", "FFA", "FAN", "FAA"], strict=False):
        cast_for(decided, user, marks)
    settled(decided)
    revisable = posted_assembly(
        estate,
        items=QUESTIONS,
        motions=3,
        title="2026年第三次业主大会会议",
        rules={"ballot-change": "revisable"},
    )
    announced = posted_assembly(estate, title="2026年第四次业主大会会议", opens_in=timedelta(days=3))
    opened = posted_assembly(
        estate, items=QUESTIONS, motions=3, title="2026年第二次业主大会会议", closes_in=timedelta(days=2)
    )
    receipt = cast_for(revisable, owners[0], "FAN")
    return {
        "slug": SLUG,
        "newcomer": NEWCOMER,
        "open": opened.pk,
        "decided": decided.pk,
        "revisable": revisable.pk,
        "announced": announced.pk,
        "receipt": str(receipt.ballot_id),
        "sessions": {
            "tenant": session_of(tenant),
            "secretary": session_of(secretary),
            "chair": session_of(appoint(RoleCode.COMMITTEE_CHAIR, estate, UserFactory(display_name="曾宏"))),
            "firm": session_of(appoint(RoleCode.FIRM, estate, UserFactory(display_name="孙师傅"))),
            **{f"owner{place}": session_of(user) for place, user in enumerate(owners)},
        },
    }


def make_closing(slug: str, seconds: int) -> dict[str, Any]:
    """All old owners but the last have cast: the last one waits."""
    estate = Estate.objects.get(slug=slug)
    owners = old_owners(estate)
    # Made by somebody who is there already: the factories' own numbers began again with this process.
    assembly = posted_assembly(
        estate, title="即将截止的会议", closes_in=timedelta(seconds=seconds), created_by=owners[0]
    )
    for user in owners[:-1]:
        cast_for(assembly, user, "F")
    return {"assembly": assembly.pk}


def bring_forward(meeting: int) -> dict[str, Any]:
    """The hour of the meeting has come; what the code at the door says."""
    begins = timezone.now() + timedelta(minutes=5)
    Meeting.objects.filter(pk=meeting).update(starts_at=begins, ends_at=begins + timedelta(hours=2))
    return {"token": Meeting.objects.get(pk=meeting).door_token}


def make_overdue(ticket: int) -> dict[str, Any]:
    """The time limit of a ticket is over, and the sweep has been there."""
    passed = timezone.now() - timedelta(hours=1)
    Ticket.objects.filter(pk=ticket).update(due_at=passed, fix_due_at=passed)
    return {"escalated": escalate_overdue_tickets()}


def main(what: str, *arguments: str) -> dict[str, Any]:
    if what == "closing":
        return make_closing(arguments[0], int(arguments[1]))
    if what == "hour":
        return bring_forward(int(arguments[0]))
    if what == "overdue":
        return make_overdue(int(arguments[0]))
    if what == "day":
        day = local_day(timezone.now()) + timedelta(days=int(arguments[0]))
        return {"day": day.isoformat()}
    return make_estate()


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
