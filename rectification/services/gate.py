"""Whether a person may take a step now, and what is said to those who may not: the role is judged before the state."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.errors import Conflict, NotYourRole
from rectification.models import Task
from rectification.services import parts
from rectification.workflow import Part, Step

VERIFYING = {Part.VERIFIER, Part.SECOND_LOOKER}


def step_of(subject, action: str) -> Step:
    if step := parts.steps_of(subject).get(action):
        return step
    raise ValidationError(_("没有这个办理步骤。"), code="unknown_action")


def check_role(subject, step: Step, *, by) -> None:
    """Refuses who could take the step in no state of this row."""
    if not parts.towards(by, subject, at_any_time=bool(step.parts & VERIFYING)) & step.parts:
        raise not_theirs(step)


def part_now(subject, step: Step, *, by) -> Part:
    """In which part the person takes the step as the row stands."""
    if subject.state not in step.sources:
        raise Conflict(_("当前状态为“%(state)s”，不能办理这一步。") % {"state": subject.get_state_display()}, code="not_open", **standing(subject))
    held = parts.towards(by, subject) & step.parts
    if not held:
        raise not_theirs(step)
    return Part(sorted(held)[0])


def not_theirs(step: Step) -> NotYourRole:
    return NotYourRole(_("这一步由%(who)s办理。") % {"who": _("、").join(sorted(str(part.label) for part in step.parts))})


def overtaken(subject) -> Conflict:
    return Conflict(_("这一步已有他人办理，请刷新后查看。"), code="stale", **standing(subject))


def standing(subject) -> dict:
    """Where the row stands, as everybody may know it (blind second look)."""
    state = subject.public_state if isinstance(subject, Task) else subject.state
    return {"state": str(state), "version": subject.version}
