"""One account as a book: a line for each movement with the balance after it, or the rows open at its beginning or end."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from django.db.models import QuerySet

from rectification.models import Task
from scorecards.account_words import TAKEN_IN, EntryKind
from scorecards.models import Account, AccountEntry
from scorecards.models.accounts import AccountEntryQuerySet
from scorecards.services import accounts

OPEN_ROWS = ("opening", "closing")


@dataclass(frozen=True)
class Line:
    """``taken_in`` or ``given_out`` is filled; red ink takes away on the side on which the line it reverses stands."""

    entry: AccountEntry
    balance: int

    @property
    def taken_in(self) -> int | None:
        return self.entry.amount if self.entry.kind in TAKEN_IN else None

    @property
    def given_out(self) -> int | None:
        return None if self.entry.kind in TAKEN_IN else self.entry.amount

    @property
    def is_red(self) -> bool:
        return self.entry.amount < 0


def movements(account: Account, *, kind: str = "") -> AccountEntryQuerySet:
    found = accounts.lines(account)
    return found.filter(kind=kind) if kind in EntryKind.values else found


def for_rows(entries: QuerySet) -> QuerySet:
    return entries.select_related("finding__problem_type", "task")


def with_balance(account: Account, entries) -> Iterator[Line]:
    """The balance counts every line of the account, also those that are not shown."""
    every = list(accounts.lines(account).with_effect().values_list("pk", "effect"))
    balances = accumulate((effect for _pk, effect in every), initial=account.opening)
    next(balances)
    after = dict(zip((pk for pk, _effect in every), balances, strict=True))
    return (Line(entry, after[entry.pk]) for entry in entries)


def open_rows(account: Account, kind: str) -> QuerySet:
    """Tasks, or for a grid findings, that were open when the month began or closed."""
    found = accounts.open_at(account, end=kind == "closing")
    if found.model is Task:
        return found.select_related("finding__problem_type", "organisation").order_by("due_at", "pk")
    return found.select_related("problem_type", "grid").order_by("registered_at", "pk")
