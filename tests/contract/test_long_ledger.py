"""What keeps a long ledger quick: the shapes of the questions asked of PostgreSQL. The figures are in docs/performance.md."""

import pytest
from django.db import connection

from inspections.models import Finding
from rectification.models import Task
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import FindingFactory
from tests.factories.rectification import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's plans")]


@pytest.fixture
def town(db):
    district = DistrictFactory()
    finding = FindingFactory(district=district, grid=district.villages[3], state="assigned")
    TaskFactory(finding=finding, organisation=district.town_a.organisation)
    return UserFactory(town_handler=district.town_a.organisation)


@pytest.mark.parametrize("model", [Finding, Task])
def test_a_party_is_never_made_to_collect_everything_it_ever_had(town, model):
    plan = model.objects.visible_to(town).explain()

    assert "hashed" not in plan
    assert model.objects.visible_to(town).count() == 1


@pytest.mark.parametrize(("few", "path"), [(1_000, "one"), (-1, "search_vector")])
def test_rare_and_frequent_words_find_the_same_rows(town, monkeypatch, few, path):
    finding = Finding.objects.get()
    Finding.objects.filter(pk=finding.pk).update(search_text="油 油烟 烟")
    monkeypatch.setattr("inspections.search.FEW", few)

    found = Finding.objects.matching("油烟")

    assert ("search_vector" in str(found.query)) == (path == "search_vector")
    assert list(found) == [finding]
    assert not Finding.objects.matching("扬尘").exists()


def test_notices_of_a_row_are_found_by_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM notices_notice WHERE subject_type = 'inspections.Finding' AND subject_id = '1'")
        assert "notice_by_subject" in str(cursor.fetchall())
