"""Which effects belong to which step. ``prepare`` checks and decides before the change; ``follow`` acts after it, in the same transaction."""

from rectification.models import Task
from rectification.services import finding_steps, request_steps, task_steps

SAME_STEP = {"pass": ("pass", "draw"), "confirm": ("confirm", "draw")}
"""A step that another name stands for in the history."""


def names_of(action: str) -> tuple[str, ...]:
    return SAME_STEP.get(action, (action,))


def prepare(move) -> None:
    for module in _modules(move):
        if effect := module.PREPARE.get(move.action):
            effect(move)


def follow(move) -> None:
    for module in _modules(move):
        if effect := module.FOLLOW.get(move.action):
            effect(move)


def _modules(move):
    return (task_steps, request_steps) if isinstance(move.subject, Task) else (finding_steps,)
