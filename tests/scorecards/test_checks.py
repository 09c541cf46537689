"""Checks of low-risk problems that a township owes as the other party (按期核查率), with and without a blind second look."""

import pytest

from scorecards import services
from scorecards.models import ScoreLine
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import checked, step, task_checked_by_township

pytestmark = pytest.mark.django_db
OTHER_PARTY, SECOND_LOOKER = "verifier", "second_looker"


@pytest.fixture
def district():
    return MarkedDistrictFactory()


@pytest.fixture
def task(district):
    return task_checked_by_township(district, due=beijing(10))


def checks(district) -> tuple:
    """Given in time, owed, and why each was counted."""
    services.build(MONTH, district=district, rebuild=True)
    line = ScoreLine.objects.get(scorecard__month=MONTH, scorecard__organisation=district._town_a, indicator="checks_on_time")
    return line.numerator, line.denominator, [row.reason for row in line.behind().order_by("due_at")]


def test_the_other_party_owes_the_check_of_a_low_risk_problem(district, task):
    checked(task, ("feedback", 5), ("return", 9), ("feedback", 10), ("pass", 12))

    assert checks(district) == (1, 2, ["check_late", "check_on_time"])
    assert ScoreLine.objects.get(scorecard__organisation=district._town_a, indicator="checks_on_time").points == 200


@pytest.mark.parametrize("action", ["pass", "return"])
@pytest.mark.parametrize(("day", "given", "reason"), [(7, 1, "check_on_time"), (9, 0, "check_late")])
def test_a_second_looker_who_passes_first_answers_for_nobody_else(district, task, action, day, given, reason):
    checked(task, ("feedback", 5), ("draw", 6, SECOND_LOOKER), (action, day, OTHER_PARTY))

    assert checks(district) == (given, 1, [reason])


def test_a_check_that_only_the_second_looker_gave_is_missed_whatever_comes_after_the_month(district, task):
    checked(task, ("feedback", 5), ("draw", 6, SECOND_LOOKER))
    missed = checks(district)
    step(task, "pass", beijing(2, month=11), part=OTHER_PARTY, verify_due_at=beijing(8).isoformat())

    assert missed == checks(district) == (0, 1, ["check_missed"])


@pytest.mark.parametrize("second", [("confirm", 7), ("confirm", 9), ("overturn", 7), ("overturn", 9)])
def test_the_other_party_that_looked_first_has_given_its_check(district, task, second):
    checked(task, ("feedback", 5), ("draw", 6, OTHER_PARTY), (*second, SECOND_LOOKER))

    assert checks(district) == (1, 1, ["check_on_time"])


def test_sent_back_by_the_second_looker_by_the_limit_nothing_is_owed(district, task):
    checked(task, ("feedback", 5), ("overturn", 8, SECOND_LOOKER))
    ended = checks(district)
    checked(task, ("feedback", 10), ("draw", 11, SECOND_LOOKER), ("pass", 12, OTHER_PARTY))

    assert (ended, checks(district)) == ((0, 0, []), (1, 1, ["check_on_time"]))


def test_sent_back_after_the_limit_the_check_was_missed_whatever_came_next(district, task):
    checked(task, ("feedback", 5), ("overturn", 9, SECOND_LOOKER))
    missed = checks(district)
    checked(task, ("feedback", 10), ("pass", 12, OTHER_PARTY))

    assert (missed, checks(district)) == ((0, 1, ["check_missed"]), (1, 2, ["check_missed", "check_on_time"]))


def test_the_check_is_owed_by_the_township_that_had_the_task_then_whoever_has_it_since(district, task):
    checked(task, ("feedback", 5))
    owed = checks(district)
    other = task.finding.tasks.get(organisation=district._town_a)
    step(other, "succeed", beijing(3, month=11), from_id=district._town_a.pk)
    other.organisation = district.ecology
    other.save()

    assert owed == checks(district) == (0, 1, ["check_missed"])
