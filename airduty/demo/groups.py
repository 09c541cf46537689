"""Two groups of the demonstration, whose robots end at the stub gateway; none where there is no such gateway."""

from django.conf import settings

from notices.services import robots
from notices.stub.answers import HOOK, SECRET
from notices.words import Channel, Topic


def build(district) -> None:
    origin = settings.STUB_GATEWAY_URL.rstrip("/")
    if not origin:
        return
    robots.create(
        district_id=district.pk,
        by=None,
        name="攻坚办值班群",
        platform=Channel.DINGTALK,
        address=f"{origin}/robot/send?access_token=demo-office",
        secret=SECRET,
        topics=[Topic.ALARM, Topic.EMERGENCY, Topic.AIR],
    )
    address = f"{origin}{HOOK}demo-towns"
    robots.create(district_id=district.pk, by=None, name="乡办联络群", platform=Channel.FEISHU, address=address, topics=[Topic.EMERGENCY])
