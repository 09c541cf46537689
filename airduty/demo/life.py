"""Three months of life: each working moment everybody does what waits for him, as diligently as his unit is. Only services are called."""

import datetime as dt
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from airduty.demo import alarms, geography, month, pictures, sites, texts, walking
from airduty.demo.district import Place
from airduty.demo.schooling import School
from common import clock
from common.errors import Conflict, NotYourRole
from grids import people
from grids.roles import COMMANDERS, MANAGERS, PARTIES, Role
from inspections.models import Finding, ProblemType
from inspections.services import hollow, photos
from inspections.services.submit import submit
from inspections.words import FindingState, Source
from notices.models import Notice, State
from rectification.models import LookBack, Task, TaskPhoto, TaskRequest
from rectification.services import advance, clock_scan, reminders, routing, task_steps, telling
from rectification.words import PARTY_TURN, VERIFIER_TURN, RequestState, TaskState

MOMENTS = (dt.time(8, 40), dt.time(11, 10), dt.time(14, 50), dt.time(17, 20))
SCANS = (dt.time(8, 5),)
COMMON = (
    "site-six",
    "bare-ground",
    "road-dust",
    "catering-purifier",
    "site-six",
    "muck-truck",
    "barbecue",
    "catering-none",
    "spraying",
    "straw-fire",
)
RARE = ("scattered", "coal-sale", "boiler", "gas-station", "diesel", "vocs", "industry", "complaint", "other", "complaint")
OUTSIDE = {"superior-issue": Source.PROVINCIAL_INSPECTION, "complaint": Source.COMPLAINT}
DILIGENCE = (0.95, 0.62, 0.9, 0.8, 0.86, 0.72)
"""By township in order; departments follow by turn. What the ranking later shows."""
READ_WITHIN = dt.timedelta(hours=20)
"""After that everybody has opened his inbox."""


@dataclass(frozen=True)
class Appointment:
    at: dt.datetime
    task: int
    act: Callable[[Task], None]


class Life:
    def __init__(self, place: Place, *, per_day: float):
        self.place, self.rng, self.per_day = place, place.rng, per_day
        self.now = self.until = clock.now()
        self.appointments: list[Appointment] = []
        units = [town.organisation_id for town in place.townships]
        others = [unit.pk for unit in place.units.values() if unit.pk not in units]
        self.diligence = {pk: DILIGENCE[n % len(DILIGENCE)] for n, pk in enumerate([*units, *others])}
        self.types = {each.code: each for each in ProblemType.objects.filter(district=place.district)}
        self.empty_villages = {grid.pk for n, grid in enumerate(place.villages) if n % 11 == 5}
        self.office = people.with_role(place.district, {Role.OFFICE_STAFF}).first()
        self.director = people.with_role(place.district, {Role.OFFICE_DIRECTOR}).first()
        self.supervision = people.with_role(place.district, {Role.SUPERVISION}).first()
        self.school = School(place, office=self.office)

    # --- time -----------------------------------------------------------------------------------------------------------------------
    def live(self, first: dt.date, until: dt.datetime, *, tell=lambda day: None) -> None:
        """Every moment from ``first`` (Beijing day) to ``until``, in order."""
        self.rounds = walking.Rounds(self.place, until=until, office=self.office, director=self.director)
        self.months = month.Months(self.place, until=until)
        self.watch = alarms.Watch(self.place, until=until)
        day, self.now, self.until = first, clock.at(first), until
        while clock.at(day) <= until:
            for time in sorted((*SCANS, *MOMENTS)):
                moment = clock.at(day, time) + dt.timedelta(seconds=self.rng.randrange(600))
                if moment <= until:
                    self.keep_appointments(moment)
                    self._moment(moment, is_scan=time in SCANS)
            tell(day)
            day += dt.timedelta(days=1)
        self.keep_appointments(until)

    @transaction.atomic
    def _moment(self, moment: dt.datetime, *, is_scan: bool) -> None:
        self.now = moment = max(moment, self.now)
        with clock.standing(moment):
            if is_scan:
                self.scan(moment)
            else:
                self.work(moment)
            deliver_quietly(moment)

    def keep_appointments(self, until: dt.datetime) -> None:
        """What was set for a time that has come, in order; making one may set others."""
        while due := min((each for each in self.appointments if each.at <= until), key=lambda each: each.at, default=None):
            self.appointments.remove(due)
            self.now = max(due.at, self.now)
            with transaction.atomic(), clock.standing(self.now):
                due.act(Task.objects.select_related("organisation", "finding__problem_type", "finding__field").get(pk=due.task))
                deliver_quietly(self.now)

    def scan(self, moment: dt.datetime) -> None:
        clock_scan.scan(moment)
        reminders.scan(moment)
        self.months.scan(moment)
        hollow.scan(moment)
        self.school.day(clock.beijing(moment).date())
        self.rounds.morning(clock.beijing(moment).date())

    def work(self, moment: dt.datetime) -> None:
        for _n in range(self._how_many()):
            self.report()
        if clock.beijing(moment).isoweekday() <= 6:
            for step in (
                self.register,
                self.assign,
                self.accept,
                self.ask,
                self.decide,
                self.feed_back,
                self.verify,
                self.strike_off,
                self.look_back,
                self.urge,
            ):
                step(moment)
        self.rounds.walk(moment)
        if (fire := self.watch.moment(moment)) is not None:
            self.now = max(self.now, fire.assigned_at or self.now)
            self._rush(fire)

    def _how_many(self) -> int:
        each = self.per_day / len(MOMENTS)
        return int(each) + (self.rng.random() < each % 1)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def tick(self):
        """A little later than the last act, as when one person after the other gets round to it. Time never goes back."""
        self.now = min(self.now + dt.timedelta(seconds=self.rng.randint(8, 40)), max(self.until, self.now))
        return clock.standing(self.now)

    def take(self, subject, action: str, *, by, **details):
        """One step, if it is really open to this person now."""
        try:
            with self.tick(), transaction.atomic():
                return advance(subject, action, by=by, **details)
        except (Conflict, NotYourRole, ValidationError):
            return None

    # --- the street -----------------------------------------------------------------------------------------------------------------
    def report(self) -> None:
        code = self.rng.choice(COMMON if self.chance(0.75) else (*RARE, "superior-issue"))
        village = self.rng.choice([grid for grid in self.place.villages if grid.pk not in self.empty_villages])
        by, source = self._reporter(code, village)
        with self.tick():
            finding = self.submit(code, village, by=by, source=source)
        if finding.problem_type.is_minute_clock:
            self._rush(finding)

    def _reporter(self, code: str, village):
        if code in OUTSIDE:
            return self.office, OUTSIDE[code] if code == "complaint" or self.chance(0.6) else Source.CITY_INSPECTION
        if self.chance(0.14):
            return self.supervision, Source.DISTRICT_SUPERVISION if self.chance(0.7) else Source.COVERT_VISIT
        walkers = self.place.reporters.get(village.pk)
        return (self.rng.choice(walkers), Source.GRID_PATROL) if walkers else (self.office, Source.SELF_CHECK)

    def submit(self, code: str, village, *, by, source) -> Finding:
        lon, lat = geography.point_in(self.rng, village.polygon)
        now, problem_type = clock.now(), self.types[code]
        picture = pictures.draw(self.rng, problem_type.field.code, after=False)
        photo = pictures.keep(picture, by=by)
        clean = {
            "uuid": uuid.UUID(int=self.rng.getrandbits(128), version=4), "problem_type": problem_type, "source": source,
            "text": texts.finding(self.rng, code), "address": texts.address(self.rng, village.name),
            "lon": lon, "lat": lat, "accuracy": float(self.rng.randint(4, 25)),
            "captured_at": now - dt.timedelta(minutes=self.rng.randint(1, 40)), "photos": [{"sha256": photo.sha256, "size": photo.size}],
        }  # fmt: skip
        if site := sites.at(self.place, code, village, lot=clean["uuid"].int):
            clean |= {
                "site": site,
                "lon": site.lon,
                "lat": site.lat,
                "address": site.address,
                "visit": self.rounds.key(source=source, site=site, by=by),
            }
        if code == "superior-issue":
            clean |= {
                "superior_number": f"督〔{now.year}〕{self.rng.randint(10, 99)}号",
                "superior_due_at": clock.at(clock.today() + dt.timedelta(days=12), dt.time(23, 59, 59)),
            }
        finding = submit(clean, by=by).finding
        photos.attach(finding, io.BytesIO(picture), sha256=photo.sha256, size=photo.size, by=by)
        if finding.visit_key:
            self.rounds.reported(finding)
        return Finding.objects.get(pk=finding.pk)

    def _rush(self, finding: Finding) -> None:
        """Minutes count: those on duty go at once, the lazier units a little late."""
        for task in Task.objects.filter(finding=finding):
            quick = self.diligence.get(task.organisation_id, 0.8)
            there = self.now + dt.timedelta(minutes=self.rng.randint(1, 4 if self.chance(quick) else 14))
            done = self.now + dt.timedelta(minutes=self.rng.randint(30, 100 if self.chance(quick) else 260))
            self.appointments += [Appointment(there, task.pk, self._go_there), Appointment(done, task.pk, self._feed_back)]

    def _go_there(self, task: Task) -> None:
        self.take(task, "accept", by=self._handler(task))
        self.take(task, "arrive", by=self._handler(task))

    # --- the office -----------------------------------------------------------------------------------------------------------------
    def findings(self, state: FindingState):
        return Finding.objects.filter(district=self.place.district, state=state).select_related("problem_type", "field__headquarters").order_by("pk")

    def tasks(self, states):
        rows = Task.objects.filter(district=self.place.district, state__in=states)
        return rows.select_related("finding__problem_type", "finding__field__headquarters__organisation", "organisation").order_by("pk")

    def register(self, _moment) -> None:
        for finding in self.findings(FindingState.REPORTED):
            if not self.chance(0.6):
                continue
            by = self.supervision if finding.is_sealed else self.office
            if finding.source == Source.GRID_PATROL and self.chance(0.04):
                self.take(finding, "reject", by=by, note=self.rng.choice(texts.REJECTING))
            else:
                self.take(finding, "register", by=by, not_same=True)

    def assign(self, _moment) -> None:
        for finding in self.findings(FindingState.REGISTERED):
            if self.chance(0.7):
                by = self.supervision if finding.is_sealed else self.office
                parties = [{"organisation": party.organisation, "role": party.role} for party in self._parties(finding)]
                self.take(finding, "assign", by=by, assignees=parties)

    def _parties(self, finding: Finding) -> list[routing.Party]:
        refused = set(finding.tasks.filter(state=TaskState.REFUSED).values_list("organisation_id", flat=True))
        proposed = [party for party in routing.propose(finding) if party.organisation.pk not in refused]
        return proposed or [routing.Party(self.place.units["城管局"], "sector")]

    def strike_off(self, _moment) -> None:
        for finding in self.findings(FindingState.RECTIFIED):
            if self.chance(0.3):
                self.take(finding, "strike_off", by=self.director)
        for finding in self.findings(FindingState.STOPPED_PENDING).filter(recheck_on__lte=clock.today()):
            action = "resume" if self.chance(0.5) else "recheck"
            self.take(finding, action, by=self.supervision, note="已复工并全部整改到位" if action == "resume" else "仍处于停工状态")

    def look_back(self, _moment) -> None:
        for look_back in LookBack.objects.due(clock.today()).filter(district=self.place.district).select_related("finding"):
            if self.chance(0.6):
                rebound = self.chance(0.12)
                note = self.rng.choice(texts.REBOUNDED if rebound else texts.LOOKED)
                self.take(look_back.finding, "look_back", by=self.supervision, result="rebound" if rebound else "stable", note=note)

    def urge(self, moment) -> None:
        for task in self.tasks(PARTY_TURN).filter(due_at__lt=moment):
            if self.chance(0.05):
                self.take(task, "urge", by=self.office)
            elif self.chance(0.03):
                self.take(task, "call", by=self.office, note=self.rng.choice(texts.CALLS))
            elif self.chance(0.01):
                self.take(
                    task.finding,
                    "comment",
                    by=people.with_role(self.place.district, {Role.DISTRICT_LEADER}).first(),
                    note=self.rng.choice(texts.COMMENTS),
                )

    # --- the parties ----------------------------------------------------------------------------------------------------------------
    def _handler(self, task: Task):
        return (
            task.handler or people.members_of(task.organisation, PARTIES - MANAGERS).first() or people.members_of(task.organisation, PARTIES).first()
        )

    def accept(self, _moment) -> None:
        for task in self.tasks([TaskState.ASSIGNED]):
            quick = self.diligence.get(task.organisation_id, 0.8)
            if self.chance(0.03):
                self.take(task, "refuse", by=self._handler(task), note=self.rng.choice(texts.REFUSING))
            elif self.chance(0.5 + quick / 2.2):
                self.take(task, "accept", by=self._handler(task))

    def ask(self, moment) -> None:
        for task in self.tasks([TaskState.ACCEPTED]):
            if task_steps.used_share(task, moment) < 60 or not self.chance(0.03):
                continue
            wanted = task.due_at + dt.timedelta(days=self.rng.randint(1, 4))
            if self.chance(0.8):
                self.take(task, "extend", by=self._handler(task), note=self.rng.choice(texts.EXTENDING), reason_code="weather", wanted_at=wanted)
            elif self.chance(0.5):
                self.take(task, "suspend", by=self._handler(task), note="冬季停工，待复工后整改", wanted_at=moment + dt.timedelta(days=30))
            else:
                self.take(task, "transfer", by=self._handler(task), note="需由有执法权的部门处理", organisation=self.place.units["生态环境分局"])

    def decide(self, _moment) -> None:
        waiting = TaskRequest.objects.filter(task__district=self.place.district, state=RequestState.PENDING).select_related(
            "task__finding__field__headquarters"
        )
        for request in waiting:
            headquarters = request.task.finding.field.headquarters
            by = (people.members_of(headquarters.organisation, COMMANDERS).first() if headquarters else None) or self.director
            if self.chance(0.7):
                approved = self.chance(0.75)
                self.take(request.task, "approve" if approved else "decline", by=by, note="同意" if approved else "请按原期限完成")

    def feed_back(self, moment) -> None:
        for task in self.tasks([TaskState.ACCEPTED, TaskState.RETURNED]):
            quick = self.diligence.get(task.organisation_id, 0.8)
            share = task_steps.used_share(task, moment)
            late = 0.10 * quick
            if self.chance(late if share >= 100 else 0.02 + 0.34 * quick**3 * (share / 100) ** 1.2):
                self._feed_back(task)

    def _feed_back(self, task: Task) -> None:
        by = self._handler(task)
        picture = pictures.draw(self.rng, task.finding.field.code, after=True)
        TaskPhoto.objects.create(task=task, photo=pictures.keep(picture, by=by), uploaded_by=by)
        stopped = task.finding.problem_type.code in ("site-six", "industry", "scattered") and self.chance(0.04)
        note = self.rng.choice(texts.STOPPED if stopped else texts.DONE)
        if self.take(task, "feedback", by=by, note=note, conclusion="stopped" if stopped else "rectified") is None:
            TaskPhoto.objects.filter(task=task, event=None).delete()

    def verify(self, moment) -> None:
        for task in self.tasks(VERIFIER_TURN):
            if not self.chance(0.28):
                continue
            by = min([*telling.verifiers(task), *telling.second_lookers(task)], key=lambda person: person.pk, default=None)
            back = self.chance(0.09)
            second = by in telling.second_lookers(task)
            action = ("overturn" if second else "return") if back else ("confirm" if second else "pass")
            details = {"note": self.rng.choice(texts.RETURNED), "false_fix": self.chance(0.1)} if back else {}
            if by is not None:
                self.take(task, action, by=by, **details)


def deliver_quietly(moment: dt.datetime) -> None:
    """The past is not sent out: what was put into inboxes counts as delivered then, the other channels say that this is a demonstration."""
    pending = Notice.objects.filter(state=State.PENDING)
    pending.filter(channel="inbox").update(state=State.SENT, sent_at=moment)
    pending.exclude(channel="inbox").update(state=State.CANCELLED, last_error="演示数据，不外发")
    Notice.objects.filter(channel="inbox", opened_at=None, created_at__lt=moment - READ_WITHIN).update(opened_at=moment)
