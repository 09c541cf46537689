"""Messages inside the portal: the row itself is the message."""

from notices.channels.base import Sent


def is_available() -> bool:
    return True


def obstacle(person) -> str:
    return ""


def prepare(notice):
    return Sent
