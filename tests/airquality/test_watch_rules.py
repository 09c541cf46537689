"""Each rule of domain 9.2 with its figure just below and just above; words that hold every number they rest on."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airquality.hours import HOUR
from airquality.models import Anomaly, AnomalyRule, WatchSettings
from airquality.watch import figures, keeping, scan, wording
from airquality.watch.rules import Found, neighbour_high
from airquality.watch.window import Window
from common import clock
from tests.factories.airquality import ReadingFactory, StationFactory
from tests.factories.grids import DistrictFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 27, 2, 50, tzinfo=dt.UTC)
HOUR_10 = dt.datetime(2026, 11, 27, 2, tzinfo=dt.UTC)
QUIET = {"so2": 9, "no2": 20, "co": "0.5", "o3": 60, "pm10": 40, "pm25": 20}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW)


@pytest.fixture
def district():
    made = DistrictFactory()
    keeping.load(made)
    return made


def stations(district, count=3, **more):
    return [StationFactory(district=district, name=f"{n}号站", **more) for n in "甲乙丙丁戊"[:count]]


def air(station, hours_ago=0, **values):
    """An hour of one station; what is not named is quiet, and never twice the same, so that nothing looks stuck."""
    drift = Decimal(hours_ago % 2)
    quiet = {name: Decimal(value) + drift / (10 if name == "co" else 1) for name, value in QUIET.items()}
    given_values = {name: None if value is None else Decimal(str(value)) for name, value in values.items()}
    return ReadingFactory(station=station, hour=HOUR_10 - hours_ago * HOUR, received_at=clock.now(), **quiet | given_values)


def only(district, *codes, **changed):
    """These rules alone, so that a test speaks of one."""
    AnomalyRule.objects.filter(district=district).exclude(code__in=codes).update(is_active=False)
    for code in codes:
        AnomalyRule.objects.filter(district=district, code=code).update(figures=figures.defaults(code) | changed)


def found(district):
    scan.scan(district=district)
    return [
        (each.station.name, each.pollutant, each.rule, each.level)
        for each in Anomaly.objects.raised().order_by("hour", "station", "pollutant", "rule")
    ]


# --- R1 ---------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("pollutant", "mean", "value", "level"),
    [
        ("pm25", 100, 130, None), ("pm25", 100, "130.1", "yellow"), ("pm25", 100, 150, "yellow"), ("pm25", 100, "150.1", "red"),
        ("pm25", 40, 60, None), ("pm25", 40, 61, "red"),
        ("pm10", 60, 90, None), ("pm10", 60, "90.1", "red"),
        ("so2", 20, 35, None), ("so2", 20, 36, "red"),
        ("no2", 40, 55, None), ("no2", 40, "55.1", "yellow"),
        ("co", 1, "1.5", None), ("co", "1.2", "1.71", "yellow"),
        ("o3", 100, 130, None), ("o3", 100, 131, "yellow"),
    ],
)  # fmt: skip
def test_high_against_the_others(district, pollutant, mean, value, level):
    high, *others = stations(district)
    only(district, "R1")
    air(high, **{pollutant: value})
    for other in others:
        air(other, **{pollutant: mean})
    assert found(district) == ([("甲号站", pollutant, "R1", level)] if level else [])


def test_a_clean_reference_neither_counts_nor_is_held_against_the_others(district):
    high, other = stations(district, 2)
    reference = StationFactory(district=district, name="对照点", is_reference=True)
    only(district, "R1")
    air(high, pm25=120), air(other, pm25=100), air(reference, pm25=10)
    assert found(district) == []
    air(reference, 1, pm25=300), air(high, 1, pm25=100), air(other, 1, pm25=100)
    assert found(district) == []


def test_micro_stations_are_compared_where_the_district_says_so(district):
    high, other = stations(district, 2)
    micro = StationFactory(district=district, name="微站", level="micro")
    only(district, "R1")
    air(high, pm25=120), air(other, pm25=110), air(micro, pm25=20)
    assert found(district) == []
    kept = keeping.settings_of(district)
    kept.includes_micro = True
    kept.save()
    assert found(district) == [("甲号站", "pm25", "R1", "red"), ("乙号站", "pm25", "R1", "red")]


def test_settings_are_saved_in_a_district_that_has_none_yet(district):
    WatchSettings.objects.filter(district=district).delete()
    kept = keeping.settings_of(district)
    kept.repeat_hours = 5
    keeping.save_settings(kept, by=None)
    assert WatchSettings.objects.get(district=district).repeat_hours == 5


def test_a_station_alone_has_nothing_to_be_compared_with(district):
    only(district, "R1", "R3")
    for hours_ago in range(4):
        air(stations(district, 1)[0] if not hours_ago else Anomaly._meta.get_field("station").related_model.objects.get(), hours_ago, pm25=300)
    assert found(district) == []


# --- R2 ---------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "value", "fires"), [(20, 50, False), (20, "50.1", True), (200, 260, False), (200, "260.5", True), (100, 130, False), (100, 131, True)]
)
@pytest.mark.parametrize("pollutant", ["pm25", "pm10"])
def test_a_jump(district, pollutant, before, value, fires):
    (station,) = stations(district, 1)
    only(district, "R2")
    air(station, 1, **{pollutant: before})
    air(station, **{pollutant: value})
    assert found(district) == ([("甲号站", pollutant, "R2", "yellow")] if fires else [])


def test_gases_do_not_jump_and_nothing_jumps_over_a_gap(district):
    (station,) = stations(district, 1)
    only(district, "R2")
    air(station, 2, pm25=10)
    air(station, 1, no2=20, pm25=None)
    air(station, no2=180, pm25=200)
    assert found(district) == []


# --- R3 ---------------------------------------------------------------------------------------------------------------------------------
def test_three_hours_above_the_mean(district):
    high, other = stations(district, 2)
    only(district, "R3")
    for hours_ago in (2, 1):
        air(high, hours_ago, pm25=50), air(other, hours_ago, pm25=30)
    air(high, pm25=30), air(other, pm25=30)
    assert found(district) == []
    high.readings.filter(hour=HOUR_10).update(pm25=31)
    assert found(district) == [("甲号站", "pm25", "R3", "yellow")]
    assert "10时 31，均值 30.5" in Anomaly.objects.get().words


# --- R4 ---------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "value", "level"),
    [(20, 60, None), (20, 61, "info"), (20, 115, "info"), (20, 116, "yellow"), (20, 150, "yellow"), (20, 151, "red"), (70, 90, None), (70, 116, "yellow"),
     (151, 152, None), (151, 100, None), (None, 61, "info")],
)  # fmt: skip
def test_the_index_crosses_a_line_upwards(district, before, value, level):
    """Edition 2026: PM2.5 of 60 is 100, 115 is 150, 150 is 200."""
    (station,) = stations(district, 1)
    only(district, "R4")
    air(station, 1, pm25=before)
    air(station, pm25=value)
    scan.look_at(district, [HOUR_10], now=clock.now())
    assert [each.level for each in Anomaly.objects.all()] == ([level] if level else [])


# --- R5, R6 -----------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("pm10", "pm25", "fires"), [(150, 30, False), (151, 30, True), (200, 60, False), (200, "59.9", True)])
def test_much_coarse_dust(district, pm10, pm25, fires):
    (station,) = stations(district, 1)
    only(district, "R5")
    air(station, pm10=pm10, pm25=pm25)
    assert found(district) == ([("甲号站", "pm10", "R5", "info")] if fires else [])


@pytest.mark.parametrize(
    ("pm25", "co", "fires"), [(65, "0.8", False), ("65.1", "0.71", True), ("65.1", "0.7", False), (90, "0.5", False), (50, "1.5", False)]
)
def test_soot_and_carbon_monoxide_together(district, pm25, co, fires):
    (station,) = stations(district, 1)
    only(district, "R6")
    air(station, 1, pm25=50, co="0.5")
    air(station, pm25=pm25, co=co)
    assert found(district) == ([("甲号站", "pm25", "R6", "info")] if fires else [])


def test_a_hint_stands_on_the_other_finds_of_the_hour(district):
    (station,) = stations(district, 1)
    only(district, "R2", "R5")
    air(station, 1, pm10=80, pm25=20)
    air(station, pm10=200, pm25=21)
    assert found(district) == [("甲号站", "pm10", "R2", "yellow"), ("甲号站", "pm10", "R5", "info")]
    assert set(Anomaly.objects.values_list("hint", flat=True)) == {"dust"}


# --- R7 ---------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("last", "fires"), [(34, False), (36, True)])
def test_the_month_falls_below_its_rank(district, last, fires):
    """Means so far 20, 25 and 30; two hours each. The first one's newest hour decides whether it keeps the second place."""
    first, second, third = stations(district)
    only(district, "R7", rank="2")
    for station, values in ((first, (25, last)), (second, (20, 20)), (third, (30, 30))):
        for hours_ago, value in zip((1, 0), values, strict=True):
            air(station, hours_ago, pm25=value)
    assert found(district) == ([("甲号站", "pm25", "R7", "info")] if fires else [])


def test_figures_below_zero_do_not_better_a_rank(district):
    first, second, third = stations(district, 3)
    only(district, "R7", rank="2")
    for station, values in ((first, (25, 37)), (second, (20, 20)), (third, (30, 30))):
        for hours_ago, value in zip((1, 0), values, strict=True):
            air(station, hours_ago, pm25=value)
    air(first, 2, pm25=-30)
    assert found(district) == [("甲号站", "pm25", "R7", "info")]


# --- R8 ---------------------------------------------------------------------------------------------------------------------------------
def test_two_hours_without_data_are_a_fault_told_once_however_long_it_lasts(district, time_machine):
    first, second = stations(district, 2)
    only(district, "R8")
    for hours_ago in (3, 2):
        air(first, hours_ago), air(second, hours_ago)
    air(first, 1), air(first)
    assert found(district) == [("乙号站", "", "R8", "fault")]
    silent = Anomaly.objects.get()
    assert (silent.fault, silent.hour) == ("missing", HOUR_10)
    assert silent.words == "乙号站自11月27日8时以后没有数据，已达 2 小时，请核查仪器和传输。"
    time_machine.move_to(NOW + 30 * HOUR)
    for hours_later in range(1, 31):
        air(first, -hours_later)
    assert found(district) == [("乙号站", "", "R8", "fault")]


def test_a_gap_that_the_feed_fills_with_empty_rows_is_one_fault_too(district, time_machine):
    first, second = stations(district, 2)
    only(district, "R8")
    for hours_ago in (3, 2):
        air(first, hours_ago), air(second, hours_ago)
    for hours_later in range(-1, 40):
        air(first, -hours_later), air(second, -hours_later, **dict.fromkeys(QUIET))
        time_machine.move_to(NOW + hours_later * HOUR)
        scan.scan(district=district)
    assert [(each.station.name, each.fault, each.hour) for each in Anomaly.objects.all()] == [("乙号站", "missing", HOUR_10)]


def test_one_hour_without_data_is_none(district):
    first, second = stations(district, 2)
    only(district, "R8")
    air(first, 1), air(second, 1), air(first)
    assert found(district) == []


def test_one_pollutant_without_data(district):
    (station,) = stations(district, 1)
    only(district, "R8")
    for hours_ago, value in ((3, 60), (2, 61), (1, None), (0, None)):
        air(station, hours_ago, o3=value)
    assert found(district) == [("甲号站", "o3", "R8", "fault")]


def test_what_a_station_does_not_measure_is_not_missing(district):
    station = StationFactory(district=district, not_measured=["o3"])
    only(district, "R8")
    for hours_ago, value in ((3, 60), (2, 61), (1, None), (0, None)):
        air(station, hours_ago, o3=value)
    assert found(district) == []


@pytest.mark.parametrize(("hours", "fires"), [(3, False), (4, True)])
def test_a_figure_that_does_not_move(district, hours, fires):
    (station,) = stations(district, 1)
    only(district, "R8")
    for hours_ago in range(6):
        air(station, hours_ago, pm25=20 if hours_ago < hours else 20 + hours_ago)
    assert found(district) == ([("甲号站", "pm25", "R8", "fault")] if fires else [])


@pytest.mark.parametrize(("pm25", "pm10", "fires"), [(40, 40, False), (41, 40, True)])
def test_more_fine_particles_than_all_particles(district, pm25, pm10, fires):
    (station,) = stations(district, 1)
    only(district, "R8")
    air(station, pm25=pm25, pm10=pm10)
    assert found(district) == ([("甲号站", "pm25", "R8", "fault")] if fires else [])


@pytest.mark.parametrize(("value", "fires"), [(0, False), ("-0.1", True)])
def test_a_figure_below_zero(district, value, fires):
    (station,) = stations(district, 1)
    only(district, "R8")
    air(station, no2=value)
    assert found(district) == ([("甲号站", "no2", "R8", "fault")] if fires else [])


# --- figures and words ------------------------------------------------------------------------------------------------------------------
def test_edited_figures_hold_from_the_next_look_on(district):
    high, other = stations(district, 2)
    only(district, "R1", factor="1.1", red_factor="1.9", pm25="5")
    air(high, pm25=23), air(other, pm25=20)
    assert found(district) == []
    high.readings.update(pm25=26)
    assert found(district) == [("甲号站", "pm25", "R1", "yellow")]


concentrations = st.decimals(min_value=0, max_value=2000, places=1, allow_nan=False)


@given(value=concentrations, others=st.lists(concentrations, min_size=1, max_size=4), name=st.sampled_from(["pm25", "pm10", "co"]))
def test_the_comparison_is_what_its_words_say(value, others, name):
    """Against exact arithmetic, and every number that was used stands in the sentence."""
    district = _Plain(pk=1)
    rows = [_Plain(pk=n, name=f"{n}", is_reference=False, level="national", not_measured=[]) for n in range(len(others) + 1)]
    readings = {(row.pk, HOUR_10): _Plain(**{name: each}) for row, each in zip(rows, [value, *others], strict=True)}
    window = Window(district.pk, rows, False, HOUR_10 - HOUR, readings)
    kept = figures.defaults("R1")
    made = list(neighbour_high(window, rows[0], name, HOUR_10, _Figures(kept)))
    middle = sum(others, Decimal(0)) / len(others)
    fires = value > Decimal("1.3") * middle and value - middle > Decimal(kept[name])
    assert bool(made) == fires
    for each in made:
        assert each.level == ("red" if value > Decimal("1.5") * middle else "yellow")
        assert_told(each)


class _Plain:
    def __init__(self, **values):
        self.__dict__.update(values)


class _Figures(dict):
    def __init__(self, kept):
        super().__init__({name: Decimal(value) for name, value in kept.items()})
        self.kept = kept

    def hours(self, name):
        return int(self[name])


def assert_told(each: Found) -> None:
    said = wording.words(station="站", pollutant=each.pollutant, rule=each.rule, fault=each.fault, hour=each.hour, numbers=each.numbers)
    told = [number for name, number in each.numbers.items() if name not in ("series", "last")] + [
        n for pair in each.numbers.get("series", ()) for n in pair
    ]
    assert [number for number in told if str(number) not in said] == []
    assert "%" not in said.replace("%）", "").replace("%，", "").replace("% 以上", "")


def test_the_words_of_every_rule_hold_every_number_used(district):
    """A district in which every rule finds something."""
    first, second, third = stations(district)
    AnomalyRule.objects.filter(district=district, code="R7").update(figures={"rank": "2"})
    for hours_ago in range(6, 0, -1):
        air(first, hours_ago, pm25=40, pm10=80, co="0.5"), air(second, hours_ago, pm25=30, pm10=60), air(third, hours_ago, pm25=50, pm10=90)
    air(first, pm25=160, pm10=600, co="1.5", no2="-3"), air(second, pm25=90, pm10=80), air(third, pm25=20, pm10=60)
    scan.scan(district=district)
    made = list(Anomaly.objects.select_related("station"))
    assert {each.rule for each in made} == {"R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"}
    for each in made:
        assert_told(Found(each.station, each.pollutant, each.rule, each.level, each.hour, each.numbers, each.fault))
        assert each.station.name in each.words
        assert len(wording.table(pollutant=each.pollutant, rule=each.rule, hour=each.hour, numbers=each.numbers)) >= len(each.numbers) - 1
