"""Processes of the product on loopback, stopped by their own ids; and what they cost in CPU time."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts import children

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
TICK = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def web(*, workers: int = 2, threads: int = 1, settings: str = "airduty.settings", **variables: str) -> Iterator[tuple[int, int]]:
    """gunicorn with the product's own configuration; gives (port, process id of its master)."""
    port = children.free_port()
    given = {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": str(workers), "WEB_THREADS": str(threads), "DJANGO_SETTINGS_MODULE": settings}
    command = [str(BIN / "gunicorn"), "airduty.wsgi:application", "--config", "deploy/gunicorn.conf.py"]
    with running(command, **given | variables) as process:
        if not children.wait_for(lambda: children.listens(port), seconds=60, process=process):
            sys.exit("gunicorn did not start; what it said stands above.")
        yield port, process.pid


@contextlib.contextmanager
def running(command: list[str], **variables: str):
    process = children.start(command, cwd=ROOT, env=os.environ | variables)
    try:
        yield process
    finally:
        children.stop(process)


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def children_of(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if stat_of(int(folder.name))[1] == str(pid):
                found.append(int(folder.name))
    return found


def stat_of(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third on: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def cpu_seconds(pid: int) -> float:
    """Of a process, its living children and those it has already waited for."""
    total = 0.0
    for each in [pid, *children_of(pid)]:
        with contextlib.suppress(OSError):
            total += sum(map(int, stat_of(each)[11:15])) / TICK
    return total


def postmaster() -> int:
    return int((Path(os.environ["TEST_PG_DATA"]) / "postmaster.pid").read_text().splitlines()[0])
