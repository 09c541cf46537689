"""Run the scans of the clocks and of the reminder ladder once, by hand: what Celery beat does each minute."""

from django.core.management.base import BaseCommand

from common import clock
from rectification.services import clock_scan, reminders


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        clock_scan.scan(clock.now())
        fired = reminders.scan(clock.now())
        self.stdout.write(f"{fired} reminders queued; `manage.py dispatch_notices` or a Celery worker sends them.")
