"""The one filter of the task list: page, counts, export and API understand the same addresses."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from common import clock
from inspections.filters import KeyOrCodeFilter, OrganisationFilter, empty_label, ends, fields, parties, townships
from inspections.models import Finding
from inspections.words import Kind
from rectification import wanted
from rectification.models import Task
from rectification.words import UNFINISHED, VERIFIER_TURN, TaskRole, TaskState

BOXES = [
    ("open", _("全部在办")),
    ("to_accept", _("待签收")),
    ("at_work", _("整改中")),
    ("verifying", _("待核查")),
    ("to_verify", _("待我核查")),
    ("to_decide", _("待我审批")),
    ("overdue", _("逾期")),
    ("suspended", _("缓办")),
]
MORE_BOXES = [("passed", _("已通过")), ("all", _("全部"))]
SHOWN_STATES = [(value, label) for value, label in TaskState.choices if value != TaskState.SECOND_LOOK]


class TaskFilter(django_filters.FilterSet):
    mine = django_filters.BooleanFilter(label=_("本单位"), method="of_mine", widget=forms.CheckboxInput)
    field = KeyOrCodeFilter(queryset=fields, field_name="finding__field", **empty_label(_("专项")))
    township = KeyOrCodeFilter(queryset=townships, method="under", **empty_label(_("乡办")))
    organisation = OrganisationFilter(queryset=parties, **empty_label(_("承办单位")))
    role = django_filters.ChoiceFilter(choices=TaskRole.choices, **empty_label(_("责任")))
    kind = django_filters.ChoiceFilter(choices=Kind.choices, **empty_label(_("整改类型")))
    state = django_filters.ChoiceFilter(choices=SHOWN_STATES, method="in_state", **empty_label(_("状态")))
    due_from = ends(_("到期起"), "due_at", after=True)
    due_to = ends(_("到期止"), "due_at", after=False)
    box = django_filters.ChoiceFilter(choices=[*BOXES, *MORE_BOXES], method="in_box", widget=forms.HiddenInput, label=_("范围"))
    q = django_filters.CharFilter(label=_("关键词"), method="with_words", max_length=100)

    class Meta:
        model = Task
        fields: list[str] = []

    def of_mine(self, queryset, _name, wanted_only):
        return queryset.filter(wanted.mine(self.request.user)) if wanted_only else queryset

    def under(self, queryset, _name, grid):
        return queryset.filter(finding__grid_path__startswith=grid.path)

    def in_state(self, queryset, _name, state):
        """A running second look is not told from verification."""
        return queryset.filter(state__in=VERIFIER_TURN) if state == TaskState.FED_BACK else queryset.filter(state=state)

    def with_words(self, queryset, _name, words):
        return queryset.filter(finding__in=Finding.objects.matching(words).values("pk"))

    def in_box(self, queryset, _name, box):
        return in_box(queryset, box, user=self.request.user)


def in_box(queryset, box: str, *, user):
    """Rows of one of the counts above the list."""
    if box == "to_verify":
        return queryset.filter(pk__in=wanted.to_verify(user).values("pk"))
    if box == "to_decide":
        return queryset.filter(pk__in=wanted.to_decide(user).values("task_id"))
    if box == "overdue":
        return queryset.overdue(clock.now())
    states = {
        "open": UNFINISHED,
        "to_accept": (TaskState.ASSIGNED,),
        "at_work": (TaskState.ACCEPTED, TaskState.RETURNED),
        "verifying": VERIFIER_TURN,
        "suspended": (TaskState.SUSPENDED,),
        "passed": (TaskState.PASSED,),
    }
    return queryset if box == "all" else queryset.filter(state__in=states[box])
