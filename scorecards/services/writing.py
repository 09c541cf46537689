"""Rows into the database: rates are copied there by the database itself, marked events are weighed against each other first."""

import csv
import io

from django.db import connection
from django.db.models import BooleanField, Case, Count, F, IntegerField, Q, QuerySet, Subquery, Sum, Value, When

from scorecards import marks
from scorecards.indicators import INDICATORS, Indicator, Month, Shape
from scorecards.indicators.rows import COLUMNS, rows, text
from scorecards.models import ScoreLine, ScoreRow

NULL = "\\N"
NAMES = [f"row_{name}" for name in COLUMNS]
KEYS = {"finding": "finding_id", "task": "task_id"}


def give_room() -> None:
    """For this transaction only: sorting and hashing in memory, and no compiling, which takes PostgreSQL longer than running these statements."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")


def write_rows(month: Month, lines: dict[tuple[int, str], ScoreLine]) -> None:
    """Rows of every line of the month's cards; ``lines`` by organisation and indicator."""
    wanted = [INDICATORS[code] for code in dict.fromkeys(code for _unit, code in lines)]
    for indicator in wanted:
        if indicator.collect and not indicator.is_marked:
            for queryset in indicator.collect(month):
                _copy(queryset, {unit: line for (unit, code), line in lines.items() if code == indicator.code})
    for indicator in wanted:
        if indicator.happened:
            _copy(_of_basis(month, indicator, lines), {unit: line for (unit, code), line in lines.items() if code == indicator.code})
    _write_marked(month, lines, [indicator for indicator in wanted if indicator.is_marked])


def _copy(queryset: QuerySet, lines: dict[int, ScoreLine]) -> None:
    """INSERT … SELECT: the rows of a rate never leave the database."""
    placed = queryset.annotate(
        row_card=_by_unit({unit: line.scorecard_id for unit, line in lines.items()}),
        row_line=_by_unit({unit: line.pk for unit, line in lines.items()}),
        row_amount=Value(0, output_field=IntegerField()),
    ).filter(row_line__isnull=False)
    sql, parameters = placed.values_list("row_card", "row_line", "row_amount", *NAMES).query.sql_with_params()
    columns = ", ".join(["scorecard_id", "line_id", "amount", *(KEYS.get(name, name) for name in COLUMNS)])
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {ScoreRow._meta.db_table} ({columns}) {sql}", parameters)


def _of_basis(month: Month, indicator: Indicator, lines: dict[tuple[int, str], ScoreLine]) -> QuerySet:
    """Rows of the basis that something happened to, as they stand there, with the moment of the last time."""
    judged = [line.pk for (_unit, code), line in lines.items() if code in indicator.basis]
    met = ScoreRow.objects.filter(line_id__in=judged).annotate(met=Subquery(indicator.happened(month)[:1])).filter(met__isnull=False)
    same = {name: F(KEYS.get(name, name)) for name in ("finding", "task", "source", "assigned_at", "due_at", "done_at")}
    return rows(met, unit=F("scorecard__organisation_id"), reason=text(indicator.reasons[0]), at=F("met"), **same)


def _by_unit(values: dict[int, int]):
    whens = [When(row_unit=unit, then=Value(value)) for unit, value in values.items()]
    return Case(*whens, default=Value(None), output_field=IntegerField())


# --- deductions and bonuses ---------------------------------------------------------------------------------------------------------
def _write_marked(month: Month, lines: dict[tuple[int, str], ScoreLine], indicators: list) -> None:
    import pandas as pd  # noqa: PLC0415 - heavy; only the builder needs it

    found = [
        (unit, indicator.code, *values)
        for indicator in indicators
        for queryset in indicator.collect(month)
        for unit, *values in queryset.values_list("row_unit", *NAMES)
        if (unit, indicator.code) in lines
    ]
    table = pd.DataFrame(found, columns=["unit", "code", *COLUMNS], dtype=object)
    if table.empty:
        return
    _weigh(table, month, lines)
    table = table[table["amount"] != 0].sort_values(["weight", "order", "finding", "event_key"], ascending=[False, True, True, True], kind="stable")
    table = table.drop_duplicates(["unit", "event_key"])
    _store([_row(each, lines) for each in zip(*(table[name] for name in ("unit", "code", "amount", *COLUMNS)), strict=True)])


def _weigh(table, month: Month, lines: dict[tuple[int, str], ScoreLine]) -> None:
    """Amount of each row; an event that several rules name is kept for the heaviest, unless a rule stacks (domain 6.2)."""
    each = [lines[key] for key in zip(table["unit"], table["code"], strict=True)]
    overdue = table["code"] == "overdue"
    table["units"] = [
        marks.overdue_units(due, done, start=month.start, end=month.end) if is_overdue else units
        for due, done, units, is_overdue in zip(table["due_at"], table["done_at"], table["units"], overdue, strict=True)
    ]
    table["amount"] = [_amount(line, units) for line, units in zip(each, table["units"], strict=True)]
    table["event_key"] = [f"{line.indicator}:{key}" if line.stacks else key for line, key in zip(each, table["event_key"], strict=True)]
    table["weight"] = table["amount"].abs()
    table["order"] = [line.position for line in each]


def _amount(line: ScoreLine, units: int) -> int:
    mark = min(line.per_event * units, line.cap_per_item) if line.cap_per_item is not None else line.per_event * units
    return mark if line.definition.shape == Shape.BONUS else -mark


STORED = ("scorecard_id", "line_id", "amount", *(KEYS.get(name, name) for name in COLUMNS))


def _row(values: tuple, lines: dict[tuple[int, str], ScoreLine]) -> tuple:
    unit, code, *rest = values
    line = lines[unit, code]
    return (line.scorecard_id, line.pk, *rest)


def _store(found: list[tuple]) -> None:
    """COPY on PostgreSQL, many times faster than INSERT with parameters; the ORM elsewhere."""
    if connection.vendor != "postgresql":
        ScoreRow.objects.bulk_create((ScoreRow(**dict(zip(STORED, values, strict=True))) for values in found), batch_size=2000)
        return
    lines = io.StringIO()
    csv.writer(lines).writerows([NULL if value is None else value for value in values] for values in found)
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY {ScoreRow._meta.db_table} ({', '.join(STORED)}) FROM STDIN (FORMAT csv, NULL '{NULL}')", lines)


# --- figures ------------------------------------------------------------------------------------------------------------------------
def counts(cards: list[int]) -> dict[int, dict]:
    """Line → hits, rows and marks, and the rows by reason, counted by the database over the rows just written."""
    hit = Count("pk", filter=Q(is_hit=Value(True, output_field=BooleanField())))
    grouped = ScoreRow.objects.filter(scorecard_id__in=cards).order_by().values("line_id", "reason")
    found: dict[int, dict] = {}
    for each in grouped.annotate(hits=hit, total=Count("pk"), amount=Sum("amount")):
        line = found.setdefault(each["line_id"], {"hits": 0, "total": 0, "amount": 0, "reasons": {}})
        line["reasons"][each["reason"]] = each["total"]
        for name in ("hits", "total", "amount"):
            line[name] += each[name]
    return found
