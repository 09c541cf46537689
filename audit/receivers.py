"""Sign-ins, told by the signals of Django and axes (signals of others are the only ones this house listens to)."""

from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from audit.services import STRANGER, append, home_of, record


def connect() -> None:
    user_logged_in.connect(signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(sign_in_failed, dispatch_uid="audit.sign_in_failed")
    user_locked_out.connect(locked_out, dispatch_uid="audit.locked_out")


def signed_in(sender, request, user, **_rest):
    means = getattr(request, "sign_in_means", "")
    record("session.sign_in", "session", by=user, district_id=home_of(user), payload={"means": means} if means else None)


def signed_out(sender, request, user, **_rest):
    if user is not None:
        record("session.sign_out", "session", by=user, district_id=home_of(user))


def sign_in_failed(sender, credentials, **_rest):
    _by_stranger("session.sign_in", credentials.get("username") or credentials.get("login"), result="failed")


def locked_out(sender, username, **_rest):
    _by_stranger("session.lock", username, result="locked")


def _by_stranger(action: str, username, *, result: str) -> None:
    """In the chain of the person who was tried, when there is one of that name."""
    name = str(username or "")[:150]
    known = get_user_model().objects.filter(username=name).first()
    append(action, "session", actor=STRANGER, district_id=home_of(known) if known else 0, payload={"username": name}, result=result)
