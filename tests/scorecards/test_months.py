"""A month is made of what was recorded before its end, and stays so."""

import datetime as dt

import pytest

from common import clock
from rectification.models import Task
from rectification.services import advance
from scorecards import services
from scorecards.models import Scorecard, ScoreLine
from tests.factories.accounts import UserFactory
from tests.factories.grids import GridFactory
from tests.factories.inspections import FindingEventFactory, FindingFactory
from tests.factories.rectification import LookBackFactory, TaskRequestFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import extend, random_lives, step, task_of
from tests.scorecards.recompute import export, recompute

pytestmark = pytest.mark.django_db
NOVEMBER = {"month": 11}


def build(district, month=MONTH):
    return {(card.organisation_id, card.grid_id): card.digest for card in services.build(month, district=district, rebuild=True).cards}


def line(unit, indicator, month=MONTH):
    return ScoreLine.objects.get(scorecard__month=month, scorecard__organisation=unit, indicator=indicator)


def figures(unit, indicator, month=MONTH):
    found = line(unit, indicator, month)
    return found.numerator, found.denominator


@pytest.fixture
def district():
    return MarkedDistrictFactory()


@pytest.fixture
def years_later(settings, tmp_path):
    """The product's clock, moved as a demonstration moves it."""
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    clock.set_offset(dt.timedelta(days=1200))


# --- boundaries ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("received", "months"),
    [
        ("2026-11-30T15:59:59.999999+00:00", {"2026-11"}),
        ("2026-11-30T16:00:00+00:00", {"2026-12"}),
        ("2026-12-31T15:59:59+00:00", {"2026-12"}),
        ("2028-02-29T15:59:59+00:00", {"2028-02"}),
        ("2028-02-29T16:00:00+00:00", {"2028-03"}),
    ],
)
def test_a_finding_belongs_to_its_beijing_month(district, received, months, years_later):
    FindingFactory(district=district, source="city_inspection", captured_at=dt.datetime.fromisoformat(received))

    hit = set()
    for month in ("2026-11", "2026-12", "2028-02", "2028-03"):
        build(district, month)
        if line(district._town_a, "found_city", month).numerator:
            hit.add(month)

    assert hit == months


def test_a_month_that_is_not_over_is_not_built(district):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        services.build("2099-01", district=district)


# --- later events change nothing ----------------------------------------------------------------------------------------------------
def pass_later(task):
    step(task, "feedback", beijing(3, **NOVEMBER))
    step(task, "pass", beijing(4, **NOVEMBER))


def void_later(task):
    step(task, "void", beijing(3, **NOVEMBER), target="void")
    task.finding.state, task.finding.ended_at = "void", beijing(3, **NOVEMBER)
    task.finding.save()


def extend_later(task):
    extend(task, decided_at=beijing(2, **NOVEMBER), to=beijing(20, **NOVEMBER))


def suspend_later(task):
    step(task, "pause", beijing(2, **NOVEMBER), target="suspended")
    task.suspended_at = beijing(2, **NOVEMBER)
    task.save()


def hand_over_later(task):
    step(task, "hand_over", beijing(2, **NOVEMBER), target="transferred")


def correct_later(task):
    finding, other = task.finding, task.finding.district.villages[2]
    changes = {"source": [finding.source, "grid_patrol"], "grid": [finding.grid_id, other.pk], "severity": ["serious", "minor"]}
    FindingEventFactory(finding=finding, action="correct", at=beijing(5, **NOVEMBER), details={"changes": changes})
    finding.source, finding.grid, finding.grid_path, finding.severity = "grid_patrol", other, other.path, "minor"
    finding.save()


def regrid_later(task):
    """The grid is split: its part belongs to the same township and has no card of the month."""
    finding, grid = task.finding, task.finding.grid
    part = GridFactory(parent=grid.parent, organisation=grid.organisation)
    FindingEventFactory(finding=finding, action="regrid", at=beijing(5, **NOVEMBER), details={"changes": {"grid": [grid.pk, part.pk]}})
    finding.grid, finding.grid_path = part, part.path
    finding.save()


def merge_later(task):
    """The unit goes up in another, which goes on with the task."""
    step(task, "succeed", beijing(3, **NOVEMBER), target=task.state, from_id=task.organisation_id)
    task.organisation = task.finding.district._town_b
    task.save()


LATER = [pass_later, void_later, extend_later, suspend_later, hand_over_later, correct_later, regrid_later, merge_later]


@pytest.mark.parametrize("later", LATER)
def test_later_events_leave_the_month_as_it_was(district, later):
    task = task_of(district, at=beijing(1), due=beijing(20), source="city_inspection", severity="serious")
    step(task, "accept", beijing(1, 1))
    first = build(district)

    later(task)

    assert build(district) == first
    assert figures(district._town_a, "on_time_rate") == (0, 1)
    assert line(district._town_a, "found_city").numerator == 1


def test_what_the_office_puts_right_when_it_registers_after_the_month_leaves_the_mark_where_it_was(district):
    """Else a mark would go to another township after its time to appeal."""
    finding = FindingFactory(district=district, grid=district.villages[0], reported=True, source="district_supervision", captured_at=beijing(31, 9))
    first = build(district)

    with clock.standing(beijing(2, 9, **NOVEMBER)):
        advance(finding, "register", by=UserFactory(office_staff=district), grid=district.villages[2])

    assert build(district) == first
    assert (line(district._town_a, "found_supervision").numerator, line(district._town_b, "found_supervision").numerator) == (1, 0)


def test_a_task_sent_back_after_the_month_still_passed_in_it(district):
    task = task_of(district, at=beijing(1), due=beijing(20))
    for action, day in (("accept", 2), ("feedback", 10), ("pass", 12)):
        step(task, action, beijing(day))
    first = build(district)

    task.passed_at = task.fed_back_at = None
    step(task, "reopen", beijing(9, **NOVEMBER), target="returned")

    assert build(district) == first
    assert figures(district._town_a, "on_time_rate") == (1, 1)


def test_an_open_task_counts_again_in_the_month_in_which_it_passes(district, years_later):
    task = task_of(district, at=beijing(1), due=beijing(20))
    for action, day in (("accept", 1), ("feedback", 3), ("pass", 4)):
        step(task, action, beijing(day, 1, month=10 if action == "accept" else 11))

    build(district)
    build(district, "2026-11")

    assert figures(district._town_a, "on_time_rate") == (0, 1)
    assert figures(district._town_a, "on_time_rate", "2026-11") == (0, 1)
    assert line(district._town_a, "open_overdue", "2026-11").numerator == 0


# --- what counts --------------------------------------------------------------------------------------------------------------------
def test_the_feedback_that_passed_decides_and_the_verifier_delay_is_not_the_partys(district):
    task = task_of(district, at=beijing(1), due=beijing(10))
    for action, day in (("accept", 2), ("feedback", 9), ("return", 11), ("feedback", 12), ("pass", 20)):
        step(task, action, beijing(day))
    quick = task_of(district, at=beijing(1), due=beijing(10))
    for action, day in (("accept", 2), ("feedback", 9), ("pass", 28)):
        step(quick, action, beijing(day))

    build(district)

    assert figures(district._town_a, "on_time_rate") == (1, 2)
    assert line(district._town_a, "overdue").points == -50
    assert line(district._town_a, "rework").points == -30


def test_a_granted_extension_moves_the_date(district):
    task = task_of(district, at=beijing(1), due=beijing(10))
    step(task, "accept", beijing(2))
    extend(task, decided_at=beijing(8), to=beijing(15))
    step(task, "feedback", beijing(14))
    step(task, "pass", beijing(16))

    build(district)

    assert figures(district._town_a, "on_time_rate") == (1, 1)


def test_zero_denominators_say_no_data_and_count_on_neither_side(district):
    step(task_of(district, at=beijing(20), due=beijing(5, **NOVEMBER)), "accept", beijing(20, 1))

    build(district)

    valid = line(district._town_a, "valid_reports")
    card = valid.scorecard
    assert (valid.state, valid.points, valid.denominator) == ("no_data", None, 0)
    assert (card.obtained, card.counted, card.share) == (4000, 4000, 10000)


def test_equal_units_share_a_rank(district):
    for village in (0, 2):
        step(task_of(district, village=village, at=beijing(1), due=beijing(2)), "accept", beijing(1, 1))

    build(district)

    assert list(Scorecard.objects.filter(month=MONTH, scheme__kind="township").values_list("rank", "group_size")) == [(1, 2), (1, 2)]
    assert line(district._town_a, "overdue").points == line(district._town_b, "overdue").points == -300


def test_who_had_nothing_to_do_is_not_ranked(district):
    step(task_of(district, at=beijing(1), due=beijing(2)), "accept", beijing(1, 1))

    build(district)

    busy, idle = line(district._town_a, "overdue").scorecard, line(district._town_b, "overdue").scorecard
    assert (busy.rank, busy.group_size) == (1, 1)
    assert (idle.rank, idle.share, idle.counted, idle.obtained, idle.grade) == (None, None, 0, 0, "")
    assert set(idle.lines.values_list("points", flat=True)) == {None}


@pytest.mark.parametrize("later", [None, "feedback"])
def test_a_task_that_is_not_due_yet_is_something_to_do(district, later):
    task = task_of(district, at=beijing(20), due=beijing(5, **NOVEMBER))
    step(task, "accept", beijing(20, 1))
    if later:
        step(task, later, beijing(2, **NOVEMBER))

    build(district)

    assert line(district._town_a, "overdue").scorecard.rank == 1


def test_a_task_that_passed_before_the_month_is_nothing_to_do_in_it(district, years_later):
    task = task_of(district, at=beijing(1), due=beijing(20))
    for action, day in (("accept", 1), ("feedback", 3), ("pass", 4)):
        step(task, action, beijing(day, 1))
    task.passed_at = task.fed_back_at = None
    step(task, "reopen", beijing(9, month=12), target="returned")

    build(district, "2026-11")

    assert line(district._town_a, "overdue", "2026-11").scorecard.rank is None


# --- parts of the tasks judged ------------------------------------------------------------------------------------------------------
def test_closing_rework_and_extension_are_parts_of_the_tasks_judged(district):
    late, reworked, extended = (task_of(district, at=beijing(1), due=beijing(10)) for _n in range(3))
    step(late, "accept", beijing(2))
    for action, day in (("accept", 2), ("feedback", 4), ("return", 5), ("feedback", 6), ("return", 7), ("feedback", 8), ("pass", 9)):
        step(reworked, action, beijing(day))
    extend(extended, decided_at=beijing(8), to=beijing(15))
    for action, day in (("feedback", 14), ("pass", 16)):
        step(extended, action, beijing(day))
    first = build(district)

    extend(late, decided_at=beijing(3, **NOVEMBER), to=beijing(20, **NOVEMBER))
    step(reworked, "overturn", beijing(5, **NOVEMBER))

    assert [figures(district._town_a, name) for name in ("closing_rate", "rework_rate", "extension_rate")] == [(2, 3), (1, 3), (1, 3)]
    assert build(district) == first
    for name, task in (("rework_rate", reworked), ("extension_rate", extended)):
        assert [row.task_id for row in line(district._town_a, name).behind(hit=True)] == [task.pk]


def test_what_happens_later_does_not_enter_the_rates(district):
    task = task_of(district, at=beijing(1), due=beijing(10))
    for action, day in (("accept", 2), ("feedback", 4), ("pass", 9)):
        step(task, action, beijing(day))
    step(task, "overturn", beijing(5, **NOVEMBER))

    build(district)

    assert figures(district._town_a, "rework_rate") == (0, 1)


def test_suspended_tasks_stand_beside(district):
    task = task_of(district, at=beijing(1), due=beijing(10))
    step(task, "pause", beijing(8), target="suspended")
    task.suspended_at = beijing(8)
    task.save()

    build(district)

    assert figures(district._town_a, "on_time_rate") == (0, 0)
    assert line(district._town_a, "suspended").numerator == 1


def test_a_dual_assignment_marks_down_only_the_party_that_failed(district):
    task = task_of(district, at=beijing(1), due=beijing(10))
    good = task_of(district, unit=district.housing, at=beijing(1), due=beijing(10))
    for each, day in ((task, 20), (good, 5)):
        step(each, "accept", beijing(1, 2))
        step(each, "feedback", beijing(day))
        step(each, "pass", beijing(25))

    build(district)

    assert line(district._town_a, "overdue").points == -200
    assert line(district.housing, "overdue").points == 0


def test_overdue_is_capped_per_item(district):
    step(task_of(district, at=beijing(1), due=beijing(2)), "accept", beijing(1, 1))

    build(district)

    assert line(district._town_a, "overdue").points == -300


def test_what_was_referred_in_time_to_a_body_with_power_is_not_marked_down(district):
    task = task_of(district, at=beijing(1), due=beijing(10), source="district_supervision")
    step(task, "accept", beijing(1, 1))
    asked = {"kind": "transfer", "asked_at": beijing(5), "previous_due_at": beijing(10)}
    TaskRequestFactory(task=task, organisation=district.ecology, **asked)

    build(district)

    assert figures(district._town_a, "on_time_rate") == (0, 0)
    assert line(district._town_a, "overdue").points == 0
    assert line(district._town_a, "found_supervision").points == 0


def test_a_referral_after_the_date_does_not_help(district):
    task = task_of(district, at=beijing(1), due=beijing(10))
    step(task, "accept", beijing(1, 1))
    TaskRequestFactory(task=task, kind="transfer", organisation=district.ecology, asked_at=beijing(11), previous_due_at=beijing(10))

    build(district)

    assert figures(district._town_a, "on_time_rate") == (0, 1)


def test_the_same_event_is_marked_once_by_the_heaviest_rule(district):
    task = task_of(district, at=beijing(1), due=beijing(20))
    for action, day in (("accept", 1), ("feedback", 3)):
        step(task, action, beijing(day, 1))
    step(task, "return", beijing(5), false_fix=True)

    build(district)

    assert line(district._town_a, "false_fix").points == -500
    assert line(district._town_a, "rework").points == 0


def test_a_rebound_found_by_supervision_is_marked_once(district):
    task = task_of(district, at=beijing(1, month=9), due=beijing(5, month=9), source="district_supervision")
    for action, day in (("accept", 1), ("feedback", 3), ("pass", 4)):
        step(task, action, beijing(day, 1, month=9))
    LookBackFactory(finding=task.finding, result="rebound", done_at=beijing(8))
    FindingFactory(district=district, source="district_supervision", rebound_of=task.finding, captured_at=beijing(8))

    build(district)

    assert line(district._town_a, "rebound").points == -200
    assert line(district._town_a, "found_supervision").points == 0


def test_a_rebound_of_a_covert_visit_is_marked_in_the_month_of_the_look_back_only(district):
    task = task_of(district, at=beijing(1, month=9), due=beijing(5, month=9), source="covert_visit")
    for action, day in (("accept", 1), ("feedback", 3), ("pass", 4)):
        step(task, action, beijing(day, 1, month=9))
    FindingFactory(district=district, source="covert_visit", rebound_of=task.finding, captured_at=beijing(30, month=9), assigned_at=beijing(2))

    build(district)

    assert line(district._town_a, "found_supervision").numerator == 0


def test_what_a_look_back_found_back_is_nobodys_own_find(district):
    first = FindingFactory(district=district, source="grid_patrol", severity="serious", captured_at=beijing(1, month=9))
    own = {"district": district, "grid": district.villages[0], "source": "grid_patrol", "severity": "serious"}
    FindingFactory(**own, captured_at=beijing(8), rebound_of=first)
    FindingFactory(**own, captured_at=beijing(9))

    build(district)

    assert line(district._town_a, "self_found_serious").numerator == 1
    assert (line(district._town_a, "self_find_rate").numerator, line(district._town_a, "self_find_rate").denominator) == (1, 1)


def test_a_covert_visit_counts_when_it_is_assigned(district):
    FindingFactory(district=district, source="covert_visit", captured_at=beijing(8), assigned_at=None, is_sealed=True)
    FindingFactory(district=district, source="covert_visit", captured_at=beijing(20, month=9), assigned_at=beijing(3))

    build(district)

    assert line(district._town_a, "found_supervision").numerator == 1


def test_late_signing_belongs_to_the_month_in_which_the_limit_ran_out(district):
    task_of(district, at=beijing(5), due=beijing(30))
    signed = task_of(district, at=beijing(6), due=beijing(30))
    step(signed, "accept", beijing(6, 7))

    build(district)

    assert (line(district._town_a, "late_sign").numerator, line(district._town_a, "late_sign").points) == (1, 450)


@pytest.mark.parametrize(("day", "month", "late"), [(1, 10, 0), (28, 10, 1), (8, 11, 1)])
def test_a_release_after_the_limit_does_not_heal_a_missing_signature(district, day, month, late):
    task = task_of(district, at=beijing(1), due=beijing(30))
    Task.objects.filter(pk=task.pk).update(fed_back_at=beijing(day, 5, month=month))

    build(district)

    assert line(district._town_a, "late_sign").numerator == late


# --- rows, digest, second opinion ---------------------------------------------------------------------------------------------------
def test_every_figure_is_the_number_of_its_rows(district):
    random_lives(district, seed=3, count=12, start=beijing(1, month=9), until=beijing(20, month=11))
    build(district)

    for each in ScoreLine.objects.filter(scorecard__month=MONTH, numerator__isnull=False):
        assert each.numerator == each.behind(hit=True).count()
        assert each.denominator in (None, each.behind().count())
        assert each.behind(hit=False).count() == (0 if each.denominator is None else each.denominator - each.numerator)
        assert each.behind().filter(counts=True).count() == each.numerator


@pytest.mark.parametrize("seed", [1, 2])
def test_an_independent_recomputation_agrees(district, seed):
    random_lives(district, seed=seed, count=25, start=beijing(1, month=9), until=beijing(20, month=11))
    build(district)

    expected = recompute(export(district), start=beijing(1), end=beijing(1, month=11))

    for unit in (district._town_a, district._town_b, district.housing):
        rates = ("on_time_rate",) if unit.kind == "township" else ("own_field_on_time", "other_field_on_time")
        lines = ScoreLine.objects.filter(scorecard__month=MONTH, scorecard__organisation=unit)
        got = [sum(lines.get(indicator=name).numerator for name in rates), sum(lines.get(indicator=name).denominator for name in rates)]
        assert got == expected[unit.pk]["on_time"]
        assert {row.task_id for name in rates for row in lines.get(indicator=name).behind()} == expected[unit.pk]["ids"]
        marks = {name: lines.get(indicator=name).points for name in ("overdue", "rework", "false_fix", "rebound")}
        assert marks["overdue"] == expected[unit.pk]["overdue"]
        assert marks["rework"] + marks["false_fix"] == expected[unit.pk]["rework"]
        assert marks["rebound"] == expected[unit.pk]["rebound"]
        if unit.kind == "township":
            assert lines.get(indicator="missed").points == expected[unit.pk]["missed"]


def test_the_number_of_queries_does_not_grow_with_the_rows(district, django_assert_max_num_queries):
    random_lives(district, seed=5, count=3, start=beijing(1), until=beijing(30))
    build(district)
    Scorecard.objects.all().delete()
    random_lives(district, seed=6, count=15, start=beijing(1), until=beijing(30))

    with django_assert_max_num_queries(115):
        build(district)
