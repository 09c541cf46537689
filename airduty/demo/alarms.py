"""Sources, rosters and some weeks of alarms, lived through the services: true ones with findings, false ones with reasons, some still running."""

import datetime as dt
import random

from django.core.exceptions import ValidationError

from airduty.demo import pictures
from airduty.demo.district import Place
from airduty.demo.persons import one
from alarms.models import Alarm, AlarmPhoto, AlarmSource, SignalPicture
from alarms.reading import ALIVE, Message, Reading
from alarms.services import advance, intake, offline, rosters, scan, sources
from alarms.services.pictures import waiting_path
from alarms.words import AlarmState, Cause, FalseReason, OnSite, Shift, SourceKind
from common import clock
from common.errors import Conflict, NotYourRole
from grids import geometry, people
from grids.models import Grid
from grids.roles import TOWN, PostRole, Role
from registers.models import Site

LATELY = dt.timedelta(days=24)
CAMERAS = 8
MONITORS = 4
SEEN = ("东侧地块有烟，顺风飘向村内", "沟渠边有明火", "地头冒白烟", "疑似焚烧秸秆，烟柱明显", "路边垃圾堆冒烟")
FALSE = (FalseReason.CHIMNEY, FalseReason.FOG, FalseReason.COOKING, FalseReason.CHIMNEY, FalseReason.DUST, FalseReason.LIGHT)


class Watch:
    """Alarms of the last weeks. The life of the district asks at each of its moments whether there is one."""

    def __init__(self, place: Place, *, until: dt.datetime, share: float = 0.25):
        self.district, self.until, self.share = place.district, until, share
        self.rng = random.Random(7)
        self.first = until - LATELY
        self.operator, self.director = one(place.district, Role.OFFICE_STAFF), one(place.district, Role.OFFICE_DIRECTOR)
        self.cameras: list[AlarmSource] = []
        self.monitors: list[AlarmSource] = []
        self.n = 0

    def moment(self, moment: dt.datetime):
        """What a camera sees now, played out to its end; the finding where it was true."""
        if not self.first <= moment < self.until - dt.timedelta(hours=4):
            return None
        self._set_up()
        return _past(self, moment) if self.rng.random() < self.share else None

    def show(self) -> None:
        """The present: what is measured, and alarms that still run."""
        self._set_up()
        _measure(self)
        for camera in self.cameras[:-2]:
            intake.take_in(camera, Message(meaning=ALIVE), size=0)
        _now(self)

    def _set_up(self) -> None:
        if not self.cameras:
            self.cameras, self.monitors = _cameras(self), _monitors(self)
            _rosters(self, days=LATELY.days + 14)

    def crew(self, alarm: Alarm):
        """Who goes: the first who was called; the office sees to a place outside all grids."""
        calls = alarm.calls.select_related("person")
        call = calls.exclude(duty="office").first() or calls.first()
        return call.person if call else None


# --- what stands still --------------------------------------------------------------------------------------------------------------
def _cameras(scene: Watch) -> list[AlarmSource]:
    villages = list(Grid.objects.filter(district=scene.district, level=3).exclude(polygon=None).order_by("path"))
    chosen = villages[:: max(1, len(villages) // CAMERAS)][:CAMERAS]
    return [_camera(scene, village, n) for n, village in enumerate(chosen, 1)]


def _camera(scene: Watch, village: Grid, n: int) -> AlarmSource:
    lon, lat = geometry.point_inside(village)
    source = AlarmSource(
        district=scene.district, kind=SourceKind.SMOKE_CAMERA, name=f"蓝天卫士{n:02d}号（{village.name}）", address=f"{village.name}通信铁塔40米处",
        lon=lon, lat=lat, bearing=(n * 55) % 360, view_degrees=60, range_m=2200, slug=f"cam-{n:02d}",
        calibrated_on=clock.today() - dt.timedelta(days=20 * n),
    )  # fmt: skip
    sources.create(source, by=scene.director)
    return source


def _monitors(scene: Watch) -> list[AlarmSource]:
    sites = Site.objects.filter(district=scene.district, kind__code="construction", is_over=False, lon__isnull=False).order_by("pk")[:MONITORS]
    made = []
    for n, site in enumerate(sites, 1):
        source = AlarmSource(
            district=scene.district,
            kind=SourceKind.DUST_MONITOR,
            name=f"{site.name[:40]}扬尘监测",
            site=site,
            slug=f"dust-{n:02d}",
            address="工地大门内侧",
        )
        sources.create(source, by=scene.director)
        made.append(source)
    return made


def _rosters(scene: Watch, *, days: int) -> None:
    """Every second township keeps a roster; the others are called by their grid posts."""
    towns = Grid.objects.filter(district=scene.district, level=2).select_related("organisation").order_by("path")
    today = clock.today()
    for town in list(towns)[::2]:
        persons = list(people.holders_of(town, (PostRole.MEMBER, PostRole.PATROLLER))) or list(people.members_of(town.organisation, TOWN))
        deputies = [person for person in people.members_of(town.organisation, TOWN) if person.pk not in {each.pk for each in persons}]
        for n, person in enumerate(persons[:2]):
            for first in range(n * 7, days, 14):
                start = today + dt.timedelta(days=first)
                rosters.plan(
                    town.organisation, first=start, last=start + dt.timedelta(days=6), shift=Shift.WHOLE, person=person,
                    deputy=deputies[0] if deputies else None, by=scene.operator,
                )  # fmt: skip


# --- what is over -------------------------------------------------------------------------------------------------------------------
def _past(scene: Watch, moment: dt.datetime):
    rng = scene.rng
    scene.n += 1
    camera = scene.cameras[0] if scene.n % 5 == 2 else rng.choice(scene.cameras)  # one camera looks at a chimney
    alarm = _shot(scene, camera, moment, scene.n)
    if camera == scene.cameras[0] or rng.random() < 0.35:
        reason = FalseReason.CHIMNEY if camera == scene.cameras[0] else rng.choice(FALSE)
        _try(alarm, "judge_false", at=moment + dt.timedelta(minutes=rng.uniform(0.5, 2.8)), by=scene.operator, reason=reason)
        return None
    _burnt(scene, alarm, moment)
    alarm.refresh_from_db()
    if alarm.state == AlarmState.DISPATCHED and alarm.finding is None:  # nobody could go there: asked by telephone
        _try(alarm, "judge_false", at=moment + dt.timedelta(minutes=45), by=scene.operator, reason=FalseReason.FOG)
    return alarm.finding


def _shot(scene: Watch, camera: AlarmSource, moment: dt.datetime, n: int, *, times: int = 1) -> Alarm:
    """What a camera sends: a picture and an event; ``times``: again, a few seconds later."""
    found = None
    bearing, distance = float((camera.bearing + scene.rng.randrange(-25, 25)) % 360), float(scene.rng.randrange(600, 1900))
    words = scene.rng.choice(SEEN)
    for again in range(times):
        at = moment + dt.timedelta(seconds=20 * again)
        raw = f'{{"event": "smoke", "n": {n}, "again": {again}}}'.encode()
        seen = Message(
            meaning="alarm", event="smoke", occurred_at=at, text=words, bearing=bearing, distance_m=distance + 40 * again, raw=raw,
            pictures=() if again else (pictures.draw(scene.rng, "straw", after=False),),
        )  # fmt: skip
        with clock.standing(at):
            found = intake.take_in(camera, seen, size=len(raw)).alarm
            _pictures_in()
    return found


def _pictures_in() -> None:
    """Our own drawings need no guard against hostile pictures, and there are many."""
    for row in SignalPicture.objects.filter(photo=None, refused=""):
        path = waiting_path(row.sha256)
        row.photo = pictures.keep(path.read_bytes(), by=None)
        row.save(update_fields=["photo"])
        path.unlink(missing_ok=True)


def _burnt(scene: Watch, alarm: Alarm, moment: dt.datetime) -> None:
    """A real fire, with the minutes that people take; some are late, some are judged too late."""
    rng = scene.rng
    minutes = rng.uniform(0.6, 4.2)
    if minutes <= 3:
        _try(alarm, "judge_true", at=moment + dt.timedelta(minutes=minutes), by=scene.operator)
    else:
        minutes = 3.2
        with clock.standing(moment + dt.timedelta(minutes=minutes)):
            scan.scan()
    alarm.refresh_from_db()
    person, at = scene.crew(alarm), moment + dt.timedelta(minutes=minutes)
    if person is None:
        return
    waits = (rng.uniform(0.8, 6), rng.uniform(5, 14), rng.uniform(4, 20), rng.uniform(8, 40))
    for action, wait in zip(("accept", "arrive", "control"), waits, strict=False):
        _scan_between(at, at + dt.timedelta(minutes=wait))
        at += dt.timedelta(minutes=wait)
        _try(alarm, action, at=at, by=person)
    at += dt.timedelta(minutes=waits[3])
    _feed_back(scene, alarm, at=at, by=person)
    _try(alarm, "close", at=at + dt.timedelta(minutes=rng.uniform(3, 15)), by=scene.operator, watched=True, note="画面中烟已消散。")


def _scan_between(begin: dt.datetime, end: dt.datetime) -> None:
    moment = begin + dt.timedelta(minutes=1)
    while moment < end:
        with clock.standing(moment):
            scan.scan()
        moment += dt.timedelta(minutes=2)


def _feed_back(scene: Watch, alarm: Alarm, *, at: dt.datetime, by) -> None:
    rng = scene.rng
    with clock.standing(at):
        photo = pictures.keep(pictures.draw(rng, "straw", after=True), by=by)
        AlarmPhoto.objects.get_or_create(alarm=alarm, photo=photo, defaults={"uploaded_by": by, "at": at})
    details = {"on_site": OnSite.REAL, "cause": Cause.BURNING, "area_m2": rng.randrange(10, 400)}
    _try(alarm, "feedback", at=at, by=by, note="明火已扑灭，余烬浇水清理，当事人已教育。", **details)


def _try(alarm: Alarm, action: str, *, at: dt.datetime, by, note: str = "", **details) -> bool:
    """A step, if it is really open to this person then."""
    try:
        with clock.standing(at):
            advance.advance(alarm, action, by=by, note=note, **details)
    except (Conflict, NotYourRole, ValidationError):
        return False
    return True


# --- what is measured, and what runs now ----------------------------------------------------------------------------------------------
def _measure(scene: Watch) -> None:
    """Hours of the last two days; the last monitor has been silent since this morning."""
    for n, source in enumerate(scene.monitors):
        silent = dt.timedelta(hours=5) if n == len(scene.monitors) - 1 else dt.timedelta()
        last = scene.until - silent
        hours = [last - dt.timedelta(hours=each) for each in range(36, -1, -6)]
        for at in hours:
            rows = tuple(_reading(scene, at - dt.timedelta(hours=each)) for each in range(6))
            message = Message(meaning="readings", event="readings", readings=rows, raw=f"{source.pk}:{at.isoformat()}".encode())
            with clock.standing(at):
                intake.take_in(source, message, size=len(message.raw))


def _reading(scene: Watch, at: dt.datetime) -> Reading:
    pm10 = scene.rng.uniform(45, 130)
    return Reading(
        at.replace(minute=0, second=0, microsecond=0), {"pm10": round(pm10), "pm25": round(pm10 * 0.45), "tsp": round(pm10 * 2.1), "noise": 58.0}
    )


def _now(scene: Watch) -> None:
    """One that waits to be judged, one on whose way somebody is, one put out and waiting to be looked at again, a call, a silent monitor."""
    until, ago, cameras = scene.until, dt.timedelta, scene.cameras
    out = _shot(scene, cameras[-1], until - ago(minutes=52), 901, times=3)
    _try(out, "judge_true", at=until - ago(minutes=50), by=scene.operator)
    person = scene.crew(out)
    for action, minutes in (("accept", 48), ("arrive", 38), ("control", 25)):
        _try(out, action, at=until - ago(minutes=minutes), by=person)
    _feed_back(scene, out, at=until - ago(minutes=8), by=person)
    going = _shot(scene, cameras[len(cameras) // 2], until - ago(minutes=7), 902, times=2)
    _try(going, "judge_true", at=until - ago(minutes=6), by=scene.operator)
    _try(going, "accept", at=until - ago(minutes=3), by=scene.crew(going))
    _shot(scene, cameras[2], until - ago(seconds=70), 903)
    with clock.standing(until):
        offline.watch()
