"""Guessing one person's password from many addresses.

axes locks a name at an address after five wrong passwords (``AXES_LOCKOUT_PARAMETERS``); whoever owns many addresses would have five at each.
So the failures of a name are also counted over all addresses. It is a brake, not a lock: from the eleventh failure within the cool-off time on
a try must keep a distance from the last failure, which doubles from one second to a minute. A guesser gets some dozens of tries in half an
hour instead of thousands.

It must not become a way to shut an official out. A try that comes too early is refused unread and neither counts nor restarts the wait, so
a minute of patience opens the door. And where the person has signed in before within the last month (their office, their telephone) the brake
does not hold at all: there the lock of name and address alone is in force, which strangers elsewhere cannot touch.
"""

import datetime as dt
import math

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import Max, Sum
from django.shortcuts import render
from django.utils import timezone

FREE_FAILURES = 10
LONGEST_WAIT = 60
KNOWN_FOR = dt.timedelta(days=30)


class LockHandler(AxesDatabaseHandler):
    """axes' own lock, and the brake on a name. Asked before the password is hashed, by pages and programs alike."""

    def is_locked(self, request, credentials=None) -> bool:
        if super().is_locked(request, credentials):
            return True
        request.sign_in_wait = seconds_to_wait(get_client_username(request, credentials), request.axes_ip_address)
        return request.sign_in_wait > 0


def answer(request, original, _credentials=None):
    """What axes' middleware sends to whoever is locked out (``AXES_LOCKOUT_CALLABLE``): a page; programs keep the JSON they were given."""
    return original if request.path.startswith("/api/") else render(request, "account/locked.html", status=429)


def seconds_to_wait(username: str | None, address: str | None) -> int:
    """How long this name must not be tried yet from this address; 0 when it may be."""
    now = timezone.now()
    found = AccessAttempt.objects.filter(username=username or "", attempt_time__gte=now - settings.AXES_COOLOFF_TIME).aggregate(
        failures=Sum("failures_since_start"), last=Max("attempt_time")
    )
    distance = distance_after(found["failures"] or 0)
    if not distance or _is_known(username, address, now):
        return 0
    return max(0, math.ceil(distance - (now - found["last"]).total_seconds()))


def distance_after(failures: int) -> int:
    """Seconds between two tries after so many failures."""
    over = failures - FREE_FAILURES
    return min(LONGEST_WAIT, 2 ** min(over - 1, 10)) if over > 0 else 0


def _is_known(username, address, now) -> bool:
    return AccessLog.objects.filter(username=username, ip_address=address, attempt_time__gte=now - KNOWN_FOR).exists()
