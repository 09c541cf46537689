"""From rows to points, shares, ranks and grades (domain 6.2, 6.3), with exact fractions."""

from dataclasses import dataclass, field
from fractions import Fraction

from bench.recount import air
from bench.recount.judge import Month
from bench.recount.papers import Papers

RATES = {
    *("own_field_on_time", "other_field_on_time", "on_time_rate", "checks_on_time", "valid_reports"),
    *("closing_rate", "rework_rate", "extension_rate", "self_find_rate", "rebound_rate"),
    *("on_time_closing", "on_time_closing_all", "handling_rate", "on_time_handling", "overdue_pending", "dispatch_accuracy"),
    *("filing_rate", "miss_rate", "patrol_completion", "coverage", "training", "pass_rate", "reconcile"),
}
NO_SOURCE = {"air_quality", "field_inspection", "urgent_closing", "organisation_work", "case_handling", "other_matters"}
ENTRIES = {"late_report": "D", "wrong_data": "D", "innovation": "bonus", "praise": "bonus", "correction": "carry"}
"""Kind of a signed entry → the part it counts in when the scheme does not name it."""
BENEATH = {"township": ("month_tasks", "month_findings"), "department": ("month_tasks",)}
"""Lines that only hold the rows others are counted over."""
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
    carried: int = 0
    is_left_out: bool = False

    def part(self, name: str) -> int | None:
        """Points of a part, never below zero unless the scheme says so; None when nothing of it counts."""
        points = [line.points for line in self.lines.values() if line.part == name and line.points is not None]
        return None if not points else sum(points) if name == "carry" or not self.scheme["parts_floor"] else max(0, sum(points))


def cards(papers: Papers, ranking: dict | None = None) -> list[Card]:
    """Of townships and departments. ``ranking``: the API's answer, for the lines of air that are taken from it (``air``)."""
    month = Month(papers)
    found, schemes = month.rows(), _schemes(papers)
    for entry in papers["entries"]:
        each = {"unit": entry["organisation_id"], "finding": None, "task": None, "hit": True, "units": 1, "key": "", "amount": -entry["amount"]}
        found.setdefault(entry["kind"], []).append(each)
    granted = {(each["organisation_id"], each["event"]): each["amount"] for each in papers["granted"]}
    made = [_card(unit, kind, schemes[kind], found, granted) for unit, kind in month.place.units.items() if kind in schemes]
    _mark_air(papers, made)
    _take_as_shown(made, ranking or {"groups": []})
    for card in made:
        _leave_out(card, busy=card.unit in month.busy())
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


def _card(unit: int, kind: str, scheme: dict, found: dict[str, list[dict]], granted: dict[tuple[int, str], int]) -> Card:
    lines = {line["indicator"]: line for line in [*scheme["lines"], *_beside(unit, kind, scheme, found)]}
    mine = {code: [row for row in found.get(code, []) if row["unit"] == unit] for code in lines}
    marked = _marked_once(lines, mine, once=scheme["marks_once"])
    for rows in marked.values():
        for row in rows:
            back = min(row["amount"], granted.get((unit, row["event"]), 0))
            row |= {"amount": row["amount"] - back, "hit": row["amount"] > back}
    return Card(unit, kind, {code: _line(line, mine[code], marked) for code, line in lines.items()}, scheme)


def _beside(unit: int, kind: str, scheme: dict, found: dict[str, list[dict]]) -> list[dict]:
    """Lines a card has beside those of its scheme."""
    known = {line["indicator"] for line in scheme["lines"]}
    entered = [code for code in ENTRIES if code not in known and any(row["unit"] == unit for row in found.get(code, ()))]
    plain = {"full": 0, "per_event": 0, "cap": None, "cap_per_item": None, "stacks": False, "position": 10**6}
    return [plain | {"indicator": code, "part": ENTRIES.get(code, "info")} for code in (*entered, *BENEATH[kind])]


def _marked_once(scheme: dict[str, dict], mine: dict[str, list[dict]], *, once: bool) -> dict[str, list[dict]]:
    """Rows that carry a mark: an event that several rules name, by the heaviest, unless a rule stacks. Lines for information have rows of their own."""
    best: dict[str, tuple] = {}
    for code, rows in mine.items():
        line = scheme[code]
        for row in rows if line["per_event"] and code not in ENTRIES else ():
            amount = min(line["per_event"] * row["units"], line["cap_per_item"] or 10**9)
            key = f"{code}:{row['key']}" if line["stacks"] or line["part"] == "info" or not once else row["key"]
            if key not in best or (-amount, line["position"]) < best[key][:2]:
                best[key] = (-amount, line["position"], code, row | {"amount": amount, "event": key})
    kept: dict[str, list[dict]] = {}
    for _amount, _position, code, row in best.values():
        kept.setdefault(code, []).append(row)
    return kept


def _line(scheme: dict, rows: list[dict], marked: dict[str, list[dict]]) -> Line:
    line = Line(scheme["indicator"], scheme["part"], scheme["full"])
    if line.code in NO_SOURCE:
        line.state = "not_counted"
        return line
    if air.is_air(line.code):
        return line
    rows = marked.get(line.code, []) if scheme["per_event"] and line.code not in ENTRIES else rows
    line.findings = {row["finding"] for row in rows if row["finding"]}
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


def _mark_air(papers: Papers, cards: list[Card]) -> None:
    """Lines of air, after all others: some are marked by a place among the units."""
    known = {card.unit: air.Air(papers, card.unit) for card in cards}
    for code in sorted({code for card in cards for code in card.lines if air.is_air(code) and air.is_recounted(code)}):
        mine = [card for card in cards if code in card.lines]
        found = {card.unit: air.figures(known[card.unit], code) for card in mine}
        places = [air.standing(each, code) for each in found.values() if each] if air.parts(code)[1].endswith("rank") else []
        for card in mine:
            _mark_line_of_air(card, code, known[card.unit], found[card.unit], places)


def _take_as_shown(cards: list[Card], ranking: dict) -> None:
    rows = {row["organisation"]["id"]: row["lines"] for group in ranking["groups"] for row in group["rows"]}
    for card in cards:
        for shown in rows.get(card.unit, ()):
            if air.is_air(shown["code"]) and not air.is_recounted(shown["code"]) and (line := card.lines.get(shown["code"])):
                line.state, line.points = shown["state"], shown["points"]
                line.numerator, line.denominator = shown["numerator"], shown["denominator"]


def _mark_line_of_air(card: Card, code: str, days: air.Air, found: dict | None, places: list) -> None:
    line = card.lines[code]
    scheme = next(each for each in card.scheme["lines"] if each["indicator"] == code)
    rows = days.rows(air.parts(code)[0])
    line.numerator, line.denominator = sum(counts for _day, counts in rows), len(rows)
    line.state = "no_data" if found is None else "information" if line.part == "info" else "counted"
    if line.state == "counted" and places:
        rank, of = 1 + sum(place < air.standing(found, code) for place in places), len(places)
        line.points = round(Fraction(line.full * (of - rank), of - 1)) if of > 1 else line.full
    elif line.state == "counted":
        line.points = air.points(scheme, found, code)


def _points(scheme: dict, line: Line, rows: list[dict]) -> int:
    if line.code in RATES:
        return round(_of_rate(scheme, Fraction(line.numerator, line.denominator)))  # half to even
    total = sum(row["amount"] for row in rows)
    if scheme["cap"] is not None:
        total = max(-scheme["cap"], min(total, scheme["cap"]))
    if line.code in ENTRIES:
        return -total
    if line.part == "bonus":
        return total
    return max(0, line.full - total) if line.full else -total


def _of_rate(scheme: dict, rate: Fraction) -> Fraction:
    """All of it, or from a threshold on; ``inverse``: the lower the better."""
    good = 1 - rate if scheme["inverse"] else rate
    if scheme["threshold"] is None:
        return scheme["full"] * good
    threshold = Fraction(scheme["threshold"], 10_000)
    below = max(0, (1 - threshold if scheme["inverse"] else threshold) - good)
    return max(Fraction(0), scheme["full"] - scheme["slope"] * 100 * below)


def _leave_out(card: Card, *, busy: bool) -> None:
    """Nothing to answer for: no marks, no rank. Too few rows: the marks of the lines, and no rank."""
    if not busy and not any(line.part != "info" and (line.numerator or line.denominator) for line in card.lines.values()):
        for line in card.lines.values():
            if line.state == "counted":
                line.state, line.points = "no_data", None
    judged = sum(line.denominator or 0 for line in card.lines.values() if line.state == "counted" and not air.is_air(line.code))
    card.is_left_out = judged < card.scheme["fewest"]


def _total(card: Card) -> None:
    counted = [line for line in card.lines.values() if line.state == "counted" and not card.is_left_out]
    card.bonus, card.carried = min(card.part("bonus") or 0, card.scheme["bonus_cap"]), card.part("carry") or 0
    card.counted = sum(line.full for line in counted if line.part not in ("bonus", "carry"))
    if card.counted:
        card.obtained = max(0, sum(card.part(name) or 0 for name in PARTS) + card.bonus + card.carried)
        card.share = round(Fraction(10_000 * card.obtained, card.counted))


def _rank(cards: list[Card]) -> None:
    for card in cards:
        if card.share is not None:
            card.rank = 1 + sum(other.share is not None and other.share > card.share for other in cards)
            floors = (("excellent", "excellent_from"), ("good", "good_from"), ("pass", "pass_from"))
            card.grade = next((name for name, floor in floors if card.share >= card.scheme[floor]), "fail")
