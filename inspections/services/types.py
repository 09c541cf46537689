"""Problem types are data: the office's director and the administrator keep them; deadlines already issued never move."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common.errors import NotYourRole
from common.seen import held_as_seen
from grids import scope
from inspections.models import ProblemType
from inspections.services.rules import changes


@transaction.atomic
def save_type(problem_type: ProblemType, *, by, stood: dict | None = None) -> ProblemType:
    """Make or change a type. The chain keeps what changed. ``stood``: as in ``held_as_seen``."""
    if not scope.may_change_settings(by, problem_type.district_id):
        raise NotYourRole(_("问题类型由攻坚办主任或系统管理员维护。"))
    before = held_as_seen(ProblemType.objects.filter(pk=problem_type.pk), stood) if problem_type.pk else None
    problem_type.full_clean()
    problem_type.save()
    record(
        "problem_type.edit" if before else "problem_type.new",
        problem_type,
        by=by,
        district_id=problem_type.district_id,
        payload=changes(before, problem_type),
    )
    return problem_type
