"""Messages in the outbox, due at once; robots of groups whose address is a stub's."""

import factory
from factory.django import DjangoModelFactory

from common import clock, sealing
from notices.channels.robot import PURPOSE
from notices.models import Channel, Notice, Robot, State
from notices.words import ROBOTS, Topic
from tests.factories.accounts import UserFactory


class RobotFactory(DjangoModelFactory):
    """``url`` and ``signed_with`` are sealed as the product does."""

    class Meta:
        model = Robot
        exclude = ("url", "signed_with")

    url = "https://oapi.dingtalk.com/robot/send?access_token=demo"
    signed_with = ""
    district_id = 1
    name = factory.Sequence(lambda n: f"第 {n} 工作群")
    platform = Channel.DINGTALK
    address = factory.LazyAttribute(lambda robot: sealing.seal(robot.url, purpose=PURPOSE))
    host = "oapi.dingtalk.com"
    secret = factory.LazyAttribute(lambda robot: sealing.seal(robot.signed_with, purpose=PURPOSE) if robot.signed_with else "")
    topics = [Topic.ALARM]
    created_at = factory.LazyFunction(clock.now)


class NoticeFactory(DjangoModelFactory):
    """To a person; with one of the robots' channels to a group."""

    class Meta:
        model = Notice

    recipient = factory.Maybe("to_group", None, factory.SubFactory(UserFactory))
    robot = factory.Maybe("to_group", factory.SubFactory(RobotFactory, platform=factory.SelfAttribute("..channel")), None)
    channel = Channel.INBOX
    kind = "test"
    title = factory.Sequence(lambda n: f"第 {n} 号任务将于今天到期")
    dedup_key = factory.LazyAttributeSequence(
        lambda notice, n: f"test:{n}:r{notice.robot.pk}:{notice.channel}" if notice.robot else f"test:{n}:u{notice.recipient.pk}:{notice.channel}"
    )
    created_at = factory.LazyFunction(clock.now)
    not_before = factory.SelfAttribute("created_at")
    sent_at = factory.LazyAttribute(lambda notice: clock.now() if notice.state == State.SENT else None)
    state = State.PENDING

    class Params:
        to_group = factory.LazyAttribute(lambda notice: notice.channel in ROBOTS)
