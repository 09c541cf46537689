"""Questions about an account, answered from settings and, through dotted paths, by higher floors."""

import datetime as dt
from enum import StrEnum

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

SINCE, SEEN = "signed_in_at", "seen_at"
"""Session keys, in seconds of the true clock."""
MEANS = "signed_in_by"
"""Session key: how a field person signed in without a password (``qr``, ``sms``). Such a session lasts."""


class Step(StrEnum):
    """What a signed-in person must do before any other page opens."""

    NONE = ""
    PASSWORD = "password"
    SECOND_FACTOR = "second_factor"


def is_field_person(user) -> bool:
    return import_string(settings.IS_FIELD_PERSON)(user)


def needs_second_factor(user) -> bool:
    return settings.MFA_REQUIRED and import_string(settings.SECOND_FACTOR_NEEDED)(user)


def may_sign_in_by_phone(user) -> bool:
    """Whether a code on paper or by SMS may open the door instead of a password: for people who work in the street only."""
    return user.is_active and is_field_person(user) and not needs_second_factor(user)


def has_second_factor(user) -> bool:
    return is_mfa_enabled(user)


def password_is_due(user) -> bool:
    """Whether the password must be changed now: given by somebody else, or older than ``PASSWORD_MAX_AGE_DAYS`` (0: no limit)."""
    if user.must_change_password:
        return True
    limit, changed = settings.PASSWORD_MAX_AGE_DAYS, user.password_changed_at
    return bool(limit and changed and timezone.now() - changed > dt.timedelta(days=limit))


def one_time_password_expired(user) -> bool:
    return user.one_time_until is not None and user.one_time_until < timezone.now()


def next_step(user, *, means: str = "") -> Step:
    """``means``: of the session; whoever came in without a password is not asked to change the one they may never have seen."""
    if not means and password_is_due(user):
        return Step.PASSWORD
    if needs_second_factor(user) and not has_second_factor(user):
        return Step.SECOND_FACTOR
    return Step.NONE


def idle_limit(user) -> int:
    """Seconds without a request after which the session ends; longer for people in the field."""
    return 60 * (settings.SESSION_IDLE_MINUTES_FIELD if is_field_person(user) else settings.SESSION_IDLE_MINUTES)


def lasting_session_is_over(user, *, idle: int, age: int) -> bool:
    """Of a session without a password: it ends with its days, and at once when the person is no longer one of the street."""
    day = 24 * 3600
    return idle > settings.SESSION_IDLE_DAYS_FIELD * day or age > settings.SESSION_DAYS_FIELD * day or not may_sign_in_by_phone(user)


def age_limit(user) -> int:
    """Seconds after signing in at which the session ends in any case."""
    return 3600 * settings.SESSION_HOURS_FIELD if is_field_person(user) else settings.SESSION_COOKIE_AGE
