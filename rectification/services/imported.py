"""Bringing a finding of an imported ledger to where its sheet says it stands (``settings.LEDGER_IMPORTED``).

What happened before is written as history dated by the sheet and marked ``imported``; nobody is told of the past, and the audit chain
says when it was entered and by whom. Keys of ``values``: ``inspections.services.importing``.
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from inspections import search
from inspections.models import Finding, FindingEvent
from inspections.services.numbers import next_number
from inspections.words import FindingState, Kind
from rectification.models import LookBack, Task, TaskEvent
from rectification.services import clocks
from rectification.words import LEFT, UNFINISHED, Conclusion, LookBackResult, TaskRole, TaskState

MORNING, EVENING = dt.time(9), dt.time(18)
A_YEAR = dt.timedelta(days=365)
ON_THE_WAY = (FindingState.REPORTED, FindingState.REGISTERED, FindingState.ASSIGNED, FindingState.RECTIFIED, FindingState.STRUCK_OFF)


@transaction.atomic
def carry_over(finding: Finding, values: dict, *, by) -> bool:
    """Take the finding as far as the sheet says and never back; whether anything changed. ``ValidationError`` keyed by the sheet's names."""
    finding = Finding.objects.select_for_update(of=("self",)).select_related("problem_type").get(pk=finding.pk)
    if finding.state not in ON_THE_WAY:
        return False
    carried = Carried(finding, values, by=by)
    carried.check()
    return carried.run()


class Carried:
    """One row of a sheet on its way into the workflow."""

    def __init__(self, finding: Finding, values: dict, *, by):
        self.finding, self.values, self.by, self.changed = finding, values, by, False

    def check(self) -> None:
        values, start = self.values, self.ordered_on
        if values["due_on"] and values["due_on"] < start:
            raise ValidationError({"due_on": _("整改时限早于交办日期。")})
        if self.finished_on and self.finished_on < start:
            raise ValidationError({"finished_on": _("完成日期早于交办日期。")})
        if self.finished_on and self.verified_on < self.finished_on:
            raise ValidationError({"verified_on": _("核查日期早于完成日期。")})
        if values["is_struck_off"] and not self.finished_on:
            raise ValidationError({"struck_off_on": _("已销号的须有完成日期、核查日期或销号日期。")})
        if (self.is_done or values["is_struck_off"]) and not self.parties():
            raise ValidationError({"territorial": _("已办结的须写明责任单位。")})
        if max(filter(None, (self.finished_on, self.verified_on, values["struck_off_on"], values["looked_back_on"])), default=start) > clock.today():
            raise ValidationError(_("完成、核查、销号和回头看日期不能晚于今天。"))

    def run(self) -> bool:
        self.register()
        self.assign()
        if self.is_done:
            self.finish()
        if self.values["is_struck_off"]:
            self.strike_off()
            self.look_back()
        clocks.refresh_finding_due(self.finding.pk)
        if self.changed:
            record("finding.carry_over", Finding.objects.get(pk=self.finding.pk), by=self.by, district_id=self.finding.district_id)
        return self.changed

    # --- what the sheet says ---
    @property
    def ordered_on(self) -> dt.date:
        return self.values["ordered_on"] or clock.beijing(self.finding.received_at).date()

    @property
    def finished_on(self) -> dt.date | None:
        values = self.values
        return values["finished_on"] or values["verified_on"] or values["struck_off_on"]

    @property
    def verified_on(self) -> dt.date | None:
        values = self.values
        return values["verified_on"] or values["struck_off_on"] or values["finished_on"]

    @property
    def is_done(self) -> bool:
        return bool(self.finished_on and (self.values["is_done"] or self.values["is_struck_off"] or self.values["verified_on"]))

    def parties(self) -> list[tuple]:
        found = [(self.values["territorial"], TaskRole.TERRITORIAL), (self.values["lead"], TaskRole.LEAD)]
        found += [(unit, TaskRole.SECTOR) for unit in self.values["sector"]]
        once: dict = {}
        for unit, role in found:
            if unit is not None:
                once.setdefault(unit.pk, (unit, role))
        return list(once.values())

    def due(self, start: dt.datetime) -> dt.datetime | None:
        if self.values["due_on"]:
            return clock.end_of(self.values["due_on"])
        if self.values["kind"] == Kind.IMMEDIATE:
            return clock.end_of(clock.beijing(start).date())
        return clock.end_of(clock.beijing(start).date() + A_YEAR) if self.values["kind"] == Kind.LONG_TERM else None

    # --- the steps ---
    def step(self, action: str, target: str, at: dt.datetime, *, note: str = "", facts: dict | None = None, **changes) -> None:
        finding = self.finding
        was, version = finding.state, finding.version
        changes |= {"state": target, "version": version + 1}
        Finding.objects.filter(pk=finding.pk).update(**changes)
        for name, value in changes.items():
            setattr(finding, name, value)
        details = {"imported": True, **(facts or {})}
        FindingEvent.objects.create(
            finding=finding, action=action, from_state=was, to_state=target, version=version, by=self.by, by_name=str(self.by or ""), note=note,
            details=details, at=at,
        )  # fmt: skip
        self.changed = True

    def register(self) -> None:
        if self.finding.state != FindingState.REPORTED:
            return
        at = self.finding.received_at
        number = next_number(self.finding.district_id, clock.beijing(at).year)
        due = clocks.office_due(self.finding.district_id, "assign", clock.now())
        self.step("register", FindingState.REGISTERED, at, facts={"number": number}, number=number, registered_at=at, step_due_at=due)
        self.finding.search_text = search.text_of(self.finding)
        Finding.objects.filter(pk=self.finding.pk).update(search_text=self.finding.search_text)

    def assign(self) -> None:
        if self.finding.state != FindingState.REGISTERED or not self.parties():
            return
        at = max(clock.at(self.ordered_on, MORNING), self.finding.registered_at)
        facts = {"parties": [{"role": str(role), "organisation": str(unit)} for unit, role in self.parties()]}
        kind = self.values["kind"] or self.finding.kind
        self.step("assign", FindingState.ASSIGNED, at, facts=facts, assigned_at=at, kind=kind, step_due_at=None, is_sealed=False)
        for unit, role in self.parties():
            self.create_task(unit, role, at=at, kind=kind)

    def create_task(self, unit, role, *, at: dt.datetime, kind: str) -> None:
        finding = self.finding
        task = Task.objects.create(
            finding=finding, district_id=finding.district_id, organisation=unit, role=role, kind=kind, measure=self.values["measure"][:500],
            state=TaskState.ACCEPTED, assigned_at=at, accepted_at=at, assigned_by=self.by, returns=self.values["returns"] or 0,
            extensions=self.values["extensions"] or 0, **clocks.task_clocks(finding.problem_type, at, due_at=self.due(at)),
        )  # fmt: skip
        self.note(task, "import", at, to=TaskState.ACCEPTED, text=self.values["progress"])
        record("task.carry_over", task, by=self.by, district_id=task.district_id)

    def finish(self) -> None:
        """Every unfinished task of the finding was fed back and passed on the sheet's days."""
        if self.finding.state != FindingState.ASSIGNED:
            return
        fed_back, passed = clock.at(self.finished_on, EVENING), clock.at(self.verified_on, EVENING)
        for task in self.finding.tasks.filter(state__in=UNFINISHED):
            self.close(task, fed_back=max(fed_back, task.assigned_at), passed=max(passed, fed_back, task.assigned_at))
        duties = self.finding.tasks.exclude(state__in=LEFT)
        if duties.exists() and not duties.exclude(state=TaskState.PASSED).exists():
            self.step(
                "rectify",
                FindingState.RECTIFIED,
                passed,
                rectified_at=passed,
                step_due_at=clocks.office_due(self.finding.district_id, "strike_off", clock.now()),
            )

    def close(self, task: Task, *, fed_back: dt.datetime, passed: dt.datetime) -> None:
        late = {"late_since": task.due_at} if fed_back > task.due_at else {}
        changes = {
            "state": TaskState.PASSED,
            "fed_back_at": fed_back,
            "passed_at": passed,
            "conclusion": Conclusion.RECTIFIED,
            "verify_due_at": None,
        } | late
        Task.objects.filter(pk=task.pk).update(version=F("version") + 2, **changes)
        self.note(task, "feedback", fed_back, to=TaskState.FED_BACK, text=self.values["progress"], facts={"conclusion": "rectified"})
        facts = {"fed_back_at": fed_back.isoformat(), "due_at": task.due_at.isoformat(), "verify_due_at": "", "verifier": self.values["verifier"]}
        self.note(task, "pass", passed, was=TaskState.FED_BACK, to=TaskState.PASSED, text=self.values["verdict"], facts=facts)
        record("task.carry_over", Task.objects.get(pk=task.pk), by=self.by, district_id=task.district_id)

    def note(self, task: Task, action: str, at: dt.datetime, *, to: str, text: str = "", was: str = "", facts: dict | None = None) -> None:
        TaskEvent.objects.create(
            task=task, action=action, from_state=was, to_state=to, version=0, by=self.by, by_name=str(self.by or ""), note=text,
            details={"imported": True, **(facts or {})}, at=at,
        )  # fmt: skip
        self.changed = True

    def strike_off(self) -> None:
        if self.finding.state != FindingState.RECTIFIED:
            return
        at = clock.at(self.values["struck_off_on"] or self.verified_on, EVENING)
        self.step(
            "strike_off",
            FindingState.STRUCK_OFF,
            max(at, self.finding.rectified_at),
            struck_off_at=max(at, self.finding.rectified_at),
            step_due_at=None,
        )

    def look_back(self) -> None:
        """A look-back that the sheet records is done; further ones are the district's own business."""
        day = self.values["looked_back_on"]
        if self.finding.state != FindingState.STRUCK_OFF or day is None:
            return
        result = LookBackResult.REBOUND if self.values["has_rebounded"] else LookBackResult.STABLE
        at = clock.at(day, EVENING)
        LookBack.objects.get_or_create(
            finding=self.finding, window_from=day,
            defaults={"district_id": self.finding.district_id, "window_to": day, "planned_on": day, "done_at": at, "done_by": self.by, "result": result,
                      "note": self.values["look_back_result"]},
        )  # fmt: skip
        self.step("look_back", FindingState.LOOKED_BACK, at, note=self.values["look_back_result"], facts={"result": str(result)})
