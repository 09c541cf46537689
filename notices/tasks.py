import os
import socket
import uuid

from celery import shared_task

DRAIN_SECONDS = 50
PATIENCE = 3
"""A channel that takes longer is left to the sweeper: alarms and clocks share these workers."""


@shared_task(name="notices.dispatch")
def dispatch():
    """Send what is due. Runs on a nudge and by the schedule; any number of them may run at once."""
    from notices import dispatch, services

    services.beat("dispatcher")
    return dispatch.drain(worker_name(), seconds=DRAIN_SECONDS, patience=PATIENCE)


def worker_name() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
