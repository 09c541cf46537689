"""What a month is made of."""

import pytest

from scorecards import services
from scorecards.models import ScoreLine
from tests.factories.inspections import FindingFactory
from tests.factories.rectification import TaskFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing

pytestmark = pytest.mark.django_db


def line(district, unit, indicator):
    return ScoreLine.objects.get(scorecard__month=MONTH, scorecard__organisation=unit, indicator=indicator, scorecard__district=district)


def passed(district, *, fed_back, passed, due=None, **more):
    finding = FindingFactory(district=district, state="rectified", captured_at=beijing(1))
    due = due or beijing(10)
    return TaskFactory(
        finding=finding, state="passed", assigned_at=beijing(1), accepted_at=beijing(1, 1), due_at=due, fed_back_at=fed_back, passed_at=passed, **more
    )


def test_a_task_counts_in_the_month_in_which_it_passed_by_the_feedback_that_passed():
    district = MarkedDistrictFactory()
    passed(district, fed_back=beijing(9), passed=beijing(20))
    passed(district, fed_back=beijing(11), passed=beijing(20))

    services.build(MONTH, district=district)

    rate = line(district, district._town_a, "on_time_rate")
    assert (rate.numerator, rate.denominator) == (1, 2)


def test_an_open_task_past_its_date_is_in_the_denominator():
    district = MarkedDistrictFactory()
    passed(district, fed_back=beijing(9), passed=beijing(20))
    TaskFactory(
        finding=FindingFactory(district=district, captured_at=beijing(1)),
        assigned_at=beijing(1),
        due_at=beijing(20),
        state="accepted",
        accepted_at=beijing(1),
    )

    services.build(MONTH, district=district)

    rate = line(district, district._town_a, "on_time_rate")
    overdue = line(district, district._town_a, "overdue")
    assert (rate.numerator, rate.denominator) == (1, 2)
    assert (overdue.numerator, overdue.points) == (1, -200)


def test_building_again_writes_nothing():
    district = MarkedDistrictFactory()
    passed(district, fed_back=beijing(9), passed=beijing(20))
    first = services.build(MONTH, district=district)

    again = services.build(MONTH, district=district, rebuild=True)

    assert (first.changed, again.changed) == (True, False)
    assert {card.digest for card in again.cards} == {card.digest for card in first.cards}
