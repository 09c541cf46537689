import os
import subprocess
import sys
import uuid

import pytest
from django.conf import settings
from django.db import connection

from inspections import search
from inspections.models import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(put, member, report):
    for text in ("东门南侧黄土未覆盖约300平方米", "净化器未开机，油烟直排", "板材喷涂作坊无治污设施 A-17"):
        assert put(member, report(text=text), key=uuid.uuid4()).status_code == 201


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("油烟", 1),
        ("黄土", 1),
        ("作坊 喷涂", 1),
        ("黄土 油烟", 0),
        ("A-17", 1),
        ("３００平方米", 1),
        ("裸露土地", 3),
        ("土", 3),
        ("", 3),
        ("！？", 3),
    ],
)
def test_two_characters_are_enough(texts, words, count):
    assert Finding.objects.matching(words).count() == count


def test_words_find_by_number_after_registration(texts, office):
    from rectification.services import advance

    finding = advance(Finding.objects.first(), "register", by=office)
    assert list(Finding.objects.matching(finding.number)) == [finding]


def test_search_asks_the_index(texts, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's plan")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        monkeypatch.setattr(search, "FEW", -1)
        plan = Finding.objects.matching("油烟").order_by().explain()
    assert "finding_search" in plan


def test_odd_words_are_harmless(client, office, texts):
    client.force_login(office)
    for words in ("'", '"', "a & b | !c", "油烟' OR 1=1 --", "*:*", "%_", "\\", "NEAR(", "油" * 100):
        assert client.get("/ledger/", {"q": words}).status_code == 200, words
        assert client.get("/api/v1/findings/", {"q": words}).status_code == 200, words


SQLITE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories.inspections import FindingFactory
from inspections import search
from inspections.models import Finding
rows = [FindingFactory(text=text) for text in ("净化器未开机，油烟直排", "黄土未覆盖")]
for row in rows:
    Finding.objects.filter(pk=row.pk).update(search_text=search.text_of(row))
assert [row.text for row in Finding.objects.matching("油烟")] == ["净化器未开机，油烟直排"]
assert Finding.objects.matching("油烟 黄土").count() == 0
assert Finding.objects.matching('" OR *').count() >= 0
Finding.objects.filter(pk=rows[0].pk).update(search_text="改过")
assert Finding.objects.matching("油烟").count() == 0
print("found")
"""


@pytest.mark.slow
def test_sqlite_finds_the_same(tmp_path):
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "airduty.settings",
    }
    program = subprocess.run([sys.executable, "-c", SQLITE], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=300)
    assert program.stdout.strip().endswith("found"), program.stderr[-2000:]
