"""Who stands for units that went up in others: their heirs answer, appeal, are told, and are barred from deciding, as the units were."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from accounts.models import User
from grids import people
from grids.models import Organisation


def with_merged(units: Iterable[int]) -> set[int]:
    """These units and what went up in them, step by step."""
    found = set(units)
    if not found:
        return found
    gone = Organisation.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id")
    pairs = list(gone.filter(district__in=Organisation.objects.filter(pk__in=found).order_by().values("district")))
    while fresh := {pk for pk, heir in pairs if heir in found} - found:
        found |= fresh
    return found


def standing_for(unit: Organisation) -> list[Organisation]:
    """The unit and those that took its place, one after the other: ``with_merged`` looked at from below."""
    found, heir = [unit], unit.merged_into_id
    while heir and heir not in {each.pk for each in found}:
        found.append(Organisation.objects.get(pk=heir))
        heir = found[-1].merged_into_id
    return found


def heir_on(unit: Organisation, day: dt.date) -> Organisation:
    """The unit itself, or the first of those after it that was there that day; the last one when none was."""
    line = standing_for(unit)
    return next((each for each in line if each.is_active(day)), line[-1])


def people_of(unit: Organisation, roles=None):
    """People of today who hold one of ``roles`` in the unit, or in what it went up in."""
    wanted = Q(pk__in=())
    for each in standing_for(unit):
        wanted |= Q(pk__in=people.members_of(each, roles).order_by().values("pk"))
    return User.objects.filter(wanted).order_by("pk")
