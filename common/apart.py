"""Rows that a scan deals with one by one: what nobody foresaw with one of them holds up none of the others."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)
Row = TypeVar("Row")
Result = TypeVar("Result")


class Apart:
    """``with Apart("alarms.scan") as each: each(rows, act)``.

    A row whose act raises is logged with its traceback and left out; at the end all such faults are raised together, so that the task fails in plain
    sight. ``act`` is a transaction of its own. When the database itself fails nothing goes on: the next look finds the rows again.
    """

    def __init__(self, name: str):
        self.name = name
        self.faults: list[Exception] = []

    def __enter__(self) -> "Apart":
        return self

    def __call__(self, rows: Iterable[Row], act: Callable[[Row], Result]) -> list[Result]:
        """What the acts gave, of those that went well."""
        return [result for row in rows for result in self._one(row, act)]

    def _one(self, row: Row, act: Callable[[Row], Result]) -> list[Result]:
        try:
            return [act(row)]
        except (OperationalError, InterfaceError):
            raise
        except Exception as fault:
            logger.error("%s: %s %s", self.name, type(row).__name__, getattr(row, "pk", ""), exc_info=fault)
            self.faults.append(fault)
            return []

    def __exit__(self, kind, error, traceback) -> None:
        if error is None and self.faults:
            raise ExceptionGroup(self.name, self.faults)
