"""Taking over a ledger: upload, look at what would happen, import at once or in the background."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registers import imports
from registers.models import SiteKind
from registers.services.import_rows import columns
from registers.views.objects import insist_add
from sheets import files, refused
from sheets.forms import UploadForm
from sheets.importing import grouped
from sheets.services import attachment
from sheets.writing import template

ERRORS_SHOWN = 200
LONG = "long_imports"
"""Word of the session: uploads that were found to be long, so that none is read once more before it goes to the background."""
REMEMBERED = 5


@require_http_methods(["GET", "HEAD", "POST"])
def import_sites(request, kind):
    insist_add(request.user)
    found = get_object_or_404(SiteKind.objects.visible_to(request.user).filter(is_active=True).select_related("district"), pk=kind)
    if request.method != "POST":
        return empty_sheet(found) if "template" in request.GET else shown(request, found, form=UploadForm())
    token = request.POST.get("token", "")
    if not token:
        return upload(request, found)
    action = request.POST.get("action")
    if action == "refused":
        return refused_rows(request, found, token)
    if action != "import":
        files.discard_upload(token, by=request.user)
        return redirect(back(found))
    return take_over(request, found, token)


def back(kind: SiteKind) -> str:
    return f"{reverse('registers:sites')}?kind={kind.code}"


def title(kind: SiteKind) -> str:
    return _("导入%(kind)s台账") % {"kind": kind.name}


def empty_sheet(kind: SiteKind):
    return attachment(template(title(kind), columns(kind)), f"{title(kind)}.xlsx")


def upload(request, kind: SiteKind):
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            checked = imports.check(form.cleaned_data["file"], kind, by=request.user)
        except ValidationError as wrong:
            form.add_error("file", wrong)
        else:
            token = files.keep_upload(form.cleaned_data["file"], by=request.user)
            if checked.is_long:
                request.session[LONG] = [*request.session.get(LONG, ()), token][-REMEMBERED:]
            return shown(request, kind, checked=checked, result=checked.result, token=token, kept=token)
    return shown(request, kind, form=form, status=400)


def take_over(request, kind: SiteKind, token: str):
    if token in request.session.get(LONG, ()):
        return redirect("sheets:job", imports.start(kind, token=token, by=request.user).pk)
    try:
        checked = imports.check(files.kept_upload(token, by=request.user), kind, by=request.user)
        result = imports.apply(checked, partial=True)
    except ValidationError as gone:
        messages.error(request, _("；").join(gone.messages))
        return redirect(request.path)
    if not result.errors:
        files.discard_upload(token, by=request.user)
    messages.success(request, imports.in_words(result))
    return shown(request, kind, checked=checked, result=result, kept=token) if result.errors else redirect(back(kind))


def refused_rows(request, kind: SiteKind, token: str):
    try:
        file = files.kept_upload(token, by=request.user)
        checked = imports.check(file, kind, by=request.user)
        return attachment(refused.workbook(title(kind), file, columns(kind), checked.plan.errors), refused.file_name(title(kind)))
    except ValidationError as gone:
        messages.error(request, _("；").join(gone.messages))
        return redirect(request.path)


def shown(request, kind: SiteKind, *, status: int = 200, form=None, checked=None, result=None, token: str = "", kept: str = ""):
    """``token``: of an upload that waits for its import; ``kept``: of one whose refused rows can be had."""
    context = {
        "page": {"title": title(kind), "back_url": back(kind)},
        "kind": kind,
        "form": form,
        "table": checked.table if checked else None,
        "result": result,
        "errors": result.errors[:ERRORS_SHOWN] if result else [],
        "errors_shown": ERRORS_SHOWN,
        "notes": grouped(checked.plan.notes) if checked else [],
        "preview": checked.table.preview(10) if checked else [],
        "token": token,
        "kept": kept if result and checked.table.has_refused(result.errors) else "",
        "is_long": bool(checked and checked.is_long),
    }
    return render(request, "registers/import.html", context, status=status)
