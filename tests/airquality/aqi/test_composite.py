"""Percentiles, the composite index, targets, ranks (domain 6.3, 7.7, 7.8)."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from airquality.aqi import composite, ranks, targets

FUQING = {"so2": Decimal(3), "no2": Decimal(22), "pm10": Decimal(48), "pm25": Decimal(30), "co": Decimal("0.9"), "o3": Decimal(111)}
"""January 2024; the concentrations that give the published single indexes."""


def test_fuqing_as_published():
    found = composite.composite(FUQING, composite.rule())
    singles = {"so2": "0.05", "no2": "0.55", "pm10": "0.69", "pm25": "0.86", "co": "0.22", "o3": "0.69"}
    assert found.singles == {name: Decimal(value) for name, value in singles.items()}
    assert found.index == Decimal("3.06")


def test_half_up_and_unrounded_singles_give_another_figure():
    assert composite.composite(FUQING, composite.rule(rounding="half_up")).index == Decimal("3.07")
    assert composite.composite(FUQING, composite.rule(rounds_singles=False, decimals=3)).index == Decimal("3.062")


def test_limits_and_weights_are_the_rules():
    heavy = dict.fromkeys(composite.LIMITS, "1") | {"pm25": "3"}
    found = composite.composite(FUQING, composite.rule(limits=composite.LIMITS | {"pm10": "60", "pm25": "30"}, weights=heavy))
    assert (found.singles["pm25"], found.singles["pm10"]) == (Decimal("3.00"), Decimal("0.80"))


def test_without_one_of_the_six_there_is_no_index():
    found = composite.composite(FUQING | {"co": None}, composite.rule())
    assert (found.index, len(found.singles)) == (None, 5)


@given(st.lists(st.decimals(min_value=0, max_value=300, places=1), min_size=1, max_size=40), st.integers(1, 100))
def test_a_percentile_lies_between_its_neighbours(values, percent):
    found = composite.percentile(values, percent)
    assert sum(value <= found for value in values) >= 1 + int(Decimal(percent) / 100 * (len(values) - 1))
    assert min(values) <= found <= max(values)


def test_percentiles_by_interpolation():
    values = [Decimal(n) for n in range(1, 32)]
    assert [composite.percentile(values, percent) for percent in (90, 95, 100)] == [Decimal(28), Decimal("29.5"), Decimal(31)]
    assert composite.percentile([None, Decimal(7)], 95) == 7
    assert composite.percentile([], 95) is None


def test_what_a_yearly_mean_still_allows():
    left = targets.remaining_mean(Decimal(66), [Decimal(84)] * 31, days_left=334)
    assert left.allowed.quantize(Decimal("0.01")) == Decimal("64.33")
    assert not targets.remaining_mean(Decimal(10), [Decimal(100)] * 300, days_left=65).is_reachable
    assert not targets.remaining_mean(Decimal(10), [Decimal(9)] * 365, days_left=0).is_reachable


def test_good_days_still_needed():
    assert targets.good_days_needed(20, good=15, days_left=4) == targets.DaysNeeded(5, 4)
    assert not targets.good_days_needed(20, good=15, days_left=4).is_reachable
    assert targets.good_days_needed(20, good=25, days_left=4).needed == 0
    assert targets.good_days_for_ratio(Decimal("70.1"), good=0, assessed=0, days_left=365).needed == 256
    assert targets.heavy_days_left(2, heavy=3) == -1


@given(st.lists(st.none() | st.decimals(min_value=0, max_value=9, places=0), max_size=12))
def test_a_rank_is_one_more_than_how_many_are_better(values):
    for value, rank in zip(values, ranks.ranks(values), strict=True):
        assert rank == (None if value is None else 1 + sum(other is not None and other < value for other in values))
