import datetime as dt
import io
import time
import zipfile
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from sheets.reading import Column, read_table
from tests.sheets.books import with_member, xlsx

COLUMNS = [
    Column("name", "企业（点位）名称", ("单位名称",), required=True),
    Column("territorial", "责任单位(属地)"),
    Column("sector", "责任单位(行业)"),
    Column("area", "占地面积(㎡)", ("面积(㎡)",), kind="decimal"),
    Column("due", "整改时限", kind="date"),
    Column("place", "经纬度", kind="lonlat"),
]


def values(table, key):
    return [row.values[key] for row in table.rows]


def test_a_sheet_as_it_comes():
    book = xlsx(
        ["散乱污企业整治台账", None, None, None, None, None, None, None],
        ["截至２０２６年１１月２０日", None, None, None, None, None, None, None],
        ["序号", "企业\n（点位）名称*", "责任单位", None, "占地面积\n（平方米）", "整改时限", "经度", "纬度"],
        [None, None, "属地", "行业", None, None, None, None],
        [1, "甲厂", "某乡", "环保局", "120", "3月5日", 114.0653, 34.7512],
        [2, "乙厂", None, "住建局", 80.5, "立即", "34°45′04″", "114°03′55″"],
        [None] * 8,
        ["合 计", None, None, None, 200.5],
        ["填表人：张三", None, None, "审核人：李四"],
        merge=["A1:H1", "A2:H2", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "F3:F4", "G3:G4", "H3:H4", "C5:C6"],
        more=[("说明", [["单位名称", "用途"]])],
    )
    table = read_table(book, COLUMNS)
    assert table.errors == []
    assert (table.sheet, table.header_row, table.as_of) == ("台账", 3, dt.date(2026, 11, 20))
    assert [row.number for row in table.rows] == [5, 6]
    assert values(table, "territorial") == ["某乡", "某乡"]
    assert values(table, "sector") == ["环保局", "住建局"]
    assert values(table, "area") == [120, Decimal("80.5")]
    assert values(table, "due") == [dt.date(2026, 3, 5), None]
    assert table.rows[1].words == {"due": "立即"}
    assert values(table, "place") == [(Decimal("114.0653"), Decimal("34.7512")), (Decimal("114.065278"), Decimal("34.751111"))]
    assert table.unknown_columns == []
    assert table.preview(1) == [(5, ["甲厂", "某乡", "环保局", "120", "2026-03-05", "114.065300, 34.751200"])]


def test_the_best_sheet_is_used_wherever_it_stands():
    table = read_table(xlsx(["单位名称", "备注"], ["不是", "它"], more=[("明细", [["标题"], ["单位名称", "面积（㎡）"], ["甲厂", 3]])]), COLUMNS)
    assert (table.sheet, table.header_row, values(table, "name")) == ("明细", 2, ["甲厂"])


def test_every_wrong_cell_is_reported_with_row_column_value_and_remedy():
    table = read_table(xlsx(["单位名称", "占地面积", "整改时限"], ["甲厂", "约50", "明天"], [None, 3, None], ["丙厂", 4, "2026.3.5"]), COLUMNS)
    assert [(error.row, error.column_title, error.value) for error in table.errors] == [
        (2, "占地面积(㎡)", "约50"),
        (2, "整改时限", "明天"),
        (3, "企业（点位）名称", ""),
    ]
    assert "例如 12.5" in table.errors[0].message
    assert str(table.errors[2]) == "第 3 行“企业（点位）名称”：必填，不能为空"
    assert (values(table, "name"), table.bad_rows) == (["丙厂"], 2)


def test_without_a_required_column_no_row_is_read():
    table = read_table(xlsx(["占地面积", "整改时限"], [3, "2026.3.5"]), COLUMNS)
    assert (table.rows, [error.column_title for error in table.errors]) == ([], ["企业（点位）名称"])


def test_no_header_says_which_titles_are_looked_for():
    with pytest.raises(ValidationError, match="企业（点位）名称"):
        read_table(xlsx(["你好"], ["世界"]), COLUMNS)


def test_same_words_under_two_titles_are_not_guessed():
    columns = [Column("chief", "网格长/姓名"), Column("member", "网格员/姓名"), Column("name", "姓名")]
    table = read_table(
        xlsx(["网格长", None, "网格员", None], ["姓名", "电话", "姓名", "电话"], ["甲", "1", "乙", "2"], merge=["A1:B1", "C1:D1"]), columns
    )
    assert table.rows[0].values == {"chief": "甲", "member": "乙", "name": ""}


def test_a_header_repeated_for_printing_is_no_row():
    table = read_table(xlsx(["单位名称", "占地面积"], ["甲厂", 1], ["单位名称", "占地面积"], ["乙厂", 2]), COLUMNS)
    assert values(table, "name") == ["甲厂", "乙厂"]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_the_usual_codings(coding, delimiter):
    text = f'台账\r\n单位名称{delimiter}面积(㎡)\r\n"甲\n厂"{delimiter}12\r\n'
    table = read_table(io.BytesIO(text.encode(coding)), COLUMNS)
    assert (values(table, "name"), values(table, "area"), table.header_row) == (["甲\n厂"], [12], 2)


# --- hostile files ------------------------------------------------------------------------------------------------------------------
def refused(file) -> str:
    started = time.monotonic()
    with pytest.raises(ValidationError) as error:
        read_table(file, COLUMNS)
    assert time.monotonic() - started < 60  # refused at once; read as it stands it would not end
    return error.value.code


def test_a_zip_bomb_is_not_unpacked():
    book = with_member(xlsx(["单位名称"]), "xl/media/bomb.bin", b"0" * (60 * 1024 * 1024))
    assert len(book.getvalue()) < 100_000
    assert refused(book) == "too_big"


def test_a_directory_that_lies_about_its_size_gains_nothing():
    book = with_member(xlsx(["单位名称"]), "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * (60 * 1024 * 1024))
    content, size = book.getvalue(), (60 * 1024 * 1024 + 11).to_bytes(4, "little")
    assert refused(io.BytesIO(content.replace(size, (1000).to_bytes(4, "little")))) == "broken"


def test_entities_are_refused():
    book = with_member(
        xlsx(["单位名称"]), "xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    )
    assert refused(book) == "broken"
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>'
    assert refused(with_member(xlsx(["单位名称"]), "xl/sharedStrings.xml", laughs)) == "broken"


def test_too_many_rows_are_refused_early():
    line = "<row><c t='inlineStr'><is><t>甲</t></is></c><c><v>1</v></c></row>"
    head = "<row><c t='inlineStr'><is><t>单位名称</t></is></c><c t='inlineStr'><is><t>占地面积</t></is></c></row>"
    sheet = f"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>{head}{line * 400_000}</sheetData></worksheet>"
    assert refused(with_member(xlsx(["单位名称"]), "xl/worksheets/sheet1.xml", sheet.encode())) == "too_many_rows"


def test_a_cell_in_the_last_row_and_column_costs_nothing():
    titles = "<c t='inlineStr'><is><t>单位名称</t></is></c><c t='inlineStr'><is><t>面积</t></is></c>"
    first = f"<row r='1'>{titles}<c r='XFD1'><v>1</v></c></row>"
    last = "<row r='1048576'><c r='A1048576'><v>1</v></c></row>"
    sheet = f"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>{first}{last}</sheetData></worksheet>"
    assert refused(with_member(xlsx(["单位名称"]), "xl/worksheets/sheet1.xml", sheet.encode())) == "too_many_rows"


def test_twenty_thousand_rows_are_read():
    book = xlsx(["单位名称", "占地面积"], *([f"厂{n}", n] for n in range(20_000)))
    assert len(read_table(book, COLUMNS).rows) == 20_000
    with pytest.raises(ValidationError, match="超过 19999 行"):
        read_table(book, COLUMNS, max_rows=19_999)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, "old_excel"),
        (b"x" * (5 * 1024 * 1024 + 1), "too_big"),
        (b"PK\x03\x04 not a zip", "broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "encoding"),
        (b"hello", "no_header"),
    ],
)
def test_files_that_are_no_workbook(content, code):
    assert refused(io.BytesIO(content)) == code


def test_a_zip_that_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    assert refused(out) == "not_a_workbook"
