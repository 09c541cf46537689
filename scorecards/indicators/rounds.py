"""Indicators over rounds, objects, people on post and reconciling: rows without a finding, and none that names a person."""

import datetime as dt

from django.db.models import BooleanField, Case, CharField, Exists, F, OuterRef, Q, QuerySet, When

from grids.models import Post, TrainingRecord
from grids.training import YEAR
from inspections.models import Visit
from inspections.words import VisitState
from registers.models import Site, SiteEvent
from scorecards.indicators.month import Month
from scorecards.indicators.rows import rows, text
from scorecards.words import Reason


def _judged(hit: Q | Exists, *, yes: Reason, no: Reason) -> dict:
    return {
        "is_hit": Case(When(hit, then=True), default=False, output_field=BooleanField()),
        "reason": Case(When(hit, then=text(yes)), default=text(no), output_field=CharField()),
    }


# --- rounds -------------------------------------------------------------------------------------------------------------------------
def planned_visits(month: Month) -> list[QuerySet]:
    """Planned visits whose window ended in the month, by the grid of the round (``inspections.coverage``): done within it, and known by the cut-off."""
    due = Visit.objects.filter(month.within("due_to"), district_id=month.district_id, is_planned=True, patrol__isnull=False)
    window = (F("due_from"), F("due_to"))
    in_time = Q(state=VisitState.DONE, received_at__lt=month.end) & (Q(arrived_at__range=window) | Q(received_at__range=window))
    return [
        rows(
            due.exclude(state=VisitState.DROPPED),
            unit=month.township_of_grid("patrol__grid_id"),
            visit=F("pk"),
            site=F("site_id"),
            grid=F("patrol__grid_id"),
            due_at=F("due_to"),
            done_at=Case(When(state=VisitState.DONE, received_at__lt=month.end, then=F("arrived_at")), default=None),
            **_judged(in_time, yes=Reason.VISITED, no=Reason.NOT_VISITED),
        )
    ]


def objects_seen(month: Month) -> list[QuerySet]:
    """Objects still on the register at the cut-off: visited at least once in the month."""
    made = Site.objects.filter(district_id=month.district_id, created_at__lt=month.end)
    over_then, open_then = _sites_changed(month)
    live = (Q(is_over=False) & ~Q(pk__in=over_then)) | Q(pk__in=open_then)
    seen = Visit.objects.done().filter(month.within("arrived_at"), site=OuterRef("pk"), received_at__lt=month.end)
    judged = _judged(Q(was_seen=True), yes=Reason.SEEN, no=Reason.UNSEEN)
    found = made.filter(live).annotate(was_seen=Exists(seen))
    return [rows(found, unit=month.township_of_grid("grid_id"), site=F("pk"), grid=F("grid_id"), **judged)]


def _sites_changed(month: Month) -> tuple[list[int], list[int]]:
    """Objects whose status was changed after the cut-off, by whether they were over then or not."""
    later = SiteEvent.objects.filter(site__district_id=month.district_id, at__gte=month.end, changes__has_key="status")
    before: dict[int, bool] = {}
    for event in later.order_by("at", "id").select_related("site__kind"):
        status = event.changes["status"][0]
        before.setdefault(event.site_id, status not in event.site.kind.open_statuses)
    return [pk for pk, over in before.items() if over], [pk for pk, over in before.items() if not over]


# --- people on post -----------------------------------------------------------------------------------------------------------------
def people_trained(month: Month) -> list[QuerySet]:
    """Who held a post in the township's grids on the month's last day, once each: taught, or tested with success, within a year."""
    taught = _records(month).filter(Q(source=TrainingRecord.Source.CLASS) | Q(passed=True))
    return [_person(month, _on_post(month), **_judged(Exists(taught), yes=Reason.TRAINED, no=Reason.UNTRAINED))]


def tests_passed(month: Month) -> list[QuerySet]:
    tested = _records(month).exclude(score=None)
    judged = _judged(Exists(tested.filter(passed=True)), yes=Reason.TEST_PASSED, no=Reason.TEST_FAILED)
    return [_person(month, _on_post(month).filter(Exists(tested)), **judged)]


def _on_post(month: Month) -> QuerySet:
    """One post of each person and township: the first in the tree."""
    held = Post.objects.current(month.last_day).filter(grid__district_id=month.district_id).annotate(unit=month.township_of_grid("grid_id"))
    first: dict[tuple[int, int], int] = {}
    for pk, user, unit in held.filter(unit__isnull=False).order_by("grid__path", "id").values_list("pk", "user_id", "unit"):
        first.setdefault((user, unit), pk)
    return Post.objects.filter(pk__in=sorted(first.values()))


def _person(month: Month, posts: QuerySet, **judged) -> QuerySet:
    return rows(posts, unit=month.township_of_grid("grid_id"), grid=F("grid_id"), **judged)


def _records(month: Month) -> QuerySet:
    """Of the person of an outer post, known by the cut-off and not older than a year."""
    since: dt.date = month.last_day - YEAR
    return TrainingRecord.objects.filter(user=OuterRef("user_id"), on__gte=since, on__lte=month.last_day, made_at__lt=month.end)


# --- reconciling --------------------------------------------------------------------------------------------------------------------
def sheets_answered(month: Month) -> list[QuerySet]:
    """Sheets that fell due in the month: answered in time, confirming or disputing."""
    from scorecards.models import Reconciliation  # noqa: PLC0415 - models read the indicators

    due = Reconciliation.objects.filter(month.within("due_at"), district_id=month.district_id, organisation_id__in=month.parties)
    answered = Q(answered_at__lt=month.end)
    in_time = answered & Q(answered_at__lte=F("due_at"))
    reason = Case(
        When(in_time, then=text(Reason.RECONCILED)),
        When(answered, then=text(Reason.RECONCILED_LATE)),
        default=text(Reason.SILENT),
        output_field=CharField(),
    )
    done = Case(When(answered, then=F("answered_at")), default=None)
    columns = {"reconciliation": F("pk"), "is_hit": Case(When(in_time, then=True), default=False, output_field=BooleanField()), "reason": reason}
    return [rows(due, unit=F("organisation_id"), due_at=F("due_at"), done_at=done, **columns)]
