"""When a person last looked at the desk, so that it can say what is new since."""

from django.conf import settings
from django.db import models


class LastVisit(models.Model):
    """``since`` is the visit before this one; looking again within the hour does not take the news away."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="last_visit")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
