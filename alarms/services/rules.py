"""Editing figures: for later alarms, on record, nothing written where nothing has changed."""

from django.db import transaction
from django.forms.models import model_to_dict

from alarms.models import DustLimit
from audit.services import record
from common.seen import held_as_seen


@transaction.atomic
def edit_together(edits, *, by) -> int:
    """All of a page or none: ``(row, clean, stood)`` of each; how many were changed.

    Every row is held before the first change is on record: a message holds the rule of its kind and then waits for the chain.
    """
    in_order = sorted(edits, key=lambda edit: (edit[0]._meta.label, edit[0].pk))
    held = [(held_as_seen(type(row).objects.filter(pk=row.pk), stood), clean) for row, clean, stood in in_order]
    return sum(_write(row, clean, by=by) for row, clean in held)


def edit(row, clean: dict, *, by, stood: dict | None = None) -> bool:
    """Whether anything was changed. ``stood``: its columns when the form was checked."""
    return bool(edit_together([(row, clean, stood)], by=by))


def _write(held, clean: dict, *, by) -> bool:
    before = model_to_dict(held, fields=list(clean))
    for name, value in clean.items():
        setattr(held, name, value)
    after = model_to_dict(held, fields=list(clean))
    changes = {name: [str(before[name]), str(after[name])] for name in before if before[name] != after[name]}
    if not changes:
        return False
    if isinstance(held, DustLimit) and held.is_default:
        DustLimit.objects.filter(district=held.district_id, is_default=True).exclude(pk=held.pk).update(is_default=False)
    held.save()
    record(f"{held._meta.model_name}.edit", held, by=by, district_id=held.district_id, payload={"changes": changes})
    return True
