"""Taking in: the door for devices, one signal however often it is sent, one alarm for one place and time, stations, callers."""

import base64
import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts import devices
from alarms.models import Alarm, AlarmRule, AlarmSignal, AlarmSource, SignalPicture
from alarms.reading import hj212
from alarms.services import intake, pictures, scan
from common import clock
from notices.models import Notice
from tests.alarms import bodies
from tests.alarms.moments import NOW
from tests.factories.alarms import SourceFactory, alarm_of, message
from tests.factories.grids import centre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten")]
MULTIPART = "multipart/form-data; boundary=boundary"


def post(client, camera, body, content_type=MULTIPART, query="", **headers):
    return client.post(f"/api/v1/alarms/{camera.slug}/{query}", body, content_type=content_type, headers=headers)


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"admin:{key}".encode()).decode()


def test_a_cameras_body_becomes_one_alarm_with_its_picture_as_evidence(client, camera, key):
    answer = post(client, camera, bodies.usual(), authorization=f"Device {key}")

    alarm, signal = Alarm.objects.get(), AlarmSignal.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {"meaning": "alarm", "signal": signal.pk, "alarm": alarm.number, "replay": False}
    assert (alarm.kind, alarm.state, alarm.grid, alarm.number) == ("fire", "raised", camera.grid, "BJ2026-000001")
    assert (bytes(signal.raw), signal.size) == (bodies.alert(more=bodies.REGION), len(bodies.usual()))
    assert signal.pictures.get().photo is None
    assert pictures.look_through() == 1
    assert SignalPicture.objects.get().photo.size == len(bodies.JPEG)
    assert not pictures.waiting_path(SignalPicture.objects.get().sha256).exists()


def test_the_key_goes_in_the_header_as_password_or_in_the_address(client, camera, key):
    for n, way in enumerate(({"authorization": f"Device {key}"}, {"authorization": basic(key)}, {"query": f"?key={key}"})):
        assert post(client, camera, bodies.alert(count=n + 1), "application/xml", **way).status_code == 200
    assert AlarmSignal.objects.count() == 3


def test_without_a_key_or_with_another_devices_nothing_is_taken(client, camera, key, district, director):
    _other, foreign = devices.issue(district.pk, "别的设备", by=director)
    other = SourceFactory(district=district)

    keyless = post(client, camera, bodies.alert(), "application/xml")
    assert (keyless.status_code, keyless["WWW-Authenticate"]) == (401, 'Basic realm="airduty"')
    assert keyless.json() == {"detail": "没有收到设备密钥：放在 Authorization 头、HTTP Basic 密码或地址的 ?key= 里。"}
    assert post(client, camera, bodies.alert(), "application/xml", query="?key=wrong").status_code == 401
    assert post(client, camera, bodies.alert(), "application/xml", authorization=f"Device {foreign}").status_code == 404
    assert post(client, other, bodies.alert(), "application/xml", authorization=f"Device {key}").status_code == 404
    assert client.post("/api/v1/alarms/unknown/", b"x", content_type="text/xml", headers={"authorization": f"Device {key}"}).status_code == 404
    devices.revoke(camera.device, by=director)
    assert post(client, camera, bodies.alert(), "application/xml", authorization=f"Device {key}").status_code == 401
    assert not AlarmSignal.objects.exists()


@pytest.mark.parametrize("given", ["Basic é", "Basic %%%", "Basic YQ", "Basic /w==", "Device é", "Basic"])
def test_a_key_that_is_nonsense_is_refused_like_a_wrong_one(client, camera, key, given):
    assert post(client, camera, bodies.alert(), "application/xml", authorization=given).status_code == 401


def test_the_same_body_again_is_the_same_signal(client, camera, key):
    first = post(client, camera, bodies.usual(boundary="one"), "multipart/form-data; boundary=one", authorization=f"Device {key}").json()
    again = post(client, camera, bodies.usual(boundary="two"), "multipart/form-data; boundary=two", authorization=f"Device {key}").json()

    assert again == first | {"replay": True}
    assert (AlarmSignal.objects.count(), Alarm.objects.get().signal_count) == (1, 1)


def test_heartbeats_are_counted_and_raise_nothing(client, camera, key):
    for _n in range(3):
        assert post(client, camera, bodies.HEARTBEAT, "application/xml", authorization=f"Device {key}").json()["meaning"] == "alive"

    camera.refresh_from_db()
    assert (camera.beats, camera.heard_at) == (3, NOW)
    assert not AlarmSignal.objects.exists()


def test_a_camera_that_sees_nothing_is_not_on_line(client, camera, key):
    blind = post(client, camera, bodies.alert("videoloss", "active"), "application/xml", authorization=f"Device {key}").json()

    camera.refresh_from_db()
    assert (blind["meaning"], camera.beats, camera.heard_at) == ("other", 0, None)


def test_a_packet_with_letters_that_no_database_keeps_is_taken_without_them(client, camera, key):
    data = b"QN=1;ST=22;CN=30\x0020;MN=01\x0000;CP=&&&&"
    packet = f"##{len(data):04d}".encode() + data + f"{hj212.crc(data):04X}\r\n".encode()

    assert post(client, camera, packet, "text/plain", authorization=f"Device {key}").json()["meaning"] == "other"
    assert (AlarmSignal.objects.get().event, AlarmSignal.objects.get().facts) == ("hj212-3020", {"MN": "0100"})


def test_what_cannot_be_read_is_answered_with_the_reason_and_kept_to_be_seen(client, camera, key):
    answer = post(client, camera, b"<html>", "text/html", authorization=f"Device {key}")

    assert answer.status_code == 400
    assert answer.json() == {"non_field_errors": ["内容无法读取：XML 不完整或有错误（第1行第7个字符）。格式见 docs/alarms.md。"]}
    kept = AlarmSignal.objects.get()
    assert (kept.meaning, kept.text, bytes(kept.raw)) == ("unreadable", "XML 不完整或有错误（第1行第7个字符）", b"<html>")


def test_a_reason_is_kept_in_the_official_language_whatever_the_device_asks_for(client, camera, key):
    assert post(client, camera, b"hello", "text/plain", authorization=f"Device {key}", accept_language="en").status_code == 400
    assert AlarmSignal.objects.get().text == "既不是 XML、JSON，也不是 HJ 212 数据包"


def test_a_body_too_large_is_refused_with_the_limit(client, camera, key, monkeypatch):
    monkeypatch.setattr("alarms.api_intake.LARGEST", 1000)
    answer = post(client, camera, b"x" * 1001, authorization=f"Device {key}")

    assert answer.status_code == 413
    assert answer.json() == {"detail": "内容太大：每次最多 1000\xa0字节，请减少后重新发送。"}


def test_a_switched_off_device_is_told_so(client, camera, key):
    AlarmSource.objects.update(is_active=False)
    assert post(client, camera, bodies.alert(), "application/xml", authorization=f"Device {key}").status_code == 403


def test_a_picture_that_is_none_costs_the_alarm_nothing(client, camera, key):
    broken = b"\xff\xd8\xff\xe0" + b"\x00" * 50
    assert post(client, camera, bodies.usual(jpeg=broken), authorization=f"Device {key}").status_code == 200

    pictures.look_through()
    assert SignalPicture.objects.get().refused != ""
    assert pictures.look_through() == 0


# --- what it means --------------------------------------------------------------------------------------------------------------------
def test_the_end_of_an_event_is_kept_and_raises_nothing(camera):
    taken = intake.take_in(camera, message(1, meaning="over"), size=1)

    assert (taken.meaning, taken.alarm, AlarmSignal.objects.get().meaning) == ("over", None, "over")


def test_a_camera_that_names_its_events_raises_only_these(camera):
    camera.event_types = "smokeDetection fireDetection"
    assert intake.take_in(camera, message(1, event="VMD"), size=1).meaning == "other"
    assert intake.take_in(camera, message(2, event="FIREDETECTION"), size=1).meaning == "alarm"


def test_while_a_device_is_tried_out_nothing_is_raised(camera):
    camera.test_until = NOW + dt.timedelta(minutes=5)
    assert intake.take_in(camera, message(), size=1).meaning == "test"
    camera.test_until = NOW - dt.timedelta(minutes=5)
    assert intake.take_in(camera, message(2), size=1).meaning == "alarm"


# --- merging ----------------------------------------------------------------------------------------------------------------------------
def test_signals_of_one_place_and_time_are_one_alarm(district, camera):
    lon, lat = centre(district.villages[0])
    neighbour = SourceFactory(district=district, lon=lon, lat=lat + 0.003)
    far = SourceFactory(district=district, lon=lon, lat=lat + 0.008)

    first = alarm_of(camera, 1)
    assert alarm_of(neighbour, 2) == first
    assert alarm_of(far, 3) != first
    first.refresh_from_db()
    assert (first.signal_count, Alarm.objects.count()) == (2, 2)


def test_after_half_an_hour_of_quiet_it_is_another_alarm(camera):
    first = alarm_of(camera, 1)
    with clock.standing(NOW + dt.timedelta(minutes=29)):
        assert alarm_of(camera, 2) == first
    with clock.standing(NOW + dt.timedelta(minutes=58)):
        assert alarm_of(camera, 3) == first
    with clock.standing(NOW + dt.timedelta(minutes=89)):
        assert alarm_of(camera, 4) != first


def test_where_bearing_and_distance_lead_another_grid_is_found(district, camera):
    alarm = alarm_of(camera, bearing=90.0, distance_m=1500.0)

    assert alarm.grid == district.villages[1]
    assert alarm.lon > camera.lon


def test_limits_of_merging_are_those_of_the_rule(camera):
    AlarmRule.objects.filter(kind="fire").update(merge_minutes=5)
    first = alarm_of(camera, 1)
    with clock.standing(NOW + dt.timedelta(minutes=6)):
        assert alarm_of(camera, 2) != first


# --- stations -----------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def station(district):
    lon, lat = centre(district.villages[0])
    return SimpleNamespace(pk=5, code="S1", name="实验中学站", lon=lon, lat=lat, grid=district.villages[0], district_id=district.pk)


def anomaly(station, pk=1, level="yellow", words="PM2.5 小时值 120µg/m³，比其他站点均值高 45%"):
    return SimpleNamespace(pk=pk, station=station, pollutant="pm25", rule="R1", level=level, hour=NOW, words=words, district_id=station.district_id)


def test_an_anomaly_sends_the_squad_with_the_warning_not_to_touch_the_station(station, member):
    alarm = intake.from_anomaly(anomaly(station))

    assert (alarm.kind, alarm.state, alarm.source.name) == ("station", "dispatched", "实验中学站")
    clocks = {row.name: (row.due_at - NOW).total_seconds() / 60 for row in alarm.clocks.all()}
    assert clocks == {"accept": 10, "arrive": 30, "control": 60, "report": 1440}
    assert "严禁喷淋" in Notice.objects.filter(recipient=member, channel="sms").get().body


def test_the_same_anomaly_again_and_a_worse_one_are_one_alarm(station, member):
    first = intake.from_anomaly(anomaly(station))
    assert intake.from_anomaly(anomaly(station)) == first
    assert intake.from_anomaly(anomaly(station, pk=2, level="red")) == first

    first.refresh_from_db()
    assert (first.signal_count, first.level) == (2, "red")
    assert [step.action for step in first.steps.all()] == ["raise", "judge_unclear", "dispatch", "rise"]


def test_info_raises_nothing_and_a_fault_goes_to_the_operator_only(station, member, operator):
    assert intake.from_anomaly(anomaly(station, level="info")) is None
    alarm = intake.from_anomaly(anomaly(station, pk=3, level="fault", words="PM2.5 缺测 2 小时"))

    with clock.standing(NOW + dt.timedelta(hours=3)):
        scan.scan()
    alarm.refresh_from_db()
    assert (alarm.kind, alarm.state, alarm.calls.count()) == ("fault", "raised", 0)
    assert {notice.recipient for notice in Notice.objects.all()} == {operator}
    assert not Alarm.objects.visible_to(member).exists()


# --- people -----------------------------------------------------------------------------------------------------------------------------
def test_a_call_taken_down_twice_is_one_report(district, operator):
    said = {"key": uuid.uuid4(), "text": "村东头有烟", "address": "村东头", "lon": None, "lat": None, "caller": "某人", "caller_phone": "19900000001"}
    first = intake.report_smoke(district, said, by=operator)

    assert intake.report_smoke(district, said, by=operator) == first
    assert (first.kind, first.caller, Alarm.objects.count(), AlarmSignal.objects.count()) == ("fire", "某人", 1, 1)


def test_the_list_for_programs_shows_ones_own_and_never_who_called(client, district, operator, camera, member):
    alarm_of(camera)
    Alarm.objects.update(caller="某人")
    client.force_login(member)
    found = client.get(reverse("api-alarms")).json()["results"]

    assert [(row["number"], row["source"]) for row in found] == [("BJ2026-000001", camera.slug)]
    assert "某人" not in str(found)


def test_the_stations_own_roster_comes_first(district, member):
    from airquality.models import DutyTurn, StationPlan
    from grids.models import Organisation
    from tests.factories.accounts import UserFactory
    from tests.factories.airquality import StationFactory

    squad = Organisation.objects.create(district=district, kind="squad", name="站点专班", short_name="专班")
    guard, deputy = UserFactory(dept_handler=squad), UserFactory(dept_handler=squad)
    station = StationFactory(district=district, buffer_m=80)
    StationPlan.objects.create(district=district, station=station, squad=squad)
    DutyTurn.objects.create(station=station, day=clock.today(), shift="day", person=guard, deputy=deputy)
    alarm = intake.from_anomaly(anomaly(station))
    with clock.standing(NOW + dt.timedelta(minutes=4)):
        scan.scan()

    assert [sorted({call.person.pk for call in row.calls.all()}) for row in alarm.dispatches.all()] == [[guard.pk], [deputy.pk]]
    assert "周边80米内严禁" in Notice.objects.filter(recipient=guard, channel="voice").get().body
