"""From rows to points, shares, ranks and grades (domain 6.2, 6.3), with exact fractions."""

from dataclasses import dataclass, field
from fractions import Fraction

from bench.recount.judge import Month
from bench.recount.papers import Papers

RATES = {
    *("own_field_on_time", "other_field_on_time", "on_time_rate", "checks_on_time", "valid_reports"),
    *("closing_rate", "rework_rate", "extension_rate", "self_find_rate", "rebound_rate"),
}
NO_SOURCE = {"air_quality", "patrol_completion", "training", "field_inspection", "reconcile", "late_report", "wrong_data"}
START = "handling_start"
PARTS = ("A", "B", "C", "D")


@dataclass
class Line:
    code: str
    part: str
    full: int
    state: str = ""
    numerator: int | None = None
    denominator: int | None = None
    points: int | None = None
    findings: set[int] = field(default_factory=set)


@dataclass
class Card:
    unit: int
    kind: str
    lines: dict[str, Line]
    scheme: dict
    obtained: int = 0
    counted: int = 0
    share: int | None = None
    rank: int | None = None
    grade: str = ""
    bonus: int = 0

    def part(self, name: str) -> int | None:
        """Points of a part, never below zero; None when nothing of it counts."""
        points = [line.points for line in self.lines.values() if line.part == name and line.points is not None]
        return max(0, sum(points)) if points else None


def cards(papers: Papers) -> list[Card]:
    month = Month(papers)
    found, schemes = month.rows(), _schemes(papers)
    made = [_card(unit, kind, schemes[kind], found) for unit, kind in month.place.units.items() if kind in schemes]
    for card in made:
        if card.unit not in month.busy() and not any(line.part != "info" and (line.numerator or line.denominator) for line in card.lines.values()):
            _leave_out(card)
        _total(card)
    for kind in schemes:
        _rank([card for card in made if card.kind == kind])
    return made


def _schemes(papers: Papers) -> dict[str, dict]:
    """Kind → the version in force, with its ``lines``."""
    month, lines = f"{papers.start:%Y-%m}", papers.by("scheme_lines", "scheme_id")
    known = [each for each in papers["schemes"] if each["is_active"] and each["in_force_from"] <= month]
    newest = sorted(known, key=lambda each: (each["in_force_from"], each["version"]))
    return {each["kind"]: each | {"lines": lines[each["id"]]} for each in newest}


def _card(unit: int, kind: str, scheme: dict, found: dict[str, list[dict]]) -> Card:
    mine = {line["indicator"]: [row for row in found.get(line["indicator"], []) if row["unit"] == unit] for line in scheme["lines"]}
    marked = _marked_once({line["indicator"]: line for line in scheme["lines"]}, mine)
    return Card(unit, kind, {line["indicator"]: _line(line, mine[line["indicator"]], marked) for line in scheme["lines"]}, scheme)


def _marked_once(scheme: dict[str, dict], mine: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """Rows that carry a mark: an event that several rules name, by the heaviest, unless a rule stacks."""
    best: dict[str, tuple] = {}
    for code, rows in mine.items():
        line = scheme[code]
        for row in rows if line["per_event"] else ():
            amount = min(line["per_event"] * row["units"], line["cap_per_item"] or 10**9)
            key = f"{code}:{row['key']}" if line["stacks"] else row["key"]
            if key not in best or (-amount, line["position"]) < best[key][:2]:
                best[key] = (-amount, line["position"], code, row | {"amount": amount})
    kept: dict[str, list[dict]] = {}
    for _amount, _position, code, row in best.values():
        kept.setdefault(code, []).append(row)
    return kept


def _line(scheme: dict, rows: list[dict], marked: dict[str, list[dict]]) -> Line:
    line = Line(scheme["indicator"], scheme["part"], scheme["full"])
    if line.code in NO_SOURCE:
        line.state = "not_counted"
        return line
    rows = marked.get(line.code, []) if scheme["per_event"] else rows
    line.findings = {row["finding"] for row in rows}
    if line.code == START:
        line.state, line.points = "counted", line.full
        return line
    line.numerator = sum(row["hit"] for row in rows)
    line.denominator = len(rows) if line.code in RATES else None
    if line.denominator == 0:
        line.state = "no_data"
    elif line.part == "info":
        line.state = "information"
    else:
        line.state, line.points = "counted", _points(scheme, line, rows)
    return line


def _points(scheme: dict, line: Line, rows: list[dict]) -> int:
    if line.code in RATES:
        return round(Fraction(line.full * line.numerator, line.denominator))  # half to even
    total = min(sum(row["amount"] for row in rows), 10**9 if scheme["cap"] is None else scheme["cap"])
    if line.part == "bonus":
        return total
    return max(0, line.full - total) if line.full else -total


def _leave_out(card: Card) -> None:
    """Nothing to answer for: no marks, no rank."""
    for line in card.lines.values():
        if line.state == "counted":
            line.state, line.points = "no_data", None


def _total(card: Card) -> None:
    counted = [line for line in card.lines.values() if line.state == "counted"]
    card.bonus = min(card.part("bonus") or 0, card.scheme["bonus_cap"])
    card.counted = sum(line.full for line in counted if line.part != "bonus")
    card.obtained = sum(card.part(name) or 0 for name in PARTS) + card.bonus if card.counted else 0
    card.share = round(Fraction(10_000 * card.obtained, card.counted)) if card.counted else None


def _rank(cards: list[Card]) -> None:
    for card in cards:
        if card.share is not None:
            card.rank = 1 + sum(other.share is not None and other.share > card.share for other in cards)
            floors = (("excellent", "excellent_from"), ("good", "good_from"), ("pass", "pass_from"))
            card.grade = next((name for name, floor in floors if card.share >= card.scheme[floor]), "fail")
