"""``make check``: every check that needs no server. All run, the failed ones are named at the end. ``make check ARGS="types floors"`` runs some."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scripts import frontend

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
PRODUCTION = {
    "SECRET_KEY": "as-long-and-varied-as-a-real-one-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "DEBUG": "0",
    "DEMO": "0",
    "BASE_URL": "https://airduty.example.gov.cn",
    "ALLOWED_HOSTS": "airduty.example.gov.cn",
    "CSRF_TRUSTED_ORIGINS": "https://airduty.example.gov.cn",
    "PROXY_COUNT": "1",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "LOG_LEVEL": "WARNING",
}
"""What `check --deploy` looks at: the settings of docker-compose.yml, on a throw-away SQLite."""


def variables(folder: Path) -> dict[str, str]:
    return {**os.environ, **PRODUCTION, "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "airduty.settings"}


def tool(name: str, *arguments: str) -> list[str]:
    return [str(BIN / name), *arguments]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "manage.py", *arguments]


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "lint": lambda: tool("ruff", "check", "--output-format", "concise", "."),
    "format": lambda: tool("ruff", "format", "--check", "--output-format", "concise", "."),
    "templates": lambda: tool("djlint", "templates", "--lint", "--quiet"),
    "floors": lambda: tool("lint-imports"),
    "migrations": lambda: manage("makemigrations", "--check", "--dry-run"),
    "deployment": lambda: manage("check", "--deploy", "--fail-level", "WARNING"),
    "static": lambda: manage("collectstatic", "--noinput", "--verbosity", "0"),
    "compose": lambda: module("scripts.check_compose"),
    "catalogue": lambda: module("scripts.check_catalogue"),
    "types": lambda: tool("mypy"),
}


def passes(name: str, environment: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        CHECKS[name](), cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(f"[check] {name}: {'failed' if done.returncode else 'ok'} ({time.monotonic() - started:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main(chosen: list[str]) -> int:
    if unknown := set(chosen) - set(CHECKS):
        sys.exit(f"[check] There is no check named {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}")
    with tempfile.TemporaryDirectory(prefix="airduty-check-") as folder:
        data = Path(folder)
        (data / "static").mkdir()
        frontend.publish(data / "vendor")
        failed = [name for name in chosen or CHECKS if not passes(name, variables(data))]
    print(f"[check] failed: {', '.join(failed)}" if failed else "[check] all passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
