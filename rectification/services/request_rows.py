"""One service request as rows of the ledger: finding, duty and the history of both, dated by the file and marked ``imported``."""

import datetime as dt
from functools import cache

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from common import clock
from grids.geometry import Locator
from grids.models import Grid, Organisation
from grids.roles import OrganisationKind
from inspections import search
from inspections.models import Finding, FindingEvent, ProblemType
from inspections.services.importing import LedgerImport, uuid_of
from inspections.services.service_requests import Request
from inspections.words import FindingState, Flag, Kind
from rectification.models import Task, TaskEvent
from rectification.words import Conclusion, TaskRole, TaskState
from sheets.cells import choice_key

A_YEAR = dt.timedelta(days=365)
NO_LIMIT = "no limit in the file"


class Rows:
    """Turns requests into unsaved rows. Names are looked up once each; ``unit`` and ``kind`` stand in where a word means nothing here."""

    def __init__(self, district: Grid, *, by, source: str, words: dict[str, str], unit: str, kind: str):
        self.district, self.by, self.source = district, by, source
        self.words = {choice_key(word): ours for word, ours in words.items()}
        self.names = LedgerImport(district, by=by)
        self.locator = Locator(district.pk)
        self.new_units: dict[str, None] = {}
        self.unit_for_unknown = self._found(self.names._unit, unit) if unit else None
        self.kind_for_unknown = self._found(self.names._type, kind) if kind else None
        self.unit_of, self.type_of, self.grid_of = cache(self._unit_of), cache(self._type_of), cache(self._grid_of)

    def _found(self, read, word: str):
        return read(self.words.get(choice_key(word), word))

    # --- names ----------------------------------------------------------------------------------------------------------------------
    def _unit_of(self, word: str) -> Organisation | None:
        try:
            return self._found(self.names._unit, word) or self.unit_for_unknown
        except ValidationError:
            return self.unit_for_unknown

    def _type_of(self, word: str) -> ProblemType | None:
        try:
            return self._found(self.names._type, word) if choice_key(word) else self.kind_for_unknown
        except ValidationError:
            return self.kind_for_unknown

    def _grid_of(self, organisation_id: int) -> Grid | None:
        return self.names._grid_of(Organisation.objects.get(pk=organisation_id))

    def unknown(self, request: Request, *, new_units: bool) -> tuple[str, str, str]:
        """Column, word and what would be right; three empty ones when all is known."""
        if self.type_of(request.type) is None:
            return _("类别"), request.type, _("本区没有这个问题类型：请在对照表（--words）里写明，或用 --type 指定兜底类型")
        if self.unit_of(request.unit) is None:
            if new_units and request.unit and len(request.unit) <= 80:
                self.new_units.setdefault(request.unit)
                return "", "", ""
            return _("承办单位"), request.unit, _("本区没有这个单位：请在对照表（--words）里写明，用 --unit 指定兜底单位，或用 --new-units 新建")
        return "", "", ""

    def add_unit(self, name: str, unit: Organisation) -> None:
        self.names.units[choice_key(name)] = unit
        self.unit_of.cache_clear()

    # --- the finding ----------------------------------------------------------------------------------------------------------------
    def finding(self, request: Request, *, number: str, digest: str) -> Finding:
        kind, unit = self.type_of(request.type), self.unit_of(request.unit)
        grid, flag = self._where(request, unit)
        at, end = request.created_at, ended_at(request)
        made = Finding(
            uuid=uuid_of(self.district.pk, request.number), district=self.district, number=number, grid=grid, grid_path=grid.path if grid else "",
            field=kind.field, problem_type=kind, source=self.source, kind=kind_of(request), severity=kind.severity, risk=kind.risk, reporter=self.by,
            payload_sha256=digest, captured_at=at, saved_at=at, received_at=at, registered_at=at, assigned_at=at, superior_number=request.number,
            text=text_of(request), address=request.address[:200], lon=request.lon, lat=request.lat, flags=[{"code": each} for each in flag],
            state=FindingState.STRUCK_OFF if end else FindingState.ASSIGNED, version=5 if end else 3, rectified_at=end, struck_off_at=end,
            due_at=None if end else due_of(request),
        )  # fmt: skip
        made.search_text = search.text_of(made)
        return made

    def _where(self, request: Request, unit: Organisation) -> tuple[Grid | None, list[Flag]]:
        if request.lon is None:
            return (self.grid_of(unit.pk), []) if unit.kind == OrganisationKind.TOWNSHIP else (None, [Flag.NO_PLACE])
        found = self.locator.locate(request.lon, request.lat)
        return (found[0], []) if len(found) == 1 else (None, [Flag.TWO_GRIDS if found else Flag.OUTSIDE_GRIDS])

    def finding_events(self, request: Request, finding: Finding) -> list[FindingEvent]:
        end = ended_at(request)
        said = {"file": {"status": request.status, "on_time": request.on_time, "row": request.row}}
        parties = {"parties": [{"role": str(self._role(request)), "organisation": str(self.unit_of(request.unit))}]}
        steps: list[tuple[str, str, str, dt.datetime, dict]] = [
            ("import", "", FindingState.REPORTED, request.created_at, said),
            ("register", FindingState.REPORTED, FindingState.REGISTERED, request.created_at, {"number": finding.number}),
            ("assign", FindingState.REGISTERED, FindingState.ASSIGNED, request.created_at, parties),
        ]
        made = [self._event(finding, *step, version=n) for n, step in enumerate(steps)]
        return made + (self._end_events(finding, end, version=3) if end else [])

    def _end_events(self, finding: Finding, at: dt.datetime, *, version: int) -> list[FindingEvent]:
        return [
            self._event(finding, "rectify", FindingState.ASSIGNED, FindingState.RECTIFIED, at, {}, version=version),
            self._event(finding, "strike_off", FindingState.RECTIFIED, FindingState.STRUCK_OFF, at, {}, version=version + 1),
        ]

    def _event(self, finding: Finding, action: str, was: str, to: str, at: dt.datetime, facts: dict, *, version: int) -> FindingEvent:
        details = {"imported": True, **facts}
        return FindingEvent(
            finding=finding,
            action=action,
            from_state=was,
            to_state=to,
            version=version,
            by=self.by,
            by_name=str(self.by or ""),
            details=details,
            at=at,
        )

    def finish(self, finding: Finding, request: Request, *, digest: str) -> Finding:
        """One that was open when it was taken; its duties are closed already."""
        at, version = ended_at(request), finding.version
        changes = {"state": FindingState.STRUCK_OFF, "rectified_at": at, "struck_off_at": at, "due_at": None, "payload_sha256": digest}
        Finding.objects.filter(pk=finding.pk).update(version=F("version") + 2, **changes)
        FindingEvent.objects.bulk_create(self._end_events(finding, at, version=version))
        return Finding.objects.get(pk=finding.pk)

    # --- the duty -------------------------------------------------------------------------------------------------------------------
    def _role(self, request: Request) -> TaskRole:
        return TaskRole.TERRITORIAL if self.unit_of(request.unit).kind == OrganisationKind.TOWNSHIP else TaskRole.SECTOR

    def task(self, request: Request, finding: Finding) -> Task:
        due = due_of(request)
        made = Task(
            finding=finding, district=self.district, organisation=self.unit_of(request.unit), role=self._role(request), kind=kind_of(request),
            state=TaskState.ACCEPTED, assigned_at=request.created_at, accepted_at=request.created_at, assigned_by=self.by, accept_due_at=due,
            due_at=due, original_due_at=due, due_steps=[], due_rule="" if request.due_at else NO_LIMIT,
        )  # fmt: skip
        return ended(made, request) if request.is_done else made

    def sketch(self, request: Request) -> Task:
        """The dates of its duty alone, for comparing without writing."""
        made = Task(state=TaskState.ACCEPTED, assigned_at=request.created_at, due_at=due_of(request))
        return ended(made, request) if request.is_done else made

    def task_events(self, request: Request, task: Task) -> list[TaskEvent]:
        begun = _task_event(task, "import", "", TaskState.ACCEPTED, request.created_at, by=self.by)
        return [begun, *(_closing_events(task, by=self.by) if request.is_done else [])]


# --- dates --------------------------------------------------------------------------------------------------------------------------
def ended_at(request: Request) -> dt.datetime | None:
    return max(request.closed_at, request.created_at) if request.is_done and request.closed_at else None


def due_of(request: Request) -> dt.datetime:
    """The file's limit; where it sets none, one that cannot have been missed."""
    return request.due_at or max(filter(None, (request.created_at, request.closed_at, clock.now()))) + A_YEAR


def kind_of(request: Request) -> Kind:
    return Kind.LIMITED if request.due_at else Kind.LONG_TERM


def text_of(request: Request) -> str:
    """What is described, under the file's own word for its kind."""
    words = [word for word in (request.type, request.text) if word]
    return "：".join(dict.fromkeys(words))[:2000]


def ended(task: Task, request: Request) -> Task:
    task.state, task.conclusion = TaskState.PASSED, Conclusion.RECTIFIED
    task.fed_back_at = task.passed_at = ended_at(request)
    task.late_since = task.due_at if task.fed_back_at > task.due_at else None
    return task


def close(task: Task, request: Request, *, by) -> Task:
    """A duty of the ledger that the newer file calls done."""
    ended(task, request)
    task.verify_due_at, task.version = None, task.version + 2
    task.save(update_fields=["state", "conclusion", "fed_back_at", "passed_at", "late_since", "verify_due_at", "version"])
    TaskEvent.objects.bulk_create(_closing_events(task, by=by))
    return task


def _closing_events(task: Task, *, by) -> list[TaskEvent]:
    facts = {"fed_back_at": task.fed_back_at.isoformat(), "due_at": task.due_at.isoformat(), "verify_due_at": "", "verifier": ""}
    return [
        _task_event(task, "feedback", "", TaskState.FED_BACK, task.fed_back_at, by=by, conclusion="rectified"),
        _task_event(task, "pass", TaskState.FED_BACK, TaskState.PASSED, task.passed_at, by=by, **facts),
    ]


def _task_event(task: Task, action: str, was: str, to: str, at: dt.datetime, *, by, **facts) -> TaskEvent:
    details = {"imported": True, **facts}
    return TaskEvent(task=task, action=action, from_state=was, to_state=to, by=by, by_name=str(by or "")[:60], details=details, at=at)


def words_of(request: Request, task: Task) -> str:
    """The dates a judgement rests on."""
    if not request.is_open and request.closed_at is None:
        return _("文件写已办结，却没有办结时间")
    shown = {"due": _at(request.due_at), "closed": _at(request.closed_at if request.is_done else None)}
    return _("时限 %(due)s，办结 %(closed)s") % shown


def _at(moment: dt.datetime | None) -> str:
    return f"{clock.beijing(moment):%Y-%m-%d %H:%M:%S}" if moment else _("无")
