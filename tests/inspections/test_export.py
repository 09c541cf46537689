import csv
import io

import openpyxl
import pytest

import sheets.services
from audit.models import AuditEvent
from inspections import exports
from inspections.models import Finding
from sheets.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory
from tests.factories.rectification import TaskEventFactory, TaskFactory

pytestmark = pytest.mark.django_db
FORMULAS = ["=1+1", '=HYPERLINK("http://x")', "=cmd|'/c calc'!A1", "+1", "-1", "@SUM(1)", "\t=1", "＝1", "－1", "坏\x01字符", "表情😀"]


@pytest.fixture
def desk(client, office):
    client.force_login(office)
    return client


def book_of(answer):
    assert answer.status_code == 200, answer.content[:300]
    return openpyxl.load_workbook(io.BytesIO(answer.content)).active


def lines_of(answer) -> list[dict]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_sheet_has_the_columns_of_the_ledger_and_the_filtered_rows(desk, district, office):
    finding = FindingFactory(district=district, state="assigned", text="土方未覆盖", superior_number="督字12号")
    task = TaskFactory(
        finding=finding, organisation=district.town_a.organisation, role="territorial", handler=UserFactory(name="经办甲", phone="10000000001")
    )
    TaskEventFactory(task=task, action="feedback", note="已覆盖300平方米")
    FindingFactory(district=district, source="complaint")
    sheet = book_of(desk.post("/ledger/export/?source=grid_patrol", {"format": "xlsx"}))
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "大气污染防治问题整改台账"
    assert rows[1][0].startswith("截至 ")
    header = next(row for row in rows if row[0] == "序号")
    body = dict(zip(header, rows[rows.index(header) + 1], strict=True))
    assert body["问题编号"] == finding.number
    assert (body["责任单位（属地）"], body["责任人"], body["联系电话"]) == ("甲街道", "经办甲", "10000000001")
    assert (body["整改进展"], body["上级编号"], body["是否销号"]) == ("已覆盖300平方米", "督字12号", "否")
    assert "录入人" not in header and "上报人" not in header
    event = AuditEvent.objects.get(action="export")
    assert '"rows":1' in event.payload
    assert any("审计号" in str(row[0]) for row in rows)


def test_telephone_is_masked_for_others_than_the_office(client, district):
    finding = FindingFactory(district=district, state="assigned")
    TaskFactory(finding=finding, organisation=district.town_a.organisation, role="territorial", handler=UserFactory(phone="10000000001"))
    client.force_login(UserFactory(town_handler=district.town_a.organisation))
    assert lines_of(client.post("/ledger/export/", {"format": "csv"}))[0]["联系电话"] == "100****0001"


def test_no_cell_becomes_a_formula(desk, district):
    for text in FORMULAS:
        FindingFactory(district=district, text=text, address=text)
    sheet = book_of(desk.post("/ledger/export/", {"format": "xlsx"}))
    assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    for line in lines_of(desk.post("/ledger/export/", {"format": "csv"})):
        assert not line["问题描述"].lstrip().startswith(("=", "+", "-", "@", "＝", "－")), line["问题描述"]


def test_api_gives_the_same_sheet(api, office, district):
    FindingFactory(district=district)
    FindingFactory(district=district, state="struck_off")
    answer = api(office).get("/api/v1/findings/", {"format": "csv"})
    assert len(lines_of(answer)) == 2
    assert book_of(api(office).get("/api/v1/findings/", {"format": "xlsx"})).max_row > 3
    assert api(office).get("/api/v1/findings/", {"format": "pdf"}).status_code == 400
    assert api(office).get("/api/v1/findings/", {"format": "csv", "source": "x"}).status_code == 400


def test_long_ledger_is_written_in_the_background_with_progress(desk, district, office, monkeypatch):
    monkeypatch.setattr(exports, "DIRECT_ROWS", 2)
    monkeypatch.setattr(exports, "CHUNK", 2)
    for _row in range(5):
        FindingFactory(district=district)
    answer = desk.post("/ledger/export/?box=all", {"format": "xlsx"})
    job = Job.objects.get()
    assert answer.url == f"/sheets/jobs/{job.pk}/"
    done = sheets.services.run(job)
    assert (done.state, done.total, done.result_name[-5:]) == ("done", 5, ".xlsx")


def test_background_export_has_the_rights_of_the_moment_it_runs(district, rf):
    from django.http import QueryDict

    town = UserFactory(town_handler=district.town_a.organisation)
    FindingFactory(district=district, grid=district.villages[0])
    job = exports.start(QueryDict("box=all"), by=town, form="csv")
    town.memberships.all().delete()
    result = exports.run_ledger_export(job)
    assert result.row_count == 0
    assert Finding.objects.count() == 1
