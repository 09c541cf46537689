"""What becomes of more signals of a running alarm: in which direction a camera looks, and who hears when it gets worse or comes again."""

from types import SimpleNamespace

import pytest

from alarms.models import Alarm, AlarmSignal
from alarms.services import advance, intake, raising
from audit.models import AuditEvent
from inspections.models import Finding, ProblemType
from notices.models import Notice
from tests.alarms.moments import NOW, later
from tests.factories.alarms import SourceFactory, alarm_of
from tests.factories.grids import centre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_ten")]


# --- directions -------------------------------------------------------------------------------------------------------------------------
def test_two_directions_of_one_camera_are_two_alarms(camera):
    north, south = alarm_of(camera, 1, bearing=5.0), alarm_of(camera, 2, bearing=185.0)

    assert north != south
    assert list(AlarmSignal.objects.order_by("pk").values_list("bearing", flat=True)) == [5, 185]


@pytest.mark.parametrize(
    ("view", "first", "second", "is_one"),
    [
        (None, 100, 130, True), (None, 100, 131, False), (None, 350, 20, True), (None, 350, 21, False), (None, 0, 360, True),
        (60, 100, 160, True), (60, 100, 161, False), (360, 100, 190, True), (360, 100, 191, False),
    ],
)  # fmt: skip
def test_what_a_camera_may_see_in_one_picture_is_one_alarm(camera, view, first, second, is_one):
    camera.view_degrees = view
    assert (alarm_of(camera, 1, bearing=float(first)) == alarm_of(camera, 2, bearing=float(second))) is is_one


def test_another_direction_than_that_of_a_false_alarm_is_a_new_one(camera, operator):
    chimney = alarm_of(camera, 1, bearing=10.0)
    advance.advance(chimney, "judge_false", by=operator, reason="chimney")

    assert alarm_of(camera, 2, bearing=12.0) == chimney
    assert alarm_of(camera, 3, bearing=200.0).state == "raised"


def test_a_camera_whose_place_is_not_known_sees_two_directions_as_well(district):
    camera = SourceFactory(district=district, lon=None, lat=None)
    assert alarm_of(camera, 1, bearing=10.0) != alarm_of(camera, 2, bearing=200.0)


def test_a_place_of_its_own_goes_before_the_direction(district):
    lon, lat = centre(district.villages[0])
    eastward, westward = (SourceFactory(district=district, lon=lon + side, lat=lat, bearing=way) for side, way in ((-0.01, 90), (0.01, 270)))

    assert alarm_of(eastward, 1, lon=lon, lat=lat) == alarm_of(westward, 2, lon=lon, lat=lat)
    assert alarm_of(eastward, 3, bearing=90.0, distance_m=900.0) == alarm_of(westward, 4, bearing=270.0, distance_m=900.0)


# --- worse ------------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def station(district):
    lon, lat = centre(district.villages[0])
    return SimpleNamespace(pk=5, code="S1", name="实验中学站", lon=lon, lat=lat, grid=district.villages[0], district_id=district.pk)


@pytest.fixture
def anomaly(station):
    """``anomaly(pk, level, words)``: found at the station now."""

    def found(pk, level, words="偏高"):
        facts = {"pollutant": "pm25", "rule": "R1", "hour": NOW, "district_id": station.district_id}
        return intake.from_anomaly(SimpleNamespace(pk=pk, station=station, level=level, words=words, **facts))

    return found


def told(person, kind) -> list:
    return list(Notice.objects.filter(recipient=person, kind=kind).order_by("pk").values_list("channel", "title", "urgent"))


def test_a_rise_to_red_is_told_to_the_operators_and_to_those_who_were_called(anomaly, member, operator):
    alarm = anomaly(1, "yellow")
    anomaly(2, "red", "PM2.5 小时值 260µg/m³")

    title = f"级别升为红色：站点异常 {alarm.number}：{alarm.grid.name} 实验中学站"
    assert told(operator, "alarm.rise") == [("inbox", title, True)]
    assert told(member, "alarm.rise") == [("inbox", title, True), ("sms", title, True)]
    assert Notice.objects.get(recipient=operator, kind="alarm.rise").body.startswith("PM2.5 小时值 260µg/m³。站点周边")
    event = AuditEvent.objects.get(action="alarm.rise")
    assert (event.object_id, event.details) == (str(alarm.pk), {"from": "yellow", "to": "red", "text": "PM2.5 小时值 260µg/m³"})


def test_the_problem_on_the_ledger_becomes_serious_with_its_alarm(anomaly, member, operator):
    ProblemType.objects.filter(code="station-anomaly").update(severity="general")
    alarm = anomaly(1, "yellow")
    finding = advance.advance(alarm, "judge_true", by=operator).finding
    anomaly(2, "red")

    finding.refresh_from_db()
    assert (finding.severity, finding.events.get(action="correct").note) == ("serious", "报警级别升为红色。")
    anomaly(3, "red")
    assert finding.events.filter(action="correct").count() == 1


def test_words_that_the_operator_has_written_stay_and_others_follow_the_level(anomaly, member, operator):
    alarm = anomaly(1, "yellow", "偏高")
    advance.advance(alarm, "judge_true", by=operator, text="学校南侧烧垃圾")
    anomaly(2, "red", "更高")

    alarm.refresh_from_db()
    assert (alarm.level, alarm.text, alarm.steps.get(action="rise").note) == ("red", "学校南侧烧垃圾", "更高")


def test_words_as_they_were_sent_rise_with_the_level(anomaly, member):
    alarm = anomaly(1, "yellow", "偏高")
    anomaly(2, "red", "更高")

    alarm.refresh_from_db()
    assert alarm.text == "更高"


def test_of_the_same_level_nobody_is_told_again(anomaly, member, operator):
    anomaly(1, "yellow")
    before = Notice.objects.count()
    anomaly(2, "yellow")

    assert Notice.objects.count() == before


# --- after the feedback -----------------------------------------------------------------------------------------------------------------
@pytest.fixture
def fed_back(camera, member, operator):
    """Whoever went there has found nothing."""
    alarm = alarm_of(camera, 1)
    advance.advance(alarm, "judge_unclear", by=operator)
    for action, details in (("arrive", {}), ("feedback", {"on_site": "nothing"})):
        advance.advance(alarm, action, by=member, note="未见烟火", **details)
    return alarm


def test_new_smoke_after_the_feedback_is_told_once_to_operators_and_crew(fed_back, camera, member, operator):
    for n in range(2, 5):
        assert alarm_of(camera, n, text="又冒烟") == fed_back

    title = f"反馈后又有报警信号，请核实现场：烟火 {fed_back.number}：{fed_back.grid.name} {camera.name}"
    assert told(operator, "alarm.again") == [("inbox", title, True)]
    assert told(member, "alarm.again") == [("inbox", title, True), ("sms", title, True)]
    assert Notice.objects.get(recipient=operator, kind="alarm.again").body == "又冒烟"


def test_after_another_feedback_it_is_told_anew(fed_back, camera, member, operator):
    alarm_of(camera, 2)
    with later(5):
        advance.advance(fed_back, "send_back", by=operator, note="画面里还有烟")
        advance.advance(fed_back, "feedback", by=member, note="未见烟火", on_site="nothing")
        alarm_of(camera, 3)

    assert len(told(operator, "alarm.again")) == 2


# --- calls ------------------------------------------------------------------------------------------------------------------------------
def test_a_call_that_merges_is_on_record_without_its_caller(camera, district, operator, member):
    alarm = alarm_of(camera)
    said = {"key": "1", "text": "火很大", "address": "村东", "lon": alarm.lon, "lat": alarm.lat, "caller": "甲某", "caller_phone": "19900000001"}
    assert intake.report_smoke(district, said, by=operator) == alarm

    event = AuditEvent.objects.get(action="alarm.report")
    assert (event.object_id, event.actor_id, event.details) == (str(alarm.pk), operator.pk, {"text": "火很大", "address": "村东"})


def test_severity_is_raised_once_and_nothing_where_there_is_no_problem(anomaly, member, operator):
    finding = advance.advance(anomaly(1, "red"), "judge_true", by=operator).finding
    for each in (finding, None):
        raising.raise_severity(each, note="升级")

    assert (Finding.objects.get().severity, Alarm.objects.get().level) == ("serious", "red")
    assert not finding.events.filter(action="correct").exists()
