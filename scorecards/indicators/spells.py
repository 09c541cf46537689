"""Begun spells of three days past a date, counted by the database: the same integers on PostgreSQL and SQLite."""

import datetime as dt

from django.db.models import BigIntegerField, Case, DateTimeField, DurationField, ExpressionWrapper, Func, IntegerField, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.db.models.lookups import GreaterThan

from scorecards.indicators.month import Month

THREE_DAYS = dt.timedelta(days=3) // dt.timedelta(microseconds=1)


class Microseconds(Func):
    """A span as a whole number; SQLite computes spans as such."""

    output_field = BigIntegerField()
    template = "%(expressions)s"

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint", **context)


def begun_spells(month: Month, *, due, stopped):
    """Of the time between ``due`` and ``stopped`` (nothing: still running) what lies inside the month."""
    start, end = (Value(moment, output_field=DateTimeField()) for moment in (month.start, month.end))
    span = ExpressionWrapper(Least(Coalesce(stopped, end), end) - Greatest(due, start), output_field=DurationField())
    late = Microseconds(span)
    spells = ExpressionWrapper((late + Value(THREE_DAYS - 1)) / Value(THREE_DAYS), output_field=BigIntegerField())
    return Case(When(GreaterThan(late, Value(0)), then=spells), default=Value(0), output_field=IntegerField())
