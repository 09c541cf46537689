import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import to_excel

from sheets.cells import CellError, DateWord, parse
from sheets.columns import Column

AS_OF = dt.date(2026, 11, 23)
days = st.dates(dt.date(1955, 1, 1), dt.date(2099, 12, 31))


def read(value, kind, **more):
    return parse(value, Column("x", "某列", kind=kind, **more), as_of=AS_OF)


@given(
    days,
    st.sampled_from(
        [
            "{0.year}.{0.month}.{0.day}",
            "{0.year}年{0.month}月{0.day}日",
            "{0:%Y-%m-%d}",
            "{0.year}/{0.month}/{0.day}",
            "{0:%Y%m%d}",
            " {0:%Y年%m月%d日}前\n",
        ]
    ),
)
def test_a_day_is_read_back_in_every_style(day, style):
    assert read(style.format(day), "date") == day


@given(days)
def test_date_cells_and_serial_numbers_are_the_same_day(day):
    assert read(to_excel(day), "date") == read(str(int(to_excel(day))), "date") == read(dt.datetime.combine(day, dt.time(8, 30)), "date") == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("3月5日", dt.date(2026, 3, 5)),
        ("３月５日", dt.date(2026, 3, 5)),
        ("2024年2月底前", dt.date(2024, 2, 29)),
        ("6月底", dt.date(2026, 6, 30)),
        ("20200422 00:00:00", dt.date(2020, 4, 22)),
        (20220316, dt.date(2022, 3, 16)),
        ("24.3.5", dt.date(2024, 3, 5)),
        ("2024年3月5日（星期二）上午", dt.date(2024, 3, 5)),
        ("2024-03-05T09:30:00", dt.date(2024, 3, 5)),
    ],
)
def test_dates_of_real_sheets(written, day):
    assert read(written, "date") == day


def test_a_date_without_a_year_needs_the_day_of_the_sheet():
    with pytest.raises(CellError, match="缺少年份"):
        parse("3月5日", Column("x", "时限", kind="date"))


@pytest.mark.parametrize(
    "wrong", ["2024.2.30", "2024.13.1", "明天", "3/5/2024", "2024.3.5-2024.4.5", 3.5, True, "99999", "2024年", "13月底", "1800-01-01"]
)
def test_what_is_not_a_day_is_refused_with_a_remedy(wrong):
    with pytest.raises(CellError) as refused:
        read(wrong, "date")
    assert "2026" in str(refused.value) or "没有这" in str(refused.value) or "年份" in str(refused.value)


@pytest.mark.parametrize(("written", "word"), [("立即", "立即"), (" 立行立改 ", "立即"), ("长期坚持", "长期坚持"), ("持续", "长期坚持")])
def test_words_in_date_columns_are_left_to_the_owner(written, word):
    with pytest.raises(DateWord, match=word):
        read(written, "date")


def test_moments_are_beijing_time():
    assert read("2026-03-05 14:30", "datetime").isoformat() == "2026-03-05T14:30:00+08:00"
    assert read("2026年3月5日下午2时30分", "datetime").isoformat() == "2026-03-05T14:30:00+08:00"
    assert read(dt.datetime(2026, 3, 5, 14, 30), "datetime").isoformat() == "2026-03-05T14:30:00+08:00"


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_survive_text_and_float(number):
    assert read(number, "int") == read(str(number), "int") == read(f"{number:,}", "int") == read(float(number), "int") == number


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False))
def test_decimals_survive_text_and_float(number):
    assert read(str(number), "decimal") == read(float(number), "decimal") == number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("１２．５", "12.5"),
        ("12.5㎡", "12.5"),
        ("1,234.5 平方米", "1234.5"),
        ("80%", "0.8"),
        (0.1 + 0.2, "0.3"),
        ("1.2e3", "1200"),
        ("3台", "3"),
        (".5", "0.5"),
    ],
)
def test_figures_with_units(written, number):
    assert read(written, "decimal") == Decimal(number)


@pytest.mark.parametrize("wrong", ["约50", "5-6", "3万元", "nan", "inf", "1,2", "十二", True, dt.date(2026, 1, 1), "#REF!", "12万"])
def test_what_is_not_a_number_is_refused(wrong):
    with pytest.raises(CellError):
        read(wrong, "decimal")


def test_a_broken_number_is_no_whole_number():
    with pytest.raises(CellError, match="整数"):
        read("12.5", "int")


@pytest.mark.parametrize("yes", ["是", "√", "有", "Y", "１", True, "✔", " 是 "])
def test_yes(yes):
    assert read(yes, "bool") is True


@pytest.mark.parametrize("no", ["否", "×", "无", "N", 0, False, "x", "✘"])
def test_no(no):
    assert read(no, "bool") is False


def test_neither_yes_nor_no():
    with pytest.raises(CellError, match="“是”或“否”"):
        read("大概", "bool")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (1.38e10, "13800000000"),
        ("1.3800000000E10", "13800000000"),
        ("1.38E+10", "13800000000"),
        (13812345678, "13812345678"),
        ("13812345678.0", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("0371-66001234", "0371-66001234"),
        ("（0371）66001234", "0371-66001234"),
        ("12369", "12369"),
        ("6600123", "6600123"),
    ],
)
def test_phone_numbers(written, number):
    assert read(written, "phone") == number


@pytest.mark.parametrize("wrong", ["138****5678", "1381234567", "张三", "13812345678、13912345678", 12345.5, "23812345678"])
def test_what_is_not_one_phone_number(wrong):
    with pytest.raises(CellError):
        read(wrong, "phone")


@pytest.mark.parametrize(
    "written",
    [
        "114.065278,34.751111",
        "34.751111,114.065278",
        "114.065278，34.751111",
        "114.065278 34.751111",
        "经度114.065278 纬度34.751111",
        "经度：114.065278，纬度：34.751111",
        "E114.065278, N34.751111",
        "114°03′55″,34°45′04″",
        "34°45′04″N 114°03′55″E",
        "东经114度3分55秒，北纬34度45分4秒",
        "114°3'55\" 34°45'4\"",
        "114°3'55\"34°45'4\"",
        "(114.065278, 34.751111)",
    ],
)
def test_places_in_every_order_and_writing(written):
    assert read(written, "lonlat") == (Decimal("114.065278"), Decimal("34.751111"))


@pytest.mark.parametrize("wrong", ["114.065278", "200,34", "14.0,34.7", "某村东头", "114°61′00″,34°45′04″", "1,2,3", "116,39,114,34"])
def test_what_is_no_place_in_china(wrong):
    with pytest.raises(CellError):
        read(wrong, "lonlat")


def test_single_coordinates_notice_a_swap():
    assert read("114°30′E", "lon") == Decimal("114.5")
    assert read(34.75, "lat") == Decimal("34.75")
    with pytest.raises(CellError, match="填反"):
        read(34.75, "lon")


@pytest.mark.parametrize("mark", [None, "", "  ", "/", "-", "——", "\u3000"])
def test_marks_of_nothing(mark):
    assert read(mark, "text") == ""
    assert read(mark, "int") is None
    assert read(mark, "bool") is None
    assert read("无", "date") is None


def test_text_is_cleaned_and_bounded():
    assert read(" 某村\x00\u200b东\u202e\ud800头_x000D_ \u3000", "text") == "某村东头"
    assert read(3.0, "text") == "3"
    assert read(dt.datetime(2026, 3, 5), "text") == "2026-03-05"
    with pytest.raises(CellError, match="最多 2 个字"):
        read("三个字", "text", max_length=2)
    with pytest.raises(CellError, match="文本"):
        read(410922198001011234.0, "text")


def test_choices_by_label_value_or_own_words():
    assert read("限期 整改", "choice", choices=[("deadline", "限期整改")]) == "deadline"
    assert read("deadline", "choice", choices=[("deadline", "限期整改")]) == "deadline"
    assert read("电（煤改电）", "choice", choices={"电(煤改电)": "electric"}) == "electric"
    with pytest.raises(CellError, match="应填下列之一：大、中、小"):
        read("特大", "choice", choices=["大", "中", "小"])


def test_a_wrong_choice_names_the_label_of_each_value_once():
    """Synonyms and stored values are taken, but nobody is told to write them."""
    choices = {"市督察": "city_inspection", "city_inspection": "city_inspection", "市督查": "city_inspection", "网格巡查": "grid_patrol"}
    with pytest.raises(CellError, match="^应填下列之一：市督察、网格巡查$"):
        read("火星督察", "choice", choices=choices)


def test_error_cells_are_named():
    with pytest.raises(CellError, match="Excel 错误值 #N/A"):
        read("#N/A", "text")
