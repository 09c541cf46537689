"""The one filter of the ledger: page, counts, map, export and API understand the same addresses."""

import datetime as dt

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from common import clock
from common.filters import KeyOrCodeFilter, OrganisationFilter
from grids.forms.fields import SENSIBLE, DayInput
from grids.models import Field, Organisation
from grids.roles import OrganisationKind
from inspections import access
from inspections.models import Finding, ProblemType
from inspections.words import CLOSED_STATES, FROM_ABOVE, OPEN_STATES, FindingState, Severity, Source
from registers.filters import empty_label, grids, townships

VERIFYING = ("fed_back", "second_look")
HELD = ("assigned", "accepted", "returned", "suspended", "passed", *VERIFYING)
"""States of tasks (one floor up) by their stored words: the ledger asks through the reverse relation."""

BOXES = [
    ("open", _("全部在办")),
    ("reported", _("待受理")),
    ("registered", _("待交办")),
    ("assigned", _("整改中")),
    ("verifying", _("待核查")),
    ("overdue", _("逾期")),
    ("look_back", _("回头看到期")),
    ("rectified", _("待销号")),
]
MORE_BOXES = [("closed", _("已办结")), ("all", _("全部"))]
FOR_KEEPERS = {"look_back"}
"""A party is not told that its look-back is due."""


def fields(request):
    return Field.objects.visible_to(request.user)


def types(request):
    return ProblemType.objects.visible_to(request.user)


def parties(request):
    kinds = [OrganisationKind.TOWNSHIP, OrganisationKind.DEPARTMENT, OrganisationKind.SQUAD]
    return Organisation.objects.visible_to(request.user).filter(kind__in=kinds)


def ends(label, name, *, after: bool):
    """A filter by Beijing day: from its beginning, or to its end."""

    def bound(queryset, _name, day):
        moment = clock.at(day if after else day + dt.timedelta(days=1))
        return queryset.filter(**{f"{name}__{'gte' if after else 'lt'}": moment})

    return django_filters.DateFilter(label=label, method=bound, widget=DayInput, validators=SENSIBLE)


class FindingFilter(django_filters.FilterSet):
    field = KeyOrCodeFilter(queryset=fields, **empty_label(_("专项")))
    township = KeyOrCodeFilter(queryset=townships, method="under", **empty_label(_("乡办")))
    source = django_filters.ChoiceFilter(choices=Source.choices, **empty_label(_("来源")))
    problem_type = KeyOrCodeFilter(queryset=types, **empty_label(_("类型")))
    received_from = ends(_("收到起"), "received_at", after=True)
    received_to = ends(_("收到止"), "received_at", after=False)
    state = django_filters.ChoiceFilter(choices=FindingState.choices, **empty_label(_("状态")))
    severity = django_filters.ChoiceFilter(choices=Severity.choices, **empty_label(_("严重程度")))
    organisation = OrganisationFilter(queryset=parties, method="with_party", **empty_label(_("承办单位")))
    registered_from = ends(_("受理起"), "registered_at", after=True)
    registered_to = ends(_("受理止"), "registered_at", after=False)
    grid = KeyOrCodeFilter(queryset=grids, method="under", widget=forms.HiddenInput, label=_("网格"))
    above = django_filters.BooleanFilter(label=_("上级交办"), method="from_above", widget=forms.CheckboxInput)
    overdue = django_filters.BooleanFilter(label=_("已逾期"), method="past_due", widget=forms.CheckboxInput)
    mine = django_filters.BooleanFilter(label=_("我上报的"), method="reported_by_me", widget=forms.CheckboxInput)
    box = django_filters.ChoiceFilter(choices=[*BOXES, *MORE_BOXES], method="in_box", widget=forms.HiddenInput, label=_("范围"))
    q = django_filters.CharFilter(label=_("关键词"), method="with_words", widget=forms.HiddenInput, max_length=100)

    class Meta:
        model = Finding
        fields: list[str] = []

    def under(self, queryset, _name, grid):
        return queryset.filter(grid_path__startswith=grid.path)

    def with_party(self, queryset, _name, organisation):
        theirs = Finding.objects.filter(tasks__organisation=organisation, tasks__state__in=HELD)
        return queryset.filter(pk__in=theirs.values("pk"))

    def from_above(self, queryset, _name, wanted):
        return queryset.filter(source__in=FROM_ABOVE) if wanted else queryset

    def past_due(self, queryset, _name, wanted):
        return queryset.overdue(clock.now()) if wanted else queryset

    def reported_by_me(self, queryset, _name, wanted):
        return queryset.filter(reporter=self.request.user) if wanted else queryset

    def with_words(self, queryset, _name, words):
        return queryset.matching(words)

    def in_box(self, queryset, _name, box):
        return in_box(queryset, box, user=self.request.user)


def in_box(queryset, box: str, *, user):
    """Rows of one of the counts above the list."""
    if box == "open":
        return queryset.filter(state__in=OPEN_STATES)
    if box == "assigned":
        return queryset.filter(state__in=(FindingState.ASSIGNED, FindingState.STOPPED_PENDING))
    if box == "verifying":
        return queryset.filter(state=FindingState.ASSIGNED, pk__in=Finding.objects.filter(tasks__state__in=VERIFYING).values("pk"))
    if box == "overdue":
        return queryset.overdue(clock.now())
    if box == "look_back":
        return _look_backs_due(queryset, user)
    if box == "closed":
        return queryset.filter(state__in=CLOSED_STATES)
    return queryset if box == "all" else queryset.filter(state=box)


def _look_backs_due(queryset, user):
    if not access.may_urge(user):
        return queryset.none()
    due = Finding.objects.filter(look_backs__done_at__isnull=True, look_backs__planned_on__lte=clock.today())
    return queryset.filter(state=FindingState.STRUCK_OFF, pk__in=due.values("pk"))


def boxes_for(user) -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in BOXES if code not in FOR_KEEPERS or access.may_urge(user)]


def filtered(request, *, data=None) -> FindingFilter:
    """The person's findings, filtered as the address says; without any word about the range, those at work."""
    data = (data if data is not None else request.GET).copy()
    if not any(data.get(name) for name in ("box", "state", "q")):
        data["box"] = "open"
    return FindingFilter(data, queryset=Finding.objects.visible_to(request.user), request=request)
