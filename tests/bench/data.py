"""Large invented estates, made in a moment."""

import io
import random
from datetime import date, timedelta

import openpyxl
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from communities.crypto import blind_index, encrypt
from communities.models import Building, Community, Estate, Log, Owner, Ownership, Subdistrict, Unit, User
from communities.queries import policies_in_force
from votes.models import Assembly, Elector, Motion

SINCE = date(2020, 1, 1)


def identity_number(serial: int) -> str:
    """A valid invented identity number of region 990101."""
    born = date(1940, 1, 1) + timedelta(days=serial % 20000)
    digits = f"990101{born:%Y%m%d}{serial // 20000 % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def roster_file(rows: int) -> bytes:
    """An owners' roster of ``rows`` units as a property office keeps it."""
    draw = random.Random(5)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("业主名册")
    sheet.append(["序号", "幢号", "单元", "室号", "建筑面积(㎡)", "用途", "业主姓名", "证件号码", "联系电话"])
    for n in range(rows):
        place = [f"{n // 200 + 1}幢", f"{n // 100 % 2 + 1}单元", f"{n % 100 // 4 + 1:02d}{n % 4 + 1:02d}"]
        owner = [f"王{chr(0x4E00 + n % 2000)}", identity_number(n), f"1990{n:07d}"]
        sheet.append([n + 1, *place, draw.randint(5000, 16000) / 100, "住宅", *owner])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def make_estate() -> Estate:
    subdistrict = Subdistrict.objects.create(name="测量街道", region="330106", district_name="西湖区")
    community = Community.objects.create(subdistrict=subdistrict, name="测量社区")
    return Estate.objects.create(community=community, name="测量里", slug="bench")


def make_homes(estate: Estate, units: int, *, accounts: bool = False) -> None:
    """``units`` units of one owner each; with ``accounts`` each owner is bound to one."""
    draw = random.Random(7)
    building = [Building(estate=estate, name=f"{n + 1}幢", position=n) for n in range(units // 500 + 1)]
    Building.objects.bulk_create(building)
    name, identity, unusable = encrypt(b"x").decode(), "990101198001010000", make_password(None)
    people: list[User | None] = [None] * units
    if accounts:
        people = list(
            User.objects.bulk_create(
                [User(phone=f"+86198{n:08d}", password=unusable) for n in range(units)], batch_size=2000
            )
        )
    homes = Unit.objects.bulk_create(
        [
            Unit(
                estate=estate,
                building=building[n // 500],
                staircase="1单元",
                room=f"{n % 500:04d}",
                area=draw.randint(5000, 16000),
            )
            for n in range(units)
        ],
        batch_size=2000,
    )
    owners = Owner.objects.bulk_create(
        [
            Owner(
                estate=estate,
                name=name,
                identity=identity,
                identity_index=blind_index("identity", str(n)),
                user=people[n],
            )
            for n in range(units)
        ],
        batch_size=2000,
    )
    Ownership.objects.bulk_create(
        [
            Ownership(unit=unit, owner=owner, valid_from=SINCE)
            for unit, owner in zip(homes, owners, strict=True)
        ],
        batch_size=2000,
    )


def make_draft(estate: Estate, *, motions: int) -> Assembly:
    now = timezone.now()
    chair = User.objects.create(phone="+8619700000000", password="!")
    assembly = Assembly.objects.create(
        estate=estate,
        title="测量会议",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=9),
        created_by=chair,
        created_at=now,
    )
    Motion.objects.bulk_create(
        [
            Motion(
                assembly=assembly, position=n + 1, title=f"事项{n + 1}", item=n % 9 + 1, item_reason="测量"
            )
            for n in range(motions)
        ]
    )
    return assembly


def post(assembly: Assembly, *, heads: int, area: int, motions: int) -> Assembly:
    """Put a draft whose roll is there into the running state."""
    rules = policies_in_force(assembly.estate, on=timezone.localdate())
    Assembly.objects.filter(pk=assembly.pk).update(
        status="published",
        published_at=timezone.now(),
        rules={key: {"value": rule.value, "article": rule.article} for key, rule in rules.items()},
        statute="civil-code-2021",
        total_heads=heads,
        total_area=area,
        slots=motions,
        log=Log.objects.create(estate=assembly.estate, name=f"assembly:{assembly.pk}"),
    )
    return Assembly.objects.get(pk=assembly.pk)


def make_electors(assembly: Assembly, count: int) -> int:
    """``count`` electors without units or members, for counting only; returns their area."""
    draw = random.Random(11)
    areas = [draw.randint(5000, 16000) for _ in range(count)]
    Elector.objects.bulk_create(
        [
            Elector(
                assembly=assembly, number=n + 1, head_key=f"{n:064d}", label=f"{n}", unit_count=1, area=area
            )
            for n, area in enumerate(areas)
        ],
        batch_size=5000,
    )
    return sum(areas)
