"""How accounts log in, for allauth: a phone names the account."""

from allauth.account.adapter import DefaultAccountAdapter

from communities.models import User
from communities.sms import send_sms


class PhoneAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Phone numbers live on our user; there is no e-mail and no user name."""

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, True) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone = phone
        user.save(update_fields=["phone"])

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: object) -> None:
        send_sms(phone=phone, text=f"【邻议】验证码 {code}，五分钟内有效。")
