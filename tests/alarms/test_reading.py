"""What devices send is read as they send it: frames, name spaces, code pages, heartbeats; and what is none is refused with a reason."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alarms import reading
from alarms.reading import ALIVE, READINGS, Unreadable, hj212
from alarms.words import Meaning
from tests.alarms import bodies
from tests.alarms.bodies import JPEG, alert, multipart, usual

UTC = dt.UTC
XML_PART = 'Content-Disposition: form-data; name="MoveDetection.xml"|Content-Type: text/xml'


def read(body: bytes, content_type: str = "multipart/form-data; boundary=boundary"):
    return reading.read(body, content_type)


def test_xml_and_picture_of_a_camera_are_read_byte_by_byte():
    found = read(usual())

    assert (found.meaning, found.event, found.channel, found.text) == (Meaning.ALARM, "fireDetection", "1", "Cam 1")
    assert found.occurred_at == dt.datetime(2026, 11, 27, 2, 15, 3, tzinfo=UTC)
    assert found.pictures == (JPEG,)
    assert found.raw == alert(more=bodies.REGION)
    assert found.facts["detectionTarget"] == "fire"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (usual(boundary="---------------------------7e13971310878"), "multipart/form-data; boundary=---------------------------7e13971310878"),
        (usual(), 'multipart/form-data; boundary="boundary"'),
        (usual(), "multipart/form-data;boundary=boundary; charset=utf-8"),
        (usual(boundary="<frontier>"), "multipart/form-data; boundary=other"),
        (usual(), "multipart/form-data"),
        (usual(), "text/plain"),
        (usual(), ""),
        (usual(newline=b"\n"), "multipart/form-data; boundary=boundary"),
        (usual(closed=False), "multipart/form-data; boundary=boundary"),
        (b"\r\n" + usual(), "multipart/form-data; boundary=boundary"),
        (multipart((XML_PART, alert(more=bodies.REGION)), ("Content-Type: image/jpeg", JPEG)), "multipart/form-data; boundary=boundary"),
        (multipart(("", alert(more=bodies.REGION)), ("", JPEG)), "multipart/form-data; boundary=boundary"),
        (multipart(("Content-Type: image/jpeg", JPEG), (XML_PART, alert(more=bodies.REGION))), "multipart/form-data; boundary=boundary"),
    ],
)
def test_whatever_the_frame_the_same_is_said_and_shown(body, content_type):
    found = read(body, content_type)

    assert (found.event, found.pictures) == ("fireDetection", (JPEG,))


def test_another_frame_round_the_same_words_is_the_same_message():
    assert (
        read(usual(boundary="one"), "multipart/form-data; boundary=one").digest
        == read(usual(boundary="two"), "multipart/form-data; boundary=two").digest
    )
    assert read(usual()).digest != read(usual(jpeg=JPEG + b"\x00")).digest


@pytest.mark.parametrize(
    ("xml", "event"),
    [
        (alert(head='<?xml version="1.0" encoding="UTF-8" ?>\r\n'), "fireDetection"),
        (alert(space='xmlns="http://www.hikvision.com/ver10/XMLSchema"', version="1.0"), "fireDetection"),
        (alert(space='xmlns="http://www.isapi.org/ver20/XMLSchema"'), "fireDetection"),
        (alert("IO"), "IO"),
        (bodies.PSIA, "fielddetection"),
        (bodies.BARE, "VMD"),
        (bodies.DURATION, "duration"),
        (b"\xef\xbb\xbf" + alert(), "fireDetection"),
        (alert() + b"\r\n\x00\x00", "fireDetection"),
    ],
)
def test_xml_of_every_name_space_is_an_alarm_with_or_without_a_frame(xml, event):
    for body, content_type in (
        (xml, "application/xml"),
        (xml, "text/xml; charset=UTF-8"),
        (multipart((XML_PART, xml)), "multipart/form-data; boundary=boundary"),
    ):
        found = read(body, content_type)
        assert (found.meaning, found.event) == (Meaning.ALARM, event)


def test_chinese_code_pages_are_read():
    xml = alert(name="东塔").decode().encode("gb2312")

    assert read(b'<?xml version="1.0" encoding="GB2312"?>' + xml, "application/xml").text == "东塔"


def test_json_of_newer_devices_is_read_with_what_lies_deeper():
    found = read(bodies.JSON, "application/json")

    assert (found.meaning, found.text, found.bearing, found.distance_m) == (Meaning.ALARM, "东塔", 157.5, 1020)
    assert found.facts["temperature"] == "312.4"


@pytest.mark.parametrize("event", ["videoloss", "heartBeat", "HEARTBEAT"])
def test_a_heartbeat_is_a_sign_of_life(event):
    assert read(alert(event, "inactive", count=0), "application/xml").meaning == ALIVE


def test_a_camera_that_has_lost_its_picture_tells_about_itself():
    assert read(alert("videoloss", "active"), "application/xml").meaning == Meaning.OTHER


def test_the_end_of_an_event_and_the_devices_own_troubles_are_no_alarm():
    assert read(alert(state="inactive"), "application/xml").meaning == Meaning.OVER
    assert read(alert("diskfull"), "application/xml").meaning == Meaning.OTHER


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-11-19T16:53:28+01:00", dt.datetime(2026, 11, 19, 15, 53, 28, tzinfo=UTC)),
        ("2026-11-27T10:15:03", dt.datetime(2026, 11, 27, 2, 15, 3, tzinfo=UTC)),
        ("2026-11-27T02:15:03Z", dt.datetime(2026, 11, 27, 2, 15, 3, tzinfo=UTC)),
        ("20261127101503", dt.datetime(2026, 11, 27, 2, 15, 3, tzinfo=UTC)),
        ("20261127101503123", dt.datetime(2026, 11, 27, 2, 15, 3, tzinfo=UTC)),
        ("20261127", dt.datetime(2026, 11, 26, 16, tzinfo=UTC)),
        ("1970-01-01T08:00:00+08:00", None),
        ("99999999999999", None),
        ("tomorrow", None),
    ],
)
def test_the_devices_time_has_its_zone_or_beijings(said, moment):
    assert read(alert(at=said), "application/xml").occurred_at == moment


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \r\n",
        b"hello",
        b"<EventNotificationAlert>",
        b"<a/>",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><EventNotificationAlert><eventType>&b;</eventType></EventNotificationAlert>',
        b"<EventNotificationAlert><channelID>1</channelID></EventNotificationAlert>",
        b"{",
        b"[]",
        b'{"a": 1}',
        b'{"event": ""}',
        b'{"event": "smoke", "pictures": ["%%%"]}',
        b'{"readings": []}',
        b'{"readings": [{"at": "now", "pm10": 1}]}',
        b'{"readings": [{"at": "2026-11-27T10:00:00+08:00"}]}',
        b"[" * 100_000,
        multipart(("Content-Type: image/jpeg", JPEG)),
        b"--boundary\r\n\r\n" * 60,
        b"##0012QN=1;CP=&&0000\r\n",
    ],
)
def test_what_says_nothing_is_refused_with_a_reason(body):
    with pytest.raises(Unreadable) as refused:
        read(body)
    assert str(refused.value)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(noise):
    for body in (noise, b"--boundary\r\n" + noise, b"<" + noise, b"{" + noise, usual()[: len(noise)] + noise, b"##" + noise):
        try:
            read(body)
        except Unreadable:
            continue


def test_the_documented_json_is_an_event_with_place_and_pictures():
    import base64

    content = {"event": "smoke", "occurred_at": "2026-11-27T10:15:03+08:00", "lon": 114.05, "lat": 34.01, "bearing": 90, "distance_m": 800, "text": "有烟",
               "confidence": 0.93, "pictures": [base64.b64encode(JPEG).decode()]}  # fmt: skip
    found = read(json.dumps(content).encode(), "application/json")

    assert (found.lon, found.lat, found.bearing, found.distance_m, found.text, found.pictures) == (114.05, 34.01, 90, 800, "有烟", (JPEG,))
    assert found.facts == {"confidence": "0.93"}


def test_figures_beyond_reason_are_left_out():
    found = read(b'{"event": "smoke", "lon": 999, "lat": "nan", "bearing": -4}', "application/json")

    assert (found.lon, found.lat, found.bearing) == (None, None, None)


def test_a_packet_of_the_standard_is_checked_and_read():
    data = (
        "QN=20261127101500000;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20261127101500;"
        "a34002-Rtd=96.2,a34002-Flag=N;a34004-Rtd=41,a34004-Flag=N;a34001-Rtd=210.5,a34001-Flag=N;a01001-Rtd=8.1,a01001-Flag=N;"
        "a01002-Rtd=55,a01002-Flag=D&&"
    )
    packet = f"##{len(data):04d}{data}{hj212.crc(data.encode()):04X}\r\n".encode()
    found = read(packet, "text/plain")

    assert found.meaning == READINGS
    assert found.readings[0].values == {"pm10": 96.2, "pm25": 41.0, "tsp": 210.5, "temperature": 8.1}
    assert found.readings[0].at == dt.datetime(2026, 11, 27, 2, 15, tzinfo=UTC)
    with pytest.raises(Unreadable, match="校验码"):
        read(packet.replace(b"96.2", b"96.3"), "text/plain")


@pytest.mark.parametrize(("command", "minutes"), [("2011", None), ("2051", None), ("2061", 60)])
def test_a_packet_of_an_hour_says_that_its_values_are_means_of_it(command, minutes):
    data = f"QN=20261127110500000;CN={command};MN=1;CP=&&DataTime=20261127100000;a34002-Avg=96.2,a34002-Flag=N&&"
    found = read(f"##{len(data):04d}{data}{hj212.crc(data.encode()):04X}\r\n".encode(), "text/plain")

    assert [(each.minutes, each.values) for each in found.readings] == [(minutes, {"pm10": 96.2})]


def test_a_reading_may_say_of_how_many_minutes_it_is_the_mean():
    rows = [{"at": "2026-11-27T10:00:00+08:00", "tsp": 1, "minutes": said} for said in (60, None, 0, "x")]
    found = read(json.dumps({"readings": rows}).encode(), "application/json")

    assert [each.minutes for each in found.readings] == [60, None, None, None]


def test_the_checksum_is_that_of_the_standards_own_example():
    assert hj212.crc(b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&") == 0x1C80
