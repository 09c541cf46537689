"""Text messages: ``POST {to, text, key}`` to the gateway."""

from urllib.parse import urljoin

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from notices.channels.gateway import Gateway

GATEWAY = Gateway("SMS_WEBHOOK")
is_available = GATEWAY.is_available


def obstacle(person) -> str:
    return "" if person.phone else gettext_noop("没有手机号码")


def text_of(notice) -> str:
    """Title, body and link; or what the subject's own app says at this moment (``NOTICE_WORDS``)."""
    if path := settings.NOTICE_WORDS.get(notice.subject_type.partition(".")[0]):
        return import_string(path)(notice)
    link = urljoin(settings.BASE_URL, notice.url) if notice.url else ""
    return " ".join(part for part in (notice.title, notice.body, link) if part)


def send(notice) -> str:
    return GATEWAY.post({"to": notice.recipient.phone, "text": text_of(notice), "key": notice.dedup_key})
