"""What is counted of a month that is over stays with the unit that had it, though it has gone up in another since."""

import pytest

from common import clock
from grids.models import Grid
from grids.services import merge_organisations
from scorecards import services
from scorecards.models import Scorecard, ScoreLine
from scorecards.services import recomputing
from tests.factories.inspections import FindingFactory
from tests.factories.rectification import LookBackFactory, TaskRequestFactory
from tests.factories.registers import SiteFactory
from tests.factories.scorecards import MONTH, beijing
from tests.scorecards.closing import Scene, at
from tests.scorecards.lives import random_lives, task_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    """With something under each heading of a card: objects, people on post, reports, look-backs, requests and checks."""
    found = Scene()
    district, village = found.district, found.district.villages[0]
    with at(beijing(31, 12)):
        random_lives(district, seed=3, count=8, start=beijing(1, month=9), until=beijing(31, 9))
        SiteFactory(district=district, grid=village)
        FindingFactory(district=district, grid=village, source="complaint", field=district.dust, captured_at=beijing(9))
        LookBackFactory(finding=FindingFactory(district=district, grid=village, captured_at=beijing(2)), result="rebound", done_at=beijing(20))
        referred = task_of(district, at=beijing(3), due=beijing(20), source="city_inspection")
        TaskRequestFactory(task=referred, kind="transfer", asked_at=beijing(5), previous_due_at=referred.due_at, organisation=district.ecology)
    with at(beijing(2, 9, month=11)):
        services.build(MONTH, district=district, rebuild=True)
    return found


def stood(district) -> dict:
    cards = {(card.organisation_id, card.grid_id): card.digest for card in Scorecard.objects.filter(district=district, month=MONTH)}
    lines = ScoreLine.objects.filter(scorecard__district=district, scorecard__month=MONTH, scorecard__organisation__isnull=False)
    return {"cards": cards, "lines": sorted(lines.values_list("scorecard__organisation", "indicator", "numerator", "denominator", "points"), key=str)}


def merged(scene, source, into):
    with at(beijing(3, 10, month=11)):
        merge_organisations(source, into=into, on=clock.today(), by=None)


def rebuilt(scene) -> dict:
    with at(beijing(4, 9, month=11)):
        services.build(MONTH, district=Grid.objects.get(pk=scene.district.pk), rebuild=True)
    return stood(scene.district)


PAIRS = {
    "townships": lambda it: (it.unit, it.other),
    "departments": lambda it: (it.district.housing, it.district.ecology),
    "headquarters": lambda it: (it.district.dust.headquarters.organisation, it.district.straw.headquarters.organisation),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_units_that_merge_after_the_month_leave_its_figures_and_digests_as_they_were(scene, pair):
    before = stood(scene.district)

    merged(scene, *PAIRS[pair](scene))

    assert rebuilt(scene) == before


def test_of_units_that_merge_one_after_the_other_each_keeps_what_it_had(scene):
    third = type(scene.unit).objects.create(district=scene.district, kind="township", name="丙镇", short_name="丙镇")
    before = stood(scene.district)

    merged(scene, scene.unit, scene.other)
    merged(scene, scene.other, third)

    assert rebuilt(scene) == before


def test_a_settled_month_whose_unit_has_merged_since_still_compares_as_equal(scene):
    scene.settle()

    merged(scene, scene.unit, scene.other)

    assert recomputing.recompute(Grid.objects.get(pk=scene.district.pk), MONTH).is_equal


def test_the_rows_behind_a_headquarters_figure_stay_those_of_its_field_then(scene):
    body, heir = PAIRS["headquarters"](scene)
    lines = ScoreLine.objects.filter(scorecard__month=MONTH, scorecard__organisation=body, denominator__gt=0)
    before = {line.indicator: line.behind().count() for line in lines if line.is_view}

    merged(scene, body, heir)

    assert before
    assert {line.indicator: line.behind().count() for line in lines.all() if line.is_view} == before
