"""Which parts of the emergency pages are offered to whom."""

from django import template

from emergency import access

register = template.Library()


@register.filter
def emergency_parts(user) -> list[str]:
    """Tabs that open for this person."""
    return access.parts_of(user) if user else []
