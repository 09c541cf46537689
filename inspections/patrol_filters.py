"""The one filter of rounds: page, counts and export understand the same addresses."""

import django_filters
from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from common.filters import KeyOrCodeFilter
from grids.forms.fields import SENSIBLE, DayInput
from inspections.models import Patrol
from inspections.words import PatrolKind, PatrolState, VisitState
from registers.filters import empty_label, grids, townships


class PatrolFilter(django_filters.FilterSet):
    day_from = django_filters.DateFilter(label=_("日期起"), field_name="planned_on", lookup_expr="gte", widget=DayInput, validators=SENSIBLE)
    day_to = django_filters.DateFilter(label=_("日期止"), field_name="planned_on", lookup_expr="lte", widget=DayInput, validators=SENSIBLE)
    township = KeyOrCodeFilter(queryset=townships, method="under", **empty_label(_("乡办")))
    kind = django_filters.ChoiceFilter(choices=PatrolKind.choices, **empty_label(_("巡查类型")))
    state = django_filters.ChoiceFilter(choices=PatrolState.choices, **empty_label(_("状态")))
    grid = KeyOrCodeFilter(queryset=grids, method="under", widget=forms.HiddenInput, label=_("网格"))
    mine = django_filters.BooleanFilter(label=_("我的"), method="of_me", widget=forms.CheckboxInput)

    class Meta:
        model = Patrol
        fields: list[str] = []

    def under(self, queryset, _name, grid):
        return queryset.filter(grid_path__startswith=grid.path)

    def of_me(self, queryset, _name, wanted):
        return queryset.filter(person=self.request.user) if wanted else queryset


def filtered(request) -> PatrolFilter:
    return PatrolFilter(request.GET, queryset=Patrol.objects.visible_to(request.user), request=request)


def with_counts(queryset):
    """Adds ``wanted`` and ``seen``: objects on the round, and those visited."""
    wanted = Count("visits", filter=~Q(visits__state=VisitState.DROPPED))
    return queryset.select_related("grid", "person").annotate(wanted=wanted, seen=Count("visits", filter=Q(visits__state=VisitState.DONE)))
