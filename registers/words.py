"""The words of the registers."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Risk(TextChoices):
    """How often an object is visited (domain 2.4): key objects more often than the others."""

    KEY = "key", _("重点")
    GENERAL = "general", _("一般")


class SitePostRole(TextChoices):
    """工地三员 (domain 2.2)."""

    OVERSEER = "overseer", _("监督员")
    GRID_MEMBER = "grid_member", _("网格员")
    MANAGER = "manager", _("管理员")
