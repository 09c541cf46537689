"""The ways to reach a person or a group. Each module has ``is_available()``, ``obstacle(person or robot)`` and ``prepare(notice)``.

``prepare`` may read the database and makes the message; it returns a function that does nothing but send it: called outside any transaction, in
another thread, giving up after ten seconds. That returns ``Sent`` and raises ``ChannelError`` for everything that may go wrong on the way.
"""

from django.utils.translation import gettext_noop

from notices.channels import email, inbox, robot, sms, voice, web_push
from notices.channels.base import ChannelError
from notices.words import PERSONAL, ROBOTS, Channel

__all__ = ["ALL", "SECOND", "ChannelError", "available", "obstacle", "obstacle_of"]

ALL = {
    Channel.INBOX: inbox,
    Channel.EMAIL: email,
    Channel.SMS: sms,
    Channel.VOICE: voice,
    Channel.WEB_PUSH: web_push,
    **dict.fromkeys(ROBOTS, robot),
}
SECOND = {
    Channel.EMAIL: (Channel.INBOX, Channel.SMS),
    Channel.SMS: (Channel.INBOX, Channel.EMAIL),
    Channel.VOICE: (Channel.SMS, Channel.INBOX),
    Channel.WEB_PUSH: (Channel.INBOX,),
}
"""What is tried after a channel has given up, in this order; a group has no other way."""


def available() -> list[str]:
    """Of the ways to reach a person, those this deployment has."""
    return [str(name) for name in PERSONAL if ALL[name].is_available()]


def obstacle(channel: str, person) -> str:
    """Why this person cannot be reached by this channel (a msgid, translated where it is shown); empty when they can."""
    module = ALL[Channel(channel)]
    if not person.is_active:
        return gettext_noop("账号已停用")
    return module.obstacle(person) if module.is_available() else gettext_noop("该渠道未开通")


def obstacle_of(notice) -> str:
    """The same for a row that lies in the outbox, whoever it is for."""
    return robot.obstacle(notice.robot) if notice.robot_id else obstacle(notice.channel, notice.recipient)
