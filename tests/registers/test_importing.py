"""Other people's ledgers: titles explained in paragraphs, two-row headers, coordinates as text, the same sheet twice; and the way out again."""

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.models import AuditEvent
from notices.models import Notice
from registers import imports
from registers.models import Site, SiteEvent, SitePost
from registers.services.sites import save_site
from sheets import files
from sheets import services as jobs
from sheets.models import Job
from tests.factories.registers import SiteKindFactory

pytestmark = pytest.mark.django_db
EXPLAINED = (
    "：请按照施工许可证或者规划许可证所载内容如实填写全称，不得使用简称、俗称或项目部内部叫法；尚未取得许可的，填写立项批复文件上的名称，并在备注中说明原因；"
    "同一单位多个标段的，分行填写，不得合并单元格。此栏由属地乡镇街道负责初核，行业主管部门负责复核，攻坚办负责抽查，发现弄虚作假的予以通报并按规定追究相关人员责任。"
)
HEADER = [
    "序号", f"工程名称{EXPLAINED}", f"2、建设单位（{EXPLAINED[1:]}）", "施工单位", "项目类型", f"地址\n{EXPLAINED[1:]}", "占地面积（㎡）",
    f"请填写开工日期{EXPLAINED}", "施工阶段", "监督员及电话", "位置坐标", "围挡", "备注",
]  # fmt: skip
ROW = [1, "东湖小区", "示例置业", "示例建工", "房建", "迎宾路1号", "12,000", "2026.3.5", "土方", "示例甲 10000000001", "114.01,34.01", "√", ""]


def book(rows, *, header=HEADER, title=True) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    if title:
        sheet.append(["某区施工工地扬尘管控台账"])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(header))
        sheet.append(["截至2026年11月20日"])
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def row(**changes) -> list:
    names = ["n", "name", "builder", "contractor", "type", "address", "area", "started", "stage", "overseer", "place", "fence", "note"]
    return [changes.get(name, value) for name, value in zip(names, ROW, strict=True)]


@pytest.fixture
def take(kind, office):
    """``take(rows)``: import at once and give the result."""

    def run(rows, *, by=office, partial=False, into=kind, **shape):
        return imports.apply(imports.check(io.BytesIO(book(rows, **shape)), into, by=by), partial=partial)

    return run


def counts(result) -> tuple:
    return result.created, result.updated, result.unchanged, result.bad_rows, result.written


def test_a_sheet_with_paragraphs_for_titles_becomes_objects(take, district):
    assert counts(take([ROW])) == (1, 0, 0, 0, True)
    site = Site.objects.get()
    assert (site.code, site.name, site.address, site.grid, site.lon) == ("GD-0001", "东湖小区", "迎宾路1号", district.villages[0], 114.01)
    assert site.attributes == {
        "builder": "示例置业", "contractor": "示例建工", "project_type": "房建", "land_area": 12000, "started_on": "2026-03-05", "stage": "土方", "fence": True,
    }  # fmt: skip
    assert list(SitePost.objects.values_list("role", "name", "phone")) == [("overseer", "示例甲", "10000000001")]
    assert site.events.get().note == "由台账导入"
    assert AuditEvent.objects.about(site).get().action == "site.new"
    call_command("verify_audit", "--state")


def test_the_same_sheet_twice_changes_nothing(take):
    take([ROW])
    assert counts(take([ROW])) == (0, 0, 1, 0, True)
    assert (SiteEvent.objects.count(), SitePost.objects.count(), Site.objects.get().version) == (1, 1, 1)


def test_a_row_is_known_again_by_name_and_address_and_by_code(take):
    take([ROW])
    assert counts(take([row(stage="主体", fence="")])) == (0, 1, 0, 0, True)
    site = Site.objects.get()
    assert (site.attributes["stage"], site.attributes["fence"], site.version) == ("主体", True, 2), "an empty cell leaves what stands"
    assert site.events.first().changes == {"stage": ["土方", "主体"]}
    assert counts(take([["GD-0001", "东湖家园", "114°00′36″", "34°00′36″"]], header=["编号", "工程名称", "经度", "纬度"])) == (0, 1, 0, 0, True)
    assert Site.objects.get().name == "东湖家园"


def test_the_code_of_the_ledger_takes_the_place_of_ours_but_of_no_other_ledgers(take):
    take([ROW])
    header = ["编号", *HEADER]
    assert counts(take([["工-1", *ROW]], header=header)) == (0, 1, 0, 0, True)
    assert Site.objects.get().code == "工-1"
    assert counts(take([["工-1", *ROW], ["工-2", *ROW]], header=header)) == (1, 0, 1, 0, True), "two of one name and address differ by code"
    assert "请填写编号或地址" in take([ROW]).errors[0].message


def test_a_new_holder_in_the_sheet_follows_the_old_one(take):
    take([ROW])
    assert counts(take([row(overseer="示例乙（10000000002）")])) == (0, 1, 0, 0, True)
    assert SitePost.objects.get(ends_on=None).name == "示例乙"
    assert SitePost.objects.count() == 2


def test_every_wrong_row_is_told_with_its_number_and_nothing_is_written(take):
    result = take([ROW, row(name="乙", stage="挖坑"), row(name="丙", place="很远"), row(name="", address="x"), row(name="丁", area="-3"), ROW])
    assert counts(result) == (1, 0, 0, 5, False)
    told = {(error.row, error.column_title): error.message for error in result.errors}
    assert "土方、基础" in told[5, "施工阶段"]
    assert "114.0653" in told[6, "经纬度"]
    assert told[7, "工程名称"] == "必填，不能为空。"
    assert told[8, "占地面积"] == "不能小于 0。"
    assert told[9, "工程名称"] == "与第 4 行是同一个对象，请只保留一行"
    assert not Site.objects.exists()


def test_what_cannot_be_read_in_a_column_that_may_be_empty_is_left_out_and_noted(kind, office):
    header = [*HEADER[:-1], "计划竣工", "是否落实硬化"]
    rows = [[*ROW[:-1], "2027年12月", "已落实"], [*row(name="乙", type="宾馆", area="约三万", started="2026/3", fence="部分")[:-1], "明年", "未落实"]]
    checked = imports.check(io.BytesIO(book(rows, header=header)), kind, by=office)
    assert counts(imports.apply(checked, partial=False)) == (2, 0, 0, 0, True)
    first, second = Site.objects.order_by("pk")
    assert (first.attributes["planned_end"], first.attributes["paving"], second.attributes["paving"]) == ("2027-12-31", True, False)
    assert second.attributes["started_on"] == "2026-03-01"
    assert {"project_type", "land_area", "fence", "planned_end"}.isdisjoint(second.attributes)
    told = [(note.row, note.column_title, note.message.split("，")[0]) for note in checked.plan.notes]
    month, unread = "只写了年月", "没有读懂"
    assert told == [
        (4, "计划竣工", month),
        (5, "项目类型", unread),
        (5, "占地面积", unread),
        (5, "开工日期", month),
        (5, "计划竣工", unread),
        (5, "围挡", unread),
    ]


def test_a_long_report_says_each_thing_once_with_its_number(kind, office, capsys, tmp_path):
    rows = [row(name=f"第{n}号工程", address=f"第{n}号", stage="挖坑" if n % 2 else "土方", started="2026/3") for n in range(240)]
    groups = imports.check(io.BytesIO(book(rows * 1)), kind, by=office).result.groups
    assert [(group.column_title, group.count, group.rows) for group in groups] == [("施工阶段", 120, [5, 7, 9, 11, 13])]
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(book(rows))
    call_command("import_sites", "construction", str(path))
    printed = capsys.readouterr()
    assert (printed.err.count("\n"), "120 ×" in printed.err, "只写了年月" in printed.out) == (1, True, True)


def test_good_rows_are_written_when_asked_for(take):
    assert counts(take([ROW, row(name="乙", stage="挖坑")], partial=True)) == (1, 0, 0, 1, True)


def test_a_missing_column_is_said_once_and_not_for_every_row(take):
    result = take([["甲", "迎宾路"], ["乙", "迎宾路"]], header=["工程名称", "地址"])
    assert [error.column_title for error in result.errors] == ["建设单位", "施工单位", "施工阶段"]
    assert "2 行新的对象因此没有导入" in result.errors[0].message


def test_two_row_headers_and_merged_cells_are_read(kind, office):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["工程名称", "责任主体", None, "地址", "施工阶段", "坐标", None])
    sheet.append([None, "建设单位", "施工单位", None, None, "经度", "纬度"])
    for column in (1, 4, 5):
        sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("F1:G1")
    sheet.append(["东湖小区", "示例置业", "示例建工", "迎宾路1号", "土方", 114.01, 34.01])
    sheet.append(["西苑", None, "示例建工", "迎宾路2号", "土方", 114.01, 34.01])
    sheet.merge_cells("B3:B4")
    out = io.BytesIO()
    made.save(out)
    result = imports.apply(imports.check(io.BytesIO(out.getvalue()), kind, by=office), partial=False)
    assert counts(result) == (2, 0, 0, 0, True)
    assert {site.attributes["builder"] for site in Site.objects.all()} == {"示例置业"}


def test_grid_township_unit_and_status_are_looked_up(take, district):
    header = [*HEADER, "乡办", "所属网格", "主管单位", "状态", "风险等级"]
    assert counts(take([[*row(place=""), "甲街道办事处", "东村", "区住建局", "停工", "重点"]], header=header)) == (1, 0, 0, 0, True)
    site = Site.objects.get()
    assert (site.grid, site.organisation, site.status, site.risk) == (district.villages[0], district.housing, "suspended", "key")
    wrong = take(
        [[*row(name="乙", place=""), "丙镇", "", "", "", ""], [*row(name="丙", place=""), "甲街道", "西洋村", "外星局", "", ""]], header=header
    )
    assert ["没有“丙镇”这个乡办" in wrong.errors[0].message, "没有“西洋村”这个网格" in wrong.errors[1].message] == [True, True]


def test_a_township_imports_its_own_rows_only(take, town):
    result = take([ROW, row(name="别处", place="114.07,34.01")], by=town, partial=True)
    assert counts(result) == (1, 0, 0, 1, True)
    assert "您负责的网格" in result.errors[0].message or "维护" in result.errors[0].message


def test_an_import_sees_what_was_entered_meanwhile(kind, office, new_site):
    checked = imports.check(io.BytesIO(book([ROW])), kind, by=office)
    save_site(new_site(name="东湖小区", address="迎宾路1号"), by=office)
    result = imports.apply(checked, partial=False)
    assert (result.created, result.updated) == (0, 1)
    assert Site.objects.count() == 1


@pytest.mark.parametrize("size", [600])
def test_hundreds_of_rows_take_few_statements(kind, office, size, django_assert_max_num_queries):
    content = io.BytesIO(book([row(name=f"第{n}号工程", address=f"迎宾路{n}号") for n in range(size)]))
    with django_assert_max_num_queries(40):
        assert imports.apply(imports.check(content, kind, by=office), partial=False).created == size
    assert SiteEvent.objects.count() == SitePost.objects.count() == size


def test_every_kind_gives_a_sheet_that_it_takes_back_unchanged(district, office, take):
    for code in ("catering", "coal-replacement", "scattered", "gas-station", "bare-ground", "road", "boiler"):
        kind = SiteKindFactory(district=district, code=code)
        checked = imports.check(io.BytesIO(template(kind)), kind, by=office)
        assert not checked.plan.errors, code
        assert not checked.table.unknown_columns, code


def template(kind) -> bytes:
    from registers.services.import_rows import columns
    from sheets.writing import template

    return template(kind.name, columns(kind))


# --- the command --------------------------------------------------------------------------------------------------------------------
def test_the_command_shows_first_and_writes_when_told(kind, office, tmp_path, capsys):
    path = tmp_path / "工地.xlsx"
    path.write_bytes(book([ROW]))
    call_command("import_sites", "construction", str(path))
    assert "Would be written: 1 new" in capsys.readouterr().out
    assert not Site.objects.exists()
    call_command("import_sites", "工地", str(path), "--apply")
    assert "Written: 1 new" in capsys.readouterr().out


def test_the_command_refuses_what_it_does_not_know(kind, office, tmp_path):
    path = tmp_path / "工地.xlsx"
    path.write_bytes(book([row(stage="挖坑")]))
    with pytest.raises(CommandError, match="There is no kind"):
        call_command("import_sites", "castles", str(path))
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("import_sites", "construction", str(path), "--apply")
    with pytest.raises(CommandError):
        call_command("import_sites", "construction", str(tmp_path / "nothing.xlsx"))


# --- the page -----------------------------------------------------------------------------------------------------------------------
def upload(content: bytes):
    return {"file": SimpleUploadedFile("工地.xlsx", content)}


def test_the_page_checks_first_and_imports_then(client, town, kind):
    client.force_login(town)
    address = reverse("registers:import", args=[kind.pk])
    assert client.get(address).status_code == 200
    assert client.get(f"{address}?template=1").headers["Content-Disposition"].startswith("attachment")
    shown = client.post(address, upload(book([ROW, row(name="乙", stage="挖坑")])))
    assert 'data-count="created">1<' in shown.content.decode()
    assert not Site.objects.exists()
    token = shown.context["token"]
    assert client.post(address, {"token": token, "action": "import"}).status_code == 200
    assert Site.objects.count() == 1
    again = client.post(address, {"token": token, "action": "import"}).context["result"]
    assert counts(again) == (0, 0, 1, 1, True)
    assert client.post(address, {"token": token, "action": "discard"}).status_code == 302
    assert client.post(address, {"token": token, "action": "import"}).status_code == 302, "the upload is gone"
    assert client.post(address, upload(b"nonsense")).status_code == 400


def test_refused_rows_are_had_as_a_sheet_put_right_and_imported(client, town, kind):
    client.force_login(town)
    address = reverse("registers:import", args=[kind.pk])
    token = client.post(address, upload(book([ROW, row(name="乙", stage="挖坑", area=800), row(name="丙", overseer="示例丙 10000000003")]))).context[
        "token"
    ]
    answer = client.post(address, {"token": token, "action": "refused"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    _heading, header, *lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    assert (header[1], header[6], header[-1], len(lines)) == ("工程名称", "占地面积", "原因", 1)
    assert (lines[0][1], lines[0][6], lines[0][-1].startswith("“施工阶段”：应填下列之一")) == ("乙", 800, True)
    sheet.cell(3, header.index("施工阶段") + 1).value = "土方"
    out = io.BytesIO()
    sheet.parent.save(out)
    shown = client.post(address, upload(out.getvalue()))
    assert (counts(shown.context["result"]), shown.context["table"].unknown_columns) == ((1, 0, 0, 0, False), ["原因"])
    assert {column.key for column in shown.context["table"].columns} >= {"@name", "@lonlat", "@overseer", "stage"}


def test_an_upload_can_be_given_up(client, town, kind):
    client.force_login(town)
    address = reverse("registers:import", args=[kind.pk])
    token = client.post(address, upload(book([ROW]))).context["token"]
    assert client.post(address, {"token": token, "action": "discard"}).status_code == 302
    assert not Site.objects.exists()


def test_who_may_not_enter_objects_may_not_import_them(client, member, kind):
    client.force_login(member)
    assert client.get(reverse("registers:import", args=[kind.pk])).status_code == 403


def test_a_long_sheet_is_imported_in_the_background_and_tells_what_was_refused(client, office, kind, monkeypatch):
    monkeypatch.setattr(imports, "LONG", 2)
    client.force_login(office)
    address = reverse("registers:import", args=[kind.pk])
    rows = [row(name=f"第{n}号工程") for n in range(3)] + [row(name="坏", stage="挖坑")]
    token = client.post(address, upload(book(rows))).context["token"]
    answer = client.post(address, {"token": token, "action": "import"})
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("sheets:job", args=[job.pk])
    job = jobs.run(job)
    assert (job.state, job.progress, job.total) == ("done", 3, 3), job.error
    assert job.message == "新增 3 行，更新 0 行，没有变化 0 行，有错未导入 1 行"
    assert job.result_name == "导入结果.xlsx"
    told = openpyxl.load_workbook(files.path_of(job.result_path))
    assert told.sheetnames == ["归纳", "未导入的行", "改好后再上传"]
    again = imports.check(files.path_of(job.result_path), kind, by=office)
    assert (again.table.sheet, [error.value for error in again.plan.errors]) == ("改好后再上传", ["挖坑"])
    assert Notice.objects.filter(recipient=office).exists()


# --- and out again ------------------------------------------------------------------------------------------------------------------
def exported(client, query="", form="xlsx") -> bytes:
    answer = client.post(f"/sites/export/?{query}", {"format": form})
    assert answer.status_code == 200
    return answer.content


def test_the_export_has_the_printed_columns_and_is_taken_back_unchanged(client, take, office, kind):
    take([ROW, row(name="西苑", address="迎宾路2号")])
    client.force_login(office)
    content = exported(client, "kind=construction")
    lines = [[cell for cell in line if cell is not None] for line in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]
    header = next(line for line in lines if "工程名称" in line)
    assert header[:8] == ["序号", "工程名称", "建设单位", "施工单位", "监理单位", "项目类型", "地址", "占地面积"]
    assert header[-4:] == ["录入人", "录入时间", "更新时间", "备注"]
    assert counts(imports.apply(imports.check(io.BytesIO(content), kind, by=office), partial=False)) == (0, 0, 2, 0, True)
    assert AuditEvent.objects.filter(action="export").exists()


def test_the_export_covers_personal_data_from_who_may_not_see_them(client, new_site, office, leader, households):
    attributes = {
        "id_number": "410101199001010012",
        "phone": "13900001234",
        "way": "气代煤",
        "accepted_on": "2026-10-01",
        "visitor": "甲",
        "visited_on": "2026-10-02",
    }
    save_site(new_site(kind=households, name="示例丙寅", attributes=attributes), by=office)
    client.force_login(leader)
    text = exported(client, form="csv").decode("utf-8-sig")
    assert "示***" in text
    for secret in ("示例丙寅", "410101199001010012", "13900001234"):
        assert secret not in text
    client.force_login(office)
    text = exported(client, form="csv").decode("utf-8-sig")
    assert "13900001234" in text
    assert "410101199001010012" not in text, "the printed ledger itself covers it up"


def test_several_kinds_are_sheets_of_one_workbook_and_one_list_as_csv(client, take, new_site, office, households):
    take([ROW])
    attributes = {"way": "气代煤", "accepted_on": "2026-10-01", "visitor": "甲", "visited_on": "2026-10-02"}
    save_site(new_site(kind=households, name="示例丙寅", attributes=attributes), by=office)
    client.force_login(office)
    assert openpyxl.load_workbook(io.BytesIO(exported(client))).sheetnames == ["工地", "双替代户"]
    table = list(csv.reader(io.StringIO(exported(client, form="csv").decode("utf-8-sig"))))
    assert table[0][:4] == ["序号", "编号", "类型", "名称"]
    assert len(table) == 3


def test_a_long_export_goes_to_the_background(client, take, office, monkeypatch):
    from registers import exports

    take([ROW])
    monkeypatch.setattr(exports, "DIRECT_ROWS", 0)
    client.force_login(office)
    assert client.post("/sites/export/?kind=construction", {"format": "xlsx"}).status_code == 302
    assert jobs.run(Job.objects.get()).state == "done"
    assert client.get("/api/v1/sites/?format=csv").status_code == 202
