"""Marks of air lines, from what they rest on: their own target and last year, or their place among those of one scheme."""

from collections import defaultdict
from collections.abc import Iterable

from scorecards import marks
from scorecards.indicators.air import Air, Way
from scorecards.models import ScoreLine
from scorecards.words import LineState, NoAir, Part


def mark(lines: Iterable[ScoreLine]) -> None:
    """``state`` and ``points`` of those that are of air; of ranks also ``rank`` and ``of`` in what they rest on."""
    of_scheme = defaultdict(list)
    for line in lines:
        if line.definition.air:
            of_scheme[line.scorecard.scheme_id, line.indicator].append(line)
    for group in of_scheme.values():
        _place(group)
        for line in group:
            line.state, line.points = _marked(line)


def _place(group: list[ScoreLine]) -> None:
    air: Air = group[0].definition.air
    if air.is_rank:
        places = marks.ranks([_standing(line.air or {}, air) for line in group])
        for line, rank in zip(group, places, strict=True):
            line.air = (line.air or {}) | {"rank": rank, "of": sum(place is not None for place in places)}


def _standing(found: dict, air: Air) -> int | None:
    """More is better."""
    value = None if found.get("why") else found.get("change" if air.way == Way.CHANGE_RANK else "measured")
    return value if value is None or air.measure.more_is_better else -value


def _marked(line: ScoreLine) -> tuple[LineState, int | None]:
    found = line.air or {"why": NoAir.NO_STATION.value}
    if line.part == Part.INFORMATION:
        return (LineState.INFORMATION if found.get("measured") is not None else LineState.NO_DATA), None
    return (LineState.NO_DATA, None) if found["why"] else (LineState.COUNTED, points(line, found))


def points(line: ScoreLine, found: dict) -> int:
    air: Air = line.definition.air
    kind = {"more_is_better": air.measure.more_is_better, "in_points": air.measure.in_points}
    if air.is_rank:
        return marks.of_rank(line.full, found["rank"], found["of"])
    if air.way == Way.CHANGE:
        return marks.of_change(line.full, found["measured"], found["before"], wanted=line.threshold or 0, slope=line.slope, **kind)
    return marks.of_target(line.full, found["measured"], found["aim"], found["before"], slope=line.slope, **kind)
