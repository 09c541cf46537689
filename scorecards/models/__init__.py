"""The month: schemes, cards, their settlement and what is argued about them; by idea, one file each."""

from scorecards.models.accounts import FIGURES, Account, AccountEntry
from scorecards.models.adjustments import Adjustment
from scorecards.models.air import AirConfirmation, AirDay, AirSheet
from scorecards.models.appeals import Appeal, AppealEvent
from scorecards.models.cards import Scorecard, ScoreLine, ScoreLineQuerySet, ScoreRow, ScoreRowQuerySet
from scorecards.models.clues import Clue
from scorecards.models.consequences import ConsequenceRule, Proposal, UnitCard
from scorecards.models.matching import ListMatch, MatchRow
from scorecards.models.money import MoneyLine, MoneyRule, MoneyTable
from scorecards.models.reconciling import Dispute, Reconciliation, ReconcilingRule
from scorecards.models.schemes import MONTH, WELL_FORMED_MONTH, PublishedQuerySet, Scheme, SchemeLine, SchemeQuerySet
from scorecards.models.settling import Recomputation, Settlement, SettlementEvent, SettlingRule

__all__ = [
    "FIGURES",
    "MONTH",
    "WELL_FORMED_MONTH",
    "Account",
    "AccountEntry",
    "Adjustment",
    "AirConfirmation",
    "AirDay",
    "AirSheet",
    "Appeal",
    "AppealEvent",
    "Clue",
    "ConsequenceRule",
    "Dispute",
    "ListMatch",
    "MatchRow",
    "MoneyLine",
    "MoneyRule",
    "MoneyTable",
    "Proposal",
    "PublishedQuerySet",
    "Reconciliation",
    "ReconcilingRule",
    "Scheme",
    "SchemeLine",
    "SchemeQuerySet",
    "ScoreLine",
    "ScoreLineQuerySet",
    "ScoreRow",
    "ScoreRowQuerySet",
    "Scorecard",
    "Recomputation",
    "Settlement",
    "SettlementEvent",
    "SettlingRule",
    "UnitCard",
]
