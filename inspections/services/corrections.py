"""Signed corrections of registered rows: old and new value stay in the history, the row is never overwritten silently (design 4)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import Conflict
from inspections import search
from inspections.models import Finding, FindingEvent

CORRECTABLE = ("problem_type", "field", "grid", "source", "severity", "risk", "text", "address", "lon", "lat", "superior_number", "superior_due_at")


def changes(finding: Finding, corrected: dict) -> dict:
    """Columns to set. Raises ``ValidationError`` when nothing differs or a column may not be corrected."""
    unknown = set(corrected) - set(CORRECTABLE)
    if unknown:
        raise ValidationError(_("这些内容不能更正：%(names)s") % {"names": _("、").join(sorted(unknown))}, code="not_correctable")
    found = {name: value for name, value in corrected.items() if value != getattr(finding, name)}
    if not found:
        raise ValidationError(_("没有需要更正的内容：所填与台账一致。"), code="nothing_to_correct")
    if "grid" in found:
        found["grid_path"] = found["grid"].path if found["grid"] else ""
    return found


def facts(finding: Finding, found: dict) -> dict:
    """``{column: [old, new]}`` as plain values; foreign keys by key, so that a month can be worked out as it was (scorecards)."""
    return {name: [_plain(getattr(finding, name)), _plain(value)] for name, value in found.items()}


@transaction.atomic
def apply(finding: Finding, corrected: dict, *, note: str, by) -> Finding:
    """A correction outside the workflow's own step (a newer sheet): compare-and-set on the version, history, audit."""
    found = changes(finding, corrected)
    kept = facts(finding, found)
    now, version = clock.now(), finding.version
    if not Finding.objects.filter(pk=finding.pk, version=version).update(version=version + 1, **found):
        raise Conflict(_("这一条刚被他人修改，请重新导入。"), code="stale")
    fresh = Finding.objects.select_related("problem_type", "field", "grid").get(pk=finding.pk)
    fresh.search_text = search.text_of(fresh)
    fresh.save(update_fields=["search_text"])
    state = fresh.state
    FindingEvent.objects.create(
        finding=fresh,
        action="correct",
        from_state=state,
        to_state=state,
        version=version,
        by=by,
        by_name=str(by or ""),
        note=note,
        details={"changes": kept},
        at=now,
    )
    record("finding.correct", fresh, by=by, district_id=fresh.district_id, payload={"note": note, "changes": kept})
    finding.refresh_from_db()
    return finding


def _plain(value):
    if hasattr(value, "pk"):
        return value.pk
    return value.isoformat() if hasattr(value, "isoformat") else value
