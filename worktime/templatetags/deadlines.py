"""``{% load deadlines %}`` … ``{{ steps|explained }}``."""

from django import template

from worktime.explanation import explain

register = template.Library()
register.filter("explained", explain)
