"""Signing a field person in by a code sent to their telephone.

Whoever asks learns nothing about a number: known or not, it gets the same row, the same limits and the same answer; only the message is sent to
one that belongs to exactly one field person. A code lives five minutes and five tries; a number gets one a minute and ten a day, which leaves a
guesser fifty tries a day among a million. The limits lie in the database, for all processes. Times are true times, they guard access.
"""

import datetime as dt
import hmac
import math
import re
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import policy, sealing
from accounts.models import PhoneCode, User
from audit import services as audit
from common import clock
from notices import services as notices
from notices.channels import available
from notices.models import Channel, Notice

LIVES = dt.timedelta(minutes=5)
DISTANCE = dt.timedelta(seconds=60)
TRIES, A_DAY = 5, 10
FEWEST_DIGITS = 5
KEPT = dt.timedelta(days=2)
TITLE = gettext_lazy("登录验证码")


@dataclass(frozen=True)
class Sent:
    """Whether a code is on its way (or would be), and if not, why."""

    ok: bool
    reason: str = ""


def is_available() -> bool:
    return Channel.SMS in available()


@transaction.atomic
def send(phone: str) -> Sent:
    number, now = digits(phone), timezone.now()
    PhoneCode.objects.filter(sent_at__lt=now - KEPT).delete()
    PhoneCode.objects.get_or_create(number=_hash("number", number))
    row = PhoneCode.objects.select_for_update().get(number=_hash("number", number))
    if reason := _too_soon(row, now):
        return Sent(ok=False, reason=reason)
    today, code = clock.beijing(now).date(), f"{secrets.randbelow(10**6):06d}"
    row.sent_that_day = row.sent_that_day + 1 if row.counted_on == today else 1
    row.counted_on, row.user, row.tries = today, _person(number), 0
    row.sent_at, row.valid_until = now, now + LIVES
    row.code, row.sealed = _hash("code", f"{number}:{code}"), sealing.seal(code)
    row.save()
    _tell(row)
    return Sent(ok=True)


@transaction.atomic
def check(phone: str, code: str) -> User | None:
    """The person when the code is right; every call uses up a try, and the right one uses up the code."""
    number = digits(phone)
    row = PhoneCode.objects.select_for_update().filter(number=_hash("number", number), valid_until__gt=timezone.now(), tries__lt=TRIES).first()
    if row is None:
        return None
    row.tries += 1
    right = hmac.compare_digest(row.code, _hash("code", f"{number}:{digits(code)}")) and row.user is not None
    if right:
        row.valid_until, row.sealed, row.code = timezone.now(), "", ""
    row.save()
    if right and policy.may_sign_in_by_phone(row.user):
        return row.user
    home = audit.home_of(row.user) if row.user else 0
    audit.append("session.sign_in", "session", actor=audit.STRANGER, district_id=home, payload={"means": "sms"}, result="failed")
    return None


def digits(text: str) -> str:
    """What was typed, without blanks, hyphens and the country's code."""
    return re.sub(r"\D", "", re.sub(r"^[\s(（]*(\+|00)86", "", text))


def kept_number(text: str) -> str:
    """The digits as an account keeps them. ``ValidationError`` when something was typed and no number can be read out of it."""
    number = digits(text)
    if text.strip() and len(number) < FEWEST_DIGITS:
        raise ValidationError(_("电话号码至少要有 %(n)s 位数字，请填手机号或带区号的座机号。"), code="too_short", params={"n": FEWEST_DIGITS})
    return number


# --- asked by the outbox ------------------------------------------------------------------------------------------------------------
def still_wanted(notice: Notice) -> bool:
    return PhoneCode.objects.filter(pk=notice.subject_id, valid_until__gt=timezone.now()).exclude(sealed="").exists()


def words(notice: Notice) -> str:
    row = PhoneCode.objects.get(pk=notice.subject_id)
    return _("登录验证码 %(code)s，5 分钟内有效。不要告诉任何人，工作人员也不会向您索取。") % {"code": sealing.unseal(row.sealed)}


# --- inside -------------------------------------------------------------------------------------------------------------------------
def _too_soon(row: PhoneCode, now) -> str:
    if row.sent_at and (wait := math.ceil((row.sent_at + DISTANCE - now).total_seconds())) > 0:
        return ngettext("刚刚发过验证码，请 %(n)s 秒后再试。", "刚刚发过验证码，请 %(n)s 秒后再试。", wait) % {"n": wait}
    if row.counted_on == clock.beijing(now).date() and row.sent_that_day >= A_DAY:
        return _("这个号码今天获取验证码的次数已用完，请用密码登录，或请管理员制作登录二维码。")
    return ""


def _person(number: str) -> User | None:
    """The only person of the street with this number; whoever else is called by it (an enterprise's contact, say) does not count."""
    known = User.objects.filter(phone__in=[number, f"+86{number}"], is_active=True).order_by("pk")
    found = [person for person in known if policy.may_sign_in_by_phone(person)]
    return found[0] if len(found) == 1 else None


def _tell(row: PhoneCode) -> None:
    key = f"sign_in_code:{row.pk}:{row.sent_at.timestamp():.6f}"
    people = [row.user] if row.user else []
    home = audit.home_of(row.user) if row.user else 0
    notices.queue(
        to=people,
        title=lambda: str(TITLE),
        dedup_key=key,
        kind="account.sign_in_code",
        subject=row,
        channels=[Channel.SMS],
        district_id=home,
        urgent=True,
    )


def _hash(kind: str, text: str) -> str:
    return salted_hmac(f"accounts.codes.{kind}", text, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
