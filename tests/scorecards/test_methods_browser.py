"""The ranking tool, the year and the trial of figures at a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from scorecards import services
from tests.browser import expect_to_fit
from tests.factories.accounts import UserFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import random_lives

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def director(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory(name="示例区")
    random_lives(district, seed=7, count=10, start=beijing(1, month=9), until=beijing(31))
    services.build(MONTH, district=district)
    return UserFactory(name="示例甲", office_director=district)


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_the_example_is_ranked_and_only_what_a_method_needs_is_asked(kind, director, request, sign_in):
    page = request.getfixturevalue(kind)
    sign_in(page, director)

    page.goto("/scorecards/methods/")
    page.get_by_role("button", name="填入示例").click()
    page.get_by_role("button", name="排名", exact=True).click()
    expect(page.locator("table.ranking tbody tr")).to_have_count(5)
    expect(page.locator("td.for-weights").first).to_be_hidden()
    expect_to_fit(page)
    page.get_by_label("排名方法").select_option("weighted")
    expect(page.locator("td.for-weights").first).to_be_visible()
    expect(page.locator(".for-one")).to_be_hidden()
    expect_to_fit(page)


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_from_the_ranking_to_the_year_and_to_a_trial(kind, director, request, sign_in):
    page = request.getfixturevalue(kind)
    sign_in(page, director)

    page.goto("/scorecards/")
    page.get_by_role("link", name="年度考核").click()
    page.get_by_label("含未结账月份").check()
    page.wait_for_url("**open=1*")
    expect(page.locator("table.yearly tbody tr")).to_have_count(2)
    expect_to_fit(page)
    page.goto("/scorecards/")
    page.get_by_role("link", name="试算").click()
    page.locator("[name='handling_start.full']").fill("20")
    page.get_by_role("button", name="试算").last.click()
    expect(page.get_by_role("heading", name="试算结果")).to_be_visible()
    expect_to_fit(page)
