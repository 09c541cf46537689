"""Who keeps devices and rules, two at the same page, and what the board shows first."""

import datetime as dt

import pytest
from django.urls import reverse

from alarms import statistics
from alarms.models import Alarm, AlarmClock, AlarmRule, AlarmSource, DustLimit
from alarms.services import advance, intake
from alarms.views import board, mobile
from audit.models import AuditEvent
from common import clock
from tests.factories.accounts import UserFactory
from tests.factories.alarms import SourceFactory, alarm_of
from tests.factories.grids import DistrictFactory, centre

pytestmark = pytest.mark.django_db


# --- rules --------------------------------------------------------------------------------------------------------------------------------
def sent(page) -> dict:
    """What the page's form would send as it stands."""
    rows = [(field.html_name, field.value()) for form in page.context["every"] for field in form]
    return {name: "on" if value is True else value for name, value in rows if value is not None and value is not False}


def test_who_saves_the_rules_second_is_told_once_and_loses_nothing(enter, director, district):
    client, address = enter(director), reverse("alarms:rules")
    fire, dust = (AlarmRule.objects.get(district=district, kind=kind) for kind in ("fire", "dust"))
    mine = theirs = sent(client.get(address))
    assert client.post(address, theirs | {f"rule{fire.pk}-accept_minutes": 8, f"rule{dust.pk}-accept_minutes": 6}).status_code == 302
    refused = client.post(address, mine | {f"rule{fire.pk}-accept_minutes": 9})

    assert refused.status_code == 422 and "内容已被别人修改" in refused.content.decode()
    fire.refresh_from_db()
    assert fire.accept_minutes == 8
    again = sent(refused)
    assert again[f"rule{fire.pk}-accept_minutes"] == "9"
    assert client.post(address, again).status_code == 302
    fire.refresh_from_db()
    assert fire.accept_minutes == 9


def test_rules_of_a_page_are_saved_all_or_none(director, district):
    from alarms.services import rules
    from common.errors import Conflict

    fire, dust = (AlarmRule.objects.get(district=district, kind=kind) for kind in ("fire", "dust"))
    with pytest.raises(Conflict):
        rules.edit_together([(fire, {"accept_minutes": 7}, None), (dust, {"accept_minutes": 7}, {"accept_minutes": 99})], by=director)
    fire.refresh_from_db()
    assert (fire.accept_minutes, AuditEvent.objects.filter(action="alarmrule.edit").count()) == (5, 0)


def test_the_page_of_rules_has_a_column_for_each_figure_and_none_for_its_mark(enter, director, district):
    page = enter(director).get(reverse("alarms:rules")).content.decode()

    assert page.count('type="hidden" name="rule') == AlarmRule.objects.filter(district=district).count()
    assert page.count('type="hidden" name="limit') == DustLimit.objects.filter(district=district).count()
    assert "Seen" not in page


# --- devices ------------------------------------------------------------------------------------------------------------------------------
def test_a_keeper_of_one_district_does_not_touch_devices_of_another_in_which_he_has_a_grid(enter, camera, district):
    keeper = UserFactory(office_director=DistrictFactory(), member=district.villages[0])
    client = enter(keeper)

    assert client.get(reverse("alarms:edit-source", args=[camera.pk])).status_code == 403
    for name in ("alarms:edit-source", "alarms:source-key", "alarms:source-test"):
        assert client.post(reverse(name, args=[camera.pk]), {"action": "renew"}).status_code == 403
    assert AlarmSource.objects.filter(pk=camera.pk, device=None, test_until=None).exists()


def test_stations_and_people_who_call_are_not_tried_out(enter, director, district, operator):
    intake.report_smoke(district, {"key": "1", "text": "有烟", "address": "村东"}, by=operator)
    source = AlarmSource.objects.get(kind="citizen")
    client = enter(director)
    for name in ("alarms:source-test", "alarms:source-key"):
        assert client.post(reverse(name, args=[source.pk])).status_code == 302
    source.refresh_from_db()
    assert (source.test_until, AuditEvent.objects.filter(action="alarmsource.test").count()) == (None, 0)


@pytest.mark.parametrize("key", ["²", "9" * 30, "-1", "x", "٣"])
def test_a_roster_of_nonsense_is_that_of_the_first_unit(enter, operator, district, key):
    assert enter(operator).get(reverse("alarms:duty"), {"organisation": key}).status_code == 200


def test_the_roster_promises_no_minutes_that_the_rules_may_change(enter, operator, district):
    assert "3分钟" not in enter(operator).get(reverse("alarms:duty")).content.decode()


# --- what stands first ----------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def crowd(district):
    """A fire under way and one to be judged, and after them more faults of devices than the board has room for."""
    lon, lat = centre(district.villages[0])
    fires = [alarm_of(SourceFactory(district=district, lon=lon, lat=lat + n / 50), n) for n in range(2)]
    advance.advance(fires[0], "judge_unclear", by=None)
    source = SourceFactory(district=district, kind="dust_monitor")
    for n in range(4):
        now = clock.now()
        Alarm.objects.create(district=district, number=f"X{n}", kind="offline", source=source, first_signal_at=now, last_signal_at=now)
    return fires


def test_running_fires_stay_on_the_board_however_many_devices_are_silent(enter, operator, crowd, monkeypatch):
    monkeypatch.setattr(board, "LONGEST", 3)
    under_way, raised = crowd
    rows = enter(operator).get(reverse("alarms:board")).context["rows"]

    assert [row.alarm.number for row in rows] == [raised.number, under_way.number, "X3"]


def test_on_the_phone_the_alarms_that_call_me_are_never_cut_off(enter, district, operator, chief, monkeypatch):
    monkeypatch.setattr(mobile, "MOST", 2)
    lon, lat = centre(district.villages[0])
    mine = alarm_of(SourceFactory(district=district, lon=lon, lat=lat), 0)
    advance.advance(mine, "judge_unclear", by=operator)
    others = [alarm_of(SourceFactory(district=district, lon=lon, lat=lat + n / 100), n) for n in range(1, 4)]
    rows = enter(chief).get(reverse("mobile_alarms:list")).context["rows"]

    assert [row.alarm for row in rows] == [mine, others[-1]]


# --- late -----------------------------------------------------------------------------------------------------------------------------------
def test_as_many_are_late_on_the_board_as_in_the_list_behind_the_number(enter, district, operator, crowd):
    AlarmClock.objects.update(late_at=clock.now())
    advance.advance(crowd[1], "judge_false", by=operator, reason="fog")
    client = enter(operator)
    late = next(each for each in client.get(reverse("alarms:board")).context["figures"] if each["name"] == "late")

    assert (late["count"], [row.alarm for row in client.get(late["url"]).context["rows"]]) == (1, [crowd[0]])


def test_a_clock_met_too_late_is_late_in_the_statistics_whether_or_not_a_scan_came_before(camera, operator):
    alarm = alarm_of(camera)
    with clock.standing(clock.now() + dt.timedelta(minutes=5)):
        advance.advance(alarm, "judge_false", by=operator, reason="fog")

    assert not AlarmClock.objects.exclude(late_at=None).exists()
    assert [(row.total, row.late) for row in statistics.clocks(Alarm.objects.all())] == [(1, 1)]
