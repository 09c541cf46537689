"""What Celery runs every minute, by hand: unanswered orders, measures not in force, reports and reviews that are due."""

from django.core.management.base import BaseCommand

from emergency.services.scan import scan


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        done = scan()
        self.stdout.write(", ".join(f"{name} {count}" for name, count in done.items()))
