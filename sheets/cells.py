"""One cell to one value. Every refusal says what would be right."""

import calendar
import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from common.clock import BEIJING
from sheets.places import angle, lon_lat

DATE_WORDS = {
    "立即": "立即", "立即整改": "立即", "立行立改": "立即", "即知即改": "立即", "即时": "立即",
    "长期坚持": "长期坚持", "长期": "长期坚持", "持续": "长期坚持", "持续推进": "长期坚持", "长期整改": "长期坚持", "常态化": "长期坚持",
}  # fmt: skip
EMPTY_MARKS = {"", "/", "\\", "-", "--", "—", "——", "－"}
NONE_WORDS = {"无", "没有", "暂无", "未知", "不详", "待定", "待补充"}
TRUE_WORDS = {"是", "有", "对", "已", "√", "✓", "✔", "☑", "y", "yes", "true", "1", "属实", "已完成", "已办结", "已销号"}
FALSE_WORDS = {"否", "无", "错", "未", "×", "✗", "✘", "☒", "x", "n", "no", "false", "0", "不是", "没有", "□", "不属实", "未完成", "未办结", "未销号"}
DONE = re.compile(r"(已|未)(?:经)?(?:全部)?(?:落实|安装|设置|配备|建成|联网|备案|批准|审批|办理|覆盖|硬化|围挡|密闭|到位)")
EXCEL_ERRORS = {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]|_x000D_")
NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,2})?)\s*(%|[^\d\s%.,+-]{0,6}\d?)", re.I)
MULTIPLES = ("万", "亿", "千元", "百")
DAY = re.compile(r"(\d{4}|\d{2})\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(\d{1,2})\s*[日号]?(.*)", re.S)
PACKED = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:\.0)?((?:[T ].*)?)", re.S)
MONTH = re.compile(r"(\d{4})\s*[年.\-/]\s*(\d{1,2})\s*(?:月份?)?")
MONTH_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?(.*)", re.S)
MONTH_END = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*底(?:之?前)?")
CLOCK = re.compile(
    r"[T\s]*(?:(上午|下午|晚上?|早上?|am|pm)\s*)?(?:(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*分?)?(?::?(\d{1,2})(?:\.\d+)?\s*秒?)?)?\s*(?:z|\+08:?00)?",
    re.I,
)
MOBILE = re.compile(r"1\d{10}")
LANDLINE = re.compile(r"(?:0\d{2,3}-?)?[2-8]\d{6,7}(?:[-转]\d{1,6})?|[48]00-?\d{3}-?\d{4}|1\d{2}|1\d{4}")


class CellError(ValueError):
    """The cell cannot be taken; the message says why and what would be right."""


class DateWord(Exception):
    """A date column says 立即 or 长期坚持; the owner decides what that means."""


def clean(value) -> str:
    """The cell as people see it: text without invisible characters and outer blanks, 3.0 as "3", a date as yyyy-mm-dd."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}" if abs(value) < 1e15 and value != int(value) else f"{value:.0f}"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time.min else f"{value:%Y-%m-%d %H:%M}"
    return INVISIBLE.sub("", str(value)).strip(" \t\r\n\xa0\u3000")


def half_width(value) -> str:
    return unicodedata.normalize("NFKC", clean(value)).strip()


def parse(value, column, *, as_of: dt.date | None = None, epoch=WINDOWS_EPOCH):
    """The value of ``column.kind``; None (text: "") for an empty cell. Raises CellError, DateWord."""
    text = half_width(value)
    if text.upper() in EXCEL_ERRORS:
        raise CellError(_("单元格是 Excel 错误值 %(value)s，请改好公式或直接填写结果") % {"value": text})
    if text in EMPTY_MARKS or (column.kind not in ("text", "bool", "choice") and text in NONE_WORDS):
        return "" if column.kind == "text" else None
    if column.kind in ("date", "datetime"):
        moment = of_month(value, column.month_as) or parse_moment(value, as_of=as_of, epoch=epoch)
        return moment.date() if column.kind == "date" else moment.replace(tzinfo=BEIJING)
    if column.kind == "choice":
        return parse_choice(value, column.choices)
    if column.kind == "text":
        return parse_text(value, max_length=column.max_length)
    return PARSERS[column.kind](value)


# --- text and words -----------------------------------------------------------------------------------------------------------------
def parse_text(value, *, max_length: int | None = None) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= 1e15:
        raise CellError(_("超过 15 位的数字在 Excel 里会丢失末尾几位，请把单元格设为“文本”格式后重新填写"))
    text = clean(value)
    if max_length and len(text) > max_length:
        raise CellError(_("共 %(length)s 个字，最多 %(limit)s 个字") % {"length": len(text), "limit": max_length})
    return text


def parse_bool(value) -> bool:
    word = half_width(value).casefold()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    if done := DONE.fullmatch(word):
        return done[1] == "已"
    raise CellError(_("应填“是”或“否”（也可填 √、×、有、无）"))


def parse_choice(value, choices):
    words = choice_words(choices)
    key = choice_key(value)
    if key in words:
        return words[key]
    allowed = list(choice_labels(choices).values())
    more = _("等 %(count)s 项") % {"count": len(allowed)} if len(allowed) > 12 else ""
    raise CellError(_("应填下列之一：%(allowed)s%(more)s") % {"allowed": "、".join(allowed[:12]), "more": more})


def choice_key(value) -> str:
    return re.sub(r"[\s()\[\]/、,.:;·_-]", "", half_width(value)).casefold()


def choice_words(choices) -> dict:
    if hasattr(choices, "items"):
        return {choice_key(word): value for word, value in choices.items()}
    words: dict[str, Any] = {}
    for choice in choices or ():
        value, label = choice if isinstance(choice, (tuple, list)) else (choice, choice)
        words.setdefault(choice_key(str(value)), value)
        words[choice_key(str(label))] = value
    return words


def choice_labels(choices) -> dict:
    """Stored value → the word that people are told to write; of several words in a mapping the first."""
    if hasattr(choices, "items"):
        pairs = [(value, word) for word, value in choices.items()]
    else:
        pairs = [tuple(choice) if isinstance(choice, (tuple, list)) else (choice, choice) for choice in choices or ()]
    labels: dict[Any, str] = {}
    for value, word in pairs:
        labels.setdefault(value, str(word))
    return labels


# --- numbers ------------------------------------------------------------------------------------------------------------------------
def parse_decimal(value) -> Decimal:
    """Floats are taken to Excel's own 15 digits; a unit behind the figure is dropped, 80% becomes 0.8 as Excel stores it."""
    if isinstance(value, (bool, dt.date, dt.time)):
        raise CellError(_("应填数字，例如 12.5"))
    if isinstance(value, (int, float)):
        return Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    match = NUMBER.fullmatch(re.sub(r"(?<=\d),(?=\d{3})", "", half_width(value)))
    if not match:
        raise CellError(_("应填数字，例如 12.5"))
    figure, unit = match.groups()
    if unit.startswith(MULTIPLES):
        raise CellError(_("请按表头的单位填写数字，不写“%(unit)s”") % {"unit": unit})
    return Decimal(figure) / 100 if unit == "%" else Decimal(figure)


def parse_int(value) -> int:
    figure = parse_decimal(value)
    if figure != figure.to_integral_value():
        raise CellError(_("应填整数，例如 12"))
    return int(figure)


def parse_phone(value) -> str:
    """A mobile number as 11 digits, a landline as written. Numbers Excel keeps as 1.38E+10 come back whole."""
    text = half_width(value)
    if re.fullmatch(r"1\.\d+E\+?10", text, re.I) or re.fullmatch(r"\d{7,12}\.0+", text):
        text = f"{Decimal(text):.0f}"
    digits = re.sub(r"[\s-]", "", text).removeprefix("+")
    digits = digits.removeprefix("86") if len(digits) == 13 else digits
    if MOBILE.fullmatch(digits):
        return digits
    number = re.sub(r"\s", "", text).replace("(", "").replace(")", "-").replace("—", "-")
    if LANDLINE.fullmatch(number):
        return number
    if "*" in text:
        raise CellError(_("号码被星号遮住了，请填写完整号码"))
    raise CellError(_("应填 11 位手机号，或带区号的座机号，例如 0371-6600000；只填一个号码"))


def parse_lonlat(value) -> tuple[Decimal, Decimal]:
    place = lon_lat(half_width(value))
    if place is None:
        raise CellError(_("应填“经度,纬度”，例如 114.0653,34.7512 或 114°03′55″,34°45′04″，并位于我国境内"))
    return place


def parse_angle(value) -> Decimal:
    """Half of a place that stands in two columns; the caller checks the two together."""
    return _angle_within(value, 0, 180, _("应填经度或纬度，例如 114.0653 或 114°03′55″"))


def parse_lon(value) -> Decimal:
    return _angle_within(value, 73, 136, _("应填经度，例如 114.0653 或 114°03′55″；请检查经度和纬度是否填反"))


def parse_lat(value) -> Decimal:
    return _angle_within(value, 3, 54, _("应填纬度，例如 34.7512 或 34°45′04″；请检查经度和纬度是否填反"))


def _angle_within(value, low, high, message) -> Decimal:
    degrees = angle(half_width(value))
    if degrees is None or not low <= degrees <= high:
        raise CellError(message)
    return degrees


# --- dates --------------------------------------------------------------------------------------------------------------------------
def parse_moment(value, *, as_of: dt.date | None = None, epoch=WINDOWS_EPOCH) -> dt.datetime:
    """Naive Beijing time. Takes date cells, serial numbers, 2024.3.5, 2024年3月5日, 20240305, 3月5日 (year of 截至), 3月底."""
    if isinstance(value, dt.datetime):
        return _checked(value.replace(tzinfo=None))
    if isinstance(value, dt.date):
        return _checked(dt.datetime.combine(value, dt.time.min))
    text = half_width(value)
    if text in DATE_WORDS:
        raise DateWord(DATE_WORDS[text])
    moment = _written(text, as_of) or _serial(text, epoch)
    if moment is None:
        raise CellError(_("不是日期，应写成 2026-03-05、2026.3.5 或 2026年3月5日"))
    return _checked(moment)


def of_month(value, month_as: str) -> dt.datetime | None:
    """2027年12月 as the first or the last day of the month, for columns that allow it (``month_as``)."""
    match = MONTH.fullmatch(half_width(value)) if month_as and isinstance(value, str) else None
    if match is None:
        return None
    last = _checked(_month_end(match[1], int(match[2])))
    return last.replace(day=1) if month_as == "first" else last


def _written(text: str, as_of) -> dt.datetime | None:
    if match := PACKED.fullmatch(text):
        return _moment(*match.groups())
    if match := DAY.fullmatch(text):
        year, month, day, rest = match.groups()
        return _moment(year if len(year) == 4 else f"20{year}", month, day, rest)
    if match := MONTH_END.fullmatch(text):
        return _month_end(match[1] or _year(as_of), int(match[2]))
    if match := MONTH_DAY.fullmatch(text):
        return _moment(_year(as_of), *match.groups())
    return None


def _year(as_of) -> int:
    if as_of is None:
        raise CellError(_("缺少年份，应写成 2026年3月5日；或在表头上方写明“截至2026年3月5日”"))
    return as_of.year


def _month_end(year, month: int) -> dt.datetime:
    if not 1 <= month <= 12:
        raise CellError(_("没有这个月份"))
    return dt.datetime.combine(dt.date(int(year), month, calendar.monthrange(int(year), month)[1]), dt.time.min)


def _moment(year, month, day, rest) -> dt.datetime | None:
    rest = re.sub(r"\(?(?:星期|周)[一二三四五六日天]\)?", "", rest or "").strip().removesuffix("之前").removesuffix("以前").removesuffix("前")
    clock = CLOCK.fullmatch(rest)
    if not clock:
        return None
    half, hour, minute, second = clock.groups()
    hour = int(hour or 0) + (12 if (half or "").lower() in ("下午", "晚", "晚上", "pm") and 0 < int(hour or 0) < 12 else 0)
    try:
        return dt.datetime.combine(dt.date(int(year), int(month), int(day)), dt.time(hour, int(minute or 0), int(second or 0)))
    except ValueError:
        raise CellError(_("没有这一天，请检查年月日")) from None


def _serial(text: str, epoch) -> dt.datetime | None:
    """Excel's day number, believed between 1954 and 2119."""
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and 20_000 <= float(text) < 80_000:
        return from_excel(float(text), epoch)
    return None


def _checked(moment: dt.datetime) -> dt.datetime:
    if not 1950 <= moment.year <= 2100:
        raise CellError(_("年份应在 1950 至 2100 之间"))
    return moment


PARSERS = {
    "int": parse_int,
    "decimal": parse_decimal,
    "bool": parse_bool,
    "phone": parse_phone,
    "lonlat": parse_lonlat,
    "angle": parse_angle,
    "lon": parse_lon,
    "lat": parse_lat,
}
