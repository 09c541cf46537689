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


ACTS = {
    "new": _("录入"),
    "edit": _("修改"),
    "close": _("结束巡查"),
    "reopen": _("恢复巡查"),
    "regrid": _("随网格拆分调整网格"),
    "succeed": _("随单位合并调整主管单位"),
    "appoint": _("任命三员"),
    "end_post": _("结束三员任职"),
    "paper": _("上传材料"),
}
"""What the entries of an object's history are called."""


def act(word: str) -> str:
    return str(ACTS.get(word, word))
