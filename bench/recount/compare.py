"""Cell by cell: what was worked out here beside what the API and the workbook say."""

import io
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import openpyxl

from bench.recount.air import is_air
from bench.recount.cards import PARTS, RATES, Card
from bench.recount.places import MARKED

NOTHING = {"—", "", None, "无数据", "暂未计分"}
GRADES = {"excellent": "优秀", "good": "良好", "pass": "合格", "fail": "不合格"}
JUDGED = ("on_time_rate", "own_field_on_time", "other_field_on_time")


class Comparison:
    """``compared`` counts cells; ``faults`` holds (where, unit, cell, recounted, shown)."""

    def __init__(self):
        self.compared, self.faults = 0, []

    def cell(self, where: str, unit: str, name: str, recounted, shown) -> None:
        self.compared += 1
        if recounted != shown:
            self.faults.append((where, unit, name, recounted, shown))


def with_api(found: Comparison, cards: list[Card], shown: dict) -> None:
    groups = [group for group in shown["groups"] if group["kind"] in MARKED]
    rows = {row["organisation"]["id"]: row | {"kind": group["kind"]} for group in groups for row in group["rows"]}
    found.cell("api", "", "units", sorted(card.unit for card in cards), sorted(rows))
    for card in cards:
        if row := rows.get(card.unit):
            for name, value in _figures_of_card(card).items():
                found.cell("api", row["organisation"]["name"], name, value, row[name])
            _lines(found, card, row)


def _figures_of_card(card: Card) -> dict:
    return {name: getattr(card, name) for name in ("kind", "rank", "obtained", "counted", "share", "grade", "bonus", "carried")}


def _lines(found: Comparison, card: Card, row: dict) -> None:
    name, shown = row["organisation"]["name"], {line["code"]: line for line in row["lines"]}
    found.cell("api", name, "lines", sorted(card.lines), sorted(shown))
    for code in card.lines.keys() & shown.keys():
        line = card.lines[code]
        for figure in ("state", "numerator", "denominator", "points"):
            found.cell("api", name, f"{code} {figure}", getattr(line, figure), shown[code][figure])
        found.cell("api", name, f"{code} rows", sorted(line.findings), sorted(shown[code]["finding_ids"]))
    for part in row["parts"]:
        found.cell("api", name, f"part {part['part']}", card.part(part["part"]), part["points"])


# --- workbook -----------------------------------------------------------------------------------------------------------------------
def with_workbook(found: Comparison, cards: list[Card], content: bytes, *, names: dict[str, int], labels: dict[str, str]) -> None:
    """``names``: what a unit is called → its key; ``labels``: code of an indicator → its name."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    shown = {names.get(row["单位"]): row for row in table(book["排名"]) if row["类别"] in ("乡办", "部门")}
    found.cell("workbook", "", "units", sorted(card.unit for card in cards), sorted(shown))
    marks = Counter((names.get(row["单位"]), row["指标"]) for row in table(book["扣分明细"]) if row["分值"])
    for card in cards:
        if row := shown.get(card.unit):
            for name, value in _cells_of(card).items():
                found.cell("workbook", row["单位"], name, value, _plain(row[name]))
            for code, line in card.lines.items():
                if line.points is not None and line.code not in RATES and not is_air(line.code) and line.numerator is not None:
                    found.cell("workbook", row["单位"], f"扣分明细 {labels[code]}", line.numerator, marks[card.unit, labels[code]])


def table(sheet) -> Iterator[dict]:
    """Rows below the header, which begins with 类别 or 单位, down to the first empty one."""
    rows = sheet.iter_rows(values_only=True)
    header = next(row for row in rows if row[0] in ("类别", "单位"))
    for row in rows:
        if row[0] is None:
            return
        yield dict(zip(header, row, strict=False))


def _cells_of(card: Card) -> dict:
    ranked = card.share is not None
    judged = [card.lines[code] for code in JUDGED if code in card.lines]
    total = sum(line.denominator for line in judged)
    scored = {"得分率（%）": card.share, "得分": card.obtained, "计分满分": card.counted, "加分": card.bonus}
    scored |= {f"{part} 部分": card.part(part) for part in PARTS}
    return {
        "名次": card.rank,
        "等次": GRADES.get(card.grade),
        "逾期件": card.lines["open_overdue"].numerator,
        "按期办结率（%）": _share(sum(line.numerator for line in judged), total),
        **{name: _points(value) if ranked else None for name, value in scored.items()},
    }


def _share(numerator: int, denominator: int) -> float | None:
    return _points(round(Fraction(10_000 * numerator, denominator))) if denominator else None


def _points(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


def _plain(value):
    return None if value in NOTHING else value
