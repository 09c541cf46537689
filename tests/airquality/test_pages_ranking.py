"""The ranking: ranks, ties, groups, change, and the sheet that says what the screen says."""

import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from airquality.services import rules
from audit.models import AuditEvent
from common import clock
from tests.airquality.conftest import DAY
from tests.factories.airquality import DailyValueFactory, StationFactory

pytestmark = pytest.mark.django_db
ADDRESS = "airquality:ranking"


@pytest.fixture(autouse=True)
def _noon():
    with clock.standing(clock.at(DAY, dt.time(12))):
        yield


@pytest.fixture
def as_town(client, town):
    client.force_login(town)
    return client


@pytest.fixture
def four(district):
    """Three national stations of which two tie, a micro station, a reference; last year one of them was worse."""
    rules.load(district)
    villages = district.villages
    named = {"甲站": (30, villages[0]), "乙站": (30, villages[1]), "丙站": (55, villages[1])}
    made = {name: StationFactory(district=district, name=name, grid=grid) for name, (_pm, grid) in named.items()}
    for name, (pm, _grid) in named.items():
        DailyValueFactory(station=made[name], day=DAY - dt.timedelta(days=1), pm25=Decimal(pm), status="reviewed")
    DailyValueFactory(station=made["甲站"], day=dt.date(2025, 11, 3), pm25=Decimal(40), edition="2012")
    micro = StationFactory(district=district, name="微站", level="micro", grid=villages[0])
    DailyValueFactory(station=micro, day=DAY - dt.timedelta(days=1), pm25=Decimal(80), aqi=119, level=3, primary=["pm25"])
    reference = StationFactory(district=district, name="对照", is_reference=True)
    DailyValueFactory(station=reference, day=DAY - dt.timedelta(days=1))
    return made


def screen(answer) -> list[list[str]]:
    """The rows of all tables as they are read."""
    whole = answer.content.decode()
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", "".join(re.findall(r"<tbody>(.*?)</tbody>", whole, re.S)), re.S)
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)] for row in rows]


def test_equals_share_a_rank_and_levels_are_ranked_apart(as_town, four):
    rows = screen(as_town.get(reverse(ADDRESS), {"by": "pm25"}))
    assert [(row[0], row[1], row[2]) for row in rows] == [("1", "乙站", "30"), ("1", "甲站", "30"), ("3", "丙站", "55"), ("1", "微站", "80")]


def test_a_reference_is_not_ranked(as_town, four):
    assert "对照" not in as_town.get(reverse(ADDRESS)).content.decode()


@pytest.mark.parametrize(("sign", "said"), [("raw", "−25.0"), ("improved", "+25.0")])
def test_the_sign_of_the_change_is_a_choice(as_town, four, sign, said):
    rows = {row[1]: row for row in screen(as_town.get(reverse(ADDRESS), {"by": "pm25", "sign": sign}))}
    assert rows["甲站"][3:5] == ["40", said]
    assert rows["乙站"][3:5] == ["—", "—"]


def test_who_has_improved_most_comes_first_where_the_change_is_asked_for(as_town, four):
    DailyValueFactory(station=four["丙站"], day=dt.date(2025, 11, 3), pm25=Decimal(110), edition="2012")
    answer = as_town.get(reverse(ADDRESS), {"by": "pm25", "order": "change"})
    assert [(row[0], row[1], row[4]) for row in screen(answer)[:3]] == [("1", "丙站", "−50.0"), ("2", "甲站", "−25.0"), ("—", "乙站", "—")]
    assert answer.context["title"] == "2026年11月空气站空气质量同比变化排名"
    assert "没有上年同期数据的不排名" in answer.content.decode()


def test_a_township_without_a_station_is_shown_as_such(as_town, district, four):
    rows = screen(as_town.get(reverse(ADDRESS), {"kind": "township", "by": "pm25"}))
    assert [(row[0], row[1], row[-1]) for row in rows] == [("1", "甲街道", "审核值"), ("—", "乙镇", "未设站点")]
    assert rows[0][2] == "38", "the mean of its three stations, without the micro station"


def test_the_page_names_the_edition_by_which_both_years_are_judged(as_town, four):
    said = {month: as_town.get(reverse(ADDRESS), {"month": month}).content.decode() for month in ("2026-11", "2026-02")}
    assert "优良天数和重污染天数，本期和上年同期均按HJ 633—2026评价。" in said["2026-11"]
    assert "本期和上年同期均按HJ 633—2012评价。" in said["2026-02"]


def test_year_to_date_begins_in_january(as_town, four):
    DailyValueFactory(station=four["甲站"], day=dt.date(2026, 1, 5), pm25=Decimal(90), edition="2012")
    answer = as_town.get(reverse(ADDRESS), {"by": "pm25", "span": "year"})
    assert answer.context["title"] == "2026年1月至11月空气站空气质量排名"
    assert {row[1]: row[2] for row in screen(answer)}["甲站"] == "60"


@pytest.mark.parametrize(
    "query", ["", "kind=township", "by=pm25&sign=improved", "by=good_ratio&span=year", "by=co&kind=township", "by=pm25&order=change"]
)
def test_the_sheet_says_what_the_screen_says(as_town, four, query):
    shown = screen(as_town.get(f"{reverse(ADDRESS)}?{query}"))

    sheet = as_town.get(f"{reverse('airquality:ranking_sheet', args=['csv'])}?{query}").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(sheet)))[1:]

    assert [[_plain(cell) for cell in line[1:]] for line in lines] == [[_plain(cell) for cell in row] for row in shown]


def _plain(cell: str) -> str:
    """Dashes stand for nothing, and the sign of a change is written as people write it."""
    return "" if cell == "—" else cell.replace("−", "-").lstrip("+")


def test_the_workbook_has_the_same_figures_as_numbers_and_says_by_what(as_town, four):
    answer = as_town.get(reverse("airquality:ranking_sheet", args=["xlsx"]), {"by": "pm25"})

    page = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    heads = next(n for n, row in enumerate(rows) if row[0] == "组别")
    assert rows[0][0] == "2026年11月空气站空气质量排名"
    assert rows[heads + 1][:6] == ["国控", 1, "乙站", 30, None, None]
    assert any("综合指数规则：综合指数（2012年二级限值）" in str(row[0]) for row in rows)
    event = AuditEvent.objects.get(action="export")
    assert json.loads(event.payload)["rows"] == 4


def test_there_are_two_kinds_of_sheets(as_town, four):
    assert as_town.get(reverse("airquality:ranking_sheet", args=["pdf"])).status_code == 404


def test_nonsense_in_the_address_is_told_and_the_ranking_shown(as_town, four):
    answer = as_town.get(reverse(ADDRESS), {"by": "lead", "month": "2026-99", "kind": "x"})
    assert answer.status_code == 200
    assert "notice-bad" in answer.content.decode()
    assert len(screen(answer)) == 4


def test_on_the_first_of_a_month_the_month_before_is_shown(as_town, four):
    with clock.standing(clock.at(dt.date(2026, 12, 1), dt.time(9))):
        assert as_town.get(reverse(ADDRESS)).context["title"] == "2026年11月空气站空气质量排名"
