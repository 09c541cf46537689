"""The month: schemes, cards, their settlement and what is argued about them; by idea, one file each."""

from scorecards.models.cards import Scorecard, ScoreLine, ScoreLineQuerySet, ScoreRow, ScoreRowQuerySet
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH, PublishedQuerySet, Scheme, SchemeLine, SchemeQuerySet
from scorecards.models.settling import Adjustment, Appeal, Settlement

__all__ = [
    "MONTH",
    "WELL_FORMED_MONTH",
    "Adjustment",
    "Appeal",
    "PublishedQuerySet",
    "Scheme",
    "SchemeLine",
    "SchemeQuerySet",
    "ScoreLine",
    "ScoreLineQuerySet",
    "ScoreRow",
    "ScoreRowQuerySet",
    "Scorecard",
    "Settlement",
]
