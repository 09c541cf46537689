"""The papers of a month (底稿): the plain rows its marks are worked out from, so that anybody may work them out again (bench/recount_month.py)."""

import json
from collections.abc import Iterator

from django.db.models import QuerySet

from common import clock
from grids.models import Field, Grid, Organisation, Post, TrainingRecord
from inspections.models import Finding, FindingEvent, ProblemType, Visit
from rectification.models import LookBack, Task, TaskEvent, TaskRequest
from rectification.workflow import TASK_STEPS
from registers.models import Site, SiteEvent, SiteKind
from scorecards.indicators.month import CORRECTING
from scorecards.models import AirDay, AirSheet, Reconciliation, Scheme, SchemeLine
from scorecards.models.air import ITEMS
from scorecards.models.schemes import COPIED
from scorecards.services import adjustments, appeals

CORRECTED = ("grid", "field", "problem_type", "source", "severity", "risk")
NOTED = ("due_at", "verify_due_at", "false_fix")
"""Of what a step notes, what marks are worked out from. Nothing written by people is in the papers."""


def lines(month: str, *, district: Grid, by) -> Iterator[bytes]:
    """One JSON object a line: ``{"table": …, columns …}``, moments in ISO 8601."""
    for table, rows in tables(month, district=district, by=by).items():
        for row in rows.iterator(chunk_size=2000):
            yield _line(table, row)
    for table, decided in decisions(month, district=district).items():
        for row in decided:
            yield _line(table, row)


def _line(table: str, row: dict) -> bytes:
    return (json.dumps({"table": table, **_only_figures(row)}, default=_iso, ensure_ascii=False) + "\n").encode()


def tables(month: str, *, district: Grid, by) -> dict[str, QuerySet]:
    """What had happened before the month's end, as far as ``by`` may see it; rows are as they stand now, their history is beside them."""
    start, end = clock.month_bounds(month)
    return (
        _structure(district, by=by)
        | _work(district, by=by, end=end)
        | _rounds(district, by=by, start=start, end=end)
        | _air(month, district=district)
    )


def decisions(month: str, *, district: Grid) -> dict[str, list[dict]]:
    """What two persons signed for the month, and what upheld appeals took back of its marks."""
    entries = [{"organisation_id": each.organisation_id, "kind": each.kind, "amount": each.amount} for each in adjustments.signed(district.pk, month)]
    granted = appeals.granted(district.pk, month)
    return {
        "entries": entries,
        "granted": [{"organisation_id": unit, "event": event, "amount": amount} for (unit, event), amount in sorted(granted.items())],
    }


def _structure(district: Grid, *, by) -> dict[str, QuerySet]:
    units = ("id", "kind", "name", "short_name", "has_enforcement_power", "valid_from", "valid_to", "merged_into_id")
    schemes = Scheme.objects.visible_to(by).filter(district=district)
    return {
        "organisations": Organisation.objects.visible_to(by).filter(district=district).order_by("id").values(*units),
        "grids": Grid.objects.visible_to(by).filter(district=district).order_by("path").values("id", "path", "organisation_id"),
        "fields": Field.objects.visible_to(by).filter(district=district).order_by("id").values("id", "code", "headquarters__lead_unit_id"),
        "problem_types": ProblemType.objects.visible_to(by).filter(district=district).order_by("id").values("id", "code", "field_id"),
        "posts": Post.objects.visible_to(by)
        .filter(grid__district=district)
        .order_by("id")
        .values("id", "user_id", "grid_id", "starts_on", "ends_on", "revoked_at"),
        "schemes": schemes.order_by("id").values(
            *("id", "kind", "version", "in_force_from", "is_active", "excellent_from", "good_from", "pass_from", "bonus_cap"),
            *("fewest", "marks_once", "parts_floor"),
        ),
        "scheme_lines": SchemeLine.objects.filter(scheme__in=schemes).order_by("id").values("scheme_id", *COPIED),
    }


def _work(district: Grid, *, by, end) -> dict[str, QuerySet]:
    findings = Finding.objects.visible_to(by).filter(district=district, received_at__lt=end)
    tasks = Task.objects.visible_to(by).filter(district=district, assigned_at__lt=end)
    of_tasks, of_findings = {"task__in": tasks.order_by().values("pk")}, {"finding__in": findings.order_by().values("pk")}
    return {
        "findings": findings.order_by("id").values(
            *("id", "uuid", "number", "state", "source", "severity", "risk", "grid_id", "field_id", "problem_type_id", "reporter_id"),
            *("rebound_of_id", "received_at", "registered_at", "assigned_at", "struck_off_at", "ended_at"),
        ),
        "corrections": FindingEvent.objects.filter(action__in=CORRECTING, details__has_key="changes", at__gte=end, **of_findings)
        .order_by("at", "id")
        .values("finding_id", "at", "details"),
        "tasks": tasks.order_by("id").values(
            *("id", "finding_id", "organisation_id", "role", "must_feed_back", "state", "assigned_at", "accept_due_at", "accepted_at"),
            *("original_due_at", "due_at", "fed_back_at", "passed_at", "ended_at", "verify_due_at"),
        ),
        "steps": TaskEvent.objects.filter(action__in=list(TASK_STEPS), at__lt=end, **of_tasks)
        .order_by("at", "id")
        .values("id", "task_id", "action", "part", "to_state", "at", "details"),
        "requests": TaskRequest.objects.filter(asked_at__lt=end, **of_tasks)
        .order_by("id")
        .values("id", "task_id", "kind", "state", "organisation_id", "asked_at", "decided_at", "previous_due_at", "granted_due_at"),
        "look_backs": LookBack.objects.filter(done_at__lt=end, **of_findings).order_by("id").values("id", "finding_id", "result", "done_at"),
    }


def _rounds(district: Grid, *, by, start, end) -> dict[str, QuerySet]:
    """Rounds, objects, people on post and reconciling, each as far as the month's figures rest on it."""
    sites = Site.objects.visible_to(by).filter(district=district, created_at__lt=end)
    visits = Visit.objects.visible_to(by).filter(district=district)
    of_month = visits.filter(due_to__gte=start, due_to__lt=end) | visits.filter(arrived_at__gte=start, arrived_at__lt=end)
    taught = TrainingRecord.objects.visible_to(by).filter(district=district, made_at__lt=end)
    sheets = Reconciliation.objects.visible_to(by).filter(district=district, due_at__gte=start, due_at__lt=end)
    changes = SiteEvent.objects.filter(site__in=sites.order_by().values("pk"), at__gte=end, changes__has_key="status")
    return {
        "site_kinds": SiteKind.objects.visible_to(by).filter(district=district).order_by("id").values("id", "statuses"),
        "sites": sites.order_by("id").values("id", "kind_id", "grid_id", "status"),
        "site_changes": changes.order_by("at", "id").values("site_id", "at", "changes"),
        "visits": of_month.order_by("id").values(
            *("id", "site_id", "patrol__grid_id", "is_planned", "state", "due_from", "due_to", "arrived_at", "received_at")
        ),
        "trainings": taught.order_by("id").values("id", "user_id", "on", "source", "score", "passed"),
        "sheets": sheets.order_by("id").values("id", "organisation_id", "due_at", "answered_at"),
    }


def _air(month: str, *, district: Grid) -> dict[str, QuerySet]:
    """The month's own copy: days of stations as they were counted, and what they are measured against."""
    days = AirDay.objects.filter(district=district, month=month)
    return {
        "air_sheets": AirSheet.objects.filter(district=district, month=month)
        .order_by("organisation_id")
        .values("organisation_id", "stations", "aims", "rule", "edition"),
        "air_days": days.order_by("organisation_id", "day", "station_id").values(
            "organisation_id", "station_id", "day", "is_before", "status", "invalid", "excluded_reason", *ITEMS
        ),
    }


def _only_figures(row: dict) -> dict:
    if "changes" in row:
        row["status"] = row.pop("changes")["status"]
    if "details" not in row:
        return row
    details = row.pop("details")
    changes = details.get("changes") or {}
    kept = {name: details[name] for name in NOTED if name in details}
    return row | kept | {name: changes[name] for name in CORRECTED if name in changes}


def _iso(value) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
