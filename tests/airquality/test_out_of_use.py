"""A station goes out of use on a day: the days before it go on counting, in means, targets, rankings and months; the days after it never do."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse

from airquality import figures, rankings, standing
from airquality.models import AirTarget, Station
from airquality.services import rules
from audit.models import AuditEvent
from common import clock
from tests.airquality.conftest import DAY
from tests.factories.airquality import DailyValueFactory, StationFactory
from tests.factories.grids import centre

pytestmark = pytest.mark.django_db
FIRST, END, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 3), dt.date(2026, 11, 4)


@pytest.fixture(autouse=True)
def _noon():
    with clock.standing(clock.at(DAY, dt.time(12))):
        yield


@pytest.fixture
def ended(other):
    """``other``, out of use from the 3rd; both stations have a value on each of the first four days, and go on sending."""
    Station.objects.filter(pk=other.pk).update(is_active=False, out_of_use_from=END)
    other.refresh_from_db()
    return other


@pytest.fixture(autouse=True)
def _values(station, ended):
    for n in range(4):
        DailyValueFactory(station=station, day=FIRST + dt.timedelta(days=n), pm25=20)
        DailyValueFactory(station=ended, day=FIRST + dt.timedelta(days=n), pm25=60)


def means(found) -> list[int]:
    return [int(day.values["pm25"]) for day in found]


def test_the_district_keeps_its_days_before(district):
    assert means(figures.area_days(figures.counted_stations(district, since=FIRST), FIRST, LAST)) == [40, 40, 20, 20]
    assert means(figures.area_days(figures.counted_stations(district, since=END), FIRST, LAST)) == [20] * 4, "on the 3rd it is no station any more"


def test_a_station_never_taken_into_use_counts_on_no_day(district, ended):
    Station.objects.filter(pk=ended.pk).update(out_of_use_from=None)
    assert means(figures.area_days(figures.counted_stations(district, since=FIRST), FIRST, LAST)) == [20] * 4


def test_what_it_measured_is_missed_only_while_it_was_in_use(district, station, ended):
    Station.objects.filter(pk=station.pk).update(not_measured=["so2"])
    station.daily_values.update(so2=None)
    found = figures.area_days(figures.counted_stations(district, since=FIRST), FIRST, LAST)
    assert [day.index.aqi is None for day in found] == [False] * 4
    ended.daily_values.update(so2=None)
    found = figures.area_days(figures.counted_stations(district, since=FIRST), FIRST, LAST)
    assert [day.index.aqi is None for day in found] == [True, True, False, False]


def test_a_target_keeps_what_was_reached(district, office):
    target = rules.save_target(AirTarget(district=district, grid=district, year=2026, pm25=Decimal(35), basis="攻坚方案"), by=office)
    (found,) = standing.stand([target], through=LAST)
    assert found.period.concentrations["pm25"] == 30


def test_it_is_ranked_by_its_days_in_use_and_not_in_later_months(district, station, ended):
    (found,) = rankings.stations(district, FIRST, LAST, by="pm25")
    assert [(line.subject, line.value, len(line.period.days)) for line in found.lines] == [(station, 20, 4), (ended, 60, 2)]
    (later,) = rankings.stations(district, LAST, LAST, by="pm25")
    assert [line.subject for line in later.lines] == [station]


def test_a_year_later_its_township_still_has_its_own_figure_of_the_year_before(district, ended):
    found = rankings.townships(district, FIRST.replace(year=2027), LAST.replace(year=2027), by="pm25")
    (line,) = [line for line in found.lines if line.subject == district.town_b]
    assert (line.value, line.before.figure("pm25")) == (None, 60)


def test_pages_of_past_days_show_it_and_today_does_not(client, office, ended):
    client.force_login(office)
    there = {
        "day": client.get(reverse("airquality:day"), {"date": "2026-11-02"}),
        "later": client.get(reverse("airquality:day"), {"date": "2026-11-03"}),
        "now": client.get(reverse("airquality:now")),
    }
    assert {name: ended.name in answer.content.decode() for name, answer in there.items()} == {"day": True, "later": False, "now": False}
    month = client.get(reverse("airquality:month"), {"month": "2026-11", "area": f"s{ended.pk}"})
    assert "南村站（已停用）" in month.content.decode()
    assert month.context["period"].concentrations["pm25"] == 60
    assert month.context["period"].days_of["pm25"] == 2


# --- saying so --------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def edit(client, office, station):
    client.force_login(office)

    def send(**changes):
        station.refresh_from_db()
        lon, lat = centre(station.grid)
        data = {"code": station.code, "name": station.name, "level": "national", "position": 3, "buffer_m": 60, "lon": lon, "lat": lat}
        address = reverse("airquality:edit_station", args=[station.pk])
        answer = client.post(address, data | changes)
        station.refresh_from_db()
        return answer

    return send


def test_who_puts_a_station_out_of_use_without_a_date_means_today(edit, station):
    assert edit().status_code == 302
    assert (station.is_active, station.out_of_use_from) == (False, DAY)
    assert json.loads(AuditEvent.objects.get(action="station.edit").payload)["out_of_use_from"] == [None, "2026-11-20"]


def test_a_date_already_past_may_be_said_and_corrected(edit, station):
    edit(out_of_use_from="2026-11-03")
    assert station.out_of_use_from == END
    edit(out_of_use_from="2026-11-05")
    assert station.out_of_use_from == dt.date(2026, 11, 5)


def test_taken_into_use_again_it_has_no_end(edit, station):
    edit(out_of_use_from="2026-11-03")
    assert edit(out_of_use_from="2026-11-03", is_active="on").status_code == 302
    assert (station.is_active, station.out_of_use_from) == (True, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"out_of_use_from": "2026-11-21"}, "停用日期不能晚于今天；请在停用当天或之后登记。"),
        ({"out_of_use_from": "2026-11-03", "is_active": "on"}, "填写停用日期时，请同时取消“在用”；仍在用则清空日期。"),
        ({"out_of_use_from": "昨天"}, "输入一个有效的日期。"),
    ],
)
def test_a_wrong_date_is_told_and_nothing_is_changed(edit, station, changes, words):
    answer = edit(**changes)
    assert answer.status_code in (400, 422)
    assert list(answer.context["form"].errors["out_of_use_from"]) == [words]
    assert (station.is_active, station.out_of_use_from) == (True, None)


def test_a_station_from_a_file_stays_without_a_date_until_it_has_been_in_use(edit, station):
    Station.objects.filter(pk=station.pk).update(is_active=False)
    edit(name="新名")
    assert (station.is_active, station.out_of_use_from) == (False, None)


def test_a_station_in_use_cannot_have_an_end(district):
    with pytest.raises(IntegrityError):
        StationFactory(district=district, out_of_use_from=END)
