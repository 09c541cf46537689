"""One step on many rows: each in its own transaction, each with its own outcome."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.errors import Conflict, NotYourRole
from rectification.services.advance import advance


@dataclass(frozen=True)
class Outcome:
    """What became of one row; ``reason`` is empty when the step was taken."""

    row: Any
    reason: str = ""

    @property
    def is_done(self) -> bool:
        return not self.reason


def take(row, action: str, *, by, version: int | None = None, note: str = "", **details) -> Outcome:
    """``advance`` that answers instead of raising."""
    try:
        return Outcome(advance(row, action, by=by, version=version, note=note, **details))
    except ValidationError as refused:
        return Outcome(row, _("；").join(refused.messages))
    except (Conflict, NotYourRole) as refused:
        return Outcome(row, str(refused))


def urge(tasks, *, by, note: str = "") -> list[Outcome]:
    return [take(task, "urge", by=by, note=note) for task in tasks]
