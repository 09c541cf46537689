"""Robots of group chats."""

from django.utils.translation import gettext_noop


def is_available() -> bool:
    return True


def obstacle(robot) -> str:
    return "" if robot.is_active else gettext_noop("机器人已停用")


def send(notice) -> str:
    raise NotImplementedError
