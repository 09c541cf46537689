import datetime as dt

from django.core.management.base import BaseCommand

from common import clock
from inspections.services import planning


class Command(BaseCommand):
    help = "Plan the day's rounds, as Celery does each morning. Safe to run twice and at once."

    def add_arguments(self, parser):
        parser.add_argument("--day", type=dt.date.fromisoformat, help="Beijing day YYYY-MM-DD; today without it")

    def handle(self, *args, day=None, **options):
        planning.close_past()
        added = planning.plan(day or clock.today())
        self.stdout.write(f"{added} visits planned.")
