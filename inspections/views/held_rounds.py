"""A visit or round that was kept for repair: its author sends it once more, when what was wrong has been put right (a post given back, a new list)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from common.errors import Conflict
from grids import scope
from inspections.api import holding
from inspections.api.round_serializers import PatrolBody, VisitBody
from inspections.models import HeldSubmission
from inspections.services import held, rounds, visits
from inspections.words import HeldKind


def again(request, kept: HeldSubmission):
    errors = kept.errors
    if request.method == "POST":
        try:
            _tell(kept, by=request.user)
        except holding.REFUSALS as refused:
            errors = holding.reasons(refused)
        except Conflict as conflict:
            errors = {"non_field_errors": [str(conflict)]}
        else:
            messages.success(request, _("已重新提交。"))
            return redirect("mobile:held")
    return render(request, "mobile/held_round.html", {"held": kept, "errors": errors}, status=400 if request.method == "POST" else 200)


def _tell(kept: HeldSubmission, *, by) -> None:
    holding.insist_right(by)
    body = VisitBody(data=kept.payload) if kept.kind == HeldKind.VISIT else _patrol_body(kept, by)
    body.is_valid(raise_exception=True)
    tell = visits.tell if kept.kind == HeldKind.VISIT else rounds.tell
    tell(body.validated_data | {"uuid": kept.uuid}, by=by)
    held.resolve(uuid=kept.uuid, by=by)


def _patrol_body(kept: HeldSubmission, by) -> PatrolBody:
    return PatrolBody(data=kept.payload, context={"district_ids": scope.rights(by).district_ids})
