"""SMS through the district's gateway: ``POST {to, text, key}`` as JSON with a bearer token, answered 2xx with ``{"id": …}``."""

from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from notices.channels.base import ChannelError

TIMEOUT = 10
BUSY = (429, 502, 503, 504)


def is_available() -> bool:
    return bool(settings.SMS_WEBHOOK_URL)


def obstacle(person) -> str:
    return "" if person.phone else gettext_noop("没有手机号码")


def text_of(notice) -> str:
    """Title, body and link; or what the subject's own app says at this moment (``NOTICE_WORDS``)."""
    if path := settings.NOTICE_WORDS.get(notice.subject_type.partition(".")[0]):
        return import_string(path)(notice)
    link = urljoin(settings.BASE_URL, notice.url) if notice.url else ""
    return " ".join(part for part in (notice.title, notice.body, link) if part)


def send(notice) -> str:
    try:
        answer = httpx.post(
            _gateway(),
            json={"to": notice.recipient.phone, "text": text_of(notice), "key": notice.dedup_key},
            headers=_key(),
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ChannelError(f"{type(error).__name__}: {error}", down=isinstance(error, httpx.TransportError)) from error
    if not answer.is_success:
        raise ChannelError(f"HTTP {answer.status_code}", down=answer.status_code in BUSY)
    return _receipt(answer)


def _key() -> dict[str, str]:
    """Without a token there is no header: an empty one cannot be sent."""
    return {"Authorization": f"Bearer {settings.SMS_WEBHOOK_TOKEN}"} if settings.SMS_WEBHOOK_TOKEN else {}


def _gateway() -> str:
    """Encrypted, or to a host the operator has named: a token and phone numbers travel."""
    address = urlsplit(settings.SMS_WEBHOOK_URL)
    if address.scheme != "https" and address.hostname not in settings.SMS_WEBHOOK_PLAIN_HOSTS:
        raise ChannelError("SMS_WEBHOOK_URL must be https, or its host listed in SMS_WEBHOOK_PLAIN_HOSTS")
    return settings.SMS_WEBHOOK_URL


def _receipt(answer: httpx.Response) -> str:
    """Only an answer that names the message counts: a captive portal says 200 to everything."""
    try:
        return str(answer.json()["id"])[:200]
    except (ValueError, KeyError, TypeError) as error:
        raise ChannelError("The gateway's answer is not JSON with an id") from error
