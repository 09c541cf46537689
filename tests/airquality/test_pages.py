"""Pages of the air: what they say, whom they let in, and that they ask no more for three stations than for one."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from airquality import hours
from airquality.aqi import composite
from airquality.models import CompositeIndexRule, Reading
from airquality.services import daily, exclusions, intake, rules
from common import clock
from tests.airquality.conftest import DAY, GOOD
from tests.factories.accounts import UserFactory
from tests.factories.airquality import DailyValueFactory, ReadingFactory, StationFactory

pytestmark = pytest.mark.django_db
NOON = clock.at(DAY, dt.time(12, 10))
LABEL = clock.at(DAY, dt.time(12))
PAGES = ("now", "day", "month", "ranking", "years", "targets", "stations")


@pytest.fixture
def as_person(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _noon():
    """The clock stands at ten past twelve on a Friday in November 2026."""
    with clock.standing(NOON):
        yield


def text(answer) -> str:
    """What is read: without marks, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace(" ：", "：")


def hour(station, label=LABEL, **values):
    return ReadingFactory(station=station, hour=label, **values)


# --- now --------------------------------------------------------------------------------------------------------------------------------
def test_the_district_is_the_mean_of_concentrations_and_then_the_index(as_person, town, station, other):
    hour(station, pm25=Decimal(100))
    hour(other, pm25=Decimal(20))

    page = as_person(town).get(reverse("airquality:now"))

    board = page.context["board"]
    assert [here.index.aqi for here in board.stations] == [137, 40], "the mean of these would be 89"
    assert (board.district.index.aqi, board.district.stations, board.of) == (100, 2, 2)
    assert "2/2个站点浓度均值" in text(page)
    assert "首要污染物 PM₂.₅" in text(page)
    assert "极少数异常敏感人群应减少户外活动。" in text(page)


def test_the_district_does_not_vanish_while_only_micro_stations_have_sent_the_new_hour(as_person, district, office, station):
    micro = StationFactory(district=district, level="micro")
    hour(station, label=LABEL - hours.HOUR, pm25=Decimal(100))
    hour(micro)

    page = as_person(office).get(reverse("airquality:now"))

    assert (page.context["board"].district.hour, page.context["board"].district.index.aqi) == (LABEL - hours.HOUR, 137)
    assert "11-20 11:00 · 1/1个站点浓度均值" in text(page)
    assert "空气质量 11-20 11:00 137" in text(as_person(office).get(reverse("home")))


def test_a_card_says_how_old_its_value_is_and_that_it_is_provisional(as_person, town, station, other):
    hour(station)
    hour(other, label=LABEL - 2 * hours.HOUR)

    said = text(as_person(town).get(reverse("airquality:now")))

    assert "11-20 12:00 实时值 · 10分钟前" in said
    assert "11-20 10:00 实时值 · 2小时前" in said
    assert said.count("近24小时缺23小时") == 2
    assert "1/2个站点浓度均值" in said


def test_a_reviewed_value_is_shown_instead_of_the_provisional_one(as_person, town, station):
    hour(station, pm25=Decimal(20))
    hour(station, status="reviewed", pm25=Decimal(60))
    said = text(as_person(town).get(reverse("airquality:now")))
    assert "11-20 12:00 审核值" in said
    assert "11-20 12:00 实时值" not in said


def test_a_reference_is_shown_and_not_averaged(as_person, town, station, other):
    other.is_reference = True
    other.save()
    hour(station, pm25=Decimal(100))
    hour(other, pm25=Decimal(20))

    page = as_person(town).get(reverse("airquality:now"))

    assert (page.context["board"].district.index.aqi, page.context["board"].of) == (137, 1)
    assert "清洁对照点" in text(page)


def test_without_all_pollutants_only_single_values_are_shown(as_person, town, station):
    hour(station, o3=None)
    page = as_person(town).get(reverse("airquality:now"))
    assert page.context["board"].district.index.aqi is None
    assert "不公布AQI、级别和首要污染物（NA）" in text(page)
    assert "缺数" in text(page)


def test_above_a_hundred_the_sensitive_groups_are_named(as_person, town, station):
    hour(station, pm25=Decimal(160))
    said = text(as_person(town).get(reverse("airquality:now")))
    assert "PM₂.₅敏感人群 心血管或呼吸系统疾病患者、青少年、户外活动较多者、老年人" in said


def test_what_no_station_of_the_district_measures_is_none_that_is_missing(as_person, town, station, other):
    for each, plan in ((station, ["so2", "o3"]), (other, ["so2"])):
        each.not_measured = plan
        each.save()
        hour(each, so2=None, o3=None)

    board = as_person(town).get(reverse("airquality:now")).context["board"]

    assert [(name, value, measured) for name, value, _sub, measured in board.cells if name in ("so2", "o3")] == [
        ("so2", None, False),
        ("o3", None, True),
    ]


def test_the_page_says_when_nothing_new_has_come(as_person, town, station):
    assert "近24小时没有收到任何站点的数据" in text(as_person(town).get(reverse("airquality:now")))
    hour(station, label=LABEL - 5 * hours.HOUR)
    assert "最新数据为 11-20 07:00" in text(as_person(town).get(reverse("airquality:now")))


def test_it_says_that_it_is_for_reference_and_by_which_edition(as_person, town, station):
    hour(station)
    assert "参考值：按HJ 633—2026计算" in text(as_person(town).get(reverse("airquality:now")))


def test_by_htmx_only_the_part_comes(as_person, town, station):
    hour(station)
    answer = as_person(town).get(reverse("airquality:now"), headers={"HX-Request": "true"})
    assert "air-points" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_district_without_stations_says_what_to_do(as_person, office, town):
    assert "登记站点" in text(as_person(office).get(reverse("airquality:now")))
    assert "站点由攻坚办登记。" in text(as_person(town).get(reverse("airquality:now")))


# --- who --------------------------------------------------------------------------------------------------------------------------------
def test_everybody_of_the_district_sees_all_of_its_air_and_strangers_nothing(as_person, district, station):
    people = [UserFactory(member=district.villages[3]), UserFactory(dept_handler=district.housing), UserFactory(leader=district)]
    assert [as_person(who).get(reverse("airquality:station", args=[station.pk])).status_code for who in people] == [200, 200, 200]
    assert as_person(UserFactory(office_staff=StationFactory().district)).get(reverse("airquality:station", args=[station.pk])).status_code == 404


def test_who_keeps_nothing_is_told_so(as_person, town):
    answer = as_person(town).get(reverse("airquality:stations"))
    assert answer.status_code == 403
    assert "空气质量的站点、目标和规则由攻坚办维护。" in text(answer)


# --- day --------------------------------------------------------------------------------------------------------------------------------
def worked_out(station, *days):
    intake.mark_days([station], days)
    daily.work_out_due()


def test_a_day_says_why_a_figure_does_not_count(as_person, town, station, write_day):
    day = DAY - dt.timedelta(days=1)
    write_day(station, day, pm25=[30] * 19 + [None] * 5, o3=[60] * 12 + [None] * 12)
    worked_out(station, day)

    said = text(as_person(town).get(reverse("airquality:day")))

    assert "PM₂.₅只有19个小时值，少于20个" in said
    assert "O₃只有7个8小时滑动均值，少于14个" in said
    assert "(30)" in said
    assert " NA " in said


def test_a_day_without_readings_says_so(as_person, town, station):
    assert "全天无数据" in text(as_person(town).get(reverse("airquality:day")))


def test_a_day_that_does_not_count_keeps_its_figures(as_person, town, office, district, station, other):
    day = DAY - dt.timedelta(days=1)
    for each, pm10 in ((station, 300), (other, 100)):
        DailyValueFactory(station=each, day=day, pm10=Decimal(pm10), aqi=175, level=4)
    exclusions.exclude(district, day, reason="sand_dust", approval="剔除通知1号", by=office, station=station)

    page = as_person(town).get(reverse("airquality:day"))

    assert "东村站：本日因沙尘天气经批准不参与评价（剔除通知1号）。" in text(page)
    assert (page.context["whole"].values["pm10"], page.context["assessed"].values["pm10"]) == (200, 100)
    assert "剔除后1个站点" in text(page)


def test_a_day_to_come_is_refused_with_a_remedy(as_person, town, station):
    for asked in ("2026-11-21", "nonsense", "1999-01-01"):
        answer = as_person(town).get(reverse("airquality:day"), {"date": asked})
        assert answer.status_code == 200
        assert answer.context["date"] == DAY - dt.timedelta(days=1)
        assert answer.context["form"].errors


# --- month ------------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def november(station, office, district):
    """Three good days, one of light and one of heavy pollution, one of sand; the rest of 1 to 19 November is missing."""
    for n, (aqi, level, pm25) in enumerate([(40, 1, 20), (45, 1, 22), (80, 2, 45), (130, 3, 95), (230, 5, 180), (90, 2, 54)], 1):
        primary = ["pm25"] if aqi > 50 else []
        DailyValueFactory(station=station, day=dt.date(2026, 11, n), aqi=aqi, level=level, pm25=Decimal(pm25), primary=primary)
    exclusions.exclude(district, dt.date(2026, 11, 6), reason="sand_dust", approval="剔除通知", by=office)


def test_a_month_counts_its_days(as_person, town, station, november):
    page = as_person(town).get(reverse("airquality:month"), {"area": f"s{station.pk}"})
    period = page.context["period"]
    assert (period.good, period.heavy, period.assessed, period.excluded, page.context["missing"]) == (3, 1, 5, 1, 13)
    assert period.leading == {"pm25": 3}
    assert page.context["with_excluded"].good == 4
    assert period.concentrations["pm25"] == 72 and page.context["with_excluded"].concentrations["pm25"] == 69


def test_days_left_out_by_approval_do_not_make_a_month_incomplete(as_person, town, station, office, district):
    """As on the card: they were measured validly."""
    for n in range(31):
        DailyValueFactory(station=station, day=dt.date(2026, 10, 1) + dt.timedelta(days=n))
    for n in range(1, 7):
        exclusions.exclude(district, dt.date(2026, 10, n), reason="sand_dust", approval="剔除通知", by=office)
    page = as_person(town).get(reverse("airquality:month"), {"month": "2026-10"})
    assert (page.context["period"].assessed, page.context["incomplete"]) == (25, "")


def test_a_station_excluded_for_a_day_is_left_out_of_the_month_and_stands_in_the_other_column(as_person, town, station, other, office, district):
    for each, pm25 in ((station, 20), (other, 60)):
        DailyValueFactory(station=each, day=dt.date(2026, 11, 2), pm25=Decimal(pm25))
    exclusions.exclude(district, dt.date(2026, 11, 2), reason="exceptional", approval="剔除通知", by=office, station=other)

    page = as_person(town).get(reverse("airquality:month"))
    day = as_person(town).get(reverse("airquality:day"), {"date": "2026-11-02"})

    assert [page.context[name].concentrations["pm25"] for name in ("period", "with_excluded")] == [20, 40]
    assert [day.context[name].values["pm25"] for name in ("assessed", "whole")] == [20, 40]


def test_each_day_has_its_colour_its_figure_and_its_word(as_person, town, station, november):
    whole = as_person(town).get(reverse("airquality:month")).content.decode()
    assert re.search(r'class="aqi-day aqi-5" href="/air/day/\?date=2026-11-05".*?<b>230</b><small class="word">重度污染</small>', whole)
    assert re.search(r'class="aqi-day aqi-2 is-excluded" href="/air/day/\?date=2026-11-06"', whole)
    assert "格中数字为级别" in whole


def test_nonsense_in_the_address_of_a_month_is_told_and_the_month_shown(as_person, town, station):
    answer = as_person(town).get(reverse("airquality:month"), {"month": "2026-13", "area": "s0"})
    assert answer.status_code == 200
    assert (answer.context["month"], answer.context["area"].key) == ("2026-11", "d")
    assert "notice-bad" in answer.content.decode()


# --- station ----------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("span", "count"), [("24", 24), ("72", 72), ("30", 30), ("nonsense", 24)])
def test_a_station_shows_every_hour_of_the_span_the_missing_ones_too(as_person, town, station, span, count):
    hour(station)
    page = as_person(town).get(reverse("airquality:station", args=[station.pk]), {"span": span})
    assert len(page.context["points"]) == count
    assert "缺数" in text(page)


def test_a_station_shows_how_complete_its_data_are(as_person, town, station):
    for n in range(72):
        hour(station, label=LABEL - n * hours.HOUR, co=None if n % 2 else Decimal("0.5"))
    quality = as_person(town).get(reverse("airquality:station", args=[station.pk])).context["quality"]
    assert (quality.there, quality.expected, quality.share) == (72, 720, Decimal("10.0"))
    assert {name: str(share) for name, _count, share in quality.by_pollutant}["co"] == "5.0"


def test_a_micro_station_shows_its_calibration(as_person, town, district):
    named = {"district": district, "level": "micro"}
    fresh = StationFactory(**named, calibrated_on=DAY - dt.timedelta(days=12), not_measured=["so2"])
    assert "2026-11-08 12天前" in text(as_person(town).get(reverse("airquality:station", args=[fresh.pk])))
    never = StationFactory(**named)
    assert "没有校准记录" in text(as_person(town).get(reverse("airquality:station", args=[never.pk])))


# --- years ------------------------------------------------------------------------------------------------------------------------------
def test_both_years_are_judged_by_the_one_edition_that_is_chosen(as_person, town, district, station):
    for year in (2025, 2026):
        DailyValueFactory(station=station, day=dt.date(year, 1, 5), pm25=Decimal(70), aqi=94, level=2, primary=["pm25"])
    told = {}
    for edition in ("2012", "2026"):
        page = as_person(town).get(reverse("airquality:years"), {"edition": edition})
        told[edition] = (page.context["found"].whole.this.good, page.context["found"].whole.before.good)
        assert f"两年的AQI和优良天数都按HJ 633—{edition}计算。" in text(page)
    assert told == {"2012": (1, 1), "2026": (0, 0)}


def test_a_past_year_is_judged_by_its_own_edition_and_rule_unless_others_are_chosen(as_person, town, office, district, station):
    rules.load(district)
    new = {"limits": composite.LIMITS | {"pm10": "60", "pm25": "30"}, "weights": composite.EVEN, "effective_from": dt.date(2026, 1, 1)}
    rules.save_rule(CompositeIndexRule(district=district, name="过渡限值", **new), by=office)
    found = {}
    for year in ("", "2025", str(DAY.year - 11)):
        page = as_person(town).get(reverse("airquality:years"), {"year": year})
        found[year] = (page.context["found"].against, page.context["found"].whole.edition, page.context["found"].whole.rule.name)
        assert not page.context["form"].errors
    assert found == {
        "": (2025, "2026", "过渡限值"),
        "2025": (2024, "2012", "综合指数（2012年二级限值）"),
        "2015": (2014, "2012", "综合指数（2012年二级限值）"),
    }


def test_a_year_that_runs_is_compared_with_the_same_days_of_the_other(as_person, town, station):
    for year in (2025, 2026):
        for day in (dt.date(year, 11, 19), dt.date(year, 11, 25)):
            DailyValueFactory(station=station, day=day)
    found = as_person(town).get(reverse("airquality:years")).context["found"]
    assert (found.until, found.whole.this.assessed, found.whole.before.assessed) == ((11, 19), 1, 1)


def test_the_rule_of_the_composite_index_is_named(as_person, town, district, station):
    assert "综合指数规则：GB 3095—2012 二级限值。" in text(as_person(town).get(reverse("airquality:years")))
    rules.load(district)
    assert "综合指数规则：综合指数（2012年二级限值）（按 GB 3095—2012 二级浓度限值计算，用于年度间比较）。" in text(
        as_person(town).get(reverse("airquality:years"))
    )


def test_the_other_year_lies_before(as_person, town, station):
    answer = as_person(town).get(reverse("airquality:years"), {"year": "2025", "against": "2025"})
    assert answer.status_code == 200
    assert "对比年度应早于年度。" in answer.context["form"].errors["against"]


# --- corrections ------------------------------------------------------------------------------------------------------------------------
def send(station, label=LABEL, *, sender=("interface", "子站平台", None), **values):
    row = {"station": station.code, "hour": label.isoformat(), **GOOD, **values}
    intake.take([row], district=station.district, sender=intake.Sender(*sender))


def test_a_station_tells_what_was_sent_again_with_other_values(as_person, office, town, station, other):
    page = reverse("airquality:station", args=[station.pk])
    send(station, pm25=116, co=None), send(other, pm25=20), send(other, pm25=21)
    assert "数据更正" not in text(as_person(town).get(page))
    send(station, pm25=61, sender=("file", "更正.csv", office))

    said = text(as_person(town).get(page))

    assert f"11-20 12:00 实时值 CO 缺数 → 0.5 mg/m³ PM₂.₅ 116 → 61 μg/m³ 11-20 12:10 文件导入 更正.csv {office}" in said
    assert "20 → 21" not in said


def test_the_newest_twenty_corrections_are_listed_with_one_query_and_all_on_pages_of_their_own(as_person, town, station):
    page, counts = reverse("airquality:station", args=[station.pk]), []
    of_all = reverse("airquality:corrections", args=[station.pk])
    assert "没有更正过数据" in text(as_person(town).get(of_all))
    for n in range(22):
        send(station, pm25=20 + n)
        if n in (1, 21):
            counts.append(asked(as_person(town), page))
    said = as_person(town).get(page).content.decode()
    assert counts[0] == counts[1]
    assert [f"{20 + n} → {21 + n} " in said for n in range(21)] == [False] + [True] * 20
    assert f'href="{of_all}"' in said
    assert "20 → 21 " in as_person(town).get(of_all, {"page": 2}).content.decode()


# --- how much is asked ------------------------------------------------------------------------------------------------------------------
def asked(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", PAGES)
def test_pages_ask_the_same_for_one_and_three_stations(as_person, office, district, name):
    client, counts = as_person(office), []
    for n in (1, 2):
        for _n in range(n):
            made = StationFactory(district=district)
            hour(made)
            for back in range(1, 4):
                DailyValueFactory(station=made, day=DAY - dt.timedelta(days=back))
        counts.append(asked(client, reverse(f"airquality:{name}")))
    assert counts[0] == counts[1]


def test_the_ranking_of_townships_asks_the_same_for_one_and_three_stations(as_person, office, district):
    counts = []
    for n in (1, 2):
        for _n in range(n):
            DailyValueFactory(station=StationFactory(district=district))
        counts.append(asked(as_person(office), f"{reverse('airquality:ranking')}?kind=township"))
    assert counts[0] == counts[1]


def test_a_station_of_thirty_days_asks_as_much_as_an_empty_one(as_person, office, station):
    address = reverse("airquality:station", args=[station.pk])
    before = asked(as_person(office), address)
    Reading.objects.bulk_create(ReadingFactory.build(station=station, district=station.district, hour=LABEL - n * hours.HOUR) for n in range(720))
    assert asked(as_person(office), address) == before


# --- the desk ---------------------------------------------------------------------------------------------------------------------------
def test_the_desk_of_those_who_see_the_whole_district_says_how_the_air_is(as_person, district, station, town):
    hour(station, pm25=Decimal(160))
    leader = UserFactory(leader=district)
    assert "空气质量 11-20 12:00 210 重度污染 PM₂.₅" in text(as_person(leader).get(reverse("home")))
    assert "重度污染" not in text(as_person(town).get(reverse("home")))


def test_a_desk_without_stations_has_no_air(as_person, office):
    assert "aqi" not in as_person(office).get(reverse("home")).content.decode()
