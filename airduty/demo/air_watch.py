"""Squads, rosters and the watch over the last days of the demonstration's air, with three incidents to look at. Only services are called."""

import datetime as dt
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts.models import User
from airduty.demo.district import People, Place
from airquality import hours
from airquality.hours import HOUR
from airquality.models import NearVisit, OwnSource, Reading, StandingMeasure, Station
from airquality.services import daily, intake
from airquality.watch import duty, keeping, plans, rings, scan
from airquality.watch.words import MeasureKind, Purpose, Shift, Zone
from airquality.words import Source
from common import clock
from grids import services as grids
from grids.models import Organisation
from grids.roles import OrganisationKind, Role

DAYS, RAISED = 3, 2
"""The watch is replayed for so many days at most; of the last hours alarms are raised."""
MEMBERS = 4
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MEASURES = [
    (Zone.BUFFER, MeasureKind.OBSERVE, "每班远距离观察一次，记录有无人员靠近"),
    (Zone.CORE, MeasureKind.PATROL, "07:00至23:00每两小时巡查一遍，发现露天烧烤、焚烧当场制止"),
    (Zone.CORE, MeasureKind.CLEAN, "主次干道湿式机械清扫改为夜间吸尘清扫"),
    (Zone.KEY, MeasureKind.SUPERVISE, "餐饮单位油烟净化设施接入在线监控，每周核对一次"),
    (Zone.KEY, MeasureKind.GREEN, "裸露地块覆盖防尘网，开春补种草皮"),
    (Zone.EXTENDED, MeasureKind.CONTROL, "渣土车按核定路线和时段通行，出场车辆密闭"),
]
SOURCES = [("示例早市", "流动摊点", 40, 220), ("示例停车场", "机动车集中停放", 130, 480), ("示例物流货场", "货车集中作业", 250, 1_600)]
"""Name, kind, bearing, metres."""
INCIDENTS = [
    ("9202C", 27, {"pm10": "3.4", "pm25": "1.1"}), ("9202C", 26, {"pm10": "2.6", "pm25": "1.1"}), ("9202C", 25, {"pm10": "1.3"}),
    ("9001A", 10, {"pm25": "2.6", "co": "2.4", "pm10": "2.1"}), ("9001A", 9, {"pm25": "1.6", "co": "1.5", "pm10": "1.5"}),
    ("9101S", 5, {"pm25": "2.9", "pm10": "0.8"}), ("9002A", 1, {"pm10": "2.8", "pm25": "1.2"}), ("9002A", 0, {"pm10": "3.1", "pm25": "1.2"}),
]  # fmt: skip
"""Station, hours ago, what the figures are multiplied by: dust, burning, an instrument that shows more fine particles than particles, dust just now."""
WIND = {"wind_direction": 120, "wind_speed": "2.6"}
"""Of these hours: the second source lies upwind."""


def build(place: Place, *, until: dt.datetime, days: int = DAYS) -> None:
    """After ``air.build``. ``days``: of the replay."""
    district = place.district
    office = User.objects.get(username="office")
    with transaction.atomic(), clock.standing(until):
        keeping.load(district)
        stations = list(Station.objects.active().of(district))
        squads = _squads(place, stations)
        for n, station in enumerate(each for each in stations if each.level != "micro"):
            _plan(station, squads[n % len(squads)], office=office)
            _roster(station, office=office)
            _visits(station, office=office)
    _incidents(district, until)
    _replay(district, stations, until, min(days, DAYS))


# --- squads -----------------------------------------------------------------------------------------------------------------------------
def _squads(place: Place, stations: list[Station]) -> list[Organisation]:
    """The squad that a district begins with, and one for each further national or provincial station."""
    first = Organisation.objects.filter(district=place.district, kind=OrganisationKind.SQUAD).order_by("pk").first()
    others = [station for station in stations if station.level in ("national", "provincial") and not station.is_reference][1:]
    made = [first] if first else []
    for n, station in enumerate(others, 1):
        name = f"{station.name}专班"
        kind = OrganisationKind.SQUAD
        made.append(grids.create_organisation(district=place.district, kind=kind, name=name, short_name=name[:30], position=600 + n, by=None))
    people = place.persons or People(clock.today())
    for squad in made:
        for n in range(MEMBERS):
            people.seat(squad, Role.DEPT_HANDLER, title="组长" if n == 0 else "组员")
    return made


def _plan(station: Station, squad: Organisation, *, office: User) -> None:
    kept = plans.plan_of(station)
    kept.squad, kept.surroundings = squad, f"{station.name}周边以居住、商业为主，北侧有城市主干道，早晚高峰车流量大。"
    plans.save_plan(kept, by=office, seen=kept.version)
    plans.add_paper(station, SimpleUploadedFile("一点一策方案.pdf", PAPER, "application/pdf"), title=f"{station.name}一点一策方案", by=office)
    for zone, kind, text in MEASURES:
        plans.save_measure(StandingMeasure(station=station, zone=zone, kind=kind, text=text, organisation=squad), by=office)
    for name, kind, angle, metres in SOURCES:
        lon, lat = rings.place(station.lon, station.lat, angle=angle, metres=metres)
        plans.save_source(OwnSource(station=station, name=name, kind=kind, lon=lon, lat=lat), by=office)


def _roster(station: Station, *, office: User) -> None:
    """Last week by hand, this and the next one copied; one swap."""
    crew = list(duty.squad_of(station))
    monday = duty.monday_of(clock.today())
    slots = duty.slots(monday - duty.WEEK)
    turns = {slot: (crew[n % len(crew)].pk, crew[(n + 1) % len(crew)].pk) for n, slot in enumerate(slots)}
    duty.save_week(station, turns, by=office, stood={})
    for week in (monday, monday + duty.WEEK):
        duty.copy_last_week(station, week, by=office)
    turn = duty.week_of(station, monday)[clock.today(), Shift.NIGHT]
    to = next(person for person in crew if person.pk not in (turn.person_id, turn.deputy_id))
    duty.swap(station, turn.day, turn.shift, to=to, reason="外出培训", by=office, seen=turn.person_id)


def _visits(station: Station, *, office: User) -> None:
    crew = list(duty.squad_of(station))
    for n, (purpose, text) in enumerate(
        [(Purpose.PATROL, "未见异常"), (Purpose.MAINTENANCE, "运维单位更换采样滤膜，专班在外围记录"), (Purpose.CHECK, "")]
    ):
        arrived = clock.now() - dt.timedelta(hours=9 + 20 * n)
        left = arrived + dt.timedelta(minutes=25)
        visit = NearVisit(
            station=station, person=str(crew[n % len(crew)]), unit="", purpose=purpose, arrived_at=arrived, left_at=left, text=text,
            in_buffer=purpose == Purpose.MAINTENANCE,
        )  # fmt: skip
        plans.log_visit(visit, by=office)


# --- the watch --------------------------------------------------------------------------------------------------------------------------
def _incidents(district, until: dt.datetime) -> None:
    """The feed corrects these hours, as feeds do."""
    rows = []
    for code, ago, factors in INCIDENTS:
        reading = Reading.objects.real_time().filter(station__district=district, station__code=code, hour=hours.latest(until) - ago * HOUR).first()
        if reading:
            values = {name: value if value is None else str(value) for name, value in reading.values.items()}
            values |= {name: _times(reading.values[name], factor, name) for name, factor in factors.items() if reading.values[name] is not None}
            rows.append({"station": code, "hour": reading.hour.isoformat(), **values, **WIND})
    with transaction.atomic(), clock.standing(until):
        intake.take(rows, district=district, sender=intake.Sender(Source.INTERFACE, "演示数据平台"))
        daily.work_out_due(district=district)


def _times(value: Decimal, factor: str, name: str) -> str:
    return str((value * Decimal(factor)).quantize(Decimal("0.1" if name == "co" else "1")))


@transaction.atomic
def _replay(district, stations: list[Station], until: dt.datetime, days: int) -> None:
    """As if it had been watched: three quarters of an hour after each hour. Only the last ones raise alarms."""
    newest = hours.latest(until)
    for ago in range(days * 24, -1, -1):
        hour = newest - ago * HOUR
        now = min(hour + dt.timedelta(minutes=46), until)
        with clock.standing(now):
            scan.look_at(district, [hour], now=now, raises=ago < RAISED)
            if ago % 6 == 3:
                keeping.set_wind(stations[0], hour, direction=(40 + ago * 3) % 360, speed=Decimal(ago % 5) + 1, by=None)
