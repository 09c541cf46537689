"""Facts of a month in tables of their own for as long as rows are looked for: temporary, and private to the connection.

PostgreSQL fills them with both cores, which it does not do for an INSERT.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from scorecards.indicators.month import Month


@contextmanager
def frozen(month: Month, *kinds: Any) -> Iterator[None]:
    """Inside, each of these models has the rows that its ``beneath`` finds for this month; in a transaction of the caller's."""
    with connection.cursor() as cursor:
        _by_row(cursor, is_on=False)
        for kind in kinds:
            sql, parameters = _found(kind, kind.beneath(month))
            cursor.execute(f"DROP TABLE IF EXISTS {kind._meta.db_table}")
            cursor.execute(f"CREATE TEMPORARY TABLE {kind._meta.db_table} AS {sql}", parameters)
        _by_row(cursor, is_on=True)
    yield
    with connection.cursor() as cursor:
        for kind in kinds:
            cursor.execute(f"DROP TABLE {kind._meta.db_table}")


def _by_row(cursor, *, is_on: bool) -> None:
    """A month is a large part of its tables. PostgreSQL cannot guess how large from limits noted in JSON, and would look up row by row."""
    if connection.vendor == "postgresql":
        cursor.execute(f"SET LOCAL enable_nestloop = {'on' if is_on else 'off'}")


def columns_of(kind: Any, found: QuerySet, columns: dict[str, Any]) -> QuerySet:
    """The query with one expression for each column of ``kind``, in their order."""
    names = [field.attname for field in kind._meta.local_fields]
    named = found.order_by().annotate(**{f"column_{name}": columns[name] for name in names})
    return named.values_list(*(f"column_{name}" for name in names))


def _found(kind: Any, queries: list[QuerySet]) -> tuple[str, list]:
    """All of them in one statement; with none that can have rows, the bare columns."""
    parts: list[str] = []
    parameters: list = []
    for query in queries:
        try:
            sql, given = query.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT {_listed(kind, 'each.column_{}')} FROM ({sql}) AS each")
        parameters += given
    return " UNION ALL ".join(parts) or f"SELECT {_listed(kind, 'NULL')} WHERE 1 = 0", parameters


def _listed(kind: Any, value: str) -> str:
    """``value`` for each column, on PostgreSQL with its type: an empty column has none of its own."""
    typed = "CAST({} AS {}) AS {}" if connection.vendor == "postgresql" else "{0} AS {2}"
    fields = kind._meta.local_fields
    return ", ".join(typed.format(value.format(field.attname), field.rel_db_type(connection), field.attname) for field in fields)
