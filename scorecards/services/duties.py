"""Movements of the accounts of organisations: duties (tasks that must feed back) that came, left, ended or came back.

Where a line stands in the book follows from the history alone: never before an earlier step of the same task, so that a past that is
imported later cannot close what was not there yet.
"""

from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, Greatest

from rectification.models import Task, TaskEvent, TaskRequest
from rectification.words import LEFT, RequestKind, RequestState, TaskState
from scorecards.account_words import EntryKind
from scorecards.models import AccountEntry
from scorecards.services.book import Book, key, paper, words

ENDS = (TaskState.PASSED, *LEFT)
GONE = (TaskState.REFUSED, TaskState.TRANSFERRED)
ENDED = Q(to_state__in=ENDS) & ~Q(from_state=F("to_state"))
CAME_BACK = Q(from_state=TaskState.PASSED) & ~Q(to_state__in=("", TaskState.PASSED))
SUCCEEDED = Q(action="succeed")


def book(into: Book) -> int:
    """Ends first: of whatever happens meanwhile, the beginning of each end that is seen is then seen too."""
    return _endings(into) + _successions(into) + _endings_without_history(into) + _assignments(into)


def _tasks(into: Book):
    return Task.objects.filter(district_id=into.district_id, must_feed_back=True)


def _events(into: Book, which: Q):
    """With ``moment``: the event's own or that of a step taken before it, whichever is later."""
    before = TaskEvent.objects.filter(ENDED | CAME_BACK | SUCCEEDED, task=OuterRef("task_id"), pk__lte=OuterRef("pk")).order_by("-at")
    found = TaskEvent.objects.filter(which, task__district_id=into.district_id, task__must_feed_back=True)
    return found.annotate(moment=Greatest(Subquery(before.values("at")[:1]), F("task__assigned_at")))


def _holder(into: Book, *, task: str, after, now: str):
    """Who had the task after an event: whoever the next merging of units took it from, else who has it now."""
    merged = TaskEvent.objects.filter(SUCCEEDED, task__district_id=into.district_id)
    if not merged.exists():
        return F(now)
    following = TaskEvent.objects.filter(SUCCEEDED, task=OuterRef(task), pk__gt=after).order_by("pk").annotate(left=_left())
    return Coalesce(Subquery(following.values("left")[:1]), F(now), output_field=IntegerField())


def _left():
    return Cast(KeyTextTransform("from_id", "details"), IntegerField())


def _request(task: str, kind: str):
    approved = TaskRequest.objects.filter(task=OuterRef(task), kind=kind, state=RequestState.APPROVED).order_by("-pk")
    return Subquery(approved.values("pk")[:1])


def _paper_of_request(request: str, *, finding: str):
    """The request on which a duty was handed back or on, else the problem's own paper."""
    number = Concat(words("SQ-"), Cast(request, CharField()))
    return Case(When(**{f"{request}__isnull": False}, then=number), default=paper(finding=finding), output_field=CharField())


# --- steps --------------------------------------------------------------------------------------------------------------------------
def _endings(into: Book) -> int:
    """Passed, handed back or on, voided; and passed ones sent back again, which takes the closing back in red ink."""
    kind = Case(When(to_state__in=GONE, then=words(EntryKind.MOVED_OUT)), When(to_state=TaskState.VOID, then=words(EntryKind.VOIDED)))
    asked = Case(
        When(to_state=TaskState.REFUSED, then=_request("task_id", RequestKind.REFUSAL)),
        When(to_state=TaskState.TRANSFERRED, then=_request("task_id", RequestKind.TRANSFER)),
        output_field=IntegerField(),
    )
    return into.write(
        _events(into, ENDED | CAME_BACK).filter(Q(to_state__in=ENDS) | _was_closed()).annotate(asked=asked),
        key=key("event", "pk"),
        at=F("at"),
        stands_at=F("moment"),
        organisation=_holder(into, task="task_id", after=OuterRef("pk"), now="task__organisation_id"),
        kind=Coalesce(kind, words(EntryKind.CLOSED)),
        amount=Case(When(to_state__in=ENDS, then=1), default=-1),
        finding=F("task__finding_id"),
        task=F("task_id"),
        paper_number=_paper_of_request("asked", finding="task__finding__"),
    )


def _was_closed():
    """Whether there is a closing to take back: a step, or what was booked of a task without history."""
    step = TaskEvent.objects.filter(task=OuterRef("task_id"), to_state=TaskState.PASSED, pk__lt=OuterRef("pk"))
    booked = AccountEntry.objects.filter(task=OuterRef("task_id"), event_key=key("task", "task_id", "end"))
    return Q(Exists(step)) | Q(Exists(booked))


def _successions(into: Book) -> int:
    """Units merged: out of the one, into the other, under the same clocks."""
    merged = _events(into, SUCCEEDED).annotate(left=_left()).filter(left__isnull=False)
    if not merged.exists():
        return 0
    same = {"finding": F("task__finding_id"), "task": F("task_id"), "paper_number": paper(finding="task__finding__")}
    same |= {"at": F("at"), "stands_at": F("moment")}
    heir = _holder(into, task="task_id", after=OuterRef("pk"), now="task__organisation_id")
    out = into.write(merged, key=key("event", "pk", "out"), organisation=F("left"), kind=words(EntryKind.MOVED_OUT), **same)
    return out + into.write(merged, key=key("event", "pk", "in"), organisation=heir, kind=words(EntryKind.MOVED_IN), **same)


# --- rows ---------------------------------------------------------------------------------------------------------------------------
def _endings_without_history(into: Book) -> int:
    """Tasks written outside the workflow, read from their columns as far as these prove the end."""
    told = TaskEvent.objects.filter(task=OuterRef("pk"), to_state=OuterRef("state"))
    ended = _tasks(into).filter(~Exists(told), state__in=ENDS).annotate(end=Coalesce("passed_at", "ended_at", "assigned_at"))
    kind = Case(When(state=TaskState.PASSED, then=words(EntryKind.CLOSED)), When(state=TaskState.VOID, then=words(EntryKind.VOIDED)))
    return into.write(
        ended,
        key=key("task", "pk", "end"),
        at=F("end"),
        stands_at=Greatest("end", "assigned_at"),
        organisation=F("organisation_id"),
        kind=Coalesce(kind, words(EntryKind.MOVED_OUT)),
        finding=F("finding_id"),
        task=F("pk"),
        paper_number=paper(finding="finding__"),
    )


def _assignments(into: Book) -> int:
    """New duties: of a new problem, of one that came back (not new), or handed on by another unit."""
    kind = Case(
        When(transferred_from__isnull=False, then=words(EntryKind.MOVED_IN)), When(finding__rebound_of__isnull=False, then=words("rebounded"))
    )
    return into.write(
        _tasks(into).annotate(asked=_request("transferred_from_id", RequestKind.TRANSFER)),
        key=key("task", "pk", "assign"),
        at=F("assigned_at"),
        organisation=_holder(into, task="pk", after=Value(0), now="organisation_id"),
        kind=Coalesce(kind, words(EntryKind.ADDED)),
        finding=F("finding_id"),
        task=F("pk"),
        paper_number=_paper_of_request("asked", finding="finding__"),
    )
