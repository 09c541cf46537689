"""Days of stations as the rows behind air lines, and the figures these lines rest on. Few rows: they pass through Python."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from airquality.aqi import index
from airquality.aqi.rounding import rounded
from common import clock
from scorecards.indicators import Month
from scorecards.indicators.air import PARTICLES, Measure
from scorecards.indicators.flags import Flag
from scorecards.models import AirDay, Scorecard, ScoreLine, ScoreRow
from scorecards.services.air import figures, papers
from scorecards.services.air.papers import Paper
from scorecards.words import Reason


def write(month: Month, lines: Iterable[ScoreLine]) -> None:
    """Fills in ``air`` of the lines and stores their rows; a month without such lines takes nothing over."""
    wanted = [line for line in lines if line.definition.air]
    if not wanted:
        return
    found = papers.of_month(month)
    made = []
    for line in wanted:
        paper, air = found.get(line.scorecard.organisation_id), line.definition.air
        line.air = figures.of(paper, air).as_json()
        made += _rows(line, air.measure, paper) if paper else []
    ScoreRow.objects.bulk_create(made)


def _rows(line: ScoreLine, measure: Measure, paper: Paper) -> list[ScoreRow]:
    with_index = figures.indexed(paper, measure) if paper.sheet.stations else set()
    return [_row(line, day, measure, paper, hit=figures.counts(day, measure, with_index)) for day in paper.days]


def _row(line: ScoreLine, day: AirDay, measure: Measure, paper: Paper, *, hit: bool) -> ScoreRow:
    return ScoreRow(
        scorecard_id=line.scorecard_id,
        line=line,
        station_id=day.station_id,
        value=_value(day, measure, paper),
        flags=_flags(day, hit=hit),
        is_hit=hit and not day.is_before,
        reason=_reason(day, hit=hit),
        source=day.status,
        at=clock.at(day.day),
    )


def _flags(day: AirDay, *, hit: bool) -> int:
    of = Flag.AIR_BEFORE if day.is_before else Flag.AIR_DAY
    return int(of | Flag.AIR_COUNTED if hit else of)


def _reason(day: AirDay, *, hit: bool) -> Reason:
    if hit:
        return Reason.AIR_BEFORE if day.is_before else Reason.AIR_COUNTED
    return Reason.AIR_EXCLUDED if day.excluded_reason else Reason.AIR_INVALID


Days = dict[tuple[int, dt.date], AirDay]


def days_behind(card: Scorecard, *, by) -> Days:
    """(station, day) → as it was taken over. A settled month is thus explained by what it was settled with; in the rows themselves nothing is stored."""
    kept = AirDay.objects.visible_to(by).filter(district=card.district_id, month=card.month)
    return {(day.station_id, day.day): day for day in kept}


def concentrations(row: ScoreRow, line: ScoreLine, days: Days) -> list[tuple[str, str]]:
    """Item, value: of a figure that rests on several, which the index shown beside them does not tell. Empty where the row's value says all."""
    items = explained_by(line)
    if not items or row.at is None or row.station_id is None:
        return []
    day = days.get((row.station_id, clock.beijing(row.at).date()))
    found = day.as_daily_value().items if day else {}
    return [(item, _shown(found.get(item))) for item in items]


def explained_by(line: ScoreLine) -> tuple[str, ...]:
    code = line.definition.air.measure.code if line.definition.air else ""
    return () if code in PARTICLES else figures.NEEDED.get(code, ())


def _shown(value: Decimal | None) -> str:
    return "—" if value is None else f"{rounded(value, 2).normalize():f}"


def _value(day: AirDay, measure: Measure, paper: Paper) -> int | None:
    """A concentration in hundredths; for the other measures the station's own index of the day."""
    if measure.code in PARTICLES:
        value = getattr(day, measure.code)
        return None if value is None else round(value * 100)
    lacking: list[str] = next((station["not_measured"] for station in paper.sheet.stations if station["id"] == day.station_id), [])
    said = index.daily(day.as_daily_value().items, edition=paper.sheet.edition, not_measured=lacking)
    return None if said.aqi is None else said.aqi * 100
