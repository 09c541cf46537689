"""Tens of thousands of service requests taken into the ledger: a thousand at a time, each with its whole history, and what they say of being in time
compared with what we work out.

A row is known again by its number, as with any ledger (``inspections.services.importing.uuid_of``): taken twice it changes nothing, closed in the
meantime it is closed here; it is never taken back. ``settings.REQUESTS_IMPORTED``
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from audit import canonical
from audit.services import record_many
from common import clock
from grids.models import Grid
from grids.roles import OrganisationKind
from grids.services.organisations import create_organisation
from inspections.models import Finding, FindingEvent
from inspections.services.importing import uuid_of
from inspections.services.numbers import next_numbers
from inspections.services.service_requests import Request
from inspections.words import FindingState, Source
from rectification.models import Task, TaskEvent
from rectification.services.request_rows import Rows, close, words_of
from rectification.words import UNFINISHED
from sheets.columns import RowError

CHUNK = 1_000


@dataclass(frozen=True)
class Difference:
    """A row whose flag is not what we work out. ``theirs``, ``ours``: in time."""

    row: int
    number: str
    theirs: bool
    ours: bool
    why: str

    def __str__(self):
        words = {True: _("按期"), False: _("逾期")}
        facts = {"row": self.row, "number": self.number, "theirs": words[self.theirs], "ours": words[self.ours], "why": self.why}
        return _("第 %(row)s 行 %(number)s：文件为%(theirs)s，按日期为%(ours)s（%(why)s）") % facts


@dataclass
class Outcome:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowError] = field(default_factory=list)
    agreeing: int = 0
    silent: int = 0
    """Rows whose file says nothing about being in time."""
    differing: list[Difference] = field(default_factory=list)
    as_of: dt.datetime | None = None

    @property
    def good(self) -> int:
        return self.created + self.updated + self.unchanged

    @property
    def sentence(self) -> str:
        return _("按期标志与文件一致 %(same)s 行，不一致 %(other)s 行") % {"same": self.agreeing, "other": len(self.differing)}


class Taking:
    """One file into one district, in the name of ``by``. ``words``: word of the file → name of ours, for units and types."""

    def __init__(self, district: Grid, *, by, source: str = Source.COMPLAINT, words=None, unit: str = "", kind: str = "", new_units: bool = False):
        self.district, self.by, self.new_units = district, by, new_units
        self.rows = Rows(district, by=by, source=source, words=words or {}, unit=unit, kind=kind)
        self.outcome = Outcome()
        self.seen: dict[str, int] = {}

    # --- the first pass: nothing is written -----------------------------------------------------------------------------------------
    def look(self, read: Iterable[Request | RowError], *, as_of: dt.datetime | None = None) -> Outcome:
        """What is wrong, what units would be new, and until when the file reaches: its newest moment, unless said otherwise."""
        newest = None
        for each in read:
            request = self._well(each)
            if request:
                newest = max(filter(None, (newest, request.created_at, request.closed_at)))
        self.outcome.as_of = as_of or newest or clock.now()
        return self.outcome

    def _well(self, each: Request | RowError) -> Request | None:
        wrong = each if isinstance(each, RowError) else self._wrong(each)
        if wrong:
            self.outcome.errors.append(wrong)
            return None
        return each  # type: ignore[return-value]

    def _wrong(self, request: Request) -> RowError | None:
        first = self.seen.setdefault(request.number, request.row)
        if first != request.row:
            return RowError(request.row, _("受理编号"), request.number, _("与第 %(row)s 行重复") % {"row": first})
        if request.created_at > clock.now():
            return RowError(request.row, _("受理时间"), f"{request.created_at:%Y-%m-%d}", _("受理时间不能晚于现在。"))
        title, word, reason = self.rows.unknown(request, new_units=self.new_units)
        return RowError(request.row, title, word, reason) if reason else None

    # --- the second pass ------------------------------------------------------------------------------------------------------------
    def write(self, read: Iterable[Request | RowError], *, tick: Callable[[int], None] | None = None) -> Outcome:
        """Take the good rows of a file that was looked at; each thousand in one transaction, so that a broken run goes on where it stopped."""
        self._make_units()
        bad = {error.row for error in self.outcome.errors}
        done = 0
        for chunk in chunks(self._good(read, bad)):
            self._take(chunk)
            self._compare(chunk, self._stored(chunk))
            done += len(chunk)
            if tick:
                tick(done)
        return self.outcome

    def rehearse(self, read: Iterable[Request | RowError]) -> Outcome:
        """What writing would give, without writing."""
        bad = {error.row for error in self.outcome.errors}
        for chunk in chunks(self._good(read, bad)):
            fresh, known = self._sorted(chunk)
            self.outcome.created += len(fresh)
            self.outcome.unchanged += len(known)
            self._compare(chunk, {request.number: self.rows.sketch(request) for request in chunk})
        return self.outcome

    def _good(self, read, bad: set[int]) -> Iterator[Request]:
        return (each for each in read if isinstance(each, Request) and each.row not in bad)

    def _make_units(self) -> None:
        for name in self.rows.new_units:
            made = create_organisation(district=self.district, kind=OrganisationKind.DEPARTMENT, name=name, by=self.by)
            self.rows.add_unit(name, made)

    def _sorted(self, chunk: tuple[Request, ...]) -> tuple[list[Request], list[tuple[Request, Finding]]]:
        """New ones, and those that are here with their finding."""
        keys = {uuid_of(self.district.pk, request.number): request for request in chunk}
        there = {finding.uuid: finding for finding in Finding.objects.filter(uuid__in=keys)}
        fresh = [request for key, request in keys.items() if key not in there]
        return fresh, [(keys[key], finding) for key, finding in there.items()]

    @transaction.atomic
    def _take(self, chunk: tuple[Request, ...]) -> None:
        fresh, known = self._sorted(chunk)
        findings, tasks = self._insert(fresh)
        changed, closed = self._go_on(known)
        record_many("finding.import", [(each, {}) for each in findings], by=self.by, district_id=self.district.pk)
        record_many("finding.carry_over", [(each, {}) for each in changed], by=self.by, district_id=self.district.pk)
        record_many("task.carry_over", [(each, {}) for each in (*tasks, *closed)], by=self.by, district_id=self.district.pk)
        self.outcome.created += len(findings)
        self.outcome.updated += len(changed)
        self.outcome.unchanged += len(known) - len(changed)

    def _insert(self, fresh: list[Request]) -> tuple[list[Finding], list[Task]]:
        numbers = self._numbers(fresh)
        findings = [self.rows.finding(request, number=numbers[request.number], digest=digest_of(request)) for request in fresh]
        Finding.objects.bulk_create(findings, batch_size=500)
        pairs = list(zip(fresh, findings, strict=True))
        tasks = [self.rows.task(request, finding) for request, finding in pairs]
        Task.objects.bulk_create(tasks, batch_size=500)
        FindingEvent.objects.bulk_create(
            [event for request, finding in pairs for event in self.rows.finding_events(request, finding)], batch_size=1000
        )
        TaskEvent.objects.bulk_create(
            [event for request, task in zip(fresh, tasks, strict=True) for event in self.rows.task_events(request, task)], batch_size=1000
        )
        return findings, tasks

    def _numbers(self, fresh: list[Request]) -> dict[str, str]:
        """In the order of receipt, each year's own."""
        by_year: dict[int, list[str]] = {}
        for request in sorted(fresh, key=lambda each: (each.created_at, each.row)):
            by_year.setdefault(clock.beijing(request.created_at).year, []).append(request.number)
        return {
            name: given
            for year, names in sorted(by_year.items())
            for name, given in zip(names, next_numbers(self.district.pk, year, len(names)), strict=True)
        }

    def _go_on(self, known: list[tuple[Request, Finding]]) -> tuple[list[Finding], list[Task]]:
        """Requests that were open when they were taken and are closed now."""
        changed, closed = [], []
        for request, finding in known:
            if finding.payload_sha256 == digest_of(request):
                continue
            if request.is_done and finding.state == FindingState.ASSIGNED:
                closed += [close(task, request, by=self.by) for task in finding.tasks.filter(state__in=UNFINISHED).order_by("pk")]
                changed.append(self.rows.finish(finding, request, digest=digest_of(request)))
            elif not request.is_done and finding.state not in (FindingState.ASSIGNED, FindingState.REPORTED, FindingState.REGISTERED):
                note = _("这里已销号，文件中又是未办结；请在平台内作为反弹另行登记。")
                self.outcome.notes.append(RowError(request.row, _("状态"), request.status, note))
        return changed, closed

    # --- in time or not -------------------------------------------------------------------------------------------------------------
    def _stored(self, chunk: tuple[Request, ...]) -> dict[str, Task]:
        keys = {uuid_of(self.district.pk, request.number): request.number for request in chunk}
        tasks = Task.objects.filter(finding__uuid__in=keys).select_related("finding").order_by("-pk")
        return {keys[task.finding.uuid]: task for task in tasks}

    def _compare(self, chunk: tuple[Request, ...], tasks: dict[str, Task]) -> None:
        """The file's flag beside what the product itself says of the row: ``Task.is_late``, for one still open at the file's newest moment."""
        for request in chunk:
            ours = not tasks[request.number].is_late(self.outcome.as_of)
            if request.on_time is None:
                self.outcome.silent += 1
            elif request.on_time == ours:
                self.outcome.agreeing += 1
            else:
                why = words_of(request, tasks[request.number])
                self.outcome.differing.append(Difference(request.row, request.number, request.on_time, ours, why))


def digest_of(request: Request) -> str:
    content = {name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in vars(request).items() if name != "row"}
    content |= {name: f"{content[name]:.7f}" for name in ("lon", "lat") if content[name] is not None}
    return hashlib.sha256(canonical.dumps(content).encode()).hexdigest()


def chunks(requests: Iterator[Request]) -> Iterator[tuple[Request, ...]]:
    while chunk := tuple(islice(requests, CHUNK)):
        yield chunk


def run(
    reading: Callable[[], Iterable[Request | RowError]], *, district: Grid, by, commit: bool, partial: bool, as_of=None, tick=None, **options
) -> Outcome:
    """``settings.REQUESTS_IMPORTED``: look through the file once, then write it, unless rows are wrong and ``partial`` is not said.

    ``reading()`` begins the file anew; ``options`` are those of ``Taking``.
    """
    taking = Taking(district, by=by, **options)
    outcome = taking.look(reading(), as_of=as_of)
    if commit and (partial or not outcome.errors):
        return taking.write(reading(), tick=tick)
    return taking.rehearse(reading())
