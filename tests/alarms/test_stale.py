"""A step taken from a page that is no longer new: what was only added does not stand in its way, what another person has done does, once."""

import pytest
from django.urls import reverse

from alarms.models import Alarm
from alarms.services import advance, scan
from common.errors import Conflict
from tests.alarms.moments import later
from tests.factories.alarms import alarm_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten")]


@pytest.fixture
def alarm(camera, member, chief, town, operator):
    return alarm_of(camera)


@pytest.fixture
def sent(alarm, operator):
    """Under way, not judged yet; its version is the one that phones show."""
    return advance.advance(alarm, "judge_unclear", by=operator)


def version_in(answer) -> int:
    return int(answer.context["form"]["version"].value())


# --- what does not stand in the way -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("action", "details"),
    [("comment", {"note": "车已出发"}), ("call", {"answer": "missed", "duty": "deputy"}), ("judge_true", {})],
)
def test_whoever_is_called_may_accept_while_the_operator_writes_calls_or_judges(enter, sent, operator, member, chief, action, details):
    advance.advance(sent, action, by=operator, **details | ({"person": chief} if action == "call" else {}))
    answer = enter(member).post(reverse("mobile_alarms:step", args=[sent.uuid, "accept"]), {"version": sent.version})

    assert answer.status_code == 302
    assert Alarm.objects.get().accepted_by == member


def test_a_false_alarm_is_one_whether_or_not_it_went_out_while_the_form_was_open(enter, alarm, operator, member):
    client, address = enter(operator), reverse("alarms:step", args=[alarm.uuid, "judge_false"])
    opened = client.get(address)
    with later(3.1):
        assert scan.scan()["judged"] == 1
        answer = client.post(address, {"version": version_in(opened), "reason": "fog"})

    assert answer.status_code == 302
    assert Alarm.objects.get().state == "false"


def test_ones_own_step_by_another_way_makes_the_page_no_older(sent, member):
    advance.advance(sent, "accept", by=member)

    assert advance.advance(sent, "arrive", by=member, version=sent.version).state == "arrived"


def test_what_is_written_down_twice_is_kept_once(sent, operator):
    for _n in range(2):
        advance.advance(sent, "comment", by=operator, note="车已出发", version=sent.version)

    assert sent.steps.filter(action="comment").count() == 1


# --- what does ------------------------------------------------------------------------------------------------------------------------
def test_what_another_person_has_done_is_told_once_and_then_the_step_is_taken(enter, sent, member, chief):
    advance.advance(sent, "accept", by=chief)
    client, address = enter(member), reverse("mobile_alarms:step", args=[sent.uuid, "arrive"])
    refused = client.post(address, {"version": sent.version, "note": "我先到了"})

    assert (refused.status_code, Alarm.objects.get().state) == (409, "accepted")
    assert f"{chief}刚办理了“接单”" in refused.content.decode() and "我先到了" in refused.content.decode()
    assert client.post(address, {"version": version_in(refused), "note": "我先到了"}).status_code == 302
    assert Alarm.objects.get().state == "arrived"


def test_what_one_operator_has_sent_out_another_does_not_call_false_unseen(alarm, operator, director):
    advance.advance(alarm, "judge_unclear", by=operator, version=1)
    with pytest.raises(Conflict, match=str(operator)) as lost:
        advance.advance(alarm, "judge_false", by=director, reason="fog", version=1)

    assert lost.value.extra == {"state": "dispatched", "version": 2}
    assert advance.advance(alarm, "judge_false", by=director, reason="fog", version=2).state == "false"


def test_a_step_that_is_over_stays_refused_however_new_the_form(enter, sent, member, chief):
    advance.advance(sent, "accept", by=chief)
    client, address = enter(member), reverse("mobile_alarms:step", args=[sent.uuid, "accept"])
    for version in (sent.version, sent.version + 1):
        refused = client.post(address, {"version": version})
        assert refused.status_code == 409 and f"已由{chief}接单" in refused.content.decode()
