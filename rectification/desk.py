"""The three blocks of the desk (工作台): what waits for me, what is late and who holds it, what is new (design 6)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from common import clock
from common.templatetags.ui import remaining, remaining_class
from grids import scope
from grids.roles import HEADQUARTERS, OFFICE, Role
from inspections.models import Finding, FindingEvent
from inspections.words import OPEN_STATES, FindingState
from rectification import blind, sentences, wanted
from rectification.models import Task, TaskEvent
from rectification.rows import TaskRow, for_rows
from rectification.words import VERIFIER_TURN

EACH, SHOWN, NEWS = 50, 12, 15


@dataclass
class Item:
    """One thing that waits for this person."""

    label: str
    finding: Finding
    due_at: dt.datetime | None
    url: str
    who: str = ""

    def left(self, now) -> tuple[str, str]:
        return remaining(self.due_at, now), remaining_class(self.due_at, now)


@dataclass
class Figure:
    label: str
    number: str
    url: str
    late: bool = False


class Desk:
    """One person's desk now. Asks one query for each kind of thing that may wait for this person."""

    def __init__(self, user):
        self.user, self.now = user, clock.now()
        self.items: list[Item] = []
        self.counts: list[Figure] = []
        self._collect()

    # --- what waits for me ---
    def _collect(self) -> None:
        rights = scope.rights(self.user)
        ledger, tasks = reverse("inspections:ledger"), reverse("rectification:tasks")
        if rights.has(*OFFICE, Role.SUPERVISION):
            self._findings(_("待受理"), wanted.to_register(self.user), f"{ledger}?box=reported")
            self._findings(_("待交办"), wanted.to_assign(self.user), f"{ledger}?box=registered")
        if rights.has(Role.OFFICE_DIRECTOR):
            self._findings(_("待销号"), wanted.to_strike_off(self.user), f"{ledger}?box=rectified")
        if rights.organisation_ids or rights.is_field:
            self._tasks(_("待签收"), wanted.to_accept(self.user), f"{tasks}?box=to_accept&mine=on", "accept_due_at")
            self._tasks(_("待反馈"), wanted.to_feed_back(self.user), f"{tasks}?box=at_work&mine=on", "due_at")
        if rights.seats:
            self._tasks(_("待核查"), wanted.to_verify(self.user), reverse("rectification:verify"), "verify_due_at")
        if rights.has(Role.COMMANDER, Role.DEPUTY_COMMANDER, Role.OFFICE_DIRECTOR):
            self._requests()
        if rights.has(*OFFICE, *HEADQUARTERS, Role.SUPERVISION):
            self._look_backs()

    def _keep(self, label: str, rows: list, url: str, items) -> None:
        if rows:
            self.counts.append(Figure(label, f"{EACH}+" if len(rows) > EACH else str(len(rows)), url))
        self.items += items

    def _findings(self, label, queryset, url) -> None:
        rows = list(queryset.select_related("problem_type").order_by("step_due_at", "pk")[: EACH + 1])
        self._keep(label, rows, url, [Item(label, row, row.step_due_at, row.get_absolute_url()) for row in rows])

    def _tasks(self, label, queryset, url, due: str) -> None:
        rows = list(queryset.select_related("finding__problem_type", "organisation").order_by(due, "pk")[: EACH + 1])
        items = [Item(label, task.finding, getattr(task, due), task.get_absolute_url(), str(task.organisation)) for task in rows]
        self._keep(label, rows, url, items)

    def _requests(self) -> None:
        rows = list(
            wanted.to_decide(self.user).select_related("task__finding__problem_type", "task__organisation").order_by("decide_due_at")[: EACH + 1]
        )
        label = _("待审批")
        items = [
            Item(
                _("待审批：%(kind)s") % {"kind": row.get_kind_display()},
                row.task.finding,
                row.decide_due_at,
                row.task.get_absolute_url(),
                str(row.task.organisation),
            )
            for row in rows
        ]
        self._keep(label, rows, reverse("rectification:requests"), items)

    def _look_backs(self) -> None:
        url = reverse("rectification:look-backs")
        due = list(wanted.look_backs(self.user).select_related("finding__problem_type").order_by("planned_on")[: EACH + 1])
        self._keep(
            _("回头看"), due, url, [Item(_("回头看"), row.finding, clock.end_of(row.planned_on), row.finding.get_absolute_url()) for row in due]
        )
        stopped = list(wanted.to_recheck(self.user).select_related("problem_type").order_by("recheck_on")[: EACH + 1])
        self._keep(_("复查"), stopped, url, [Item(_("停而未改复查"), row, clock.end_of(row.recheck_on), row.get_absolute_url()) for row in stopped])

    @property
    def waiting(self) -> list[dict]:
        """Soonest first; what has no clock last."""
        never = dt.datetime.max.replace(tzinfo=dt.UTC)
        chosen = sorted(self.items, key=lambda item: item.due_at or never)[:SHOWN]
        return [{"item": item, "left": left, "tone": tone} for item in chosen for left, tone in [item.left(self.now)]]

    # --- what is late, and who holds it ---
    @property
    def late(self) -> list[TaskRow]:
        overdue = for_rows(Task.objects.visible_to(self.user).overdue(self.now)).order_by("due_at", "pk")[:SHOWN]
        return [TaskRow(task, now=self.now) for task in overdue]

    # --- what is new ---
    def news(self, since: dt.datetime) -> list[dict]:
        """Steps taken by others since then on rows this person sees, newest first."""
        findings = FindingEvent.objects.filter(at__gt=since, finding__in=Finding.objects.visible_to(self.user).values("pk")).exclude(by=self.user)
        tasks = TaskEvent.objects.filter(at__gt=since, task__in=Task.objects.visible_to(self.user).values("pk")).exclude(by=self.user)
        of_findings = list(findings.select_related("finding__problem_type").order_by("-at", "-pk")[:NEWS])
        of_tasks = list(tasks.select_related("task__finding__problem_type", "task__organisation").order_by("-at", "-pk")[: 2 * NEWS])
        lines = [{"text": sentences.of_finding(event), "finding": event.finding, "at": event.at} for event in of_findings]
        lines += [
            {"text": sentences.of_task(event, event.task.organisation), "finding": event.task.finding, "at": event.at}
            for event in blind.shown_events(of_tasks, self.user)
        ]
        return sorted(lines, key=lambda line: line["at"], reverse=True)[:NEWS]

    # --- figures of the month ---
    def month(self) -> list[Figure]:
        first = clock.beijing(self.now).date().replace(day=1)
        ledger = reverse("inspections:ledger")
        seen = Finding.objects.visible_to(self.user)
        open_rows = seen.filter(state__in=OPEN_STATES).aggregate(
            open=Count("pk"), overdue=Count("pk", filter=Q(state=FindingState.ASSIGNED, due_at__lt=self.now))
        )
        verifying = Task.objects.visible_to(self.user).filter(state__in=VERIFIER_TURN).count()
        begun = seen.filter(registered_at__gte=clock.at(first)).count()
        return [
            Figure(_("本月受理"), str(begun), f"{ledger}?box=all&registered_from={first}"),
            Figure(_("在办"), str(open_rows["open"]), f"{ledger}?box=open"),
            Figure(_("待核查任务"), str(verifying), f"{reverse('rectification:tasks')}?box=verifying"),
            Figure(_("逾期"), str(open_rows["overdue"]), f"{ledger}?box=overdue", late=open_rows["overdue"] > 0),
        ]
