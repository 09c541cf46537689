"""A person's browsers that may show messages while no page is open."""

import base64
import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notices.channels import web_push
from notices.models import PushSubscription

MOST = 10
"""Browsers of one person; the oldest makes room."""


@transaction.atomic
def subscribe(*, endpoint: str, p256dh: str, auth: str, browser: str = "", by) -> PushSubscription:
    """Asked again by the same browser it is the same row, whoever used that browser before."""
    if not web_push.is_service(endpoint):
        raise ValidationError({"endpoint": _("这个浏览器的推送服务不在允许的范围内，请换用常见浏览器，或请系统管理员登记。")})
    if len(_raw(p256dh)) != 65 or len(_raw(auth)) != 16:
        raise ValidationError({"keys": _("浏览器给出的密钥不完整，请关闭后重新开启推送。")})
    values = {"person": by, "endpoint": endpoint, "p256dh": p256dh, "auth": auth, "browser": browser[:60], "created_at": timezone.now()}
    found, _new = PushSubscription.objects.update_or_create(digest=digest(endpoint), defaults=values)
    kept = PushSubscription.objects.filter(person=by).order_by("-created_at", "-pk").values_list("pk", flat=True)[:MOST]
    PushSubscription.objects.filter(person=by).exclude(pk__in=list(kept)).delete()
    return found


def unsubscribe(endpoint: str, *, by) -> bool:
    """False when there was nothing to end."""
    done, _each = PushSubscription.objects.filter(digest=digest(endpoint), person=by).delete()
    return bool(done)


def digest(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
