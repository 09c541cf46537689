"""The month's air before and after settling: reviewed values are asked for, real-time ones are answered for, later corrections change nothing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse

from airquality import hours
from airquality.models import AirTarget, DailyValue, DueDay
from audit.models import AuditEvent
from common import clock
from common.errors import NotYourRole
from scorecards.models import AirConfirmation, AirDay, AirSheet, ScoreLine, SettlingRule
from scorecards.services import closing, recomputing
from scorecards.services.air import checking, papers
from tests.factories.airquality import ReadingFactory
from tests.factories.scorecards import MONTH
from tests.scorecards.air import aim, days_of, station_in
from tests.scorecards.closing import SETTLING, Scene, at

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NOTE = "市站审核结果尚未下发，实时值经比对可用。"


@pytest.fixture
def scene(settings):
    settings.MFA_REQUIRED = False
    scene = Scene()
    aim(scene.district)
    return scene


def item(scene):
    with at(SETTLING):
        return next(each for each in closing.checklist(scene.district, MONTH) if each.key == "air")


def confirm(scene, role: str = "director", note: str = NOTE):
    found = checking.state(scene.district, MONTH)
    with at(SETTLING):
        return checking.confirm(scene.district, MONTH, by=scene[role], note=note, seen=checking.digest(found.waiting))


# --- what the checklist asks --------------------------------------------------------------------------------------------------------
def test_a_month_whose_days_are_all_reviewed_may_be_settled(scene):
    days_of(station_in(scene.district))

    assert (item(scene).is_met, item(scene).words) == (True, "本月 1 个站点 31 个站日，全部为审核值")
    scene.settle()
    assert ScoreLine.objects.get(scorecard=scene.card, indicator="air_pm25_target").points == 2400


def test_without_a_station_the_item_stops_nothing(scene):
    assert item(scene).is_met is None
    scene.settle()


def test_days_without_a_reviewed_value_stand_in_the_way(scene):
    days_of(station_in(scene.district), status="real_time")

    assert (item(scene).is_met, item(scene).words) == (False, "还有 31 个站日没有审核值，请导入，或由攻坚办主任确认以实时值计入")
    with pytest.raises(ValidationError, match="空气质量审核数据"):
        scene.propose()


def test_a_day_that_waits_to_be_worked_out_is_looked_at_before_the_month_is_proposed(scene):
    station = station_in(scene.district)
    last = days_of(station)[-1]
    DueDay.objects.create(district=scene.district, station=station, day=last.day, status="real_time", since=clock.now())
    ReadingFactory(station=station, hour=hours.first_of(last.day))
    last.delete()

    with pytest.raises(ValidationError, match="还有 1 个站日没有审核值"):
        scene.propose()


def test_the_director_answers_for_real_time_values_once(scene):
    days_of(station_in(scene.district), status="real_time")

    first, again = confirm(scene), confirm(scene)

    assert first == again == AirConfirmation.objects.get()
    assert item(scene).is_met is True
    assert AuditEvent.objects.filter(action="air_confirmation.confirm").count() == 1
    settlement = scene.settle()
    assert recomputing.recompute(scene.district, MONTH).is_equal and settlement.digest


@pytest.mark.parametrize("role", ["staff", "leader", "supervision", "town"])
def test_nobody_else_answers_for_them(scene, role):
    days_of(station_in(scene.district), status="real_time")

    with pytest.raises(NotYourRole):
        confirm(scene, role)


def test_other_values_need_another_confirmation(scene):
    days_of(station_in(scene.district), status="real_time")
    confirm(scene)
    DailyValue.objects.filter(day=dt.date(2026, 10, 1)).update(pm25=Decimal(50))

    assert item(scene).is_met is False
    assert item(scene).words.startswith("确认之后数据又有变化")
    confirm(scene)
    assert item(scene).is_met is True


def test_a_confirmation_is_for_what_was_seen(scene):
    days_of(station_in(scene.district), status="real_time")

    with at(SETTLING), pytest.raises(ValidationError, match="数据有变化"):
        checking.confirm(scene.district, MONTH, by=scene["director"], note=NOTE, seen="0" * 64)
    with pytest.raises(ValidationError, match="请写明"):
        confirm(scene, note=" ")


def test_a_rule_may_let_in_reviewed_values_only(scene):
    SettlingRule.objects.update_or_create(district=scene.district, defaults={"air_values": "reviewed"})
    days_of(station_in(scene.district), status="real_time")

    assert item(scene).is_met is False and "只允许审核值" in item(scene).words
    with pytest.raises(ValidationError, match="只允许审核值"):
        confirm(scene)


def test_values_that_change_after_the_proposal_refuse_the_approval(scene):
    days_of(station_in(scene.district))
    settlement = scene.propose()
    DailyValue.objects.update(pm25=Decimal(60))

    with pytest.raises(ValidationError, match="数字有变化"):
        scene.approve(settlement)


# --- settled ------------------------------------------------------------------------------------------------------------------------
def test_a_settled_month_stays_when_its_readings_are_corrected(scene):
    days_of(station_in(scene.district))
    settlement = scene.settle()
    DailyValue.objects.filter(day__lte=dt.date(2026, 10, 5)).update(pm25=Decimal(90))
    DailyValue.objects.filter(day=dt.date(2026, 10, 31)).delete()
    AirTarget.objects.update(months={})

    found = recomputing.recompute(scene.district, MONTH)

    assert found.is_equal and found.anew == settlement.digest
    assert papers.changed_in(scene.district, MONTH) == 6
    assert ScoreLine.objects.get(scorecard=scene.card, indicator="air_pm25_target").air["measured"] == 4000


@pytest.mark.parametrize(
    "touch",
    [
        lambda: AirDay.objects.update(pm25=1),
        lambda: AirDay.objects.all()._raw_delete("default"),
        lambda: AirSheet.objects.update(aims={}),
        lambda: AirConfirmation.objects.all()._raw_delete("default"),
    ],
)
def test_the_database_keeps_the_air_of_a_settled_month(scene, touch):
    days_of(station_in(scene.district), status="real_time")
    confirm(scene)
    scene.settle()

    with pytest.raises(DatabaseError), transaction.atomic():
        touch()


# --- pages --------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def visit(client, scene):
    def go(role, address, data=None):
        client.force_login(scene[role], backend=BACKEND)
        with at(SETTLING):
            return client.get(address) if data is None else client.post(address, data)

    return go


def test_the_page_lists_the_stations_and_takes_the_confirmation(scene, visit):
    station = station_in(scene.district, name="示例站")
    days_of(station, count=3)
    days_of(station, count=30, status="real_time")
    address = reverse("scorecards:settling_air", args=[MONTH])

    page = visit("director", address).content.decode()
    assert "示例站" in page and 'id="confirm"' in page and "还有 27 个站日" in page
    assert 'id="confirm"' not in visit("staff", address).content.decode()
    assert visit("staff", address, {"note": NOTE, "seen": "x"}).status_code == 403

    refused = visit("director", address, {"note": "", "seen": "x"})
    assert refused.status_code == 400
    refused = visit("director", address, {"note": NOTE, "seen": "x"})
    assert refused.status_code == 400 and NOTE in refused.content.decode()
    seen = checking.digest(checking.state(scene.district, MONTH).waiting)
    assert visit("director", address, {"note": NOTE, "seen": seen}).status_code == 302
    assert "已由" in visit("director", reverse("scorecards:settling_of", args=[MONTH])).content.decode()


def test_a_settled_month_says_how_many_days_were_corrected_since(scene, visit):
    days_of(station_in(scene.district))
    scene.settle()
    address = reverse("scorecards:settling_of", args=[MONTH])
    assert "被更正" not in visit("director", address).content.decode()

    DailyValue.objects.filter(day=dt.date(2026, 10, 1)).update(pm25=Decimal(90))

    assert "结账之后有 1 个站日的空气数据被更正" in visit("director", address).content.decode()


def test_card_and_rows_show_figure_reason_and_days(scene, visit):
    days_of(station_in(scene.district, name="示例站"))
    closing.build(MONTH, district=scene.district, rebuild=True)

    card = visit("town", scene.card.get_absolute_url()).content.decode()
    assert "实测 40 μg/m³，目标 40 μg/m³" in card and "超出目标每1个百分点扣 0.6 分，或按已完成的改善份额计" in card
    line = ScoreLine.objects.get(scorecard=scene.card, indicator="air_pm25_target")
    rows = visit("town", line.get_absolute_url()).content.decode()
    assert rows.count("示例站") == 31 and "2026-10-31" in rows and "审核值" in rows
    assert "示例站" not in visit("town", f"{line.get_absolute_url()}?hit=before").content.decode()


def test_the_card_of_a_township_without_a_station_says_where_its_points_go(scene, visit):
    closing.build(MONTH, district=scene.district, rebuild=True)

    card = visit("other_town", reverse("scorecards:card", args=[MONTH, scene.other.pk])).content.decode()

    assert "没有计入评价的站点。" in card and "按比例分摊到其余各项" in card


def test_the_api_and_the_workbook_say_what_the_card_says(scene, visit):
    import io

    import openpyxl

    days_of(station_in(scene.district), pm25="44")
    closing.build(MONTH, district=scene.district, rebuild=True)

    told = visit("director", f"/api/v1/scorecards/{MONTH}/").json()
    row = next(row for group in told["groups"] for row in group["rows"] if row["organisation"]["id"] == scene.unit.pk)
    line = next(line for line in row["lines"] if line["code"] == "air_pm25_target")
    assert (line["points"], line["air"]["measured"], line["air"]["aim"], line["air"]["why"]) == (1800, 4400, 4000, "")
    book = openpyxl.load_workbook(io.BytesIO(visit("director", f"/api/v1/scorecards/{MONTH}/?format=xlsx").content), read_only=True)
    kpi = next(row for row in book["指标 KPI"].iter_rows(values_only=True) if row[1] == str(scene.unit) and row[3] == "PM2.5月均浓度达标与改善")
    assert kpi[4:6] + kpi[7:14] == (
        31,
        31,
        18,
        24,
        "已计分",
        "44 μg/m³",
        "40 μg/m³",
        None,
        "".join(scene.card.lines.get(indicator="air_pm25_target").air_words),
    )
