"""Robots of a district's groups: kept, tried out, stopped."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit import services as audit
from common import clock, sealing
from common.seen import held_as_seen
from notices.channels import ChannelError
from notices.channels.addresses import is_allowed
from notices.channels.platforms import PLATFORMS, Message
from notices.channels.robot import PURPOSE, deliver
from notices.models import Robot
from notices.words import Channel


@transaction.atomic
def create(*, district_id: int, by, name: str, platform: str, address: str, secret: str = "", keyword: str = "", topics: list[str]) -> Robot:
    check_address(platform, address)
    fields = {"name": name, "platform": platform, "keyword": keyword, "topics": topics} | _sealed(platform, address, secret)
    robot = _saved(Robot(district_id=district_id, created_at=clock.now(), **fields))
    audit.record("robot.create", robot, by=by, district_id=district_id, payload=_facts(robot))
    return robot


@transaction.atomic
def edit(
    robot: Robot, *, by, name: str, address: str = "", secret: str = "", keyword: str = "", topics: list[str], stood: dict | None = None
) -> Robot:
    """An empty address keeps address and secret as they are; a new address comes with its own secret. ``stood``: ``SeenForm.stood``."""
    found = held_as_seen(Robot.objects.filter(pk=robot.pk), stood)
    if address:
        check_address(found.platform, address)
    fresh = _sealed(found.platform, address, secret) if address else {"secret": _seal(secret)} if secret else {}
    for field, value in ({"name": name, "keyword": keyword, "topics": topics} | fresh).items():
        setattr(found, field, value)
    _saved(found)
    audit.record("robot.edit", found, by=by, district_id=found.district_id, payload=_facts(found) | {"address_changed": bool(address)})
    return found


@transaction.atomic
def switch(robot: Robot, *, active: bool, by) -> bool:
    """False when it was so already."""
    done = Robot.objects.filter(pk=robot.pk, is_active=not active).update(is_active=active)
    if done:
        audit.record("robot.start" if active else "robot.stop", robot, by=by, district_id=robot.district_id, payload={"name": robot.name})
    return bool(done)


def try_out(robot: Robot, *, by) -> str:
    """Send one message to the group now. Why it was not taken, or nothing when it was."""
    audit.record("robot.try", robot, by=by, district_id=robot.district_id, payload={"name": robot.name})
    words = _("这是一条测试消息，由%(person)s发送，收到即表示机器人可用，无须处理。") % {"person": by}
    try:
        done = deliver(robot, Message(_("大气污染防治攻坚平台"), words, settings.BASE_URL, robot.keyword))
    except ChannelError as error:
        error.then()
        return str(error)
    done.then()
    return ""


def check_address(platform: str, address: str) -> None:
    """Of this platform, on its own host or on one that the operator has named."""
    wanted = PLATFORMS[Channel(platform)]
    if not is_allowed(address, (*wanted.hosts, *settings.ROBOT_HOSTS)):
        words = _("地址的服务器不是 %(hosts)s，请从群机器人设置中复制完整的 Webhook 地址；内部部署的平台先由系统管理员登记服务器。")
        raise ValidationError({"address": words % {"hosts": _("、").join(wanted.hosts)}})
    parts = urlsplit(address)
    if parts.hostname in wanted.hosts and not _is_whole(wanted.path, parts):
        words = _("地址不完整：应以 %(begin)s 开头，并带有机器人的密钥，请从群机器人设置中重新复制。")
        raise ValidationError({"address": words % {"begin": f"https://{parts.hostname}{wanted.path}"}})


def _is_whole(path: str, parts) -> bool:
    """The robot's own key stands in the query, or behind the path."""
    return parts.path.startswith(path) and bool(parts.path.removeprefix(path) if path.endswith("/") else parts.query.partition("=")[2])


def _sealed(platform: str, address: str, secret: str) -> dict[str, str]:
    host = urlsplit(address).netloc
    return {"address": _seal(address), "host": host, "secret": _seal(secret) if PLATFORMS[Channel(platform)].signs else ""}


def _seal(text: str) -> str:
    return sealing.seal(text, purpose=PURPOSE) if text else ""


def _saved(robot: Robot) -> Robot:
    try:
        with transaction.atomic():
            robot.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("本区已有同名的机器人，请换一个名称。")}) from error
    return robot


def _facts(robot: Robot) -> dict:
    return {"name": robot.name, "platform": robot.platform, "host": robot.host, "topics": robot.topics}


def reseal() -> int:
    """Every robot's secrets sealed anew with the first key; how many robots there are."""
    robots = list(Robot.objects.all())
    for robot in robots:
        fresh = {name: _seal(sealing.unseal(text, purpose=PURPOSE)) for name in ("address", "secret") if (text := getattr(robot, name))}
        Robot.objects.filter(pk=robot.pk).update(**fresh)
    return len(robots)
