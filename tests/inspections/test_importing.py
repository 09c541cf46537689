"""A workbook in the style of a real district: title rows, a 截至 line, two header rows, merged cells, dates in many styles."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils.translation import override

from audit.models import AuditEvent
from inspections.models import Finding
from inspections.services import corrections
from inspections.services.importing import columns
from notices.models import Notice
from rectification.models import Task
from tests.factories.grids import GridFactory
from tests.factories.inspections import FindingFactory, ProblemTypeFactory

pytestmark = pytest.mark.django_db
HEADER = [
    "序号", "问题编号", "问题来源", "交办日期", "问题描述", "问题位置", "专项领域", "问题类型", "严重程度", "整改措施",
    "整改类型", "整改时限", "属地", "行业", "完成日期", "是否办结", "是否销号", "销号日期", "核查人", "备注",
]  # fmt: skip


def row(**cells) -> list:
    return [cells.get(title) for title in HEADER]


ROWS = [
    row(
        序号=1, 问题编号="2025-督-001", 问题来源="市督察", 交办日期="2025.9.1", 问题描述="拆迁地块2100平方米未覆盖", 问题位置="甲街道东侧",
        专项领域="扬尘管控", 问题类型="裸露土地", 严重程度="一般", 整改措施="覆盖", 整改类型="限期整改", 整改时限="2025年9月10日", 属地="甲街道",
        行业="区住建局", 完成日期="2025/9/8", 是否办结="是", 是否销号="√", 销号日期=20250912, 核查人="张三",
    ),
    row(
        序号=2, 问题编号="2025-督-002", 问题来源="群众举报", 交办日期=45901, 问题描述="净化器未开机", 问题位置="乙镇小吃街", 专项领域="餐饮",
        问题类型="油烟", 严重程度="较重", 整改类型="立行立改", 整改时限="立即", 属地="乙镇", 行业="住建局、生态环境分局", 是否办结="否",
        是否销号="否", 备注="已督促",
    ),
    row(
        序号=3, 问题编号="2025-督-003", 问题来源="网格巡查", 交办日期="2025年9月3日", 问题描述="道路积尘", 问题类型="裸土", 整改类型="长期",
        整改时限="长期坚持", 属地="甲街道",
    ),
]  # fmt: skip


def sheet(rows, *, two_headers=True) -> io.BytesIO:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["某区大气污染防治问题整改台账"])
    page.merge_cells("A1:T1")
    page.append(["截至2025年9月30日"])
    if two_headers:
        top = [title if title not in ("属地", "行业") else "责任单位" for title in HEADER]
        page.append(top)
        page.append(["" if title not in ("属地", "行业") else title for title in HEADER])
        for n, title in enumerate(HEADER, 1):
            if title not in ("属地", "行业"):
                page.merge_cells(start_row=3, end_row=4, start_column=n, end_column=n)
        page.merge_cells(start_row=3, end_row=3, start_column=13, end_column=14)
    else:
        page.append(HEADER)
    for each in rows:
        page.append(each)
    page.append(["合计", len(rows)])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


@pytest.fixture
def types(district):
    names = {"bare-ground": ("裸露土地未覆盖", "dust"), "catering-purifier": ("餐饮油烟净化器未运行、未清洗", "catering")}
    return {
        code: ProblemTypeFactory(district=district, field=getattr(district, field), code=code, name=name) for code, (name, field) in names.items()
    }


@pytest.fixture
def book(tmp_path):
    def write(rows=ROWS, **options):
        path = tmp_path / "整改台账.xlsx"
        path.write_bytes(sheet(rows, **options).getvalue())
        return str(path)

    return write


@pytest.fixture
def run(office, types, book, capsys):
    def command(*options, rows=ROWS, **shape):
        call_command("import_ledger", book(rows, **shape), *options)
        return capsys.readouterr()

    return command


@pytest.mark.parametrize("two_headers", [True, False])
def test_dry_run_writes_nothing(run, two_headers):
    assert "Would be written: 3 new, 0 updated, 0 unchanged, 0 rows refused." in run(two_headers=two_headers).out
    assert Finding.objects.count() == 0
    assert AuditEvent.objects.filter(action="finding.import").count() == 0


def test_rows_come_in_as_they_stand(run, district, types, office):
    run("--commit")
    closed, open_row, long_row = (Finding.objects.get(superior_number=f"2025-督-00{n}") for n in (1, 2, 3))
    assert (closed.state, closed.source, closed.problem_type, closed.grid) == ("struck_off", "city_inspection", types["bare-ground"], district.town_a)
    assert f"{closed.received_at:%Y-%m-%d}" == "2025-09-01"
    assert f"{closed.struck_off_at:%Y-%m-%d}" == "2025-09-12"
    assert {(task.organisation.name, task.role, task.state) for task in closed.tasks.all()} == {
        ("甲街道", "territorial", "passed"),
        ("区住建局", "sector", "passed"),
    }
    assert (open_row.state, open_row.kind, open_row.severity, open_row.tasks.count()) == ("assigned", "immediate", "serious", 3)
    assert open_row.problem_type == types["catering-purifier"]
    assert long_row.kind == "long_term"
    assert all(finding.number and finding.reporter == office for finding in (closed, open_row, long_row))
    assert not Notice.objects.exclude(kind="job").exists()


def test_import_twice_doubles_nothing(run):
    run("--commit")
    assert "Written: 0 new, 0 updated, 3 unchanged, 0 rows refused." in run("--commit").out
    assert (Finding.objects.count(), Task.objects.count()) == (3, 6)


def test_newer_sheet_takes_a_row_further_and_corrects_its_words(run):
    run("--commit")
    newer = [list(each) for each in ROWS]
    newer[1][4], newer[1][14:18] = "净化器未开机，油烟直排", ["2025-09-20", "是", "是", "2025-09-21"]
    assert "Written: 0 new, 1 updated, 2 unchanged" in run("--commit", rows=newer).out
    finding = Finding.objects.get(superior_number="2025-督-002")
    assert (finding.state, finding.text) == ("struck_off", "净化器未开机，油烟直排")
    assert finding.events.filter(action="correct").get().details["changes"]["text"][0] == "净化器未开机"
    assert list(Finding.objects.matching("直排")) == [finding]


def test_every_bad_row_is_named_and_none_is_written_unless_told(run):
    unread = row(问题编号="2025-督-004", 问题来源="外星人", 交办日期="2025-13-40", 问题类型="没有的类型", 属地="不存在乡")
    unknown = row(问题编号="2025-督-005", 问题来源="网格巡查", 交办日期="2025-9-5", 问题描述="描述", 问题类型="没有的类型", 属地="不存在乡")
    bad = [*ROWS, unread, unknown]
    with pytest.raises(CommandError):
        run("--commit", rows=bad)
    assert Finding.objects.count() == 0
    shown = run("--commit", "--partial", rows=bad)
    assert Finding.objects.count() == 3
    for word in ("“问题来源”", "“交办日期”", "“问题描述”", "没有“没有的类型”这个问题类型", "没有“不存在乡”这个单位"):
        assert word in shown.err


def test_row_of_our_own_numbering_cannot_be_changed_by_a_sheet(run, district):
    own = FindingFactory(district=district, number="2026-000001")
    rows = [[1, "2026-000001", *ROWS[0][2:]]]
    assert "这是平台内登记的问题" in run("--commit", "--partial", rows=rows).err
    own.refresh_from_db()
    assert own.state == "registered"


def test_number_used_twice_in_a_sheet_overwrites_nothing(run):
    other = row(问题编号="2025-督-001", 问题来源="市督察", 交办日期="2025.9.2", 问题描述="另一处裸土", 问题类型="裸土", 属地="乙镇")
    shown = run("--commit", "--partial", rows=[*ROWS, other])
    assert "这张表里已有一行用了这个问题编号" in shown.err
    assert Finding.objects.get(superior_number="2025-督-001").text == "拆迁地块2100平方米未覆盖"
    assert "0 new, 0 updated, 3 unchanged, 1 rows refused" in run("--commit", "--partial", rows=[*ROWS, other]).out


def test_number_of_another_ledger_overwrites_no_problem_of_this_one(run):
    run("--commit")
    other = row(问题编号="2025-督-001", 问题来源="群众举报", 交办日期="2025.9.2", 问题描述="油烟扰民", 问题类型="油烟", 属地="乙镇")
    assert "这个问题编号已是“市督察”的问题" in run("--commit", "--partial", rows=[other]).err
    assert Finding.objects.get(superior_number="2025-督-001").text == "拆迁地块2100平方米未覆盖"


def test_sheet_that_still_names_the_source_before_its_correction_is_imported_again(run, office):
    run("--commit")
    corrections.apply(Finding.objects.get(superior_number="2025-督-001"), {"source": "complaint"}, note="群众举报", by=office)
    assert "Written: 0 new, 0 updated, 3 unchanged" in run("--commit").out
    assert Finding.objects.get(superior_number="2025-督-001").source == "complaint"
    other = row(问题编号="2025-督-001", 问题来源="网格巡查", 交办日期="2025.9.2", 问题描述="油烟扰民", 问题类型="油烟", 属地="乙镇")
    shown = run("--commit", "--partial", rows=[other]).err
    assert "请在编号前加上台账名称" in shown and "请在问题页更正来源" in shown


@pytest.fixture
def in_grid(run):
    """Imports one row that names its grid; what was said, and where it lies."""

    def take(name, *, unit, number="2025-网-001"):
        cells = row(问题编号=number, 问题来源="网格巡查", 交办日期="2025.9.2", 问题描述="裸土", 问题类型="裸土", 属地=unit)
        HEADER.append("所属网格")
        try:
            said = run("--commit", "--partial", rows=[[*cells, name]], two_headers=False)
        finally:
            HEADER.remove("所属网格")
        found = Finding.objects.filter(superior_number=number).first()
        return said, found and found.grid

    return take


def test_grid_of_a_common_name_is_the_one_below_the_township_of_the_row(in_grid, district):
    for town in (district.town_a, district.town_b):
        GridFactory(parent=town, name="中心村")
    assert in_grid("中心村", unit="乙镇")[1].parent == district.town_b


def test_grid_that_several_may_be_is_refused_and_its_code_asked_for(in_grid, district):
    twins = [GridFactory(parent=district.town_a, name="中心村") for _n in range(2)]
    said, grid = in_grid("中心村", unit="甲街道")
    assert (grid, "有 2 个网格叫“中心村”，请填网格编码。" in said.err) == (None, True)
    assert in_grid(twins[1].code, unit="甲街道")[1] == twins[1]


def test_grid_that_has_ended_takes_no_new_row_and_keeps_the_old(in_grid, district):
    ended = GridFactory(parent=district.town_a, name="老村")
    assert in_grid("老村", unit="甲街道")[1] == ended
    ended.valid_to = "2026-01-01"
    ended.save()
    assert "0 new, 0 updated, 1 unchanged" in in_grid("老村", unit="甲街道")[0].out
    assert "没有“老村”这个网格" in in_grid("老村", unit="甲街道", number="2025-网-002")[0].err


def test_imported_rows_agree_with_the_chain(run):
    run("--commit")
    call_command("verify_audit", "--state")


def test_page_shows_first_and_imports_then(client, office, types):
    client.force_login(office)
    upload = SimpleUploadedFile("台账.xlsx", sheet(ROWS).getvalue())
    preview = client.post("/ledger/import/", {"file": upload})
    assert (preview.status_code, preview.context["result"].created, Finding.objects.count()) == (200, 3, 0)
    client.post("/ledger/import/", {"token": preview.context["token"], "action": "import"})
    assert Finding.objects.count() == 3


def test_import_is_the_offices(client, member):
    client.force_login(member)
    assert client.get("/ledger/import/").status_code == 403


def test_blank_sheet_can_be_downloaded(client, office, district):
    client.force_login(office)
    titles = [
        str(cell.value)
        for row in openpyxl.load_workbook(io.BytesIO(client.get("/ledger/import/?template=1").content)).active.iter_rows()
        for cell in row
    ]
    assert all(any(column.title in title for title in titles) for column in columns())


def test_a_reader_of_english_takes_over_a_sheet_with_the_forms_own_titles():
    with override("en"):
        number = next(column for column in columns() if column.key == "number")

    assert number.title != "问题编号"
    assert "问题编号" in number.names
