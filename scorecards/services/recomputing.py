"""The digest of a month, and the proof of it: the month worked out anew from the ledger, in a transaction that is undone.

The digest is over canonical JSON (``audit.canonical``): figures as integers, everything in a fixed order, units and grids by their key: a unit that
is given another name or code later leaves a settled month as it was. The same rows give the same digest on PostgreSQL and on SQLite.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from audit import canonical
from grids.models import Grid
from grids.roles import OFFICE, Role
from scorecards.models import FIGURES, Account, Adjustment, AirConfirmation, Appeal, Recomputation, Scorecard, ScoreLine, Settlement
from scorecards.services import building
from scorecards.services.sealing import seal
from scorecards.words import AppealState, SettlementState, SignState

CHECKERS = OFFICE | {Role.SUPERVISION, Role.DISTRICT_LEADER}
FORMAT = 2
CARD = ("obtained", "counted", "share", "rank", "group_size", "grade", "digest")
LINE = ("indicator", "part", "full", "state", "numerator", "denominator", "points")
ENTRY = ("kind", "amount", "reason", "of_month", "of_indicator", "of_event_key", "paper_number")
APPEAL = ("indicator", "event_key", "amount", "state", "granted", "decision")
CONFIRMATION = ("by_id", "note", "days", "digest")
NOWHERE = 0
"""Key of a row that never exists."""


@dataclass(frozen=True)
class Comparison:
    """``stored``: what the tables hold, each row hashed again; ``anew``: what the ledger gives."""

    kept: str
    stored: str
    anew: str
    differing: tuple[str, ...] = ()
    """Units whose card worked out anew is another."""

    @property
    def is_equal(self) -> bool:
        return self.kept == self.stored == self.anew

    @property
    def in_words(self) -> str:
        if self.is_equal:
            return _("重新核算与结账时逐项一致。")
        if self.stored != self.kept:
            return _("库中保存的计分卡与结账时的校验码不符：数据被改动过。")
        return _("重新核算与结账时不一致：%(units)s。") % {"units": _("、").join(self.differing) or _("分录、申诉或账本")}


class _Undo(Exception):
    """Takes back everything done inside; carries nothing out."""


# --- digest -------------------------------------------------------------------------------------------------------------------------
def digest_of(district: Grid, month: str) -> str:
    """Over all that is frozen: cards with the digest of their rows, entries, decisions, accounts."""
    return canonical.digest(canonical.dumps(document(district, month)))


def document(district: Grid, month: str) -> dict:
    cards = list(_cards(district, month))
    confirmed = AirConfirmation.objects.filter(district=district, month=month).first()
    return {
        "format": FORMAT,
        "district": district.pk,
        "month": month,
        "cards": _with_lines(cards),
        "entries": _entries(district, month),
        "appeals": _appeals(district, month),
        "accounts": _accounts(district, month),
        **({"air_confirmed": _picked(confirmed, CONFIRMATION)} if confirmed else {}),
    }


def _cards(district: Grid, month: str):
    return Scorecard.objects.filter(district=district, month=month).select_related("scheme").order_by("pk")


def _with_lines(cards: list[Scorecard]) -> list[dict]:
    lines = defaultdict(list)
    for line in ScoreLine.objects.filter(scorecard__in=cards).order_by("indicator"):
        lines[line.scorecard_id].append(_picked(line, LINE) | ({} if line.air is None else {"air": line.air}))
    found = [
        {
            "subject": card.organisation_id or card.grid_id,
            "kind": card.scheme.kind,
            "scheme": card.scheme.version,
            "lines": lines[card.pk],
            **_picked(card, CARD),
        }
        for card in cards
    ]
    return sorted(found, key=lambda each: (each["kind"], each["subject"]))


def _entries(district: Grid, month: str) -> list[dict]:
    signed = Adjustment.objects.filter(district=district, month=month, state=SignState.SIGNED).select_related("evidence")
    found = [{"subject": each.organisation_id, "evidence": each.evidence.sha256 if each.evidence else "", **_picked(each, ENTRY)} for each in signed]
    return sorted(found, key=canonical.dumps)


def _appeals(district: Grid, month: str) -> list[dict]:
    decided = Appeal.objects.filter(district=district, scorecard__month=month).exclude(state=AppealState.WITHDRAWN)
    found = [{"subject": each.scorecard.organisation_id, **_picked(each, APPEAL)} for each in decided.select_related("scorecard")]
    return sorted(found, key=canonical.dumps)


def _accounts(district: Grid, month: str) -> list[dict]:
    accounts = Account.objects.filter(district=district, month=month).order_by()
    found = [{**_holder(each), **_picked(each, FIGURES)} for each in accounts]
    return sorted(found, key=lambda each: (each["kind"], each["subject"]))


def _holder(account: Account) -> dict:
    return {"kind": "unit", "subject": account.organisation_id} if account.organisation_id else {"kind": "grid", "subject": account.grid_id}


def _picked(row, names: tuple) -> dict:
    return {name: getattr(row, name) for name in names}


# --- proof --------------------------------------------------------------------------------------------------------------------------
def recompute(district: Grid, month: str) -> Comparison:
    """Work the settled month out anew and compare; nothing of it is kept. ``Settlement.DoesNotExist`` for a month that is open."""
    settlement = Settlement.objects.get(district=district, month=month, state=SettlementState.SETTLED)
    before = {card.pk: card.digest for card in _cards(district, month)}
    stored = _stored(district, month)
    anew, after = _anew(settlement)
    changed = Scorecard.objects.filter(pk__in=[key for key in before if after.get(key) != before[key]]).select_related("organisation")
    return Comparison(settlement.digest, stored, anew, tuple(str(card.subject) for card in changed))


def _stored(district: Grid, month: str) -> str:
    """The digest of the tables as they are, every stored row hashed again; empty when a card no longer fits its rows."""
    cards = list(_cards(district, month))
    sealed = {card.pk: card.digest for card in cards}
    seal(cards, list(ScoreLine.objects.filter(scorecard__in=cards)))
    return digest_of(district, month) if all(card.digest == sealed[card.pk] for card in cards) else ""


def _anew(settlement: Settlement) -> tuple[str, dict[int, str]]:
    digest, after = "", {}
    try:
        with transaction.atomic():
            Recomputation.objects.create(settlement=settlement, never_id=NOWHERE)
            building.work_out(settlement.month, district=settlement.district)
            digest = digest_of(settlement.district, settlement.month)
            after = {card.pk: card.digest for card in _cards(settlement.district, settlement.month)}
            raise _Undo
    except _Undo:
        return digest, after
