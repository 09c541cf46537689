"""Signing a field person in by a QR code: once, within a day, without a password. Times are true times, they guard access."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import policy
from accounts.models import SignInTicket
from audit import services as audit

KEPT = dt.timedelta(days=30)
"""After its end a ticket says nothing that the audit log does not say."""


@transaction.atomic
def issue(user, *, by) -> str:
    """A fresh token for the code; stored nowhere. Codes of the person that nobody has used yet end with it."""
    if not policy.may_sign_in_by_phone(user):
        raise ValidationError(_("二维码登录只供一线网格人员使用；在单位任职的人员须用密码和两步验证登录。"), code="not_field")
    now = timezone.now()
    SignInTicket.objects.filter(valid_until__lt=now - KEPT).delete()
    SignInTicket.objects.filter(user=user, used_at=None, valid_until__gt=now).update(valid_until=now)
    token = secrets.token_urlsafe(18)
    until = now + dt.timedelta(hours=settings.SIGN_IN_TICKET_HOURS)
    SignInTicket.objects.create(user=user, token_hash=_hash(token), made_by=by, made_at=now, valid_until=until)
    audit.record("account.sign_in_ticket", user, by=by, district_id=audit.home_of(user))
    return token


def find(token: str) -> SignInTicket | None:
    """The ticket while it would open the door; None for one that is used, too old, unknown, or of somebody it no longer suits."""
    usable = SignInTicket.objects.filter(token_hash=_hash(token), used_at=None, valid_until__gt=timezone.now())
    ticket = usable.select_related("user").first()
    return ticket if ticket is not None and policy.may_sign_in_by_phone(ticket.user) else None


def use(ticket: SignInTicket) -> bool:
    """Take the ticket; False when somebody else was faster."""
    now = timezone.now()
    return bool(SignInTicket.objects.filter(pk=ticket.pk, used_at=None, valid_until__gt=now).update(used_at=now))


def _hash(token: str) -> str:
    """Without salt: the token is 144 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
