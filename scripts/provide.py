"""Finds the programs that tests need, and installs them with apt-get when this machine lacks them and we may."""

import fcntl
import glob
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def say(text: str) -> None:
    print(f"[provide] {text}", flush=True)


def postgres_bin() -> Path | None:
    """The folder with ``initdb`` and ``postgres``; the newest version when several are installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb") + glob.glob("/usr/pgsql-*/bin/initdb"), key=_version)
    candidate = found[-1] if found else shutil.which("initdb")
    return Path(candidate).parent if candidate else None


def _version(path: str) -> int:
    return int("".join(c for c in Path(path).parent.parent.name if c.isdigit()) or 0)


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None)


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chinese_font() -> bool:
    lister = shutil.which("fc-list")
    return bool(lister) and bool(subprocess.run([lister, ":lang=zh-cn"], capture_output=True, text=True).stdout.strip())


def redis() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")


NEEDS = {
    "postgresql": postgres_bin,
    "redis-server": redis,
    "chromium": chromium,
    "fonts-noto-cjk": chinese_font,
    "gettext": lambda: shutil.which("xgettext"),
}


def provide(*packages: str) -> None:
    """Have the named Debian packages (all of ``NEEDS`` when none is named), or stop with a sentence that says what to do."""
    wanted = packages or tuple(NEEDS)
    if not missing(wanted):
        return
    with open(Path(tempfile.gettempdir()) / f"airduty-provide-{os.getuid()}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lacking = missing(wanted)
        if lacking:
            install(lacking)


def missing(wanted) -> list[str]:
    return [package for package in wanted if not NEEDS[package]()]


def install(lacking: list[str]) -> None:
    remedy = f"apt-get install {' '.join(lacking)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"[provide] This machine lacks: {', '.join(lacking)}. Please install them first, on Debian or Ubuntu: sudo {remedy}")
    say(f"installing what is missing: {', '.join(lacking)}")
    apt("update")
    apt("install", "-y", "--no-install-recommends", *lacking)
    if still := missing(lacking):
        sys.exit(f"[provide] {', '.join(still)} cannot be found although apt-get has installed it. Please install by hand: {remedy}")


def apt(*arguments: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", *arguments]
    result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        last = "\n".join((result.stdout + result.stderr).splitlines()[-10:])
        sys.exit(f"{last}\n[provide] `{' '.join(command)}` failed (reason above). Is a package mirror reachable?")
