"""The days behind a line of air tell what it was made of, so that it can be worked out by hand."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from airquality.forms import OF_MONTH
from airquality.models import DailyValue
from scorecards import services
from scorecards.exports.month import Month
from scorecards.exports.rows import every_row
from scorecards.indicators import INDICATORS
from scorecards.indicators.air import MEASURES
from scorecards.models import Scorecard
from scorecards.services.defaults import BEGINNING
from tests.factories.accounts import UserFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory
from tests.scorecards.air import BEFORE, THIS, days_of, station_in

pytestmark = pytest.mark.django_db
OF_TWO = "PM₂.₅ 46.25，SO₂ 9"
OF_SIX = "SO₂ 9，NO₂ 20，CO 0.9，O₃-8h 80，PM₁₀ 70，PM₂.₅ 46.25"


@pytest.fixture
def district():
    """A month and the same of last year, alike; on one day PM2.5 was not measured."""
    district = MarkedDistrictFactory()
    scheme = district.schemes.get(kind="township", in_force_from=BEGINNING)
    for code in ("air_composite_rank", "air_two_factor_rank"):
        scheme.lines.create(part="A", indicator=code, full=0, position=50)
    station = station_in(district)
    for year in (THIS, BEFORE):
        days_of(station, year, pm25="46.25", pm10="70", so2=Decimal(9), no2=Decimal(20), co=Decimal("0.9"), o3_8h=Decimal(80))
    DailyValue.objects.filter(day=dt.date(THIS, 10, 7)).update(pm25=None)
    services.build(MONTH, district=district)
    return district


@pytest.fixture
def member(district):
    return UserFactory(town_handler=district._town_a)


def words_of(answer) -> str:
    return re.sub(r"\s*，\s*", "，", re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.mark.parametrize(
    ("code", "told", "lacking"),
    [("air_two_factor_rank", OF_TWO, "PM₂.₅ —，SO₂ 9"), ("air_composite_rank", OF_SIX, OF_SIX.replace("46.25", "—"))],
)
def test_a_figure_of_several_items_is_explained_by_their_concentrations(district, member, client, code, told, lacking):
    client.force_login(member)
    address = reverse("scorecards:rows", args=[MONTH, district._town_a.pk, code])

    month, before = (words_of(client.get(address, {"hit": chosen})) for chosen in ("", "before"))

    assert [month.count(told), month.count(lacking), before.count(told)] == [30, 1, 31]


def test_where_the_value_says_all_nothing_is_added(district, member, client):
    client.force_login(member)
    page = words_of(client.get(reverse("scorecards:rows", args=[MONTH, district._town_a.pk, "air_pm25_target"])))
    assert "46.25" in page
    assert "各项浓度" not in page


def test_the_office_can_give_a_month_an_aim_of_every_measure():
    assert set(MEASURES) <= set(OF_MONTH)


def test_the_sheet_tells_the_same(district, member):
    cards = Scorecard.objects.visible_to(member).filter(month=MONTH, organisation__isnull=False)
    rows = list(every_row(Month(cards, MONTH, member)))
    label = {code: str(INDICATORS[code].label) for code in ("air_two_factor_rank", "air_composite_rank", "air_pm25_target")}
    told = {code: {row[-1] for row in rows if row[1] == name} for code, name in label.items()}
    assert told == {
        "air_two_factor_rank": {OF_TWO, "PM₂.₅ —，SO₂ 9"},
        "air_composite_rank": {OF_SIX, OF_SIX.replace("46.25", "—")},
        "air_pm25_target": {""},
    }


@pytest.mark.parametrize(("code", "told"), [("air_composite_rank", "72"), ("air_pm25_target", "46.25")])
def test_an_index_is_a_whole_number_and_a_concentration_is_not(district, member, client, code, told):
    client.force_login(member)
    page = client.get(reverse("scorecards:rows", args=[MONTH, district._town_a.pk, code])).content.decode()
    assert f">{told}</td>" in page
