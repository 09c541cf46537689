"""The index by the letter of both editions (domain 7.5, 7.6)."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airquality.aqi import index, levels, tables

BOTH = (tables.HJ2012, tables.HJ2026)
ROWS = sorted(tables.BREAKPOINTS[tables.HJ2026])
GOOD = {"so2": Decimal(9), "no2": Decimal(20), "co": Decimal("0.5"), "o3": Decimal(60), "pm10": Decimal(40), "pm25": Decimal(20)}
GOOD_DAY = {name: value for name, value in GOOD.items() if name != "o3"} | {"o3_8h": Decimal(70), "o3_1h": Decimal(80)}
concentrations = st.decimals(min_value=0, max_value=4000, places=3)


def sub(row, value, edition):
    return index.sub_index(row, Decimal(value), edition=edition)


@pytest.mark.parametrize(
    ("row", "value", "of_2012", "of_2026"),
    [
        ("pm25", "61", 83, 101), ("pm25", "75", 100, 114), ("pm25", "115", 150, 150), ("pm25", "116", 152, 152), ("pm10", "51", 51, 51),
        ("pm10", "121", 86, 101), ("o3_8h", "161", 101, 101), ("co_24h", "4.1", 101, 101), ("no2_24h", "81", 101, 101),
        ("so2_1h", "800", 200, 200), ("so2_1h", "801", None, 200), ("o3_8h", "800", 300, 300), ("o3_8h", "801", None, 300),
        ("pm25", "500", 500, 500), ("pm25", "501", 500, 500), ("pm10", "4000", 500, 500), ("o3_1h", "1300", 500, 500), ("co_1h", "0", 0, 0),
    ],
)  # fmt: skip
def test_computed_points(row, value, of_2012, of_2026):
    assert (sub(row, value, tables.HJ2012), sub(row, value, tables.HJ2026)) == (of_2012, of_2026)


def test_every_line_of_the_tables_gives_its_own_index():
    for edition in BOTH:
        for row, points in tables.BREAKPOINTS[edition].items():
            assert [sub(row, point, edition) for point in points] == list(tables.LEVELS[: len(points)]), (edition, row)


def test_the_editions_differ_in_two_places_only():
    old, new = tables.BREAKPOINTS[tables.HJ2012], tables.BREAKPOINTS[tables.HJ2026]
    differing = {(row, n, old[row][n], new[row][n]) for row in old for n in range(len(old[row])) if old[row][n] != new[row][n]}
    assert differing == {("pm10", 2, 150, 120), ("pm25", 2, 75, 60)}


@given(st.sampled_from(ROWS), concentrations, st.sampled_from(BOTH))
def test_a_sub_index_is_what_exact_fractions_give(row, value, edition):
    kept = Decimal(round(Fraction(value) * 10)) / 10 if row.startswith("co") else Decimal(round(Fraction(value)))
    points = tables.BREAKPOINTS[edition][row]
    n = next((n for n in range(1, len(points)) if kept <= points[n]), None)
    if n is None:
        assert sub(row, value, edition) in (None, 200, 300, 500)
        return
    low, high = Fraction(points[n - 1]), Fraction(points[n])
    exact = Fraction(tables.LEVELS[n] - tables.LEVELS[n - 1]) / (high - low) * (Fraction(kept) - low) + tables.LEVELS[n - 1]
    assert sub(row, value, edition) == ceil(exact)


@given(st.sampled_from(ROWS), concentrations, concentrations)
def test_more_of_a_pollutant_never_gives_a_lower_index(row, one, other):
    lower, higher = sorted([one, other])
    assert sub(row, lower, tables.HJ2026) <= sub(row, higher, tables.HJ2026)


@given(st.sampled_from(ROWS), concentrations)
def test_the_edition_of_2026_is_never_milder(row, value):
    old = sub(row, value, tables.HJ2012)
    assert old is None or old <= sub(row, value, tables.HJ2026)


def test_concentrations_are_rounded_half_to_even_before_the_index():
    assert [sub("pm25", value, tables.HJ2026) for value in ("35.5", "34.5", "34.5001")] == [52, 49, 50]
    assert [sub("co_24h", value, tables.HJ2026) for value in ("4.05", "4.15")] == [100, 101]


def test_a_negative_figure_is_no_concentration():
    assert sub("pm25", "-3", tables.HJ2026) is None


def test_the_edition_follows_the_day_of_observation():
    assert [tables.edition_on(day) for day in (dt.date(2026, 2, 28), dt.date(2026, 3, 1))] == ["2012", "2026"]


# --- the index of an hour and a day -----------------------------------------------------------------------------------------------------
def test_an_hour_of_2026_jumps_with_the_hourly_mean():
    found = index.hourly(GOOD | {"pm25": Decimal(116)}, edition=tables.HJ2026)
    assert (found.aqi, found.level, found.primary) == (152, 4, ("pm25",))
    assert found.sub_indexes == {"so2": 3, "no2": 10, "co": 5, "o3": 19, "pm10": 40, "pm25": 152}


def test_in_the_words_of_2012_particles_count_by_24_hours_and_ozone_by_eight_too():
    running = {"pm25_24h": Decimal(61), "pm10_24h": Decimal(50), "o3_8h": Decimal(170)}
    found = index.hourly(GOOD | {"pm25": Decimal(300)} | running, edition=tables.HJ2012, by_text=True)
    assert (found.aqi, found.primary) == (110, ("o3",))
    assert found.sub_indexes == {"so2": 3, "no2": 10, "co": 5, "o3": 19, "o3_8h": 110, "pm10_24h": 50, "pm25_24h": 83}
    assert index.hourly(GOOD | {"pm25": Decimal(61)}, edition=tables.HJ2026, by_text=True).sub_indexes["pm25"] == 101


def test_above_800_sulphur_dioxide_speaks_by_its_day_in_2012_and_stands_at_200_in_2026():
    high = GOOD | {"so2": Decimal(900), "so2_24h": Decimal(475)}
    assert index.hourly(high, edition=tables.HJ2012).sub_indexes["so2"] == 150
    assert index.hourly(high, edition=tables.HJ2026).sub_indexes["so2"] == 200
    assert "so2" not in index.hourly(GOOD | {"so2": Decimal(900)}, edition=tables.HJ2012).sub_indexes


def test_above_800_eight_hours_of_ozone_give_way_to_the_hour_in_2012():
    day = GOOD_DAY | {"o3_8h": Decimal(810), "o3_1h": Decimal(1000)}
    assert (index.daily(day, edition=tables.HJ2012).aqi, index.daily(day, edition=tables.HJ2026).aqi) == (400, 300)


def test_those_who_tie_lead_together_and_ozone_is_named_once():
    day = GOOD_DAY | {"pm25": Decimal(60), "pm10": Decimal(120), "o3_8h": Decimal(160), "o3_1h": Decimal(200)}
    assert index.daily(day, edition=tables.HJ2026).primary == ("o3", "pm10", "pm25")
    assert index.daily(GOOD_DAY | {"o3_8h": Decimal(160), "o3_1h": Decimal(200)}, edition=tables.HJ2012).primary == ("o3",)


def test_nothing_leads_up_to_50():
    fifty = index.daily(GOOD_DAY | {"pm10": Decimal(50)}, edition=tables.HJ2026)
    assert (fifty.aqi, fifty.primary) == (50, ())
    assert index.daily(GOOD_DAY | {"pm10": Decimal(51)}, edition=tables.HJ2026).primary == ("pm10",)


def test_with_something_missing_the_index_is_published_above_100_only_since_2026():
    less = {name: value for name, value in GOOD.items() if name != "co"}
    assert (index.hourly(less, edition=tables.HJ2012).aqi, index.hourly(less, edition=tables.HJ2012).is_withheld) == (40, False)
    withheld = index.hourly(less, edition=tables.HJ2026)
    assert (withheld.aqi, withheld.level, withheld.primary, withheld.is_withheld) == (None, None, (), True)
    assert withheld.sub_indexes["pm10"] == 40
    assert index.hourly(less | {"pm25": Decimal(61)}, edition=tables.HJ2026).aqi == 101
    assert index.hourly(less | {"pm25": Decimal(60)}, edition=tables.HJ2026).aqi is None


def test_what_the_station_does_not_measure_blocks_nothing():
    particles = {"pm10": Decimal(40), "pm25": Decimal(20)}
    assert index.hourly(particles, edition=tables.HJ2026, not_measured=["so2", "no2", "co", "o3"]).aqi == 40
    assert index.hourly(particles | {"pm25": None}, edition=tables.HJ2026, not_measured=["so2", "no2", "co", "o3"]).aqi is None


def test_clean_air_is_1_in_2026_and_0_in_2012():
    nothing = dict.fromkeys(GOOD, Decimal(0))
    assert [index.hourly(nothing, edition=edition).aqi for edition in BOTH] == [0, 1]


def test_without_any_figure_there_is_no_index():
    assert [index.hourly({}, edition=edition) for edition in BOTH] == [index.Index(edition) for edition in BOTH]


# --- levels -----------------------------------------------------------------------------------------------------------------------------
def test_levels_have_their_names_and_colours():
    assert [str(level.label) for level in levels.LEVELS] == ["优", "良", "轻度污染", "中度污染", "重度污染", "严重污染"]
    assert [level.colour for level in levels.LEVELS] == ["#00E400", "#FFFF00", "#FF7E00", "#FF0000", "#99004C", "#7E0023"]
    assert (levels.level(None), levels.level(6).numeral) == (None, "六级")


def test_those_who_should_take_care_are_named_by_the_pollutants_above_100():
    assert set(levels.sensitive_groups({"pm25": 152, "o3_8h": 101, "pm10": 100})) == {"o3", "pm25"}
