"""Signed corrections of registered rows: old and new value stay in the history, the row is never overwritten silently (design 4)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from inspections.models import Finding

CORRECTABLE = ("problem_type", "field", "grid", "source", "severity", "risk", "text", "address", "lon", "lat", "superior_number", "superior_due_at")


def changes(finding: Finding, corrected: dict) -> dict:
    """Columns to set. Raises ``ValidationError`` when nothing differs or a column may not be corrected."""
    unknown = set(corrected) - set(CORRECTABLE)
    if unknown:
        raise ValidationError(_("这些内容不能更正：%(names)s") % {"names": _("、").join(sorted(unknown))}, code="not_correctable")
    found = {name: value for name, value in corrected.items() if value != getattr(finding, name)}
    if not found:
        raise ValidationError(_("没有需要更正的内容：所填与台账一致。"), code="nothing_to_correct")
    if grid := found.get("grid"):
        found["grid_path"] = grid.path
    return found


def facts(finding: Finding, found: dict) -> dict:
    """``{column: [old, new]}`` as plain values; foreign keys by key, so that a month can be worked out as it was (scorecards)."""
    return {name: [_plain(getattr(finding, name)), _plain(value)] for name, value in found.items()}


def _plain(value):
    if hasattr(value, "pk"):
        return value.pk
    return value.isoformat() if hasattr(value, "isoformat") else value
