"""The programs that together are Airduty. `make run` starts them and docker-compose.yml runs the same commands; a test compares the two."""

import shlex

WEB = "gunicorn airduty.wsgi:application --config deploy/gunicorn.conf.py"
WORKER = "celery --quiet -A airduty.celery worker --loglevel warning --concurrency 2 --without-gossip --without-mingle"
BEAT = "celery --quiet -A airduty.celery beat --loglevel warning --pidfile="
SWEEPER = "python manage.py dispatch_notices --loop"

STUB_GATEWAY = "python manage.py stub_gateway --port {port}"
"""In the demonstration alone: texts, calls and group messages end there and can be looked at."""

PROCESSES = {"web": WEB, "worker": WORKER, "beat": BEAT, "sweeper": SWEEPER}


def argv(line: str, programs: str) -> list[str]:
    """The command as a list, its program taken from the folder ``programs``."""
    program, *rest = shlex.split(line)
    return [f"{programs}/{program}", *rest]
