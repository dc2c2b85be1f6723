"""Finding an owner of an estate by home or name, for pages that then pick one."""

from communities.committees import current_owner_ids, homes_in_words
from communities.models import Estate, Owner, Ownership
from communities.queries import owners_called, units_called
from communities.rules import today

#: More than these are not shown; whoever searches so widely adds a word.
FOUND = 30


def find_owners(estate: Estate, words: str) -> tuple[list[Owner], dict[int, str]]:
    """Owners called ``words``, else those of the homes it names, with the homes of each in words."""
    day = today()
    named = set(owners_called(estate, words)) & current_owner_ids(estate, on=day)
    if not named:
        units = units_called(estate, words).filter(gone_on__isnull=True)[:FOUND]
        titles = Ownership.objects.on(day).filter(unit__in=list(units))
        named = set(titles.values_list("owner", flat=True))
    owners = list(Owner.objects.filter(pk__in=named, kind="natural").order_by("pk")[:FOUND])
    return owners, homes_in_words(owners, on=day)


def picked_owner(estate: Estate, number: int | None) -> tuple[list[Owner], dict[int, str]]:
    """The one owner a form brings back, as a list of one; nobody where the number fits nobody here."""
    owners = list(Owner.objects.filter(estate=estate, pk=number)) if number else []
    return owners, homes_in_words(owners, on=today())
