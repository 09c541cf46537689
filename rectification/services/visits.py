"""Remembering when a person last looked at the desk."""

import datetime as dt

from rectification.models import LastVisit

AGAIN = dt.timedelta(hours=1)
AT_FIRST, AT_MOST = dt.timedelta(days=3), dt.timedelta(days=14)


def news_since(user, *, now: dt.datetime) -> dt.datetime:
    """From when on events are new to this person; notes that they are looking now."""
    visit, created = LastVisit.objects.get_or_create(user=user, defaults={"since": now - AT_FIRST, "seen_at": now})
    if not created and now - visit.seen_at > AGAIN:
        visit.since, visit.seen_at = visit.seen_at, now
        LastVisit.objects.filter(pk=visit.pk).update(since=visit.since, seen_at=visit.seen_at)
    return max(visit.since, now - AT_MOST)
