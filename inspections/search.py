"""Search over bigrams: a GIN index over a stored vector on PostgreSQL, FTS5 on SQLite (migrations 0002 and 0003); two-character words are found by index."""

from django.db import connections
from django.db.models import BooleanField
from django.db.models.expressions import Func, RawSQL, Value

from common import bigrams

FEW = 1_000
"""Up to so many rows a word counts as rare."""


def text_of(finding) -> str:
    """What ``search_text`` holds: tokens of number, text, address, type, field, grid and superior's number."""
    grid = finding.grid.name if finding.grid_id else ""
    words = (finding.number, finding.text, finding.address, finding.problem_type.name, finding.field.name, grid, finding.superior_number)
    return " ".join(bigrams.tokens(" ".join(word for word in words if word)))


def matching(queryset, words):
    """Rows of ``queryset`` in which all tokens of ``words`` occur; everything when ``words`` has no token."""
    tokens = bigrams.query_tokens(words)
    if not tokens:
        return queryset
    if connections[queryset.db].vendor == "postgresql":
        return _matching_postgresql(queryset, " & ".join(f"'{token}'" for token in tokens))
    return queryset.filter(pk__in=RawSQL("SELECT rowid FROM finding_search WHERE finding_search MATCH %s", [_fts5_query(tokens)]))


def _matching_postgresql(queryset, query: str):
    """Rare words by their rows; frequent ones by the condition, so that a list walks down its order and stops when its page is full.

    PostgreSQL cannot tell the two apart for words it keeps no statistics of: a number that one row has was looked for in every row.
    """
    with connections[queryset.db].cursor() as cursor:
        cursor.execute("SELECT id FROM inspections_finding WHERE search_vector @@ to_tsquery('simple', %s) LIMIT %s", [query, FEW + 1])
        found = [pk for (pk,) in cursor.fetchall()]
    if len(found) <= FEW:
        return queryset.filter(pk__in=found)
    template = '"inspections_finding"."search_vector" @@ to_tsquery(\'simple\', %(expressions)s)'
    return queryset.filter(Func(Value(query), template=template, output_field=BooleanField()))


def _fts5_query(tokens) -> str:
    return " AND ".join(f'"{token}"' for token in tokens)
