"""A backup: anchors and a consistent copy of the database first, then originals, the manifest last; whole or not there at all.

``DIR/20261124T013000Z/`` holds ``database.dump`` (``pg_dump -Fc``) or ``database.sqlite3``, ``media/``, ``anchors/`` and ``manifest.json``. Originals
never change: those that the backup before holds are linked to it, so that each backup is whole and costs only what is new.
"""

import datetime as dt
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from audit.services import heads, record
from evidence.models import File, Photo
from evidence.storage import digest_of

MANIFEST, PART = "manifest.json", ".part-"
NAME = "%Y%m%dT%H%M%SZ"
ORIGINALS = ("orig", "files")
"""Folders below MEDIA_ROOT whose files are named by their hash. Display copies and exports are made again."""


class BackupFailed(Exception):
    """With the reason for people."""


def finished(folder: Path) -> list[Path]:
    """Backups with a manifest, oldest first."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))


def make(folder: Path, *, keep: int = 0) -> dict:
    """Make one and return its manifest; ``keep`` > 0 removes all but so many. Raises ``BackupFailed``; then the folder is as it was."""
    begun, now = time.monotonic(), timezone.now()
    with _alone(folder):
        target, part = folder / f"{now:{NAME}}", folder / f"{PART}{now:{NAME}}"
        part.mkdir(mode=0o700)
        try:
            manifest = _fill(part, before=finished(folder)[-1:], now=now)
            manifest["seconds"] = round(time.monotonic() - begun, 1)
            _write(part / MANIFEST, manifest)
            os.sync()
            part.rename(target)
        except (OSError, subprocess.CalledProcessError) as error:
            raise BackupFailed(reason(error)) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
        for old in finished(folder)[:-keep] if keep else ():
            shutil.rmtree(old)
    told = {name: manifest[name] for name in ("made_at", "bytes", "seconds")} | {"name": target.name}
    record("backup", "database", by=None, payload={name: str(value) for name, value in told.items()})
    return manifest | {"folder": str(target)}


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time; what a killed one has left is cleared away."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / ".lock").open("a")
    except OSError as error:
        raise BackupFailed(f"{folder} cannot be written: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(f"Another backup into {folder} is running.") from None
        for left in folder.glob(f"{PART}*"):
            shutil.rmtree(left)
        yield


def reason(error: OSError | subprocess.CalledProcessError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"{error.cmd[0]} failed: {error.stderr.strip()}"
    if isinstance(error, FileNotFoundError) and str(error.filename).startswith("pg_"):
        return f"{error.filename} is not installed (Debian: apt-get install postgresql-client)."
    return str(error)


def _fill(part: Path, *, before: list[Path], now: dt.datetime) -> dict:
    manifest: dict[str, Any] = {"format": 1, "version": settings.VERSION, "made_at": now.isoformat(), "vendor": connection.vendor}
    anchors = {f"anchors/{source.name}": _copy(source, part / "anchors" / source.name) for source in _anchor_files()}
    manifest |= _of_postgresql(part) if connection.vendor == "postgresql" else _of_sqlite(part)
    wanted = manifest.pop("originals")
    files, damaged = _media(part, known=read(before[0])["files"] if before else {}, kept=before[0] if before else part)
    missing = sorted(wanted - {Path(name).name for name in files})
    files |= anchors | {manifest["database"]: _facts(part / manifest["database"])}
    size = sum(facts["size"] for facts in files.values())
    return manifest | {"files": files, "damaged": damaged, "missing": missing, "bytes": size}


def _anchor_files() -> list[Path]:
    """Taken before the database: what they note is then in the copy."""
    return sorted((settings.DATA_DIR / "anchors").glob("*.jsonl"))


# --- database -----------------------------------------------------------------------------------------------------------------------
def _of_postgresql(part: Path) -> dict:
    """Counts, chain heads and dump of one and the same moment: ``pg_dump`` reads the snapshot of our transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        found = _state(cursor, connection.introspection.table_names(cursor)) | {"database": "database.dump", "anchors": _heads()}
        target = part / found["database"]
        dump = ["pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", f"--file={target}"]
        subprocess.run(dump, env=environment(connection.settings_dict), check=True, capture_output=True, text=True)
    return found


def _of_sqlite(part: Path) -> dict:
    """The heads first: a chain only grows, so they are in the copy too."""
    found: dict[str, Any] = {"database": "database.sqlite3", "anchors": _heads()}
    connection.ensure_connection()
    with closing(sqlite3.connect(part / found["database"])) as copy:
        connection.connection.backup(copy)
        cursor = copy.cursor()
        tables = [name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()]
        return found | _state(cursor, tables)


def _heads() -> list[dict]:
    return [each.as_line() for each in heads()]


def _state(cursor, tables: list[str]) -> dict:
    """What a restored copy is compared with, and the originals that its rows name."""
    named = {*Photo.objects.values_list("sha256", flat=True), *File.objects.values_list("sha256", flat=True)}
    return {"counts": counts(cursor, tables), "migrations": migrations(cursor), "originals": named}


def counts(cursor, tables) -> dict[str, int]:
    found = {}
    for table in sorted(tables):
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        [found[table]] = cursor.fetchone()
    return found


def migrations(cursor) -> list[str]:
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    return [f"{app}.{name}" for app, name in cursor.fetchall()]


def environment(database: dict) -> dict[str, str]:
    """For PostgreSQL's own programs; a password never stands on a command line."""
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return os.environ | {variable: str(database[name]) for variable, name in named.items() if database[name]}


# --- files --------------------------------------------------------------------------------------------------------------------------
def _media(part: Path, *, known: dict[str, dict], kept: Path) -> tuple[dict[str, dict], list[str]]:
    """Originals by their path in the backup, and those whose bytes are not what their name says. ``known``: files of the backup ``kept``."""
    root, files, damaged = Path(settings.MEDIA_ROOT), {}, []
    for source in (path for folder in ORIGINALS for path in sorted((root / folder).glob("*/*/*"))):
        name = f"media/{source.relative_to(root)}"
        sound = known.get(name, {}).get("sha256") == source.name
        files[name] = known[name] if sound and _link(kept / name, part / name) else _copy(source, part / name)
        if files[name]["sha256"] != source.name:
            damaged.append(name)
    return files, damaged


def _link(kept: Path, target: Path) -> bool:
    """One file under two names; False when it is gone, or this disk knows no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(kept, target)
    except OSError:
        return False
    return True


def _copy(source: Path, target: Path) -> dict:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return _facts(target)


def _facts(path: Path) -> dict:
    return {"size": path.stat().st_size, "sha256": digest_of(path)}


def read(backup: Path) -> dict:
    return json.loads((backup / MANIFEST).read_text(encoding="utf-8"))


def _write(path: Path, manifest: dict) -> None:
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
