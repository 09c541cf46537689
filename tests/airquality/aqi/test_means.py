"""Running means, days and what makes them valid (domain 7.3)."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from airquality.aqi import means, validity
from airquality.aqi.rounding import mean

hours = st.lists(st.none() | st.decimals(min_value=0, max_value=500, places=1), min_size=24, max_size=24)


def day_of(**values):
    return means.day({name: [Decimal(value) if value is not None else None for value in given] for name, given in values.items()})


def test_a_daily_mean_needs_twenty_hours():
    full = day_of(pm25=[10] * 20 + [None] * 4)
    assert (full.values["pm25"], full.hours["pm25"], full.invalid) == (Decimal(10), 20, [])
    short = day_of(pm25=[10] * 19 + [None] * 5)
    assert (short.values["pm25"], short.hours["pm25"], short.invalid) == (Decimal(10), 19, ["pm25"])
    assert short.counting["pm25"] is None


def test_an_hour_of_eight_needs_six():
    assert means.running_8h([Decimal(8)] * 6 + [None] * 2)[7] == 8
    assert means.running_8h([Decimal(8)] * 5 + [None] * 3)[7] is None
    assert means.running_8h([Decimal(8)] * 7) == [None] * 7


def test_ozone_takes_the_highest_of_seventeen_running_means():
    found = day_of(o3=[0] * 16 + [160] * 8)
    assert (found.values["o3_8h"], found.hours["o3_8h"], found.values["o3_1h"], found.invalid) == (Decimal(160), 17, Decimal(160), [])


def test_with_fewer_running_means_ozone_counts_only_when_it_is_above_the_limit():
    low, high = day_of(o3=[100] * 20 + [None] * 4), day_of(o3=[None] * 12 + [161] * 12)
    assert low.invalid == []
    assert (high.hours["o3_8h"], high.invalid) == (7, ["o3_1h"])
    assert day_of(o3=[None] * 12 + [160] * 12).invalid == ["o3_8h", "o3_1h"]
    assert day_of(o3=[None] * 12 + [201] * 12).invalid == []


def test_negative_hours_are_left_out():
    assert day_of(pm10=[-5] + [50] * 23).values["pm10"] == 50
    assert day_of(pm10=[-5] + [50] * 23).hours["pm10"] == 23


def test_a_day_without_hours_has_no_figures():
    assert set(means.day({}).values.values()) == {None}


@given(hours)
def test_a_running_mean_is_the_mean_of_its_window_and_nothing_else(values):
    found = means.running_24h(values)
    there = [value for value in values if value is not None]
    assert found[:23] == [None] * 23
    assert found[23] == (mean(there) if len(there) >= 20 else None)


@given(hours)
def test_the_highest_running_mean_lies_between_the_lowest_and_the_highest_hour(values):
    found = means.day({"o3": values})
    if found.values["o3_8h"] is not None:
        assert min(value for value in values if value is not None) <= found.values["o3_8h"] <= found.values["o3_1h"]


def test_months_need_their_days():
    assert [validity.is_month_valid(month, 26) for month in (1, 2)] == [False, True]
