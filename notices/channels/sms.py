"""Text messages: ``POST {to, text, key}`` to the gateway."""

from functools import partial
from urllib.parse import urljoin

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from notices.channels.gateway import Gateway

GATEWAY = Gateway("SMS_WEBHOOK")
is_available = GATEWAY.is_available
SEGMENT, ALONE, MOST_SEGMENTS = 67, 70, 4
"""A Chinese text of up to 70 signs is one message; a longer one is paid and sent by pieces of 67."""
LONGEST = SEGMENT * MOST_SEGMENTS


def obstacle(person) -> str:
    return "" if person.phone else gettext_noop("没有手机号码")


def text_of(notice) -> str:
    """Title, body and link, the body cut before the link is; or what the subject's own app says at this moment (``NOTICE_WORDS``)."""
    if path := settings.NOTICE_WORDS.get(notice.subject_type.partition(".")[0]):
        return import_string(path)(notice)
    link = urljoin(settings.BASE_URL, notice.url) if notice.url else ""
    words = " ".join(f"{notice.title} {notice.body}".split())
    return f"{cut(words, LONGEST - units(link) - 1)} {link}".strip()


def units(text: str) -> int:
    """Signs as a telephone counts them: those beyond the common plane are two."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, most: int) -> str:
    if units(text) <= most:
        return text
    kept = text[: max(most - 1, 0)]
    while units(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept}…"


def segments(text: str) -> int:
    """How many messages the operator counts."""
    return 1 if units(text) <= ALONE else -(-units(text) // SEGMENT)


def prepare(notice):
    return partial(GATEWAY.send, {"to": notice.recipient.phone, "text": text_of(notice), "key": notice.dedup_key})
