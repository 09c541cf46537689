"""What an area's air comes to, who stands where, this year against the last, and what a target still leaves."""

import datetime as dt
import importlib
import itertools
import math
import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from airquality import figures, hours, rankings, standing, years
from airquality.aqi import composite, tables
from airquality.boards import areas, yearly
from airquality.boards.aims import aims
from airquality.models import AirTarget, CompositeIndexRule, DailyValue, ExcludedDay
from airquality.services import daily, exclusions, rules
from audit import verify
from audit.models import AuditEvent
from common import clock
from common.errors import Conflict, NotYourRole
from grids import services as grids
from grids.models import Grid
from tests.airquality.conftest import DAY
from tests.factories.accounts import UserFactory
from tests.factories.airquality import DailyValueFactory, StationFactory
from tests.factories.grids import SIDE, square

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 3)


def days(station, *figures_of_pm25, first=FIRST, **values):
    for n, pm25 in enumerate(figures_of_pm25):
        DailyValueFactory(station=station, day=first + dt.timedelta(days=n), pm25=pm25, **values)


@pytest.fixture
def reference(district):
    return StationFactory(district=district, code="9R", is_reference=True, grid=district.villages[1])


# --- areas ------------------------------------------------------------------------------------------------------------------------------
def test_a_district_is_the_mean_of_concentrations_and_never_of_indexes(district, station, other, reference):
    for each, pm25 in ((station, 30), (other, 91), (reference, 5)):
        days(each, pm25)
    found = figures.area_days(figures.counted_stations(district, since=FIRST), FIRST, FIRST)[0]
    assert (found.values["pm25"], found.index.aqi, found.stations) == (Decimal("60.5"), 100, 2)


def test_a_township_is_the_mean_of_its_own_stations(district, station, other, reference):
    StationFactory(district=district, is_active=False)
    assert figures.counted_stations(district.town_a, since=FIRST) == [station]
    assert figures.counted_stations(district.town_b, since=FIRST) == [other]


def test_hours_of_an_area(district, station, other, reference, write_day):
    for each, pm25 in ((station, 30), (other, 202), (reference, 5)):
        write_day(each, pm25=pm25)
    write_day(other, status="reviewed", pm25=[None] * 23 + [200])
    found = figures.area_hours(figures.counted_stations(district, since=FIRST), hours.first_of(DAY), hours.last_of(DAY))
    assert len(found) == 24
    assert (found[0].values["pm25"], found[0].index.aqi, found[0].stations, found[0].statuses) == (30, 43, 2, {"real_time", "reviewed"})
    assert (found[-1].values["pm25"], found[-1].index.aqi, found[-1].index.primary) == (115, 150, ("pm25",))


def test_reviewed_values_are_taken_where_there_are_any_and_the_figure_says_so(district, station):
    days(station, 30, 30)
    DailyValueFactory(station=station, day=FIRST, status="reviewed", pm25=20)
    found = {status: figures.area_days([station], FIRST, LAST, status=status) for status in ("best", "real_time", "reviewed")}
    assert {status: [int(day.values["pm25"]) for day in found[status]] for status in found} == {
        "best": [20, 30],
        "real_time": [30, 30],
        "reviewed": [20],
    }
    assert [figures.status_of(day.statuses) for day in found["best"]] == ["reviewed", "real_time"]
    told = figures.period(found["best"], FIRST, LAST, rule=None)
    assert (figures.status_of(told.statuses), figures.status_of(())) == ("mixed", "")


def test_a_period(district, station):
    for n, (pm25, co, o3) in enumerate([(50, "0.8", 100), (70, "1.0", 170), (240, "1.2", 90)]):
        DailyValueFactory(station=station, day=FIRST + dt.timedelta(days=n), pm25=pm25, co=Decimal(co), o3_8h=o3)
    found = figures.period(figures.area_days([station], FIRST, LAST), FIRST, LAST, rule=None)
    assert {name: str(value) for name, value in found.concentrations.items()} == {
        "so2": "9", "no2": "20", "co": "1.2", "o3": "156", "pm10": "40", "pm25": "120",
    }  # fmt: skip
    assert (found.levels, found.good, found.heavy, found.assessed, found.good_ratio) == ({2: 1, 3: 1, 5: 1}, 1, 1, 3, Decimal("33.3"))
    assert found.leading == {"pm25": 3, "o3": 1}
    assert found.composite.index == Decimal("5.93")
    assert found.figure("composite") == found.composite.index


def test_a_dust_day_counts_in_one_version_only(district, station):
    days(station, 20, 500)
    DailyValue.objects.filter(pm25=500).update(excluded_reason="sand_dust")
    found = figures.area_days([station], FIRST, LAST)
    without, within = (figures.period(found, FIRST, LAST, rule=None, with_excluded=given) for given in (False, True))
    assert (without.concentrations["pm25"], without.heavy, without.excluded) == (20, 0, 1)
    assert (within.concentrations["pm25"], within.heavy) == (260, 1)


def test_a_station_that_is_excluded_for_a_day_has_no_part_in_its_area(district, station, other, office):
    """In the month, the ranking and the targets alike; only the version that counts every day has it."""
    for each, pm25 in ((station, 30), (other, 90)):
        days(each, pm25, pm25)
    DailyValue.objects.filter(station=other, day=FIRST).update(excluded_reason="exceptional")
    both = {every: figures.together(figures.daily_values([station, other], FIRST, LAST), every=every) for every in (False, True)}
    assert {every: [(day.values["pm25"], day.stations, day.excluded_reason) for day in found] for every, found in both.items()} == {
        False: [(30, 1, ""), (60, 2, "")],
        True: [(60, 2, ""), (60, 2, "")],
    }
    made = rules.save_target(target(district, pm25=Decimal(50)), by=office)
    assert standing.stand([made], through=LAST)[0].period.concentrations["pm25"] == 45
    Grid.objects.filter(pk=district.villages[2].pk).update(path=district.town_a.path + "9/")
    line = next(line for line in rankings.townships(district, FIRST, LAST, by="pm25").lines if line.value)
    assert (line.subject, line.value) == (district.town_a, 45)


def test_a_day_that_is_excluded_everywhere_keeps_its_mean_and_its_reason(station, other):
    for each, reason in ((station, "sand_dust"), (other, "exceptional")):
        days(each, 40, excluded_reason=reason)
    (found,) = figures.area_days([station, other], FIRST, LAST)
    assert (found.values["pm25"], found.stations, found.excluded_reason) == (40, 2, "exceptional")


def test_means_that_are_cut_do_not_tip_the_area_over_a_half(district, station, other):
    third = StationFactory(district=district, grid=district.villages[1])
    for each, pm25 in ((station, "60.66667"), (other, "60.66667"), (third, "60.16667")):
        days(each, Decimal(pm25))
    (found,) = figures.area_days(figures.counted_stations(district, since=FIRST), FIRST, LAST)
    assert (found.values["pm25"], found.index.aqi) == (Decimal("60.5"), 100), "181.5 ÷ 3 is 60.5 exactly, and rounds to 60"


def test_the_quick_way_over_many_areas_says_exactly_what_the_plain_one_says(district, station, other):
    """Against the rules written out once more: choose, leave out, mean, round half to even, look up, round up."""
    third = StationFactory(district=district, grid=district.villages[1], not_measured=["co"])
    invented = random.Random(7)
    for each, n in itertools.product((station, other, third), range(40)):
        for status in ("real_time", "reviewed") if invented.random() < 0.4 else ("real_time",):
            _invent(invented, each, dt.date(2026, 2, 9) + dt.timedelta(days=n), status)
    own = {"all": [station, other, third], "one": [third], "none": []}
    for edition in ("", "2026"):
        found = figures.days_of_areas(own, dt.date(2026, 2, 9), dt.date(2026, 3, 20), edition=edition)
        for key, stations in own.items():
            told = [(day.day, day.values, day.index.sub_indexes, day.statuses, day.excluded_reason) for day in found[key]]
            assert told == _plainly(stations, edition)


def _invent(invented, station, day, status):
    values = {name: Decimal(invented.randrange(0, 300_000_00)) / 100_000 for name in figures.DAY_ITEMS}
    values = {name: None if invented.random() < 0.1 else value for name, value in values.items()}
    invalid = [name for name in values if invented.random() < 0.1]
    reason = invented.choice(["", "", "", "sand_dust"])
    DailyValueFactory(station=station, day=day, status=status, invalid=invalid, excluded_reason=reason, **values)


def _plainly(stations, edition) -> list[tuple]:
    by_day = defaultdict(dict)
    for row in DailyValue.objects.filter(station__in=stations).order_by("day", "status"):
        by_day[row.day][row.station_id] = row
    told = []
    for day, found in by_day.items():
        rows = [row for row in found.values() if not row.excluded_reason] or list(found.values())
        values = {}
        for name in figures.DAY_ITEMS:
            there = [Fraction(getattr(row, name)) for row in rows if name not in row.invalid and getattr(row, name) is not None]
            values[name] = Decimal(round(sum(there) / len(there) * 100_000)) / 100_000 if there else None
        table = edition or ("2026" if day >= dt.date(2026, 3, 1) else "2012")
        said = {name: _sub_index(tables.DAY_ROWS[name], values[name], table) for name in tables.DAILY[table]}
        reasons = {row.excluded_reason for row in rows}
        statuses = frozenset(row.status for row in rows)
        told.append((day, values, {name: each for name, each in said.items() if each is not None}, statuses, "" if "" in reasons else min(reasons)))
    return told


def _sub_index(row, value, edition):
    if value is None:
        return None
    value, points = round(Fraction(value), 1 if row.startswith("co") else 0), [Fraction(point) for point in tables.BREAKPOINTS[edition][row]]
    for n, (low, high) in enumerate(itertools.pairwise(points)):
        if value <= high:
            return math.ceil((tables.LEVELS[n + 1] - tables.LEVELS[n]) * (value - low) / (high - low) + tables.LEVELS[n])
    return 500 if row not in tables.SHORT_ROWS else {"2026": tables.LEVELS[len(points) - 1], "2012": None}[edition]


def test_nothing_comes_of_nothing(district, station):
    found = figures.period(figures.area_days([station], FIRST, LAST), FIRST, LAST, rule=None)
    assert (found.composite.index, found.good_ratio, found.assessed, set(found.concentrations.values())) == (None, None, 0, {None})


def test_past_days_are_entered_as_daily_values_and_never_over_what_is_there(station):
    values = {"so2": Decimal(9), "no2": Decimal(20), "co": Decimal("0.5"), "o3_8h": Decimal(60), "pm10": Decimal(40), "pm25": Decimal(80)}
    assert daily.enter_past([(station, dt.date(2025, 1, 1), values), (station, dt.date(2025, 1, 2), values)]) == 2
    assert daily.enter_past([(station, dt.date(2025, 1, 1), values | {"pm25": Decimal(1)})]) == 0
    entered = [(value.aqi, value.primary, value.edition, value.status, value.invalid) for value in DailyValue.objects.all()]
    assert entered == [(107, ["pm25"], "2012", "reviewed", [])] * 2


# --- rankings ---------------------------------------------------------------------------------------------------------------------------
def test_stations_are_ranked_with_shared_ranks_and_references_are_not(district, station, other, reference):
    third = StationFactory(district=district, code="1003A", level="micro")
    silent = StationFactory(district=district, code="1004A", name="无数据站")
    for each, pm25 in ((station, 30), (other, 30), (third, 40), (reference, 5)):
        days(each, pm25)
    (ranking,) = rankings.stations(district, FIRST, LAST, by="pm25")
    assert [(line.subject, line.rank, line.value) for line in ranking.lines][2:] == [(third, 3, 40), (silent, None, None)]
    assert {line.rank for line in ranking.lines[:2]} == {1}
    assert ranking.status == "real_time"
    grouped = rankings.stations(district, FIRST, LAST, by="pm25", grouped=True)
    assert {each.group: [line.rank for line in each.lines] for each in grouped} == {"national": [1, 1, None], "micro": [1]}


def test_by_change_who_has_fallen_most_comes_first_and_nothing_before_means_no_rank(district, station, other):
    for each, this, last in ((station, 36, 40), (other, 20, None)):
        days(each, this)
        if last:
            days(each, last, first=dt.date(2025, 11, 1))
    (ranking,) = rankings.stations(district, FIRST, LAST, by="pm25", by_change=True)
    assert [(line.subject, line.rank, line.change) for line in ranking.lines] == [(station, 1, Decimal("-10.0")), (other, None, None)]


def test_more_good_days_are_better(district, station, other):
    days(station, 20, 200)
    days(other, 20, 20)
    (ranking,) = rankings.stations(district, FIRST, LAST, by="good_ratio")
    assert [(line.subject, line.rank, line.value) for line in ranking.lines] == [(other, 1, Decimal("100.0")), (station, 2, Decimal("50.0"))]


def test_a_township_without_a_station_has_no_rank(district, station):
    days(station, 30)
    ranking = rankings.townships(district, FIRST, LAST, by="pm25")
    assert [(line.subject, line.rank) for line in ranking.lines] == [(district.town_a, 1), (district.town_b, None)]


def test_after_a_split_the_parts_have_the_earlier_months_and_a_township_closed_without_successor_keeps_its_own(district, station, other):
    for each, pm25 in ((station, 30), (other, 60)):
        days(each, pm25)
    keeper, lat = UserFactory(office_director=district), district.town_a.min_lat
    parts = [{"code": f"N{n}", "name": f"新{n}街", "polygon": square(district.town_a.min_lon + n * SIDE, lat)} for n in range(2)]
    west, east = grids.split_grid(district.town_a, parts=parts, on=dt.date(2026, 11, 20), by=keeper)
    Grid.objects.filter(pk=district.town_b.pk).update(valid_to=dt.date(2026, 11, 20))

    lines = rankings.townships(district, FIRST, LAST, by="pm25").lines
    assert [(line.subject, line.rank, line.value) for line in lines] == [(west, 1, 30), (district.town_b, 2, 60), (east, None, None)]


def test_the_queries_of_a_ranking_do_not_grow_with_the_stations(district, django_assert_max_num_queries):
    for n in range(8):
        days(StationFactory(district=district), 20 + n)
    with django_assert_max_num_queries(5):
        rankings.stations(district, FIRST, LAST)
    with django_assert_max_num_queries(5):
        rankings.townships(district, FIRST, LAST)


# --- years ------------------------------------------------------------------------------------------------------------------------------
def test_both_years_are_judged_by_one_edition_whatever_they_were_published_by(district, station):
    days(station, 70)
    days(station, 70, first=dt.date(2025, 11, 1))
    area = areas.of_station(station)
    found = {edition: yearly.years(area, year=2026, against=2025, edition=edition, rule=None, today=LAST).whole for edition in ("2026", "2012")}
    assert {edition: (each.this.good, each.before.good, each.is_even) for edition, each in found.items()} == {
        "2026": (0, 0, True),
        "2012": (1, 1, True),
    }
    assert found["2026"].changes["pm25"] == 0


def test_a_ranking_judges_the_year_before_by_the_edition_of_its_end(district, station):
    """70 µg/m³ is a good day of 2012 and none of 2026."""
    days(station, 70)
    days(station, 70, first=dt.date(2025, 11, 1))
    (of_stations,) = rankings.stations(district, FIRST, LAST, by="good_ratio")
    of_towns = rankings.townships(district, FIRST, LAST, by="good_ratio")
    for line in (of_stations.lines[0], of_towns.lines[0]):
        assert (line.value, line.before.figure("good_ratio"), line.change) == (Decimal(0), Decimal(0), None)
    (old,) = rankings.stations(district, FIRST.replace(year=2025), LAST.replace(year=2025), by="good_ratio")
    assert old.lines[0].value == 100


def test_a_township_that_was_closed_later_is_ranked_in_its_time(district, station, other):
    days(station, 30)
    days(other, 20)
    Grid.objects.filter(pk=district.town_b.pk).update(valid_to=LAST + dt.timedelta(days=5))
    assert [line.subject for line in rankings.townships(district, FIRST, LAST, by="pm25").lines] == [district.town_b, district.town_a]
    after = LAST + dt.timedelta(days=20)
    assert [line.subject for line in rankings.townships(district, after, after, by="pm25").lines] == [district.town_a]


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-11-01", "2026-11-30", ("2025-11-01", "2025-11-30")),
        ("2028-02-01", "2028-02-29", ("2027-02-01", "2027-02-28")),
        ("2029-02-01", "2029-02-28", ("2028-02-01", "2028-02-29")),
    ],
)
def test_the_same_dates_a_year_before(first, last, before):
    found = years.year_before(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert tuple(map(str, found)) == before


# --- targets and rules ------------------------------------------------------------------------------------------------------------------
def target(grid, **values):
    return AirTarget(district_id=grid.district_id, grid=grid, year=2026, **values)


def test_targets_are_read_with_as_many_queries_as_one(district, station, other, office, django_assert_num_queries):
    days(station, 30)
    days(other, 60)
    made = [rules.save_target(target(grid, pm25=Decimal(50)), by=office) for grid in (district, district.town_a, district.town_b)]
    rows = list(AirTarget.objects.filter(pk__in=[each.pk for each in made]).select_related("grid", "district").order_by("grid__level", "grid__code"))
    with django_assert_num_queries(3):
        found = standing.stand(rows, through=LAST)
    assert [each.period.concentrations["pm25"] for each in found] == [45, 30, 60]


def told(items):
    return [(item.label, str(item.done), item.left, item.state) for item in items]


def test_where_a_target_stands(district, station, office):
    for n in range(10):
        DailyValueFactory(station=station, day=dt.date(2026, 12, 1) + dt.timedelta(days=n), pm25=60 if n < 8 else 200, pm10=80)
    made = rules.save_target(target(district, pm25=Decimal(50), good_days=20, good_ratio=Decimal(90), heavy_days=1), by=office)
    (found,) = aims([made], today=dt.date(2026, 12, 11))
    assert told(found.items) == [
        ("PM₂.₅", "88", "剩余21天均值不超过31.9", "behind"),
        ("优良天数", "8", "还需12天，剩余21天", "on_way"),
        ("优良天数比例", "80.0", "还需20天，剩余21天", "behind"),
        ("重污染天数上限", "2", "已超出1天", "lost"),
    ]
    assert (found.state, found.months) == ("lost", [])


def test_a_month_is_told_by_every_measure_it_has_an_aim_for(district, station, office):
    for day, pm25 in [(dt.date(2026, 11, 30), 500), *((dt.date(2026, 12, 1) + dt.timedelta(days=n), 60 if n < 8 else 200) for n in range(10))]:
        DailyValueFactory(station=station, day=day, pm25=pm25)
    month = {"pm25": "70", "composite": "4.1", "two_factor": "1.2", "good_days": "29", "good_ratio": "80"}
    made = rules.save_target(target(district, pm25=Decimal(50), months={"12": month, "01": {"pm25": "1"}}), by=office)
    (found,) = aims([made], today=dt.date(2026, 12, 11))
    assert told(found.months) == [
        ("PM₂.₅", "88", "剩余21天均值不超过61.4", "behind"),
        ("优良天数", "8", "还需21天，剩余21天", "behind"),
        ("优良天数比例", "80.0", "还需17天，剩余21天", "on_way"),
        ("综合指数", "4.29", "高出目标0.19", "behind"),
        ("两项加和", "2.66", "高出目标1.46", "behind"),
    ]


def test_of_a_year_to_come_all_days_are_left(district, station, office):
    made = rules.save_target(target(district, heavy_days=3), by=office)
    made.year = 2027
    assert standing.stand([made], through=dt.date(2026, 12, 10))[0].days_left == 365


def test_a_target_is_kept_by_the_office_for_district_and_townships(district, office, town):
    made = rules.save_target(target(district.town_a, pm25=Decimal(40), months={"01": {"pm25": "66", "good_days": ""}, "02": {}}), by=office)
    assert made.months == {"01": {"pm25": "66"}}
    made.pm25 = Decimal(38)
    rules.save_target(made, by=office)
    assert AuditEvent.objects.get(action="air_target.edit").payload.count("38") == 1
    wrong = (
        target(district.villages[0], pm25=1),
        target(district),
        target(district, pm25=1, months={"13": {}}),
        target(district, pm25=1, months={"01": {"pm25": "x"}}),
    )
    for each in wrong:
        with pytest.raises(ValidationError):
            rules.save_target(each, by=office)
    with pytest.raises(NotYourRole):
        rules.save_target(target(district, pm25=1), by=town)
    assert (rules.remove_target(made, by=office), rules.remove_target(made, by=office)) == (True, False)


def test_two_people_with_one_target_and_two_targets_for_one_place(district, office):
    made = rules.save_target(target(district, pm25=Decimal(40)), by=office)
    one, other = AirTarget.objects.get(), AirTarget.objects.get()
    rules.save_target(one, by=office)
    with pytest.raises(Conflict):
        rules.save_target(other, by=office)
    with pytest.raises((Conflict, ValidationError)):
        rules.save_target(target(district, pm25=Decimal(41)), by=office)
    assert AirTarget.objects.get().pk == made.pk


def test_the_rule_in_force_at_the_beginning_of_a_period_makes_its_index(district, station, office):
    rules.load(district)
    rules.load(district)
    days(station, 30)
    newer = CompositeIndexRule(
        district=district, name="过渡限值", effective_from=FIRST, decimals=3,
        limits=composite.LIMITS | {"pm10": "60", "pm25": "30"}, weights=composite.EVEN | {"pm25": 3},
    )  # fmt: skip
    rules.save_rule(newer, by=office)
    assert CompositeIndexRule.objects.count() == 2
    assert [str(figures.rule_for(district, day)) for day in (FIRST - dt.timedelta(days=1), FIRST)] == ["综合指数（2012年二级限值）", "过渡限值"]
    found = figures.period(figures.area_days([station], FIRST, FIRST), FIRST, FIRST, rule=figures.rule_for(district, FIRST))
    assert (found.composite.singles["pm25"], found.composite.index) == (Decimal("3.000"), Decimal("4.880"))


@pytest.mark.parametrize(
    "limits", [{}, {"so2": 1}, dict.fromkeys(composite.LIMITS, "x"), dict.fromkeys(composite.LIMITS, 0), dict.fromkeys(composite.LIMITS, "NaN")]
)
def test_a_rule_needs_six_figures_above_zero(district, office, limits):
    with pytest.raises(ValidationError):
        rules.save_rule(CompositeIndexRule(district=district, name="x", effective_from=FIRST, limits=limits, weights=composite.EVEN), by=office)


@pytest.fixture
def found_wrong(settings):
    """``found_wrong("airquality.AirTarget")``: what a comparison of these rows with the record finds."""

    def compare(label):
        settings.AUDITED_MODELS = [label]
        report = verify.Report()
        verify.verify_state(report)
        return [fault["what"] for fault in report.faults]

    assert {"airquality.AirTarget", "airquality.ExcludedDay"} <= set(settings.AUDITED_MODELS)
    return compare


def test_the_record_vouches_for_targets_and_misses_none_that_was_removed_by_the_office(district, office, found_wrong):
    kept, removed = (rules.save_target(target(grid, pm25=Decimal(40)), by=office) for grid in (district, district.town_a))
    kept.pm25 = Decimal(39)
    rules.save_target(kept, by=office)
    rules.remove_target(removed, by=office)
    assert found_wrong("airquality.AirTarget") == []
    AirTarget.objects.filter(pk=kept.pk).update(pm25=45)
    assert found_wrong("airquality.AirTarget") == ["was changed past the record"]
    AirTarget.objects.all().delete()
    assert found_wrong("airquality.AirTarget") == ["is on record but no longer in its table"]
    AirTarget(pk=removed.pk, district=district, grid=district.town_a, year=2026, pm25=60).save(force_insert=True)
    assert "was changed past the record" in found_wrong("airquality.AirTarget")


def test_the_record_vouches_for_excluded_days(district, office, found_wrong):
    rows = [exclusions.exclude(district, day, reason="sand_dust", approval="批复甲", by=office) for day in (FIRST, FIRST + dt.timedelta(days=1))]
    exclusions.restore(rows[0], by=office)
    assert found_wrong("airquality.ExcludedDay") == []
    ExcludedDay.objects.update(day=FIRST)
    assert found_wrong("airquality.ExcludedDay") == ["was changed past the record"]


def test_targets_and_excluded_days_of_an_older_release_come_on_record_when_it_is_upgraded(district, found_wrong):
    AirTarget.objects.create(district=district, grid=district.town_a, year=2026, pm25="40.0", months={"01": {"pm25": "66"}})
    ExcludedDay.objects.create(district=district, day=FIRST, approval="批复甲", at=clock.now())
    assert found_wrong("airquality.AirTarget") == found_wrong("airquality.ExcludedDay") == ["no event tells of this row"]
    fields = AirTarget.AUDIT_FIELDS, ExcludedDay.AUDIT_FIELDS
    importlib.import_module("airquality.migrations.0005_targets_on_record").adopt(apps, None)
    assert fields == (AirTarget.AUDIT_FIELDS, ExcludedDay.AUDIT_FIELDS)
    assert found_wrong("airquality.AirTarget") == found_wrong("airquality.ExcludedDay") == []


def test_the_record_vouches_for_the_rules(district, office, settings):
    settings.AUDITED_MODELS = ["airquality.CompositeIndexRule"]
    rules.load(district)
    rule = CompositeIndexRule.objects.get()
    rule.decimals, rule.limits = 3, composite.LIMITS | {"pm10": "60", "pm25": "30"}
    rules.save_rule(rule, by=office)
    report = verify.Report()
    verify.verify_state(report)
    assert (report.rows, report.faults) == (1, [])
    CompositeIndexRule.objects.update(decimals=4)
    verify.verify_state(report)
    assert report.count == 1
