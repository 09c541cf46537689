"""Pure arithmetic of marks."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db.models import DateTimeField, Value
from hypothesis import given
from hypothesis import strategies as st

from scorecards import marks
from scorecards.indicators.spells import begun_spells
from tests.factories.grids import GridFactory

SHARES = st.lists(st.one_of(st.none(), st.integers(0, 10_500)), max_size=40)
DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
END = START + 31 * DAY


@given(SHARES)
def test_a_rank_is_one_more_than_the_number_of_better_units(values):
    ranks = marks.ranks(values)

    assert ranks == [None if value is None else 1 + sum(other > value for other in values if other is not None) for value in values]


def test_ties_share_a_rank_and_the_next_rank_is_skipped():
    assert marks.ranks([9350, 9120, 9120, 8460]) == [1, 2, 2, 4]


@given(st.integers(0, 10_000), st.integers(0, 500), st.integers(1, 500))
def test_a_rated_mark_lies_within_half_a_hundredth_of_the_exact_one(full, numerator, denominator):
    numerator = min(numerator, denominator)

    mark = marks.rated(full, numerator, denominator)

    assert 2 * abs(mark * denominator - full * numerator) <= denominator


def test_halves_are_rounded_to_the_even_neighbour():
    assert [marks.rated(1, odd, 2) for odd in (1, 3, 5)] == [0, 2, 2]


def test_nothing_counted_gives_no_share():
    assert marks.share(0, 0) is None


@pytest.mark.parametrize(
    ("due", "stop", "units"),
    [
        (START + DAY, START + DAY, 0),
        (START + DAY, START + DAY + dt.timedelta(seconds=1), 1),
        (START + DAY, START + 4 * DAY, 1),
        (START + DAY, START + 4 * DAY + dt.timedelta(seconds=1), 2),
        (START - 10 * DAY, START + 2 * DAY, 1),
        (END - DAY, None, 1),
        (END - DAY, END + 20 * DAY, 1),
        (START - 10 * DAY, START - DAY, 0),
        (END + DAY, None, 0),
    ],
)
@pytest.mark.django_db
def test_begun_spells_of_three_days_inside_the_month(due, stop, units):
    moment = {"output_field": DateTimeField()}
    spells = begun_spells(SimpleNamespace(start=START, end=END), due=Value(due, **moment), stopped=Value(stop, **moment))

    assert GridFactory.create().__class__.objects.values_list(spells, flat=True).first() == units


@pytest.mark.parametrize(
    ("numerator", "rules", "points"),
    [
        (70, {"threshold": 7000, "slope": 100}, 5000),
        (65, {"threshold": 7000, "slope": 100}, 4500),
        (10, {"threshold": 7000, "slope": 100}, 0),
        (10, {"inverse": True}, 4500),
        (15, {"inverse": True, "threshold": 1000, "slope": 100}, 4500),
        (5, {"inverse": True, "threshold": 1000, "slope": 100}, 5000),
    ],
)
def test_marks_of_a_rate(numerator, rules, points):
    assert marks.of_rate(5000, numerator, 100, **rules) == points


@pytest.mark.parametrize(("slope", "points"), [(153, 6374), (165, 6168)])
def test_a_half_behind_a_recurring_decimal_goes_to_the_even_neighbour_too(slope, points):
    assert marks.of_rate(9000, 1, 3, threshold=5050, slope=slope) == points


@pytest.mark.parametrize(("value", "grade"), [(9000, "excellent"), (8999, "good"), (8000, "good"), (7999, "pass"), (6000, "pass"), (5999, "fail")])
def test_grades_begin_at_their_line(value, grade):
    assert marks.grade(value, excellent_from=9000, good_from=8000, pass_from=6000) == grade
