"""What Celery runs from Monday 08:00 on: write down this week's signs of hollow grids and tell office and townships, once a week."""

from django.core.management.base import BaseCommand

from common import clock
from inspections.services import hollow


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        self.stdout.write(f"{hollow.scan(clock.now())} signs written")
