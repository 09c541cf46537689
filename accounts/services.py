"""What happens to an account. Times here are true times, not the demonstration's: they guard access."""

import datetime as dt
import secrets

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts import sealing
from accounts.codes import kept_number
from accounts.models import User
from audit import services as audit

LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""No i, l, o: a one-time password is read out over the telephone."""
CAPITALS, DIGITS, SIGNS = LETTERS.upper(), "23456789", "-+=@"
ONE_TIME_ROUNDS = 20_000
"""Enough for twelve random signs that live three days, and fast enough for a roster of hundreds; the chosen password gets the full hash."""


@transaction.atomic
def change_own_details(user, *, phone, email, by):
    user.phone, user.email = number_of(phone), email
    user.save(update_fields=["phone", "email"])
    audit.record("account.edit", user, by=by, district_id=audit.home_of(by or user))


def number_of(phone: str) -> str:
    """A telephone number as accounts keep it, whoever brings it: a form, a sheet, a command."""
    try:
        return kept_number(phone)
    except ValidationError as refused:
        raise ValidationError({"phone": refused}) from None


def remember_language(user, language):
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def change_password(user, password, *, by):
    """A password chosen by its owner. Other sessions end, because their hash no longer fits; programs must fetch a new token."""
    user.set_password(password)
    user.must_change_password, user.one_time_until = False, None
    _store_password(user)
    audit.record("account.password_change", user, by=by, district_id=audit.home_of(by or user))


@transaction.atomic
def issue_one_time_password(user, *, by) -> str:
    """Give the person a password to sign in with once, within ``ONE_TIME_PASSWORD_HOURS``; returned here and stored nowhere."""
    password = one_time_password()
    user.password = PBKDF2PasswordHasher().encode(password, secrets.token_urlsafe(16), iterations=ONE_TIME_ROUNDS)
    user.must_change_password = True
    user.one_time_until = timezone.now() + dt.timedelta(hours=settings.ONE_TIME_PASSWORD_HOURS)
    _store_password(user)
    end_sessions(user)
    audit.record("account.password_issue", user, by=by, district_id=audit.home_of(by or user))
    return password


@transaction.atomic
def create_account(*, username, name, phone="", by) -> tuple[User, str]:
    """A new account and its one-time password. What the person may do follows from posts and memberships given to it."""
    user = User.objects.create(username=username, name=name, phone=number_of(phone))
    audit.record("account.create", user, by=by, district_id=audit.home_of(by or user))
    return user, issue_one_time_password(user, by=by)


@transaction.atomic
def deactivate(user, *, by):
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
    Token.objects.filter(user=user).delete()
    audit.record("account.deactivate", user, by=by, district_id=audit.home_of(by or user))


@transaction.atomic
def take_off_second_factor(user, *, by):
    """The telephone is lost: the person sets up a new one at the next sign-in."""
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    audit.record("account.second_factor_reset", user, by=by, district_id=audit.home_of(by or user))


@transaction.atomic
def reseal_second_factors() -> int:
    """Encrypt every second factor anew with the first key of ``SECOND_FACTOR_KEYS``. How many."""
    kept = list(Authenticator.objects.select_for_update())
    for authenticator in kept:
        authenticator.data = sealing.reseal(authenticator.data)
        authenticator.save(update_fields=["data"])
    return len(kept)


def end_sessions(user) -> None:
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()


def sessions_of(user) -> list[UserSession]:
    """Where the person is signed in, the latest used first."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda session: session.last_seen_at, reverse=True)


@transaction.atomic
def end_session(user, session: int, *, by) -> bool:
    """End one session of the person; False when it has ended by itself."""
    found = UserSession.objects.filter(user=user, pk=session).first()
    if found is None:
        return False
    Session.objects.filter(session_key=found.session_key).delete()
    found.delete()
    audit.record("account.session_end", user, by=by, district_id=audit.home_of(user))
    return True


def one_time_password() -> str:
    """Twelve signs of all four classes."""
    classes = (LETTERS, CAPITALS, DIGITS, SIGNS)
    signs = [secrets.choice(group) for group in classes] + [secrets.choice(LETTERS + CAPITALS + DIGITS) for _ in range(8)]
    secrets.SystemRandom().shuffle(signs)
    return "".join(signs)


def _store_password(user) -> None:
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "one_time_until", "password_changed_at"])
    user.old_passwords.create(hash=user.password)
    Token.objects.filter(user=user).delete()
