"""One station, one policy, one squad: forbidden measures, rings and wind, the roster with its history, the log of who was near."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from airquality.models import AnomalyRule, DutyChange, DutyTurn, NearVisit, OwnSource, PlanPaper, StandingMeasure, WeatherHour
from airquality.services import intake
from airquality.watch import buffer, duty, inventory, keeping, plans, rings
from audit.models import AuditEvent
from common import clock
from common.errors import Conflict, NotYourRole
from grids.models import Membership
from tests.factories.accounts import UserFactory
from tests.factories.airquality import StationFactory
from tests.factories.districts import made_district
from tests.factories.grids import OrganisationFactory
from tests.factories.registers import SiteFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 27, 2, 50, tzinfo=dt.UTC)
MONDAY = dt.date(2026, 11, 23)
FRIDAY = dt.date(2026, 11, 27)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW)


@pytest.fixture
def station():
    return StationFactory(district=made_district(), name="甲号站")


@pytest.fixture
def office(station):
    return UserFactory(office_staff=station.district)


@pytest.fixture
def squad(station, office):
    unit = OrganisationFactory(district=station.district, kind="squad", name="甲号站专班")
    kept = plans.plan_of(station)
    kept.squad = unit
    plans.save_plan(kept, by=office, seen=0)
    return unit


@pytest.fixture
def crew(squad):
    return [UserFactory(name=name, dept_handler=squad) for name in ("示例一", "示例二", "示例三")]


# --- measures ---------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "kind", "text"),
    [
        ("core", "control", "每小时雾炮车喷雾一次"), ("core", "clean", "道路洒水"), ("core", "control", "喷 雾 降 尘"), ("core", "control", "喷·雾"),
        ("key", "control", "站房周边喷淋"), ("extended", "control", "国控站附近加湿"), ("buffer", "observe", "观察并冲洗地面"),
        ("key", "control", "清洗采样口"), ("extended", "control", "用棉纱遮挡采样头"), ("core", "control", "Water cannon around the station"),
        ("key", "control", "临时交通管制以降低监测数据"), ("buffer", "control", "劝离摊贩"), ("buffer", "patrol", "绕站巡查"), ("core", "control", "ｓｐｒａｙ"),
        ("key", "control", "Spray water at the station"), ("key", "control", "Fog cannon beside the station"), ("key", "clean", "国控点周边洒水"),
        ("key", "control", "测站旁喷雾"), ("key", "clean", "对站点周边高压清洗"), ("core", "clean", "高压清洗道路"), ("core", "clean", "水洗道路"),
        ("core", "clean", "洗扫车每日湿扫两次"), ("core", "clean", "道路每日冲水"), ("core", "clean", "Wash the road with water"),
        ("core", "clean", "water the road"), ("core", "clean", "hose down"), ("core", "clean", "道路泼水"),
    ],
)  # fmt: skip
def test_what_touches_the_sampling_is_never_a_measure(station, office, zone, kind, text):
    with pytest.raises(ValidationError) as refused:
        plans.save_measure(StandingMeasure(station=station, zone=zone, kind=kind, text=text), by=office)
    assert "弄虚作假" in str(refused.value)
    assert StandingMeasure.objects.count() == 0


@pytest.mark.parametrize(
    ("zone", "kind", "text"),
    [("buffer", "observe", "远距离观察有无人员靠近"), ("core", "patrol", "每两小时巡查"), ("key", "green", "裸露地块覆盖防尘网"),
     ("extended", "clean", "主干道洒水降尘"), ("key", "clean", "道路湿式清扫和冲洗"),
     ("key", "clean", "高压清洗主干道"), ("extended", "clean", "Wash the road with water"), ("key", "clean", "Spray water at the petrol station"),
     ("key", "clean", "机动车检测站门前道路洒水"), ("core", "patrol", "Check the car wash"), ("core", "control", "Look at those downwind yards"),
     ("core", "patrol", "Watch the dewatering of the pit"), ("core", "patrol", "检查洗车店"), ("key", "clean", "Wash stationary lorries")],
)  # fmt: skip
def test_ordinary_measures_are_kept(station, office, zone, kind, text):
    plans.save_measure(StandingMeasure(station=station, zone=zone, kind=kind, text=text), by=office)
    plans.save_measure(StandingMeasure(station=station, zone=zone, kind=kind, text=text), by=office)
    assert [row.text for row in StandingMeasure.objects.all()] == [text]


def test_an_old_measure_cannot_be_turned_into_a_forbidden_one(station, office):
    made = plans.save_measure(StandingMeasure(station=station, zone="core", kind="patrol", text="巡查"), by=office)
    made.text = "喷雾"
    with pytest.raises(ValidationError):
        plans.save_measure(made, by=office, seen=1)
    assert StandingMeasure.objects.get().text == "巡查"


def test_the_database_itself_refuses_work_in_the_buffer(station):
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingMeasure.objects.create(station=station, zone="buffer", kind="control", text="管控")


def test_in_the_buffer_nothing_but_watching_is_offered():
    assert [value for value, _label in buffer.offered("buffer")] == ["observe"]
    assert len(buffer.offered("core")) > 3


def test_a_measure_is_dropped_once_and_kept_in_the_table(station, office):
    made = plans.save_measure(StandingMeasure(station=station, zone="core", kind="patrol", text="巡查"), by=office)
    plans.drop(made, by=office)
    plans.drop(made, by=office)
    assert AuditEvent.objects.filter(action="standing_measure.drop").count() == 1
    assert StandingMeasure.objects.get().dropped_at is not None


def test_the_record_says_what_stood_there_before(station, office):
    measure = plans.save_measure(StandingMeasure(station=station, zone="key", kind="patrol", text="每天巡查"), by=office)
    measure.text, measure.zone = "每天巡查两次", "core"
    plans.save_measure(measure, by=office, seen=1)
    source = plans.save_source(OwnSource(station=station, name="示例料堆", kind="料堆", lon=station.lon, lat=station.lat), by=office)
    source.note = "已苫盖"
    plans.save_source(source, by=office, seen=1)
    told = {
        action: json.loads(AuditEvent.objects.get(action=action).payload)
        for action in ("standing_measure.new", "standing_measure.edit", "own_source.edit")
    }
    assert told["standing_measure.new"]["text"] == [None, "每天巡查"]
    assert told["standing_measure.edit"] == {"text": ["每天巡查", "每天巡查两次"], "zone": ["key", "core"]}
    assert told["own_source.edit"] == {"note": ["", "已苫盖"]}


def test_only_the_office_keeps_the_plan(station, crew):
    for act in (
        lambda: plans.save_measure(StandingMeasure(station=station, zone="core", kind="patrol", text="巡查"), by=crew[0]),
        lambda: plans.save_plan(plans.plan_of(station), by=crew[0], seen=1),
        lambda: plans.add_paper(station, SimpleUploadedFile("a.pdf", PDF), title="", by=crew[0]),
        lambda: plans.save_source(OwnSource(station=station, name="早市", kind="摊点", lon=station.lon, lat=station.lat), by=crew[0]),
    ):
        with pytest.raises(NotYourRole):
            act()


def test_two_people_at_one_plan_the_second_is_told(station, office):
    first, second = plans.plan_of(station), plans.plan_of(station)
    plans.save_plan(first, by=office, seen=first.version)
    with pytest.raises(Conflict):
        plans.save_plan(second, by=office, seen=0)


def test_only_a_squad_of_the_district_can_be_the_squad(station, office):
    kept = plans.plan_of(station)
    kept.squad = OrganisationFactory(district=station.district, kind="department")
    with pytest.raises(ValidationError):
        plans.save_plan(kept, by=office, seen=0)


def test_papers_are_versions_and_the_same_file_is_one(station, office):
    for content in (PDF, PDF, PDF + b"\n%2"):
        plans.add_paper(station, SimpleUploadedFile("方案.pdf", content), title="方案", by=office)
    assert list(PlanPaper.objects.values_list("number", flat=True)) == [2, 1]


# --- rings, wind ------------------------------------------------------------------------------------------------------------------------
def at(station, angle, metres):
    lon, lat = rings.place(station.lon, station.lat, angle=angle, metres=metres)
    return {"lon": lon, "lat": lat}


def test_sources_by_ring_and_bearing_the_registers_and_ones_own(station, office):
    site = SiteFactory(district=station.district, name="东侧工地", **at(station, 90, 299))
    SiteFactory(district=station.district, name="远处工地", **at(station, 90, 3_010))
    for name, angle, metres in (("早市", 0, 49), ("停车场", 180, 301), ("货场", 225, 2_990)):
        plans.save_source(OwnSource(station=station, name=name, kind="其他", **at(station, angle, metres)), by=office)
    found = inventory.around(station, user=office)
    assert [(each.name, each.zone, each.bearing) for each in found] == [
        ("早市", "buffer", "北"), ("东侧工地", "core", "东"), ("停车场", "key", "南"), ("货场", "extended", "西南"),
    ]  # fmt: skip
    assert found[1].url == site.get_absolute_url()
    assert [n for _label, n in inventory.counts(found)] == [1, 1, 1, 1]


def test_a_source_beyond_three_kilometres_is_refused(station, office):
    with pytest.raises(ValidationError):
        plans.save_source(OwnSource(station=station, name="货场", kind="其他", **at(station, 0, 3_050)), by=office)


@pytest.mark.parametrize(
    ("direction", "speed", "upwind"),
    [(0, "3", ["北近", "北远"]), (0, "1.9", ["北近"]), (44, "2", ["北近", "北远"]), (46, "2", []), (316, "5", ["北近", "北远"]), (None, "0.2", [])],
)
def test_what_lies_upwind_comes_first(station, office, direction, speed, upwind):
    for name, angle, metres in (("南近", 180, 100), ("北近", 0, 900), ("北远", 0, 2_500)):
        plans.save_source(OwnSource(station=station, name=name, kind="其他", **at(station, angle, metres)), by=office)
    found = inventory.around(station, user=office, sector=rings.sector(direction, Decimal(speed)))
    assert [each.name for each in found if each.is_upwind] == upwind
    assert [each.name for each in found] == [*upwind, *(name for name in ("南近", "北近", "北远") if name not in upwind)]


def test_the_wind_of_an_hour_is_typed_once_and_what_is_sent_does_not_overwrite_it(station, crew):
    hour = NOW.replace(minute=0)
    sent = {"station": station.code, "hour": hour.isoformat(), "pm25": 61, "wind_direction": 10, "wind_speed": 1}
    intake.take([sent], district=station.district, sender=intake.Sender("interface"))
    for _twice in range(2):
        keeping.set_wind(station, hour, direction=90, speed=Decimal("2.5"), by=crew[0])
    intake.take([sent], district=station.district, sender=intake.Sender("interface"))
    assert list(WeatherHour.objects.values_list("wind_direction", "wind_speed", "source")) == [(90, Decimal("2.5"), "typed")]
    assert AuditEvent.objects.filter(action="weather_hour.type").count() == 1
    with pytest.raises(NotYourRole):
        keeping.set_wind(station, hour, direction=1, speed=Decimal(1), by=UserFactory(leader=station.district))


# --- roster -----------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "expected"),
    [((FRIDAY, dt.time(7, 59)), (FRIDAY - duty.DAY, "night")), ((FRIDAY, dt.time(8)), (FRIDAY, "day")), ((FRIDAY, dt.time(19, 59)), (FRIDAY, "day")),
     ((FRIDAY, dt.time(20)), (FRIDAY, "night")), ((FRIDAY, dt.time(0)), (FRIDAY - duty.DAY, "night"))],
)  # fmt: skip
def test_every_minute_belongs_to_one_shift(moment, expected):
    assert duty.shift_at(clock.at(*moment)) == expected


def put(station, office, *turns, stood=None):
    given = {(day, shift): (person and person.pk, deputy and deputy.pk) for day, shift, person, deputy in turns}
    return duty.save_week(station, given, by=office, stood=stood or {})


def test_who_is_on_duty_now_and_the_deputy_where_he_has_left(station, office, crew):
    put(station, office, (FRIDAY, "day", crew[0], crew[1]))
    assert duty.on_duty(station) == [(crew[0], crew[1])]
    assert duty.on_duty(station, clock.at(FRIDAY, dt.time(21))) == []
    Membership.objects.filter(user=crew[0]).update(ends_on=FRIDAY - duty.DAY)
    assert duty.on_duty(station) == [(crew[1], None)]


def test_the_roster_takes_people_of_the_squad_alone(station, office, crew):
    stranger = UserFactory(dept_handler=station.district.housing)
    for turn in (
        (FRIDAY, "day", stranger, None),
        (FRIDAY, "day", crew[0], crew[0]),
        (FRIDAY, "day", None, crew[0]),
        (FRIDAY, "day", crew[0], stranger),
    ):
        with pytest.raises(ValidationError):
            put(station, office, turn)
    assert DutyTurn.objects.count() == 0


def test_saving_twice_changes_nothing_and_two_people_do_not_overwrite_each_other(station, office, crew):
    assert put(station, office, (FRIDAY, "day", crew[0], None)) == 1
    stood = {(FRIDAY, "day"): (crew[0].pk, None)}
    assert put(station, office, (FRIDAY, "day", crew[0], None), stood=stood) == 0
    with pytest.raises(Conflict):
        put(station, office, (FRIDAY, "day", crew[1], None))
    assert put(station, crew[2], (FRIDAY, "day", None, None), stood=stood) == 1
    assert list(DutyChange.objects.order_by("pk").values_list("before", "after")) == [("", "示例一"), ("示例一", "")]


def test_last_week_is_copied_into_what_is_empty_without_those_who_left(station, office, crew):
    last = MONDAY - duty.WEEK
    put(station, office, (last, "day", crew[0], crew[1]), (last, "night", crew[1], crew[2]), (last + duty.DAY, "day", crew[2], None))
    put(station, office, (MONDAY, "day", crew[2], None))
    Membership.objects.filter(user=crew[1]).update(ends_on=FRIDAY - duty.DAY)
    assert duty.copy_last_week(station, MONDAY, by=office) == 2
    assert duty.copy_last_week(station, MONDAY, by=office) == 0
    week = {key: (row.person, row.deputy) for key, row in duty.week_of(station, MONDAY).items()}
    assert week == {(MONDAY, "day"): (crew[2], None), (MONDAY, "night"): (crew[2], None), (MONDAY + duty.DAY, "day"): (crew[2], None)}


def test_a_swap_needs_a_reason_and_is_kept(station, office, crew):
    put(station, office, (FRIDAY, "night", crew[0], crew[1]))
    swap = {"to": crew[1], "by": crew[0], "seen": crew[0].pk}
    with pytest.raises(ValidationError):
        duty.swap(station, FRIDAY, "night", reason=" ", **swap)
    for _twice in range(2):
        duty.swap(station, FRIDAY, "night", reason="家中有事", **swap)
    with pytest.raises(Conflict):
        duty.swap(station, FRIDAY, "night", reason="再换", to=crew[2], by=office, seen=crew[0].pk)
    kept = DutyTurn.objects.get()
    assert (kept.person, kept.deputy) == (crew[1], None)
    assert list(DutyChange.objects.exclude(reason="").values_list("before", "after", "reason")) == [("示例一、示例二", "示例二", "家中有事")]


def test_others_do_not_touch_the_roster(station, crew):
    stranger = UserFactory(dept_handler=station.district.housing)
    with pytest.raises(NotYourRole):
        put(station, stranger, (FRIDAY, "day", crew[0], None))
    with pytest.raises(NotYourRole):
        duty.copy_last_week(station, MONDAY, by=stranger)


# --- who was near -----------------------------------------------------------------------------------------------------------------------
def visit(station, **more):
    return NearVisit(**{"station": station, "person": "示例一", "purpose": "patrol", "arrived_at": NOW - dt.timedelta(hours=1)} | more)


def test_who_was_near_is_written_down_once(station, crew):
    for _twice in range(2):
        plans.log_visit(visit(station), by=crew[0])
    assert NearVisit.objects.get().by == crew[0]
    with pytest.raises(NotYourRole):
        plans.log_visit(visit(station), by=UserFactory(leader=station.district))


@pytest.mark.parametrize(
    "wrong",
    [
        {"arrived_at": NOW + dt.timedelta(minutes=1)},
        {"left_at": NOW - dt.timedelta(hours=2)},
        {"left_at": NOW + dt.timedelta(hours=1)},
        {"in_buffer": True},
    ],
)
def test_a_visit_that_cannot_be_is_refused(station, crew, wrong):
    with pytest.raises(ValidationError):
        plans.log_visit(visit(station, **wrong), by=crew[0])


# --- dust, rules ------------------------------------------------------------------------------------------------------------------------
def test_dust_is_said_by_the_office_with_its_grounds(station, office, crew):
    with pytest.raises(NotYourRole):
        keeping.begin_spell(station.district, note="预警", by=crew[0])
    with pytest.raises(ValidationError):
        keeping.begin_spell(station.district, note=" ", by=office)
    first = keeping.begin_spell(station.district, note="预警", by=office)
    assert keeping.begin_spell(station.district, note="又一次", by=office) == first
    keeping.end_spell(station.district, by=office)
    keeping.end_spell(station.district, by=office)
    assert AuditEvent.objects.filter(action__startswith="dust_spell").count() == 2


def test_rules_are_kept_by_the_director_within_bounds_and_one_at_a_time(station, office):
    keeping.load(station.district)
    keeping.load(station.district)
    director = UserFactory(office_director=station.district)
    rule = AnomalyRule.objects.get(code="R1")
    given = {"pollutants": ["pm25"], "is_active": True, "seen": 1}
    with pytest.raises(NotYourRole):
        keeping.save_rule(rule, figures={}, by=office, **given)
    for wrong in ({"factor": "x"}, {"factor": "0.5"}, {"factor": "1.6"}, {"least_stations": "1.5"}, {"factor": "NaN"}):
        with pytest.raises(ValidationError):
            keeping.save_rule(rule, figures=wrong, by=director, **given)
    with pytest.raises(ValidationError):
        keeping.save_rule(rule, figures={}, by=director, **given | {"pollutants": []})
    assert keeping.save_rule(rule, figures={"factor": "1.40"}, by=director, **given).figures["factor"] == "1.4"
    with pytest.raises(Conflict):
        keeping.save_rule(rule, figures={}, by=director, **given)
