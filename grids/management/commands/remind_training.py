"""What Celery runs each morning: remind people whose certificate has run out, once."""

from django.core.management.base import BaseCommand

from common import clock
from grids.services import training


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        self.stdout.write(f"{training.remind_expired(clock.today())} reminders queued")
