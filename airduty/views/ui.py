"""The gallery of interface parts, for those who build pages."""

import datetime as dt
import re

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from common import clock
from common.forms import Lines


class SampleForm(forms.Form):
    text = forms.CharField(label=_("问题描述"), help_text=_("写清楚在哪里、是什么、有多大。"), max_length=200)
    kind = forms.ChoiceField(label=_("问题类型"), choices=[("", _("请选择")), ("soil", _("裸露土地")), ("road", _("道路扬尘"))])
    due_on = forms.DateField(label=_("期限"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    way = forms.ChoiceField(label=_("整改方式"), choices=[("now", _("立行立改")), ("limit", _("限期整改"))], widget=forms.RadioSelect)
    parties = forms.MultipleChoiceField(
        label=_("责任单位"), choices=[("1", _("青河乡")), ("2", _("住建局"))], widget=forms.CheckboxSelectMultiple, required=False
    )
    note = forms.CharField(label=_("备注"), widget=Lines(attrs={"rows": 3}), required=False)
    photo = forms.FileField(label=_("照片"), required=False)
    sure = forms.BooleanField(label=_("已与当事人核对"), required=False)


class SampleFilter(forms.Form):
    field = forms.ChoiceField(label=_("专项"), choices=[("", _("全部")), ("dust", _("扬尘"))], required=False)
    source = forms.ChoiceField(label=_("来源"), choices=[("", _("全部")), ("patrol", _("网格巡查"))], required=False)


def only_for_builders():
    if not (settings.DEBUG or settings.DEMO):
        raise Http404


def places(request):
    """A made-up grid and a point in it, for the gallery's map."""
    only_for_builders()
    return JsonResponse(SAMPLE_PLACES)


def gallery(request):
    only_for_builders()
    now = clock.now()
    limit = clock.at(clock.today(), dt.time(23, 59, 59))
    return render(
        request,
        "ui/gallery.html",
        {
            "form": SampleForm({"kind": ""}),
            "fresh": SampleForm(auto_id="new_%s"),
            "filter_form": SampleFilter(request.GET),
            "now": now,
            "limits": [
                limit - dt.timedelta(days=3),
                limit,
                limit + dt.timedelta(days=1),
                limit + dt.timedelta(days=5),
                now + dt.timedelta(minutes=25),
            ],
            "chart": {
                "xAxis": {"type": "category", "data": ["9 月", "10 月", "11 月"]},
                "yAxis": {"type": "value"},
                "series": [{"type": "bar", "name": "办结", "data": [31, 44, 36]}],
            },
            "page": Paginator(range(400), 20).get_page(request.GET.get("page", 7)),
            "icons": sorted(re.findall(r'symbol id="([^"]+)"', (settings.BASE_DIR / "static/img/icons.svg").read_text(encoding="ascii"))),
            "steps": [{"label": label, "state": state} for label, state in SAMPLE_STEPS],
            "events": [
                {"title": _("核查退回：后照与点位不符"), "at": now - dt.timedelta(hours=2), "by": _("攻坚办 示例丁"), "tone": "late"},
                {"title": _("提交整改结果"), "at": now - dt.timedelta(days=1), "by": _("青河乡"), "note": _("已覆盖 300 平方米。")},
                {"title": _("受理登记"), "at": now - dt.timedelta(days=400), "by": "", "tone": "done"},
            ],
            "tabs": [{"label": _("待办"), "url": "?", "active": True, "count": 3}, {"label": _("已办"), "url": "?done=1", "active": False}],
            "links": [{"label": _("问题台账"), "url": "#"}, {"label": "2026-001243", "url": ""}],
        },
    )


SAMPLE_STEPS = [
    (_("上报"), "past"),
    (_("受理登记"), "past"),
    (_("双交办"), "past"),
    (_("整改"), "now"),
    (_("核查"), ""),
    (_("销号"), ""),
    (_("回头看"), ""),
]
SAMPLE_PLACES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "示例网格", "url": "#"},
            "geometry": {"type": "Polygon", "coordinates": [[[113.0, 35.0], [113.1, 35.0], [113.12, 35.08], [113.02, 35.1], [113.0, 35.0]]]},
        },
        {
            "type": "Feature",
            "properties": {"name": "2026-001243", "tone": "late", "text": "裸土未覆盖"},
            "geometry": {"type": "Point", "coordinates": [113.05, 35.05]},
        },
    ],
}
