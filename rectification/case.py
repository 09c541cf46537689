"""A finding with everything around it, read once: what the detail page, 一案一档 and the phone show."""

from functools import cached_property

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from common.templatetags.ui import moment, remaining, remaining_class
from inspections import access
from inspections.models import Finding, FindingPhoto, FindingVoice
from inspections.words import FindingState, Flag
from rectification import blind, timeline
from rectification.links import photo_address, step_of
from rectification.models import LookBack, Task, TaskEvent, TaskPhoto, TaskRequest
from rectification.party import PartyClock
from rectification.services import backtrace, parts
from rectification.words import LEFT, VERIFIER_TURN, TaskState

S = FindingState
WAY = [
    gettext_lazy("上报"),
    gettext_lazy("受理登记"),
    gettext_lazy("双交办"),
    gettext_lazy("整改"),
    gettext_lazy("核查"),
    gettext_lazy("销号"),
    gettext_lazy("回头看"),
]
TONES = {
    S.STRUCK_OFF: "done", S.LOOKED_BACK: "done", S.REJECTED: "off", S.MERGED: "off", S.VOID: "off", S.RECTIFIED: "soon", S.STOPPED_PENDING: "soon",
    S.REPORTED: "soon", S.REGISTERED: "soon",
}  # fmt: skip
AFTER_STRIKING_OFF = (S.STRUCK_OFF, S.LOOKED_BACK)
"""Look-backs are planned by striking off, which is final."""


def for_page(queryset):
    """Findings with what a page of one needs; ``Case`` asks nothing that is not read here but events, photos and notices."""
    return _with_parties(queryset).prefetch_related(Prefetch("tasks__requests", _requests()), "look_backs")


def read(user, **lookup) -> "Case | None":
    finding = _with_parties(Finding.objects.visible_to(user)).filter(**lookup).first()
    if finding is None:
        return None
    _read_if_any(finding)
    return Case(finding, user)


def _with_parties(queryset):
    asked = Exists(TaskRequest.objects.filter(task=OuterRef("pk")))
    tasks = Task.objects.select_related("organisation", "handler", "transferred_from__organisation").annotate(has_requests=asked).order_by("pk")
    heard = Exists(FindingVoice.objects.filter(finding=OuterRef("pk")).exclude(recording=None))
    with_place = queryset.annotate(has_voices=heard).select_related("problem_type", "field__headquarters", "grid", "reporter", "site__kind")
    return with_place.prefetch_related(Prefetch("tasks", tasks), Prefetch("photos", FindingPhoto.objects.select_related("photo")))


def _requests():
    return TaskRequest.objects.select_related("asked_by", "decided_by", "organisation").order_by("asked_at")


def _read_if_any(finding):
    """Requests and look-backs of one finding. Most have none: then ``none()`` fills their place without asking the database."""
    tasks = finding.tasks.all()
    requests = _requests() if any(task.has_requests for task in tasks) else TaskRequest.objects.none()
    look_backs = LookBack.objects.all() if finding.state in AFTER_STRIKING_OFF else LookBack.objects.none()
    prefetch_related_objects(tasks, Prefetch("requests", requests))
    prefetch_related_objects([finding], Prefetch("look_backs", look_backs))


class Case:
    """One finding as one person sees it at one moment."""

    def __init__(self, finding: Finding, user):
        self.finding, self.user, self.now = finding, user, clock.now()

    @cached_property
    def tasks(self) -> list[Task]:
        return list(self.finding.tasks.all())

    @cached_property
    def clocks(self) -> list[PartyClock]:
        """Parties at work first, those that have left the duty last."""
        return [PartyClock(task, self) for task in sorted(self.tasks, key=lambda task: (task.state in LEFT, task.pk))]

    # --- history ---
    @cached_property
    def finding_events(self) -> list:
        return list(self.finding.events.all())

    @cached_property
    def task_events(self) -> list[TaskEvent]:
        by_key, found = {task.pk: task for task in self.tasks}, []
        for event in TaskEvent.objects.filter(task__finding=self.finding):
            event.task = by_key[event.task_id]
            found.append(event)
        return found

    @cached_property
    def notices(self) -> list:
        return timeline.notices_of(self.finding, self.tasks, user=self.user)

    @cached_property
    def timeline(self) -> list[timeline.Line]:
        return timeline.lines(
            self.finding, self.tasks, user=self.user, finding_events=self.finding_events, task_events=self.task_events, notices=self.notices,
            photos=self.after,
        )  # fmt: skip

    @property
    def story(self) -> list:
        """What happened, oldest first, without who was told."""
        return [line for line in reversed(self.timeline) if not line.people]

    # --- evidence ---
    @cached_property
    def before(self) -> list[dict]:
        """Photos of the report; those announced whose bytes have not come are counted in ``missing``."""
        return [
            {
                "url": photo_address(self.finding, slot, "320"),
                "full_url": photo_address(self.finding, slot, "1600"),
                "caption": _("整改前 %(moment)s") % {"moment": moment(slot.photo.stated_taken_at or self.finding.captured_at)},
                "alt": "",
                "flag": "",
            }
            for slot in self._slots
            if slot.photo_id
        ]

    @cached_property
    def _slots(self) -> list:
        return list(self.finding.photos.all())

    @cached_property
    def voices(self) -> list:
        """Spoken memos that have arrived. A voice tells whose it is: for those who may know the reporter."""
        if not (self.sees_reporter and self.finding.has_voices):
            return []
        return list(self.finding.voices.exclude(recording=None))

    @property
    def missing(self) -> int:
        return sum(slot.photo_id is None for slot in self._slots)

    @cached_property
    def after(self) -> list[TaskPhoto]:
        """Photos of feedbacks; without a feedback there are none to ask for."""
        feedbacks = {event.pk: event for event in self.task_events if event.action == "feedback"}
        found = list(TaskPhoto.objects.filter(event__in=feedbacks).select_related("photo")) if feedbacks else []
        for photo in found:
            photo.event = feedbacks[photo.event_id]
            photo.task = photo.event.task
        return found

    @cached_property
    def flags(self) -> list[dict]:
        """Doubts about the report and about after-photos, each with its answer."""
        labels = dict(Flag.choices)
        return [{**flag, "label": labels.get(flag["code"], flag["code"])} for flag in self.finding.flags]

    @cached_property
    def may_answer_flags(self) -> bool:
        return access.may_answer_flags(self.user, self.finding)

    # --- steps ---
    @cached_property
    def steps(self) -> list[dict]:
        """Steps on the finding open to this person."""
        return [step_of(self.finding, action) for action in parts.actions_for(self.user, self.finding)]

    @property
    def wanted(self) -> list[dict]:
        """What is wanted of this person first: primary steps, the finding's and the parties'."""
        found = [step for step in self.steps if step["tone"] == "primary"]
        several = sum(task.state not in LEFT for task in self.tasks) > 1
        for party in self.clocks:
            found += [step | {"unit": party.task.organisation if several else ""} for step in party.steps if step["tone"] == "primary"]
        return found

    @property
    def others(self) -> list[dict]:
        return [step for step in self.steps if step["tone"] != "primary"]

    # --- standing ---
    @property
    def state_label(self) -> str:
        return (self._telling or self.finding).get_state_display()

    @property
    def state_tone(self) -> str:
        told = self._telling
        if told is None:
            return TONES.get(self.finding.state, "")
        return "late" if told.state == TaskState.RETURNED else "soon" if told.state in VERIFIER_TURN else ""

    @cached_property
    def _telling(self):
        """The task that decides what people read while the parties are at work."""
        waiting = [task for task in self.tasks if task.state not in (*LEFT, TaskState.PASSED)]
        if self.finding.state != S.ASSIGNED or not waiting:
            return None
        return min(waiting, key=lambda task: (task.state != TaskState.RETURNED, task.state in VERIFIER_TURN, task.state == TaskState.ASSIGNED))

    @property
    def way(self) -> list[dict]:
        """The way of a problem, with where it stands; a way that ended early stops there."""
        here, stopped = self._station
        return [{"label": label, "state": ("stop" if stopped else "now") if n == here else "past" if n < here else ""} for n, label in enumerate(WAY)]

    @property
    def _station(self) -> tuple[int, bool]:
        state = self.finding.state
        if state in (S.REJECTED, S.MERGED, S.VOID):
            return (0 if self.finding.number is None else 1 if self.finding.assigned_at is None else 3), True
        if state == S.ASSIGNED:
            at_work = any(task.state not in (*VERIFIER_TURN, TaskState.PASSED, *LEFT) for task in self.tasks)
            return (3 if at_work else 4), False
        return {S.REPORTED: 0, S.REGISTERED: 1, S.STOPPED_PENDING: 3, S.RECTIFIED: 5, S.STRUCK_OFF: 6, S.LOOKED_BACK: 6}[state], False

    @property
    def sees_reporter(self) -> bool:
        return blind.sees_reporter(self.user, self.finding)

    @property
    def may_trace(self) -> bool:
        """Whether 倒查 is offered: of a problem from above, to those who may read it."""
        return backtrace.is_traced(self.finding) and backtrace.may_read(self.user, self.finding)

    @property
    def looked_back(self) -> list:
        """Look-backs that are done. Days still to come are shown to nobody."""
        return [each for each in self.finding.look_backs.all() if each.done_at]

    @property
    def point(self) -> str:
        return f"{self.finding.lon},{self.finding.lat}" if self.finding.lon is not None else ""

    @property
    def office_clock(self) -> dict | None:
        """The clock of the office's own step."""
        due = self.finding.step_due_at
        if due is None or self.finding.state not in (S.REPORTED, S.REGISTERED, S.RECTIFIED):
            return None
        label = {S.REPORTED: _("受理"), S.REGISTERED: _("交办"), S.RECTIFIED: _("销号")}[self.finding.state]
        return {"label": label, "due_at": due, "remaining": remaining(due, self.now), "tone": remaining_class(due, self.now)}
