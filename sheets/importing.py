"""Turn the rows of a sheet into rows of the database: all in one transaction, every wrong row reported."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common.errors import Conflict
from sheets.columns import Column, Row, RowError, shown

OUTCOMES = ("created", "updated", "unchanged")


@dataclass(frozen=True)
class Group:
    """The same thing said of many cells: how often, where first, and one of the values."""

    column_title: str
    message: str
    count: int
    rows: list[int]
    value: str


def grouped(said: Iterable[RowError], *, named: int = 5) -> list[Group]:
    """What is said most often comes first; ``named`` rows of each are named."""
    found: dict[tuple[str, str], list[RowError]] = {}
    for each in said:
        found.setdefault((each.column_title, each.message), []).append(each)
    groups = [Group(title, message, len(cells), [cell.row for cell in cells[:named]], cells[0].value) for (title, message), cells in found.items()]
    return sorted(groups, key=lambda group: -group.count)


@dataclass
class ImportResult:
    """``written`` is False after a dry run and when errors kept everything out."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    written: bool = False

    @property
    def good(self) -> int:
        return self.created + self.updated + self.unchanged

    @property
    def bad_rows(self) -> int:
        return len({error.row for error in self.errors})

    @property
    def groups(self) -> list[Group]:
        return grouped(self.errors)


def run(
    rows: Iterable[Row],
    apply_row: Callable[[Row], str],
    *,
    partial: bool,
    dry_run: bool,
    errors: Iterable[RowError] = (),
    columns: Iterable[Column] = (),
    finish: Callable[[], object] | None = None,
) -> ImportResult:
    """Apply every row in a savepoint of its own, so that all errors come out at once.

    ``apply_row`` writes one row and returns created, updated or unchanged; it refuses with ValidationError. ``errors`` are those of
    reading; ``columns`` give the keys of its errors their titles. Nothing stays written after a dry run, nor when anything is wrong, unless
    ``partial``. ``finish`` is called last in the transaction of what stays: there the owner puts its rows on record.
    """
    result = ImportResult(errors=list(errors))
    titles = {column.key: str(column.title) for column in columns}
    with transaction.atomic():
        for row in rows:
            _apply(row, apply_row, result, titles)
        result.written = not dry_run and (partial or not result.errors)
        if result.written and finish:
            finish()
        transaction.set_rollback(not result.written)
    result.errors.sort(key=lambda error: error.row)
    return result


def _apply(row: Row, apply_row, result: ImportResult, titles: dict[str, str]) -> None:
    try:
        with transaction.atomic():
            outcome = apply_row(row)
    except ValidationError as refused:
        result.errors.extend(_row_errors(row, refused, titles))
    except Conflict as lost:
        result.errors.append(RowError(row.number, "", "", str(lost)))
    except IntegrityError:
        result.errors.append(RowError(row.number, "", "", _("与已有数据重复或冲突")))
    else:
        if outcome not in OUTCOMES:
            raise TypeError(f"apply_row must return one of {OUTCOMES}, not {outcome!r}")
        setattr(result, outcome, getattr(result, outcome) + 1)


def _row_errors(row: Row, refused: ValidationError, titles: dict[str, str]) -> list[RowError]:
    """One per message; errors of a named key show the value that stood there."""
    if not hasattr(refused, "error_dict"):
        return [RowError(row.number, "", "", message) for message in refused.messages]
    return [
        RowError(row.number, "" if key == "__all__" else titles.get(key, key), shown(row.values.get(key)), message)
        for key, messages in refused.message_dict.items()
        for message in messages
    ]
