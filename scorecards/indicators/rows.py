"""The shape every indicator hands over: a queryset annotated with one column per column of ``ScoreRow``."""

from django.db.models import BooleanField, CharField, DateTimeField, IntegerField, QuerySet, Value

COLUMNS = ("finding", "task", "is_hit", "reason", "source", "assigned_at", "due_at", "done_at", "at", "units", "event_key")
EMPTY = {
    "task": Value(None, output_field=IntegerField()),
    "is_hit": Value(True, output_field=BooleanField()),
    "source": Value("", output_field=CharField()),
    "assigned_at": Value(None, output_field=DateTimeField()),
    "due_at": Value(None, output_field=DateTimeField()),
    "done_at": Value(None, output_field=DateTimeField()),
    "at": Value(None, output_field=DateTimeField()),
    "units": Value(1, output_field=IntegerField()),
    "event_key": Value("", output_field=CharField()),
}


def rows(queryset: QuerySet, *, unit, **columns) -> QuerySet:
    """Annotate ``row_unit`` (organisation) and ``row_<column>``; rows of nobody who is marked are left out."""
    filled = EMPTY | columns
    named = {f"row_{name}": filled[name] for name in COLUMNS}
    return queryset.order_by().annotate(row_unit=unit, **named).filter(row_unit__isnull=False)


def text(value: str) -> Value:
    return Value(str(value), output_field=CharField())
