"""Who signs proves once more who they are: by the second step, else the password, else a code by SMS."""

from allauth.mfa.models import Authenticator

from communities.errors import Refusal
from communities.forms.second_step import RepeatSecondStepForm
from communities.models import User
from communities.services.login import request_login_code, verify_login_code, verify_password
from governance.enums import SigningMethod
from governance.errors.minutes import NotProven


def method_of(user: User) -> SigningMethod:
    """The strongest way this person has."""
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        return SigningMethod.SECOND_STEP
    has_password = bool(user.password) and user.has_usable_password()
    return SigningMethod.PASSWORD if has_password else SigningMethod.SMS


def send_signing_code(user: User, address: str) -> str:
    """Send a code to the person's own phone; returns the key it is asked back with. Limits as for login."""
    return request_login_code(phone=user.phone, address=address)


def prove_signer(user: User, *, secret: str, address: str, key: str = "") -> SigningMethod:
    """Check ``secret`` against this person's way; a wrong one costs a try. Raises :class:`NotProven`."""
    method = method_of(user)
    if method == SigningMethod.SECOND_STEP:
        if not RepeatSecondStepForm({"code": secret}, user=user).is_valid():
            raise NotProven
        return method
    try:
        if method == SigningMethod.PASSWORD:
            proven = verify_password(phone=user.phone, password=secret, address=address)
        else:
            proven = verify_login_code(request_key=key, code=secret)
    except Refusal as refusal:
        raise NotProven(str(refusal)) from refusal
    if proven.pk != user.pk:
        raise NotProven
    return method
