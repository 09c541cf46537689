"""Rows, files and the command."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import services, tasks, verify
from audit.models import Verification
from evidence.storage import original_path
from grids.models import Grid
from tests.factories.accounts import UserFactory
from tests.factories.evidence import PhotoFactory, photo_bytes
from tests.factories.grids import GridFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _audited(settings, monkeypatch):
    """Grids stand in for any audited model: decimals, dates, JSON and foreign keys."""
    settings.AUDITED_MODELS = ["grids.Grid"]
    fields = tuple(field.attname for field in Grid._meta.concrete_fields)
    monkeypatch.setattr(Grid, "AUDIT_FIELDS", fields, raising=False)


def recorded_grid():
    grid = GridFactory()
    services.record("grid.create", grid, by=None, district_id=grid.pk)
    return grid


def verified():
    return verify.run(state=True)


def test_rows_as_their_last_event_left_them_are_in_order():
    grids = [recorded_grid() for _ in range(3)]
    grids[0].name = "改名"
    grids[0].save()
    services.record("grid.rename", grids[0], by=None, district_id=grids[0].pk)

    found = verified()

    assert (found.exit_code, found.rows, found.faults) == (0, 3, [])


def test_row_changed_by_raw_sql_is_named():
    _first, second = recorded_grid(), recorded_grid()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE grids_grid SET name = '改' WHERE id = %s", [second.pk])

    found = verified()

    assert found.exit_code == 3
    assert [fault["where"] for fault in found.faults] == [f"grids.Grid {second.pk}"]


def test_row_nobody_recorded_is_named():
    grid = GridFactory()

    assert [(fault["where"], fault["what"]) for fault in verified().faults] == [(f"grids.Grid {grid.pk}", "no event tells of this row")]


def test_row_that_vanished_is_named():
    grid = recorded_grid()
    pk = grid.pk
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM grids_grid WHERE id = %s", [pk])

    found = verified()

    assert (found.exit_code, found.faults[0]["where"]) == (3, f"grids.Grid {pk}")


def test_row_whose_removal_is_on_record_is_not_missed_and_named_when_it_stands_there_again():
    grid = recorded_grid()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM grids_grid WHERE id = %s", [grid.pk])
    services.record_removal("grid.remove", grid, by=None, district_id=grid.pk)

    assert verified().exit_code == 0
    grid.save(force_insert=True)
    assert [(fault["where"], fault["what"]) for fault in verified().faults] == [(f"grids.Grid {grid.pk}", "was changed past the record")]


def test_rows_are_read_in_slices(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(verify, "SLICE", 2)
    for _ in range(5):
        recorded_grid()

    assert (verified().exit_code, verified().rows, verified().events) == (0, 5, 5)


def test_no_more_than_a_hundred_faults_are_kept():
    for _ in range(verify.KEPT_FAULTS + 5):
        GridFactory()

    assert len(verified().faults) == verify.KEPT_FAULTS


# --- files --------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def photos():
    """Paths of five originals."""
    return [original_of(photo_bytes(number)) for number in range(5)]


def original_of(content):
    path = original_path(PhotoFactory(content=content).sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_untouched_files_are_in_order(photos):
    assert [(found.exit_code, found.files) for found in (verify.run(files=3), verify.run(files=50))] == [(0, 3), (0, 5)]


def test_changed_or_missing_file_is_named(photos):
    photos[0].write_bytes(b"another picture")
    photos[1].unlink()

    found = verify.run(files=50)

    assert found.exit_code == 4
    assert {fault["where"] for fault in found.faults} == {photos[0].name, photos[1].name}


# --- command and schedule -----------------------------------------------------------------------------------------------------------
def test_command_ends_with_the_code_and_names_the_row(capsys):
    grid = GridFactory()

    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", state=True)

    assert ended.value.code == 3
    assert f"state: grids.Grid {grid.pk}: no event tells of this row" in capsys.readouterr().err


def test_command_is_content_with_a_sound_record(capsys, tmp_path):
    recorded_grid()
    call_command("anchor_audit")
    outside = tmp_path / "outside.jsonl"
    outside.write_text(capsys.readouterr().out, encoding="utf-8")

    call_command("verify_audit", state=True, files=1, anchor=outside)

    assert "1 events, 0 redacted, 1 rows, 0 files: in order" in capsys.readouterr().out
    assert Verification.objects.get().full is True


def test_command_refuses_an_anchor_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError):
        call_command("verify_audit", anchor=tmp_path / "nothing")


def test_scheduled_tasks_verify_and_anchor():
    recorded_grid()

    assert (tasks.anchor(), tasks.anchor(), tasks.verify()) == (1, 0, 0)
    assert Verification.objects.get().full is True


def test_auditor_sees_own_district_only(settings):
    settings.AUDIT_SCOPE = "tests.audit.test_state.only_district_three"
    services.record("x", "thing", by=None, district_id=3)
    services.record("x", "thing", by=None, district_id=4)

    assert [event.district_id for event in services.AuditEvent.objects.visible_to(UserFactory())] == [3]


def only_district_three(user):
    return {3}
