"""The board of alarms on a wall: it fills the screen, renews itself, says when it does not, and counts what has no room."""

import re

import pytest
from playwright.sync_api import expect

from alarms.services import defaults
from tests.factories.accounts import UserFactory
from tests.factories.alarms import SourceFactory, alarm_of
from tests.factories.districts import made_district
from tests.factories.grids import centre

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EVERY = 10_000


@pytest.fixture
def camera():
    district = made_district()
    defaults.load(district)
    return SourceFactory(district=district)


def raise_alarms(camera, count: int) -> None:
    """Too far from each other to be merged."""
    lon, lat = centre(camera.grid)
    for n in range(count):
        alarm_of(camera, n, lon=lon, lat=lat + n / 50)


@pytest.fixture
def wall(camera, new_context, sign_in, settings):
    """A wall with room for a few alarms; two run."""
    settings.MFA_REQUIRED = False
    page = new_context(viewport={"width": 1920, "height": 700}).new_page()
    sign_in(page, UserFactory(office_staff=camera.district))
    page.clock.install()
    raise_alarms(camera, 2)
    page.goto("/alarms/")
    page.locator(".alarm-pin").nth(1).wait_for()
    page.get_by_role("button", name="大屏").click()
    expect(page.locator(".board:fullscreen .wall-head")).to_be_visible()
    return page


def test_an_alarm_comes_by_itself_and_what_has_no_room_is_counted(wall, camera):
    expect(wall.locator("[data-more]")).to_be_hidden()
    expect(wall.locator(".alarm-label")).to_have_text(["001", "002"])

    raise_alarms(camera, 9)
    wall.clock.run_for(EVERY + 1000)

    expect(wall.locator(".running-row")).to_have_count(9)
    expect(wall.locator(".alarm-pin")).to_have_count(9)
    expect(wall.locator("[data-more]")).to_have_text(re.compile(r"^下面还有 [1-9] 起$"))


def test_the_wall_itself_says_that_it_is_cut_off_and_that_it_is_not_any_more(wall, expected_errors):
    expected_errors.extend(("net::ERR_INTERNET_DISCONNECTED", "htmx:"))
    wall.context.set_offline(True)
    wall.clock.run_for(EVERY + 1000)
    expect(wall.locator(".board:fullscreen .notice-warn")).to_contain_text("与服务器的连接断开")

    wall.context.set_offline(False)
    wall.clock.run_for(EVERY + 1000)
    expect(wall.locator(".notice-warn")).to_have_count(0)
