"""The interface: machines send with a key of their own, people and programs ask for what they may see."""

import pytest
from rest_framework.test import APIClient

from accounts import devices
from accounts.models import DeviceUse
from airquality.models import Reading
from tests.airquality.conftest import GOOD
from tests.factories.accounts import UserFactory
from tests.factories.airquality import ReadingFactory, StationFactory
from tests.factories.grids import DistrictFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/readings/"
ROW = {"station": "1001A", "hour": "2026-11-20T07:00:00+08:00", **GOOD}


@pytest.fixture
def send(district, office):
    _device, key = devices.issue(district.pk, "子站平台", by=office)

    def post(data, **headers):
        return APIClient().post(URL, data, headers={"Authorization": f"Device {key}"} | headers)

    return post


@pytest.fixture
def ask(office):
    def get(query, person=office):
        client = APIClient()
        client.force_authenticate(person)
        return client.get(f"{URL}?{query}")

    return get


def test_a_batch_is_taken_and_answered_row_by_row(send, station):
    answer = send({"readings": [ROW, ROW | {"hour": "x"}]})
    assert answer.status_code == 200
    assert answer.json() == {
        "new": 1,
        "unchanged": 0,
        "corrected": 0,
        "refused": [{"index": 1, "field": "hour", "reason": "时间无法识别。", "remedy": "写成 2026-11-27T07:00:00+08:00；不带时区的按北京时间。"}],
    }
    assert send([ROW]).json() == {"new": 0, "unchanged": 1, "corrected": 0, "refused": []}
    assert send({"status": "reviewed", "readings": [ROW]}).json()["new"] == 1


def test_when_nothing_can_be_taken_the_answer_is_400(send, station):
    answer = send({"readings": [ROW | {"station": "9999X"}]})
    assert (answer.status_code, answer.json()["refused"][0]["field"]) == (400, "station")


@pytest.mark.parametrize("data", [{}, [], {"readings": []}, {"readings": {}}, {"readings": [ROW] * 5001}, {"readings": [ROW], "status": "x"}])
def test_what_is_no_batch_is_refused(send, station, data):
    assert send(data).status_code == 400
    assert not Reading.objects.exists()


def test_only_a_machine_with_a_key_may_send(district, office, station, send):
    assert send({"readings": [ROW]}, Authorization="Device wrong").status_code == 401
    client = APIClient()
    client.force_login(office)
    assert client.post(URL, {"readings": [ROW]}).status_code == 401
    assert not Reading.objects.exists()


def test_the_key_of_a_camera_opens_no_door_for_figures(district, office, station, send):
    _camera, key = devices.issue(district.pk, "东村高点", by=office, use=DeviceUse.ALARM)
    answer = send({"status": "reviewed", "readings": [ROW]}, Authorization=f"Device {key}")
    assert (answer.status_code, "报警来源" in answer.json()["detail"]) == (403, True)
    assert not Reading.objects.exists()


def test_a_machine_sends_for_its_own_district_only(send, station):
    StationFactory(code="2001A")
    assert send({"readings": [ROW | {"station": "2001A"}]}).json()["refused"][0]["index"] == 0


def test_an_hour_is_answered_with_its_indexes(ask, station):
    ReadingFactory(station=station, hour="2026-11-20T07:00:00+08:00", pm25=116, co=None)
    answer = ask("station=1001A&start=2026-11-20T07:00:00%2B08:00&end=2026-11-20T07:00:00+08:00")
    assert answer.json() == {
        "station": "1001A",
        "name": "东村站",
        "results": [
            {
                "hour": "2026-11-20T07:00:00+08:00",
                "status": "real_time",
                "concentrations": {"so2": 9.0, "no2": 20.0, "co": None, "o3": 60.0, "pm10": 40.0, "pm25": 116.0},
                "sub_indexes": {"so2": 3, "no2": 10, "o3": 19, "pm10": 40, "pm25": 152},
                "aqi": 152,
                "level": 4,
                "primary": ["pm25"],
                "edition": "2026",
                "is_withheld": False,
            }
        ],
    }


def test_a_day_is_its_24_hours_and_reviewed_values_come_first(ask, station, write_day):
    write_day(station, pm25=30)
    write_day(station, pm25=[28] * 12 + [None] * 12, status="reviewed")
    Reading.objects.filter(status="reviewed", pm25=None).delete()
    hours = ask("station=1001A&start=2026-11-20&end=2026-11-20").json()["results"]
    assert [hour["hour"][11:13] for hour in hours] == [f"{n:02d}" for n in (*range(1, 24), 0)]
    assert [hour["concentrations"]["pm25"] for hour in hours] == [28.0] * 12 + [30.0] * 12
    counts = {status: len(ask(f"station=1001A&start=2026-11-20&end=2026-11-20&status={status}").json()["results"]) for status in ("all", "reviewed")}
    assert counts == {"all": 36, "reviewed": 12}


def test_the_edition_is_that_of_the_day_of_observation(ask, station):
    for hour in ("2026-03-01T00:00:00+08:00", "2026-03-01T01:00:00+08:00"):
        ReadingFactory(station=station, hour=hour, pm25=75)
    hours = ask("station=1001A&start=2026-02-28&end=2026-03-01").json()["results"]
    assert [(hour["hour"], hour["edition"], hour["aqi"]) for hour in hours] == [
        ("2026-03-01T00:00:00+08:00", "2012", 100),
        ("2026-03-01T01:00:00+08:00", "2026", 114),
    ]


def test_by_the_text_of_2012_the_running_means_count(ask, station, write_day, settings):
    import datetime as dt

    write_day(station, dt.date(2018, 2, 20), pm25=[10] * 23 + [370], o3=170, so2=[9] * 23 + [900])
    query = "station=1001A&start=2018-02-21T00:00:00&end=2018-02-21T00:00:00"
    published = ask(query).json()["results"][0]
    assert (published["aqi"], published["primary"], published["sub_indexes"]["so2"]) == (414, ["pm25"], 46)
    settings.AIR_HOURLY_2012 = "text"
    by_text = ask(query).json()["results"][0]
    assert (by_text["aqi"], by_text["primary"], by_text["sub_indexes"]["pm25_24h"]) == (110, ["o3"], 36)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "station"), ("station=1001A&start=x", "start"), ("station=1001A&end=2026-13-01", "end"), ("station=1001A&status=x", "status"),
        ("station=1001A&start=2026-11-21&end=2026-11-20", "start"), ("station=1001A&start=2025-01-01&end=2026-01-01", "start"),
        ("station=1001A%00", "station"), ("station=1001A&end=0001-01-01", "start"), ("station=1001A&start=9999-12-31", "start"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_answered_with_the_field(ask, station, query, field):
    answer = ask(query)
    if answer.status_code == 200:
        assert answer.json()["results"] == []
    else:
        assert (answer.status_code, list(answer.json())) == (400, [field])


def test_everybody_of_the_district_sees_its_air_and_nobody_else(ask, district, other, town):
    member, stranger = UserFactory(member=district.villages[0]), UserFactory(office_staff=DistrictFactory())
    assert [ask("station=1002A", person).status_code for person in (town, member, stranger)] == [200, 200, 404]


def test_where_two_districts_have_the_code_the_district_is_asked_for(ask, district, station):
    elsewhere = StationFactory(code="1001A")
    both = UserFactory(office_staff=district)
    from grids.models import Membership, Organisation

    Membership.objects.create(
        user=both, organisation=Organisation.objects.get(district=elsewhere.district, kind="office"), role="office_staff", starts_on="2020-01-01"
    )
    assert list(ask("station=1001A", both).json()) == ["district"]
    assert ask(f"station=1001A&district={district.code}", both).json()["name"] == "东村站"


def test_the_number_of_queries_does_not_grow_with_the_hours(ask, station, write_day, django_assert_max_num_queries):
    write_day(station)
    with django_assert_max_num_queries(10):
        ask("station=1001A&start=2026-11-20&end=2026-11-20")
