"""What a township had not reported and others found; how much it finds itself; what comes back after striking off."""

import datetime as dt

import pytest

from inspections.words import FOUND_BY_OTHERS, FROM_ABOVE, FROM_SUPERVISION, NOT_SELF_FOUND, SELF_FOUND, Source
from rectification.models import Task
from scorecards import services
from scorecards.models import Scheme, ScoreLine
from scorecards.services.defaults import LINES
from scorecards.words import Kind, Part
from tests.factories.grids import FieldFactory
from tests.factories.inspections import FindingEventFactory, FindingFactory, ProblemTypeFactory
from tests.factories.rectification import LookBackFactory, TaskFactory, TaskRequestFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import step, task_of

pytestmark = pytest.mark.django_db
NOVEMBER = {"month": 11}
JULY = {"month": 7}


@pytest.fixture
def district():
    district = MarkedDistrictFactory()
    scattered = FieldFactory(district=district, code="scattered", name="“散乱污”企业取缔", headquarters=district.straw.headquarters)
    district.workshop = ProblemTypeFactory(district=district, field=scattered, code="scattered")
    district.fire = ProblemTypeFactory(district=district, field=district.straw, code="straw-fire")
    return district


def build(district, month=MONTH):
    return {(card.organisation_id, card.grid_id): card.digest for card in services.build(month, district=district, rebuild=True).cards}


def line(unit, indicator, month=MONTH):
    return ScoreLine.objects.get(scorecard__month=month, scorecard__organisation=unit, indicator=indicator)


def mark(unit, indicator):
    found = line(unit, indicator)
    return found.numerator, found.points


def found_on(district, source, *, village=0, day=5, **more):
    return FindingFactory(district=district, grid=district.villages[village], source=source, captured_at=beijing(day), **more)


# --- the scheme ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", list(Kind))
def test_the_first_scheme_makes_a_hundred(kind):
    assert sum(figures.get("full", 0) for part, _code, figures in LINES[kind] if part != Part.BONUS) == 10_000


def test_a_district_keeps_the_scheme_it_has(district):
    scheme = Scheme.objects.get(district=district, kind="township")
    scheme.lines.filter(indicator__in=["missed", "self_find_rate"]).delete()

    services.load(district)
    build(district)

    assert Scheme.objects.filter(district=district, kind="township").count() == 1
    assert not ScoreLine.objects.filter(indicator="missed").exists()


def test_every_source_is_the_grids_own_or_not():
    assert set(Source) == SELF_FOUND | NOT_SELF_FOUND
    assert not FOUND_BY_OTHERS & (SELF_FOUND | FROM_ABOVE | FROM_SUPERVISION)


def test_late_reports_and_wrong_data_take_nothing_until_somebody_has_signed_for_it(district):
    step(task_of(district, at=beijing(1), due=beijing(20)), "accept", beijing(1, 1))
    build(district)

    for name in ("late_report", "wrong_data"):
        found = line(district._town_a, name)
        assert (found.state, found.points, found.full, found.per_event) == ("counted", 0, 0, 50)


# --- missed -------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("source", list(Source))
def test_what_others_who_came_and_looked_found_was_missed(district, source):
    found_on(district, source, assigned_at=beijing(6))

    build(district)

    assert line(district._town_a, "missed").numerator == (source in FOUND_BY_OTHERS)
    assert line(district._town_b, "missed").numerator == 0


def test_each_missed_item_costs_half_a_point_and_names_its_finding(district):
    found = [found_on(district, source) for source in ("headquarters", "media")]

    build(district)

    missed = line(district._town_a, "missed")
    assert (missed.numerator, missed.points) == (2, -100)
    assert {row.finding_id for row in missed.behind()} == {each.pk for each in found}
    assert {row.reason for row in missed.behind()} == {"found_by_others"}
    assert not ScoreLine.objects.filter(indicator="missed", scorecard__scheme__kind="department").exists()


def test_a_grid_that_reports_is_never_marked_down_for_it(district):
    for problem_type in (district.workshop, district.fire, None):
        for source in SELF_FOUND:
            found_on(district, source, **({"problem_type": problem_type} if problem_type else {}))

    build(district)

    lost = ScoreLine.objects.filter(scorecard__organisation=district._town_a, part="B", points__lt=0)
    assert list(lost) == []


def test_what_was_refused_merged_voided_or_received_in_another_month_was_not_missed(district):
    found_on(district, "headquarters", state="void", ended_at=beijing(9))
    found_on(district, "headquarters", received_at=beijing(1, **NOVEMBER))
    found_on(district, "headquarters", state="void", ended_at=beijing(9, **NOVEMBER))

    build(district)

    assert line(district._town_a, "missed").numerator == 1


def test_what_was_referred_in_time_is_not_missed(district):
    task = task_of(district, at=beijing(1), due=beijing(10), source="headquarters")
    step(task, "accept", beijing(1, 1))
    TaskRequestFactory(task=task, kind="transfer", organisation=district.ecology, asked_at=beijing(5), previous_due_at=beijing(10))

    build(district)

    assert line(district._town_a, "missed").numerator == 0


# --- workshops and fires ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "line_name", "points"), [("workshop", "scattered_found", -300), ("fire", "fire_found", -100)])
@pytest.mark.parametrize("source", ["complaint", "sky_guard", "district_supervision", "covert_visit", "grid_patrol", "self_check"])
def test_a_workshop_or_fire_that_others_found_is_marked(district, name, line_name, points, source):
    found_on(district, source, problem_type=getattr(district, name), assigned_at=beijing(6))
    found_on(district, source, village=2)

    build(district)

    found = line(district._town_a, line_name)
    assert (found.numerator, found.points or 0) == ((0, 0) if source in SELF_FOUND else (1, points))
    assert line(district._town_b, line_name).numerator == 0


def test_a_covert_visit_to_a_workshop_is_marked_when_it_is_assigned(district):
    found_on(district, "covert_visit", problem_type=district.workshop, assigned_at=None, is_sealed=True)
    found_on(district, "covert_visit", problem_type=district.workshop, assigned_at=beijing(2, **NOVEMBER))

    build(district)

    assert line(district._town_a, "scattered_found").numerator == 0


@pytest.mark.parametrize(
    ("source", "name", "heaviest"),
    [
        ("headquarters", "workshop", {"scattered_found": -300}),
        ("provincial_inspection", "workshop", {"scattered_found": -300}),
        ("provincial_inspection", "fire", {"found_state": -200}),
        ("department", "fire", {"fire_found": -100}),
        ("district_supervision", "fire", {"fire_found": -100}),
    ],
)
def test_one_event_is_marked_once_by_the_heaviest_rule(district, source, name, heaviest):
    found_on(district, source, problem_type=getattr(district, name))

    build(district)

    lost = ScoreLine.objects.filter(scorecard__organisation=district._town_a, part="B", points__lt=0)
    assert dict(lost.values_list("indicator", "points")) == heaviest


def test_corrections_after_the_month_change_none_of_these_lines(district):
    finding = found_on(district, "headquarters", problem_type=district.workshop)
    missed = found_on(district, "media")
    first = build(district)

    for each in (finding, missed):
        changes = {"source": [each.source, "grid_patrol"], "problem_type": [each.problem_type_id, district.fire.pk]}
        FindingEventFactory(finding=each, action="correct", at=beijing(5, **NOVEMBER), details={"changes": changes})
        each.source, each.problem_type = "grid_patrol", district.fire
        each.save()

    assert build(district) == first
    assert mark(district._town_a, "scattered_found") == (1, -300)
    assert mark(district._town_a, "missed") == (1, -50)
    assert line(district._town_a, "fire_found").numerator == 0


# --- how much it finds itself -------------------------------------------------------------------------------------------------------
def test_the_self_find_rate_weighs_own_finds_against_those_from_above(district):
    for source in ("grid_patrol", "grid_patrol", "self_check", "city_inspection", "complaint", "headquarters"):
        found_on(district, source)
    found_on(district, "covert_visit", assigned_at=None, is_sealed=True)
    found_on(district, "grid_patrol", state="reported", number=None, registered_at=None)

    build(district)

    rate = line(district._town_a, "self_find_rate")
    assert (rate.state, rate.numerator, rate.denominator, rate.points, rate.percent) == ("information", 3, 4, None, 7500)
    assert sorted(rate.behind().values_list("reason", flat=True)) == ["found", "self_found", "self_found", "self_found"]


def test_without_problems_found_the_self_find_rate_has_no_data(district):
    step(task_of(district, at=beijing(1, month=9), due=beijing(20), source="complaint"), "accept", beijing(1, 1))

    build(district)

    rate = line(district._town_a, "self_find_rate")
    assert (rate.state, rate.denominator, rate.percent) == ("no_data", 0, None)


# --- what comes back ----------------------------------------------------------------------------------------------------------------
def struck_off(district, at, *, unit=None, **finding):
    """A problem struck off at ``at``, with the task of one party, passed two days before."""
    found = found_on(district, "complaint", received_at=beijing(1, month=6), state="struck_off", struck_off_at=at, **finding)
    FindingEventFactory(finding=found, action="strike_off", from_state="rectified", to_state="struck_off", at=at)
    begun, passed = beijing(2, month=6), at - dt.timedelta(days=2)
    return TaskFactory(
        finding=found,
        organisation=unit or found.grid.organisation,
        state="passed",
        assigned_at=begun,
        accepted_at=begun,
        due_at=at,
        fed_back_at=passed,
        passed_at=passed,
    )


def test_the_rebound_rate_judges_each_problem_in_the_month_of_its_ninetieth_day(district):
    in_time = dt.timedelta(days=90)
    first, last = beijing(1) - in_time, beijing(1, **NOVEMBER) - in_time
    back, held = struck_off(district, first), struck_off(district, last - dt.timedelta(seconds=1))
    struck_off(district, first - dt.timedelta(seconds=1))
    struck_off(district, last)
    LookBackFactory(finding=back.finding, result="rebound", done_at=beijing(20))
    LookBackFactory(finding=held.finding, result="stable", done_at=beijing(20))

    build(district)

    rate = line(district._town_a, "rebound_rate")
    assert (rate.state, rate.numerator, rate.denominator, rate.percent) == ("information", 1, 2, 5000)
    assert {row.task_id: row.reason for row in rate.behind()} == {back.pk: "rebound", held.pk: "held"}


def test_a_rebound_found_after_the_cut_off_changes_nothing(district):
    task = struck_off(district, beijing(20, **JULY))
    first = build(district)

    LookBackFactory(finding=task.finding, result="rebound", done_at=beijing(1, **NOVEMBER))

    assert build(district) == first
    assert line(district._town_a, "rebound_rate").numerator == 0


def test_both_parties_of_a_rebound_see_it_in_their_rate(district):
    task = struck_off(district, beijing(20, **JULY))
    TaskFactory(
        finding=task.finding,
        organisation=district.housing,
        state="passed",
        **{name: getattr(task, name) for name in ("assigned_at", "accepted_at", "due_at", "fed_back_at", "passed_at")},
    )
    refused = TaskFactory(finding=task.finding, organisation=district.ecology, state="refused", assigned_at=task.assigned_at, ended_at=task.passed_at)
    LookBackFactory(finding=task.finding, result="rebound", done_at=beijing(20, month=8))

    build(district)

    for unit, figures in ((district._town_a, (1, 1)), (district.housing, (1, 1)), (refused.organisation, (0, 0))):
        rate = line(unit, "rebound_rate")
        assert (rate.numerator, rate.denominator) == figures


def test_what_was_struck_off_long_ago_is_no_duty_of_the_month(district):
    struck_off(district, beijing(20, **JULY))

    build(district)

    assert Task.objects.count() == 1
    assert line(district._town_a, "rebound_rate").denominator == 1
    assert line(district._town_a, "rebound_rate").scorecard.rank is None
