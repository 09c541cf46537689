"""Telling people and groups, and what happens to a message afterwards."""

from notices.services.groups import tell_groups
from notices.services.reading import beat, mark_all_opened, open_notice
from notices.services.telling import Text, queue, use_second_channel

__all__ = ["Text", "beat", "mark_all_opened", "open_notice", "queue", "tell_groups", "use_second_channel"]
