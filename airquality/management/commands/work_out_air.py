import datetime as dt

from django.core.management.base import BaseCommand, CommandError

from airquality.models import Station
from airquality.services import daily, intake


class Command(BaseCommand):
    help = "Work out the daily values that are due, as Celery does each minute; with --from and --to those days in any case."

    def add_arguments(self, parser):
        parser.add_argument("--from", type=dt.date.fromisoformat, dest="first", metavar="YYYY-MM-DD")
        parser.add_argument("--to", type=dt.date.fromisoformat, dest="last", metavar="YYYY-MM-DD")

    def handle(self, *, first, last, **options):
        if (first is None) != (last is None):
            raise CommandError("Give both --from and --to, or neither.")
        if first:
            days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
            intake.mark_days(Station.objects.order_by("pk"), days)
        self.stdout.write(f"{daily.work_out_due()} days of stations worked out.")
