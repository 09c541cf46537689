"""The one filter of anomalies: page, counts and export understand the same addresses."""

import datetime as dt

import django_filters
from django import forms
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from airquality.models import Anomaly, RegionalEvent, Station
from airquality.watch.words import Level, RuleCode
from airquality.words import Pollutant
from common import clock
from common.filters import KeyOrCodeFilter
from grids.forms.fields import SENSIBLE, DayInput

BOXES = [("raised", _("已报警")), ("quiet", _("未报警")), ("all", _("全部"))]
ALL = {"empty_label": _("全部")}


def stations(request):
    return Station.objects.visible_to(request.user)


def events(request):
    return RegionalEvent.objects.visible_to(request.user)


class AnomalyFilter(django_filters.FilterSet):
    day_from = django_filters.DateFilter(label=_("日期起"), method="since", widget=DayInput, validators=SENSIBLE)
    day_to = django_filters.DateFilter(label=_("日期止"), method="until", widget=DayInput, validators=SENSIBLE)
    station = KeyOrCodeFilter(queryset=stations, label=_("站点"), **ALL)
    pollutant = django_filters.ChoiceFilter(choices=Pollutant.choices, label=_("污染物"), **ALL)
    rule = django_filters.ChoiceFilter(
        choices=[(code, format_lazy("{} {}", code, label)) for code, label in RuleCode.choices], label=_("规则"), **ALL
    )
    level = django_filters.ChoiceFilter(choices=Level.choices, label=_("级别"), widget=forms.HiddenInput, **ALL)
    box = django_filters.ChoiceFilter(choices=BOXES, method="in_box", widget=forms.HiddenInput, label=_("范围"))
    event = django_filters.ModelChoiceFilter(queryset=events, field_name="regional_event", widget=forms.HiddenInput, label=_("区域性升高"))

    class Meta:
        model = Anomaly
        fields: list[str] = []

    def since(self, queryset, _name, day):
        return queryset.filter(hour__gt=clock.at(day))

    def until(self, queryset, _name, day):
        """The label 00:00 ends its day."""
        return queryset.filter(hour__lte=clock.at(day + dt.timedelta(days=1)))

    def in_box(self, queryset, _name, box):
        if box == "all":
            return queryset
        return queryset.alarmed() if box == "raised" else queryset.filter(~Q(suppressed="") | Q(level=Level.INFO))


def filtered(request, *, data=None) -> AnomalyFilter:
    """Without a word about the range those that were raised; of one regional event all."""
    data = (data if data is not None else request.GET).copy()
    if not data.get("box"):
        data["box"] = "all" if data.get("event") else "raised"
    return AnomalyFilter(data, queryset=Anomaly.objects.visible_to(request.user), request=request)
