"""Digest of a card: its figures and every row behind them. The same on PostgreSQL, which hashes the rows itself, and on SQLite."""

import datetime as dt
import hashlib
from collections import defaultdict

from django.db import connection

from audit import canonical
from scorecards.models import Scorecard, ScoreLine, ScoreRow

COPIED = ("part", "indicator", "full", "per_event", "cap_per_item", "cap", "stacks", "position")
"""What a card's line takes over from its scheme."""
FACTS = ("finding_id", "task_id", "is_hit", "amount", "reason", "units", "event_key", "due_at", "done_at")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
IN_POSTGRES = """
SELECT line_id, encode(sha256(convert_to(string_agg(facts, E'\\n' ORDER BY facts COLLATE "C"), 'UTF8')), 'hex')
FROM (SELECT line_id, concat(finding_id, '|', task_id, '|', is_hit::int, '|', amount, '|', reason, '|', units, '|', event_key, '|',
             (extract(epoch FROM due_at) * 1000000)::bigint, '|', (extract(epoch FROM done_at) * 1000000)::bigint) AS facts
      FROM scorecards_scorerow WHERE scorecard_id = ANY(%s)) AS row
GROUP BY line_id
"""


def seal(cards: list[Scorecard], lines: list[ScoreLine]) -> None:
    rows = digests_of_rows([card.pk for card in cards])
    for card in cards:
        mine = sorted((line for line in lines if line.scorecard_id == card.pk), key=lambda line: line.indicator)
        figures = [card.month, card.organisation_id, card.scheme_id, card.obtained, card.counted, card.share, card.rank, card.grade]
        card.digest = canonical.digest(canonical.dumps([figures, *([*_figures(line), rows.get(line.pk, "")] for line in mine)]))


def _figures(line: ScoreLine) -> list:
    return [getattr(line, name) for name in (*COPIED, "state", "numerator", "denominator", "points")]


def digests_of_rows(cards: list[int]) -> dict[int, str]:
    """Line → SHA-256 of its rows, in an order of their own."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(IN_POSTGRES, [cards])
            return dict(cursor.fetchall())
    return digests_in_python(cards)


def digests_in_python(cards: list[int]) -> dict[int, str]:
    texts = defaultdict(list)
    for line_id, *facts in ScoreRow.objects.filter(scorecard_id__in=cards).values_list("line_id", *FACTS).iterator(chunk_size=20_000):
        texts[line_id].append("|".join(map(_text, facts)))
    return {line_id: hashlib.sha256("\n".join(sorted(each)).encode()).hexdigest() for line_id, each in texts.items()}


def _text(value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case dt.datetime():
            return str((value - EPOCH) // dt.timedelta(microseconds=1))
    return str(value)
