"""Hollow grids: this week's signs with their evidence, what the grid says to them, and from when on something is a sign."""

import datetime as dt
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from common import clock
from common.errors import NotYourRole
from common.forms import SeenForm, within
from common.seen import look_again
from grids import scope
from grids.models import Grid
from grids.views.frame import district_of, form_page, given, page_or_form, show_page
from inspections import hollow
from inspections.models import HollowKind, HollowRebuttal, HollowSettings
from inspections.services import hollow as services

BOUNDS = (("max_grids", 1, 50), ("idle_days", 1, 60), ("window_days", 7, 365), ("neighbours_found", 1, 100), ("repeats", 2, 100))
LONGEST = HollowRebuttal._meta.get_field("text").max_length


class HollowFilter(forms.Form):
    town = forms.ModelChoiceField(label=gettext_lazy("乡办"), queryset=Grid.objects.none(), required=False, empty_label=gettext_lazy("全部"))
    kind = forms.ChoiceField(choices=[("", ""), *HollowKind.choices], required=False, widget=forms.HiddenInput)

    def __init__(self, *args, towns, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["town"].queryset = towns


class LimitsForm(SeenForm, forms.ModelForm):
    class Meta:
        model = HollowSettings
        fields = ["max_grids", "idle_days", "window_days", "neighbours_found", "repeats"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, low, high in BOUNDS:
            within(self.fields[name], low, high)


def own_paths(request, district) -> list[str]:
    """Grids whose signs the reader may see: chiefs, townships, office, 督查局 and leaders, each below their own."""
    paths = scope.looked_after(request.user, district)
    if not paths:
        raise NotYourRole(_("空挂迹象由网格长、乡办、攻坚办和督查局查看。"))
    return paths


@require_GET
def page(request):
    return listed(request, {})


def listed(request, refused: dict, *, status: int = 200):
    """``refused``: (grid, kind) → what was typed there and could not be kept."""
    district, today = district_of(request), clock.today()
    paths = own_paths(request, district)
    form = HollowFilter(request.GET, towns=Grid.objects.visible_to(request.user).filter(parent=district).active(today))
    form.full_clean()
    wanted, limits = form.cleaned_data, services.limits_of(district)
    area = [wanted["town"].path] if wanted.get("town") else paths
    seen = [sign for sign in hollow.signs(district, today=today, limits=limits) if under(sign.grid, paths) and under(sign.grid, area)]
    rows = rows_of(request.user, [sign for sign in seen if wanted.get("kind") in (None, "", sign.kind)], limits, today, refused)
    context = {"form": form, "rows": rows, "chips": chips(seen, wanted), "limits": limits, "today": today, "number": len(rows)}
    answer = show_page(request, "inspections/hollow.html", district, query=request.GET.urlencode(), longest=LONGEST, **context)
    answer.status_code = status
    return answer


def under(grid: Grid, paths) -> bool:
    return any(grid.path.startswith(path) for path in paths)


def chips(seen, wanted) -> list[dict]:
    town = {"town": wanted["town"].pk} if wanted.get("town") else {}
    counts = [(kind, sum(sign.kind == kind for sign in seen)) for kind in HollowKind]
    return [
        {"label": kind.label, "count": count, "url": f"?{urlencode(town | {'kind': kind.value})}", "active": wanted.get("kind") == kind}
        for kind, count in counts
    ]


def rows_of(user, seen, limits, today, refused) -> list[dict]:
    """Grid after grid, each with its signs."""
    ids = {sign.grid.pk for sign in seen}
    said, weeks = services.rebuttals(ids), services.weeks_seen(ids, today)
    rows: dict[int, dict] = {}
    for sign in seen:
        row = rows.setdefault(sign.grid.pk, {"grid": sign.grid, "signs": [], "may_rebut": services.may_rebut(user, sign.grid)})
        key = (sign.grid.pk, sign.kind)
        lines = list(zip(hollow.words(sign.kind, sign.evidence), links(sign, limits, user), strict=True))
        row["signs"].append({"kind": sign.kind, "lines": lines, "said": said.get(key), "weeks": weeks.get(key, 0), "typed": refused.get(key)})
    return list(rows.values())


# --- where the rows of each sentence are --------------------------------------------------------------------------------------------
def links(sign: hollow.Sign, limits: HollowSettings, user) -> list[str]:
    """One address per sentence of ``hollow.words``; empty where the reader may not look at the rows."""
    if sign.kind == HollowKind.BLIND:
        return to_findings(sign.grid, sign.evidence, limits, user)
    return LINKS[sign.kind](sign.grid, sign.evidence, limits)


def to_grid(grid, _evidence, _limits) -> list[str]:
    return [reverse("grids:grid", args=[grid.pk])]


def to_rounds(grid, _evidence, _limits) -> list[str]:
    return [f"{reverse('patrols:list')}?{urlencode({'grid': grid.pk})}"]


def to_people(_grid, evidence, _limits) -> list[str]:
    return [reverse("grids:person", args=[each["id"]]) for each in evidence["people"]]


def to_findings(grid, evidence, limits, user) -> list[str]:
    """What a neighbour found is shown by number alone to a township or chief that does not look after it."""
    paths = scope.rights(user).paths
    others = [ledger(grid.pk, limits, source=source) for source in evidence["sources"]]
    near = [ledger(each["id"], limits) if any(each["path"].startswith(path) for path in paths) else "" for each in evidence["neighbours"]]
    return others + near


def to_texts(grid, evidence, limits) -> list[str]:
    return [ledger(grid.pk, limits, q=each["text"]) for each in evidence["texts"]] + ([ledger(grid.pk, limits)] if evidence["photos"] else [])


def to_training(grid, _evidence, _limits) -> list[str]:
    return [f"{reverse('grids:training')}?{urlencode({'town': grid.path.split('/')[2], 'standing': 'never'})}"]


def ledger(grid_id: int, limits: HollowSettings, **more) -> str:
    since = clock.today() - dt.timedelta(days=limits.window_days)
    return f"{reverse('inspections:ledger')}?{urlencode({'box': 'all', 'grid': grid_id, 'received_from': since.isoformat()} | more)}"


LINKS = {
    HollowKind.VACANT: to_grid,
    HollowKind.OVERLOADED: to_people,
    HollowKind.IDLE: to_rounds,
    HollowKind.REPEATED: to_texts,
    HollowKind.UNTRAINED: to_training,
}


# --- what is written ----------------------------------------------------------------------------------------------------------------
@require_POST
def rebut(request, pk, kind):
    grid = get_object_or_404(Grid.objects.visible_to(request.user), pk=pk)
    if kind not in HollowKind.values:
        raise Http404
    text = request.POST.get("text", "").replace("\x00", "")
    try:
        services.rebut(grid, kind, text, by=request.user)
    except ValidationError:
        messages.error(request, _("请写说明，不超过 500 字。"))
        return listed(request, {(grid.pk, kind): text}, status=400)
    messages.success(request, _("说明已保存，与证据并列显示。"))
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(f"{reverse('grids:hollow')}{query}#grid-{grid.pk}")


@page_or_form
@look_again
def limits(request):
    district = district_of(request)
    if not scope.may_change_settings(request.user, district.pk):
        raise NotYourRole(_("标准由攻坚办主任或系统管理员维护。"))
    form = given(request, lambda *data, **options: LimitsForm(*data, instance=services.limits_of(district), **options))
    title = _("空挂迹象的标准")
    return form_page(request, form, save=lambda **_values: keep(form, request.user), title=title, back=reverse("grids:hollow"))


def keep(form, by) -> None:
    services.save_limits(form.instance, by=by, stood=form.stood)
