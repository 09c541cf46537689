"""Slices of a sorted list that cost the same at any depth: the next one begins after the last row shown, not after n rows counted."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

COLUMNS = {"id": "id", "received_at": "received_at", "due_at": "due_at", "number": "number"}
DEFAULT = "-id"
MOMENTS = {"received_at", "due_at"}
CURSOR = re.compile(r"([fb])\.(\d{1,18})\.(.{0,40})")


@dataclass(frozen=True)
class Place:
    """A row in the order: go on after it, or back before it. ``value`` is what the sorted column held."""

    backwards: bool
    pk: int
    value: object = None


@dataclass(frozen=True)
class Slice:
    rows: list
    previous: str
    """Cursor of the slice before, empty at the beginning."""
    next: str


def known(ordering: str) -> str:
    """``ordering`` when it can be sorted by, else newest first."""
    return ordering if ordering.removeprefix("-") in COLUMNS else DEFAULT


def read(cursor: str, *, ordering: str) -> Place | None:
    """The place a cursor names, or None when it is none of ours."""
    found = CURSOR.fullmatch(cursor)
    if found is None:
        return None
    way, pk, text = found.groups()
    try:
        return Place(way == "b", int(pk), _value(ordering.removeprefix("-"), text))
    except ValueError:
        return None


def _value(column: str, text: str):
    if column == "id" or not text:
        return None
    if column in MOMENTS:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return moment
    if not re.fullmatch(r"[0-9-]+", text):
        raise ValueError(text)
    return text


def cut(queryset: QuerySet, *, ordering: str = DEFAULT, cursor: str = "", size: int = 20) -> Slice:
    """The rows after (or before) ``cursor``; rows without a value stand last in both directions of sorting."""
    ordering = known(ordering)
    place = read(cursor, ordering=ordering)
    rows = list(_ordered(_beyond(queryset, place, ordering), ordering, backwards=bool(place and place.backwards))[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if place and place.backwards:
        if not more:
            return cut(queryset, ordering=ordering, size=size)
        rows.reverse()
        return Slice(rows, write(rows[0], ordering, backwards=True), write(rows[-1], ordering))
    return Slice(rows, write(rows[0], ordering, backwards=True) if place and rows else "", write(rows[-1], ordering) if more else "")


def write(row, ordering: str, *, backwards: bool = False) -> str:
    column = ordering.removeprefix("-")
    value = "" if column == "id" else getattr(row, column)
    text = value.isoformat() if isinstance(value, dt.datetime) else value or ""
    return f"{'b' if backwards else 'f'}.{row.pk}.{text}"


def _ordered(queryset, ordering: str, *, backwards: bool):
    column, falling = ordering.removeprefix("-"), ordering.startswith("-") != backwards
    key = "-pk" if falling else "pk"
    if column == "id":
        return queryset.order_by(key)
    by = F(column)
    ends = {"nulls_first": True} if backwards else {"nulls_last": True}
    return queryset.order_by(by.desc(**ends) if falling else by.asc(**ends), key)


def _beyond(queryset, place: Place | None, ordering: str):
    if place is None:
        return queryset
    column, falling = ordering.removeprefix("-"), ordering.startswith("-") != place.backwards
    side = "lt" if falling else "gt"
    after = Q(**{f"pk__{side}": place.pk})
    if column == "id":
        return queryset.filter(after)
    empty = Q(**{f"{column}__isnull": True})
    if place.value is None:
        return queryset.filter((empty & after) | (~empty if place.backwards else Q(pk__in=())))
    beyond = Q(**{f"{column}__{side}": place.value}) | (Q(**{column: place.value}) & after)
    return queryset.filter(beyond if place.backwards else beyond | empty)
