"""Writes the tables of docs/workflow.md from the code: ``python -m scripts.doc_workflow``. A test fails when the page is stale.

What stands between ``<!-- table: name -->`` and ``<!-- end -->`` is replaced; everything else is written by hand.
"""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs/workflow.md"
TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.S)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n" + "".join("| " + " | ".join(cells) + " |\n" for cells in lines) + "\n"


def code(*words: str) -> str:
    return ", ".join(f"`{word}`" for word in words)


def steps_table(steps: dict, states) -> str:
    from rectification.workflow import HIDDEN

    rows = [
        (
            code(action) + (" (hidden)" if action in HIDDEN else ""),
            str(step.label),
            "any" if step.sources == set(states.values) else code(*(state for state in states.values if state in step.sources)),
            code(step.target) if step.target else "stays",
            ", ".join(part for part in _parts() if part in step.parts),
            ", ".join(needs(action, step)),
        )
        for action, step in steps.items()
    ]
    return table(("Action", "On screen", "From", "To", "Who", "Needs"), rows)


def _parts() -> list[str]:
    from rectification.workflow import Part

    return list(Part.values)


def needs(action: str, step) -> list[str]:
    """A note, then what the API takes beside it."""
    from rectification.api import TAKES

    note = ["**note**"] if step.needs_note else []
    return note + [f"`{name}`" for name in TAKES.get(action, ()) if "system" not in step.parts or len(step.parts) > 1]


def finding_steps() -> str:
    from inspections.words import FindingState
    from rectification.workflow import FINDING_STEPS

    return steps_table(FINDING_STEPS, FindingState)


def task_steps() -> str:
    from rectification.words import TaskState
    from rectification.workflow import TASK_STEPS

    return steps_table(TASK_STEPS, TaskState)


def words(choices) -> str:
    return table(("Word", "On screen"), ((code(each.value), str(each.label)) for each in choices))


def finding_states() -> str:
    from inspections.words import FindingState

    return words(FindingState)


def task_states() -> str:
    from rectification.words import TaskState

    return words(TaskState)


def parts() -> str:
    from rectification.workflow import Part

    return words(Part)


def clocks() -> str:
    from rectification.models import Clock
    from rectification.services.clocks import DEFAULT_CLOCKS

    rows = ((code(name), str(Clock.Name(name).label), f"{figure} {unit}") for name, (figure, unit) in DEFAULT_CLOCKS.items())
    return table(("Step", "On screen", "Limit"), rows)


def problem_types() -> str:
    from inspections.services.defaults import MINUTE_CLOCKS, NOT_EXTENDABLE, TYPES

    def limit(pair) -> str:
        return f"{pair[0]} {pair[1]}" if pair else "–"

    rows = (
        (code(row[0]), row[1], code(row[2]), row[5], limit(row[7]), limit(row[8]), limit(row[9]), marks(row[0], MINUTE_CLOCKS, NOT_EXTENDABLE))
        for row in TYPES
    )
    return table(("Type", "On screen", "Field", "Risk", "Sign", "On the spot", "Put right", ""), rows)


def marks(name: str, minute_clocks: set, not_extendable: set) -> str:
    return "; ".join(text for text, names in (("dispatches itself", minute_clocks), ("no extension", not_extendable)) if name in names)


def reminders() -> str:
    from rectification.services.defaults import LADDER

    rows = (
        (code(name), title, code(point.value), str(figure), code(*(each.value for each in audiences)), code(*channels), str(level))
        for name, title, point, figure, audiences, channels, level in LADDER
    )
    return table(("Rung", "On screen", "When", "Figure", "To", "By", "Level"), rows)


TABLES: dict[str, Callable[[], str]] = {
    each.__name__: each for each in (finding_states, finding_steps, task_states, task_steps, parts, clocks, problem_types, reminders)
}


def written(page: str) -> str:
    """The page with its tables as the code has them."""
    from django.utils import translation

    with translation.override("zh-hans"):
        return TABLE.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], page)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "airduty.settings")
    import django

    django.setup()
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
