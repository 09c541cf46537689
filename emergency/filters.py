"""The one filter of orders: page and export understand the same addresses."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import clock
from common.filters import KeyOrCodeFilter
from emergency.board import boxes
from emergency.models import Order
from emergency.words import Colour, OrderState, Party
from registers.filters import empty_label, townships


class OrderFilter(django_filters.FilterSet):
    party = django_filters.ChoiceFilter(choices=Party.choices, **empty_label(_("对象")))
    level = django_filters.ChoiceFilter(choices=Colour.choices, **empty_label(_("级别")))
    state = django_filters.ChoiceFilter(choices=OrderState.choices, **empty_label(_("状态")))
    is_lift = django_filters.ChoiceFilter(choices=[("False", _("应急指令")), ("True", _("解除令"))], **empty_label(_("种类")))
    township = KeyOrCodeFilter(queryset=townships, method="under", **empty_label(_("乡办")))
    q = django_filters.CharFilter(label=_("名称"), method="named")

    class Meta:
        model = Order
        fields: list[str] = []

    def under(self, queryset, _name, grid):
        return queryset.filter(grid_path__startswith=grid.path)

    def named(self, queryset, _name, words):
        return queryset.filter(
            Q(enterprise__name__contains=words) | Q(organisation__short_name__contains=words) | Q(grid__name__contains=words) | Q(number=words)
        )

    @property
    def qs(self):
        found = super().qs
        known = boxes(clock.now())
        box = (self.data or {}).get("box", "")
        return found.filter(known[box if box in known else ""][1])
