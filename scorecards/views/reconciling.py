"""A unit's own sheets and the office's board of all of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, Value, When
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from common import clock
from common.errors import Conflict, NotYourRole
from common.forms import add_refusal
from grids import scope
from grids.models import Grid
from grids.roles import OFFICE
from scorecards import access
from scorecards.forms_reconciling import BoardForm, DisputeForm, RuleForm
from scorecards.models import Dispute, Reconciliation
from scorecards.models.reconciling import own_units
from scorecards.services import reconcile_clock, reconcile_rows, reconciling
from scorecards.views.kept import Kept, keep_files
from scorecards.views.steps import taken_from
from scorecards.words import DisputeState, SheetKind, SheetState, period_words

PAGE_SIZE, SHEETS_A_PAGE, BEFORE = 100, 20, 6


# --- who ----------------------------------------------------------------------------------------------------------------------------
def is_office(user, district_id: int) -> bool:
    return scope.rights(user).in_district(district_id, OFFICE)


def insist_takes_part(user, district: Grid) -> None:
    if not own_units(user) and not access.reads_all(user, district.pk):
        raise NotYourRole(_("对账由乡办、部门、指挥部和攻坚办办理，系统管理员不参与。"))


def district_to_read(request) -> Grid:
    """The district whose sheets the person reads all of; 403 for units, which read their own only."""
    district = access.district_of(request)
    if not access.reads_all(request.user, district.pk):
        raise NotYourRole(_("全区对账情况由攻坚办、督查局和区领导查看。"))
    return district


# --- pages --------------------------------------------------------------------------------------------------------------------------
@require_GET
def home(request):
    """Own sheets first; below, for those who read all, the board."""
    district = access.district_of(request)
    insist_takes_part(request.user, district)
    undecided = Dispute.objects.visible_to(request.user).filter(state=DisputeState.OPEN).count()
    context = {"reads_all": access.reads_all(request.user, district.pk), "now": clock.now(), "open_disputes": undecided} | own_sheets(request)
    if context["reads_all"]:
        context |= board(request, district)
    return render(request, "scorecards/reconciling.html", context)


def own_sheets(request) -> dict:
    units = own_units(request.user)
    if not units:
        return {"has_unit": False}
    mine = Reconciliation.objects.visible_to(request.user).filter(organisation__in=units).select_related("organisation", "answered_by")
    page = Paginator(mine.order_by("-ends", "pk"), SHEETS_A_PAGE).get_page(request.GET.get("page"))
    current = Reconciliation.objects.waiting_for(request.user).select_related("organisation").first()
    seen = reconcile_rows.digest(reconcile_rows.facts(current)) if current else ""
    return {"has_unit": True, "page": page, "current": current, "seen": seen}


def board(request, district: Grid) -> dict:
    whole = Reconciliation.objects.visible_to(request.user).filter(district=district)
    kind = request.GET.get("kind") or SheetKind.WEEKLY
    periods = list(whole.filter(kind=kind).order_by("-ends").values_list("period", flat=True).distinct()[:60])
    periods = list(dict.fromkeys(periods))
    period = request.GET.get("period") or (periods[0] if periods else "")
    period = period if period in periods else (periods[0] if periods else "")
    sheets = list(of_period(whole, kind, period))
    state = request.GET.get("state", "")
    counts = {each: sum(sheet.state == each for sheet in sheets) for each in SheetState.values}
    owed = on_time(whole, kind, periods[:BEFORE])
    for sheet in sheets:
        sheet.on_time = owed.get(sheet.organisation_id, (0, 0))
    form = BoardForm({"kind": kind, "period": period, "state": state}, periods=[(each, period_words(each)) for each in periods])
    return {
        "form": form,
        "kind": kind,
        "period": period,
        "period_label": period_words(period) if period else "",
        "sheets": [sheet for sheet in sheets if not state or sheet.state == state],
        "first": sheets[0] if sheets else None,
        "chips": chips(kind, period, state, counts),
        "silent": counts[SheetState.SILENT],
        "is_office": is_office(request.user, district.pk),
        "before": BEFORE,
    }


def of_period(whole, kind: str, period: str):
    """The sheets of one period with their disputes counted."""
    standing, open_ = ~Q(disputes__state=DisputeState.WITHDRAWN), Q(disputes__state=DisputeState.OPEN)
    counted = {"disputed": Count("disputes", filter=standing), "undecided": Count("disputes", filter=open_)}
    sheets = whole.filter(kind=kind, period=period).select_related("organisation", "answered_by")
    order = Case(*(When(organisation__kind=kind, then=Value(n)) for n, kind in enumerate(reconcile_rows.UNITS)))
    return sheets.annotate(**counted).order_by(order, "organisation__position", "organisation_id")


def on_time(whole, kind: str, periods: list[str]) -> dict[int, tuple[int, int]]:
    """Unit → (answered in time, owed) in the newest periods; a sheet that is neither answered nor due yet says nothing."""
    found: dict[int, tuple[int, int]] = {}
    whole = whole.exclude(state=SheetState.SILENT, due_at__gt=clock.now())
    for unit, answered, due in whole.filter(kind=kind, period__in=periods).order_by().values_list("organisation_id", "answered_at", "due_at"):
        good, owed = found.get(unit, (0, 0))
        found[unit] = (good + (answered is not None and answered <= due), owed + 1)
    return found


def chips(kind: str, period: str, state: str, counts: dict) -> list[dict]:
    base = f"?kind={kind}&period={period}"
    whole = {"label": _("全部"), "count": sum(counts.values()), "url": base, "active": not state}
    return [whole] + [
        {"label": SheetState(each).label, "count": counts[each], "url": f"{base}&state={each}", "active": state == each} for each in SheetState.values
    ]


# --- one sheet ----------------------------------------------------------------------------------------------------------------------
def the_sheet(request, pk: int) -> Reconciliation:
    access.district_of(request)
    seen = Reconciliation.objects.visible_to(request.user).select_related("organisation", "answered_by", "district")
    return get_object_or_404(seen, pk=pk)


@require_GET
def sheet(request, pk):
    return shown(request, the_sheet(request, pk))


def shown(request, found: Reconciliation, *, status: int = 200, conflict: str = ""):
    rows = reconcile_rows.facts(found)
    at = found.answered_at or clock.now()
    page = Paginator(reconcile_rows.in_order(rows), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = reconcile_rows.lines(page.object_list, user=request.user, at=at)
    disputes = list(found.disputes.select_related("finding", "filed_by", "decided_by", "evidence").order_by("filed_at", "pk"))
    standing = {each.row: each for each in disputes if each.state != DisputeState.WITHDRAWN}
    may_answer = reconciling.may_answer(request.user, found)
    closed = sum(row["closed"] for row in rows)
    context = {
        "sheet": found,
        "page": page,
        "lines": [(line, standing.get(line.key)) for line in lines],
        "disputes": disputes,
        "open_count": len(rows) - closed,
        "closed_count": closed,
        "seen": reconcile_rows.digest(rows),
        "may_answer": may_answer,
        "may_confirm": may_answer and found.state == SheetState.SILENT,
        "may_dispute": may_answer and reconciling.is_current(found),
        "is_overdue": found.is_overdue(clock.now()),
        "hidden": len(page.object_list) - len(lines),
        "conflict": conflict,
    }
    return render(request, "scorecards/reconcile_sheet.html", context, status=status)


@taken_from("scorecards:sheet", "pk")
def confirm(request, pk):
    """一键无异议."""
    found = the_sheet(request, pk)
    try:
        answered = reconciling.confirm(found, by=request.user, seen=request.POST.get("seen", ""))
    except Conflict as lost:
        return shown(request, the_sheet(request, pk), status=409, conflict=str(lost))
    said = {"period": answered.period_label, "name": answered.answered_by, "at": f"{clock.beijing(answered.answered_at):%m-%d %H:%M}"}
    messages.success(request, _("%(period)s对账单已确认无异议（%(name)s，%(at)s）。") % said)
    return redirect(answered)


@require_http_methods(["GET", "POST"])
def file_dispute(request, pk, row):
    """Object to one row."""
    found = the_sheet(request, pk)
    reconciling.insist_own(request.user, found)
    fact = next((each for each in reconcile_rows.facts(found) if reconcile_rows.key_of(each) == row), None)
    if fact is None:
        raise Http404
    form, kept, status, conflict = DisputeForm(), Kept(), 200, ""
    if request.method == "POST":
        form, kept = DisputeForm(request.POST, request.FILES), keep_files(request, most=1)
        kept.tell(form)
    if form.is_bound and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("what", "reason")}
        try:
            reconciling.dispute(found, row, by=request.user, evidence=next(iter(kept.files), None), **given)
        except ValidationError as refused:
            add_refusal(form, refused)
        except Conflict as lost:
            status, conflict = 409, str(lost)
        else:
            messages.success(request, _("异议已提出，攻坚办会答复；其余各行视为无异议。"))
            return redirect(found)
    lines = reconcile_rows.lines([fact], user=request.user, at=clock.now())
    context = {"sheet": found, "line": lines[0] if lines else None, "form": form, "kept": kept, "conflict": conflict}
    return render(request, "scorecards/reconcile_dispute_form.html", context, status=422 if form.errors else status)


# --- the office ---------------------------------------------------------------------------------------------------------------------
@taken_from("scorecards:reconciling")
def remind(request):
    district = district_to_read(request)
    told = reconcile_clock.remind_now(district, kind=request.POST.get("kind", ""), period=request.POST.get("period", ""), by=request.user)
    if told:
        messages.success(request, ngettext("已提醒 %(n)s 个单位。", "已提醒 %(n)s 个单位。", told) % {"n": told})
    else:
        messages.info(request, _("没有要提醒的单位：都已对账，或今天已提醒过。"))
    back = request.POST.get("back", "")
    return redirect(f"{request.path.removesuffix('remind/')}?{back}" if back.startswith("kind=") else "scorecards:reconciling")


@require_http_methods(["GET", "POST"])
def rule(request):
    """The district's days of reconciling."""
    district = district_to_read(request)
    if not is_office(request.user, district.pk):
        raise NotYourRole(_("对账日由攻坚办设定。"))
    form = RuleForm(request.POST if request.method == "POST" else None, rule=reconcile_clock.rule_of(district.pk))
    if form.is_bound and form.is_valid():
        reconcile_clock.save_rule(district, by=request.user, **form.cleaned_data)
        messages.success(request, _("对账日已保存，从下一期起适用。"))
        return redirect("scorecards:reconciling")
    return render(request, "scorecards/reconciling_rule.html", {"form": form}, status=422 if form.errors else 200)
