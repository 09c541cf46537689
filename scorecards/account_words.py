"""The words of accounts (建账)."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class EntryKind(TextChoices):
    """What a line of an account does to it. ``amount`` −1 takes an earlier line back (红字冲销)."""

    ADDED = "added", pgettext_lazy("account", "新增")
    REBOUNDED = "rebounded", pgettext_lazy("account", "反弹")
    MOVED_IN = "moved_in", pgettext_lazy("account", "转入")
    MOVED_OUT = "moved_out", pgettext_lazy("account", "转出")
    VOIDED = "voided", pgettext_lazy("account", "作废")
    CLOSED = "closed", pgettext_lazy("account", "办结")


TAKEN_IN = (EntryKind.ADDED, EntryKind.REBOUNDED, EntryKind.MOVED_IN)
GIVEN_OUT = (EntryKind.MOVED_OUT, EntryKind.VOIDED, EntryKind.CLOSED)
