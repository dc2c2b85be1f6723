"""People and homes for tests. All invented; identity region 990101."""

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from communities.crypto import blind_index
from communities.enums import RoleCode
from communities.models import (
    Building,
    Community,
    Estate,
    Owner,
    Ownership,
    PropertyFirm,
    Residency,
    Role,
    ServiceContract,
    Subdistrict,
    Unit,
    User,
)

SINCE = date(2020, 1, 1)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    phone = factory.Sequence(lambda n: f"+86199{n:08d}")
    display_name = factory.Sequence(lambda n: f"用户{n}")


class SubdistrictFactory(DjangoModelFactory[Subdistrict]):
    class Meta:
        model = Subdistrict

    name = factory.Sequence(lambda n: f"湖滨街道{n}")
    region = "330106"
    district_name = "西湖区"


class CommunityFactory(DjangoModelFactory[Community]):
    class Meta:
        model = Community

    subdistrict = factory.SubFactory(SubdistrictFactory)
    name = factory.Sequence(lambda n: f"临湖社区{n}")


class EstateFactory(DjangoModelFactory[Estate]):
    class Meta:
        model = Estate

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"清和里{n}")
    slug = factory.Sequence(lambda n: f"qinghe-{n}")


class BuildingFactory(DjangoModelFactory[Building]):
    class Meta:
        model = Building

    estate = factory.SubFactory(EstateFactory)
    name = factory.Sequence(lambda n: f"{n + 1}幢")
    position = factory.Sequence(int)


class UnitFactory(DjangoModelFactory[Unit]):
    class Meta:
        model = Unit

    building = factory.SubFactory(BuildingFactory)
    estate = factory.SelfAttribute("building.estate")
    staircase = "1单元"
    room = factory.Sequence(lambda n: f"{n + 101:04d}")
    area = 8800


class OwnerFactory(DjangoModelFactory[Owner]):
    class Meta:
        model = Owner

    estate = factory.SubFactory(EstateFactory)
    name = factory.Sequence(lambda n: f"王秀{n}")
    identity = factory.Sequence(lambda n: f"9901011980{n:08d}"[:18])
    identity_index = factory.LazyAttribute(lambda owner: blind_index("identity", owner.identity))
    user = factory.SubFactory(UserFactory)


class OwnershipFactory(DjangoModelFactory[Ownership]):
    """A unit and its owner in one estate."""

    class Meta:
        model = Ownership

    unit = factory.SubFactory(UnitFactory)
    owner = factory.SubFactory(OwnerFactory, estate=factory.SelfAttribute("..unit.estate"))
    valid_from = SINCE


class ResidencyFactory(DjangoModelFactory[Residency]):
    class Meta:
        model = Residency

    unit = factory.SubFactory(UnitFactory)
    user = factory.SubFactory(UserFactory)
    kind = "tenant"
    valid_from = SINCE


class PropertyFirmFactory(DjangoModelFactory[PropertyFirm]):
    class Meta:
        model = PropertyFirm

    name = factory.Sequence(lambda n: f"绿波物业{n}")
    credit_code = factory.Sequence(lambda n: f"91990101{n:010d}")


class ServiceContractFactory(DjangoModelFactory[ServiceContract]):
    class Meta:
        model = ServiceContract

    firm = factory.SubFactory(PropertyFirmFactory)
    estate = factory.SubFactory(EstateFactory)
    starts_on = SINCE


def appoint(code: RoleCode, estate: Estate, user: User | None = None, **fields: Any) -> User:
    """A person (new unless given) appointed to ``code`` in the scope that covers ``estate``."""
    user = user or UserFactory()
    scope: dict[str, Any] = {"estate": estate}
    if code == RoleCode.SECRETARY:
        scope = {"community": estate.community}
    elif code == RoleCode.SUBDISTRICT:
        scope = {"subdistrict": estate.community.subdistrict}
    elif code == RoleCode.FIRM:
        scope = {"contract": ServiceContractFactory(estate=estate)}
    Role.objects.create(user=user, code=code, valid_from=fields.pop("valid_from", SINCE), **scope, **fields)
    return user
