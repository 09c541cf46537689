"""The two roles of PostgreSQL (trust: who works cannot change the record): one owns the tables, the other works in them."""

from collections.abc import Iterator
from contextlib import contextmanager

import environ
from django.conf import settings
from django.db import connection
from psycopg2 import sql

RECORD = ("audit_auditevent", "audit_anchor")
GRANTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE ON {record} FROM {role}",
    "GRANT UPDATE (payload) ON audit_auditevent TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
)
"""``UPDATE (payload)`` is lawful erasure, to which the trigger allows NULL alone."""


@contextmanager
def as_owner() -> Iterator[None]:
    """Inside, the default connection is the owner's, where ``DATABASE_OWNER_URL`` names one."""
    if not settings.DATABASE_OWNER_URL:
        yield
        return
    before = dict(connection.settings_dict)
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    connection.close()
    connection.settings_dict.update({name: owner[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def let_work(role: str, *, password: str = "") -> bool:
    """Give ``role`` what a working role needs and nothing of the record but adding to it. It is made when it is not there: True."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        fresh = cursor.fetchone() is None
        if fresh:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
        names = {"role": sql.Identifier(role), "record": sql.SQL(", ").join(map(sql.Identifier, RECORD))}
        for statement in GRANTS:
            cursor.execute(sql.SQL(statement).format(**names))
    return fresh
