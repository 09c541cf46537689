"""The month's work in the demonstration: accounts, sheets, appeals, settling and what follows, each on its day."""

import datetime as dt

from accounts.models import User
from airduty.demo import air, month_consequences, month_reconcile, month_settling
from airduty.demo.district import Place
from common import clock
from grids.models import Membership
from scorecards.services import posting
from scorecards.services.building import build_last_month

BOOKING_DAYS = (1, 2, 11, 21)
"""The product books every ten minutes; here it is enough that the books are there when somebody looks."""


class Months:
    def __init__(self, place: Place, *, until: dt.datetime):
        self.place, self.until = place, until
        last = clock.beijing(until).date()
        self.last_month = clock.previous_month(last)
        shown = User.objects.filter(username__in=("town", "dept", "headquarters"))
        self.of_visitors = frozenset(Membership.objects.filter(user__in=shown).values_list("organisation_id", flat=True))

    def scan(self, moment: dt.datetime) -> None:
        """Of last month the visitor finds proposals to decide; the sheets of the last week wait in the units whose accounts are shown."""
        district, today = self.place.district, clock.beijing(moment).date()
        air.rule_out(district, today, last=clock.beijing(self.until).date())
        build_last_month(now=moment)
        if today.day in BOOKING_DAYS:
            posting.post(district, now=moment)
        month_reconcile.day(district, moment, until=self.until, leave=self.of_visitors)
        month_settling.day(district, today)
        month_consequences.day(district, today, waits=clock.previous_month(today) == self.last_month)

    def show(self, moment: dt.datetime) -> None:
        posting.post(self.place.district, now=moment)
        month_reconcile.show(self.place.district)
