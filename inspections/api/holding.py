"""What an offline queue sends and cannot become a row yet is kept and answered 202; shared by findings, visits and rounds."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.response import Response

from grids import scope
from inspections import access
from inspections.api.serializers import HeldAnswer
from inspections.services import held
from inspections.words import HeldKind

REFUSALS = (serializers.ValidationError, ValidationError)


def must_be_kept(request, refused) -> bool:
    """Whether it comes from a queue, or from somebody who lost the post in the meantime (trust C2)."""
    return request.headers.get("X-Offline") == "1" or lost_right(refused)


def hold(request, uuid, refused, *, kind: HeldKind) -> Response:
    payload = request.data if isinstance(request.data, dict) else {"raw": request.data}
    errors = reasons(refused)
    kept = held.hold(payload, uuid=uuid, errors=errors, by=request.user, kind=kind)
    missing = {"photos_missing": held.photos_missing(kept), "voices_missing": held.voices_missing(kept)}
    answer = {"uuid": uuid, "held": True, "state": "needs_fix", "needs_fix": errors, **missing}
    return Response(HeldAnswer(answer).data, status=status.HTTP_202_ACCEPTED)


def lost_right(refused) -> bool:
    if not isinstance(refused, ValidationError):
        return False
    errors = [each for group in refused.error_dict.values() for each in group] if hasattr(refused, "error_dict") else refused.error_list
    return any(each.code == "no_right" for each in errors)


def reasons(refused) -> dict:
    """``{name: [text]}`` of either kind of error."""
    if isinstance(refused, ValidationError):
        return refused.message_dict if hasattr(refused, "error_dict") else {"non_field_errors": list(refused.messages)}
    detail = refused.detail if isinstance(refused.detail, dict) else {"non_field_errors": refused.detail}
    return {name: _flat(value) for name, value in detail.items()}


def _flat(value) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _flat(each)]
    if isinstance(value, list):
        return [text for each in value for text in _flat(each)]
    return [str(value)]


def insist_right(user, *, grid=None) -> None:
    """Somebody who lost the post, or the grid, between finding and sending: the report is kept, not refused (trust C2)."""
    rights = scope.rights(user)
    if not access.may_report(user) or not rights.district_ids:
        raise ValidationError(_("您在这个区县没有岗位，不能上报。请联系攻坚办核对网格岗位。"), code="no_right")
    if grid and grid.district_id not in rights.member_district_ids and not any(grid.path.startswith(path) for path in rights.paths):
        raise ValidationError({"grid": ValidationError(_("“%(grid)s”已不是您的网格，请改选网格或联系攻坚办。") % {"grid": grid}, code="no_right")})
