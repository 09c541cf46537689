"""Lines of air by the formulas of docs/scorecards.md, from the days in the papers: means of particles, targets, change and ranks.

Good days, the composite and the two-factor index rest on the tables of the air standards, which this program does not know: their lines are taken
as they are shown.
"""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from bench.recount.papers import Papers

WAYS = ("change_rank", "target", "change", "rank")
"""The longer word first."""
PARTICLES = ("pm25", "pm10")
FEWEST, FEWEST_OF_FEBRUARY = 27, 25


def is_air(code: str) -> bool:
    return code.startswith("air_") and code != "air_quality"


def parts(code: str) -> tuple[str, str]:
    """Measure and way."""
    way = next(way for way in WAYS if code.endswith(f"_{way}"))
    return code.removeprefix("air_").removesuffix(f"_{way}"), way


def is_recounted(code: str) -> bool:
    return parts(code)[0] in PARTICLES


class Air:
    """Of one unit: its days and its targets."""

    def __init__(self, papers: Papers, unit: int):
        self.days = [each for each in papers["air_days"] if each["organisation_id"] == unit]
        self.sheet = next((each for each in papers["air_sheets"] if each["organisation_id"] == unit), None)
        self.needed = FEWEST_OF_FEBRUARY if papers.start.month == 2 else FEWEST

    def rows(self, item: str, *, before: bool = False) -> list[tuple[dict, bool]]:
        """Days of stations and whether they count."""
        mine = [each for each in self.days if each["is_before"] == before]
        return [(each, not each["excluded_reason"] and self._value(each, item) is not None) for each in mine]

    @staticmethod
    def _value(day: dict, item: str) -> Fraction | None:
        return None if day[item] is None or item in day["invalid"] else Fraction(Decimal(day[item]))

    def mean(self, item: str, *, before: bool = False) -> int | None:
        """Hundredths of a microgram, half to even: of each day the mean of its stations, of these the mean; nothing with too few days."""
        valid, of_day = set(), defaultdict(list)
        for day, counts in self.rows(item, before=before):
            if self._value(day, item) is not None:
                valid.add(day["day"])
            if counts:
                of_day[day["day"]].append(self._value(day, item))
        means = [sum(values) / len(values) for values in of_day.values()]
        return round(100 * sum(means) / len(means)) if len(valid) >= self.needed and means else None

    def aim(self, item: str) -> int | None:
        given = self.sheet["aims"].get(item) if self.sheet else None
        return None if given is None else round(100 * Fraction(Decimal(given)))


def figures(air: Air, code: str) -> dict | None:
    """measured, aim, before; None where there is nothing to be marked by."""
    item, way = parts(code)
    if air.sheet is None or not air.sheet["stations"]:
        return None
    measured, before = air.mean(item), air.mean(item, before=True)
    aim = air.aim(item)
    aim = before if aim is None else aim
    if measured is None or (way == "target" and aim is None) or (way in ("change", "change_rank") and not before):
        return None
    return {"measured": measured, "before": before, "aim": aim}


def points(scheme: dict, found: dict, code: str) -> int:
    """Of the ways that look at one unit alone."""
    full, slope, measured, before = scheme["full"], scheme["slope"], found["measured"], found["before"]
    if parts(code)[1] == "change":
        missing = Fraction(100 * (measured - before), before) + Fraction(scheme["threshold"] or 0, 100)
        return full if missing <= 0 else max(0, round(full - slope * missing)) if slope else 0
    aim = found["aim"]
    if measured <= aim:
        return full
    near = full - slope * Fraction(100 * (measured - aim), aim) if slope and aim else Fraction(0)
    done = Fraction(full * (before - measured), before - aim) if before is not None and before > aim else Fraction(0)
    return max(0, round(max(near, done)))


def standing(found: dict, code: str) -> Fraction:
    """Less is better."""
    change = round(Fraction(10_000 * (found["measured"] - found["before"]), found["before"])) if parts(code)[1] == "change_rank" else None
    return Fraction(found["measured"] if change is None else change)
