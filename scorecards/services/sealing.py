"""Digest of a card: its figures and every row behind them. The same on PostgreSQL, which hashes the rows itself, and on SQLite."""

import datetime as dt
import hashlib
from collections import defaultdict

from django.db import connection

from audit import canonical
from scorecards.models import Scorecard, ScoreLine, ScoreRow
from scorecards.models.schemes import COPIED

IDS = ("finding", "task", "visit", "site", "grid", "field", "reconciliation", "adjustment")
FACTS = (*(f"{name}_id" for name in IDS), "flags", "is_hit", "amount", "granted", "reason", "units", "event_key", "due_at", "done_at")
OF_AIR = ("station_id", "value", "source", "at")
"""Facts that only rows of air have at their end, so that all others read as they always have."""
SINCE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""From when PostgreSQL counts the microseconds of a moment."""
WORDS = {"is_hit": "is_hit::int", "due_at": "encode(timestamptz_send(due_at), 'hex')", "done_at": "encode(timestamptz_send(done_at), 'hex')"}
AIR_IN_POSTGRES = (
    "CASE WHEN station_id IS NOT NULL THEN format('|%%s|%%s|%%s|%%s', station_id, value, source, encode(timestamptz_send(at), 'hex')) END"
)
IN_POSTGRES = f"""
SELECT line_id, encode(sha256(convert_to(string_agg(facts, E'\\n'), 'UTF8')), 'hex')
FROM (SELECT line_id, format('{"|".join(["%%s"] * len(FACTS))}%%s', {", ".join(WORDS.get(name, name) for name in FACTS)}, {AIR_IN_POSTGRES}) COLLATE "C" AS facts
      FROM scorecards_scorerow WHERE scorecard_id = ANY(%s) ORDER BY line_id, finding_id, task_id, facts) AS row
GROUP BY line_id
"""
"""Put in order before they are joined, which both cores do together; an ORDER BY within ``string_agg`` is the work of one."""


def seal(cards: list[Scorecard], lines: list[ScoreLine]) -> None:
    """The digest of each card; ``lines`` are those of all cards of a month, because grids and headquarters rest on the rows of units."""
    rows, mine, of_key = digests_of_rows([card.pk for card in cards]), defaultdict(list), {card.pk: card for card in cards}
    for line in lines:
        line.scorecard = of_key[line.scorecard_id]
    seen = _seen_by_others(lines, rows)
    for line in sorted(lines, key=lambda line: line.indicator):
        of_rows = seen.get(line.definition.base or line.indicator, "") if line.is_view else rows.get(line.pk, "")
        mine[line.scorecard_id].append([*_figures(line), of_rows])
    for card in cards:
        figures = [card.month, card.organisation_id, card.grid_id, card.scheme_id, card.obtained, card.counted, card.share, card.rank, card.grade]
        card.digest = canonical.digest(canonical.dumps([[*figures, card.unranked], *mine[card.pk]]))


def _seen_by_others(lines: list[ScoreLine], rows: dict[int, str]) -> dict[str, str]:
    """Indicator → digest over the rows of all units that have it."""
    found = defaultdict(list)
    for line in lines:
        if not line.is_view:
            found[line.indicator].append([line.scorecard.organisation_id, rows.get(line.pk, "")])
    return {code: canonical.digest(canonical.dumps(sorted(each))) for code, each in found.items()}


def _figures(line: ScoreLine) -> list:
    figures = [getattr(line, name) for name in (*COPIED, "state", "numerator", "denominator", "points")]
    return figures if line.air is None else [*figures, line.air]


def digests_of_rows(cards: list[int]) -> dict[int, str]:
    """Line → SHA-256 of its rows, in an order of their own."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(IN_POSTGRES, [cards])
            return dict(cursor.fetchall())
    return digests_in_python(cards)


def digests_in_python(cards: list[int]) -> dict[int, str]:
    texts = defaultdict(list)
    for line_id, *given in ScoreRow.objects.filter(scorecard_id__in=cards).values_list("line_id", *FACTS, *OF_AIR).iterator(chunk_size=20_000):
        facts, of_air = given[: len(FACTS)], given[len(FACTS) :]
        written = facts if of_air[0] is None else given
        texts[line_id].append(([_place(key) for key in facts[:2]], "|".join(map(_text, written))))
    return {line_id: hashlib.sha256("\n".join(text for _places, text in sorted(each)).encode()).hexdigest() for line_id, each in texts.items()}


def _place(key: int | None) -> tuple[bool, int]:
    """Nothing stands last."""
    return key is None, key or 0


def _text(value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case dt.datetime():
            return ((value - SINCE) // dt.timedelta(microseconds=1)).to_bytes(8, signed=True).hex()
    return str(value)
