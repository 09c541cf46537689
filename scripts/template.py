"""A database with every migration applied, from which each process of the suite copies its own: migrating takes half a minute, copying half a second.

What it holds is kept as SQL in ``.test-cache``, under a name made of all that decides it, so that the next run does not migrate at all.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.servers import ROOT, plain_environment, say

NAME = "airduty_template"
KEPT = ROOT / ".test-cache"
IMPORTED = re.compile(r"^from ([\w.]+) import ([\w, ]+)$", re.MULTILINE)
PROGRAMS = ("psql", "pg_dump")


def fill(variables: dict[str, str]) -> dict[str, str]:
    """Makes the database on the server of ``variables``; the variables that lead the suite to it, none where the programs for it are missing."""
    if not all((Path(variables["TEST_PG_BIN"]) / program).exists() for program in PROGRAMS):
        return {}
    server = variables["DATABASE_URL"].rpartition("/")[0]
    kept = KEPT / f"{fingerprint(variables)}.sql"
    _program(variables, "psql", "postgres", "-c", f"CREATE DATABASE {NAME}")
    if kept.exists():
        _program(variables, "psql", NAME, "-v", "ON_ERROR_STOP=1", "-f", str(kept))
    else:
        say("applying the migrations once for all test processes")
        migrating = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        if subprocess.run(migrating, cwd=ROOT, env=variables | {"DATABASE_URL": f"{server}/{NAME}"}).returncode:
            sys.exit("[servers] The migrations cannot be applied (reason above).")
        _keep(variables, kept)
    return {"TEST_DATABASE_TEMPLATE": NAME}


def fingerprint(variables: dict[str, str]) -> str:
    """Of the migrations, the modules of ours that they import, the packages and the server."""
    said = subprocess.run([str(Path(variables["TEST_PG_BIN"]) / "postgres"), "--version"], capture_output=True, check=True).stdout
    digest = hashlib.sha256(said)
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    for path in [*migrations, *sorted(set(_imported(migrations))), ROOT / "requirements.txt"]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:24]


def _imported(migrations: list[Path]) -> Iterator[Path]:
    for path in migrations:
        for module, names in IMPORTED.findall(path.read_text()):
            places = [module, *(f"{module}.{name.strip()}" for name in names.split(","))]
            yield from (found for place in places if (found := ROOT / f"{place.replace('.', '/')}.py").exists())


def _keep(variables: dict[str, str], kept: Path) -> None:
    KEPT.mkdir(exist_ok=True)
    for old in KEPT.glob("*.sql"):
        old.unlink(missing_ok=True)
    fresh = kept.with_suffix(f".{variables['DATA_DIR'].replace('/', '-')}")
    _program(variables, "pg_dump", NAME, "--no-owner", "-f", str(fresh))
    fresh.rename(kept)


def _program(variables: dict[str, str], name: str, database: str, *arguments: str) -> None:
    program = str(Path(variables["TEST_PG_BIN"]) / name)
    address = f"{variables['DATABASE_URL'].rpartition('/')[0]}/{database}"
    done = subprocess.run([program, "--dbname", address, *arguments], capture_output=True, text=True, env=plain_environment())
    if done.returncode:
        sys.exit(f"{done.stderr}\n[servers] {name} failed (reason above); remove {KEPT.name}/ when it came from there.")
