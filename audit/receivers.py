"""Sign-ins, told by the signals of Django and axes (signals of others are the only ones this house listens to)."""

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from audit.services import STRANGER, append, record


def connect() -> None:
    user_logged_in.connect(signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(sign_in_failed, dispatch_uid="audit.sign_in_failed")
    user_locked_out.connect(locked_out, dispatch_uid="audit.locked_out")


def signed_in(sender, request, user, **_rest):
    record("session.sign_in", "session", by=user)


def signed_out(sender, request, user, **_rest):
    if user is not None:
        record("session.sign_out", "session", by=user)


def sign_in_failed(sender, credentials, **_rest):
    append("session.sign_in", "session", actor=STRANGER, payload={"username": _name(credentials)}, result="failed")


def locked_out(sender, username, **_rest):
    append("session.lock", "session", actor=STRANGER, payload={"username": str(username or "")[:150]}, result="locked")


def _name(credentials) -> str:
    return str(credentials.get("username") or credentials.get("login") or "")[:150]
