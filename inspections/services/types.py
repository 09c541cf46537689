"""Problem types are data: the office's director and the administrator keep them; deadlines already issued never move."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common.errors import NotYourRole
from grids import scope
from inspections.models import ProblemType


@transaction.atomic
def save_type(problem_type: ProblemType, *, by) -> ProblemType:
    """Make or change a type. The chain keeps what changed."""
    if not scope.may_change_settings(by, problem_type.district_id):
        raise NotYourRole(_("问题类型由攻坚办主任或系统管理员维护。"))
    before = ProblemType.objects.filter(pk=problem_type.pk).first()
    problem_type.full_clean()
    problem_type.save()
    record(
        "problem_type.edit" if before else "problem_type.new",
        problem_type,
        by=by,
        district_id=problem_type.district_id,
        payload=_changes(before, problem_type),
    )
    return problem_type


def _changes(before: ProblemType | None, after: ProblemType) -> dict:
    names = [field.attname for field in ProblemType._meta.concrete_fields if field.name != "id"]
    pairs = {name: [getattr(before, name, None), getattr(after, name)] for name in names}
    return {name: [str(old), str(new)] for name, (old, new) in pairs.items() if before is None or str(old) != str(new)}
