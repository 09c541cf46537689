"""Search over bigrams: a GIN index on PostgreSQL, FTS5 on SQLite (both made by migration 0002); two-character words are found by index."""

from django.db import connections
from django.db.models import BooleanField
from django.db.models.expressions import Func, RawSQL, Value

from common import bigrams


def text_of(finding) -> str:
    """What ``search_text`` holds: tokens of number, text, place, type, field and superior's number."""
    grid = finding.grid.name if finding.grid_id else ""
    words = (finding.number, finding.text, finding.address, finding.problem_type.name, finding.field.name, grid, finding.superior_number)
    return " ".join(bigrams.tokens(" ".join(word for word in words if word)))


def matching(queryset, words):
    """Rows of ``queryset`` in which all tokens of ``words`` occur; everything when ``words`` has no token."""
    tokens = bigrams.query_tokens(words)
    if not tokens:
        return queryset
    if connections[queryset.db].vendor == "postgresql":
        return queryset.filter(_tsvector_match(tokens))
    return queryset.filter(pk__in=RawSQL("SELECT rowid FROM finding_search WHERE finding_search MATCH %s", [_fts5_query(tokens)]))


def _tsvector_match(tokens):
    template = "to_tsvector('simple', \"inspections_finding\".\"search_text\") @@ to_tsquery('simple', %(expressions)s)"
    return Func(Value(" & ".join(f"'{token}'" for token in tokens)), template=template, output_field=BooleanField())


def _fts5_query(tokens) -> str:
    return " AND ".join(f'"{token}"' for token in tokens)
