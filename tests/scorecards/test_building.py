"""What a month is made of."""

import pytest
from django.core.management import call_command

from audit import canonical
from scorecards import services
from scorecards.models import Scorecard, ScoreLine, ScoreRow
from scorecards.services import sealing
from scorecards.services.sealing import FACTS
from tests.factories.inspections import FindingFactory
from tests.factories.rectification import TaskFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import random_lives

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


def dumped() -> str:
    """The month as bytes: every figure and row, without keys and the time of the build."""
    cards = Scorecard.objects.order_by("organisation_id", "grid_id")
    lines = ScoreLine.objects.order_by("scorecard__organisation_id", "scorecard__grid_id", "position")
    figures = lines.values_list("scorecard__organisation_id", "indicator", "state", "numerator", "denominator", "points")
    rows = ScoreRow.objects.order_by("line__scorecard__organisation_id", "line__scorecard__grid_id", "line__position", *FACTS)
    results = cards.values_list("organisation_id", "obtained", "counted", "share", "rank", "grade", "digest")
    return canonical.dumps([list(map(list, each)) for each in (results, figures, rows.values_list("line__indicator", *FACTS))])


def test_the_month_built_anew_is_byte_equal():
    district = MarkedDistrictFactory()
    random_lives(district, seed=11, count=12, start=beijing(1, month=9), until=beijing(20, month=11))
    call_command("build_scorecards", MONTH)
    first = dumped()
    Scorecard.objects.all().delete()

    call_command("build_scorecards", MONTH)

    assert dumped() == first


def test_both_databases_would_seal_the_same_digest():
    district = MarkedDistrictFactory()
    random_lives(district, seed=12, count=8, start=beijing(1, month=9), until=beijing(20, month=11))
    cards = [card.pk for card in services.build(MONTH, district=district).cards]

    assert sealing.digests_of_rows(cards) == sealing.digests_in_python(cards)


def test_building_again_writes_nothing():
    district = MarkedDistrictFactory()
    passed(district, fed_back=beijing(9), passed=beijing(20))
    first = services.build(MONTH, district=district)

    again = services.build(MONTH, district=district, rebuild=True)

    assert (first.changed, again.changed) == (True, False)
    assert {card.digest for card in again.cards} == {card.digest for card in first.cards}
