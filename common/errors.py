"""Refusals that services raise and that pages and the API translate. Wrong content is Django's ``ValidationError``."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _


class Conflict(Exception):
    """Somebody else was faster, or the row has changed since it was read. Answered 409; ``extra`` goes into the JSON."""

    def __init__(self, message, *, code: str = "conflict", **extra):
        super().__init__(message)
        self.code = code
        self.extra = extra


class NotYourRole(PermissionDenied):
    """The row may be seen but the step is another role's. Answered 403 with the reason."""


def insist(allowed: bool, reason) -> None:
    """Raise ``NotYourRole`` with the reason unless allowed."""
    if not allowed:
        raise NotYourRole(reason)


class StorageFull(Exception):
    """The disk takes no more bytes; nothing was kept. Answered 507, so that a phone keeps its item and tries again."""

    def __init__(self):
        super().__init__(_("服务器存储空间不足，文件没有保存，请稍后重新发送并告知管理员。"))
