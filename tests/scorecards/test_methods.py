"""Ranking methods of domain 6.3 on hand-made bulletins with invented names."""

import doctest
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards import marks, tables
from scorecards.methods import bulletin, change, combining, ranking, rounding
from scorecards.methods.bulletin import Bulletin, Settings, Term
from scorecards.methods.words import Method

FIGURES = st.one_of(st.none(), st.decimals(0, 500, places=3))
LISTS = st.lists(FIGURES, max_size=30)


@pytest.mark.parametrize("module", [rounding, ranking, change, combining, bulletin])
def test_the_examples_in_the_code_hold(module):
    assert doctest.testmod(module).failed == 0


def ranked(text: str, method: Method, **settings) -> dict:
    """Name → (rank, figure ranked by) in the order of the result."""
    read = tables.read(text)
    assert not read.errors
    groups = Bulletin(read.measures, read.entries, Settings(method, **settings)).groups()
    return {each.entry.name: (each.rank, each.value) for group in groups for each in group.standings}


def groups_of(text: str, method: Method, **settings):
    read = tables.read(text)
    return Bulletin(read.measures, read.entries, Settings(method, **settings)).groups()


def names(standings) -> list[str]:
    return [each.entry.name for each in standings]


def table(*rows: str) -> str:
    return "\n".join("\t".join(row.split()) for row in rows)


# --- places -----------------------------------------------------------------------------------------------------------------------------
def test_two_that_tie_at_ten_are_followed_by_twelve():
    figures = [*range(1, 10), 10, 10, 11]

    assert ranking.ranks(figures, ascending=True)[-3:] == [10, 10, 12]


@given(LISTS, st.booleans())
def test_a_rank_is_one_more_than_the_number_of_better_ones(values, ascending):
    better = (lambda other, value: other < value) if ascending else (lambda other, value: other > value)

    found = ranking.ranks(values, ascending=ascending)

    assert found == [None if value is None else 1 + sum(better(other, value) for other in values if other is not None) for value in values]


@given(st.lists(st.one_of(st.none(), st.integers(0, 10_500)), max_size=30))
def test_the_ranks_of_cards_and_of_bulletins_are_one(values):
    assert ranking.ranks(values, ascending=False) == marks.ranks(values)


@given(LISTS, st.integers(0, 10))
def test_a_cut_list_holds_who_stands_there_and_never_parts_equals(values, count):
    ranks = ranking.ranks(values, ascending=True)
    known = [rank for rank in ranks if rank is not None]

    first, last = ranking.best(ranks, count), ranking.worst(ranks, count)

    assert len(first) >= min(count, len(known)) and len(last) >= min(count, len(known))
    for listed in (first, last):
        shown = {ranks[place] for place in listed}
        assert {place for place, rank in enumerate(ranks) if rank in shown} == set(listed)
    assert not first or sum(rank < max(ranks[place] for place in first) for rank in known) < count
    assert not last or sum(rank > min(ranks[place] for place in last) for rank in known) < count


def test_a_last_twenty_holds_twenty_two_when_three_tie_at_the_cut():
    better = [f"优{n} {3 + n / 100:.2f}" for n in range(28)]
    tied = ["甲乡 5.46", "乙乡 5.46", "丙乡 5.46"]
    worse = [f"后{n} {5.5 + n / 100:.2f}" for n in range(19)]

    last = groups_of(table("乡镇 综合指数", *better, *tied, *worse), Method.FIGURE, column="综合指数", worst=20)[0].worst

    assert len(last) == 22
    assert names(last)[:3] == ["甲乡", "乙乡", "丙乡"]
    assert {each.rank for each in last[:3]} == {29}


def test_a_last_three_has_four_names_when_two_tie_at_the_cut():
    text = table("区县 O3", "甲县 160", "乙县 171", "丙县 171", "丁县 175", "戊县 180")

    assert names(groups_of(text, Method.FIGURE, column="O3", worst=3)[0].worst) == ["乙县", "丙县", "丁县", "戊县"]


def test_a_first_two_has_three_names_when_the_second_place_is_shared():
    text = table("区县 PM10", "甲县 60", "乙县 58", "丙县 60", "丁县 75")

    assert names(groups_of(text, Method.FIGURE, column="PM10", best=2)[0].best) == ["乙县", "甲县", "丙县"]


# --- rounding ---------------------------------------------------------------------------------------------------------------------------
@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=5000), st.integers(0, 4))
def test_a_rounded_figure_lies_within_half_a_unit_and_halves_are_even(value, places):
    found = rounding.rounded(value, places)
    unit = Fraction(1, 10**places)

    assert abs(Fraction(found) - value) <= unit / 2
    assert -found.as_tuple().exponent == places
    if abs(Fraction(found) - value) == unit / 2:
        assert int(Fraction(found) / unit) % 2 == 0


@given(st.decimals(0, 1000, places=4))
def test_a_figure_that_is_not_rounded_stays_what_it_is(value):
    assert rounding.rounded(value, None) == value


def test_published_ties_come_from_figures_rounded_first():
    text = table("乡镇 PM2.5 SO2", "甲乡 46 9", "乙乡 45 11", "丙乡 44 12")

    printed = ranked(text, Method.TWO_FACTOR)
    exact = ranked(text, Method.TWO_FACTOR, round_first=False)

    assert printed == {"甲乡": (1, Decimal("1.46")), "丙乡": (1, Decimal("1.46")), "乙乡": (3, Decimal("1.47"))}
    assert exact == {"丙乡": (1, Decimal("1.46")), "甲乡": (2, Decimal("1.46")), "乙乡": (3, Decimal("1.47"))}


def test_equal_fractions_tie_without_rounding_too():
    text = table("乡镇 PM2.5 SO2", "甲乡 46 9", "乙乡 39 21", "丙乡 32 33")

    assert {rank for rank, _value in ranked(text, Method.TWO_FACTOR, places=None).values()} == {1}


def test_figures_given_with_three_decimals_are_ranked_by_all_of_them_unless_told_otherwise():
    text = table("区县 综合指数", "甲县 5.558", "乙县 5.562", "丙县 5.561")

    assert [rank for rank, _value in ranked(text, Method.FIGURE, column="综合指数").values()] == [1, 2, 3]
    assert [rank for rank, _value in ranked(text, Method.FIGURE, column="综合指数", figure_places=2).values()] == [1, 1, 1]


# --- change -----------------------------------------------------------------------------------------------------------------------------
@given(st.decimals(0, 500, places=2), st.decimals("0.01", 500, places=2))
def test_a_change_rate_falls_below_zero_exactly_when_the_figure_fell(this, last):
    rate = change.change_rate(this, last, places=None)

    assert (rate < 0) == (this < last) and (rate == 0) == (this == last)
    assert change.printed(rate, improved_is_positive=True) == -rate
    assert change.printed(rate, improved_is_positive=False) == rate


def test_change_rates_rank_the_deepest_fall_first_and_leave_out_who_has_no_last_figure():
    text = table("区县 PM2.5 去年同期PM2.5", "甲县 42 50", "乙县 40 0", "丙县 36 36", "丁县 45 -", "戊县 30 28", "己县 21 25")

    assert ranked(text, Method.CHANGE, column="PM2.5") == {
        "甲县": (1, Decimal("-16.00")),
        "己县": (1, Decimal("-16.00")),
        "丙县": (3, Decimal("0.00")),
        "戊县": (4, Decimal("7.14")),
        "乙县": (None, None),
        "丁县": (None, None),
    }


def test_change_rates_that_are_equal_after_rounding_tie_only_when_rounded_first():
    text = table("区县 PM2.5 上期PM2.5", "甲县 29 33", "乙县 58.002 66")

    assert [rank for rank, _value in ranked(text, Method.CHANGE, column="PM2.5").values()] == [1, 1]
    assert [rank for rank, _value in ranked(text, Method.CHANGE, column="PM2.5", round_first=False).values()] == [1, 2]


def test_who_meets_grade_two_in_all_items_is_not_listed_among_the_worst():
    text = table("城市 PM2.5 去年同期PM2.5 SO2", "甲市 30 20 10", "乙市 50 40 10", "丙市 60 55 10", "丁市 50 50 10", "戊市 34 30 70")

    group = groups_of(text, Method.CHANGE, column="PM2.5", worst=2, spares_grade_two=True)[0]

    assert names(group.worst) == ["戊市", "乙市"]
    assert names(group.spared) == ["甲市"]


# --- means of ranks and indexes -----------------------------------------------------------------------------------------------------------
XUCHANG = table(
    "区县 综合指数 去年同期综合指数 PM2.5 去年同期PM2.5",
    "甲县 4.50 5.00 40 50",
    "乙县 4.60 5.00 42 50",
    "丙县 4.70 5.00 44 50",
    "丁县 4.80 5.00 45 50",
    "戊县 4.90 5.00 48 50",
)
FOUR = tuple(Term(key, is_change=is_change) for key in ("综合指数", "PM2.5") for is_change in (False, True))


def test_four_ranks_make_a_plain_mean():
    assert combining.weighted_mean([3, 3, 4, 4], [1] * 4, places=1) == Decimal("3.5")
    assert combining.weighted_mean([2, 2, 3, 3], [1] * 4, places=1) == Decimal("2.5")


def test_a_table_is_ranked_by_the_mean_of_its_four_ranks():
    text = table(
        "区县 综合指数 去年同期综合指数 PM2.5 去年同期PM2.5",
        "甲县 4.10 4.50 50 50",
        "乙县 4.20 4.50 44 50",
        "丙县 4.30 4.50 48 50",
        "丁县 4.40 4.50 46 50",
    )

    assert ranked(text, Method.MEAN, terms=FOUR, places=1) == {
        "乙县": (1, Decimal("1.5")),
        "甲县": (2, Decimal("2.5")),
        "丙县": (3, Decimal("3.0")),
        "丁县": (3, Decimal("3.0")),
    }


def test_a_rank_that_is_missing_leaves_the_unit_without_a_mean():
    text = XUCHANG.replace("48\t50", "48\t0")

    assert ranked(text, Method.MEAN, terms=FOUR)["戊县"] == (None, None)


def test_weighted_means_of_ranks_tie_and_skip():
    text = table("镇街 PM2.5 PM10", "甲镇 30 60", "乙镇 31 70", "丙镇 32 80", "丁镇 33 90", "戊镇 40 50")
    terms = (Term("PM2.5", weight=Decimal("0.6")), Term("PM10", weight=Decimal("0.4")))

    assert ranked(text, Method.WEIGHTED, terms=terms, places=1) == {
        "甲镇": (1, Decimal("1.4")),
        "乙镇": (2, Decimal("2.4")),
        "丙镇": (3, Decimal("3.4")),
        "戊镇": (3, Decimal("3.4")),
        "丁镇": (5, Decimal("4.4")),
    }


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.data())
def test_a_weighted_mean_of_ranks_lies_between_the_best_and_the_worst(ranks, data):
    weights = data.draw(st.lists(st.decimals("0.1", 10, places=1), min_size=len(ranks), max_size=len(ranks)))

    assert min(ranks) <= combining.weighted_mean(ranks, weights, places=2) <= max(ranks)


def test_the_two_factor_index_of_a_bulletin():
    text = table("乡镇 PM2.5 SO2", "甲镇 46 9", "乙镇 46 —")

    assert ranked(text, Method.TWO_FACTOR) == {"甲镇": (1, Decimal("1.46")), "乙镇": (None, None)}


def test_the_six_single_indexes_are_rounded_before_they_are_added():
    text = table("城市 SO2 NO2 PM10 PM2.5 CO O3-8h", "示例市 3 22 48.3 30.1 0.9 110.4")

    assert ranked(text, Method.SIX_FACTOR) == {"示例市": (1, Decimal("3.06"))}


def test_a_mean_of_figures_is_weighted_seventy_five_to_twenty_five():
    text = table("城市 PM2.5 PM10", "甲市 40 80", "乙市 44 68")
    terms = (Term("PM2.5", weight=Decimal(75)), Term("PM10", weight=Decimal(25)))

    assert ranked(text, Method.SUM, terms=terms) == {"甲市": (1, Decimal("50.00")), "乙市": (1, Decimal("50.00"))}


# --- ties and groups ----------------------------------------------------------------------------------------------------------------------
TIED = table("区县 综合指数 优良天数比例 PM2.5", "甲县 5.46 70% 46", "乙县 5.46 75% 47", "丙县 5.46 75% 45", "丁县 5.46 - 40")


def test_equals_share_their_rank_unless_good_days_and_then_fine_dust_part_them():
    assert {rank for rank, _value in ranked(TIED, Method.FIGURE, column="综合指数").values()} == {1}
    assert list(ranked(TIED, Method.FIGURE, column="综合指数", breaks_ties=True)) == ["丙县", "乙县", "甲县", "丁县"]


def test_ranks_are_made_inside_each_group():
    text = table("乡镇 组别 综合指数", "甲乡 重点 5.46", "乙乡 其他 4.10", "丙乡 重点 5.40", "丁乡 其他 4.10")

    groups = groups_of(text, Method.FIGURE, column="综合指数", by_group=True, worst=1)

    assert [(group.name, [(each.entry.name, each.rank) for each in group.standings]) for group in groups] == [
        ("重点", [("丙乡", 1), ("甲乡", 2)]),
        ("其他", [("乙乡", 1), ("丁乡", 1)]),
    ]
    assert [names(group.worst) for group in groups] == [["甲乡"], ["乙乡", "丁乡"]]


def test_a_mean_of_ranks_is_made_of_ranks_inside_the_group():
    text = table("乡镇 组别 PM2.5 PM10", "甲乡 一组 50 90", "乙乡 二组 40 80", "丙乡 二组 42 78")
    terms = (Term("PM2.5"), Term("PM10"))

    assert ranked(text, Method.MEAN, terms=terms, by_group=True)["甲乡"] == (1, Decimal("1.00"))
