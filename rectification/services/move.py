"""One step on its way."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rectification.workflow import Part, Step


@dataclass
class Move:
    """What ``advance`` hands to a step's effects: they fill ``changes`` (columns set together with the state) and ``facts`` (kept in the event)."""

    subject: Any
    action: str
    step: Step
    by: Any
    part: Part
    note: str
    details: dict
    now: dt.datetime
    target: str
    then: Callable
    """``advance`` itself, for effects that take further steps."""
    changes: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    was_state: str = ""
    was_version: int = 0
    event: Any = None

    @property
    def finding(self):
        return getattr(self.subject, "finding", self.subject)
