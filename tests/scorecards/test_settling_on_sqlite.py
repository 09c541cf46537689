"""The embedded database keeps a settled month too, and works it out to the same digest as PostgreSQL."""

import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.db import connection

from scorecards.services import recomputing
from tests.factories.scorecards import MONTH
from tests.scorecards.air import aim, days_of, station_in
from tests.scorecards.closing import Scene

COPIED = ("accounts", "grids", "airquality", "inspections", "registers", "rectification", "evidence", "scorecards", "worktime")
"""Apps whose rows are carried over to the other database."""
SQLITE = """
import django
django.setup()
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
call_command("migrate", verbosity=0)
from scorecards import guards
from scorecards.models import AirDay, AirSheet, Recomputation, Scorecard, ScoreRow, Settlement
from scorecards.services import recomputing
assert connection.vendor == "sqlite" and guards.missing(connection) == [], guards.missing(connection)
from django.core import serializers
import sys, json
path = sys.argv[1]
with connection.cursor() as cursor:
    cursor.execute("PRAGMA foreign_keys = OFF")
with connection.schema_editor() as editor:
    guards.remove(None, editor)
from django.apps import apps
rows = list(serializers.deserialize("json", open(path, encoding="utf-8").read(), ignorenonexistent=True))
with transaction.atomic():
    for model in {type(row.object) for row in rows}:
        model._base_manager.all()._raw_delete("default")
    for row in rows:
        row.save()
with connection.schema_editor() as editor:
    guards.install(None, editor)
with connection.cursor() as cursor:
    cursor.execute("PRAGMA foreign_keys = ON")
settlement = Settlement.objects.get(state="settled")

def refused(touch):
    try:
        with transaction.atomic():
            touch()
    except DatabaseError as error:
        return guards.KEPT in str(error) or "FOREIGN KEY" in str(error)
    return False

row, card = ScoreRow.objects.exclude(amount=0).first(), Scorecard.objects.filter(month=settlement.month).first()
touches = [
    lambda: ScoreRow.objects.filter(pk=row.pk).update(amount=0),
    lambda: ScoreRow.objects.filter(pk=row.pk).delete(),
    lambda: ScoreRow.objects.create(scorecard_id=row.scorecard_id, line_id=row.line_id, finding_id=row.finding_id, reason="found"),
    lambda: Scorecard.objects.filter(pk=card.pk).update(obtained=1),
    lambda: Scorecard.objects.filter(pk=card.pk).update(month="2026-09"),
    lambda: card.lines.update(full=1),
    lambda: AirDay.objects.update(pm25=1),
    lambda: AirSheet.objects.all()._raw_delete("default"),
    lambda: Settlement.objects.update(state="open"),
    lambda: Settlement.objects.all()._raw_delete("default"),
]
assert all(refused(touch) for touch in touches), [refused(touch) for touch in touches]

def committed():
    Recomputation.objects.create(settlement=settlement, never_id=0)
    Scorecard.objects.filter(pk=card.pk).update(obtained=1)
assert refused(committed)

found = recomputing.recompute(settlement.district, settlement.month)
assert found.is_equal, found
print("equal", found.anew)
"""


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="compares with PostgreSQL")
def test_sqlite_refuses_the_same_and_recomputes_to_the_same_digest(tmp_path):
    scene = Scene()
    days_of(station_in(scene.district), pm25="44.12345")
    aim(scene.district)
    settlement = scene.settle()
    found = recomputing.recompute(scene.district, MONTH)
    carried = [row for app in COPIED for model in apps.get_app_config(app).get_models() for row in model._base_manager.order_by("pk")]
    (tmp_path / "rows.json").write_text(serializers.serialize("json", carried), encoding="utf-8")

    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "airduty.settings",
    }
    command = [sys.executable, "-c", SQLITE, str(tmp_path / "rows.json")]
    program = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=300)

    assert program.stdout.split() == ["equal", settlement.digest], program.stderr[-3000:]
    assert found.anew == settlement.digest
