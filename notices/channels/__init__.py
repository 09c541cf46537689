"""The ways to reach a person. Each module has ``is_available()``, ``obstacle(person)`` and ``send(notice)``.

``send`` returns the provider's message id and raises ``ChannelError`` for everything that may go wrong on the way; it is called outside any
transaction and gives up after ten seconds.
"""

from django.utils.translation import gettext_noop

from notices.channels import email, inbox, sms
from notices.channels.base import ChannelError
from notices.models import Channel

__all__ = ["ALL", "SECOND", "ChannelError", "available", "obstacle"]

ALL = {Channel.INBOX: inbox, Channel.EMAIL: email, Channel.SMS: sms}
SECOND = {Channel.EMAIL: (Channel.INBOX, Channel.SMS), Channel.SMS: (Channel.INBOX, Channel.EMAIL)}
"""What is tried after a channel has given up, in this order."""


def available() -> list[str]:
    return [str(name) for name, module in ALL.items() if module.is_available()]


def obstacle(channel: str, person) -> str:
    """Why this person cannot be reached by this channel (a msgid, translated where it is shown); empty when they can."""
    module = ALL[Channel(channel)]
    if not person.is_active:
        return gettext_noop("账号已停用")
    return module.obstacle(person) if module.is_available() else gettext_noop("该渠道未开通")
