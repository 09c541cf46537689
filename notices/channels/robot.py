"""Robots of group chats (WeCom, DingTalk, Feishu)."""

from functools import partial
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext_noop

from common import clock, sealing
from notices.channels.addresses import is_allowed
from notices.channels.base import BUSY, ChannelError, Sent, post
from notices.channels.platforms import PLATFORMS, Message
from notices.models import Robot

PURPOSE = "robot"
NOT_ALLOWED = gettext_noop("机器人地址不在允许的服务器之内：请填平台给出的 Webhook 地址，内部部署的平台由系统管理员在部署设置 ROBOT_HOSTS 中登记。")
NO_KEY = gettext_noop("机器人的地址无法解密：部署密钥已更换，请重新填写 Webhook 地址和加签密钥。")
NO_JSON = gettext_noop("对方的回答不是机器人接口的格式：请核对 Webhook 地址。")


def is_available() -> bool:
    return True


def obstacle(robot: Robot) -> str:
    return "" if robot.is_active else gettext_noop("机器人已停用")


def prepare(notice):
    link = urljoin(settings.BASE_URL, notice.url) if notice.url else ""
    return partial(deliver, notice.robot, Message(notice.title, notice.body, link, notice.robot.keyword))


def deliver(robot: Robot, message: Message) -> Sent:
    """Send it and judge the answer by the code in its body. Reads no row: the robot is given."""
    try:
        _send(robot, message)
    except ChannelError as error:
        error.then = partial(note_failure, robot.pk, str(error))
        raise
    return Sent(then=partial(note_success, robot.pk))


def note_success(pk: int) -> None:
    Robot.objects.filter(pk=pk).update(sent_at=clock.now(), last_error="", failed_at=None)


def note_failure(pk: int, words: str) -> None:
    Robot.objects.filter(pk=pk).update(last_error=words[:500], failed_at=clock.now())


def _send(robot: Robot, message: Message) -> None:
    platform = PLATFORMS[robot.channel]
    address, secret = _opened(robot)
    if not is_allowed(address, (*platform.hosts, *settings.ROBOT_HOSTS)):
        raise ChannelError(NOT_ALLOWED, final=True)
    added, body = platform.compose(message, secret)
    answer = post(address + added, json=body)
    verdict = platform.verdict(_read(answer, platform.code))
    if verdict:
        raise ChannelError(verdict.words, final=verdict.final, rest=verdict.rest)


def _opened(robot: Robot) -> tuple[str, str]:
    try:
        return sealing.unseal(robot.address, purpose=PURPOSE), sealing.unseal(robot.secret, purpose=PURPOSE) if robot.secret else ""
    except sealing.InvalidToken as error:
        raise ChannelError(NO_KEY, final=True) from error


def _read(answer, code: str) -> dict:
    """The body, when it is a platform's; else what the status says."""
    if answer.status_code in BUSY or answer.status_code >= 500:
        raise ChannelError(f"HTTP {answer.status_code}", down=True)
    try:
        found = answer.json()
    except ValueError:
        found = None
    if isinstance(found, dict) and isinstance(found.get(code), int):
        return found
    raise ChannelError(NO_JSON if answer.is_success else f"HTTP {answer.status_code}")
