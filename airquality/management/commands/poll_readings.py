from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from airquality.models import FeedState
from airquality.services import polling


class Command(BaseCommand):
    help = "Fetch the feed of AIR_POLL_URL now, as Celery does each hour. Safe to repeat."

    def handle(self, **options):
        if not settings.AIR_POLL_URL:
            raise CommandError("AIR_POLL_URL is not set; nothing is fetched.")
        result = polling.poll()
        if result is None:
            state = FeedState.objects.order_by("-tried_at").first()
            raise CommandError(state.error if state and state.error else "AIR_POLL_DISTRICT names no district, or there are several.")
        found = result.outcome
        self.stdout.write(f"Taken: {found.new} new, {found.unchanged} unchanged, {found.corrected} corrected, {len(found.refused)} rows refused.")
