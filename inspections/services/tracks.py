"""Tracks are kept for as long as the district says and not a day longer (design 4)."""

import datetime as dt

from django.db import transaction

from audit.services import record
from common import clock
from inspections.models import Patrol
from inspections.services import rounds

DAYS_OF_MONTH = 31


def erase_old() -> int:
    """Erase what is past the district's retention, each on record; how many."""
    districts = Patrol.objects.exclude(track=[]).order_by("district").values_list("district", flat=True).distinct()
    return sum(_erase(district) for district in list(districts))


def _erase(district_id: int) -> int:
    limit = clock.today() - dt.timedelta(days=DAYS_OF_MONTH * rounds.settings_of(district_id).track_months)
    old = Patrol.objects.exclude(track=[]).filter(district=district_id, planned_on__lt=limit).order_by("pk")
    return sum(_erase_one(pk) for pk in old.values_list("pk", flat=True)[:5_000])


@transaction.atomic
def _erase_one(pk: int) -> bool:
    patrol = Patrol.objects.select_for_update(of=("self",)).get(pk=pk)
    if not patrol.track:
        return False
    points, patrol.track, patrol.track_erased_at = len(patrol.track), [], clock.now()
    patrol.save(update_fields=["track", "track_erased_at"])
    record("patrol.erase_track", patrol, by=None, district_id=patrol.district_id, payload={"points": points})
    return True
