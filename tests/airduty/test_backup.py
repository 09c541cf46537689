"""``backup`` and ``restore_check``: whole or not there; restored for a trial, on the database the suite runs on; whatever was tampered with is named."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from airduty import backup, restoring
from audit.models import AuditEvent
from audit.services import record
from evidence.models import Photo
from evidence.storage import original_path
from tests.factories.accounts import UserFactory
from tests.factories.evidence import PhotoFactory

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="pg_dump")


@pytest.fixture
def deployment(settings, tmp_path):
    """A deployment with people, photos and a record, and where its backups go."""
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"
    settings.DATA_DIR.mkdir()
    for _n in range(3):
        PhotoFactory(stored=True)
        record("try", "session", by=UserFactory())
    call_command("anchor_audit", stdout=io.StringIO())
    return tmp_path / "backups"


def made(folder: Path, **options) -> Path:
    call_command("backup", str(folder), stdout=io.StringIO(), **options)
    return backup.finished(folder)[-1]


def checked(folder: Path) -> tuple[int, str]:
    """Exit code of ``restore_check`` and what it said."""
    said, told = io.StringIO(), io.StringIO()
    try:
        call_command("restore_check", str(folder), stdout=told, stderr=said)
    except SystemExit as ended:
        return ended.code, said.getvalue()
    return 0, told.getvalue()


def rewritten(folder: Path, **changes) -> None:
    manifest = backup.read(folder) | changes
    (folder / backup.MANIFEST).write_text(json.dumps(manifest))


def sealed_again(folder: Path) -> None:
    """As somebody would do who can write to the backup: the manifest fits the changed file."""
    manifest = backup.read(folder)
    files = manifest["files"] | {manifest["database"]: backup._facts(folder / manifest["database"])}
    rewritten(folder, files=files)


# --- made ---------------------------------------------------------------------------------------------------------------------------
def test_a_backup_says_what_is_in_it(deployment):
    told = io.StringIO()
    call_command("backup", str(deployment), stdout=told)

    [folder] = backup.finished(deployment)
    manifest = backup.read(folder)
    assert manifest["counts"]["evidence_photo"] == 3
    assert {name for name in manifest["files"] if name.startswith("media/")} == {
        f"media/orig/{sha[:2]}/{sha[2:4]}/{sha}" for sha in Photo.objects.values_list("sha256", flat=True)
    }
    assert [line["seq"] for line in manifest["anchors"]] == [AuditEvent.objects.filter(action="try").count()]
    assert (manifest["damaged"], manifest["missing"]) == ([], [])
    assert "MB" in told.getvalue() and folder.name in told.getvalue()
    assert AuditEvent.objects.filter(action="backup").count() == 1


def test_a_restored_backup_is_in_order_and_nothing_is_left_behind(deployment, monkeypatch):
    monkeypatch.setattr(restoring.uuid, "uuid4", lambda: SimpleNamespace(hex="of-this-test"))
    folder = made(deployment)
    record("later", "session", by=None)

    code, told = checked(deployment)

    assert (code, "in order" in told) == (0, True)
    assert restoring.outcome_of(folder)["exit_code"] == 0
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_database WHERE datname = 'airduty_restore_of-this-test'")
            assert cursor.fetchone() == (0,)


def test_originals_that_the_backup_before_holds_are_linked_to_it(deployment, monkeypatch):
    first = made(deployment)
    fresh = PhotoFactory(stored=True)
    monkeypatch.setattr(backup, "NAME", "second")

    second = made(deployment)

    names = [name for name in backup.read(second)["files"] if name.startswith("media/")]
    shared = {name.rpartition("/")[2] for name in names if (second / name).stat().st_nlink == 2}
    assert {name.rpartition("/")[2] for name in names} - shared == {fresh.sha256}
    shutil.rmtree(first)
    assert checked(deployment)[0] == 0


def test_only_the_newest_are_kept(deployment, monkeypatch):
    for name in ("a", "b", "c"):
        monkeypatch.setattr(backup, "NAME", name)
        made(deployment, keep=2)

    assert [folder.name for folder in backup.finished(deployment)] == ["b", "c"]


def test_an_original_that_is_not_what_its_name_says_is_named_and_taken_again(deployment, monkeypatch):
    path = original_path(Photo.objects.first().sha256)
    sound = path.read_bytes()
    path.write_bytes(b"changed")
    with pytest.raises(CommandError, match="1 originals are damaged or missing"):
        made(deployment)

    path.write_bytes(sound)
    monkeypatch.setattr(backup, "NAME", "second")
    made(deployment)

    assert checked(deployment)[0] == 0


def test_an_original_that_is_gone_is_named(deployment):
    original_path(Photo.objects.first().sha256).unlink()

    with pytest.raises(CommandError, match="damaged or missing"):
        made(deployment)


@POSTGRESQL
def test_a_dump_that_fails_leaves_no_backup(deployment, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")

    with pytest.raises(CommandError, match="pg_dump failed"):
        made(deployment)
    assert [path.name for path in deployment.iterdir()] == [".lock"]


@POSTGRESQL
def test_a_machine_without_pg_dump_is_told_what_to_install(deployment, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(CommandError, match="postgresql-client"):
        made(deployment)


def test_what_a_killed_backup_has_left_is_no_backup_and_is_cleared_away(deployment):
    left = deployment / f"{backup.PART}20260101T000000Z"
    left.mkdir(parents=True)
    (left / "database.dump").write_text("half")

    assert checked(deployment)[0] == 1
    made(deployment)
    assert not left.exists()


def test_one_backup_at_a_time(deployment):
    with backup._alone(deployment), pytest.raises(CommandError, match="Another backup"):
        made(deployment)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(deployment):
    with pytest.raises(CommandError, match="cannot be written"):
        made(Path("/proc/backups"))


# --- tampered with ------------------------------------------------------------------------------------------------------------------
def test_a_missing_or_broken_manifest_is_no_backup(deployment):
    folder = made(deployment)
    (folder / backup.MANIFEST).write_text("{")
    assert checked(deployment)[0] == 1

    (folder / backup.MANIFEST).unlink()
    assert checked(deployment) == (1, f"There is no finished backup in {deployment}.\n")


def test_a_cut_dump_and_a_missing_photo_are_damage(deployment):
    folder = made(deployment)
    manifest = backup.read(folder)
    dump = folder / manifest["database"]
    dump.write_bytes(dump.read_bytes()[:-100])
    photo = next(name for name in manifest["files"] if name.startswith("media/"))
    (folder / photo).unlink()

    code, said = checked(deployment)

    assert code == 1 and manifest["database"] in said and photo in said


def test_a_photo_of_the_same_size_but_other_bytes_is_damage(deployment):
    folder = made(deployment)
    photo = folder / next(name for name in backup.read(folder)["files"] if name.startswith("media/"))
    photo.write_bytes(b"\0" * photo.stat().st_size)

    assert checked(deployment)[0] == 1


def test_a_dump_that_is_none_cannot_be_restored(deployment):
    folder = made(deployment)
    (folder / backup.read(folder)["database"]).write_bytes(b"no dump at all")
    sealed_again(folder)

    assert checked(deployment)[0] == 2


def test_other_rows_than_the_manifest_says_are_named(deployment):
    folder = made(deployment)
    rewritten(folder, counts=backup.read(folder)["counts"] | {"evidence_photo": 4})

    assert checked(deployment) == (3, "evidence_photo has 3 rows instead of 4.\n")


def test_a_backup_of_an_older_version_says_what_is_wanted(deployment):
    folder = made(deployment)
    rewritten(folder, migrations=backup.read(folder)["migrations"][:-1])

    code, said = checked(deployment)

    assert code == 3 and "1 more migrations" in said


def test_an_audit_row_changed_inside_the_backup_is_found(deployment, tmp_path):
    folder = made(deployment)
    with_changed_audit_row(folder, tmp_path)
    sealed_again(folder)

    code, said = checked(deployment)

    assert code == 4 and "chain" in said


def with_changed_audit_row(folder: Path, tmp_path: Path) -> None:
    dump = folder / backup.read(folder)["database"]
    change = "UPDATE audit_auditevent SET actor_name = 'somebody else' WHERE seq = 2"
    if dump.suffix == ".sqlite3":
        with sqlite3.connect(dump) as direct:
            direct.execute("DROP TRIGGER audit_auditevent_no_change")
            direct.execute(change)
        direct.close()
        return
    manifest = backup.read(folder)
    with restoring.restored(folder, manifest, tmp_path) as address:
        direct = restoring._direct(address)
        direct.autocommit = True
        direct.cursor().execute(f"SET session_replication_role = replica; {change}")
        direct.close()
        subprocess.run(["pg_dump", "-Fc", "--no-owner", f"--file={dump}", address], check=True)


def test_a_chain_cut_inside_the_backup_is_found_by_the_heads_of_its_manifest(deployment):
    folder = made(deployment)
    heads = backup.read(folder)["anchors"]
    record("more", "session", by=None)
    shutil.rmtree(folder)
    newer = made(deployment)
    later = backup.read(newer)["anchors"]
    assert later[0]["seq"] > heads[0]["seq"]
    beyond = [line | {"seq": line["seq"] + 100} for line in later]
    rewritten(newer, anchors=beyond)

    assert checked(deployment)[0] == 4
