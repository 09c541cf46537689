"""Emptying the tables after transactional and browser tests, in a database whose audit tables refuse to be emptied.

Rows that migrations write (problem types, calendar, rules) outlive it: a copy of the filled tables is made once per database and put back each time.
Django's own way truncates every table and works out all permissions anew, which takes longer than most tests: here only the rows there are go.
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
    djangos = TransactionTestCase._fixture_teardown

    def empty_and_put_back(_case):
        with _refusals_off():
            _empty_and_put_back()

    TransactionTestCase._fixture_teardown = empty_and_put_back
    yield
    TransactionTestCase._fixture_teardown = djangos


def _keep() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _filled(cursor):
            cursor.execute(f'DROP TABLE IF EXISTS "{COPY}{table}"')
            cursor.execute(f'CREATE TABLE "{COPY}{table}" AS SELECT * FROM "{table}"')


def _filled(cursor) -> list[str]:
    """Tables with rows in them, found in one question."""
    tables = [name for name in connection.introspection.table_names(cursor) if not name.startswith(COPY) and name != "django_migrations"]
    cursor.execute(" UNION ALL ".join(f"""SELECT '{name}' WHERE EXISTS (SELECT 1 FROM "{name}")""" for name in tables))
    return [name for (name,) in cursor.fetchall()]


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


def _empty_and_put_back() -> None:
    """All in one transaction: foreign keys are checked at its end, so the order does not matter."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _filled(cursor):
            cursor.execute(f'DELETE FROM "{table}"')
        for copy in [table for table in connection.introspection.table_names(cursor) if table.startswith(COPY)]:
            table = copy.removeprefix(COPY)
            columns = ", ".join(f'"{name}"' for name in _written_columns(cursor, table))
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
