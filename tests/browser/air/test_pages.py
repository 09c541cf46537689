"""The air's pages at a desk and on a phone: drawn, as wide as the screen, the map in the colours of the cards, forms filled as people fill them."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from airquality import hours
from airquality.models import AirTarget, Station
from airquality.services import intake, rules
from common import clock
from tests.browser import expect_to_fit
from tests.factories.accounts import UserFactory
from tests.factories.airquality import DailyValueFactory, ReadingFactory, StationFactory
from tests.factories.grids import DistrictFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "",
    "day/",
    "month/",
    "ranking/",
    "ranking/?kind=township",
    "years/",
    "targets/",
    "targets/new/",
    "settings/",
    "settings/rules/",
    "settings/excluded/",
)


@pytest.fixture
def office(settings):
    """Three stations with a day of hours and some days of values."""
    settings.MFA_REQUIRED = False
    district = DistrictFactory(name="示例区")
    rules.load(district)
    latest = hours.latest(clock.now())
    for n, (name, pm25) in enumerate((("甲站", 30), ("乙站", 95), ("丙站", 260))):
        station = StationFactory(district=district, name=name, grid=district.villages[n])
        for back in range(24):
            ReadingFactory(station=station, hour=latest - back * hours.HOUR, pm25=Decimal(pm25))
        for back in range(1, 20):
            DailyValueFactory(station=station, day=clock.today() - dt.timedelta(days=back), pm25=Decimal(pm25))
    AirTarget.objects.create(district=district, grid=district, year=clock.today().year, pm25=Decimal(50), good_days=200)
    return UserFactory(name="示例甲", office_director=district)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", ["page", "phone"])
def test_no_page_is_wider_than_its_screen(kind, language, office, request, sign_in, live_server):
    page = request.getfixturevalue(kind)
    sign_in(page, office)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    station = Station.objects.first()
    for address in (*PAGES, f"stations/{station.pk}/?span=72", f"settings/stations/{station.pk}/", "settings/devices/", "settings/import/"):
        assert page.goto(f"/air/{address}").status == 200
        expect_to_fit(page)


def test_on_a_phone_corrections_and_the_months_of_a_target_are_read_without_moving_sideways(office, phone, sign_in):
    station = Station.objects.first()
    raw = {"station": station.code, "hour": hours.latest(clock.now()).isoformat()}
    for n in (1, 2):
        values = {"so2": n, "no2": 20 * n, "co": n, "o3": 60 * n, "pm10": 100 * n, "pm25": "116.125"}
        intake.take(
            [raw | values], district=station.district, sender=intake.Sender("interface", "platform-of-the-city-with-a-long-name-and-no-blank", office)
        )
    sign_in(phone, office)
    sideways = "element => element.scrollWidth > element.clientWidth"

    phone.goto(f"/air/stations/{station.pk}/")
    assert not phone.locator("#corrections .scroll").evaluate(sideways)
    expect(phone.locator("#corrections")).to_contain_text("PM₁₀ 100 → 200 μg/m³")
    phone.goto("/air/targets/new/")
    assert not phone.locator(".air-months").evaluate(sideways)
    assert min(each.bounding_box()["width"] for each in phone.locator(".air-months input").all()) > 60
    expect_to_fit(phone)


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_the_map_and_the_cards_say_the_same_in_the_same_colours(kind, office, request, sign_in):
    page = request.getfixturevalue(kind)
    sign_in(page, office)
    page.goto("/air/")
    page.locator(".aqi-pin").first.wait_for()
    colour = "element => getComputedStyle(element).backgroundColor"
    pins = {pin.get_attribute("title").split()[0]: (pin.inner_text(), pin.evaluate(colour)) for pin in page.locator(".aqi-pin").all()}
    cards = {
        card.locator("h3").inner_text(): (card.locator(".aqi").inner_text(), card.locator(".aqi").evaluate(colour))
        for card in page.locator(".air-card").all()
    }

    assert pins == cards
    assert cards["甲站"] == ("43", "rgb(0, 228, 0)")
    assert cards["丙站"] == ("310", "rgb(126, 0, 35)")


def test_the_page_renews_itself(office, page, sign_in):
    sign_in(page, office)
    page.clock.install()
    page.goto("/air/")
    page.locator(".air-card").first.wait_for()
    station = Station.objects.get(name="甲站")
    station.readings.filter(hour=hours.latest(clock.now())).update(pm25=Decimal(200))
    page.clock.run_for(181_000)
    page.locator(".air-card", has_text="甲站").locator(".aqi-5").wait_for()
    assert page.locator(".aqi-pin.aqi-5").inner_text() == "250"


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_a_station_is_entered_by_a_tap_on_the_map(kind, office, request, sign_in, expected_errors):
    expected_errors.append("status of 422")
    page = request.getfixturevalue(kind)
    sign_in(page, office)
    page.goto("/air/settings/stations/new/")
    page.locator("[data-map] path").first.wait_for(state="attached")
    page.get_by_label("站点编码").fill("M09")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#id_name_error")).to_be_visible()
    expect(page.get_by_label("站点编码")).to_have_value("M09")
    page.get_by_label("站点名称").fill("新站")
    box = page.locator("[data-map]")
    box.scroll_into_view_if_needed()
    box.click()
    expect(page.get_by_label("经度")).to_have_value(re.compile(r"^114\.\d+$"))
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="新站").wait_for()
    assert Station.objects.get(code="M09").grid is not None


@pytest.mark.parametrize("kind", ["page", "phone"])
def test_charts_are_drawn_beside_tables(kind, office, request, sign_in):
    page = request.getfixturevalue(kind)
    sign_in(page, office)
    page.goto(f"/air/stations/{Station.objects.first().pk}/")
    for name in ("course-options", "index-options"):
        page.locator(f"[data-chart={name}] svg path").first.wait_for(state="attached")
    assert page.locator("#course tbody tr").count() == 24
    page.goto("/air/years/")
    page.locator("[data-chart=years-options] svg path").first.wait_for(state="attached")


def test_a_day_of_the_calendar_leads_to_its_report(office, page, sign_in):
    sign_in(page, office)
    yesterday = clock.today() - dt.timedelta(days=1)
    page.goto(f"/air/month/?month={yesterday:%Y-%m}")
    page.locator(f"a.aqi-day[href$='{yesterday}']").click()
    expect(page.get_by_role("heading", name=f"{yesterday}空气质量日报")).to_be_visible()
    page.get_by_role("link", name="前一天").click()
    expect(page.get_by_role("heading", name=f"{yesterday - dt.timedelta(days=1)}空气质量日报")).to_be_visible()
