"""Move the product's clock forward, hour by hour, so that a month can be lived through in minutes. Demonstration mode only."""

import datetime as dt

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common import clock
from grids.services import training
from inspections.services import hollow
from notices import dispatch
from rectification.services import clock_scan, reminders
from scorecards.services.building import build_last_month

HOUR = dt.timedelta(hours=1)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--to", required=True, help="Beijing time YYYY-MM-DD or YYYY-MM-DDTHH:MM, or +31d")

    def handle(self, *, to, **options):
        if not settings.DEMO:
            raise CommandError("The clock can only be moved in demonstration mode (DEMO=1).")
        target, moment = moment_of(to), clock.now()
        if target < moment:
            raise CommandError(f"The clock already shows {clock.beijing(moment):%Y-%m-%d %H:%M}; it only goes forward.")
        while moment < target:
            before, moment = moment, min(moment + HOUR, target)
            self._show(moment)
            if clock.beijing(before).date() != clock.beijing(moment).date():
                self.stdout.write(f"  {clock.beijing(moment):%Y-%m-%d}")
        self.stdout.write(f"The clock shows {clock.beijing(clock.now()):%Y-%m-%d %H:%M}.")

    def _show(self, moment: dt.datetime) -> None:
        """Set the clock for every process, then do what Celery would have done in this hour."""
        clock.set_offset(moment - timezone.now())
        clock_scan.scan(moment)
        reminders.scan(moment)
        build_last_month(now=moment)
        hollow.scan(moment)
        training.remind_expired(clock.beijing(moment).date())
        dispatch.drain("demo-clock")


def moment_of(text: str) -> dt.datetime:
    if text.startswith("+"):
        return clock.now() + dt.timedelta(days=int(text.strip("+d")))
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise CommandError("Give the moment as 2026-12-01, 2026-12-01T09:00 or +31d.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.BEIJING)
