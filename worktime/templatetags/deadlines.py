"""``{% load deadlines %}`` … ``{{ steps|explained }}``, ``{{ figure|limit:unit }}``."""

from django import template

from worktime.explanation import explain, limit

register = template.Library()
register.filter("explained", explain)
register.filter("limit", limit)
