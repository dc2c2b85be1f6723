"""How a login ends, and what allauth adds to it: the second step of those who set one up."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import perform_login, perform_password_login
from allauth.account.models import Login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext_lazy as _

from communities import crypto
from communities.models import User
from communities.rules import remember_home
from communities.sms import send_sms

BACKEND = "communities.accounts.AccountBackend"

_FIND_ACCOUNT = "SELECT * FROM communities_user WHERE id = %s"


class AccountBackend(ModelBackend):
    """Django's own, but that it finds the account of a request by one fixed statement.

    Building that query anew costs every request a tenth of what casting a ballot takes.
    """

    def get_user(self, user_id: int) -> User | None:
        user = next(iter(User.objects.raw(_FIND_ACCOUNT, [user_id])), None)
        return remember_home(user) if user and self.user_can_authenticate(user) else None


def has_second_step(user: User) -> bool:
    """Whether ``user`` set up an authenticator app."""
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP]))


def log_in(request: HttpRequest, user: User, *, to: str = "", by_password: bool = False) -> HttpResponse:
    """Log ``user``, who has proved to be it, in and go ``to`` (a local address; the home page by default).

    Whoever set up an authenticator app is asked for its code first, whichever
    way the first step was taken: otherwise the weaker way would open the account.
    """
    target = resolve_url(to or settings.LOGIN_REDIRECT_URL)
    if by_password or has_second_step(user):
        entry = Login(user=user, redirect_url=target)
        response: HttpResponse = (
            perform_password_login(request, {}, entry) if by_password else perform_login(request, entry)
        )
        return response
    login(request, user, backend=BACKEND)
    return redirect(target)


class PhoneAccountAdapter(DefaultAccountAdapter):
    """Phone numbers live on our user; there is no e-mail and no user name."""

    def login(self, request: HttpRequest, user: User) -> None:
        login(request, user, backend=BACKEND)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """An account begins with its first one-time code and in no other way."""
        return False

    def add_message(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """The pages themselves say what happened."""

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, True) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone = phone
        user.save(update_fields=["phone"])

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: object) -> None:
        send_sms(phone=phone, text=f"【邻议】验证码 {code}，五分钟内有效。")


class SecondStepAdapter(DefaultMFAAdapter):
    """The authenticator app: its secret is kept encrypted, its texts are ours."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("验证码不对。请看验证器里现在显示的六位数字，或用一个备用码。"),
        "rate_limited": _("试得太多了，请十分钟后再试。"),
    }

    def get_totp_label(self, user: User) -> str:
        return user.phone.removeprefix("+86")

    def get_totp_issuer(self) -> str:
        return "邻议"

    def build_totp_svg(self, url: str) -> str:
        """Nothing: the page draws the code itself."""
        return ""

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text.encode()).decode()
