"""The shape every indicator hands over: a queryset annotated with the unit and the columns of ``ScoreRow`` that it fills."""

from django.db.models import BooleanField, CharField, DateTimeField, IntegerField, QuerySet, Value

COLUMNS = {
    **dict.fromkeys(("finding", "task", "visit", "site", "grid", "field", "reconciliation"), "bigint"),
    "flags": "integer",
    "is_hit": "boolean",
    "reason": "varchar",
    "source": "varchar",
    **dict.fromkeys(("assigned_at", "due_at", "done_at", "at"), "timestamptz"),
    "units": "smallint",
    "event_key": "varchar",
}
"""Column and its type on PostgreSQL."""
MARKED = ("finding", "task", "reason", "source", "assigned_at", "due_at", "done_at", "at", "units", "event_key")
"""Columns of every row that carries a mark: rows of several indicators are weighed in one statement."""
NOTHING = {
    "task": Value(None, output_field=IntegerField()),
    "source": Value("", output_field=CharField()),
    "assigned_at": Value(None, output_field=DateTimeField()),
    "due_at": Value(None, output_field=DateTimeField()),
    "done_at": Value(None, output_field=DateTimeField()),
    "at": Value(None, output_field=DateTimeField()),
    "units": Value(1, output_field=IntegerField()),
}
HIT = Value(True, output_field=BooleanField())
NEVER = NOTHING["at"]


def rows(queryset: QuerySet, *, unit, **columns) -> QuerySet:
    """Annotate ``row_unit`` (organisation) and ``row_<column>``; rows of nobody who is marked are left out."""
    filled = NOTHING | columns if "event_key" in columns else columns
    named = {f"row_{name}": filled[name] for name in COLUMNS if name in filled}
    return queryset.order_by().annotate(row_unit=unit, **named).filter(row_unit__isnull=False)


def columns(queryset: QuerySet) -> list[str]:
    """The columns it fills."""
    return [name for name in COLUMNS if f"row_{name}" in queryset.query.annotations]


def text(value: str) -> Value:
    return Value(str(value), output_field=CharField())
