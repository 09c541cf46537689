"""The scan that reminds: level-triggered, may run twice or late; what it finds becomes rows of the outbox (design 3, trust C1)."""

import datetime as dt
from collections.abc import Iterable
from functools import cache

from django.db import transaction
from django.utils.translation import gettext as _

import notices.services
from common import clock
from common.apart import Apart
from grids import people
from grids.roles import MANAGERS, OFFICE, PARTIES, Role
from inspections.models import Finding
from inspections.words import FindingState
from rectification.models import Reminder, ReminderRule, Task, TaskRequest
from rectification.services import ladder, telling
from rectification.words import PARTY_TURN, VERIFIER_TURN, RequestState, TaskState

Audience = ReminderRule.Audience
OFFICE_TURN = (FindingState.REPORTED, FindingState.REGISTERED, FindingState.RECTIFIED)
BATCH = 500


def scan(now: dt.datetime) -> int:
    """Fire every rung that is due and has not fired; returns how many did. A row is reminded in its own transaction."""
    districts = ReminderRule.objects.filter(is_active=True).order_by().values_list("district_id", flat=True).distinct()
    with Apart("rectification.scan_reminders") as each:
        fired = sum(each(districts, lambda district_id: _scan(district_id, now, each)))
        notices.services.beat("reminders")
    return fired


def _scan(district_id: int, now: dt.datetime, each: Apart) -> int:
    audience, fired = Audiences(district_id), 0
    for rungs in _batches(due_rungs(district_id, now)):
        done = set(Reminder.objects.filter(key__in=[rung.key for rung in rungs]).values_list("key", flat=True))
        fired += sum(each([rung for rung in rungs if rung.key not in done], lambda rung: fire(rung, audience=audience, now=now)))
    return fired


def due_rungs(district_id: int, now: dt.datetime) -> Iterable[ladder.Rung]:
    rules = list(ReminderRule.objects.filter(district_id=district_id, is_active=True))
    for points, rows in ((ladder.OF_TASKS, _tasks), (ladder.OF_FINDINGS, _findings), (ladder.OF_REQUESTS, _requests)):
        chosen = [rule for rule in rules if rule.point in points]
        for row in rows(district_id) if chosen else ():
            yield from (found for rule in chosen if (found := ladder.rung(rule, row, now)))


def _tasks(district_id: int):
    rows = Task.objects.filter(district_id=district_id, state__in=(*PARTY_TURN, *VERIFIER_TURN)).select_related(
        "finding__problem_type", "finding__field__headquarters__organisation", "organisation"
    )
    return rows.order_by("pk").iterator(chunk_size=BATCH)


def _findings(district_id: int):
    return (
        Finding.objects.filter(district_id=district_id, state__in=OFFICE_TURN, step_due_at__isnull=False)
        .select_related("problem_type", "field__headquarters__organisation")
        .iterator(chunk_size=BATCH)
    )


def _requests(district_id: int):
    rows = TaskRequest.objects.filter(task__district_id=district_id, state=RequestState.PENDING)
    return rows.select_related("task__finding__problem_type", "task__finding__field__headquarters__organisation", "task__organisation").iterator(
        chunk_size=BATCH
    )


def _batches(rungs: Iterable[ladder.Rung]) -> Iterable[list[ladder.Rung]]:
    batch: list[ladder.Rung] = []
    for each in rungs:
        batch.append(each)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@transaction.atomic
def fire(rung: ladder.Rung, *, audience: "Audiences", now: dt.datetime) -> bool:
    """Write the reminder and its notices; False when another scan was faster."""
    finding, task = _rows_of(rung.row)
    reminder, created = Reminder.objects.get_or_create(key=rung.key, defaults={"rule": rung.rule, "finding": finding, "task": task, "fired_at": now})
    if not created:
        return False
    who = audience.of(rung.rule, finding, task)
    notices.services.queue(
        to=who,
        title=lambda: _("%(rule)s：%(about)s") % {"rule": rung.rule.name, "about": telling.about(finding)},
        body=lambda: body_of(rung, finding, task, now),
        url=finding.get_absolute_url(),
        dedup_key=f"reminder-{rung.key}",
        kind=f"reminder.{rung.rule.point}",
        subject=task or finding,
        channels=rung.rule.channels,
        district_id=finding.district_id,
        urgent=finding.problem_type.is_minute_clock,
    )
    Reminder.objects.filter(pk=reminder.pk).update(people=len(who))
    return True


def _rows_of(row) -> tuple[Finding, Task | None]:
    if isinstance(row, Finding):
        return row, None
    task = row if isinstance(row, Task) else row.task
    return task.finding, task


def body_of(rung, finding: Finding, task: Task | None, now: dt.datetime) -> str:
    if task is None:
        return _("本环节期限 %(due)s，请尽快办理。") % {"due": telling.moment(finding.step_due_at)}
    facts = {
        "organisation": task.organisation,
        "due": telling.moment(task.due_at),
        "accept": telling.moment(task.accept_due_at),
        "days": overdue_days(task, now),
    }
    if rung.rule.point in (ladder.Point.ACCEPT_SHARE, ladder.Point.ACCEPT_OVERDUE):
        return _("%(organisation)s：签收期限 %(accept)s，尚未签收。") % facts
    if now > task.due_at and task.state in PARTY_TURN:
        return _("%(organisation)s：整改期限 %(due)s，已逾期%(days)s天。") % facts
    return _("%(organisation)s：整改期限 %(due)s。") % facts


def overdue_days(task: Task, now: dt.datetime) -> int:
    """Started days past the due date, counted as Beijing days; 0 when not late."""
    return max(0, (clock.beijing(now).date() - clock.beijing(task.due_at).date()).days) if now > task.due_at else 0


class Audiences:
    """Who belongs to a rule's audiences; asked once per organisation and scan."""

    def __init__(self, district_id: int):
        self.district_id = district_id
        self.members = cache(lambda organisation, roles: tuple(people.members_of(organisation, roles)))
        self.with_role = cache(lambda roles: tuple(people.with_role(district_id, roles)))

    def of(self, rule: ReminderRule, finding: Finding, task: Task | None) -> list:
        found = [person for name in rule.audiences for person in self._one(name, finding, task)]
        return list({person.pk: person for person in found}.values())

    def _one(self, name: str, finding: Finding, task: Task | None):
        if name == Audience.OFFICE:
            return self.with_role(OFFICE)
        if name == Audience.SUPERVISION:
            return self.with_role(frozenset({Role.SUPERVISION}))
        if name == Audience.LEADER:
            return telling.commanders(finding)
        if task is None:
            return ()
        return self._of_task(name, task)

    def _of_task(self, name: str, task: Task):
        if name == Audience.VERIFIER:
            return [*telling.verifiers(task), *telling.second_lookers(task)]
        if name == Audience.MANAGER:
            return self.members(task.organisation, MANAGERS)
        return [person for person in self.members(task.organisation, PARTIES) if task.handler_id in (None, person.pk)]


# --- asked by the outbox before it sends --------------------------------------------------------------------------------------------
STILL_OPEN = {
    ladder.Point.ACCEPT_SHARE: (TaskState.ASSIGNED,),
    ladder.Point.ACCEPT_OVERDUE: (TaskState.ASSIGNED,),
    ladder.Point.VERIFY_OVERDUE: VERIFIER_TURN,
}


def still_wanted(notice) -> bool:
    """Whether a queued reminder's row still waits for what it reminds of (``NOTICE_STILL_WANTED``). Notices of steps are always wanted."""
    if not notice.kind.startswith("reminder."):
        return True
    point = notice.kind.removeprefix("reminder.")
    if point in ladder.OF_REQUESTS:
        return TaskRequest.objects.filter(task_id=notice.subject_id, state=RequestState.PENDING).exists()
    if point in ladder.OF_FINDINGS:
        return Finding.objects.filter(pk=notice.subject_id, state__in=OFFICE_TURN).exists()
    return Task.objects.filter(pk=notice.subject_id, state__in=STILL_OPEN.get(point, PARTY_TURN)).exists()


# --- for a chat group ---------------------------------------------------------------------------------------------------------------
def late_text(tasks: Iterable[Task], *, now: dt.datetime) -> str:
    """The list of late items as plain text, unit by unit, to be pasted into a chat group. No names of persons."""
    by_unit: dict[str, list[Task]] = {}
    for task in tasks:
        by_unit.setdefault(str(task.organisation), []).append(task)
    lines = [_("【超期未办结】截至%(moment)s，共%(n)s件") % {"moment": telling.moment(now), "n": sum(map(len, by_unit.values()))}]
    for unit, late in by_unit.items():
        lines.append(_("%(unit)s（%(n)s件）") % {"unit": unit, "n": len(late)})
        lines += [
            _("%(number)s %(text)s，逾期%(days)s天")
            % {"number": task.finding.number, "text": task.finding.short_text, "days": overdue_days(task, now)}
            for task in late
        ]
    return "\n".join(lines)
