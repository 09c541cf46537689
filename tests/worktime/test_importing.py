import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from worktime import importing

NOTICE = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
"""


def days(text: str, year: int = 2026) -> list[tuple[str, bool, str]]:
    reading = importing.read_lines(text, year=year)
    assert not reading.errors
    return [(f"{entry.date:%m-%d}", entry.is_workday, entry.name) for entry in reading.entries.values()]


def test_the_notice_is_understood_as_it_is_published():
    found = days(NOTICE)

    assert [date for date, worked, name in found if name == "元旦"] == ["01-01", "01-02", "01-03", "01-04"]
    assert [date for date, worked, name in found if name == "春节" and not worked] == [f"02-{day}" for day in range(15, 24)]
    assert [date for date, worked, name in found if worked] == ["01-04", "02-14", "02-28"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("2026-10-01 休 国庆节", [("10-01", False, "国庆节")]),
        ("2026/10/1,放假,国庆节", [("10-01", False, "国庆节")]),
        ("2026年10月10日\t班\t国庆节", [("10-10", True, "国庆节")]),
        ("10月10日 上班", [("10-10", True, "")]),
        ("2026.4.4 至 2026.4.6 休 清明节", [("04-04", False, "清明节"), ("04-05", False, "清明节"), ("04-06", False, "清明节")]),
        ("5月30日至6月1日 休", [("05-30", False, ""), ("05-31", False, ""), ("06-01", False, "")]),
        ("日期,休/班,名称", []),
        ("", []),
    ],
)
def test_plain_lines(line, found):
    assert days(line) == found


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("元旦放假三天", "没有找到日期"),
        ("2026-02-30 休", "没有这一天"),
        ("2026-03-01", "应写明"),
        ("2026-03-01 休班", "应写明"),
        ("2027-03-01 休", "不在 2026 年内"),
        ("5日 休", "缺少月份"),
        ("3月5日至3月1日 休", "起止日期"),
        ("1月5日至12月1日 休", "起止日期"),
    ],
)
def test_lines_that_are_not_understood_are_quoted(line, reason):
    reading = importing.read_lines(f"2026-01-01 休\n{line}", year=2026)

    assert len(reading.errors) == 1
    assert "第 2 行" in reading.errors[0] and reason in reading.errors[0]


def test_sheets_and_csv_become_lines():
    book = Workbook()
    for row in (["日期", "休/班", "名称"], [dt.datetime(2026, 10, 1), "休", "国庆节"], ["2026/10/10", "班", None]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    csv = "日期,休/班,名称\r\n2026-10-01,休,国庆节\r\n2026/10/10,班,\r\n"

    for content in (out.getvalue(), csv.encode("utf-8-sig"), csv.encode("gb18030")):
        text = importing.lines_of_file(io.BytesIO(content))
        assert days(text) == [("10-01", False, "国庆节"), ("10-10", True, "")]


@pytest.mark.parametrize("content", [b"PK\x03\x04 no zip", b"\x00\xff\xfe\x80\x81\xff", b"x" * 1_000_001])
def test_other_files_are_refused(content):
    with pytest.raises(ValidationError):
        importing.lines_of_file(io.BytesIO(content))
