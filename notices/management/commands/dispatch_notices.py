import datetime as dt
import logging
import signal
import threading
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils.module_loading import import_string

from notices import dispatch, services
from notices.tasks import worker_name

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5
SCAN_SECONDS = 20
"""As often as beat has the alarms scanned."""


class Command(BaseCommand):
    help = "Send due notices now. With --loop: stay, take what the workers have left unsent for a while, and let the clocks run (needs no Redis)."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true")

    def handle(self, *args, loop=False, **options):
        if not loop:
            self.stdout.write(f"{dispatch.drain(worker_name())} notices dealt with")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        scan_at = 0.0
        while not stop.is_set():
            close_old_connections()
            if time.monotonic() >= scan_at:
                scan_at = time.monotonic() + SCAN_SECONDS
                scan()
            if not sweep():
                stop.wait(PAUSE_SECONDS)


def scan() -> None:
    """What must not wait for a broker or for a worker to be free (``settings.SWEEPER_SCANS``). A failure holds up neither the others nor the notices."""
    for path in settings.SWEEPER_SCANS:
        try:
            import_string(path)()
        except Exception:
            logger.exception("The scan %s failed", path)


def sweep() -> int:
    """One round; a database that is being restarted is waited for."""
    try:
        services.beat("sweeper")
        return dispatch.drain(worker_name(), seconds=PAUSE_SECONDS, older_than=dt.timedelta(seconds=settings.NOTICE_SWEEP_AFTER_SECONDS))
    except (OperationalError, InterfaceError) as error:
        logger.warning("The database does not answer: %s", error)
        return 0
