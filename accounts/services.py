"""Making accounts and giving out one-time passwords."""

import secrets
import string
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common import clock

LETTERS = "abcdefghjkmnpqrstuvwxyz"
CAPITALS = LETTERS.upper()
DIGITS = "23456789"
SIGNS = "-+=#@"
"""Without characters that look alike on paper."""


def one_time_password() -> str:
    """Twelve random characters of all four kinds; 60 bits and more."""
    kinds = (LETTERS, CAPITALS, DIGITS, SIGNS)
    chosen = [secrets.choice(kind) for kind in kinds] + [secrets.choice(LETTERS + CAPITALS + DIGITS) for _rest in range(8)]
    secrets.SystemRandom().shuffle(chosen)
    password = "".join(chosen)
    return password if _acceptable(password) else one_time_password()


def _acceptable(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return False
    return password[0] in string.ascii_letters


@transaction.atomic
def create_account(*, username: str, name: str, by, phone: str = "", email: str = "", district_id: int = 0) -> tuple[User, str]:
    """A new account and its one-time password, which is shown once and kept nowhere."""
    if User.objects.filter(username__iexact=username).exists():
        raise ValidationError({"username": _("登录名“%(username)s”已被使用。") % {"username": username}}, code="username_taken")
    user = User(username=username, name=name, phone=phone, email=email)
    password = _give_password(user)
    user.full_clean(exclude=["password"])
    user.save()
    record("account.create", user, by=by, district_id=district_id, payload={"username": username})
    return user, password


@transaction.atomic
def reset_password(user: User, *, by, district_id: int = 0) -> str:
    """A fresh one-time password for somebody who has lost theirs."""
    password = _give_password(user)
    user.save(update_fields=["password", "must_change_password", "one_time_until"])
    record("account.reset_password", user, by=by, district_id=district_id)
    return password


@transaction.atomic
def update_contact(user: User, *, by, name: str | None = None, phone: str | None = None, email: str | None = None, district_id: int = 0) -> bool:
    """Change what is given; says whether anything changed. Only the names of the changed fields go into the audit log."""
    given = {"name": name, "phone": phone, "email": email}
    changed = {field: value for field, value in given.items() if value is not None and value != getattr(user, field)}
    if not changed:
        return False
    for field, value in changed.items():
        setattr(user, field, value)
    user.save(update_fields=list(changed))
    record("account.edit", user, by=by, district_id=district_id, payload={"fields": sorted(changed)})
    return True


@transaction.atomic
def change_own_details(user: User, *, phone: str, email: str, by) -> None:
    """A person's own telephone and address, as typed on the account page."""
    user.phone, user.email = phone, email
    user.save(update_fields=["phone", "email"])
    record("account.edit", user, by=by, payload={"fields": ["email", "phone"]})


def remember_language(user: User, language: str) -> None:
    """A matter of taste, so not worth an audit event."""
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def set_active(user: User, *, is_active: bool, by, district_id: int = 0) -> None:
    """Accounts are never deleted: history names them."""
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    record("account.activate" if is_active else "account.deactivate", user, by=by, district_id=district_id)


def _give_password(user: User) -> str:
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.one_time_until = clock.now() + timedelta(hours=settings.ONE_TIME_PASSWORD_HOURS)
    return password
