"""From the ranking to the rows behind a figure, at a desk and on a phone."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from grids.models import Membership
from scorecards import services
from tests.browser import expect_to_fit
from tests.factories.accounts import UserFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import random_lives, step, task_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory(name="示例区")
    random_lives(district, seed=7, count=14, start=beijing(1, month=9), until=beijing(31))
    for village, source in enumerate(("district_supervision", "city_inspection", "covert_visit", "grid_patrol")):
        step(task_of(district, at=beijing(1), due=beijing(5 + village), village=village, source=source), "accept", beijing(1, 1))
    for month in ("2026-09", MONTH):
        services.build(month, district=district)
    user = UserFactory(name="示例甲")
    Membership.objects.create(user=user, organisation=district.office, role="office_director", starts_on=dt.date(2020, 1, 1))
    return user


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_each_figure_leads_to_its_rows(kind, office, request, sign_in):
    page = request.getfixturevalue(kind)
    sign_in(page, office)

    page.goto(f"/scorecards/{MONTH}/")
    expect_to_fit(page)
    page.locator("table.ranking td.late a").first.click()
    page.locator("tr[data-finding]").last.wait_for()
    expect_to_fit(page)
    rows = page.locator("tr[data-finding]").count()
    page.get_by_role("link", name="返回计分卡").click()
    expect_to_fit(page)

    expect(page.locator("#part-B a", has_text=str(rows)).first).to_be_visible()
