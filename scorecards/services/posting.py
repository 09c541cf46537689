"""建账: whatever happened and is not in the accounts yet is booked, and the figures of every open month are worked out from the lines.

A level-triggered scan: it may run twice, at once or after a long pause. It books nothing twice, never changes a line, and leaves settled months
alone: what becomes known of them later is booked, marked as late, in the first month that is open.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from audit.services import record
from common import clock
from common.apart import Apart
from grids.models import Grid
from scorecards.services import duties, figures, problems
from scorecards.services.book import Book
from scorecards.services.settling import following, hold, settled_months
from scorecards.services.writing import give_room


@dataclass(frozen=True)
class Posted:
    lines: int
    """How many lines were booked."""
    accounts: int
    """How many accounts of open months changed."""


def post(district: Grid, *, now: dt.datetime, by=None) -> Posted:
    """Bring the accounts of the district up to the month of ``now``."""
    month = clock.month_of(clock.beijing(now).date())
    with transaction.atomic():
        hold(district.pk)
        give_room()
        first = first_open(district)
        book = Book(district.pk, first_open=first, until=clock.month_bounds(month)[1])
        lines = duties.book(book) + problems.book(book)
        posted = Posted(lines, figures.work_out(district, first_open=first, running=month))
        if lines or posted.accounts:
            payload = {"lines": lines, "accounts": posted.accounts, "until": month}
            record("book.post", district, by=by, district_id=district.pk, payload=payload)
    return posted


def first_open(district: Grid) -> str:
    """The month after the last settled one; empty when nothing has been settled."""
    settled = settled_months(district.pk)
    return following(settled[0]) if settled else ""


def post_all(*, now: dt.datetime) -> list[Posted]:
    with Apart("scorecards.post_accounts") as each:
        return each(Grid.objects.districts().order_by("pk"), lambda district: post(district, now=now))
