"""Is a backup worth anything? It is restored into a throw-away database and looked over; nothing of the deployment is touched.

The audit record in it is verified by a process of its own, which knows the throw-away database and the backup's photos only.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg2
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from airduty import backup, databases
from evidence.storage import digest_of

CHECKED = "restore_check.json"
DAMAGED, UNRESTORABLE, DIFFERENT, AUDIT = 1, 2, 3, 4
"""Exit codes; 0 in order."""


@dataclass
class Outcome:
    backup: str
    exit_code: int = 0
    sentences: list[str] = field(default_factory=list)
    seconds: float = 0

    def found(self, code: int, sentence: str) -> None:
        self.exit_code = self.exit_code or code
        self.sentences.append(sentence)


def check(folder: Path, *, photos: int) -> Outcome:
    """Restore the backup in ``folder``, or the newest one below it, and leave the outcome beside its manifest."""
    begun, chosen = time.monotonic(), newest(folder)
    if chosen is None:
        return Outcome(str(folder), DAMAGED, [f"There is no finished backup in {folder}."])
    outcome = Outcome(str(chosen))
    _examine(chosen, outcome, photos=photos)
    outcome.seconds = round(time.monotonic() - begun, 1)
    facts = {"checked_at": timezone.now().isoformat(), "exit_code": outcome.exit_code, "sentences": outcome.sentences, "seconds": outcome.seconds}
    (chosen / CHECKED).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    return outcome


def outcome_of(backed_up: Path) -> dict | None:
    """What the last check of this backup found."""
    file = backed_up / CHECKED
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def newest(folder: Path) -> Path | None:
    if (folder / backup.MANIFEST).exists():
        return folder
    return next(reversed(backup.finished(folder)), None)


def _examine(chosen: Path, outcome: Outcome, *, photos: int) -> None:
    try:
        manifest = backup.read(chosen)
        _compare_files(chosen, manifest, outcome, photos=photos)
    except (ValueError, KeyError, TypeError):
        outcome.found(DAMAGED, "The manifest cannot be read.")
    if outcome.exit_code:
        return
    with tempfile.TemporaryDirectory(prefix="airduty-restore-") as scratch:
        try:
            with restored(chosen, manifest, Path(scratch)) as address:
                _compare_rows(address, manifest, outcome)
                if not outcome.exit_code:
                    _verify_record(chosen, manifest, address, Path(scratch), outcome, photos=photos)
        except (subprocess.CalledProcessError, OSError, psycopg2.Error, sqlite3.Error) as error:
            told = error if isinstance(error, (subprocess.CalledProcessError, OSError)) else OSError(str(error).strip())
            outcome.found(UNRESTORABLE, f"The database cannot be restored: {backup.reason(told)}")


def _compare_files(chosen: Path, manifest: dict, outcome: Outcome, *, photos: int) -> None:
    """Every file is there in its size; dump, anchors and ``photos`` originals drawn by lot are hashed."""
    files, damaged = manifest["files"], set(manifest["damaged"])
    media = [name for name in files if name.startswith("media/") and name not in damaged]
    hashed = {*(name for name in files if not name.startswith("media/")), *random.sample(media, min(photos, len(media)))}
    for name, facts in files.items():
        path = chosen / name
        if not path.is_file():
            outcome.found(DAMAGED, f"{name} is missing.")
        elif path.stat().st_size != facts["size"] or (name in hashed and digest_of(path) != facts["sha256"]):
            outcome.found(DAMAGED, f"{name} is not what was backed up.")


# --- a throw-away database ----------------------------------------------------------------------------------------------------------
@contextmanager
def restored(chosen: Path, manifest: dict, scratch: Path) -> Iterator[str]:
    """Address of a database with the backup's content, gone afterwards."""
    if manifest["vendor"] == "sqlite":
        target = scratch / "restored.sqlite3"
        shutil.copyfile(chosen / manifest["database"], target)
        yield f"sqlite:///{target}"
        return
    if connection.vendor != "postgresql":
        raise OSError("it was made on PostgreSQL, and DATABASE_URL names none.")
    name = f"airduty_restore_{uuid.uuid4().hex[:12]}"
    with databases.as_owner():
        server = dict(connection.settings_dict)
        _on_server(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            restore = ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={name}", str(chosen / manifest["database"])]
            subprocess.run(restore, env=backup.environment(server), check=True, capture_output=True, text=True)
            yield _address(server | {"NAME": name})
        finally:
            _on_server(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on_server(server: dict, statement: str) -> None:
    """On a connection of its own: databases are not made inside a transaction."""
    with closing(psycopg2.connect(_address(server))) as direct:
        direct.autocommit = True
        with direct.cursor() as cursor:
            cursor.execute(statement)


def _address(server: dict) -> str:
    user, password = quote(server["USER"], safe=""), quote(server["PASSWORD"], safe="")
    return f"postgres://{user}{':' if password else ''}{password}@{server['HOST']}:{server['PORT'] or 5432}/{server['NAME']}"


# --- what is in it ------------------------------------------------------------------------------------------------------------------
def _compare_rows(address: str, manifest: dict, outcome: Outcome) -> None:
    with closing(_direct(address)) as direct:
        cursor = direct.cursor()
        if backup.migrations(cursor) != manifest["migrations"]:
            outcome.found(DIFFERENT, "The migrations in it are not those of the manifest.")
        if wanted := sorted({".".join(each) for each in MigrationLoader(None).disk_migrations} - set(manifest["migrations"])):
            outcome.found(DIFFERENT, f"This version of the product needs {len(wanted)} more migrations, first {wanted[0]}.")
        for table, count in backup.counts(cursor, manifest["counts"]).items():
            if count != manifest["counts"][table]:
                outcome.found(DIFFERENT, f"{table} has {count} rows instead of {manifest['counts'][table]}.")


def _direct(address: str):
    return psycopg2.connect(address) if address.startswith("postgres") else sqlite3.connect(address.removeprefix("sqlite:///"))


def _verify_record(chosen: Path, manifest: dict, address: str, scratch: Path, outcome: Outcome, *, photos: int) -> None:
    """``verify_audit`` over the copy, with the backup's photos and the heads noted in its manifest."""
    data, anchors = scratch / "data", scratch / "heads.jsonl"
    data.mkdir()
    for name in ("media", "anchors"):
        (data / name).symlink_to((chosen / name).resolve())
    anchors.write_text("".join(json.dumps(line) + "\n" for line in manifest["anchors"]), encoding="utf-8")
    variables = os.environ | {"DATABASE_URL": address, "DATABASE_OWNER_URL": "", "DATA_DIR": str(data)}
    command = [sys.executable, "manage.py", "verify_audit", "--state", "--files", str(photos), "--anchor", str(anchors)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True)
    if done.returncode:
        outcome.found(AUDIT, f"The audit record is not in order: {' '.join((done.stderr + done.stdout).split())[-600:]}")
