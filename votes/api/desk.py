"""Getting at an assembly from its number alone, by the same access as the desk's pages."""

from rest_framework.request import Request

from communities.api.authentication import person
from votes.access import assembly_for, desk_assembly_for, motion_on_desk_for, roll_assembly_for
from votes.models import Assembly, Motion


def desk_assembly(request: Request, pk: int) -> Assembly:
    """The assembly for those who work for its estate, or a 404."""
    user = person(request)
    return desk_assembly_for(user, assembly_for(user, pk).estate.slug, pk)


def desk_motion(request: Request, pk: int, motion_pk: int) -> Motion:
    user = person(request)
    return motion_on_desk_for(user, assembly_for(user, pk).estate.slug, pk, motion_pk)


def roll_assembly(request: Request, pk: int) -> Assembly:
    """The assembly for those who may read its roll, or a 404."""
    user = person(request)
    return roll_assembly_for(user, assembly_for(user, pk).estate.slug, pk)
