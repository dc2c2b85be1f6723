"""Ballots of the open vote that came on paper and by mandate, and a sheet that does not count."""

import io
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from communities.enums import RoleCode
from communities.models import Role, User
from votes.models import Assembly, Ballot, Elector, PaperBallot
from votes.services.casting import cast_ballot
from votes.services.mandate_casting import cast_mandate_ballot
from votes.services.mandates import grant_mandate
from votes.services.paper_entries import enter_paper
from votes.services.papers import print_papers, receive_paper

#: The second of those who read the sheets; the story's own scrutineer is the first.
SECOND_SCRUTINEER = "+8619900000012"


def vote_by_other_ways(assembly: Assembly, people: dict[str, User]) -> None:
    """Two sheets count, a third came after its owner had voted online; a neighbour voted for an absent one.

    A fourth sheet is read by one scrutineer, so that the other finds it waiting.
    """
    scrutineers = (people["scrutineer"], _second_scrutineer(people["scrutineer"]))
    named = [person.pk for person in people.values()]
    bound = (
        assembly.electors.filter(members__owner__user__isnull=False, is_developer=False)
        .exclude(members__owner__user__in=named)
        .order_by("number")
        .distinct()
    )
    voted = set(Ballot.objects.filter(assembly=assembly).values_list("elector", flat=True))
    silent = [elector for elector in bound if elector.pk not in voted]
    sheets = _printed(assembly, [silent[3], silent[9], silent[12], silent[15]], scrutineers[0])
    _vote_online(silent[12], "FFF")
    for sheet, marks in zip(sheets[:3], ("FFA", "FAF", "AAA"), strict=True):
        _receive(sheet, marks, scrutineers[0])
        for reader in scrutineers:
            enter_paper(paper=sheet, choices=marks, defect="", actor=reader)
    _receive(sheets[3], "FNF", scrutineers[1])
    enter_paper(paper=sheets[3], choices="FNF", defect="", actor=scrutineers[1])
    _vote_for_an_absent_one(assembly, silent[21], silent[27])


def _second_scrutineer(first: User) -> User:
    role = Role.objects.get(user=first, code=RoleCode.SCRUTINEER)
    account = User.objects.create_user(SECOND_SCRUTINEER, display_name="范宁")
    Role.objects.create(
        user=account, code=RoleCode.SCRUTINEER, estate=role.estate, valid_from=role.valid_from
    )
    return account


def _printed(assembly: Assembly, electors: list[Elector], actor: User) -> list[PaperBallot]:
    asked = Elector.objects.filter(pk__in=[elector.pk for elector in electors])
    made = {sheet.elector_id: sheet for sheet in print_papers(assembly=assembly, electors=asked, actor=actor)}
    return [made[elector.pk] for elector in electors]


def _receive(sheet: PaperBallot, marks: str, actor: User) -> None:
    receive_paper(assembly=sheet.assembly, code=str(sheet.pk), file=_photo(sheet, marks), actor=actor)


def _photo(sheet: PaperBallot, marks: str) -> SimpleUploadedFile:
    """A drawing of the sheet: a row of boxes for each motion, one of them ticked."""
    picture = Image.new("RGB", (720, 200 + 160 * len(marks)), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((40, 40), f"No. {sheet.serial}", fill="black", font_size=48)
    for row, mark in enumerate(marks):
        top = 160 + 160 * row
        draw.text((40, top + 20), str(row + 1), fill="black", font_size=48)
        for place, letter in enumerate("FAN"):
            left = 200 + 160 * place
            draw.rectangle((left, top, left + 100, top + 100), outline="black", width=4)
            if letter == mark:
                draw.line((left + 15, top + 55, left + 42, top + 85, left + 88, top + 12), "black", 9)
    content = io.BytesIO()
    picture.save(content, "PNG")
    return SimpleUploadedFile(f"{sheet.serial}.png", content.getvalue(), "image/png")


def _vote_online(elector: Elector, choices: str) -> None:
    account = elector.members.filter(may_cast=True, owner__user__isnull=False)[0].owner.user_id
    assert account is not None
    cast_ballot(
        assembly_id=elector.assembly_id,
        elector_id=elector.pk,
        choices=choices,
        idempotency_key=uuid.uuid4(),
        user_id=account,
    )


def _vote_for_an_absent_one(assembly: Assembly, absent: Elector, neighbour: Elector) -> None:
    principal, holder = (
        elector.members.filter(may_cast=True, owner__user__isnull=False)[0].owner
        for elector in (absent, neighbour)
    )
    assert principal.user is not None
    assert holder.user is not None
    mandate = grant_mandate(
        assembly=assembly,
        elector=absent,
        holder_name=holder.name,
        holder_phone=holder.user.phone,
        actor=principal.user,
    )
    cast_mandate_ballot(mandate_id=mandate.pk, choices="FFN", idempotency_key=uuid.uuid4(), actor=holder.user)
