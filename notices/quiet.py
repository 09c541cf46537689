"""Quiet hours: nobody's telephone rings at night unless it must."""

import datetime as dt

from common import clock
from notices.words import ROBOTS, Channel

BEGIN = dt.time(22)
END = dt.time(7)
DISTURBING = (Channel.EMAIL, Channel.SMS, Channel.VOICE, Channel.WEB_PUSH, *ROBOTS)


def earliest(moment: dt.datetime, *, channel: str, urgent: bool) -> dt.datetime:
    """When a message due at ``moment`` may go out by this channel (22:00-07:00 Beijing: at the next seven o'clock)."""
    if urgent or channel not in DISTURBING:
        return moment
    local = clock.beijing(moment)
    if END <= local.time() < BEGIN:
        return moment
    day = local.date() + dt.timedelta(days=1) if local.time() >= BEGIN else local.date()
    return clock.at(day, END)
