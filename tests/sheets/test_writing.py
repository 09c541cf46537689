import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets.cells import EMPTY_MARKS, clean, half_width
from sheets.reading import Column, read_table
from sheets.writing import Col, Workbook, csv_bytes, template

PAYLOADS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
]
NASTY = [
    "\x00\x07\x1b",
    "\ud800x",
    "a\udfffb",
    "\ufffe",
    "😀" * 20_000,
    "\u202egnp.exe",
    "<script>",
    "_x0000_",
    "' OR 1=1",
    "\n" * 300,
    "http://x.example/" + "a" * 3000,
]


def opened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def test_formulas_stay_text_in_workbooks():
    content = Workbook("=1+1").sheet("=1", columns=[Col("=标题", 10)], rows=[(payload,) for payload in PAYLOADS], note="=1", as_of="=2").bytes()
    kinds = {cell.data_type for row in opened(content).active for cell in row if cell.value is not None}
    assert kinds == {"s"}


def test_formulas_are_disarmed_in_csv():
    text = csv_bytes([Col("=标题")], [(payload,) for payload in PAYLOADS]).decode("utf-8-sig")
    for (field,) in csv.reader(io.StringIO(text, newline="")):
        assert not field.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")), field
        assert field.startswith("'")


def test_numbers_in_csv_stay_numbers():
    assert csv_bytes([Col("a", kind="int"), Col("b", kind="hundredths")], [(-5, 9350)]).decode("utf-8-sig") == "a,b\r\n-5,93.50\r\n"


@pytest.mark.parametrize("nasty", NASTY)
def test_nasty_text_opens_again(nasty):
    content = (
        Workbook(nasty, by=nasty, filters=nasty).sheet(nasty, columns=[Col(nasty), Col("b", kind="int")], rows=[(nasty, nasty)], note=nasty).bytes()
    )
    assert opened(content).active.max_column == 2
    csv_bytes([Col(nasty)], [(nasty,)]).decode("utf-8-sig")


texts = st.text(max_size=60).filter(lambda text: not text.strip().startswith("#"))


@given(st.lists(st.tuples(texts, st.integers(-(10**14), 10**14), st.dates(dt.date(1955, 1, 1), dt.date(2099, 1, 1))), max_size=5))
def test_what_is_written_is_read_back(rows):
    columns = [Column("number", "数量", kind="int"), Column("text", "说明"), Column("day", "日期", kind="date")]
    book = Workbook("台账").sheet(
        "台账", columns=[Col("数量", kind="int"), Col("说明"), Col("日期", kind="date")], rows=[(n, t, d) for t, n, d in rows]
    )
    table = read_table(io.BytesIO(book.bytes()), columns)
    assert table.errors == []
    assert [(row.values["text"], row.values["number"], row.values["day"]) for row in table.rows] == [(clean_text(t), n, d) for t, n, d in rows]


def clean_text(text: str) -> str:
    found = clean(text)
    return "" if half_width(text) in EMPTY_MARKS else found


def test_a_sheet_for_a_leader():
    rows = [("第一条", 3, Decimal("2.5"), 9350, dt.date(2026, 3, 5), dt.datetime(2026, 3, 5, 6, 30, tzinfo=dt.UTC), True), (None,) * 7]
    kinds = ["text", "int", "decimal", "hundredths", "date", "datetime", "bool"]
    book = Workbook("整改台账", by="张三", filters="逾期", audit_no="1-42")
    book.sheet("台账", columns=[Col(kind, 16, kind) for kind in kinds], rows=rows, as_of="截至2026年11月23日", note="注：暗访未列入")
    book.sheet("台账", columns=[Col("单列")], rows=[])
    page = opened(book.bytes()).worksheets[0]
    assert (page["A1"].value, page["A1"].font.b, page["A1"].font.sz, "A1:G1" in {str(area) for area in page.merged_cells.ranges}) == (
        "整改台账",
        True,
        16,
        True,
    )
    assert page["A2"].value == "截至2026年11月23日"
    assert [cell.value for cell in page[4]] == ["第一条", 3, 2.5, 93.5, dt.datetime(2026, 3, 5), dt.datetime(2026, 3, 5, 14, 30), "是"]
    assert [cell.number_format for cell in page[4]][1:6] == ["#,##0", "#,##0.00", "#,##0.0#", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"]
    assert (page.freeze_panes, page.print_title_rows, page.auto_filter.ref) == ("A4", "$3:$3", "A3:G5")
    assert (page.page_setup.paperSize, page.page_setup.orientation, page.page_setup.fitToHeight) == (9, "landscape", 0)
    assert "第 &P 页" in page.oddFooter.center.text or "第 &[Page] 页" in page.oddFooter.center.text
    assert page["A6"].value == "注：暗访未列入"
    assert all(word in page["A7"].value for word in ("导出人 张三", "导出时间", "筛选 逾期", "审计号 1-42"))
    assert opened(book.bytes()).sheetnames == ["台账", "台账 (2)"]


def test_long_sheets_are_streamed():
    book = Workbook("长表").sheet(
        "长表", columns=[Col("序号", kind="int"), Col("说明")], rows=((n, f"第{n}条") for n in range(20_000)), note="注：共二万条"
    )
    page = openpyxl.load_workbook(io.BytesIO(book.bytes()), read_only=True).active
    lines = list(page.iter_rows(values_only=True))
    assert (lines[2], lines[20_001], lines[20_002][0]) == ((0, "第0条"), (19_999, "第19999条"), "注：共二万条")


def test_an_empty_template_is_understood_by_the_reader():
    columns = [Column("name", "名称", required=True), Column("size", "规模", kind="choice", choices=["大", "中", "小"])]
    content = template("餐饮台账", columns)
    table = read_table(io.BytesIO(content), columns)
    assert (table.rows, table.errors, [column.key for column in table.columns]) == ([], [], ["name", "size"])
    assert "大、中、小" in str([cell.value for row in opened(content).worksheets[1] for cell in row])
