"""Air marks a township: against its own target, last year or by rank; without a station its points are spread over the rest."""

import datetime as dt
from decimal import Decimal

import pytest

from airquality.models import CompositeIndexRule, DailyValue
from scorecards import services
from scorecards.models import AirDay, Scorecard, ScoreLine, ScoreRow, SettlingRule
from scorecards.services.defaults import BEGINNING
from tests.factories.airquality import DailyValueFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.air import BEFORE, aim, days_of, station_in
from tests.scorecards.lives import step, task_of

pytestmark = pytest.mark.django_db
FIRST_OF_NEXT = dt.date(2026, 11, 1)


@pytest.fixture
def district():
    """Both townships have a task, so that both are ranked."""
    district = MarkedDistrictFactory()
    for village in (0, 2):
        step(step(task_of(district, at=beijing(1), due=beijing(9), village=village), "accept", beijing(1, 1)), "feedback", beijing(3))
    return district


def build(district) -> None:
    services.build(MONTH, district=district, rebuild=True)


def line(district, code: str = "air_pm25_target", unit=None) -> ScoreLine:
    return ScoreLine.objects.get(scorecard__month=MONTH, scorecard__organisation=unit or district._town_a, indicator=code)


def card(district, unit=None) -> Scorecard:
    return Scorecard.objects.get(month=MONTH, organisation=unit or district._town_a)


def add(district, *codes: str, full: int = 1000, **figures) -> None:
    """Lines beside those of the default scheme."""
    scheme = district.schemes.get(kind="township", in_force_from=BEGINNING)
    for code in codes:
        scheme.lines.create(part="A", indicator=code, full=full, position=50, **figures)


# --- target -------------------------------------------------------------------------------------------------------------------------
def test_who_meets_the_target_has_all_points_and_the_line_says_why(district):
    days_of(station_in(district), pm25="39.6", pm10="80")
    aim(district, pm25="40", pm10="80")

    build(district)

    found = line(district)
    assert (found.state, found.points, found.full, found.numerator, found.denominator) == ("counted", 2400, 2400, 31, 31)
    assert (found.air["measured"], found.air["aim"], found.air["before"], found.air["why"]) == (3960, 4000, None, "")
    assert found.air_words == ["实测 39.6 μg/m³，目标 40 μg/m³。", "1 个站点，有效 31 天，本月全部为审核值。"]
    assert line(district, "air_pm10_target").points == 1600
    assert found.percent is None


def test_what_exceeds_the_target_takes_points_by_the_percent(district):
    days_of(station_in(district), pm25="44")
    aim(district, pm25="40")

    build(district)

    assert line(district).points == 2400 - 10 * 60


def test_improvement_towards_the_target_counts_where_it_gives_more(district):
    station = station_in(district)
    days_of(station, pm25="55")
    days_of(station, BEFORE, pm25="70")
    aim(district, pm25="40")

    build(district)

    found = line(district)
    assert found.points == 1200  # half of the way from 70 to 40; 37.5 % above the target would leave 150
    assert (found.air["before"], found.air["change"]) == (7000, -2143)


def test_without_a_target_of_the_month_last_year_must_not_be_exceeded(district):
    station = station_in(district)
    days_of(station, pm25="50")
    days_of(station, BEFORE, pm25="50")

    build(district)

    found = line(district)
    assert (found.points, found.air["aim"], found.air["aim_is_before"]) == (2400, 5000, True)
    assert "目标 50 μg/m³（上年同月）" in found.air_words[0]


def test_with_neither_there_is_no_data_and_the_reason(district):
    days_of(station_in(district))

    build(district)

    found = line(district)
    assert (found.state, found.points, found.air["why"], found.air["measured"]) == ("no_data", None, "no_aim", 4000)
    assert found.air_words[0] == "没有分月目标，也没有上年同月的有效数据。这项 24 分不计入满分，按比例分摊到其余各项。"


# --- no station, few days -----------------------------------------------------------------------------------------------------------
def test_a_township_without_a_station_has_its_points_spread_over_the_rest(district):
    days_of(station_in(district), pm25="80", pm10="160")
    aim(district)

    build(district)

    with_air, without = card(district), card(district, district._town_b)
    assert line(district, unit=district._town_b).air["why"] == "no_station"
    assert with_air.counted - without.counted == 4000
    assert without.share == round(10_000 * without.obtained / without.counted)
    assert (without.rank, with_air.rank) == (1, 2)


def test_a_clean_reference_and_a_station_out_of_use_do_not_count(district):
    days_of(station_in(district, is_reference=True), pm25="10")
    days_of(station_in(district, is_active=False), pm25="10")

    build(district)

    assert line(district).air["why"] == "no_station"


def test_a_station_that_goes_out_of_use_later_leaves_its_days_to_the_month(district):
    days_of(station_in(district), pm25="40")
    days_of(station_in(district, is_active=False, out_of_use_from=FIRST_OF_NEXT), pm25="50")
    build(district)
    found = line(district)
    assert (found.air["measured"], found.air["stations"], found.air["days"]) == (4500, 2, 31)


def test_within_the_month_it_counts_up_to_its_last_day(district):
    days_of(station_in(district), pm25="40")
    days_of(station_in(district, is_active=False, out_of_use_from=FIRST_OF_NEXT - dt.timedelta(days=15)), pm25="71")
    build(district)
    assert line(district).air["measured"] == round(100 * (16 * 55.5 + 15 * 40) / 31)


def test_one_that_was_in_use_last_year_only_is_compared_with_and_is_no_station_of_the_month(district):
    days_of(station_in(district), pm25="40")
    gone = station_in(district, is_active=False, out_of_use_from=dt.date(2026, 3, 1))
    days_of(gone, BEFORE, pm25="60")
    build(district)
    found = line(district)
    assert (found.air["stations"], found.air["before"], found.air["measured"]) == (1, 6000, 4000)


@pytest.mark.parametrize(("count", "state"), [(26, "no_data"), (27, "counted")])
def test_a_month_needs_27_valid_days_and_is_never_zero(district, count, state):
    days_of(station_in(district), count=count)
    aim(district)

    build(district)

    found = line(district)
    assert (found.state, found.air["days"], found.points) == (state, count, 2400 if state == "counted" else None)


def test_in_february_25_days_are_enough():
    district = MarkedDistrictFactory()
    days_of(station_in(district), month=2, count=25)

    services.build("2026-02", district=district)

    found = ScoreLine.objects.get(scorecard__organisation=district._town_a, indicator="air_pm25_target")
    assert (found.air["measured"], found.air["needed"]) == (4000, 25)


def test_an_invalid_day_is_listed_and_not_counted(district):
    station = station_in(district)
    days_of(station, count=30)
    DailyValueFactory(station=station, day=dt.date(2026, 10, 31), pm25=Decimal(400), invalid=["pm25"], status="reviewed")
    aim(district)

    build(district)

    found = line(district)
    assert (found.air["measured"], found.numerator, found.denominator) == (4000, 30, 31)
    row = found.behind(hit=False).get()
    assert (row.value, row.reason, row.station, row.source_label) == (40_000, "air_invalid", station, "审核值")


def test_a_day_left_out_by_approval_counts_as_measured_but_not_in_the_mean(district):
    station = station_in(district)
    days_of(station, count=26)
    DailyValueFactory(station=station, day=dt.date(2026, 10, 27), pm25=Decimal(400), excluded_reason="sand_dust", status="reviewed")
    aim(district)

    build(district)

    found = line(district)
    assert (found.state, found.air["measured"], found.air["excluded"]) == ("counted", 4000, 1)
    assert found.behind(hit=False).get().reason == "air_excluded"


# --- several stations, kinds of values ----------------------------------------------------------------------------------------------
def test_stations_are_averaged_by_day_first_and_the_mean_is_rounded_once(district):
    first, second = station_in(district), station_in(district, 1)
    days_of(first, count=30, pm25="10")
    days_of(second, pm25="20")
    aim(district, pm25="10")

    build(district)

    assert line(district).air["measured"] == 1516  # (30 × 15 + 20) ÷ 31 = 15.161…


def test_reviewed_values_come_first_and_real_time_ones_are_named(district):
    station = station_in(district)
    days_of(station, pm25="99", status="real_time")
    days_of(station, count=28, pm25="40")
    aim(district)

    build(district)

    found = line(district)
    assert (found.air["measured"], found.air["provisional"]) == (round(100 * (28 * 40 + 3 * 99) / 31), 3)
    assert found.air_words[-1].endswith("其中 3 个站日为实时值。")


def test_where_only_reviewed_values_are_let_in_the_others_do_not_count(district):
    SettlingRule.objects.create(district=district, air_values="reviewed")
    days_of(station_in(district), status="real_time")
    aim(district)

    build(district)

    assert line(district).air["why"] == "few_days"


# --- other ways ---------------------------------------------------------------------------------------------------------------------
def test_change_against_last_year_may_mark_by_itself(district):
    add(district, "air_pm25_change", threshold=500, slope=50)
    station = station_in(district)
    days_of(station, pm25="49")
    days_of(station, BEFORE, pm25="50")

    build(district)

    assert line(district, "air_pm25_change").points == 1000 - 3 * 50
    assert line(district, "air_pm25_change", district._town_b).state == "no_data"


def test_ranks_may_mark_those_that_have_data(district):
    add(district, "air_pm25_rank", "air_pm25_change_rank")
    for village, this, last in ((0, "40", "60"), (2, "30", "31")):
        station = station_in(district, village)
        days_of(station, pm25=this)
        days_of(station, BEFORE, pm25=last)

    build(district)

    a, b = district._town_a, district._town_b
    assert [line(district, "air_pm25_rank", unit).points for unit in (a, b)] == [0, 1000]
    assert [line(district, "air_pm25_change_rank", unit).points for unit in (a, b)] == [1000, 0]
    assert "在 2 个乡办中第 1 名。" in line(district, "air_pm25_rank", b).air_words


def test_who_is_alone_with_data_has_all_points_of_a_rank(district):
    add(district, "air_pm10_rank")
    days_of(station_in(district))

    build(district)

    assert line(district, "air_pm10_rank").points == 1000


def test_good_days_of_both_years_are_taken_by_one_edition(district):
    """PM2.5 of 70 is a good day by the edition of 2012 and none by that of 2026."""
    add(district, "air_good_ratio_change", slope=100)
    station = station_in(district)
    days_of(station, pm25="59", count=31)
    days_of(station, BEFORE, pm25="70")

    build(district)

    found = line(district, "air_good_ratio_change")
    assert (found.air["measured"], found.air["before"], found.air["edition"], found.points) == (10_000, 0, "2026", 1000)
    assert found.air["change"] == 10_000


def test_a_day_without_an_index_has_no_share_in_the_good_days(district):
    """Below all limits and with an item missing nobody can say whether it was good."""
    add(district, "air_good_ratio_change", slope=100)
    station = station_in(district)
    days_of(station, pm25="30", status="real_time")
    days_of(station, BEFORE, pm25="30")
    DailyValue.objects.filter(day__in=[dt.date(2026, 10, 7), dt.date(2025, 10, 8)]).update(o3_8h=None)

    build(district)

    found = line(district, "air_good_ratio_change")
    assert (found.air["days"], found.air["days_before"], found.air["provisional"]) == (30, 30, 30)
    assert [(row.at, row.reason) for row in found.behind() if not row.is_hit] == [(beijing(7), "air_invalid")]
    assert [row.reason for row in found.behind_before()].count("air_before") == 30


def test_composite_index_and_two_factors_follow_their_rules(district):
    add(district, "air_composite_rank", "air_two_factor_rank", full=0)
    CompositeIndexRule.objects.filter(district=district).delete()
    days_of(station_in(district), pm25="46", pm10="70", so2=Decimal(9), no2=Decimal(20), co=Decimal("0.9"), o3_8h=Decimal(80))

    build(district)

    assert line(district, "air_two_factor_rank").air["measured"] == 146  # 46/35 + 9/60 (domain 6.3)
    assert line(district, "air_composite_rank").air["measured"] == 36_800  # 0.15 + 0.50 + 0.22 + 0.50 + 1.00 + 1.31 = 3.68


# --- rows ---------------------------------------------------------------------------------------------------------------------------
def test_every_day_of_both_years_stands_behind_the_figure(district):
    station = station_in(district)
    days_of(station)
    days_of(station, BEFORE, pm25="50.555")
    aim(district)

    build(district)

    found = line(district)
    assert [row.at for row in found.behind().order_by("at")] == [beijing(day) for day in range(1, 32)]
    assert {(row.value, row.reason, row.is_hit) for row in found.behind_before()} == {(5056, "air_before", False)}
    assert AirDay.objects.filter(district=district, month=MONTH).count() == 62


def test_a_rebuilt_month_with_the_same_air_writes_nothing(district):
    days_of(station_in(district))
    aim(district)
    build(district)
    rows = list(ScoreRow.objects.values_list("pk", flat=True))

    assert services.build(MONTH, district=district, rebuild=True).changed is False
    assert list(ScoreRow.objects.values_list("pk", flat=True)) == rows


def test_a_corrected_day_changes_an_open_month(district):
    days_of(station_in(district))
    aim(district)
    build(district)
    DailyValue.objects.filter(day=dt.date(2026, 10, 1)).update(pm25=Decimal(71))

    assert services.build(MONTH, district=district, rebuild=True).changed is True
    assert line(district).air["measured"] == 4100


def test_air_is_no_secret_within_the_district(district):
    from tests.factories.accounts import UserFactory

    days_of(station_in(district))
    aim(district)
    build(district)

    other = UserFactory(town_handler=district._town_b)
    assert ScoreRow.objects.visible_to(other).filter(station__isnull=False).count() == ScoreRow.objects.filter(station__isnull=False).count() > 0


def test_a_scheme_with_the_line_from_before_goes_on_as_it_was(district):
    """Nothing of an older version changes: its line stays not counted."""
    scheme = district.schemes.get(kind="township")
    scheme.lines.filter(indicator__startswith="air_").delete()
    scheme.lines.create(part="A", indicator="air_quality", full=4000, position=1)
    days_of(station_in(district))
    aim(district)

    build(district)

    assert line(district, "air_quality").state == "not_counted"
    assert not AirDay.objects.exists()
