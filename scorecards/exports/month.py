"""What all sheets of one month are written from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common import clock
from scorecards import board
from scorecards.models import Scorecard, ScoreRow, ScoreRowQuerySet
from scorecards.services import settling
from scorecards.words import month_words
from sheets.writing import Col

CHUNK = 2_000


@dataclass
class Month:
    """The cards of one month of one district, as one person may see them."""

    cards: QuerySet
    """Of units; those of grids stand beside."""
    month: str
    by: object

    @cached_property
    def groups(self) -> list[board.Group]:
        return board.groups(self.cards)

    @property
    def grid_cards(self) -> QuerySet:
        return Scorecard.objects.visible_to(self.by).filter(district=self.first.district_id, month=self.month, grid__isnull=False)

    @cached_property
    def grid_groups(self) -> list[board.Group]:
        return board.grid_groups(self.grid_cards)

    @cached_property
    def first(self) -> Scorecard:
        return self.groups[0].first

    @property
    def label(self) -> str:
        return month_words(self.month)

    @cached_property
    def as_of(self) -> str:
        """Until when facts were counted; of a settled month also the digest it was frozen with."""
        facts = {"until": _at(self.first.cut_off), "built": _at(self.first.built_at)}
        words = _("截至 %(until)s（不含）  生成 %(built)s") % facts
        digest = settling.stamp(self.first.district_id, self.month)
        return words + "  " + _("已结账，校验码 %(digest)s") % {"digest": digest} if digest else words

    def rows(self) -> ScoreRowQuerySet:
        return ScoreRow.objects.visible_to(self.by).filter(scorecard__in=self.cards)

    @cached_property
    def unseen(self) -> str:
        hidden = ScoreRow.objects.filter(scorecard__in=self.cards).count() - self.rows().count()
        return _("另有 %(count)s 行涉及您无权查看的问题，未列出。") % {"count": hidden} if hidden else ""


@dataclass(frozen=True)
class Part:
    """One sheet of the month. ``rows`` is asked when the file is written, so that long ones never lie in memory as a whole."""

    code: str
    name: str | Promise
    about: str | Promise
    columns: Callable[[], list[Col]]
    rows: Callable[[Month], Iterable]
    count: Callable[[Month], int]
    heading: str | Promise = ""
    """With ``%(month)s``; empty: the workbook's own title."""
    note: Callable[[Month], str] = lambda month: ""


def _at(moment) -> str:
    return f"{clock.beijing(moment):%Y-%m-%d %H:%M}"
