"""Rows into the database, which finds, weighs and copies them itself: none of them passes through Python."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, Model, QuerySet

from scorecards.indicators import INDICATORS, Month, Shape
from scorecards.indicators.checks import CheckThen
from scorecards.indicators.frozen import frozen
from scorecards.indicators.ground import FindingThen
from scorecards.indicators.rows import COLUMNS, MARKED, columns
from scorecards.indicators.standing import TaskThen
from scorecards.models import Adjustment, ScoreLine, ScoreRow
from scorecards.words import Kind, Part, Reason

KEYS = {name: f"{name}_id" for name in ("finding", "task", "visit", "site", "grid", "field", "reconciliation")}
TABLE = ScoreRow._meta.db_table


@dataclass(frozen=True)
class Statement:
    sql: str
    parameters: tuple = ()

    def run(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.parameters)


def give_room() -> None:
    """For this transaction only: sorting and hashing in memory, both cores for what can be shared, and no compiling, which takes longer than running."""
    if connection.vendor == "postgresql":
        Statement(
            "SET LOCAL jit = off; SET LOCAL work_mem = '128MB'; SET LOCAL parallel_tuple_cost = 0.01; SET LOCAL parallel_setup_cost = 100"
        ).run()


def write_rows(month: Month, lines: Iterable[ScoreLine]) -> None:
    """Rows of every line that has rows of its own."""
    found = lines_with_rows(lines)
    marked = marked_lines(found)
    with frozen(month, FindingThen, TaskThen, CheckThen):
        for code, each in found.items():
            if code not in marked:
                for queryset in INDICATORS[code].collect(month):
                    _copy(queryset, each)
        for statement in _weigh(month, marked, STORED):
            statement.run()


def lines_with_rows(lines: Iterable[ScoreLine]) -> dict[str, list[ScoreLine]]:
    """By indicator; lines of grids only look at the rows of units."""
    found: dict[str, list[ScoreLine]] = {}
    for line in lines:
        if line.definition.collect and line.scorecard.scheme.kind != Kind.GRID:
            found.setdefault(line.indicator, []).append(line)
    return found


def marked_lines(found: dict[str, list[ScoreLine]]) -> dict[str, list[ScoreLine]]:
    return {code: each for code, each in found.items() if INDICATORS[code].is_marked}


# --- rates --------------------------------------------------------------------------------------------------------------------------
def _copy(queryset: QuerySet, lines: list[ScoreLine]) -> None:
    """INSERT … SELECT of the rows of the units that have such a line."""
    names = columns(queryset)
    targets = ", ".join(["scorecard_id", "line_id", *(KEYS.get(name, name) for name in names)])
    places = _values((line.scorecard.organisation_id, line.scorecard_id, line.pk) for line in lines)
    picked = ", ".join(f"found.{name}" for name in names)
    for found in _select(queryset, names):
        sql = f"""
            WITH place (unit, card, line) AS ({places})
            INSERT INTO {TABLE} ({targets})
            SELECT place.card, place.line, {picked} FROM ({found.sql}) AS found JOIN place ON place.unit = found.unit
        """
        Statement(sql, found.parameters).run()


def _select(queryset: QuerySet, names: Iterable[str], *, code: str = "") -> list[Statement]:
    """The queryset with plain names and, on PostgreSQL, with types: an empty column has none of its own. Nothing when it can have no rows."""
    try:
        sql, parameters = queryset.values_list("row_unit", *(f"row_{name}" for name in names)).query.sql_with_params()
    except EmptyResultSet:
        return []
    typed = "CAST({} AS {})" if connection.vendor == "postgresql" else "{}"
    listed = [f"{typed.format(f'each.row_{name}', COLUMNS[name])} AS {name}" for name in names]
    unit = f"{typed.format('each.row_unit', 'bigint')} AS unit"
    marker = [f"'{code}' AS code"] if code else []
    return [Statement(f"SELECT {', '.join([unit, *marker, *listed])} FROM ({sql}{_once()}) AS each", parameters)]


def _once() -> str:
    """PostgreSQL would put the expressions themselves into every place that names their column, and work each out several times a row."""
    return " OFFSET 0" if connection.vendor == "postgresql" else ""


def _as_bytes() -> str:
    """Event keys in the order of their bytes, not of a language, which takes three times as long to compare."""
    return ' COLLATE "C"' if connection.vendor == "postgresql" else ""


def _values(rows: Iterable[tuple]) -> str:
    """A list of rows of numbers and codes of ours."""
    return "VALUES " + ", ".join(f"({', '.join('NULL' if value is None else repr(value) for value in row)})" for row in rows)


# --- deductions and bonuses ---------------------------------------------------------------------------------------------------------
NO_CAP = 10**9
WEIGHED = """
WITH rule (unit, code, card, line, mark, counts, most, place, prefix) AS ({rules}),
found AS ({found}),
weighed AS (
  SELECT rule.card, rule.line, rule.place, CASE WHEN rule.mark < 0 THEN -rule.counts ELSE rule.counts END AS direction, {columns},
    CASE WHEN abs(rule.mark) * found.units > rule.most THEN rule.most ELSE abs(rule.mark) * found.units END AS weight,
    rule.prefix || found.event_key AS event
  FROM found JOIN rule ON rule.unit = found.unit AND rule.code = found.code
),
chosen AS (
  SELECT *, row_number() OVER (PARTITION BY card, event{as_bytes} ORDER BY weight DESC, place, finding, task, at) AS standing FROM weighed WHERE weight > 0
)
"""
STORED = """
INSERT INTO {table} (scorecard_id, line_id, amount, event_key, {targets})
SELECT card, line, direction * weight, event, {columns_only} FROM chosen WHERE standing = 1
"""
LOOKED_AT = "SELECT line, event, direction * weight FROM chosen WHERE standing = 1"


def weighed(month: Month, marked: dict[str, list[ScoreLine]]) -> list[tuple[int, str, int]]:
    """(line, event, marks) of the rows that the lines would get; none is written."""
    found: list[tuple[int, str, int]] = []
    with frozen(month, FindingThen, TaskThen), connection.cursor() as cursor:
        for statement in _weigh(month, marked, LOOKED_AT):
            cursor.execute(statement.sql, statement.parameters)
            found += cursor.fetchall()
    return found


def _weigh(month: Month, marked: dict[str, list[ScoreLine]], then: str) -> list[Statement]:
    """An event that several rules name is marked once, by the heaviest, unless a rule stacks (domain 6.2). Nothing when there can be no rows.

    A line for information names its events, takes nothing for them and takes none from a line that does.
    """
    found = [part for code in marked for queryset in INDICATORS[code].collect(month) for part in _select(queryset, MARKED, code=code)]
    if not found:
        return []
    kept = [name for name in MARKED if name != "event_key"]
    sql = (WEIGHED + then).format(
        rules=_values(_rule(line) for lines in marked.values() for line in lines),
        found=" UNION ALL ".join(each.sql for each in found),
        columns=", ".join(f"found.{name}" for name in kept),
        columns_only=", ".join(kept),
        as_bytes=_as_bytes(),
        targets=", ".join(KEYS.get(name, name) for name in kept),
        table=TABLE,
    )
    return [Statement(sql, tuple(value for each in found for value in each.parameters))]


def _rule(line: ScoreLine) -> tuple:
    sign = 1 if line.definition.shape == Shape.BONUS else -1
    most = NO_CAP if line.cap_per_item is None else line.cap_per_item
    counts = line.part != Part.INFORMATION
    prefix = f"{line.indicator}:" if line.stacks or not counts or not line.scorecard.scheme.marks_once else ""
    card = line.scorecard
    return card.organisation_id, line.indicator, card.pk, line.pk, sign * line.per_event, int(counts), most, line.position, prefix


# --- figures of lines and cards -----------------------------------------------------------------------------------------------------
def save_fields(rows: Sequence[Model], names: Container[str]) -> None:
    """Of all rows in one list of values; Django writes a condition a row and field, which takes three times as long."""
    if not rows:
        return
    table, key = rows[0]._meta.db_table, rows[0]._meta.pk
    named = [field for field in rows[0]._meta.local_concrete_fields if field.name in names]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in (key, *named)]
    one = f"({', '.join(['%s'] * (len(named) + 1))})"
    sql = f"""
        WITH found (id, {", ".join(field.column for field in named)}) AS (VALUES {", ".join([one] * len(rows))})
        UPDATE {table} SET {", ".join(f"{field.column} = {_typed(field)}" for field in named)} FROM found WHERE {table}.id = found.id
    """
    Statement(sql, tuple(values)).run()


def _typed(field: Field) -> str:
    """To PostgreSQL values of a list are text when they are quoted, and when all are empty."""
    return f"CAST(found.{field.column} AS {field.cast_db_type(connection)})" if connection.vendor == "postgresql" else f"found.{field.column}"


# --- what people decided ------------------------------------------------------------------------------------------------------------
def take_back(granted: dict[tuple[int, str], int]) -> None:
    """Marks of upheld appeals: reduced, and no longer counted when nothing is left of them. ``granted``: (card, event) → hundredths."""
    rows = ScoreRow.objects.filter(
        scorecard_id__in={card for card, _event in granted}, event_key__in={event for _card, event in granted}, amount__lt=0
    )
    found = [row for row in rows if (row.scorecard_id, row.event_key) in granted]
    for row in found:
        row.granted = min(granted[row.scorecard_id, row.event_key], -row.amount)
        row.amount += row.granted
        row.is_hit = row.amount != 0
    ScoreRow.objects.bulk_update(found, ["granted", "amount", "is_hit"])


def write_entries(entries: list[tuple[Adjustment, ScoreLine]]) -> None:
    ScoreRow.objects.bulk_create(
        ScoreRow(
            scorecard_id=line.scorecard_id,
            line=line,
            adjustment=entry,
            amount=entry.amount,
            reason=Reason.ENTRY,
            at=entry.signed_at,
            event_key=f"entry:{entry.pk}",
        )
        for entry, line in entries
    )
