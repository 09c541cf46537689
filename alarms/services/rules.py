"""Editing figures: for later alarms, on record, nothing written where nothing has changed."""

from django.db import transaction
from django.forms.models import model_to_dict

from alarms.models import DustLimit
from audit.services import record


@transaction.atomic
def edit(row, clean: dict, *, by) -> bool:
    """Whether anything was changed."""
    stood = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    before = model_to_dict(stood, fields=list(clean))
    for name, value in clean.items():
        setattr(stood, name, value)
    after = model_to_dict(stood, fields=list(clean))
    changes = {name: [str(before[name]), str(after[name])] for name in before if before[name] != after[name]}
    if not changes:
        return False
    if isinstance(stood, DustLimit) and stood.is_default:
        DustLimit.objects.filter(district=stood.district_id, is_default=True).exclude(pk=stood.pk).update(is_default=False)
    stood.save()
    record(f"{stood._meta.model_name}.edit", stood, by=by, district_id=stood.district_id, payload={"changes": changes})
    return True
