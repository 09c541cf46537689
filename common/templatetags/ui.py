"""Template words used on every page. Loaded everywhere (settings: builtins)."""

from django import template

register = template.Library()
