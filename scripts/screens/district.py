"""The demonstration district that is pictured, kept from run to run, and a web server in front of it."""

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from scripts import children, processes

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.prefix) / "bin"
OF_TESTS = ("DATABASE_URL", "REDIS_URL", "AIRDUTY_TESTING", "SECRET_KEY", "DEMO", "MFA_REQUIRED", "DATA_DIR", "BASE_URL")
SOURCES = ("airduty/demo/*.py", "*/models.py", "*/models/*.py", "*/migrations/*.py", "*/services/*.py", "*/words.py")


def say(text: str) -> None:
    print(f"[screens] {text}", flush=True)


def environment(folder: Path) -> dict[str, str]:
    """As under `make run`: SQLite, demonstration mode, nothing of the servers that tests are given."""
    own = {key: value for key, value in os.environ.items() if key not in OF_TESTS}
    return own | {"DATA_DIR": str(folder), "PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR"}


def prepare(folder: Path, *, size: str) -> list[dict]:
    """The accounts of the district in ``folder``, which is made anew when the day or the code that makes it has changed."""
    stamp, wanted = folder / "screens.state", state(size)
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    run(folder, "-m", "scripts.run", "--prepare")
    if not stamp.exists():
        say(f"making the demonstration district (size {size}), a minute or two; it is kept for today")
        run(folder, "manage.py", "seed_demo", "--size", size)
        stamp.write_text(wanted)
    return json.loads(run(folder, "manage.py", "demo_accounts", "--json"))


def state(size: str) -> str:
    sources = sorted(file for pattern in SOURCES for file in ROOT.glob(pattern))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()
    return f"{dt.datetime.now(dt.UTC).date()} {size} {digest}"


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment(folder), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\n[screens] {' '.join(arguments)} failed (reason above).")
    return done.stdout


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a web server on this district."""
    port = children.free_port()
    log = folder / "screens-web.log"
    with log.open("w") as output:
        variables = environment(folder) | {"BIND": f"127.0.0.1:{port}"}
        process = children.start(processes.argv(processes.WEB, str(BIN)), cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        address = f"http://localhost:{port}"
        if not children.wait_for(lambda: answers(address), seconds=60, process=process):
            sys.exit(f"{children.tail(log)}\n[screens] the web server did not start (its last lines above).")
        yield address
    finally:
        children.stop(process)


def answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}/healthz", timeout=10) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False
