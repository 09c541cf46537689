"""A table of units and their figures ranked by one method, as a bulletin prints it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from scorecards.methods import change, combining, ranking
from scorecards.methods.rounding import rounded
from scorecards.methods.words import OF_RANKS, Method, What

Figures = list[Decimal | None]


@dataclass(frozen=True)
class Measure:
    """One figure of each unit: a column of this period and, with ``last``, one of the last."""

    key: str
    title: str
    last: str = ""
    what: str = ""
    """``words.What``, where a rule must know it."""
    ascending: bool = True
    """The smaller, the better."""
    is_percent: bool = False


@dataclass(frozen=True)
class Entry:
    """A unit with its figures by the key of their measure."""

    name: str
    group: str = ""
    this: dict[str, Decimal | None] = field(default_factory=dict)
    last: dict[str, Decimal | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Term:
    """What a mean is made of: a measure, or the change rate of one, and its weight."""

    key: str
    is_change: bool = False
    weight: Decimal = Decimal(1)


@dataclass(frozen=True)
class Settings:
    """``figure_places``: of the figures given (None: as given); ``places``: of what is worked out (None: not rounded)."""

    method: Method
    column: str = ""
    terms: tuple[Term, ...] = ()
    figure_places: int | None = None
    places: int | None = 2
    round_first: bool = True
    breaks_ties: bool = False
    by_group: bool = False
    best: int = 0
    worst: int = 0
    spares_grade_two: bool = False


@dataclass(frozen=True)
class Standing:
    """``parts``: ranks of the terms of a mean of ranks; ``changes``: measure → change rate, raw sign."""

    entry: Entry
    rank: int | None
    tied: bool
    value: Decimal | None
    parts: tuple[int | None, ...]
    changes: dict[str, Decimal | None]


@dataclass(frozen=True)
class Group:
    name: str
    standings: list[Standing]
    best: list[Standing]
    worst: list[Standing]
    spared: list[Standing]
    """Who meets grade II in all items and would else stand in ``worst``."""


@dataclass
class Bulletin:
    """Works the table out. Ranks are made on rounded figures or on exact ones; what is shown is rounded either way."""

    measures: Sequence[Measure]
    entries: Sequence[Entry]
    settings: Settings

    def groups(self) -> list[Group]:
        standings = self.standings()
        mine = {name: [each for each, group in zip(standings, self._groups, strict=True) if group == name] for name in self._groups}
        return [self._group(name, members) for name, members in mine.items()]

    def standings(self) -> list[Standing]:
        """In the order of the table."""
        parts = [self._ranked(self._term(term, self._rank_places), ascending=self._ascending(term)) for term in self.rank_terms]
        values = self._values(self._rank_places, parts)
        ranks = self._ranked(values, ascending=self._smaller_is_better, ties_by=self._ties_by())
        tied = ranking.inside(self._groups, lambda places: ranking.tied([ranks[place] for place in places]))
        shown = self._values(lambda places: places, parts)
        changes = {measure.key: self._changes(measure, self.settings.places) for measure in self.measures if measure.last}
        return [
            Standing(
                entry,
                ranks[place],
                tied[place],
                shown[place],
                tuple(part[place] for part in parts),
                {key: rates[place] for key, rates in changes.items()},
            )
            for place, entry in enumerate(self.entries)
        ]

    # --- figures ------------------------------------------------------------------------------------------------------------------------
    def _rank_places(self, places: int | None) -> int | None:
        return places if self.settings.round_first else None

    def _given(self, key: str, places: int | None) -> Figures:
        found = [entry.this.get(key) for entry in self.entries]
        return found if places is None else [None if value is None else rounded(value, places) for value in found]

    def _changes(self, measure: Measure, places: int | None) -> Figures:
        return [change.change_rate(entry.this.get(measure.key), entry.last.get(measure.key), places=places) for entry in self.entries]

    def _term(self, term: Term, places: Callable[[int | None], int | None]) -> Figures:
        if term.is_change:
            return self._changes(self._measure(term.key), places(self.settings.places))
        return self._given(term.key, places(self.settings.figure_places))

    def _values(self, places: Callable[[int | None], int | None], parts: list[list[int | None]]) -> Figures:
        """What the table is ranked by, one figure for each unit."""
        settings = self.settings
        to = places(settings.places)
        match settings.method:
            case Method.FIGURE | Method.CHANGE:
                return self._term(Term(settings.column, is_change=settings.method == Method.CHANGE), places)
            case Method.MEAN | Method.WEIGHTED:
                weights = [term.weight if settings.method == Method.WEIGHTED else 1 for term in settings.terms]
                return [combining.weighted_mean(each, weights, places=to) for each in self._across(parts)]
            case Method.SUM:
                figures = [self._given(term.key, places(settings.figure_places)) for term in settings.terms]
                return [combining.weighted_mean(each, [term.weight for term in settings.terms], places=to) for each in self._across(figures)]
        factors = combining.TWO_FACTORS if settings.method == Method.TWO_FACTOR else tuple(combining.GRADE_TWO)
        limits = {name: combining.GRADE_TWO[name] for name in factors}
        each = 2 if settings.method == Method.SIX_FACTOR else None
        return [combining.summed_index(self._items(entry), limits, places=to, each=each) for entry in self.entries]

    def _across(self, columns: list) -> list[list]:
        return [[column[place] for column in columns] for place in range(len(self.entries))]

    def _items(self, entry: Entry) -> dict[str, Decimal | None]:
        """The pollutants of a unit by what they are; of several columns of one, the first."""
        return {measure.what: entry.this.get(measure.key) for measure in reversed(self.measures) if measure.what in combining.GRADE_TWO}

    def _measure(self, key: str) -> Measure:
        return next(measure for measure in self.measures if measure.key == key)

    # --- ranks --------------------------------------------------------------------------------------------------------------------------
    @property
    def rank_terms(self) -> tuple[Term, ...]:
        return self.settings.terms if self.settings.method in OF_RANKS else ()

    def _ascending(self, term: Term) -> bool:
        return self._measure(term.key).ascending

    @property
    def _smaller_is_better(self) -> bool:
        """Of the figure of the method: means of ranks and indexes are, a column says so itself; a mean of figures goes by its first."""
        if self.settings.method in (Method.FIGURE, Method.CHANGE):
            return self._measure(self.settings.column).ascending
        return self._ascending(self.settings.terms[0]) if self.settings.method == Method.SUM else True

    def _ties_by(self) -> list[tuple[Figures, bool]]:
        if not self.settings.breaks_ties:
            return []
        known = {measure.what: measure.key for measure in reversed(self.measures)}
        wanted = ((What.GOOD_DAYS, False), (What.PM25, True))
        return [(self._given(known[what], None), ascending) for what, ascending in wanted if what in known]

    def _ranked(self, values: Figures, *, ascending: bool, ties_by: Sequence[tuple[Figures, bool]] = ()) -> list[int | None]:
        def rank(places: list[int]) -> list[int | None]:
            mine = [([figures[place] for place in places], smaller) for figures, smaller in ties_by]
            return ranking.ranks([values[place] for place in places], ascending=ascending, ties_by=mine)

        return ranking.inside(self._groups, rank)

    @cached_property
    def _groups(self) -> list[str]:
        return [entry.group if self.settings.by_group else "" for entry in self.entries]

    # --- lists --------------------------------------------------------------------------------------------------------------------------
    def _group(self, name: str, standings: list[Standing]) -> Group:
        ranks = [each.rank for each in standings]
        met = {place for place, each in enumerate(standings) if combining.meets_grade_two(self._items(each.entry))}
        spared = met if self.settings.spares_grade_two else set()
        last = ranking.worst(ranks, self.settings.worst, spared=spared)
        without = [place for place in ranking.worst(ranks, self.settings.worst) if place in spared]
        first = ranking.best(ranks, self.settings.best)
        in_order = sorted(range(len(standings)), key=lambda place: (ranks[place] is None, ranks[place] or 0, place))
        return Group(name, *([standings[place] for place in places] for places in (in_order, first, last, without)))
