"""A settled month stays what it was, and the book goes on from it."""

import pytest

from grids.models import Grid, Organisation
from scorecards.models import Account
from scorecards.services import posting, recomputing
from tests.factories.scorecards import MONTH, beijing
from tests.scorecards.closing import Scene
from tests.scorecards.lives import task_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


def test_other_names_and_codes_of_units_and_grids_leave_it_as_it_was(scene):
    scene.settle()
    Organisation.objects.filter(pk=scene.unit.pk).update(name="新名街道办事处", short_name="新名街道", code="T-99")
    Grid.objects.filter(pk=scene.district.villages[0].pk).update(name="新名村", code="V-99")
    Grid.objects.filter(pk=scene.district.pk).update(code="D-99")

    assert recomputing.recompute(Grid.objects.get(pk=scene.district.pk), MONTH).is_equal


def test_the_book_goes_on_over_a_month_in_which_no_scan_had_run(scene):
    task = task_of(scene.district, at=beijing(20, month=9), due=beijing(28, month=11))
    posting.post(scene.district, now=beijing(30, 20, month=9))

    scene.settle()
    posting.post(scene.district, now=beijing(11, 9, month=11))

    accounts = Account.objects.filter(organisation=task.organisation).order_by("month")
    assert [(each.month, each.opening) for each in accounts][:2] == [("2026-09", 0), (MONTH, 1)]
    assert accounts.count() == 3
