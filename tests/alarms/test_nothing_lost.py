"""No report is swallowed: by another place, by an older message of the same words, by a false alarm, by a full disk, by a form sent before."""

import datetime as dt
import errno
import os
import uuid
from types import SimpleNamespace

import pytest
from django.urls import reverse

from alarms.models import Alarm, AlarmSignal, AlarmSource, SignalPicture
from alarms.reading import Unreadable, plain
from alarms.reading.message import number
from alarms.services import advance, intake, offline, pictures
from inspections.models import Finding
from tests.alarms import bodies
from tests.alarms.moments import NOW, later
from tests.factories.alarms import SourceFactory, alarm_of, message
from tests.factories.evidence import photo_bytes
from tests.factories.grids import centre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten")]


@pytest.fixture
def report(district, operator):
    """``report(text, ...)`` is the alarm that a call becomes."""

    def taken_down(text="有烟", **more):
        said = {"key": uuid.uuid4(), "text": text, "address": text, "lon": None, "lat": None, "caller": "", "caller_phone": ""} | more
        return intake.report_smoke(district, said, by=operator)

    return taken_down


# --- places -----------------------------------------------------------------------------------------------------------------------------
def test_two_calls_without_a_point_are_two_alarms(report):
    assert report("张庄有烟") != report("李庄着火")


def test_a_call_is_not_swallowed_by_one_that_was_judged_false(report, operator, district):
    lon, lat = centre(district.villages[0])
    for place in ({}, {"lon": lon, "lat": lat}):
        first = report("张庄有烟", **place)
        advance.advance(first, "judge_false", by=operator, reason="fog")
        assert report("李庄着火", **place).state == "raised"


def test_a_call_with_a_point_and_one_without_are_two_alarms(report, district):
    lon, lat = centre(district.villages[0])
    placed = report("张庄有烟", lon=lon, lat=lat)
    unplaced = report("李庄着火")

    assert len({placed, unplaced, report("王庄冒烟", lon=lon, lat=lat + 0.02)}) == 3


def test_calls_of_one_point_and_what_a_camera_sees_there_are_one_alarm(report, district, camera):
    lon, lat = centre(district.villages[0])
    first = alarm_of(camera)

    assert {report("有烟", lon=lon, lat=lat), report("着火", lon=lon, lat=lat + 0.002)} == {first}


@pytest.mark.parametrize("stands", [{"lon": None, "lat": None}, {}])
def test_what_a_platform_relays_without_a_point_is_never_one_alarm(district, stands):
    platform = SourceFactory(district=district, kind="platform", **stands)

    assert alarm_of(platform, 1) != alarm_of(platform, 2)
    assert alarm_of(platform, 3, lon=114.5, lat=34.5) == alarm_of(platform, 4, lon=114.5, lat=34.501)


def test_a_camera_and_a_caller_near_the_house_of_a_platform_are_not_what_it_relays_without_a_point(report, district, camera):
    platform = SourceFactory(district=district, kind="platform", lon=camera.lon, lat=camera.lat)
    relayed = alarm_of(platform, 1)
    seen = alarm_of(camera, 2)

    assert relayed != seen
    assert report("有烟", lon=camera.lon, lat=camera.lat) == seen


# --- the same words ------------------------------------------------------------------------------------------------------------------------
def test_the_same_words_without_a_time_are_a_new_alarm_another_day_and_the_same_when_sent_again(camera):
    first = intake.take_in(camera, message(), size=1)
    assert intake.take_in(camera, message(), size=1).replay
    with later(60 * 24):
        second = intake.take_in(camera, message(), size=1)

    assert (second.replay, second.alarm != first.alarm, second.meaning) == (False, True, "alarm")


def test_the_same_words_a_little_later_only_merge(camera):
    first = intake.take_in(camera, message(), size=1).alarm
    with later(6):
        again = intake.take_in(camera, message(), size=1)

    assert (again.alarm, again.replay, Alarm.objects.count()) == (first, False, 1)


def test_what_a_platform_sends_again_without_time_and_point_is_one_alarm_for_ten_minutes(district):
    platform = SourceFactory(district=district, kind="platform")
    first = intake.take_in(platform, message(), size=1)
    with later(6):
        again = intake.take_in(platform, message(), size=1)
    with later(11):
        other = intake.take_in(platform, message(), size=1)

    assert (again.alarm, again.replay, other.replay) == (first.alarm, True, False)


def test_what_was_tried_out_is_an_alarm_when_it_is_meant(camera):
    camera.test_until = NOW + dt.timedelta(minutes=1)
    assert intake.take_in(camera, message(), size=1).meaning == "test"
    camera.test_until = None

    assert intake.take_in(camera, message(), size=1).meaning == "alarm"


def test_a_message_with_its_own_time_is_the_same_however_late_it_is_sent_again(camera):
    intake.take_in(camera, message(occurred_at=NOW), size=1)
    with later(60):
        assert intake.take_in(camera, message(occurred_at=NOW), size=1).replay


def test_the_same_unreadable_body_is_kept_once(camera):
    for _n in range(2):
        intake.keep_unreadable(camera, b"<html>", reason=Unreadable("XML"))
    assert AlarmSignal.objects.get().meaning == "unreadable"


@pytest.mark.parametrize("value", [10**400, -(10**400), "1e999", float("nan"), None, [], "x"], ids=lambda value: str(value)[:5])
def test_a_figure_beyond_all_bounds_is_none(value):
    assert number(value, -180, 180) is None


def test_an_endless_number_in_an_event_leaves_the_event_readable():
    found = plain.of_json(b'{"event": "smoke", "lon": 1' + b"0" * 400 + b', "lat": 34}')
    assert (found.event, found.lon, found.lat) == ("smoke", None, 34)


# --- stations --------------------------------------------------------------------------------------------------------------------------------
def test_what_is_worse_than_what_was_judged_false_is_a_new_alarm(district, operator, member):
    lon, lat = centre(district.villages[0])
    station = SimpleNamespace(pk=5, code="S1", name="实验中学站", lon=lon, lat=lat, grid=district.villages[0], district_id=district.pk)

    def raised(pk, level):
        facts = {"pollutant": "pm25", "rule": "R1", "hour": NOW, "words": "偏高", "district_id": district.pk}
        return intake.from_anomaly(SimpleNamespace(pk=pk, station=station, level=level, **facts))

    yellow = raised(1, "yellow")
    advance.advance(yellow, "judge_false", by=operator, reason="device")
    assert raised(2, "yellow") == yellow
    red = raised(3, "red")
    assert (red != yellow, red.level, red.state) == (True, "red", "dispatched")
    assert raised(4, "red") == red
    yellow.refresh_from_db()
    assert (yellow.level, yellow.signal_count) == ("yellow", 2)


# --- the disk --------------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def full_disk(monkeypatch):
    """The operating system has no room left."""

    def refuse(*_args):
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", refuse)
        yield disk


def test_on_a_full_disk_the_alarm_is_raised_and_says_which_picture_is_missing(client, camera, key, operator, full_disk):
    answer = client.post(f"/api/v1/alarms/{camera.slug}/?key={key}", bodies.usual(), content_type="multipart/form-data; boundary=boundary")

    assert (answer.status_code, answer.json()["meaning"]) == (200, "alarm")
    assert SignalPicture.objects.get().refused == "服务器存储空间不足，图片没有保存。"
    full_disk.undo()
    client.force_login(operator)
    assert "1 张画面没有存下：服务器存储空间不足" in client.get(Alarm.objects.get().get_absolute_url()).content.decode()


def test_on_a_full_disk_the_operator_judges_and_pictures_wait(client, camera, operator, member, request):
    alarm = intake.take_in(camera, message(pictures=(photo_bytes(3),)), size=1).alarm
    full_disk = request.getfixturevalue("full_disk")
    client.force_login(operator)
    assert client.get(reverse("alarms:picture", args=[SignalPicture.objects.get().pk, "320"])).status_code == 404
    assert advance.advance(alarm, "judge_true", by=operator).finding
    assert pictures.look_through() == 0
    full_disk.undo()

    assert pictures.look_through() == 1
    assert SignalPicture.objects.get().photo.size == len(photo_bytes(3))


def test_a_picture_too_large_is_named(camera, monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST", 1024 * 1024)
    alarm = intake.take_in(camera, message(pictures=(b"\xff\xd8\xff" + b"0" * 1024 * 1024, photo_bytes(3))), size=1).alarm

    assert [picture.refused for picture in alarm.signals.get().pictures.all()] == ["图片超过 1 MB，没有保存。", ""]


# --- silence ----------------------------------------------------------------------------------------------------------------------------------
def test_a_silence_that_the_operator_has_closed_is_not_raised_again_until_the_device_was_heard(district, operator):
    monitor = SourceFactory(district=district, kind="dust_monitor")
    AlarmSource.objects.filter(pk=monitor.pk).update(heard_at=NOW)
    with later(150):
        assert offline.watch()["gone"] == 1
        advance.advance(Alarm.objects.get(), "resolve", by=operator, note="设备送修")
    for hours in (3, 26):
        with later(hours * 60):
            assert offline.watch() == {"back": 0, "gone": 0}
    assert Finding.objects.count() == 1

    AlarmSource.objects.filter(pk=monitor.pk).update(heard_at=NOW + dt.timedelta(hours=30))
    with later(33 * 60):
        assert offline.watch()["gone"] == 1


def test_a_device_that_is_back_while_the_operator_closes_its_alarm_fails_nothing(district, operator):
    monitor = SourceFactory(district=district, kind="dust_monitor")
    AlarmSource.objects.filter(pk=monitor.pk).update(heard_at=NOW)
    with later(150):
        offline.watch()
    AlarmSource.objects.filter(pk=monitor.pk).update(heard_at=NOW + dt.timedelta(minutes=155))
    with later(156):
        (looked_at,) = offline._running()
        advance.advance(Alarm.objects.get(), "resolve", by=operator, note="已恢复")

        assert offline._is_back(looked_at) is False


# --- calls -------------------------------------------------------------------------------------------------------------------------------------
def test_a_call_that_merges_leaves_its_words_and_its_caller(client, report, camera, district, operator, member):
    lon, lat = centre(district.villages[0])
    alarm = alarm_of(camera)
    report("火很大", lon=lon, lat=lat, address="村东机井", caller="甲某", caller_phone="19900000001")
    report("火更大", lon=lon, lat=lat, address="村东桥头", caller="乙某", caller_phone="19900000002")

    alarm.refresh_from_db()
    assert (alarm.signal_count, alarm.caller, alarm.caller_phone) == (3, "甲某", "19900000001")
    assert [(step.details["address"], step.note, step.by) for step in alarm.steps.filter(action="report")] == [
        ("村东机井", "火很大", operator), ("村东桥头", "火更大", operator),
    ]  # fmt: skip
    assert [signal.facts.get("caller_phone") for signal in alarm.signals.order_by("pk")] == [None, "19900000001", "19900000002"]
    client.force_login(operator)
    page = client.get(alarm.get_absolute_url()).content.decode()
    assert all(words in page for words in ("又接到举报：村东桥头", "火更大", "甲某 19900000001", "乙某 19900000002"))
    client.force_login(member)
    page = client.get(alarm.get_absolute_url()).content.decode()
    assert "又接到举报：村东桥头" in page and "乙某" not in page and "19900000002" not in page


def test_a_form_that_was_sent_and_filled_anew_is_another_report(client, operator, member, district):
    client.force_login(operator)
    form = client.get(reverse("alarms:new"))
    said = {"key": form.context["form"]["key"].value(), "text": "张庄有烟", "address": "张庄"}
    for words in ({}, {"text": "李庄着火"}, {"text": "李庄着火", "address": "李庄"}):
        client.post(reverse("alarms:new"), said | words)

    assert "no-store" in form["Cache-Control"]
    assert sorted(Alarm.objects.values_list("text", "address")) == [("张庄有烟", "张庄"), ("李庄着火", "张庄"), ("李庄着火", "李庄")]
