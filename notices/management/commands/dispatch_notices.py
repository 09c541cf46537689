import datetime as dt
import logging
import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from notices import dispatch, services
from notices.tasks import worker_name

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5


class Command(BaseCommand):
    help = "Send due notices now. With --loop: stay, and take what the workers have left unsent for a while (needs no Redis)."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true")

    def handle(self, *args, loop=False, **options):
        if not loop:
            self.stdout.write(f"{dispatch.drain(worker_name())} notices dealt with")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            if not sweep():
                stop.wait(PAUSE_SECONDS)


def sweep() -> int:
    """One round; a database that is being restarted is waited for."""
    try:
        services.beat("sweeper")
        return dispatch.drain(worker_name(), seconds=PAUSE_SECONDS, older_than=dt.timedelta(seconds=settings.NOTICE_SWEEP_AFTER_SECONDS))
    except (OperationalError, InterfaceError) as error:
        logger.warning("The database does not answer: %s", error)
        return 0
