"""Emptying the tables after transactional and browser tests, in a database whose audit tables refuse to be emptied.

Rows that migrations write (problem types, calendar, rules) outlive it: Django empties every table after such a test, so a copy of
the filled ones is made once per database and put back each time.
"""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

COPY = "zz_copy_"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        _keep()
        connection.close()
    empty = TransactionTestCase._fixture_teardown

    def empty_and_put_back(case):
        with _refusals_off():
            empty(case)
            _put_back()

    TransactionTestCase._fixture_teardown = empty_and_put_back
    yield
    TransactionTestCase._fixture_teardown = empty


def _keep() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')
            if cursor.fetchone() and table != "django_migrations":
                cursor.execute(f'DROP TABLE IF EXISTS "{COPY}{table}"')
                cursor.execute(f'CREATE TABLE "{COPY}{table}" AS SELECT * FROM "{table}"')


@contextmanager
def _refusals_off():
    """Triggers that refuse a deletion sleep meanwhile."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%%RAISE(%%'")
            refusing = cursor.fetchall()
            for name, _ in refusing:
                cursor.execute(f'DROP TRIGGER "{name}"')
            yield
            for _, statement in refusing:
                cursor.execute(statement)


def _put_back() -> None:
    """All in one transaction: Django's foreign keys are checked at its end, so the order does not matter."""
    with transaction.atomic(), connection.cursor() as cursor:
        for copy in [table for table in connection.introspection.table_names(cursor) if table.startswith(COPY)]:
            table = copy.removeprefix(COPY)
            columns = ", ".join(f'"{name}"' for name in _written_columns(cursor, table))
            cursor.execute(f'DELETE FROM "{table}"')
            cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "{copy}"')


def _written_columns(cursor, table: str) -> list[str]:
    """Without the columns that the database computes itself."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]
    cursor.execute(f'PRAGMA table_info("{table}")')
    return [row[1] for row in cursor.fetchall()]
