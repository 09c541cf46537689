"""Throw-away PostgreSQL and Redis on free ports, for tests, benchmarks and trials.

``scripts/with_servers [--durable] COMMAND...`` runs a command with them; ``DATABASE_URL``, ``REDIS_URL``, ``DATA_DIR`` and the other
variables of ``environment()`` are set for it. Everything lives in one temporary folder and is gone afterwards.
``--durable``: PostgreSQL flushes to disk as in production (benchmarks); tests do without, which a killed process does not notice.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts import broker, children, frontend, provide

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 100
shared_buffers = {buffers}
synchronous_commit = on
fsync = {fsync}
full_page_writes = {fsync}
max_wal_size = 1GB
timezone = 'UTC'
log_min_messages = warning
"""


def say(text: str) -> None:
    print(f"[servers] {text}", file=sys.stderr, flush=True)


def other_user() -> dict:
    """``subprocess`` options that give up root, which PostgreSQL refuses; nothing for everybody else."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def postgres(folder: Path, *, durable: bool = False) -> Iterator[dict[str, str]]:
    """A new cluster below ``folder``, trusted on loopback; yields the variables that lead to it."""
    programs = provide.postgres_bin()
    home = folder / "postgres"
    home.mkdir(mode=0o700)
    runs_as = other_user()
    if runs_as:
        os.chown(home, runs_as["user"], runs_as["group"])
    port, data, log = children.free_port(), home / "data", home / "log"
    making = [programs / "initdb", "-D", data, "-U", "airduty", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run([str(part) for part in making], cwd=home, capture_output=True, text=True, env=plain_environment(), **runs_as)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\n[servers] PostgreSQL could not make its data folder {data} (reason above).")
    with (data / "postgresql.conf").open("a") as file:
        file.write(SETTINGS.format(port=port, folder=home, fsync="on" if durable else "off", buffers="512MB" if durable else "128MB"))
    command = [str(programs / "postgres"), "-D", str(data)]
    with log.open("w") as output:
        process = children.start(
            command, last_signal=signal.SIGQUIT, cwd=home, stdout=output, stderr=subprocess.STDOUT, env=plain_environment(), **runs_as
        )
    try:
        if not children.wait_for(lambda: accepts(programs, port), seconds=60, process=process):
            sys.exit(f"{children.tail(log)}\n[servers] PostgreSQL did not start on port {port} (its last lines above).")
        yield {"DATABASE_URL": f"postgres://airduty@127.0.0.1:{port}/postgres", "TEST_PG_DATA": str(data), "TEST_PG_BIN": str(programs)}
    finally:
        children.stop(process, number=signal.SIGQUIT)


def accepts(programs: Path, port: int) -> bool:
    asking = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "airduty", "-d", "postgres"]
    return subprocess.run(asking, capture_output=True).returncode == 0


def plain_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[dict[str, str]]:
    home = folder / "redis"
    configuration, address = broker.configure(home)
    log = home / "log"
    with log.open("w") as output:
        process = children.start([provide.redis() or broker.binary(), str(configuration)], cwd=home, stdout=output, stderr=subprocess.STDOUT)
    try:
        port = int(address.rsplit(":", 1)[1].split("/")[0])
        if not children.wait_for(lambda: children.listens(port), seconds=30, process=process):
            sys.exit(f"{children.tail(log)}\n[servers] Redis did not start on port {port} (its last lines above).")
        yield {"REDIS_URL": address}
    finally:
        children.stop(process)


def environment(folder: Path) -> dict[str, str]:
    """What every process of a test or trial shares, whatever the caller's own variables say."""
    data = folder / "data"
    (data / "static").mkdir(parents=True)
    frontend.publish(data / "vendor")
    return {
        "DATA_DIR": str(data),
        "SECRET_KEY": "only-for-this-throw-away-run-and-nothing-else-0123456789",
        "AIRDUTY_TESTING": "1",
        "DEMO": "0",
        "MFA_REQUIRED": "0",
        "LOG_LEVEL": "WARNING",
        "CHROMIUM": provide.chromium() or "",
        "PYTHONPATH": str(ROOT),
    }


OWN_VARIABLES = ("DATABASE_URL", "REDIS_URL", "BASE_URL", "DEBUG", "SECRET_KEY_FILE", "ALLOWED_HOSTS", "PROXY_COUNT", "BACKUP_DIR", "X_ACCEL_PREFIX")


@contextlib.contextmanager
def running(*, durable: bool = False, database: str = "postgres") -> Iterator[dict[str, str]]:
    """Both servers and the whole environment for a child process; ``database`` "sqlite" leaves PostgreSQL out."""
    needs = ["redis-server", "chromium", "fonts-noto-cjk", "gettext"] + (["postgresql"] if database == "postgres" else [])
    provide.provide(*needs)
    folder = Path(tempfile.mkdtemp(prefix="airduty-"))
    folder.chmod(0o711)
    outer = {key: value for key, value in os.environ.items() if key not in OWN_VARIABLES}
    try:
        with contextlib.ExitStack() as stack:
            inner = environment(folder)
            inner |= stack.enter_context(redis(folder))
            if database == "postgres":
                inner |= stack.enter_context(postgres(folder, durable=durable))
            yield outer | inner
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: list[str], variables: dict[str, str]) -> int:
    """Run ``command`` to its end and hand a Ctrl-C or SIGTERM on to it; its exit code."""
    process = subprocess.Popen(command, env=variables, cwd=ROOT)

    def hand_on(number, _frame):
        if number == signal.SIGTERM:
            process.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hand_on)
    return process.wait()


def raise_exit(number, _frame):
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    durable = arguments[:1] == ["--durable"]
    command = arguments[1:] if durable else arguments
    if not command:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, raise_exit)
    with running(durable=durable) as variables:
        return run(command, variables | _migrated(command, variables))


def _migrated(command: list[str], variables: dict[str, str]) -> dict[str, str]:
    """For a part of the suite: a database to copy, as ``make test`` has it."""
    from scripts import template

    return template.fill(variables) if any("pytest" in part for part in command) else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
