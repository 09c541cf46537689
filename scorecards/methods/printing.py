"""A ranked table as it is read: one shape for the page, the workbook and the CSV, so that they cannot differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from scorecards.methods import change
from scorecards.methods.bulletin import Bulletin, Group, Measure, Standing, Term
from scorecards.methods.rounding import places_of, rounded
from scorecards.methods.words import Method, Rounding, Sign, TieBreak
from sheets.writing import Col, Workbook, csv_bytes

MOST_PLACES = 4
KINDS = {0: "int", 1: "decimal1", 2: "decimal", 3: "decimal3", 4: "decimal4"}


@dataclass(frozen=True)
class Head:
    title: str
    places: int | None = None
    """Decimals of its figures; None: text."""

    @property
    def col(self) -> Col:
        return Col(self.title, max(9, min(24, 2 * len(self.title))), "text" if self.places is None else KINDS[self.places])


@dataclass(frozen=True)
class Column:
    head: Head
    values: dict[int, object]
    """By the identity of the standing."""


@dataclass(frozen=True)
class Listed:
    """A list cut off at a place: what was asked for, who stands in it, the sentence that says so."""

    label: str
    names: list[str]
    more: str = ""


@dataclass(frozen=True)
class Printed:
    """One group."""

    name: str
    heads: list[Head]
    rows: list[list]
    lists: list[Listed]

    @property
    def lines(self) -> list[list[tuple[Head, object]]]:
        """Each cell with the head of its column."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


class Sheet:
    """The columns of a bulletin and the rows of each group. Cells are texts, whole numbers, Decimals or None."""

    def __init__(self, bulletin: Bulletin, *, sign: str = Sign.RAW):
        self.bulletin, self.settings, self.sign = bulletin, bulletin.settings, sign
        self.groups_found = bulletin.groups()
        self.standings = [each for group in self.groups_found for each in group.standings]
        self.value = self._value()
        self.columns = list(self._columns())
        self.heads = [column.head for column in self.columns]
        self.groups = [self._printed(group) for group in self.groups_found]

    def _columns(self) -> Iterable[Column]:
        settings = self.settings
        yield self._whole(_("名次"), lambda each: each.rank)
        yield self._text(_("单位"), lambda each: each.entry.name)
        if any(each.entry.group for each in self.standings):
            yield self._text(_("组别"), lambda each: each.entry.group)
        yield self.value
        for place, term in enumerate(self.bulletin.rank_terms):
            yield self._whole(self.term_label(term), lambda each, place=place: each.parts[place])
        for measure in self.bulletin.measures:
            if not (settings.method == Method.FIGURE and measure.key == settings.column):
                yield self._given(_titled(measure.title, measure), [each.entry.this[measure.key] for each in self.standings])
            if measure.last:
                yield self._given(_titled(measure.last, measure), [each.entry.last[measure.key] for each in self.standings])
            if measure.last and not (settings.method == Method.CHANGE and measure.key == settings.column):
                yield self._change(measure)
        yield self._text(_("备注"), self._remark)

    # --- columns ------------------------------------------------------------------------------------------------------------------------
    def _text(self, title: str, value) -> Column:
        return Column(Head(title), {id(each): value(each) for each in self.standings})

    def _whole(self, title: str, value) -> Column:
        return Column(Head(title, 0), {id(each): value(each) for each in self.standings})

    def _value(self) -> Column:
        """What the table is ranked by."""
        settings, measure = self.settings, self._measure(self.settings.column)
        if settings.method == Method.FIGURE and measure:
            return self._given(_titled(measure.title, measure), [each.value for each in self.standings])
        if settings.method == Method.CHANGE and measure:
            return self._change(measure)
        return self._figures(self.value_label(), [each.value for each in self.standings], settings.places)

    def value_label(self) -> str:
        labels = {
            Method.MEAN: _("名次平均"),
            Method.WEIGHTED: _("分值（名次加权平均）"),
            Method.TWO_FACTOR: _("两项加和指数"),
            Method.SIX_FACTOR: _("六项综合指数"),
            Method.SUM: _("加权平均"),
        }
        return labels[self.settings.method]

    def _change(self, measure: Measure) -> Column:
        improved = self.sign == Sign.IMPROVED
        title = _("%(name)s改善幅度（%%）") if improved else _("%(name)s变化率（%%）")
        rates = [each.changes[measure.key] for each in self.standings]
        shown = [change.printed(rate, improved_is_positive=improved, smaller_is_better=measure.ascending) for rate in rates]
        return self._figures(title % {"name": measure.key}, shown, self.settings.places)

    def _given(self, title: str, values: list[Decimal | None]) -> Column:
        """With as many decimals as the figure that has most."""
        return self._figures(title, values, max((places_of(value) for value in values if value is not None), default=0))

    def _figures(self, title: str, values: list[Decimal | None], places: int | None) -> Column:
        places = MOST_PLACES if places is None else min(places, MOST_PLACES)
        shown = [None if value is None else rounded(value, places) for value in values]
        return Column(Head(title, places), {id(each): value for each, value in zip(self.standings, shown, strict=True)})

    def term_label(self, term: Term) -> str:
        return (_("%(name)s变化名次") if term.is_change else _("%(name)s名次")) % {"name": term.key}

    def _measure(self, key: str) -> Measure | None:
        return next((measure for measure in self.bulletin.measures if measure.key == key), None)

    def _remark(self, each: Standing) -> str:
        if each.rank is None:
            return _("上期为零或缺少数字，未排名") if self._needs_last else _("缺少数字，未排名")
        return _("并列") if each.tied else ""

    @property
    def _needs_last(self) -> bool:
        return self.settings.method == Method.CHANGE or any(term.is_change for term in self.bulletin.rank_terms)

    # --- groups -------------------------------------------------------------------------------------------------------------------------
    def _printed(self, group: Group) -> Printed:
        rows = [[column.values[id(each)] for column in self.columns] for each in group.standings]
        return Printed(group.name, self.heads, rows, list(self._lists(group)))

    def _lists(self, group: Group) -> Iterable[Listed]:
        ranked = sum(each.rank is not None for each in group.standings)
        for count, standings, label in ((self.settings.best, group.best, _("前%(count)s名")), (self.settings.worst, group.worst, _("后%(count)s名"))):
            if standings and count < ranked:
                more = _("末位并列，一并列入，共%(count)s个") % {"count": len(standings)} if len(standings) > count else ""
                yield Listed(label % {"count": count}, [self._named(each) for each in standings], more)
        if group.spared:
            yield Listed(_("各项均达到二级标准，不列入后列名单"), [each.entry.name for each in group.spared])

    def _named(self, each: Standing) -> str:
        return _("第%(rank)s名 %(name)s（%(value)s）") % {"rank": each.rank, "name": each.entry.name, "value": self.value.values[id(each)]}

    # --- files --------------------------------------------------------------------------------------------------------------------------
    def note(self) -> str:
        """How the ranks were made, in one line."""
        rounding = Rounding.BEFORE if self.settings.round_first else Rounding.AFTER
        ties = TieBreak.GOOD_DAYS if self.settings.breaks_ties else TieBreak.SHARE
        said = {"method": Method(self.settings.method).label, "rounding": rounding.label, "ties": ties.label}
        return _("%(method)s；%(rounding)s；数字相同：%(ties)s。") % said

    def workbook(self, title: str) -> Workbook:
        book = Workbook(title)
        columns = [head.col for head in self.heads]
        for group in self.groups:
            listed = [_("%(label)s：%(names)s%(more)s") % self._words(each) for each in group.lists]
            book.sheet(group.name or _("排名"), columns=columns, rows=group.rows, heading=title, note="\n".join([self.note(), *listed]))
        return book

    @staticmethod
    def _words(each: Listed) -> dict[str, str]:
        return {"label": each.label, "names": _("、").join(each.names), "more": _("（%(more)s）") % {"more": each.more} if each.more else ""}

    def csv(self) -> bytes:
        return csv_bytes([head.col for head in self.heads], [row for group in self.groups for row in group.rows])


def _titled(title: str, measure: Measure) -> str:
    return _("%(title)s（%%）") % {"title": title} if measure.is_percent and "%" not in title else title
