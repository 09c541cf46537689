"""Waking a dispatcher after commit. Only a hint: it may fail, must not hold up a request, and nothing is lost without it."""

import logging
import time

from django.db import transaction
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

from notices.tasks import dispatch

logger = logging.getLogger(__name__)

REST_SECONDS = 30
_silent_until = 0.0


def after_commit() -> None:
    """Once per transaction, however many rows it queues."""
    waiting = transaction.get_connection().run_on_commit
    if not any(entry[1] is publish for entry in waiting):
        transaction.on_commit(publish, robust=True)


def publish() -> bool:
    """Ask a worker to send now. After a failure (bounded to about two seconds by the socket timeouts) this process keeps quiet for a while."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        dispatch.apply_async(retry=False, ignore_result=True)
    except (OperationalError, KombuError, RedisError, OSError) as error:
        _silent_until = time.monotonic() + REST_SECONDS
        logger.warning("No nudge for %s s, the broker does not answer: %s", REST_SECONDS, error)
        return False
    return True
