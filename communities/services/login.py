"""Logging in with a phone and a one-time code, or with a password.

Nothing here tells a registered phone from an unknown one: both are sent a code,
and the account of an unknown phone begins with its first right code.
"""

import hmac
import secrets
from datetime import timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from communities.clock import database_now
from communities.crypto import blind_index
from communities.errors import (
    AccountClosed,
    LoginCodeSpent,
    LoginCodeWrong,
    PasswordWrong,
    SmsNotSent,
    TooOften,
)
from communities.models import LoginCode, User
from communities.services.limits import Limit, forget_counts
from communities.sms import send_sms

CODE_LIFE = timedelta(minutes=5)
TRIES_PER_CODE = 5

TEN_MINUTES, DAY = timedelta(minutes=10), timedelta(days=1)
CODES_PER_PHONE = Limit("code-phone", 3, TEN_MINUTES)
CODES_PER_PHONE_A_DAY = Limit("code-phone-day", 10, DAY)
# Generous: a whole estate may stand behind one address of its provider.
CODES_PER_ADDRESS = Limit("code-address", 60, TEN_MINUTES)
#: What all together may cost, whoever asks.
CODES_IN_ALL = Limit("code-all", 3000, TEN_MINUTES)
PASSWORDS_PER_PHONE = Limit("password-phone", 5, TEN_MINUTES)
PASSWORDS_PER_ADDRESS = Limit("password-address", 60, TEN_MINUTES)
SECOND_STEPS_PER_ACCOUNT = Limit("second-step", 5, TEN_MINUTES)


def request_login_code(*, phone: str, address: str) -> str:
    """Send a code to ``phone`` (E.164) and return the key that alone can use it.

    The key belongs into the session of whoever asked. ``address`` is the
    network address of the request. Raises :class:`TooOften`, :class:`SmsNotSent`.
    """
    moment = database_now()
    phone_index = blind_index("phone", phone)
    if not CODES_PER_ADDRESS.allows(address, moment=moment):
        raise TooOften(_("您所在的网络获取验证码太频繁了，请十分钟后再试。"))
    if not CODES_PER_PHONE.allows(phone_index, moment=moment):
        raise TooOften(_("获取验证码太频繁了。请先看看刚才的短信，或十分钟后再试。"))
    if not CODES_PER_PHONE_A_DAY.allows(phone_index, moment=moment):
        raise TooOften(_("这个号码今天获取验证码的次数已用完，请明天再试，或联系社区。"))
    if not CODES_IN_ALL.allows("", moment=moment):
        raise TooOften(_("现在登录的人太多了，请几分钟后再试。"))
    code = f"{secrets.randbelow(10**6):06d}"
    # The phone travels inside the key, so that only its keyed hash need be stored.
    request_key = f"{secrets.token_urlsafe(32)}.{phone}"
    LoginCode.objects.create(
        phone_index=phone_index,
        code_hash=_code_hash(request_key, code),
        request_key=_key_index(request_key),
        created_at=moment,
        expires_at=moment + CODE_LIFE,
    )
    try:
        send_sms(
            phone=phone, text=_("【邻议】验证码 %(code)s，五分钟内有效。请不要告诉任何人。") % {"code": code}
        )
    # Whatever a provider raises, the person is told the same.
    except Exception as error:
        raise SmsNotSent from error
    return request_key


def verify_login_code(*, request_key: str, code: str) -> User:
    """The account that ``code`` opens; it is made when the phone is new.

    Each call costs one of the five tries before the code is looked at, so that
    parallel guesses get no more. Raises :class:`LoginCodeWrong` (says how many
    tries are left), :class:`LoginCodeSpent`, :class:`AccountClosed`.
    """
    moment = database_now()
    mine = LoginCode.objects.filter(request_key=_key_index(request_key))
    usable = mine.filter(used_at__isnull=True, expires_at__gt=moment)
    if not usable.filter(tries__lt=TRIES_PER_CODE).update(tries=F("tries") + 1):
        raise _spent(mine.first())
    row = mine.get()
    if not hmac.compare_digest(row.code_hash, _code_hash(request_key, code)):
        left = TRIES_PER_CODE - row.tries
        if left <= 0:
            raise _spent(row)
        raise LoginCodeWrong(
            ngettext(
                "验证码不对，请核对短信。还可以试 %(left)d 次。",
                "验证码不对，请核对短信。还可以试 %(left)d 次。",
                left,
            )
            % {"left": left},
            left=left,
        )
    if not usable.update(used_at=moment):
        raise LoginCodeSpent
    phone = request_key.rpartition(".")[2]
    user, _made = User.objects.get_or_create(phone=phone, defaults={"password": make_password(None)})
    if not user.is_active:
        raise AccountClosed
    return user


def verify_password(*, phone: str, password: str, address: str) -> User:
    """The account of ``phone`` (E.164) that ``password`` opens.

    Raises :class:`PasswordWrong`, the same for an unknown phone, an account
    without a password and a closed one; :class:`TooOften`.
    """
    moment = database_now()
    if not PASSWORDS_PER_ADDRESS.allows(address, moment=moment) or not PASSWORDS_PER_PHONE.allows(
        blind_index("phone", phone), moment=moment
    ):
        raise TooOften(_("密码试得太多了。请十分钟后再试，或用验证码登录。"))
    user = authenticate(phone=phone, password=password)
    if not isinstance(user, User):
        raise PasswordWrong
    return user


def forget_login_codes() -> None:
    """Delete spent codes and counts. Nothing reads them any more."""
    moment = database_now()
    LoginCode.objects.filter(expires_at__lte=moment - DAY).delete()
    forget_counts(moment=moment)


def _key_index(request_key: str) -> str:
    return blind_index("login-request", request_key)


def _code_hash(request_key: str, code: str) -> str:
    return blind_index("login-code", f"{request_key}\x00{code}")


def _spent(row: LoginCode | None) -> LoginCodeSpent:
    """Why no further try is possible, in words."""
    if row is not None and row.used_at is None and row.tries >= TRIES_PER_CODE:
        return LoginCodeSpent(_("输错的次数太多，这个验证码已作废。请重新获取。"))
    if row is not None and row.used_at is not None:
        return LoginCodeSpent(_("这个验证码已经用过了，请重新获取。"))
    return LoginCodeSpent(_("验证码已过了五分钟，请重新获取。") if row else None)
