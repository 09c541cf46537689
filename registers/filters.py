"""The one filter of supervised objects: list, counts, map, QR sheet, export and API understand the same addresses."""

import datetime as dt

import django_filters
from django import forms
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from common import clock
from common.filters import KeyOrCodeFilter, OrganisationFilter
from grids.models import Grid, Organisation
from registers.models import Site, SiteKind
from registers.words import Risk

BOXES = [("open", _("在管")), ("over", _("已结束")), ("all", _("全部"))]
UNVISITED = [(7, _("7 天以上")), (15, _("15 天以上")), (30, _("30 天以上")), (90, _("90 天以上"))]
ORDERINGS = {"code": "code", "name": "name", "updated_at": "updated_at", "last_visit": "last_visit"}
DONE = "done"
"""State of a visit (one floor up) by its stored word."""


def kinds(request):
    return SiteKind.objects.visible_to(request.user).filter(is_active=True)


def townships(request):
    """Grids right below the district, which belong to the townships."""
    return Grid.objects.visible_to(request.user).active(clock.today()).filter(parent__isnull=False, parent__parent=None)


def grids(request):
    return Grid.objects.visible_to(request.user)


def organisations(request):
    return Organisation.objects.visible_to(request.user).filter(pk__in=Site.objects.visible_to(request.user).values("organisation"))


def empty_label(label):
    return {"label": label, "empty_label": _("全部")}


class SiteFilter(django_filters.FilterSet):
    kind = KeyOrCodeFilter(queryset=kinds, **empty_label(_("类型")))
    township = KeyOrCodeFilter(queryset=townships, method="under", **empty_label(_("乡办")))
    organisation = OrganisationFilter(queryset=organisations, **empty_label(_("主管单位")))
    risk = django_filters.ChoiceFilter(choices=Risk.choices, **empty_label(_("风险")))
    status = django_filters.ChoiceFilter(choices=(), **empty_label(_("状态")))
    unvisited = django_filters.ChoiceFilter(choices=UNVISITED, method="not_visited_for", label=_("未巡查"), empty_label=_("不限"))
    problems = django_filters.BooleanFilter(method="with_problems", label=_("有在办问题"), widget=forms.CheckboxInput)
    grid = KeyOrCodeFilter(queryset=grids, method="under", widget=forms.HiddenInput, label=_("网格"))
    box = django_filters.ChoiceFilter(choices=BOXES, method="in_box", widget=forms.HiddenInput, label=_("范围"))
    q = django_filters.CharFilter(method="with_words", widget=forms.HiddenInput, max_length=100, label=_("关键词"))

    class Meta:
        model = Site
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.request is not None:
            status = self.filters["status"]
            status.extra["choices"] = statuses(kinds(self.request), self.data.get("kind") if self.data else None)
            vars(status).pop("_field", None)  # made without choices when the schema was drawn, and copied from the class

    def under(self, queryset, _name, grid):
        return queryset.filter(grid_path__startswith=grid.path)

    def in_box(self, queryset, _name, box):
        return queryset if box == "all" else queryset.filter(is_over=box == "over")

    def not_visited_for(self, queryset, _name, days):
        since = clock.at(clock.today() - dt.timedelta(days=int(days)))
        return queryset.filter(~Exists(visits().filter(site=OuterRef("pk"), state=DONE, received_at__gte=since)))

    def with_problems(self, queryset, _name, wanted):
        return queryset.filter(pk__in=problems(self.request.user).values("site")) if wanted else queryset

    def with_words(self, queryset, _name, words):
        return queryset.matching(words)


def statuses(offered, chosen: str | None) -> list[tuple[str, str]]:
    """Words of the chosen kind's statuses, or of all kinds."""
    found = list(offered)
    of_one = [kind for kind in found if chosen and chosen in (str(kind.pk), kind.code)]
    return list({code: label for kind in (of_one or found) for code, label in kind.status_labels.items()}.items())


def filtered(request, *, data=None) -> SiteFilter:
    """The person's objects, filtered as the address says; without a word about the range, those that are visited."""
    data = (data if data is not None else request.GET).copy()
    if not data.get("box") and not data.get("status"):
        data["box"] = "all" if data.get("q") else "open"
    return SiteFilter(data, queryset=Site.objects.visible_to(request.user), request=request)


# --- what higher floors keep about an object ----------------------------------------------------------------------------------------
def visits():
    return Site._meta.get_field("visits").related_model._default_manager


def problems(user):
    """Open problems at objects, as far as this person sees them."""
    return Site._meta.get_field("findings").related_model._default_manager.visible_to(user).open().filter(site__isnull=False)


def with_last_visit(queryset):
    last = visits().filter(site=OuterRef("pk"), state=DONE).order_by("-received_at").values("received_at")[:1]
    return queryset.annotate(last_visit=Subquery(last))


def with_signs(queryset, user):
    """Adds ``last_visit``, ``open_problems`` and ``late_problems``."""
    here = problems(user).filter(site=OuterRef("pk"))
    return with_last_visit(queryset).annotate(open_problems=_how_many(here), late_problems=_how_many(here.overdue(clock.now())))


def _how_many(rows):
    return Coalesce(Subquery(rows.order_by().values("site").annotate(n=Count("pk")).values("n")), 0)


def counts_by_kind(request) -> dict[int, int]:
    """How many objects of each kind the other filters leave."""
    rest = request.GET.copy()
    for word in ("kind", "status"):
        rest.pop(word, None)
    rows = filtered(request, data=rest).qs.order_by().values_list("kind").annotate(n=Count("pk"))
    return dict(rows)
