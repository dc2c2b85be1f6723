"""What a person changes about their own account."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from communities.errors import PasswordUnfit, PasswordWrong, TooOften
from communities.models import User
from communities.services.login import PASSWORDS_PER_PHONE

NAME_LENGTH = 40


@transaction.atomic
def rename_person(*, user: User, display_name: str) -> None:
    """Show ``user`` by another name from now on. The roster's name is not touched."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    locked.display_name = display_name.strip()[:NAME_LENGTH]
    locked.save(update_fields=["display_name"])
    user.display_name = locked.display_name


def set_password(*, user: User, new: str, old: str = "") -> None:
    """Give ``user`` a password, or another one; the one there is must be known.

    Raises :class:`PasswordWrong`, :class:`PasswordUnfit`, :class:`TooOften`.
    """
    if user.has_usable_password():
        if not PASSWORDS_PER_PHONE.allows(f"change:{user.pk}"):
            raise TooOften(_("密码试得太多了，请十分钟后再试。"))
        if not user.check_password(old):
            raise PasswordWrong(_("现在的密码不对。"))
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise PasswordUnfit(" ".join(error.messages)) from error
    user.set_password(new)
    user.save(update_fields=["password"])
