"""Fill the database of a trial: one estate, its owners logged in, assemblies that wait to be posted.

``python -m tests.chaos.seed FILE ELECTORS RIVALS ASSEMBLIES``: of the electors the first
``RIVALS`` are couples, of whom either may cast.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.middleware.csrf import _get_new_csrf_string  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from communities.crypto import blind_index, encrypt  # noqa: E402
from communities.models import Estate, Log, Owner, Ownership, Unit, User  # noqa: E402
from communities.queries import policies_in_force  # noqa: E402
from tests.bench.data import SINCE, make_draft, make_estate, make_homes  # noqa: E402
from votes.models import Assembly, ElectorMember, Motion  # noqa: E402
from votes.services.rolls import freeze_roll  # noqa: E402

MOTIONS = 2


def make_partners(estate: Estate, number: int) -> None:
    """A second owner with an account of their own for the first ``number`` units."""
    name, password = encrypt(b"y").decode(), make_password(None)
    people = User.objects.bulk_create(
        [User(phone=f"+86196{n:08d}", password=password) for n in range(number)], batch_size=2000
    )
    owners = Owner.objects.bulk_create(
        [
            Owner(
                estate=estate,
                name=name,
                identity="990101198001010001",
                identity_index=blind_index("identity", f"partner {n}"),
                user=person,
            )
            for n, person in enumerate(people)
        ],
        batch_size=2000,
    )
    units = Unit.objects.filter(estate=estate).order_by("pk")[:number]
    Ownership.objects.bulk_create(
        [
            Ownership(unit=unit, owner=owner, position=1, valid_from=SINCE)
            for unit, owner in zip(units, owners, strict=True)
        ],
        batch_size=2000,
    )


def prepare(estate: Estate, number: int) -> Assembly:
    """A draft with everything frozen but its window and its status."""
    draft = make_draft(estate, motions=MOTIONS) if number == 0 else _another_draft(estate, number)
    freeze_roll(assembly=draft, moment=timezone.now())
    rules = policies_in_force(estate, on=timezone.localdate())
    Assembly.objects.filter(pk=draft.pk).update(
        title=f"第{number + 1}次会议",
        published_at=timezone.now() - timedelta(days=20),
        rules={key: {"value": rule.value, "article": rule.article} for key, rule in rules.items()},
        statute="civil-code-2021",
        slots=MOTIONS,
        log=Log.objects.create(estate=estate, name=f"assembly:{draft.pk}"),
    )
    return Assembly.objects.get(pk=draft.pk)


def _another_draft(estate: Estate, number: int) -> Assembly:
    first = Assembly.objects.filter(estate=estate).order_by("pk").first()
    assert first is not None
    draft = Assembly.objects.create(
        estate=estate,
        title=f"{number}",
        opens_at=first.opens_at,
        closes_at=first.closes_at,
        created_by=first.created_by,
        created_at=timezone.now(),
    )
    Motion.objects.bulk_create(
        Motion(assembly=draft, position=n + 1, title=f"事项{n + 1}", item=n % 9 + 1, item_reason="演练")
        for n in range(MOTIONS)
    )
    return draft


def log_in(people: list[User]) -> dict[int, dict[str, str]]:
    """A session in the database for each, as a visit left it."""
    store = import_string(settings.SESSION_ENGINE + ".SessionStore")()
    expires = timezone.now() + timedelta(days=2)
    sessions, cookies = [], {}
    for person in people:
        content = {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: "communities.accounts.AccountBackend",
            HASH_SESSION_KEY: person.get_session_auth_hash(),
        }
        key, secret = get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"), _get_new_csrf_string()
        sessions.append(Session(session_key=key, session_data=store.encode(content), expire_date=expires))
        cookies[person.pk] = {"session": key, "csrf": secret}
    Session.objects.bulk_create(sessions, batch_size=2000)
    return cookies


def main() -> None:
    file, electors, rivals, assemblies = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    estate = make_estate()
    make_homes(estate, electors, accounts=True)
    make_partners(estate, rivals)
    documents = []
    for number in range(assemblies):
        assembly = prepare(estate, number)
        members: dict[int, list[int]] = {}
        for elector, user in ElectorMember.objects.filter(
            elector__assembly=assembly, may_cast=True
        ).values_list("elector", "owner__user"):
            members.setdefault(elector, []).append(user)
        documents.append(
            {
                "assembly": assembly.pk,
                "log": f"assembly:{assembly.pk}",
                "motions": list(assembly.motions.order_by("position").values_list("pk", flat=True)),
                "numbers": dict(assembly.electors.values_list("pk", "number")),
                "electors": members,
            }
        )
    people = log_in(list(User.objects.filter(owners__isnull=False)))
    names = {"session": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME}
    file.write_text(json.dumps({"people": people, "cookies": names, "assemblies": documents}))


if __name__ == "__main__":
    main()
