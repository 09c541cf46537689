"""What a month would look like with other figures in its scheme: worked out in memory by the functions of the build, nothing is stored."""

from copy import copy
from dataclasses import dataclass

from django.db import transaction

from scorecards.indicators import Month
from scorecards.models import Scorecard, ScoreLine
from scorecards.services import appeals, marking
from scorecards.services.counting import Heap, Heaps
from scorecards.services.writing import give_room, lines_with_rows, marked_lines, weighed
from scorecards.words import Grade


@dataclass(frozen=True)
class Outcome:
    obtained: int
    counted: int
    share: int | None
    rank: int | None
    grade: str

    @classmethod
    def of(cls, card: Scorecard) -> "Outcome":
        return cls(card.obtained, card.counted, card.share, card.rank, card.grade)

    @property
    def grade_label(self) -> str:
        return str(Grade(self.grade).label) if self.grade else ""


@dataclass(frozen=True)
class Move:
    """A unit as the month stands, and as it would."""

    card: Scorecard
    old: Outcome
    new: Outcome

    @property
    def moved(self) -> int:
        """Ranks gained (+) or lost."""
        return self.old.rank - self.new.rank if self.old.rank and self.new.rank else 0

    @property
    def rose(self) -> int:
        return max(0, self.moved)

    @property
    def fell(self) -> int:
        return max(0, -self.moved)

    @property
    def changed(self) -> bool:
        return self.old != self.new


@transaction.atomic
def try_out(cards: list[Scorecard], kind: str, *, grades: dict[str, int], figures: dict[str, dict]) -> list[Move]:
    """``cards``: all of one month of one district, with scheme, organisation and grid; ``grades``, ``figures`` as for ``schemes.revise``.

    Those of ``kind`` are worked out anew, in the order of their new ranks.
    """
    give_room()
    mine = [card for card in cards if card.scheme.kind == kind]
    old = {card.pk: Outcome.of(card) for card in mine}
    lines = _lines(cards, kind, figures=figures)
    _take_scheme(mine, grades=grades)
    month = Month(cards[0].month, cards[0].district_id, {card.organisation_id: card.scheme.kind for card in cards if card.organisation_id})
    marking.mark(mine, [line for line in lines if line.scorecard_id in old], month, heaps=_heaps(cards, lines, month))
    moves = [Move(card, old[card.pk], Outcome.of(card)) for card in mine]
    return sorted(moves, key=lambda move: (move.new.rank or len(moves) + 1, move.old.rank or 0, move.card.pk))


def _lines(cards: list[Scorecard], kind: str, *, figures: dict[str, dict]) -> list[ScoreLine]:
    """The lines of all cards, those of ``kind`` with the figures to be tried."""
    of_card = {card.pk: card for card in cards}
    lines = list(ScoreLine.objects.filter(scorecard__in=cards).order_by("scorecard_id", "position", "id"))
    for line in lines:
        line.scorecard = of_card[line.scorecard_id]
        if line.scorecard.scheme.kind == kind:
            line.state, line.points = ScoreLine().state, None
            for name, value in figures.get(line.indicator, {}).items():
                setattr(line, name, value)
    return lines


def _take_scheme(cards: list[Scorecard], *, grades: dict[str, int]) -> None:
    """A copy: the scheme itself stays as it is."""
    schemes = {card.scheme_id: copy(card.scheme) for card in cards}
    for scheme in schemes.values():
        for name, value in grades.items():
            setattr(scheme, name, value)
    for card in cards:
        card.scheme = schemes[card.scheme_id]


def _heaps(cards: list[Scorecard], lines: list[ScoreLine], month: Month) -> Heaps:
    """Stored rows, but for those that carry marks: these are found and weighed by the new figures."""
    heaps = Heaps(cards, month)
    marked = marked_lines(lines_with_rows(lines))
    of_line = {line.pk: line for found in marked.values() for line in found}
    for line in of_line.values():
        heaps.of_card.pop((line.indicator, line.scorecard_id), None)
    granted = appeals.granted(month.district_id, month.name)
    for pk, event, amount in weighed(month, marked):
        line = of_line[pk]
        left = min(0, amount + granted.get((line.scorecard.organisation_id, event), 0)) if amount < 0 else amount
        heaps.of_card[line.indicator, line.scorecard_id].append(Heap(flags=0, is_hit=left != 0 or amount == 0, count=1, amount=left))
    return heaps
