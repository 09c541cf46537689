"""The one filter of alarms: list, counts, export and API understand the same addresses."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from alarms.models import Alarm, AlarmClock, AlarmSource
from alarms.words import OPEN_STATES, AlarmKind, AlarmState, FalseReason
from common.filters import KeyOrCodeFilter
from inspections.filters import ends
from registers.filters import empty_label, grids, townships

BOXES = [("open", _("进行中")), ("raised", _("待研判")), ("crew", _("处置中")), ("fed_back", _("待复看")), ("late", _("超时")), ("closed", _("已办结")),
         ("false", _("误报")), ("all", _("全部"))]  # fmt: skip
CREW = (AlarmState.DISPATCHED, AlarmState.ACCEPTED, AlarmState.ARRIVED, AlarmState.CONTROLLED)


def sources(request):
    return AlarmSource.objects.visible_to(request.user)


class AlarmFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=AlarmKind.choices, **empty_label(_("类型")))
    state = django_filters.ChoiceFilter(choices=AlarmState.choices, **empty_label(_("状态")))
    township = KeyOrCodeFilter(queryset=townships, method="under", **empty_label(_("乡办")))
    source = django_filters.ModelChoiceFilter(queryset=sources, **empty_label(_("来源")))
    false_reason = django_filters.ChoiceFilter(choices=FalseReason.choices, **empty_label(_("误报原因")))
    day_from = ends(_("报警起"), "first_signal_at", after=True)
    day_to = ends(_("报警止"), "first_signal_at", after=False)
    grid = KeyOrCodeFilter(queryset=grids, method="under", widget=forms.HiddenInput, label=_("网格"))
    box = django_filters.ChoiceFilter(choices=BOXES, method="in_box", widget=forms.HiddenInput, label=_("范围"))

    class Meta:
        model = Alarm
        fields: list[str] = []

    def under(self, queryset, _name, grid):
        return queryset.filter(grid_path__startswith=grid.path)

    def in_box(self, queryset, _name, box):
        return in_box(queryset, box)


def in_box(queryset, box: str):
    """Rows of one of the counts above the list."""
    if box == "open":
        return queryset.filter(state__in=OPEN_STATES)
    if box == "crew":
        return queryset.filter(state__in=CREW)
    if box == "late":
        return queryset.filter(state__in=OPEN_STATES, pk__in=AlarmClock.objects.exclude(late_at=None).values("alarm_id"))
    return queryset if box == "all" else queryset.filter(state=box)


def filtered(request, *, data=None) -> AlarmFilter:
    """The person's alarms, filtered as the address says."""
    return AlarmFilter(data if data is not None else request.GET, queryset=Alarm.objects.visible_to(request.user), request=request)
