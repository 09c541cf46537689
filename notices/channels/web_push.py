"""Messages that a browser shows while no page is open."""

from django.conf import settings
from django.utils.translation import gettext_noop


def is_available() -> bool:
    return bool(settings.WEB_PUSH_PRIVATE_KEY and settings.WEB_PUSH_PUBLIC_KEY)


def obstacle(person) -> str:
    return "" if person.push_subscriptions.exists() else gettext_noop("没有开启浏览器推送")


def send(notice) -> str:
    raise NotImplementedError
