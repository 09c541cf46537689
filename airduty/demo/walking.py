"""Rounds of the demonstration's last weeks: planned each morning by the rules, walked by those on post as diligently as their village is."""

import datetime as dt
import random
import uuid

from django.core.exceptions import ValidationError

from accounts.models import User
from airduty.demo.district import Place
from common import clock
from common.errors import Conflict
from grids.roles import PostRole
from inspections.models import Checklist, Finding, Patrol, Visit
from inspections.services import handing_over, planning, rounds, visit_flags, visits, weather
from inspections.services import rules as rule_service
from inspections.words import PatrolKind, Source, VisitState, Weather

VISITOR = "member"
MORNING_HOUR = 8
DAYS, DAYS_OF_A_CITY = 9, 2
LARGE = 100
"""Villages from which on only the last days are walked."""
WARNING = range(7, 5, -1)
"""Days before the last on which an orange warning runs."""
HALVES = {8: 0.0, 11: 0.5, 14: 0.8, 17: 1.0}
"""Hour of a working moment → how much of the day's round is done by then."""
WORDS = ("现场管理正常，覆盖完好", "道路已洒水，无明显扬尘", "设施运行正常，台账齐全", "已提醒负责人保持")
FOUND = ("东侧料堆未覆盖，已要求当天整改", "出口带泥，已责令冲洗", "净化器未开启，已当场打开", "裸土约三十平方米未盖网")
ANSWERS = ("村内信号弱，定位漂移", "绕行施工便道，从后门进入", "同一处补拍")


class Rounds:
    def __init__(self, place: Place, *, until: dt.datetime, office, director):
        self.place, self.office, self.director = place, office, director
        self.rng = random.Random(11)  # of its own: what is drawn here changes nothing else
        days = DAYS if len(place.villages) <= LARGE else DAYS_OF_A_CITY
        self.last = clock.beijing(until).date()
        self.first = self.last - dt.timedelta(days=days)
        self.lazy = {grid.pk: self.rng.choice((0.97, 0.95, 0.9, 0.8, 0.55)) for grid in place.villages}
        self.lists: dict[int, Checklist] = {}

    def walks(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    # --- the day ------------------------------------------------------------------------------------------------------------------------
    def morning(self, day: dt.date) -> None:
        """With the scans: what the night has left, a warning's beginning and end, the plan of the day."""
        if not self.walks(day):
            return
        if day == self.first:
            settings = rounds.settings_of(self.place.district.pk)
            settings.squad_phone = "12369"
            rule_service.save_field_settings(settings, by=self.director)
        self._air(day)
        self._night(day - dt.timedelta(days=1))
        planning.plan_today()
        if day == self.last:
            self._leave_one_to_the_visitor(day)

    def _leave_one_to_the_visitor(self, day: dt.date) -> None:
        """Whoever tries the field app as the member of a grid finds today's round of his village, taken over from a colleague."""
        visitor = User.objects.filter(username=VISITOR).first()
        mine = self._open(day).filter(kind=PatrolKind.DAILY, grid__posts__user=visitor) if visitor else ()
        for patrol in mine:
            if patrol.person_id != visitor.pk:
                handing_over.hand_over(patrol, to=visitor, reason="轮休", by=patrol.person)

    def _air(self, day: dt.date) -> None:
        left = (self.last - day).days
        if left == WARNING.start:
            weather.start(self.place.district, Weather.ORANGE, note="青气办〔2026〕12号", by=self.office)
        elif left == WARNING.stop and weather.current(self.place.district.pk):
            weather.stop(self.place.district, by=self.office)

    def _night(self, day: dt.date) -> None:
        for patrol in self._open(day).filter(kind=PatrolKind.NIGHT):
            start = clock.at(day, dt.time(22, 10))
            self._walk(patrol, 1.0, start=start)

    def walk(self, moment: dt.datetime) -> None:
        """At each working moment: everybody is a piece further on his round."""
        here = clock.beijing(moment)
        if self.walks(here.date()):
            for patrol in self._open(here.date()).exclude(kind=PatrolKind.NIGHT):
                self._walk(patrol, HALVES.get(here.hour, 0.0), start=moment - dt.timedelta(minutes=100))

    def _open(self, day: dt.date):
        rows = Patrol.objects.filter(district=self.place.district, planned_on=day, state__in=planning.OPEN)
        rows = rows.exclude(person__username=VISITOR) if day == self.last and clock.beijing(clock.now()).hour > MORNING_HOUR else rows
        return rows.select_related("grid", "person").order_by("pk")

    def _walk(self, patrol: Patrol, share: float, *, start: dt.datetime) -> None:
        if self._stays_away(patrol):
            return
        planned = list(patrol.visits.select_related("site__kind").order_by("position", "pk"))
        goal = round(len(planned) * share)
        if not goal:
            return
        self._tell_round(patrol, started_at=start)
        minute = 0
        for visit in planned[:goal]:
            if visit.state == VisitState.PLANNED:
                minute += self.rng.randint(4, 11)
                self._visit(visit, at=start + dt.timedelta(minutes=min(minute, 95)))
        if goal == len(planned):
            self._tell_round(patrol, started_at=start, finished_at=start + dt.timedelta(minutes=97))

    def _stays_away(self, patrol: Patrol) -> bool:
        """The same answer all day."""
        lot = random.Random(f"{patrol.uuid}").random()
        return lot > self.lazy.get(patrol.grid_id, 0.9)

    def _tell_round(self, patrol: Patrol, **said) -> None:
        rounds.tell({"uuid": patrol.uuid, **said}, by=patrol.person)

    # --- one object ---------------------------------------------------------------------------------------------------------------------
    def _visit(self, visit: Visit, *, at: dt.datetime) -> None:
        lot, site = self.rng.random(), visit.site
        said = self._where(site, far=0.93 < lot < 0.96) | {"uuid": visit.uuid, "site": site.uuid, "arrived_at": at, "saved_at": at}
        if lot < 0.7:
            said |= {"conclusion": "normal", "one_tap": True}
        elif lot < 0.97:
            said |= {"conclusion": "normal", "text": self.rng.choice(WORDS) if lot < 0.75 else "", "checklist": self._answers(site, fails=0)}
        elif lot < 0.985:
            said |= {"conclusion": "problem", "text": self.rng.choice(FOUND), "checklist": self._answers(site, fails=1)}
        else:
            said |= {"conclusion": "unreachable", "text": "大门上锁，联系不上负责人"}
        self._tell_visit(said, by=visit.person)

    def _tell_visit(self, said: dict, *, by) -> None:
        try:
            done = visits.tell(said, by=by).visit
        except (Conflict, ValidationError):
            return
        if done.flags and self.rng.random() < 0.5:
            visit_flags.answer(done, done.flags[0]["code"], text=self.rng.choice(ANSWERS), by=by)

    def _where(self, site, *, far: bool = False) -> dict:
        if site.lon is None:
            return {}
        drift = 0.004 if far else 0.0002
        lon, lat = (round(value + self.rng.uniform(-drift, drift), 6) for value in (site.lon, site.lat))
        return {"lon": lon, "lat": lat, "accuracy": float(self.rng.randint(5, 30))}

    def _answers(self, site, *, fails: int) -> dict | None:
        checklist = self._list_of(site)
        if checklist is None:
            return None
        items = [item for item in checklist.items.all() if item.answer_type == "pass_fail"]
        wrong = set(self.rng.sample([item.code for item in items], min(fails, len(items))))
        answers = {item.code: {"value": "fail" if item.code in wrong else "pass", "note": ""} for item in items}
        return {"code": checklist.code, "version": checklist.version, "answers": answers}

    def _list_of(self, site) -> Checklist | None:
        if not self.lists:
            rows = Checklist.objects.filter(district=self.place.district, is_default=True).in_force(clock.today())
            for each in rows.prefetch_related("kinds", "items"):
                self.lists |= {kind.pk: each for kind in each.kinds.all()}
        return self.lists.get(site.kind_id)

    # --- what is reported on the way ----------------------------------------------------------------------------------------------------
    def key(self, *, source, site, by) -> uuid.UUID | None:
        """Uuid of the visit on which a problem is being reported, where it is one of a round's days."""
        walking = by.posts.filter(role__in=(PostRole.MEMBER, PostRole.PATROLLER)).exists()
        if source != Source.GRID_PATROL or site is None or not walking or not self.walks(clock.today()):
            return None
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def reported(self, finding: Finding) -> None:
        """The visit that goes with a report."""
        said = self._where(finding.site) | {
            "uuid": finding.visit_key, "site": finding.site.uuid, "arrived_at": finding.captured_at, "saved_at": finding.captured_at,
            "conclusion": "problem", "text": finding.text, "checklist": self._answers(finding.site, fails=1),
        }  # fmt: skip
        self._tell_visit(said, by=finding.reporter)
