from django.core.management.base import BaseCommand

from sheets import services


class Command(BaseCommand):
    help = "Run waiting export and import jobs now, as the worker does (no Redis needed)."

    def handle(self, *args, **options):
        self.stdout.write(f"{services.run_waiting()} jobs run")
