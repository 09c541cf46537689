"""Whose turn it is: every object in its period, evenly, fairly, the same each time."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from inspections.services import turns
from inspections.words import Per

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))


def weekday(day: dt.date) -> bool:
    return day.weekday() < 5


@given(DAYS, st.sampled_from(Per.values))
def test_every_day_lies_in_exactly_one_period_of_each_kind(day, per):
    first, last = turns.period_of(per, day)
    assert first <= day <= last
    for inside in (first, last):
        assert turns.period_of(per, inside) == (first, last)
    assert turns.period_of(per, last + dt.timedelta(days=1))[0] == last + dt.timedelta(days=1)


@given(DAYS, st.sampled_from([Per.WEEK, Per.HALF_MONTH, Per.MONTH]), st.integers(1, 60), st.integers(1, 5))
def test_by_the_end_of_its_period_every_object_had_all_its_turns(day, per, of, times):
    days = turns.days_of(per, day, weekday)
    for rank in range(of):
        assert turns.turns_until(days[-1], days, times=times, rank=rank, of=of) == times
        counts = [turns.turns_until(each, days, times=times, rank=rank, of=of) for each in days]
        assert counts == sorted(counts)


@given(st.integers(1, 200), st.integers(1, 4))
def test_turns_lie_evenly_over_the_days(of, times):
    days = [dt.date(2026, 11, 23) + dt.timedelta(days=n) for n in range(5)]
    totals = [sum(turns.turns_until(day, days, times=times, rank=rank, of=of) for rank in range(of)) for day in days]
    each_day = [after - before for before, after in zip([0, *totals], totals, strict=False)]
    assert sum(each_day) == of * times
    assert max(each_day) - min(each_day) <= times


def test_two_turns_a_week_lie_on_different_days():
    days = [dt.date(2026, 11, 23) + dt.timedelta(days=n) for n in range(5)]
    assert [turns.turns_until(day, days, times=2, rank=3, of=4) for day in days] == [0, 1, 1, 1, 2]


def test_week_of_holidays_asks_for_nothing():
    assert turns.days_of(Per.WEEK, dt.date(2026, 10, 1), lambda day: False) == []
    assert turns.turns_until(dt.date(2026, 10, 1), [], times=1, rank=0, of=1) == 0


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(0, 80))
def test_shares_are_whole_and_fair(loads, amount):
    taken = turns.shares(loads, amount)
    assert sum(taken) == amount
    totals = [load + each for load, each in zip(loads, taken, strict=True)]
    busy = [total for total, each in zip(totals, taken, strict=True) if each]
    assert not busy or max(busy) <= min(totals) + 1


@given(st.integers(1, 99))
def test_lot_draws_about_its_share_and_always_the_same(share):
    found = [turns.drawn(f"7:2026-11-01:{n}", share) for n in range(2000)]
    assert found == [turns.drawn(f"7:2026-11-01:{n}", share) for n in range(2000)]
    assert abs(sum(found) / 20 - share) < 5


def test_route_goes_to_the_nearest_next_and_ends_with_what_has_no_place():
    stops = [("a", (0, 0)), ("far", (9, 0)), ("lost", None), ("near", (1, 0)), ("mid", (4, 0))]
    assert [name for name, _place in turns.route(stops, lambda stop: stop[1])] == ["a", "near", "mid", "far", "lost"]
