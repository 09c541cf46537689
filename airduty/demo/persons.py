"""Who does a step in the demonstration, and a step that may be closed to them."""

from django.core.exceptions import ValidationError

from common.errors import Conflict, NotYourRole
from grids import people
from grids.models import Grid
from grids.roles import Role


def one(district: Grid, role: Role):
    return people.with_role(district, {role}).first()


def attempt(act, *arguments, **more) -> None:
    """A step, if it is really open to this person now."""
    try:
        act(*arguments, **more)
    except (Conflict, NotYourRole, ValidationError):
        return
