"""What Celery runs every few minutes: look at the latest hours of every station, write down anomalies and raise alarms. Safe to run again."""

from django.core.management.base import BaseCommand

from airquality.watch import scan


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        self.stdout.write(f"{scan.scan()} anomalies found")
