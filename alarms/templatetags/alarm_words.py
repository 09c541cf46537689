"""Drawings of alarms; the words stand beside them."""

from django import template

from alarms import access

register = template.Library()
ICONS = {"fire": "fire", "station": "station", "dust": "site", "fault": "warning", "offline": "offline"}


@register.filter
def alarm_icon(kind: str) -> str:
    return ICONS.get(kind, "alert")


@register.filter
def reads_sources(user) -> bool:
    """Whether the tab of devices is offered to this person."""
    return bool(user) and access.reads_sources(user)


@register.filter
def as_text(raw) -> str:
    """A message as a person can read it."""
    return bytes(raw)[:8000].decode("utf-8", errors="replace")
