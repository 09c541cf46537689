"""Robots of group chats: signed as each platform wants it, judged by the code in the body, told in words what is to be done."""

import json

import pytest
import time_machine
from django.core.exceptions import ValidationError

from audit.models import AuditEvent
from common import sealing
from notices import dispatch, services
from notices.channels import platforms
from notices.channels.addresses import is_allowed
from notices.channels.robot import NOT_ALLOWED, PURPOSE
from notices.models import Notice, Robot, State
from notices.services import robots
from notices.stub.answers import SECRET
from notices.stub.server import running
from notices.words import Channel, Topic
from tests.factories.accounts import UserFactory
from tests.factories.notices import NoticeFactory, RobotFactory

pytestmark = pytest.mark.django_db
ADDRESSES = {
    "wecom": "/cgi-bin/webhook/send?key=demo",
    "dingtalk": "/robot/send?access_token=demo",
    "feishu": "/open-apis/bot/v2/hook/demo",
}


@pytest.fixture
def stub(settings):
    with running() as found:
        settings.ROBOT_HOSTS = [found.origin]
        yield found


def robot_at(stub, platform, address="", **more):
    return RobotFactory(platform=platform, url=stub.origin + (address or ADDRESSES[platform]), **more)


def told(robot, **more):
    Robot.objects.update(sent_at=None)
    notice = NoticeFactory(channel=robot.platform, robot=robot, **more)
    dispatch.drain("w")
    notice.refresh_from_db()
    robot.refresh_from_db()
    return notice


# --- who is told --------------------------------------------------------------------------------------------------------------------
def tell(**more):
    wanted = {"title": "烟火报警", "body": "城东砖厂西侧", "dedup_key": "alarm:7", "kind": "alarm.dispatch", "district_id": 1}
    return services.tell_groups(**wanted | more)


def test_every_listening_robot_of_the_district_has_a_row():
    here, both = RobotFactory(), RobotFactory(platform="wecom", topics=[Topic.ALARM, Topic.AIR])
    RobotFactory(topics=[Topic.AIR])
    RobotFactory(district_id=2)
    RobotFactory(is_active=False)

    assert (tell(), tell()) == (2, 0)
    assert list(Notice.objects.order_by("pk").values_list("robot", "recipient", "channel", "dedup_key")) == [
        (here.pk, None, "dingtalk", f"alarm:7:r{here.pk}:dingtalk"),
        (both.pk, None, "wecom", f"alarm:7:r{both.pk}:wecom"),
    ]
    assert {(row.event_key, row.told) for row in Notice.objects.select_related("robot")} == {("alarm:7", here.name), ("alarm:7", both.name)}


def test_a_kind_without_topic_is_a_mistake():
    with pytest.raises(ValueError, match="task"):
        tell(kind="task.due")


def test_groups_are_left_alone_at_night_unless_it_is_urgent():
    RobotFactory()
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        tell()
        tell(dedup_key="alarm:8", urgent=True)

    assert [f"{row.not_before:%H}" for row in Notice.objects.order_by("pk")] == ["23", "15"]


def test_a_robot_stopped_meanwhile_is_not_written_to(stub):
    robot = robot_at(stub, "dingtalk", is_active=False)

    assert (told(robot).state, stub.got()) == (State.CANCELLED, [])


# --- what is sent -------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("platform", ADDRESSES)
def test_words_and_link_arrive_as_plain_text(stub, platform, settings):
    settings.BASE_URL = "https://portal.example.org"
    robot = robot_at(stub, platform)

    notice = told(robot, title="烟火报警", body="**城东** [点我](http://evil.example.invalid)", url="/alarms/7/")

    (sent,) = stub.got(platform)
    assert sent["text"] == "烟火报警\n**城东** [点我](http://evil.example.invalid)\nhttps://portal.example.org/alarms/7/"
    assert sent["body"].get("msgtype", sent["body"].get("msg_type")) in ("text", "post")
    assert (notice.state, robot.last_error) == (State.SENT, "") and robot.sent_at


@pytest.mark.parametrize("platform", ["dingtalk", "feishu"])
def test_a_signed_message_is_taken_and_a_wrongly_signed_one_is_dead_with_its_remedy(stub, platform):
    good, bad = robot_at(stub, platform, signed_with=SECRET), robot_at(stub, platform, signed_with="SEC-other")

    assert told(good).state == State.SENT
    notice = told(bad)
    assert (notice.state, notice.attempts, notice.last_error) == (State.DEAD, 1, platforms.SIGN)
    assert bad.last_error == platforms.SIGN and bad.failed_at


def test_signatures_are_those_the_platforms_publish():
    """Worked out by hand with openssl for a fixed moment."""
    message = platforms.Message("x")
    with time_machine.travel(1_599_360_473, tick=False):
        added, _body = platforms.dingtalk(message, "SEC1")
        _added, body = platforms.feishu(message, "SEC1")

    assert added == "&timestamp=1599360473000&sign=ZOTpz55OGsOZqDzPUYXoo77LBqUn4mFrziOhNZaUD9s%3D"
    assert (body["timestamp"], body["sign"]) == ("1599360473", "0hLYmfoUxI4qR6gxrHZUwT+7HcMcncQkWF5gKyZReuU=")


@pytest.mark.parametrize(
    ("platform", "address", "words"),
    [
        ("wecom", "/cgi-bin/webhook/send?key=gone", platforms.TOKEN),
        ("dingtalk", "/robot/send?access_token=gone", platforms.TOKEN),
        ("feishu", "/open-apis/bot/v2/hook/gone", platforms.TOKEN),
        ("dingtalk", "/robot/send?access_token=demo&keyword=大气", platforms.KEYWORD),
    ],
)
def test_what_the_office_must_mend_is_dead_at_once_and_says_so(stub, platform, address, words):
    notice = told(robot_at(stub, platform, address.replace("大气", "%E5%A4%A7%E6%B0%94")), title="报警")

    assert (notice.state, notice.last_error) == (State.DEAD, words)
    assert list(Notice.objects.all()) == [notice], "a group has no second channel"


def test_a_keyword_is_put_before_the_words_that_lack_it(stub):
    robot = robot_at(stub, "dingtalk", "/robot/send?access_token=demo&keyword=%E5%A4%A7%E6%B0%94", keyword="大气")

    assert told(robot, title="报警").state == told(robot, title="大气报警").state == State.SENT
    assert [sent["text"] for sent in stub.got()] == ["大气：报警", "大气报警"]


def test_a_group_is_not_flooded(stub):
    """Twenty a minute are taken; the second of a burst waits three seconds."""
    robot = robot_at(stub, "dingtalk")
    with time_machine.travel("2026-11-23T04:00:00Z", tick=False) as traveller:
        NoticeFactory.create_batch(2, channel=robot.platform, robot=robot)
        dispatch.drain("w")
        dispatch.drain("w")
        assert len(stub.got()) == 1
        traveller.shift(4)
        dispatch.drain("w")

    assert len(stub.got()) == 2


@pytest.mark.parametrize("platform", ADDRESSES)
@pytest.mark.parametrize("manner", ["busy", "refuse", "dead"])
def test_what_passes_is_tried_again_and_only_that_robot_rests(stub, platform, manner):
    stub.manner[platform] = manner
    ill, well = robot_at(stub, platform), robot_at(stub, next(other for other in ADDRESSES if other != platform))

    first, later, other = (NoticeFactory(channel=robot.platform, robot=robot) for robot in (ill, ill, well))
    dispatch.drain("w")

    for notice in (first, later, other):
        notice.refresh_from_db()
    assert (first.state, first.attempts, later.attempts, other.state) == (State.RETRY, 1, 0, State.SENT)
    assert first.last_error


def test_a_page_that_is_no_robot_does_not_count_as_sent(settings):
    from tests.notices.sinks import gateway

    with gateway(lambda _number: (200, b"<html>sign in</html>")) as (address, _received):
        settings.ROBOT_HOSTS = [address.removesuffix("/send")]
        notice = told(RobotFactory(url=address))

    assert notice.state == State.RETRY and "Webhook" in notice.last_error


def test_unknown_codes_are_shown_as_the_platform_says_them():
    found = platforms.PLATFORMS[Channel.DINGTALK].verdict({"errcode": 999, "errmsg": "odd"})

    assert (found.words, found.final) == ("errcode 999: odd", False)


@pytest.mark.parametrize(("platform", "most"), [("wecom", 2000), ("dingtalk", 6000), ("feishu", 6000)])
def test_long_words_are_cut_in_bytes_and_the_link_is_kept(stub, platform, most, settings):
    settings.BASE_URL = "https://portal.example.org"
    told(robot_at(stub, platform), body="尘" * 4000, url="/alarms/7/")

    (sent,) = stub.got()
    assert most - 60 < len(sent["text"].encode()) <= most + 60 and sent["text"].endswith("…\nhttps://portal.example.org/alarms/7/")


# --- where it may go ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/robot/send?access_token=x",
        "https://169.254.169.254/latest",
        "https://[::1]/robot/send",
        "https://0x7f.1/robot/send",
        "http://oapi.dingtalk.com/robot/send",
        "https://oapi.dingtalk.com:8443/robot/send",
        "https://oapi.dingtalk.com@evil.example.invalid/robot/send",
        "https://evil.example.invalid/oapi.dingtalk.com",
        "https://oapi.dingtalk.com.evil.example.invalid/robot/send",
        "https://oapi.dingtalk.com:99999/",
        "https://oapi.dingtalk.com\\@evil.example.invalid/",
        "oapi.dingtalk.com",
        "https://oapi.dingtalk.com/\n",
        "file:///etc/passwd",
    ],
)
def test_nothing_but_the_platforms_is_ever_asked(address):
    assert not is_allowed(address, ("oapi.dingtalk.com",))
    notice = told(RobotFactory(url=address))
    assert (notice.state, notice.last_error) == (State.DEAD, NOT_ALLOWED)


def test_named_hosts_are_allowed_as_named():
    assert is_allowed("https://OAPI.dingtalk.com:443/robot/send", ("oapi.dingtalk.com",))
    assert is_allowed("http://10.0.0.8:8080/robot/send", ("http://10.0.0.8:8080",))
    assert not is_allowed("http://10.0.0.8:8081/robot/send", ("http://10.0.0.8:8080",))
    assert is_allowed("https://a.b.notify.windows.com/x", ("*.notify.windows.com",))
    assert not is_allowed("https://notify.windows.com.evil.invalid/x", ("*.notify.windows.com",))


def test_redirects_are_not_followed(settings):
    from tests.notices.sinks import gateway

    with gateway(lambda _number: (302, {})) as (address, received):
        settings.ROBOT_HOSTS = [address.removesuffix("/send")]
        notice = told(RobotFactory(url=address))

    assert (notice.state, [each["path"] for each in received]) == (State.RETRY, ["/send"])


# --- keeping them -------------------------------------------------------------------------------------------------------------------
WORDS = {"name": "大气攻坚工作群", "platform": "dingtalk", "address": "https://oapi.dingtalk.com/robot/send?access_token=t", "secret": "SEC7"}


def test_address_and_secret_are_sealed_and_not_in_the_audit():
    robot = robots.create(district_id=1, by=UserFactory(), topics=["alarm"], **WORDS)

    robot.refresh_from_db()
    assert "access_token" not in robot.address and sealing.unseal(robot.address, purpose=PURPOSE) == WORDS["address"]
    assert sealing.unseal(robot.secret, purpose=PURPOSE) == "SEC7" and robot.host == "oapi.dingtalk.com"
    event = AuditEvent.objects.get(action="robot.create")
    assert json.loads(event.payload) == {"name": "大气攻坚工作群", "platform": "dingtalk", "host": "oapi.dingtalk.com", "topics": ["alarm"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"address": "https://example.org/robot/send?access_token=t"}, "address"),
        ({"address": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=t"}, "address"),
        ({"address": "https://oapi.dingtalk.com/robot/send"}, "address"),
        ({"platform": "feishu", "address": "https://open.feishu.cn/open-apis/bot/v2/hook/"}, "address"),
    ],
)
def test_a_wrong_address_is_refused_with_its_remedy(change, field):
    with pytest.raises(ValidationError) as refused:
        robots.create(district_id=1, by=UserFactory(), topics=["alarm"], **WORDS | change)

    assert list(refused.value.message_dict) == [field]


def test_a_name_is_there_once_in_a_district():
    robots.create(district_id=1, by=UserFactory(), topics=["alarm"], **WORDS)
    robots.create(district_id=2, by=UserFactory(), topics=["alarm"], **WORDS)
    with pytest.raises(ValidationError):
        robots.create(district_id=1, by=UserFactory(), topics=["alarm"], **WORDS)


def test_an_edit_without_address_keeps_it_and_one_with_it_brings_its_own_secret():
    robot = robots.create(district_id=1, by=UserFactory(), topics=["alarm"], **WORDS)
    kept = robots.edit(robot, by=UserFactory(), name="新名称", topics=["air"])
    assert (kept.address, kept.secret, kept.name) == (robot.address, robot.secret, "新名称")

    moved = robots.edit(robot, by=UserFactory(), name="新名称", topics=["air"], address=WORDS["address"] + "2")
    assert moved.address != robot.address and moved.secret == ""


def test_switching_twice_is_one_act():
    robot, person = RobotFactory(), UserFactory()

    assert [robots.switch(robot, active=False, by=person) for _ in range(2)] == [True, False]
    assert AuditEvent.objects.filter(action="robot.stop").count() == 1


def test_trying_out_says_what_the_platform_said(stub):
    assert robots.try_out(robot_at(stub, "dingtalk"), by=UserFactory(name="示例甲")) == ""
    assert "示例甲" in stub.got()[0]["text"]
    assert robots.try_out(robot_at(stub, "wecom", "/cgi-bin/webhook/send?key=gone"), by=UserFactory()) == platforms.TOKEN


def test_another_key_seals_anew_and_a_lost_one_is_told(settings):
    robot = RobotFactory()
    settings.SECOND_FACTOR_KEYS = ["new", *settings.SECOND_FACTOR_KEYS]
    assert robots.reseal() == 1
    settings.SECOND_FACTOR_KEYS = ["new"]
    robot.refresh_from_db()
    assert sealing.unseal(robot.address, purpose=PURPOSE).startswith("https://oapi")

    settings.SECOND_FACTOR_KEYS = ["lost"]
    assert "解密" in told(robot).last_error
    assert Robot.objects.count() == 1
