import hashlib
import smtplib
from email.utils import parseaddr
from functools import partial
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_noop

from notices.channels.base import ChannelError, Sent

DOWN = (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)


def is_available() -> bool:
    """A mail server is named, or another backend than SMTP is in use."""
    return bool(settings.EMAIL_HOST) or not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")


def obstacle(person) -> str:
    return "" if person.email else gettext_noop("没有邮箱")


def message_id(notice) -> str:
    """The same for every attempt, so that mail programs recognise a repeated one."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(notice.dedup_key.encode()).hexdigest()[:32]}@{domain}>"


def compose(notice) -> EmailMultiAlternatives:
    link = urljoin(settings.BASE_URL, notice.url) if notice.url else ""
    with translation.override(notice.recipient.language or settings.LANGUAGE_CODE):
        text = render_to_string("notices/email.txt", {"notice": notice, "link": link})
        html = render_to_string("notices/email.html", {"notice": notice, "link": link})
    headers = {"Message-ID": message_id(notice), "X-Airduty-Key": notice.dedup_key}
    message = EmailMultiAlternatives(" ".join(notice.title.split()), text, to=[notice.recipient.email], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


def prepare(notice):
    return partial(_send, compose(notice), message_id(notice))


def _send(message: EmailMultiAlternatives, known_as: str) -> Sent:
    try:
        message.send()
    except smtplib.SMTPException as error:
        raise ChannelError(f"{type(error).__name__}: {error}", down=isinstance(error, DOWN)) from error
    except OSError as error:
        raise ChannelError(f"{type(error).__name__}: {error}", down=True) from error
    return Sent(known_as)
