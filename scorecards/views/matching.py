"""Lists from above laid beside the ledger: upload, what came out, and the repair of each row."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

import evidence.services
from audit.services import record
from common.errors import Conflict, NotYourRole
from common.forms import add_refusal
from inspections.models import Finding
from scorecards import access
from scorecards.forms_reconciling import ListForm, NoteForm, RegisterRowForm, RematchForm, RowsForm
from scorecards.models import ListMatch, MatchRow
from scorecards.services import match_pairs, match_repair
from scorecards.services import matching as services
from scorecards.views.reconciling import is_office
from scorecards.views.steps import taken_from
from scorecards.words import MatchResult
from sheets.models import Job

LISTS_A_PAGE, ROWS_A_PAGE, LIKELY = 20, 50, 5
DIFFERENCES = {
    "deadline": gettext_lazy("时限不同"),
    "status": gettext_lazy("办结状态不同"),
    "unreported": gettext_lazy("本区已销号，上级未销"),
    "unit": gettext_lazy("责任单位不同"),
    "twice": gettext_lazy("清单内重复"),
}
CHANGED = {
    "due_on": gettext_lazy("时限"),
    "status": gettext_lazy("状态"),
    "unit": gettext_lazy("责任单位"),
    "text": gettext_lazy("问题描述"),
    "address": gettext_lazy("位置"),
}


def district_to_read(request):
    district = access.district_of(request)
    if not access.reads_all(request.user, district.pk):
        raise NotYourRole(_("上级清单由攻坚办核对，督查局和区领导可以查看。"))
    return district


def the_match(request, pk: int) -> ListMatch:
    district_to_read(request)
    return get_object_or_404(ListMatch.objects.visible_to(request.user).select_related("district", "file", "uploaded_by", "previous"), pk=pk)


# --- lists --------------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def matching(request):
    """The lists so far, and the form for the next one."""
    district = district_to_read(request)
    if request.method == "POST":
        return uploaded(request, district)
    return lists(request, district, ListForm())


def uploaded(request, district):
    services.insist_office(request.user, district.pk)
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return lists(request, district, form, status=422)
    given = {name: form.cleaned_data[name] for name in ("name", "source")}
    try:
        made = services.upload(district, form.cleaned_data["file"], by=request.user, **given)
    except ValidationError as refused:
        form.add_error("file", refused)
        return lists(request, district, form, status=422)
    except Conflict as lost:
        form.add_error(None, str(lost))
        return lists(request, district, form, status=409)
    if made.is_same:
        messages.info(request, _("与上次上传的文件完全一样，没有变化；下面是上次的核对结果。"))
    return redirect("sheets:job", made.job.pk) if made.job else redirect(made.match)


def lists(request, district, form, *, status: int = 200):
    counted = {each.value: Count("rows", filter=Q(rows__result=each)) for each in MatchResult}
    waiting = Count("rows", filter=~Q(rows__result=MatchResult.MATCHED) & Q(rows__handling=""))
    rows = ListMatch.objects.visible_to(request.user).filter(district=district).select_related("uploaded_by", "following")
    page = Paginator(rows.annotate(waiting=waiting, **counted).order_by("-uploaded_at", "-pk"), LISTS_A_PAGE).get_page(request.GET.get("page"))
    names = ListMatch.objects.visible_to(request.user).filter(district=district).order_by("name").values_list("name", flat=True).distinct()
    context = {"page": page, "form": form, "names": names, "may_upload": is_office(request.user, district.pk)}
    return render(request, "scorecards/matching.html", context, status=status)


# --- one list -----------------------------------------------------------------------------------------------------------------------
@require_GET
def match(request, pk):
    found = the_match(request, pk)
    if found.matched_at is None:
        job = Job.objects.visible_to(request.user).filter(kind="match_list", params={"match": found.pk}).order_by("-pk").first()
        return render(request, "scorecards/match_waiting.html", {"match": found, "job": job})
    counts = dict(MatchRow.objects.visible_to(request.user).filter(list_match=found).order_by().values_list("result").annotate(n=Count("pk")))
    form = RowsForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = filtered(MatchRow.objects.visible_to(request.user).filter(list_match=found), chosen)
    page = Paginator(rows.select_related("organisation", "finding", "handled_by"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    may_repair = is_office(request.user, found.district_id)
    context = {
        "match": found,
        "following": ListMatch.objects.visible_to(request.user).filter(previous=found).first(),
        "page": page,
        "lines": lines_of(page.object_list, found, may_repair=may_repair),
        "form": form,
        "keep": [(name, request.GET[name]) for name in ("result",) if request.GET.get(name)],
        "chips": chips(request, counts),
        "changes": changes_of(found),
        "may_repair": may_repair,
    }
    return render(request, "scorecards/match.html", context)


def filtered(rows, chosen: dict):
    if result := chosen.get("result"):
        rows = rows.filter(result=result)
    if handled := chosen.get("handled"):
        rows = rows.filter(handling="") if handled == "no" else rows.exclude(handling="")
    if words := (chosen.get("q") or "").strip():
        rows = rows.filter(Q(superior_number__icontains=words) | Q(text__icontains=words) | Q(address__icontains=words))
    return rows.order_by(*MatchRow._meta.ordering)


def chips(request, counts: dict) -> list[dict]:
    chosen = request.GET.get("result", "")
    query = request.GET.copy()
    found = []
    for value, label in [("", _("全部")), *MatchResult.choices]:
        query["result"] = value
        query.pop("page", None)
        count = counts.get(value, 0) if value else sum(counts.values())
        found.append({"label": label, "count": count, "url": f"?{query.urlencode()}", "active": value == chosen})
    return found


def lines_of(rows, found: ListMatch, *, may_repair: bool) -> list[dict]:
    """Rows with what can be done about each by one press."""
    guesses = match_repair.Guesses(found.district_id) if may_repair else None
    return [line_of(row, guesses) for row in rows]


def line_of(row: MatchRow, guesses) -> dict:
    line = {"row": row, "differs": [DIFFERENCES[each] for each in row.differs if each in DIFFERENCES]}
    if guesses:
        line["may_correct"] = row.result == MatchResult.DIFFERING and match_repair.may_correct(row)
        line["type"] = guesses.type_of(row) if row.result == MatchResult.MISSING_HERE else None
        line["grid"] = guesses.grid_of(row) if line["type"] else None
    return line


def changes_of(found: ListMatch) -> dict:
    """What changed since the upload before, in words."""
    if not found.changes:
        return {}
    changed = [
        each | {"said": [(CHANGED[name], *values) for name, *values in zip(each["what"], each["before"], each["after"], strict=True)]}
        for each in found.changes["changed"]
    ]
    return found.changes | {"changed": changed, "any": any(found.changes["counts"].values())}


@require_GET
def paper(request, pk):
    """The list as it was handed in; taking it is on record."""
    found = the_match(request, pk)
    record("list_match.download", found, by=request.user, district_id=found.district_id, payload={"sha256": found.file.sha256})
    return evidence.services.serve_file(found.file)


# --- one row ------------------------------------------------------------------------------------------------------------------------
FORMS = {
    "register": lambda row, user, *given: RegisterRowForm(*given, row=row),
    "rematch": lambda row, user, *given: RematchForm(*given, row=row, user=user),
    "report": lambda row, user, *given: NoteForm(*given, row=row),
}


def the_row(request, pk: int) -> MatchRow:
    district_to_read(request)
    related = ("list_match__district", "organisation", "finding__problem_type", "finding__grid", "handled_by")
    return get_object_or_404(MatchRow.objects.visible_to(request.user).select_related(*related), pk=pk)


@require_GET
def row(request, pk):
    return shown(request, the_row(request, pk))


def shown(request, found: MatchRow, *, filled=None, status: int = 200, conflict: str = ""):
    """The row beside ours with the forms that fit; ``filled`` is one that came back: (action, form)."""
    may_repair = is_office(request.user, found.list_match.district_id)
    forms = forms_of(found, request.user) if may_repair else {}
    if filled:
        forms[filled[0]] = filled[1]
    context = {
        "row": found,
        "match": found.list_match,
        "finding": found.finding,
        "parties": found.finding.tasks.select_related("organisation").order_by("pk") if found.finding else [],
        "differs": [DIFFERENCES[each] for each in found.differs if each in DIFFERENCES],
        "may_correct": may_repair and found.result == MatchResult.DIFFERING and match_repair.may_correct(found),
        "forms": forms,
        "likely": likely(found, request.user) if may_repair and found.number and found.finding is None else [],
        "conflict": conflict,
    }
    return render(request, "scorecards/match_row.html", context, status=status)


def forms_of(found: MatchRow, user) -> dict:
    names = ["rematch"] if found.number else []
    names += ["register"] if found.result == MatchResult.MISSING_HERE else []
    names += ["report"] if found.result in (MatchResult.MISSING_THERE, MatchResult.DIFFERING) else []
    forms = {name: FORMS[name](found, user) for name in names}
    if "register" in forms:
        guesses = match_repair.Guesses(found.list_match.district_id)
        forms["register"].initial = {"problem_type": guesses.type_of(found), "grid": guesses.grid_of(found)}
    return forms


def likely(found: MatchRow, user) -> list[tuple[int, Finding]]:
    """Rows of ours that it might be, the likeliest first."""
    scored = match_pairs.Pool(found.list_match, [found]).likely(found)[:LIKELY]
    findings = Finding.objects.visible_to(user).select_related("problem_type").in_bulk([own.pk for _points, own in scored])
    return [(points, findings[own.pk]) for points, own in scored if own.pk in findings]


@taken_from("scorecards:match_row", "pk")
def repair(request, pk, action):
    """One press: register, correct, rematch, report."""
    found = the_row(request, pk)
    services.insist_office(request.user, found.list_match.district_id)
    if action not in {*FORMS, "correct"}:
        raise Http404
    form = FORMS[action](found, request.user, request.POST) if action in FORMS else None
    if form is not None and not form.is_valid():
        return shown(request, found, filled=(action, form), status=422)
    try:
        done = repaired(found, action, form, by=request.user)
    except ValidationError as refused:
        return refuse(request, found, action, form, refused)
    except Conflict as lost:
        return overtaken(request, the_row(request, pk), action, form, str(lost))
    messages.success(request, said(done))
    return redirect(back(request, done))


def repaired(found: MatchRow, action: str, form, *, by) -> MatchRow:
    if action == "correct":
        return match_repair.correct(found, by=by)
    given = form.cleaned_data
    if action == "register":
        return match_repair.register(found, by=by, problem_type=given["problem_type"], grid=given["grid"], not_same=given["not_same"])
    if action == "rematch":
        return match_repair.rematch(found, by=by, finding=given["finding"], note=given["note"], version=given["version"])
    return match_repair.report(found, by=by, note=given["note"], version=given["version"])


def overtaken(request, found: MatchRow, action: str, form, reason: str):
    """The row as it stands now, with what was typed, which can be sent over it."""
    if form is not None and "version" in form.fields:
        form.data = form.data.copy()
        form.data["version"] = found.version
    return shown(request, found, filled=(action, form) if form else None, status=409, conflict=reason)


def refuse(request, found: MatchRow, action: str, form, refused: ValidationError):
    if form is None:
        return shown(request, found, status=422, conflict=_("；").join(refused.messages))
    add_refusal(form, refused)
    return shown(request, found, filled=(action, form), status=422)


def said(done: MatchRow) -> str:
    return _("%(what)s：%(row)s") % {"what": done.get_handling_display(), "row": done.finding or done}


def back(request, done: MatchRow) -> str:
    """To the list as it was filtered, else to the row."""
    address, query = reverse("scorecards:match", args=[done.list_match_id]), request.POST.get("back", "")
    return f"{address}?{query}#row-{done.pk}" if "back" in request.POST else reverse("scorecards:match_row", args=[done.pk])
