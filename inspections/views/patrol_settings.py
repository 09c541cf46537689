"""What rounds go by: rules, warnings, the field's settings, checklists."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common import clock
from common.errors import Conflict
from common.forms import add_refusal
from common.seen import look_again
from grids import scope
from grids.models import Grid
from grids.roles import OFFICE, SETTINGS_KEEPERS
from inspections import access
from inspections.forms_checklists import ChecklistForm, Items, initial_of
from inspections.forms_patrols import FieldSettingsForm, RuleForm, WeatherForm
from inspections.models import Checklist, PatrolRule, WeatherState
from inspections.services import rounds
from inspections.services import rules as services
from inspections.services import weather as weather_service
from inspections.words import AnswerType

READ = ["GET", "HEAD", "POST"]


def district_of(request, roles) -> Grid:
    """The first district in which the person holds one of ``roles``."""
    found = Grid.objects.filter(pk__in=scope.rights(request.user).districts_with(roles)).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def sent(request):
    """What was sent: a form sent empty comes back with its reasons."""
    return request.POST if request.method == "POST" else None


def insist_keeper(request) -> None:
    access.insist(access.keeps_types(request.user), _("巡查规则和检查清单由攻坚办主任或系统管理员维护。"))


# --- rules ------------------------------------------------------------------------------------------------------------------------------
@require_GET
def rules(request):
    """Everybody at work may read by what rule rounds are planned."""
    rows = PatrolRule.objects.visible_to(request.user).select_related("kind").order_by("district", "level", "weather", "kind__position", "pk")
    return render(request, "inspections/patrol_rules.html", {"rules": rows, "may_edit": access.keeps_types(request.user)})


@require_http_methods(READ)
@look_again
def rule(request, pk):
    return _rule(request, get_object_or_404(PatrolRule.objects.visible_to(request.user), pk=pk))


@require_http_methods(READ)
def new_rule(request):
    insist_keeper(request)
    return _rule(request, PatrolRule(district=district_of(request, SETTINGS_KEEPERS), level=3))


def _rule(request, found: PatrolRule):
    access.insist(scope.may_change_settings(request.user, found.district_id), _("巡查规则和检查清单由攻坚办主任或系统管理员维护。"))
    form = RuleForm(sent(request), instance=found)
    if request.method == "POST" and form.is_valid() and _saved(form, services.save_rule, by=request.user):
        messages.success(request, _("已保存。今后的计划按新规则。"))
        return redirect("patrols:rules")
    title = _("修改巡查规则") if found.pk else _("新增巡查规则")
    return render(request, "inspections/patrol_form.html", page(title, form, "patrols:rules", _("巡查规则")), status=400 if form.errors else 200)


def _saved(form, save, *, by) -> bool:
    """The form has filled its instance; the service checks and writes it."""
    try:
        save(form.instance, by=by, stood=form.stood)
    except ValidationError as refused:
        add_refusal(form, refused)
    return not form.errors


def page(title: str, form, back: str, back_label: str) -> dict:
    return {"title": title, "form": form, "back": back, "back_label": back_label}


# --- warnings ---------------------------------------------------------------------------------------------------------------------------
@require_http_methods(READ)
def weather(request):
    access.insist(access.is_office(request.user), _("预警由攻坚办启动和解除。"))
    district = district_of(request, OFFICE)
    form = WeatherForm(sent(request))
    if request.method == "POST" and _changed(request, district, form):
        return redirect("patrols:weather")
    rows = WeatherState.objects.filter(district=district).select_related("by").order_by("-starts_at")[:50]
    context = {"form": form, "rows": rows, "running": weather_service.current(district.pk), "now": clock.now()}
    return render(request, "inspections/weather.html", context, status=400 if form.errors else 200)


def _changed(request, district: Grid, form) -> bool:
    try:
        if request.POST.get("action") == "stop":
            weather_service.stop(district, by=request.user)
            messages.success(request, _("预警已解除。"))
            return True
        if form.is_valid():
            weather_service.start(district, form.cleaned_data["weather"], note=form.cleaned_data["note"], by=request.user)
            messages.success(request, _("预警已启动，十分钟内排出当天的加密巡查。"))
            return True
    except ValidationError as refused:
        form.add_error(None, refused.messages)
    return False


# --- the field's settings ---------------------------------------------------------------------------------------------------------------
@require_http_methods(READ)
@look_again
def field_settings(request):
    insist_keeper(request)
    found = rounds.settings_of(district_of(request, SETTINGS_KEEPERS).pk)
    form = FieldSettingsForm(sent(request), instance=found)
    if request.method == "POST" and form.is_valid() and _saved(form, services.save_field_settings, by=request.user):
        messages.success(request, _("已保存。"))
        return redirect("patrols:settings")
    return render(request, "inspections/patrol_form.html", page(_("外业设置"), form, "patrols:list", _("巡查")), status=400 if form.errors else 200)


# --- checklists -------------------------------------------------------------------------------------------------------------------------
@require_GET
def checklists(request):
    """Everybody at work may read what is looked at."""
    rows = Checklist.objects.visible_to(request.user).in_force(clock.today()).select_related("field").prefetch_related("kinds", "items")
    return render(request, "inspections/checklists.html", {"rows": rows, "may_edit": access.keeps_types(request.user)})


def _checklist(request, code: str) -> Checklist:
    """The version asked for, or the newest."""
    found = (
        Checklist.objects.visible_to(request.user).filter(code=code).order_by("district", "-version").prefetch_related("items__problem_type", "kinds")
    )
    version = request.GET.get("v", "")
    chosen = found.filter(version=int(version)).first() if version.isascii() and version.isdigit() and len(version) < 5 else found.first()
    if chosen is None:
        raise Http404
    return chosen


@require_GET
def checklist(request, code):
    found = _checklist(request, code)
    versions = Checklist.objects.filter(district=found.district_id, code=code).order_by("-version").values_list("version", flat=True)
    context = {
        "checklist": found,
        "versions": list(versions),
        "items": found.items.all(),
        "may_edit": scope.may_change_settings(request.user, found.district_id),
        "NUMBER": AnswerType.NUMBER,
    }
    return render(request, "inspections/checklist.html", context)


@require_http_methods(READ)
def edit_checklist(request, code):
    found = _checklist(request, code)
    access.insist(scope.may_change_settings(request.user, found.district_id), _("巡查规则和检查清单由攻坚办主任或系统管理员维护。"))
    stood = [initial_of(item) for item in found.items.all()]
    options = {"form_kwargs": {"district_id": found.district_id}, "prefix": "items", "initial": stood}
    form = ChecklistForm(sent(request), initial={"name": found.name, "version": found.version})
    items = Items(sent(request), **options)
    if request.method == "POST" and form.is_valid() and items.is_valid() and (made := _revised(request, found, form, items)):
        messages.success(request, _("已生成第 %(version)s 版，今后的巡查按新版。") % {"version": made.version})
        return redirect("patrols:checklist", made.code)
    context = {"checklist": found, "form": form, "items": items}
    return render(request, "inspections/checklist_edit.html", context, status=400 if request.method == "POST" else 200)


def _revised(request, found: Checklist, form, items) -> Checklist | None:
    clean = form.cleaned_data
    try:
        return services.revise(found, name=clean["name"], items=items.items(found), by=request.user, seen=clean["version"])
    except ValidationError as refused:
        form.add_error(None, refused.messages)
    except Conflict as lost:
        form.data = form.data.copy()
        form.data["version"] = lost.extra["version"]
        words = _("%(what)s下面是您填写的内容；核对后再按“保存为新版”，将在它之后生成新的一版。")
        form.add_error(None, words % {"what": lost})
    return None


@require_POST
def switch_checklist(request, code):
    found = _checklist(request, code)
    services.switch(found, is_default=request.POST.get("on") == "1", by=request.user)
    messages.success(request, _("已启用。") if found.is_default else _("已停用，巡查人仍可自选。"))
    return redirect("patrols:checklists")


@require_POST
def load_defaults(request):
    insist_keeper(request)
    services.load_defaults(district_of(request, SETTINGS_KEEPERS), by=request.user)
    messages.success(request, _("默认清单和规则已载入，已有的没有改动。"))
    return redirect("patrols:checklists")
