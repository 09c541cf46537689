"""What the office keeps: stations, rules, targets, excluded days, keys, files. Wrong input is told with field, reason and remedy, and stays in the form."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import devices
from accounts.models import Device
from airquality.boards.aims import aims
from airquality.models import AirTarget, CompositeIndexRule, ExcludedDay, Reading, Station
from airquality.services import exclusions, rules
from common import clock
from tests.airquality.conftest import DAY
from tests.factories.accounts import UserFactory
from tests.factories.airquality import DailyValueFactory
from tests.factories.grids import centre

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with clock.standing(clock.at(DAY, dt.time(12))):
        yield


@pytest.fixture
def as_office(client, office):
    client.force_login(office)
    return client


def errors(answer) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in answer.context["form"].errors.items()}


# --- stations ---------------------------------------------------------------------------------------------------------------------------
def station_data(district, **changes):
    lon, lat = centre(district.villages[1])
    data = {"code": "M07", "name": "学校微型站", "level": "micro", "position": 3, "is_active": "on", "buffer_m": 60, "lon": lon, "lat": lat}
    return data | changes


def test_a_station_is_entered_and_its_grid_follows_its_point(as_office, district):
    answer = as_office.post(reverse("airquality:new_station"), station_data(district, not_measured=["so2", "co"], calibrated_on="2026-11-01"))
    assert answer.status_code == 302
    made = Station.objects.get(code="M07")
    assert (made.grid, made.buffer_m, made.not_measured, made.calibrated_on) == (district.villages[1], 60, ["so2", "co"], dt.date(2026, 11, 1))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"code": "1001A"}, "code", "本区县已有编码为“1001A”的站点"),
        ({"lon": "214"}, "lon", "应在 -180 到 180 之间。"),
        ({"lat": "x"}, "lat", ""),
        ({"buffer_m": "99999"}, "buffer_m", "应在 0 到 2000 之间。"),
        ({"calibrated_on": "2026-12-24"}, "calibrated_on", "校准日期不能晚于今天。"),
        ({"level": "private"}, "level", ""),
        ({"name": ""}, "name", ""),
    ],
)
def test_a_wrong_station_is_told_where_and_why_and_nothing_typed_is_lost(as_office, district, station, changes, field, words):
    answer = as_office.post(reverse("airquality:new_station"), station_data(district, **changes))
    assert answer.status_code == 422
    assert list(errors(answer)) == [field]
    assert words in errors(answer)[field][0]
    assert 'value="60"' in answer.content.decode() or field == "buffer_m"


def test_of_two_people_at_one_station_the_second_is_told(as_office, client, district, station):
    address = reverse("airquality:edit_station", args=[station.pk])
    seen = as_office.get(address).context["form"]["seen"].value()
    changed = station_data(district, code=station.code, seen=seen)
    assert as_office.post(address, changed | {"name": "先改的"}).status_code == 302

    answer = as_office.post(address, changed | {"name": "后改的"})

    assert answer.status_code == 422
    assert "内容已被别人修改" in answer.content.decode() and "后改的" in answer.content.decode()
    station.refresh_from_db()
    assert station.name == "先改的"


# --- rules ------------------------------------------------------------------------------------------------------------------------------
def rule_data(**changes):
    limits = {"limit_so2": 60, "limit_no2": 40, "limit_co": 4, "limit_o3": 160, "limit_pm10": 60, "limit_pm25": 30}
    weights = {f"weight_{name}": 1 for name in ("so2", "no2", "co", "o3", "pm10", "pm25")}
    head = {
        "name": "2026年过渡期限值",
        "effective_from": "2026-03-01",
        "decimals": 3,
        "rounding": "half_up",
        "percentile_co": 95,
        "percentile_o3": 90,
    }
    return head | limits | weights | changes


def test_a_rule_is_entered(as_office, district):
    assert as_office.post(reverse("airquality:new_rule"), rule_data(weight_pm25="3")).status_code == 302
    made = CompositeIndexRule.objects.get(district=district)
    assert (made.limits["pm25"], made.weights["pm25"], made.decimals, made.rounds_singles) == ("30", "3", 3, False)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"limit_pm25": "0"}, "limit_pm25", "应大于0。"),
        ({"limit_co": ""}, "limit_co", ""),
        ({"weight_o3": "-1"}, "weight_o3", "应在 0 到 100 之间。"),
        ({"decimals": "9"}, "decimals", "应在 0 到 4 之间。"),
        ({"effective_from": "2013-01-01"}, "effective_from", "已有从这一天起适用的规则"),
    ],
)
def test_a_wrong_rule_is_told_where_and_why(as_office, district, changes, field, words):
    rules.load(district)
    answer = as_office.post(reverse("airquality:new_rule"), rule_data(**changes))
    assert answer.status_code == 422
    assert words in errors(answer)[field][0]
    assert "2026年过渡期限值" in answer.content.decode()
    assert CompositeIndexRule.objects.count() == 1


# --- targets ----------------------------------------------------------------------------------------------------------------------------
def target_data(district, **changes):
    return {
        "grid": district.town_a.pk,
        "year": 2026,
        "pm25": "40",
        "good_days": "260",
        "basis": "示例文件1号",
        "m11_pm25": "55",
        "m11_good_days": "20",
    } | changes


def test_a_target_is_given_with_its_months_and_shown_with_what_is_left(as_office, district, station):
    DailyValueFactory(station=station, day=dt.date(2026, 1, 1), pm25=Decimal(60), aqi=83, level=2, primary=["pm25"])
    DailyValueFactory(station=station, day=dt.date(2026, 11, 19), pm25=Decimal(40))
    assert as_office.post(reverse("airquality:new_target"), target_data(district)).status_code == 302
    made = AirTarget.objects.get()
    assert (made.grid, made.months) == (district.town_a, {"11": {"pm25": "55", "good_days": "20"}})

    aim = as_office.get(reverse("airquality:targets")).context["found"][0]

    told = [(item.label, str(item.wanted), str(item.done), item.left, item.state) for item in aim.items]
    assert told == [
        ("PM₂.₅", "40", "50", "剩余42天均值不超过39.5", "behind"),
        ("优良天数", "260", "2", "还需258天，只剩42天", "lost"),
    ]
    assert [(item.label, item.left, item.state) for item in aim.months] == [
        ("PM₂.₅", "剩余11天均值不超过56.4", "on_way"),
        ("优良天数", "还需19天，只剩11天", "lost"),
    ]


def test_of_a_month_every_measure_that_a_scheme_marks_by_is_given_and_comes_back_in_the_form(as_office, district):
    given = {"m11_composite": "4.25", "m11_two_factor": "1.46", "m11_good_ratio": "66.7", "m11_pm10": "80.5"}
    assert as_office.post(reverse("airquality:new_target"), target_data(district, **given)).status_code == 302
    made = AirTarget.objects.get()
    assert made.months["11"] == {
        "pm25": "55", "pm10": "80.5", "composite": "4.25", "two_factor": "1.46", "good_days": "20", "good_ratio": "66.7",
    }  # fmt: skip
    page = as_office.get(reverse("airquality:edit_target", args=[made.pk])).content.decode()
    for name, value in given.items():
        assert re.search(rf'name="{name}"[^>]*value="{value}"|value="{value}"[^>]*name="{name}"', page), name


@pytest.mark.parametrize(
    ("values", "wanted", "told"),
    [
        # the year is over: what is read decides
        (["35.04"] * 365, "35", ("35", "35", "时段已结束", "on_way")),
        (["35.6"] * 365, "35", ("35", "36", "时段已结束", "lost")),
        (["34.5"] * 365, "34", ("34", "34", "时段已结束", "on_way")),
        # a target in tenths is assessed in tenths
        (["39.54"] * 365, "39.5", ("39.5", "39.5", "时段已结束", "on_way")),
        (["39.56"] * 365, "39.5", ("39.5", "39.6", "时段已结束", "lost")),
        # two days are left
        (["35.3"] * 363, "35", ("35", "35", "修约后仍可达到目标", "on_way")),
        (["35.6"] * 363, "35", ("35", "36", "修约后仍可达到目标", "behind")),
        (["36"] * 363, "35", ("35", "36", "剩余2天即使为零也超出目标", "lost")),
    ],
)
def test_a_mean_is_compared_as_it_is_shown(district, station, values, wanted, told):
    first = dt.date(2025, 1, 1)
    for n, value in enumerate(values):
        DailyValueFactory(station=station, day=first + dt.timedelta(days=n), pm25=Decimal(value))
    target = AirTarget.objects.create(district=district, grid=district, year=2025, pm25=Decimal(wanted))

    (found,) = aims([target], today=first + dt.timedelta(days=len(values)))

    assert [(str(item.wanted), str(item.done), item.left, item.state) for item in found.items] == [told]


def test_on_the_first_of_a_month_the_month_that_has_ended_is_told_by_its_name(as_office, district, station):
    as_office.post(reverse("airquality:new_target"), target_data(district))
    with clock.standing(clock.at(dt.date(2026, 12, 1), dt.time(9))):
        page = as_office.get(reverse("airquality:targets")).content.decode()
    assert '<th scope="row">2026年11月 PM₂.₅' in page
    assert '<th scope="row">本月' not in page


def test_who_has_no_target_is_named(as_office, district, station):
    as_office.post(reverse("airquality:new_target"), target_data(district))
    assert [town.name for town in as_office.get(reverse("airquality:targets")).context["without"]] == ["乙镇"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"pm25": "-1"}, "pm25", "应在 0 到 1000 之间。"),
        ({"good_days": "400"}, "good_days", "应在 0 到 366 之间。"),
        ({"m11_good_days": "40"}, "m11_good_days", "应在 0 到 31 之间。"),
        ({"grid": ""}, "grid", ""),
        ({"pm25": "", "good_days": ""}, "__all__", "至少填写一项目标。"),
    ],
)
def test_a_wrong_target_is_told_where_and_why(as_office, district, changes, field, words):
    answer = as_office.post(reverse("airquality:new_target"), target_data(district, **changes))
    assert answer.status_code == 422
    assert words in errors(answer)[field][0]
    assert "示例文件1号" in answer.content.decode()


def test_a_second_target_of_one_year_is_refused(as_office, district):
    as_office.post(reverse("airquality:new_target"), target_data(district))
    answer = as_office.post(reverse("airquality:new_target"), target_data(district))
    assert errors(answer)["grid"] == ["甲街道已有2026年的目标，请修改那一条。"]


def test_a_target_is_removed_once(as_office, district):
    as_office.post(reverse("airquality:new_target"), target_data(district))
    address = reverse("airquality:remove_target", args=[AirTarget.objects.get().pk])
    assert [as_office.post(address).status_code for _turn in range(2)] == [302, 404]


# --- days that do not count -------------------------------------------------------------------------------------------------------------
def test_a_station_excluded_again_replaces_what_was_said(as_office, district, station):
    data = {"day": "2026-11-09", "station": station.pk, "reason": "sand_dust", "approval": "剔除通知2号"}
    again = data | {"approval": "剔除通知3号"}
    assert [as_office.post(reverse("airquality:excluded"), each).status_code for each in (data, again)] == [302, 302]
    assert ExcludedDay.objects.get().approval == "剔除通知3号"


def test_a_day_is_excluded_and_counts_again(as_office, district, station):
    value = DailyValueFactory(station=station, day=dt.date(2026, 11, 9))
    data = {"day": "2026-11-09", "station": "", "reason": "sand_dust", "approval": "剔除通知2号"}
    assert [as_office.post(reverse("airquality:excluded"), data).status_code for _turn in range(2)] == [302, 302]
    value.refresh_from_db()
    assert (value.excluded_reason, ExcludedDay.objects.count()) == ("sand_dust", 1)

    address = reverse("airquality:restore_day", args=[ExcludedDay.objects.get().pk])
    assert [as_office.post(address).status_code for _turn in range(2)] == [302, 404]
    value.refresh_from_db()
    assert value.excluded_reason == ""


def test_lifting_one_of_two_exclusions_says_that_the_other_stands(as_office, district, office, station):
    rows = [exclusions.exclude(district, DAY, reason="sand_dust", approval="批复", by=office, station=each) for each in (None, station)]
    said = [as_office.post(reverse("airquality:restore_day", args=[row.pk]), follow=True).content.decode() for row in rows]
    assert ["另有剔除记录" in page for page in said] == [True, False]
    assert "这一天重新参与评价。" in said[1]


def test_a_day_is_excluded_only_with_an_approval_and_not_ahead(as_office, station):
    answer = as_office.post(reverse("airquality:excluded"), {"day": "2026-12-24", "reason": "sand_dust", "approval": " "})
    assert answer.status_code == 422
    assert set(errors(answer)) == {"day", "approval"}
    assert "日期在将来，不能剔除" in errors(answer)["day"][0]


# --- keys -------------------------------------------------------------------------------------------------------------------------------
def test_a_key_is_shown_once_and_works_until_it_is_ended(as_office, district):
    answer = as_office.post(reverse("airquality:devices"), {"name": "市站数据平台"})
    key, device = answer.context["key"], Device.objects.get()
    assert key in answer.content.decode() and "no-store" in answer["Cache-Control"]
    assert devices.find(key) == device
    assert key not in as_office.get(reverse("airquality:devices")).content.decode()

    other = as_office.post(reverse("airquality:renew_device", args=[device.pk])).context["key"]
    assert (devices.find(key), devices.find(other)) == (None, device)

    as_office.post(reverse("airquality:revoke_device", args=[device.pk]))
    assert devices.find(other) is None


def test_two_devices_in_use_are_not_called_the_same(as_office, district):
    as_office.post(reverse("airquality:devices"), {"name": "市站数据平台"})
    answer = as_office.post(reverse("airquality:devices"), {"name": "市站数据平台"})
    assert answer.status_code == 422
    assert "已有同名的在用设备" in errors(answer)["name"][0]
    assert Device.objects.count() == 1


def test_keys_of_another_district_are_out_of_sight(as_office, district):
    other, _key = devices.issue(district.pk + 1, "别处", by=None)
    assert as_office.post(reverse("airquality:revoke_device", args=[other.pk])).status_code == 404
    assert "别处" not in as_office.get(reverse("airquality:devices")).content.decode()


# --- files ------------------------------------------------------------------------------------------------------------------------------
FEED = """station,hour,so2,no2,co,o3,pm10,pm25
1001A,2026-11-20T07:00:00,9,20,0.5,60,40,20
1001A,2026-11-20T08:00:00,9,20,0.5,60,40,x
9999A,2026-11-20T08:00:00,9,20,0.5,60,40,1
"""


def upload(client, content=FEED, **more):
    file = SimpleUploadedFile("feed.csv", content.encode() if isinstance(content, str) else content)
    return client.post(reverse("airquality:import_readings"), {"file": file, "status": "reviewed"} | more)


def test_a_file_is_looked_at_first_and_then_taken_once(as_office, station):
    looked = upload(as_office)
    assert (looked.context["result"].outcome.new, looked.context["all_refused"], Reading.objects.count()) == (1, 1, 0)
    assert "9999A" in looked.content.decode()
    refusal = looked.context["refused"][0]
    assert (refusal.index, refusal.field) == (3, "pm25") and refusal.reason and refusal.remedy

    take = {"token": looked.context["token"], "name": "feed.csv", "status": "reviewed", "action": "import"}
    taken = as_office.post(reverse("airquality:import_readings"), take)

    assert taken.status_code == 200
    assert (Reading.objects.get().status, Reading.objects.get().station) == ("reviewed", station)
    again = as_office.post(reverse("airquality:import_readings"), take, follow=True)
    assert "上传的文件已过期" in again.content.decode()
    assert upload(as_office).context["result"].outcome.unchanged == 1


def test_a_file_with_a_place_that_is_none_is_told_at_the_field(as_office, district):
    answer = upload(as_office, "station,hour,name,lon,lat,pm25\n9A,2026-11-20T07:00:00,站,500,1,5\n")
    assert answer.status_code == 422
    assert "坐标不正确" in errors(answer)["file"][0]


def test_given_up_nothing_is_taken(as_office, station):
    token = upload(as_office).context["token"]
    assert as_office.post(reverse("airquality:import_readings"), {"token": token, "action": "discard"}).status_code == 302
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "文件是空的"), ("a,b\n1,2\n", "没有找到表头"), (b"\xff\xfe\x00\x81", "文件编码无法识别"), ("[1, 2", "不是有效的 JSON")],
)
def test_a_file_that_cannot_be_read_is_told_why(as_office, station, content, words):
    answer = upload(as_office, content)
    assert answer.status_code == 422
    assert words in errors(answer)["file"][0]


def test_the_upload_of_another_person_is_not_taken(as_office, client, district, station):
    token = upload(as_office).context["token"]
    client.force_login(UserFactory(office_director=district))
    answer = client.post(reverse("airquality:import_readings"), {"token": token, "action": "import"}, follow=True)
    assert "上传的文件已过期" in answer.content.decode()
    assert not Reading.objects.exists()
