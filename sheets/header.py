"""Where the header of a messy sheet is, and which column of it means which of ours."""

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field

from sheets.cells import CellError, DateWord, half_width, parse_moment

DEPTH = 3
SEARCHED_ROWS = 30
LON_NAMES, LAT_NAMES = ("经度", "东经", "lng", "lon"), ("纬度", "北纬", "lat")
FEW, PARAGRAPH = 2, 20
NUMBERED = re.compile(r"^\s*[(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[.、)]\s*|^[\s*]+")
STOP = r"\s*(?=$|[\n(\[【:,。;*、!-])"
AS_OF = re.compile(r"截[至止]到?\s*:?\s*(\d{4}\s*[年.\-/]\s*\d{1,2}\s*[月.\-/]\s*\d{1,2})")
DATED = re.compile(r"(?:日期|时间)\s*:?\s*(\d{4}\s*[年.\-/]\s*\d{1,2}\s*[月.\-/]\s*\d{1,2})")


@dataclass(frozen=True)
class Header:
    """``places`` maps a column's key to sheet column indexes (two for a place written in two columns: lon, lat)."""

    first_row: int
    last_row: int
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    titles: dict[int, str] = field(default_factory=dict)
    strictness: dict[str, int] = field(default_factory=dict)

    @property
    def score(self) -> tuple[int, int, int, int]:
        return len(self.places), sum(self.strictness.values()), self.first_row - self.last_row, -self.first_row


def find_header(lines: list[list], merged: list[tuple[int, int, int, int]], columns) -> Header | None:
    """The best header among the first rows; None when nothing matches. ``merged``: (first row, first column, last row, last column), from 1."""
    grid = Grid(lines[: SEARCHED_ROWS + DEPTH], merged)
    found = [
        header
        for first in range(1, min(len(lines), SEARCHED_ROWS) + 1)
        if not grid.is_title(first)
        for last in range(grid.least_end(first), min(first + DEPTH - 1, len(lines)) + 1)
        if (header := match(grid, first, last, columns)).places
    ]
    best = max(found, key=lambda header: header.score, default=None)
    if best is None or len(best.places) < FEW:
        best = max([best, *_in_paragraphs(grid, lines, columns)], key=lambda header: header.score if header else (0,), default=None)
    return loosened(best, grid, columns) if best else None


def _in_paragraphs(grid, lines: list[list], columns) -> list["Header"]:
    """One-row headers of a sheet whose titles are all explained at length."""
    rows = [row for row in range(1, min(len(lines), SEARCHED_ROWS) + 1) if not grid.is_title(row)]
    return [header for row in rows if (header := loosened(match(grid, row, row, columns), grid, columns)).places]


class Grid:
    """Header cells with merged areas filled."""

    def __init__(self, lines, merged):
        self.cells = {
            (row, column): half_width(value) for row, line in enumerate(lines, 1) for column, value in enumerate(line, 1) if half_width(value)
        }
        self.areas = [area for area in merged if area[0] <= len(lines)]
        for top, left, bottom, right in self.areas:
            for row in range(top, min(bottom, len(lines)) + 1):
                for column in range(left, min(right, 200) + 1):
                    self.cells.setdefault((row, column), self.cells.get((top, left), ""))
        self.width = max((column for _, column in self.cells), default=0)

    def least_end(self, first: int) -> int:
        """A header line whose titles are merged downwards reaches at least to the end of these areas."""
        return max((bottom for top, _l, bottom, _r in self.areas if top == first and bottom - top < DEPTH), default=first)

    def is_title(self, row: int) -> bool:
        """One text across the sheet stands above a header, not in it."""
        cells = [self.cells.get((row, column), "") for column in range(1, self.width + 1)]
        return len(cells) > 2 and len(set(cells)) == 1

    def path(self, column: int, first: int, last: int) -> tuple[str, ...]:
        parts = [self.cells.get((row, column), "") for row in range(first, last + 1)]
        return tuple(dict.fromkeys(part for part in parts if part))


def full_key(title) -> str:
    """责任单位/属地, 责任单位(属地) * and 责任单位 属地 are one."""
    return re.sub(r"[\s()\[\]{}<>/\\、,.:;·_*|「」【】《》〈〉-]", "", half_width(title)).casefold()


def base_key(title) -> str:
    """The title without what stands in brackets: 占地面积(㎡) → 占地面积."""
    return full_key(re.sub(r"[(\[【].*?[)\]】]", "", half_width(title)))


def match(grid: Grid, first: int, last: int, columns) -> Header:
    paths = {column: path for column in range(1, grid.width + 1) if (path := grid.path(column, first, last))}
    header = Header(first, last, titles={column: "/".join(path) for column, path in paths.items()})
    taken: set[int] = set()
    for strictness, (keys_of_header, names) in enumerate(ways(paths, columns)):
        for column in columns:
            if column.key not in header.places and (place := _first(keys_of_header, names[column.key], taken)):
                header.places[column.key], header.strictness[column.key] = (place,), -strictness
                taken.add(place)
    _places_in_two_columns(header, paths, columns, taken)
    known = {header.titles[place] for place in taken} | {"序号"}
    header.unknown.extend(dict.fromkeys(title for title in header.titles.values() if title not in known))
    return header


def ways(paths, columns):
    """From the strictest to the loosest reading of a title; the loose ones only where they fit one header cell and one column."""
    full = {column.key: {full_key(name) for name in column.names} - {""} for column in columns}
    base = _unambiguous({column.key: {base_key(name) for name in column.names} - {""} for column in columns})
    yield {place: full_key("/".join(path)) for place, path in paths.items()}, full
    yield _unique({place: full_key(path[-1]) for place, path in paths.items()}), full
    yield _unique({place: base_key("/".join(path)) for place, path in paths.items()}), base
    yield _unique({place: base_key(path[-1]) for place, path in paths.items()}), base


# --- titles that are paragraphs -----------------------------------------------------------------------------------------------------
def loosened(header: Header, grid: Grid, columns) -> Header:
    """Find titles inside the explanations that some offices write into the header cell; only for columns and cells that are still free."""
    taken = {place for places in header.places.values() for place in places}
    leaves = {place: path[-1] for place in header.titles if place not in taken and (path := grid.path(place, header.first_row, header.last_row))}
    names = [(full_key(name), column.key) for column in columns if column.key not in header.places for name in column.names if full_key(name)]
    for strictness, way in enumerate((begins_and_stops, begins, mentions), 4):
        _take_loose(header, {place: key for place, leaf in leaves.items() if place not in taken and (key := way(leaf, names))}, taken, -strictness)
        names = [(name, key) for name, key in names if key not in header.places]
    header.unknown[:] = [title for title in header.unknown if title not in {header.titles[place] for place in taken}]
    return header


def _take_loose(header: Header, found: dict[int, str], taken: set[int], strictness: int) -> None:
    """A column that two cells seem to mean is given to neither."""
    count = Counter(found.values())
    for place, key in found.items():
        if count[key] == 1:
            header.places[key], header.strictness[key] = (place,), strictness
            taken.add(place)


def begins_and_stops(text: str, names) -> str | None:
    """工程名称：请填写施工许可证上的全称 — the title, then a stop."""
    words = NUMBERED.sub("", half_width(text))
    fits = [(len(name), key) for name, key in names if re.match(r"\s*".join(map(re.escape, name)) + STOP, words, re.I)]
    return max(fits)[1] if fits else None


def begins(text: str, names) -> str | None:
    words = full_key(NUMBERED.sub("", half_width(text)))
    fits = [(len(name), key) for name, key in names if len(name) > 1 and words.startswith(name)] if len(words) >= PARAGRAPH else []
    return max(fits)[1] if fits else None


def mentions(text: str, names) -> str | None:
    """The first title that a long explanation names, the longest of those that begin there."""
    words = full_key(text)
    fits = [(-words.index(name), len(name), key) for name, key in names if len(name) > 2 and name in words] if len(words) >= PARAGRAPH else []
    return max(fits)[2] if fits else None


def _unambiguous(names: dict[str, set[str]]) -> dict[str, set[str]]:
    """Without their brackets 责任单位(属地) and 责任单位(行业) are the same words and mean neither."""
    count = Counter(name for of_column in names.values() for name in of_column)
    return {key: {name for name in of_column if count[name] == 1} for key, of_column in names.items()}


def _unique(keys: dict[int, str]) -> dict[int, str]:
    """Neighbours under one merged title count as one; the same words far apart say nothing."""
    values = list(keys.values())
    return {place: key for place, key in keys.items() if values.count(key) == 1 or keys.get(place - 1) == key or keys.get(place + 1) == key}


def _first(keys: dict[int, str], wanted: set[str], taken: set[int]) -> int | None:
    return next((place for place, key in keys.items() if place not in taken and key in wanted), None)


def _places_in_two_columns(header: Header, paths, columns, taken: set[int]) -> None:
    leaves = {place: base_key(path[-1]) for place, path in paths.items()}
    for column in columns:
        if column.kind == "lonlat" and column.key not in header.places:
            pair = tuple(_first(leaves, set(names), taken) for names in (LON_NAMES, LAT_NAMES))
            if None not in pair:
                header.places[column.key] = pair
                taken.update(pair)


def as_of_day(lines: list[list]) -> dt.date | None:
    """The day of 截至yyyy年MM月dd日 (or 填报日期：…) in the lines above the header."""
    texts = [text for line in lines for value in line if (text := half_width(value))]
    for pattern in (AS_OF, DATED):
        for text in texts:
            if (found := pattern.search(text)) and (day := _day(found[1])):
                return day
    return None


def _day(text: str) -> dt.date | None:
    try:
        return parse_moment(text).date()
    except (CellError, DateWord):
        return None
