"""Where the office sees by which ways people are reached, and keeps the robots of its groups."""

import pytest
from django.urls import reverse

from common import sealing
from notices.channels.robot import PURPOSE
from notices.models import Outcome, Robot, State
from notices.stub.server import running
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.notices import NoticeFactory, RobotFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(client):
    found = DistrictFactory()
    client.force_login(UserFactory(office_director=found))
    return found


@pytest.fixture
def stub(settings):
    with running() as found:
        settings.ROBOT_HOSTS = [found.origin]
        yield found


def page(client) -> str:
    return client.get(reverse("notices:channels")).content.decode()


def filled(stub, **more):
    words = {"name": "攻坚群", "platform": "dingtalk", "address": f"{stub.origin}/robot/send?access_token=demo", "secret": "", "topics": ["alarm"]}
    return words | more


def test_ways_that_are_closed_say_which_setting_is_missing(client, district, settings):
    settings.SMS_WEBHOOK_URL = "https://user:secret@sms.example.org/send"
    text = page(client)

    assert "sms.example.org" in text and "user:secret" not in text
    for missing in ("VOICE_WEBHOOK_URL", "WEB_PUSH_PUBLIC_KEY", "GATEWAY_RECEIPT_TOKEN"):
        assert missing in text
    assert "还没有群机器人" in text


def test_a_robot_is_kept_and_its_address_never_shown_again(client, district, stub):
    answer = client.post(reverse("notices:robot-new"), filled(stub, secret="SEC-demo"))

    robot = Robot.objects.get()
    assert answer.status_code == 302 and (robot.district_id, robot.topics) == (district.pk, ["alarm"])
    assert "攻坚群" in page(client) and "报警" in page(client)
    form = client.get(reverse("notices:robot-edit", args=[robot.pk])).content.decode()
    assert "access_token" not in form + page(client) and "SEC-demo" not in form


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"address": "https://example.org/hook"}, "oapi.dingtalk.com"),
        ({"address": "https://oapi.dingtalk.com/robot/send"}, "地址不完整"),
        ({"topics": []}, "请至少选一项"),
        ({"name": ""}, "该字段是必填项"),
        ({"platform": "qq"}, "qq"),
    ],
)
def test_wrong_input_says_what_is_right_and_keeps_what_was_typed(client, district, stub, wrong, words):
    answer = client.post(reverse("notices:robot-new"), filled(stub, keyword="大气") | wrong)

    text = answer.content.decode()
    assert answer.status_code == 400 and words in text and 'value="大气"' in text
    assert not Robot.objects.exists()


def test_two_people_at_one_robot_the_second_is_told(client, district, stub):
    robot = RobotFactory(district_id=district.pk)
    address = reverse("notices:robot-edit", args=[robot.pk])
    seen = client.get(address).context["form"]["seen"].value()
    Robot.objects.update(name="别人改的")

    answer = client.post(address, {"name": "我改的", "topics": ["air"], "seen": seen})

    assert answer.status_code == 400 and "被别人修改" in answer.content.decode()
    assert client.post(address, {"name": "我改的", "topics": ["air"], "seen": answer.context["form"].data["seen"]}).status_code == 302
    robot.refresh_from_db()
    assert robot.name == "我改的" and sealing.unseal(robot.address, purpose=PURPOSE).endswith("demo")


def test_a_robot_is_tried_out_stopped_and_started(client, district, stub):
    good = RobotFactory(district_id=district.pk, url=f"{stub.origin}/robot/send?access_token=demo", name="甲群")
    bad = RobotFactory(district_id=district.pk, url=f"{stub.origin}/robot/send?access_token=gone", name="乙群")

    assert "已收下测试消息" in client.post(reverse("notices:robot-try", args=[good.pk]), follow=True).content.decode()
    text = client.post(reverse("notices:robot-try", args=[bad.pk]), follow=True).content.decode()
    assert "测试消息没有发出" in text and "重新添加机器人" in text

    for active, words in (("0", "已停用"), ("1", "已启用")):
        assert words in client.post(reverse("notices:robot-switch", args=[good.pk]), {"active": active}, follow=True).content.decode()


def test_number_of_queries_does_not_grow_with_robots(client, district, django_assert_max_num_queries):
    def queries():
        with django_assert_max_num_queries(40) as counted:
            page(client)
        return len(counted)

    RobotFactory(district_id=district.pk)
    queries()
    few = queries()
    RobotFactory.create_batch(3, district_id=district.pk)
    assert queries() == few


def test_outbox_tells_whether_a_call_was_answered(client, district):
    NoticeFactory(district_id=district.pk, channel="voice", state=State.SENT, outcome=Outcome.NO_ANSWER, title="甲")
    NoticeFactory(district_id=district.pk, channel="sms", state=State.SENT, title="乙")
    robot = RobotFactory(district_id=district.pk, name="攻坚群")
    NoticeFactory(district_id=district.pk, channel="dingtalk", robot=robot, state=State.SENT, title="丙")

    answer = client.get(reverse("notices:outbox"))
    text = answer.content.decode()
    assert "无人接听" in text and "没有回执" in text and "攻坚群" in text
    for filters, found in (({"outcome": "no_answer"}, {"甲"}), ({"person": "攻坚"}, {"丙"}), ({"channel": "sms"}, {"乙"})):
        assert {notice.title for notice in client.get(reverse("notices:outbox"), filters).context["notices"]} == found


def test_a_demonstration_leads_to_the_stub_gateway(client, district, settings):
    settings.STUB_GATEWAY_URL = "http://127.0.0.1:8099/"

    assert "http://127.0.0.1:8099/" in page(client) and "http://127.0.0.1:8099/" in client.get(reverse("notices:outbox")).content.decode()
