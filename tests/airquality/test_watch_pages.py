"""The pages of watching: lists with filters in the address, an anomaly that explains itself, forms that lose nothing, exports, jobs."""

import csv
import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from airquality.hours import HOUR
from airquality.models import Anomaly, AnomalyRule, DustSpell, DutyTurn, NearVisit, OwnSource, StandingMeasure, StationPlan, WatchSettings
from airquality.watch import duty, exports, keeping, plans, scan
from airquality.watch.forms import field_name
from sheets import services as sheets
from sheets.models import Job
from tests.airquality.test_watch_plans import PDF
from tests.airquality.test_watch_rules import HOUR_10, NOW, air, only, stations
from tests.factories.accounts import UserFactory
from tests.factories.districts import made_district
from tests.factories.grids import OrganisationFactory

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW)


@pytest.fixture
def district():
    made = made_district()
    keeping.load(made)
    return made


@pytest.fixture
def office(district):
    return UserFactory(office_staff=district)


@pytest.fixture
def director(district):
    return UserFactory(office_director=district)


@pytest.fixture
def found(district):
    """A jump of particles at the first of two stations, a fault at the second."""
    first, second = stations(district, 2)
    only(district, "R2", "R8")
    air(first, 1, pm25=20, pm10=120), air(second, 1, pm25=44, pm10=50), air(first, pm25=90, pm10=121), air(second, pm25=45)
    scan.scan(district=district)
    return {each.rule: each for each in Anomaly.objects.all()}


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def sign_in(client, user):
    client.force_login(user)
    return client


# --- the list ---------------------------------------------------------------------------------------------------------------------------
def test_the_list_filters_by_address_and_shows_what_has_become_of_it(client, office, found):
    page = text(sign_in(client, office).get(reverse("airquality:anomalies")))
    assert "升高 70 μg/m³" in page
    assert "高于PM₁₀的 40 μg/m³" in page
    assert "BJ2026-" in page
    only_faults = text(client.get(reverse("airquality:anomalies") + "?level=fault"))
    assert "高于PM₁₀" in only_faults
    assert "升高 70" not in only_faults
    assert "没有符合条件的异常" in text(client.get(reverse("airquality:anomalies") + "?box=quiet"))
    wrong = client.get(reverse("airquality:anomalies") + "?day_from=2026-13-99&station=x")
    assert "升高 70" in text(wrong)


def test_a_hint_stands_among_those_that_raised_no_alarm(client, office, found):
    Anomaly.objects.exclude(level="fault").update(level="info")
    raised, quiet = (text(sign_in(client, office).get(f"{reverse('airquality:anomalies')}?box={box}")) for box in ("raised", "quiet"))
    assert ("升高 70" in raised, "升高 70" in quiet) == (False, True)


def test_a_grid_member_sees_anomalies_and_no_faults(client, district, found):
    member = UserFactory(member=district.villages[0])
    page = text(sign_in(client, member).get(reverse("airquality:anomalies")))
    assert "升高 70" in page
    assert "高于PM₁₀" not in page
    assert client.get(reverse("airquality:anomaly", args=[found["R8"].pk])).status_code == 404


@pytest.mark.parametrize("name", ["anomalies", "plans"])
def test_lists_ask_a_fixed_number_of_questions(client, district, office, name):
    sign_in(client, office)
    counts = []
    for number in (1, 3):
        while district.stations.count() < number:
            (station,) = stations(district, 1)
            Anomaly.objects.create(district=district, station=station, pollutant="pm25", rule="R2", level="yellow", hour=HOUR_10, words="升高",
                                   numbers={"value": "9", "before": "1", "rise": "8", "limit": "5"}, found_at=NOW)  # fmt: skip
        client.get(reverse(f"airquality:{name}"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse(f"airquality:{name}"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_export_holds_the_sentence_and_the_alarm(client, office, found):
    answer = sign_in(client, office).post(reverse("airquality:export_anomalies") + "?rule=R2", {"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[0][:8] == ["序号", "时间", "站点", "污染物", "规则", "级别", "特征", "说明"]
    assert rows[1][2:6] == ["甲号站", "PM₂.₅", "突然升高", "黄色"]
    assert rows[1][7] == found["R2"].words
    assert client.post(reverse("airquality:export_anomalies")).headers["Content-Type"].endswith("sheet")


def test_a_long_export_goes_into_a_job(client, office, found, monkeypatch):
    monkeypatch.setattr(exports, "DIRECT", 1)
    answer = sign_in(client, office).post(reverse("airquality:export_anomalies"), {"format": "csv"})
    job = Job.objects.get()
    assert answer.url == reverse("sheets:job", args=[job.pk])
    assert sheets.run(job).message == "共 2 条"


# --- one anomaly ------------------------------------------------------------------------------------------------------------------------
def test_an_anomaly_explains_itself(client, office, found, district):
    first = found["R2"].station
    air(first, -1, pm25=60)
    page = text(sign_in(client, office).get(found["R2"].get_absolute_url()))
    for words in (found["R2"].words, "上一小时", "规定升高值", "没有风况", "3公里以内没有登记的污染源", "BJ2026-"):
        assert words in page


def test_an_anomaly_of_a_station_that_is_out_of_use_by_now_shows_its_figures(client, office, found):
    anomaly = found["R2"]
    anomaly.station.is_active = False
    anomaly.station.save()
    points = sign_in(client, office).get(anomaly.get_absolute_url()).context["points"]
    assert [(str(point.value), str(point.mean)) for point in points if point.is_it] == [("90.000", "45.000")]


def test_effects_one_and_two_hours_later(client, office, found, time_machine):
    time_machine.move_to(NOW + 3 * HOUR)
    air(found["R2"].station, -1, pm25=60), air(found["R2"].station, -2, pm25=99)
    page = text(sign_in(client, office).get(found["R2"].get_absolute_url()))
    for words in ("1小时后", "2小时后", "-33.3%", "+9", "+10.0%"):
        assert words in page


def test_the_wind_is_typed_and_what_lies_upwind_comes_first(client, office, found):
    address = reverse("airquality:wind", args=[found["R2"].pk])
    page = text(sign_in(client, office).post(address, {"direction": "400", "speed": "3"}), 422)
    assert "应在 0 到 359 之间" in page
    assert 'value="400"' in page
    assert client.post(address, {"direction": "90", "speed": "3"}).status_code == 302
    assert "3000 米以内" in text(client.get(found["R2"].get_absolute_url()))
    shapes = client.get(reverse("airquality:anomaly_map", args=[found["R2"].pk])).json()["features"]
    assert {each["geometry"]["type"] for each in shapes} == {"LineString", "Polygon", "Point"}


def test_in_english_it_is_told_anew_from_its_numbers(client, office, found):
    office.language = "en"
    office.save()
    page = text(sign_in(client, office).get(found["R2"].get_absolute_url(), headers={"Accept-Language": "en"}))
    assert "2026-11-27 10:00" in page


# --- dust, rules ------------------------------------------------------------------------------------------------------------------------
def test_dust_is_marked_and_ended(client, office):
    sign_in(client, office)
    assert "依据" in text(client.post(reverse("airquality:dust_spell"), {"action": "begin", "note": ""}), 422)
    late = client.post(reverse("airquality:dust_spell"), {"action": "begin", "note": "预警", "starts_at": "2026-11-20T08:00"})
    assert "最近 24 小时" in text(late, 422)
    client.post(reverse("airquality:dust_spell"), {"action": "begin", "note": "沙尘蓝色预警"})
    assert "沙尘蓝色预警" in text(client.get(reverse("airquality:anomalies")))
    client.post(reverse("airquality:dust_spell"), {"action": "end"})
    assert DustSpell.objects.get().ends_at is not None


def rule_form(client, rule, **changed):
    page = client.get(reverse("airquality:watch_rule", args=[rule.pk])).context["form"]
    given = {field.html_name: field.value() for field in page}
    return {name: value for name, value in (given | changed).items() if value not in (None, False)}


def test_a_rule_is_edited_and_what_is_wrong_comes_back_filled(client, director, district):
    sign_in(client, director)
    rule = AnomalyRule.objects.get(district=district, code="R1")
    address = reverse("airquality:watch_rule", args=[rule.pk])
    page = text(client.post(address, rule_form(client, rule, factor="99", pm25="abc")), 422)
    for words in ("应在 1 到 10 之间", "请填写数字", 'value="abc"', 'value="99"'):
        assert words in page
    assert "应大于 1.6" in text(client.post(address, rule_form(client, rule, factor="1.6")), 422)
    assert client.post(address, rule_form(client, rule, factor="1.2", pollutants=["pm25"])).status_code == 302
    rule.refresh_from_db()
    assert (rule.figures["factor"], rule.pollutants, rule.is_active, rule.version) == ("1.2", ["pm25"], True, 2)
    assert "<b>1.2</b>" in text(client.get(reverse("airquality:watch_rules")))


def test_the_second_of_two_editors_is_told_and_may_press_again(client, director, district):
    sign_in(client, director)
    rule = AnomalyRule.objects.get(district=district, code="R3")
    mine = rule_form(client, rule, hours="4")
    keeping.save_rule(rule, figures={"hours": "5"}, pollutants=["pm25"], is_active=True, by=director, seen=1)
    address = reverse("airquality:watch_rule", args=[rule.pk])
    page = client.post(address, mine)
    assert "已被别人修改" in text(page, 422)
    assert client.post(address, mine | {"seen": page.context["form"]["seen"].value()}).status_code == 302
    rule.refresh_from_db()
    assert rule.figures["hours"] == "4"


def test_settings_are_kept_within_bounds(client, director, district):
    sign_in(client, director)
    address = reverse("airquality:watch_settings")
    given = {"repeat_hours": 4, "late_hours": 6, "wait_minutes": 45, "regional_share": 40, "regional_stations": 2}
    assert "应在 1 到 72 之间" in text(client.post(address, given | {"repeat_hours": 0}), 422)
    assert client.post(address, given).status_code == 302
    kept = WatchSettings.objects.get(district=district)
    assert (kept.repeat_hours, kept.regional_share) == (4, 40)


def test_a_district_of_old_times_loads_the_rules_by_a_button(client, director, district):
    AnomalyRule.objects.all().delete()
    sign_in(client, director)
    assert "载入默认规则" in text(client.get(reverse("airquality:watch_rules")))
    client.post(reverse("airquality:load_watch_rules"))
    assert AnomalyRule.objects.count() == 8


# --- a station's plan -------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def station(district):
    return stations(district, 1)[0]


@pytest.fixture
def squad(district, station, office):
    unit = OrganisationFactory(district=district, kind="squad", name="甲号站专班")
    kept = plans.plan_of(station)
    kept.squad = unit
    plans.save_plan(kept, by=office, seen=0)
    return unit


@pytest.fixture
def crew(squad):
    return [UserFactory(name=name, dept_handler=squad, phone=f"1990000000{n}") for n, name in enumerate(("示例一", "示例二"))]


def test_the_plan_shows_who_is_on_duty_and_phones_to_those_who_may_call(client, district, station, office, crew):
    duty.save_week(station, {(dt.date(2026, 11, 27), "day"): (crew[0].pk, crew[1].pk)}, by=office, stood={})
    page = text(sign_in(client, office).get(reverse("airquality:plan", args=[station.pk])))
    for words in ("示例一", "19900000000", "严禁干扰采样", "50 米", "只能观察、记录"):
        assert words in page
    other = text(sign_in(client, UserFactory(town_handler=district.town_a.organisation)).get(reverse("airquality:plan", args=[station.pk])))
    assert "示例一" in other
    assert "19900000000" not in other
    assert "无人值班" not in text(client.get(reverse("airquality:plans")))


def test_the_plan_is_edited_with_papers_sources_measures(client, station, office, squad):
    sign_in(client, office)
    plan = reverse("airquality:plan", args=[station.pk])

    def sent(page, *, status=302, **given):
        answer = client.post(reverse(f"airquality:{page}", args=[station.pk]), given)
        assert answer.status_code == status
        return answer

    sent("edit_plan", squad=squad.pk, surroundings="北侧有主干道", core_hours=3, key_per_day=2, extended_per_day=1)
    sent("edit_plan", status=422, squad=squad.pk, core_hours=99, key_per_day=2, extended_per_day=1)
    sent("new_plan_paper", file=SimpleUploadedFile("方案.pdf", PDF), title="甲号站方案")
    sent("new_source", name="早市", kind="摊点", lon=station.lon, lat=station.lat + 0.002)
    assert "3 公里" in text(sent("new_source", status=422, name="货场", kind="其他", lon=station.lon, lat=station.lat + 1), 422)
    sent("new_measure", zone="core", kind="patrol", text="每两小时巡查")
    refused = text(sent("new_measure", status=422, zone="core", kind="control", text="雾炮车喷雾"), 422)
    assert "弄虚作假" in refused
    assert "雾炮车喷雾" in refused
    page = text(client.get(plan))
    for words in ("北侧有主干道", "每 3 小时一次", "甲号站方案", "早市", "每两小时巡查"):
        assert words in page
    paper = station.plan_papers.get()
    answer = client.get(reverse("airquality:plan_paper", args=[paper.pk]))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.getvalue() == PDF
    answer.close()


def test_sources_beyond_the_fortieth_can_be_reached_and_changed(client, station, office):
    made = [
        OwnSource.objects.create(station=station, name=f"料堆{n}号", kind="料堆", lon=station.lon, lat=station.lat + n / 10_000) for n in range(1, 43)
    ]
    last, plan = reverse("airquality:edit_source", args=[made[-1].pk]), reverse("airquality:plan", args=[station.pk])

    page = text(sign_in(client, office).get(plan))

    assert last not in page
    assert 'href="?sources=all#sources"' in page
    whole = text(client.get(plan, {"sources": "all"}))
    assert last in whole
    assert 'href="?sources=all#sources"' not in whole


def test_for_the_buffer_the_form_offers_watching_alone(client, station, office):
    page = sign_in(client, office).get(reverse("airquality:new_measure", args=[station.pk]) + "?zone=buffer")
    fields = page.context["form"].fields
    assert [value for value, _label in fields["kind"].choices] == ["observe"]
    assert [value for value, _label in fields["zone"].choices] == ["buffer"]
    other = client.get(reverse("airquality:new_measure", args=[station.pk])).context["form"].fields
    assert "buffer" not in [value for value, _label in other["zone"].choices]
    address = reverse("airquality:new_measure", args=[station.pk]) + "?zone=buffer"
    assert client.post(address, {"zone": "buffer", "kind": "observe", "text": "远距离观察"}).status_code == 302
    assert StandingMeasure.objects.get().zone == "buffer"


def test_the_squad_fills_in_the_week_copies_it_and_swaps_a_turn(client, station, crew):
    sign_in(client, crew[0])
    address = reverse("airquality:roster", args=[station.pk])
    seen = client.get(address).context["form"]["seen"].value()
    given = {field_name(MONDAY, "day", "person"): crew[0].pk, field_name(MONDAY, "day", "deputy"): crew[0].pk, "seen": seen}
    assert "不能是同一人" in text(client.post(address, given), 422)
    given[field_name(MONDAY, "day", "deputy")] = crew[1].pk
    assert client.post(address, given).status_code == 302
    assert "没有完整送达" in text(client.post(address, {}), 422)
    assert DutyTurn.objects.count() == 1
    client.post(reverse("airquality:copy_roster", args=[station.pk]) + "?week=2026-12-01")
    assert list(DutyTurn.objects.values_list("day", flat=True)) == [MONDAY, MONDAY + dt.timedelta(days=7)]
    turn = DutyTurn.objects.first()
    swap = reverse("airquality:swap_turn", args=[turn.pk])
    assert client.post(swap, {"to": crew[1].pk}).status_code == 422
    assert client.post(swap, {"to": crew[1].pk, "reason": "家中有事"}).status_code == 302
    assert "家中有事" in text(client.get(address))
    assert client.get(address + "?week=1999-01-01").status_code == 404
    assert client.get(address + "?week=x").status_code == 404


def test_the_squad_logs_who_was_near(client, station, crew):
    sign_in(client, crew[0])
    address = reverse("airquality:new_visit", args=[station.pk])
    given = {"person": "示例一", "unit": "专班", "purpose": "patrol", "arrived_at": "2026-11-27T10:20", "in_buffer": "on"}
    assert "请写明做了什么" in text(client.post(address, given), 422)
    assert client.post(address, given | {"text": "劝离钓鱼人员"}).status_code == 302
    assert NearVisit.objects.get().by == crew[0]
    assert "劝离钓鱼人员" in text(client.get(reverse("airquality:plan", args=[station.pk])))


def test_a_measure_and_a_source_are_changed_and_removed(client, station, office):
    measure = plans.save_measure(StandingMeasure(station=station, zone="core", kind="patrol", text="巡查"), by=office)
    sign_in(client, office)
    edit = reverse("airquality:edit_measure", args=[measure.pk])
    assert client.post(edit, {"zone": "key", "kind": "patrol", "text": "每天巡查"}).status_code == 302
    assert client.post(reverse("airquality:drop_measure", args=[measure.pk])).status_code == 302
    assert client.get(edit).status_code == 404
    assert "每天巡查" not in text(client.get(reverse("airquality:plan", args=[station.pk])))
    assert StationPlan.objects.count() == 0
