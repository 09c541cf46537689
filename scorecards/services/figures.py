"""The figures of accounts: worked out from the lines, month by month, each month opening with what the last has closed with."""

from collections import defaultdict

from django.db.models import Min, Q, Sum

from common import clock
from grids.models import Grid, Organisation
from grids.roles import OrganisationKind
from scorecards.account_words import GIVEN_OUT, TAKEN_IN
from scorecards.models import FIGURES, Account, AccountEntry
from scorecards.services.settling import following, preceding

Holder = tuple[int | None, int | None]
"""Organisation and grid, one of them empty."""
KINDS = (OrganisationKind.TOWNSHIP, OrganisationKind.DEPARTMENT, OrganisationKind.HEADQUARTERS)
"""Organisations that have an account even in a month in which nothing moved."""


def work_out(district: Grid, *, first_open: str, running: str) -> int:
    """Bring the stored accounts of the open months to what the lines say; how many changed."""
    months = open_months(district, first_open=first_open, running=running)
    if not months:
        return 0
    expected = _expected(district, months)
    stored = {(each.month, each.organisation_id, each.grid_id): each for each in Account.objects.filter(district=district, month__gte=months[0])}
    broken: dict[Holder, str] = {}
    for month, *holder in sorted(stored.keys() | expected.keys(), key=lambda each: each[0]):
        if tuple(holder) not in broken and _differs(stored.get((month, *holder)), expected.get((month, *holder))):
            broken[tuple(holder)] = month
    return _write(district, stored, expected, broken)


def open_months(district: Grid, *, first_open: str, running: str) -> list[str]:
    began = AccountEntry.objects.filter(district=district).aggregate(month=Min("month"))["month"]
    return months_between(max(began, first_open), running) if began else []


def months_between(first: str, last: str) -> list[str]:
    found = []
    while first <= last:
        found.append(first)
        first = following(first)
    return found


# --- what the lines say -------------------------------------------------------------------------------------------------------------
def _expected(district: Grid, months: list[str]) -> dict[tuple, dict[str, int]]:
    moved = movements(district, months)
    closings = _closings(district, preceding(months[0]))
    found: dict[tuple, dict[str, int]] = {}
    for month in months:
        for holder in closings.keys() | moved[month].keys() | _in_force(district, month):
            account = {"opening": closings.get(holder, 0), **moved[month].get(holder, {})}
            closings[holder] = account["closing"] = closing(account)
            found[month, *holder] = account
    return found


def closing(account: dict[str, int]) -> int:
    taken_in = sum(account.get(kind, 0) for kind in ("opening", *TAKEN_IN))
    return taken_in - sum(account.get(kind, 0) for kind in GIVEN_OUT)


def movements(district: Grid, months: list[str]) -> dict[str, dict[Holder, dict[str, int]]]:
    """Month → holder → kind → how much, added up by the database."""
    found: dict[str, dict[Holder, dict[str, int]]] = defaultdict(dict)
    lines = AccountEntry.objects.filter(district=district, month__gte=months[0], month__lte=months[-1]).order_by()
    for month, unit, grid, kind, total in lines.values_list("month", "organisation_id", "grid_id", "kind").annotate(total=Sum("amount")):
        found[month].setdefault((unit, grid), {})[kind] = total
    return found


def _closings(district: Grid, month: str) -> dict[Holder, int]:
    closed = Account.objects.filter(district=district, month=month)
    return {(unit, grid): figure for unit, grid, figure in closed.values_list("organisation_id", "grid_id", "closing")}


def _in_force(district: Grid, month: str) -> set[Holder]:
    start, end = (clock.beijing(moment).date() for moment in clock.month_bounds(month))
    begun, not_ended = Q(valid_from=None) | Q(valid_from__lt=end), Q(valid_to=None) | Q(valid_to__gt=start)
    units = Organisation.objects.filter(begun & not_ended, district=district, kind__in=KINDS)
    return {(pk, None) for pk in units.values_list("pk", flat=True)}


# --- what is stored -----------------------------------------------------------------------------------------------------------------
def _differs(stored: Account | None, expected: dict[str, int] | None) -> bool:
    if stored is None or expected is None:
        return (stored is None) != (expected is None)
    return any(getattr(stored, name) != expected.get(name, 0) for name in FIGURES)


def _write(district: Grid, stored: dict, expected: dict, broken: dict[Holder, str]) -> int:
    """Off and on at the end only, as the database insists: the newest month off first, the oldest on first."""
    off, on = defaultdict(list), defaultdict(list)
    for (month, *holder), account in stored.items():
        if month >= broken.get(tuple(holder), "9"):
            off[month].append(account.pk)
    for (month, *holder), figures in expected.items():
        if month >= broken.get(tuple(holder), "9"):
            on[month].append(Account(district=district, month=month, organisation_id=holder[0], grid_id=holder[1], **figures))
    for month in sorted(off, reverse=True):
        Account.objects.filter(pk__in=off[month]).delete()
    for month in sorted(on):
        Account.objects.bulk_create(on[month], batch_size=2000)
    return sum(map(len, on.values()))
