"""Browsers that have been allowed to show messages while no page is open."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PushSubscription(models.Model):
    """One browser of one person. The keys only encrypt towards that browser; ``digest`` of the endpoint, for an address may be long."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions")
    endpoint = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    browser = models.CharField(_("浏览器"), max_length=60, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("浏览器推送")
        verbose_name_plural = _("浏览器推送")

    def __str__(self):
        return f"{self.person} {self.browser}"
