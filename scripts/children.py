"""Starting and stopping child processes so that none is left behind, not even when the parent is killed."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask Linux to send this process a signal when its parent ends. Other systems: nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def start(command: list[str], *, last_signal: int = signal.SIGTERM, **options) -> subprocess.Popen:
    """Start ``command`` in a process group of its own; a Ctrl-C at the terminal reaches only us, and we stop it in order."""

    def prepare():
        die_with_parent(last_signal)

    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=prepare, **options)


def send(process: subprocess.Popen, number: int, *, group: bool = True) -> None:
    """A signal to the process, with ``group`` to everything that it has started as well."""
    with contextlib.suppress(ProcessLookupError):
        if group:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def stop(process: subprocess.Popen, *, number: int = signal.SIGTERM, patience: float = 10) -> None:
    """Ask it to end; after ``patience`` seconds kill it and what it has started."""
    send(process, number, group=False)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    send(process, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_taken(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def wait_for(ready, *, seconds: float, process: subprocess.Popen | None = None) -> bool:
    """Ask ``ready()`` until it says yes; no when time is over or the process has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        if process is not None and process.poll() is not None:
            return False
        time.sleep(0.1)
    return False


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def tail(file: Path, lines: int = 15) -> str:
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:]) if file.exists() else ""
