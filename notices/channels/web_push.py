"""Messages that a browser shows while no page is open. The library encrypts; where they go is decided by a list of push services."""

import base64
import json
import os
from functools import partial
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from common import language
from notices.channels.addresses import is_allowed
from notices.channels.base import BUSY, ChannelError, Sent, post
from notices.models import PushSubscription

SERVICES = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com", "*.push.apple.com", "*.notify.windows.com")
LIVES = 24 * 3600
"""Seconds for which the service keeps a message for a browser that is off."""
LONGEST_BODY = 500
GONE = (404, 410)
NOWHERE = gettext_noop("浏览器推送已失效，请本人重新开启")


def is_available() -> bool:
    return bool(settings.WEB_PUSH_PRIVATE_KEY and settings.WEB_PUSH_PUBLIC_KEY)


def obstacle(person) -> str:
    """Asks what has been prefetched when there is something."""
    return "" if person.push_subscriptions.all() else gettext_noop("没有开启浏览器推送")


def is_service(endpoint: str) -> bool:
    return is_allowed(endpoint, (*SERVICES, *settings.WEB_PUSH_HOSTS))


def prepare(notice):
    person = notice.recipient
    with language.of(person):
        others = gettext("有新消息，请登录后查看。")
    words = {
        "title": notice.title,
        "body": notice.body[:LONGEST_BODY],
        "url": notice.url,
        "tag": notice.base_key,
        "person": person.pk,
        "others": others,
    }
    return partial(_to_all, list(person.push_subscriptions.all()), json.dumps(words, ensure_ascii=False), urgent=notice.urgent)


def _to_all(browsers: list[PushSubscription], words: str, *, urgent: bool) -> Sent:
    """Told when one browser has been; those that are gone are forgotten in any case."""
    gone, refusals, receipts = [], [], []
    for browser in browsers:
        try:
            receipts.append(_to_one(browser, words, urgent=urgent))
        except ChannelError as error:
            refusals.append(error)
            gone += [browser.pk] if error.final else []
    forget = partial(_forget, gone) if gone else None
    if receipts:
        return Sent(receipts[0], then=forget)
    down = bool(refusals) and all(error.down for error in refusals)
    raise ChannelError(str(refusals[-1]) if refusals else NOWHERE, down=down, final=len(gone) == len(browsers), then=forget)


def _to_one(browser: PushSubscription, words: str, *, urgent: bool) -> str:
    if not is_service(browser.endpoint):
        raise ChannelError(NOWHERE, final=True)
    answer = post(browser.endpoint, content=_sealed(browser, words), headers=_signed(browser.endpoint) | _manner(urgent=urgent))
    if answer.status_code in GONE:
        raise ChannelError(NOWHERE, final=True)
    if not answer.is_success:
        raise ChannelError(f"HTTP {answer.status_code}", down=answer.status_code in BUSY)
    return answer.headers.get("Location", "")[-200:]


def _sealed(browser: PushSubscription, words: str) -> bytes:
    import http_ece  # noqa: PLC0415 (few deployments push)

    once = ec.generate_private_key(ec.SECP256R1())
    theirs, auth = _raw(browser.p256dh), _raw(browser.auth)
    return http_ece.encrypt(words.encode(), salt=os.urandom(16), private_key=once, dh=theirs, auth_secret=auth, version="aes128gcm")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signed(endpoint: str) -> dict[str, str]:
    from py_vapid import Vapid02  # noqa: PLC0415

    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": f"mailto:{settings.DEFAULT_FROM_EMAIL}"}
    return Vapid02.from_string(settings.WEB_PUSH_PRIVATE_KEY).sign(claims)


def _manner(*, urgent: bool) -> dict[str, str]:
    return {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(LIVES),
        "Urgency": "high" if urgent else "normal",
    }


def _forget(keys: list[int]) -> None:
    PushSubscription.objects.filter(pk__in=keys).delete()
