"""How lines come into the accounts: copied by the database from the rows they are about, each once."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Case, CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Greatest

from scorecards.models import AccountEntry

COLUMNS = (
    "district",
    "month",
    "organisation",
    "grid",
    "kind",
    "amount",
    "finding",
    "task",
    "at",
    "stands_at",
    "paper_number",
    "event_key",
    "is_late",
)
KEYS = ("district", "organisation", "grid", "finding", "task")


class BeijingMonth(Func):
    """``2026-10`` of a moment. Clocks in China have not been moved since 1991."""

    output_field: Any = CharField()

    def as_postgresql(self, compiler, connection, **more):
        return self.as_sql(compiler, connection, template="to_char(%(expressions)s AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')", **more)

    def as_sqlite(self, compiler, connection, **more):
        return self.as_sql(compiler, connection, template="strftime('%%%%Y-%%%%m', %(expressions)s, '+8 hours')", **more)


@dataclass(frozen=True)
class Book:
    """The accounts of one district: what happened before ``until``, in months from ``first_open`` on."""

    district_id: int
    first_open: str
    until: dt.datetime

    def write(self, rows: QuerySet, *, key: Any, at: Any, stands_at: Any = None, **columns) -> int:
        """Book what ``rows`` say, unless it is booked already; how many lines were new. Expressions may use names annotated before."""
        empty = {"organisation": None, "grid": None, "task": None, "amount": 1, "district": self.district_id}
        named = {f"entry_{name}": _expression(value, name) for name, value in (empty | columns).items()}
        found = rows.order_by().annotate(entry_event_key=key, entry_at=at, entry_stands_at=stands_at or at, **named)
        found = found.annotate(entry_month=Greatest(BeijingMonth("entry_stands_at"), Value(self.first_open, output_field=CharField())))
        late = Case(When(entry_month__gt=BeijingMonth("entry_at"), then=True), default=False)
        booked = AccountEntry.objects.filter(event_key=OuterRef("entry_event_key"))
        found = found.annotate(entry_is_late=late).filter(~Exists(booked), HAS_HOLDER, entry_at__lt=self.until)
        return _copy(found)


HAS_HOLDER = Q(entry_organisation__isnull=False) | Q(entry_grid__isnull=False)


def _expression(value, name: str):
    """Keys with their type: PostgreSQL takes a bare NULL of a sub-select for text."""
    if hasattr(value, "resolve_expression"):
        return value
    return Cast(Value(value), BigIntegerField()) if name in KEYS else Value(value)


def _copy(found: QuerySet) -> int:
    """INSERT … SELECT; two scans at once book a line once."""
    sql, parameters = found.values_list(*(f"entry_{name}" for name in COLUMNS)).query.sql_with_params()
    columns = ", ".join(f"{name}_id" if name in KEYS else name for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {AccountEntry._meta.db_table} ({columns}) SELECT * FROM ({sql}) AS found WHERE true ON CONFLICT (event_key) DO NOTHING",
            parameters,
        )
        return cursor.rowcount


# --- words --------------------------------------------------------------------------------------------------------------------------
def words(value: str) -> Value:
    return Value(str(value), output_field=CharField())


def key(*parts):
    """``key("event", "pk", "out")``: names of columns and fixed words, joined by colons."""
    columns = [F(part) if part in ("pk", "task_id") else words(part) for part in parts]
    pieces = [Cast(each, CharField()) if isinstance(each, F) else each for each in columns]
    return Concat(*[piece for each in pieces for piece in (each, words(":"))][:-1])


def paper(*, finding: str = ""):
    """What a problem came with: its superior's number, else its own. ``finding``: the path to it."""
    own, theirs = f"{finding}number", f"{finding}superior_number"
    return Case(When(~Q(**{theirs: ""}), then=F(theirs)), default=Coalesce(own, words("")), output_field=CharField())
