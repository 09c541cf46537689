"""Questions asked of the accounts: what is open in them, and whether they are right."""

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from grids.models import Grid
from inspections.models import Finding
from rectification.models import Task
from rectification.words import UNFINISHED
from scorecards import continuity
from scorecards.models import FIGURES, Account, AccountEntry
from scorecards.models.accounts import AccountEntryQuerySet
from scorecards.services.figures import closing, months_between, movements
from scorecards.services.problems import ENDS, KNOWN
from scorecards.services.settling import following


def holder_of(account: Account) -> dict:
    return {"organisation_id": account.organisation_id} if account.organisation_id else {"grid_id": account.grid_id}


def lines(account: Account) -> AccountEntryQuerySet:
    """The month's movements of one account in the order of the book."""
    return AccountEntry.objects.filter(month=account.month, **holder_of(account)).order_by("stands_at", "id")


def open_at(account: Account, *, end: bool) -> QuerySet:
    """The duties (tasks), or for a grid the findings, that were open when the month closed; or, without ``end``, when it began."""
    bound = {"month__lte": account.month} if end else {"month__lt": account.month}
    row = "task_id" if account.organisation_id else "finding_id"
    held = AccountEntry.objects.filter(**bound, **holder_of(account)).with_effect().order_by().values(row)
    held = held.annotate(held=Sum("effect")).filter(held__gt=0).values(row)
    return (Task if account.organisation_id else Finding).objects.filter(pk__in=held)


# --- whether they are right ---------------------------------------------------------------------------------------------------------
def check(district: Grid) -> list[str]:
    """What is wrong with the accounts of a district whose events are all booked; empty when nothing is."""
    accounts = list(Account.objects.filter(district=district).order_by("month").select_related("organisation", "grid"))
    faults = [f"trigger missing: {name}" for name in continuity.missing(connection)]
    faults += [f"does not add up: {each}" for each in accounts if each.closing != closing(each.figures)]
    faults += _breaks(accounts) + _unlike_lines(district, accounts) + _unlike_ledger(district, accounts)
    return faults


def _breaks(accounts: list[Account]) -> list[str]:
    """Every account goes on in the next month, with what it closed with."""
    last: dict[tuple, Account] = {}
    newest, faults = max((each.month for each in accounts), default=""), []
    for each in accounts:
        before = last.get((each.organisation_id, each.grid_id))
        if each.opening != (before.closing if before else 0) or (before and before.closing and following(before.month) != each.month):
            faults.append(f"does not go on from the month before: {each}")
        last[each.organisation_id, each.grid_id] = each
    return faults + [f"stops with open rows: {each}" for each in last.values() if each.closing and each.month != newest]


def _unlike_lines(district: Grid, accounts: list[Account]) -> list[str]:
    """Each figure is the sum of its lines, and no line is without an account."""
    if not accounts:
        return ["lines without accounts"] if AccountEntry.objects.filter(district=district).exists() else []
    moved = movements(district, months_between(accounts[0].month, accounts[-1].month))
    faults = []
    for each in accounts:
        lines = moved[each.month].pop((each.organisation_id, each.grid_id), {})
        if any(lines.get(name, 0) != each.figures[name] for name in FIGURES[1:-1]):
            faults.append(f"unlike its lines: {each}")
    return faults + [f"lines without an account: {month} {holder}" for month, holders in moved.items() for holder in holders]


def _unlike_ledger(district: Grid, accounts: list[Account]) -> list[str]:
    """What the newest accounts say is open is what is open on the ledger."""
    newest = [each for each in accounts if each.month == accounts[-1].month]
    duties = Task.objects.filter(district=district, must_feed_back=True, state__in=UNFINISHED).order_by().values_list("organisation_id")
    problems = _open_problems(district).order_by().values_list("grid_id")
    really = {(unit, None): n for unit, n in duties.annotate(n=Count("pk"))}
    open_in_grids = sum(n for _grid, n in problems.annotate(n=Count("pk")))
    faults = [f"unlike the ledger: {each}" for each in newest if each.organisation_id and each.closing != really.get((each.organisation_id, None), 0)]
    held = sum(each.closing for each in newest if each.grid_id)
    return faults + ([f"grids hold {held}, the ledger has {open_in_grids}"] if held != open_in_grids else [])


def _open_problems(district: Grid) -> QuerySet:
    return Finding.objects.filter(~Q(state__in=ENDS), district=district, grid__isnull=False, **KNOWN)
