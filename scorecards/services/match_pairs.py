"""Which row of ours a row of a list from above means: by the superior's number, else by near-equal words at the same place and time.

Near-equal is the share of common pairs of characters (Dice). Whatever could as well be another row is left to a person.
"""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from common import bigrams, clock
from inspections.models import Finding
from inspections.words import FROM_ABOVE, FindingState
from scorecards.models import ListMatch, MatchRow
from sheets.cells import choice_key

ALIKE, ALIKE_AT_PLACE = 0.55, 0.35
SAME_PLACE, OTHER_PLACE = 0.6, 0.3
NEAR, AT_MOST = dt.timedelta(days=3), dt.timedelta(days=15)
AROUND = dt.timedelta(days=45)
MARGIN = 5
"""Points of likeness by which the best must lead; otherwise a person decides."""
LOOKED_AT = 20
COMMON = 0.05
"""A pair in more than this share of the rows says nothing about any of them."""
FEW = 40
GONE = (FindingState.REJECTED, FindingState.VOID)
FIGURES = re.compile(r"\d+")
COLUMNS = ("pk", "number", "superior_number", "text", "address", "captured_at", "received_at", "merged_into_id", "state")


@dataclass(frozen=True)
class Own:
    """A row of ours as it is compared."""

    pk: int
    text: str
    place: str
    days: tuple[dt.date, ...]
    pairs: frozenset = field(compare=False)


def pairs(text: str) -> frozenset:
    """Pairs of characters, and whole words and figures: 3号院 and 5号院 differ by one."""
    return frozenset(token for token in bigrams.tokens(text) if len(token) > 1 or token.isascii())


def dice(a: frozenset, b: frozenset) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


class Pool:
    """Our rows a list may mean; ``by_number`` of the whole ledger, the words of those from above around the list's days."""

    def __init__(self, match: ListMatch, rows: Iterable[MatchRow]):
        days = [row.ordered_on for row in rows if row.ordered_on]
        ledger = Finding.objects.filter(district_id=match.district_id, is_sealed=False).exclude(state__in=GONE)
        self.by_number = self._numbers(ledger)
        around = ledger.filter(source__in=FROM_ABOVE | {match.source}, merged_into=None)
        if days:
            around = around.filter(received_at__gte=clock.at(min(days) - AROUND), received_at__lt=clock.at(max(days) + AROUND))
        self.rows = [_own(values) for values in around.order_by("pk").values(*COLUMNS).iterator(chunk_size=5_000)]
        self.places: dict[str, list[int]] = defaultdict(list)
        for index, own in enumerate(self.rows):
            for pair in own.pairs:
                self.places[pair].append(index)

    @staticmethod
    def _numbers(ledger) -> dict[str, int]:
        found: dict[str, int] = {}
        numbered = ledger.order_by("-pk").values_list("pk", "merged_into_id", "number", "superior_number")
        for pk, merged_into, number, superior in numbered.iterator(chunk_size=5_000):
            for written in (number, superior):
                if written:
                    found[choice_key(written)] = merged_into or pk
        return found

    def likely(self, row: MatchRow, *, free: Callable[[int], bool] = lambda pk: True) -> list[tuple[int, Own]]:
        """Rows of ours that ``row`` may mean with their likeness in points, the likeliest first."""
        shared: Counter[int] = Counter()
        wanted = pairs(f"{row.text} {row.address}")
        limit = max(FEW, int(len(self.rows) * COMMON))
        for pair in wanted:
            if len(self.places.get(pair, ())) <= limit:
                shared.update(self.places.get(pair, ()))
        near = [self.rows[index] for index, _n in shared.most_common(LOOKED_AT)]
        scored = [(points, own) for own in near if free(own.pk) and (points := likeness(row, own))]
        return sorted(scored, key=lambda each: (-each[0], each[1].pk))


def _own(values: dict) -> Own:
    days = tuple(clock.beijing(values[name]).date() for name in ("captured_at", "received_at"))
    return Own(values["pk"], values["text"], values["address"], days, pairs(f"{values['text']} {values['address']}"))


def likeness(row: MatchRow, own: Own) -> int:
    """Points of a hundred; 0 when place, day or the figures in the words speak against it."""
    words = dice(pairs(row.text), pairs(own.text))
    place = _place(row, own)
    apart = min((abs(row.ordered_on - day) for day in own.days), default=None) if row.ordered_on else None
    if (place is not None and place < OTHER_PLACE) or (apart is not None and apart > AT_MOST) or _other_figures(row, own):
        return 0
    at_place = place is not None and place >= SAME_PLACE and (apart is None or apart <= NEAR)
    if words < (ALIKE_AT_PLACE if at_place else ALIKE):
        return 0
    closeness = 1 - apart / AT_MOST if apart is not None else 0.5
    return round(60 * words + 30 * (words if place is None else place) + 10 * closeness)


def _place(row: MatchRow, own: Own) -> float | None:
    """How much of the place named above is in ours, wherever it was written; None when one side names none."""
    wanted = pairs(row.address)
    return len(wanted & own.pairs) / len(wanted) if wanted and own.place else None


def _other_figures(row: MatchRow, own: Own) -> bool:
    """3号院 is not 5号院, however alike the rest is."""
    mine, theirs = (set(FIGURES.findall(bigrams.fold(text))) for text in (f"{row.text} {row.address}", f"{own.text} {own.place}"))
    return bool(mine and theirs and not mine & theirs)


def pair(rows: list[MatchRow], pool: Pool, *, tick: Callable[[int], None] | None = None) -> None:
    """Set ``finding_id``, ``how``, ``likeness`` of the rows that mean one of ours. What is set already (by hand) stays."""
    for row in rows:
        if not row.how and (found := pool.by_number.get(choice_key(row.superior_number)) if row.superior_number else None):
            row.finding_id, row.how, row.likeness = found, "number", 100
    taken = {row.finding_id for row in rows if row.finding_id}
    proposed = []
    for n, row in enumerate(rows, 1):
        if not row.how and (best := _best(row, pool, taken)):
            proposed.append((best[0], -n, row, best[1]))
        if tick and n % 200 == 0:
            tick(n)
    for points, _n, row, own in sorted(proposed, key=lambda each: each[:2], reverse=True):
        if own.pk not in taken:
            taken.add(own.pk)
            row.finding_id, row.how, row.likeness = own.pk, "text", points


def _best(row: MatchRow, pool: Pool, taken: set[int]) -> tuple[int, Own] | None:
    likely = pool.likely(row, free=lambda pk: pk not in taken)
    if not likely or (len(likely) > 1 and likely[0][0] - likely[1][0] < MARGIN):
        return None
    return likely[0]
