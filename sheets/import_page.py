"""The page of an import: upload, preview (dry run), import or give up. Owners call ``respond`` from a view of their own."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from audit import services as audit
from sheets import files, importing, refused
from sheets.columns import Column, Row, Table
from sheets.forms import UploadForm
from sheets.reading import read_table
from sheets.services import attachment
from sheets.writing import template

ERRORS_SHOWN = 200
TEMPLATE = "sheets/import.html"


@dataclass(frozen=True)
class ImportPage:
    """``apply_row`` and ``finish`` as in importing.run; ``kind`` names the import in the audit chain. The caller has checked who may import."""

    title: str
    kind: str
    columns: list[Column]
    apply_row: Callable[[Row], str]
    back_url: str
    district_id: int = 0
    finish: Callable[[], object] | None = None


def respond(request, page: ImportPage) -> HttpResponse:
    """GET: form, or the empty template with ?template=1.

    POST: file → preview; token with action=import → written; action=refused → the rows that are not taken; action=discard → back.
    """
    if request.method != "POST":
        return _template(page) if "template" in request.GET else _show(request, page, form=UploadForm())
    token = request.POST.get("token", "")
    if not token:
        return _upload(request, page)
    action = request.POST.get("action")
    if action == "refused":
        return _refused(request, page, token)
    if action != "import":
        files.discard_upload(token, by=request.user)
        return redirect(page.back_url)
    return _import(request, page, token)


def _template(page: ImportPage) -> HttpResponse:
    return attachment(template(page.title, page.columns), f"{page.title}.xlsx")


def _upload(request, page: ImportPage) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            table, result = _run(form.cleaned_data["file"], page, dry_run=True)
            token = files.keep_upload(form.cleaned_data["file"], by=request.user)
            return _show(request, page, table=table, result=result, token=token, kept=token)
        except ValidationError as wrong:
            form.add_error("file", wrong)
    return _show(request, page, form=form, status=400)


def _import(request, page: ImportPage, token: str) -> HttpResponse:
    try:
        table, result = _run(files.kept_upload(token, by=request.user), page, dry_run=False, by=request.user)
    except ValidationError as gone:
        messages.error(request, _("；").join(gone.messages))
        return redirect(request.path)
    if not result.errors:
        files.discard_upload(token, by=request.user)
    counts = {"created": result.created, "updated": result.updated, "unchanged": result.unchanged, "bad": result.bad_rows}
    messages.success(request, _("已导入：新增 %(created)s 行，更新 %(updated)s 行，没有变化 %(unchanged)s 行，跳过有错的 %(bad)s 行") % counts)
    return _show(request, page, table=table, result=result, kept=token) if result.errors else redirect(page.back_url)


def _refused(request, page: ImportPage, token: str) -> HttpResponse:
    try:
        file = files.kept_upload(token, by=request.user)
        _table, result = _run(file, page, dry_run=True)
        return attachment(refused.workbook(page.title, file, page.columns, result.errors), refused.file_name(page.title))
    except ValidationError as gone:
        messages.error(request, _("；").join(gone.messages))
        return redirect(request.path)


def _run(file, page: ImportPage, *, dry_run: bool, by=None) -> tuple[Table, importing.ImportResult]:
    table = read_table(file, page.columns)
    result = importing.run(table.rows, page.apply_row, partial=True, dry_run=dry_run, errors=table.errors, columns=page.columns, finish=page.finish)
    if result.written:
        payload = {"kind": page.kind, "created": result.created, "updated": result.updated, "refused": result.bad_rows}
        audit.record("import", "sheets.import", by=by, district_id=page.district_id, payload=payload)
    return table, result


def _show(request, page: ImportPage, *, status: int = 200, **context) -> HttpResponse:
    result = context.get("result")
    context |= {"page": page, "errors": result.errors[:ERRORS_SHOWN] if result else [], "errors_shown": ERRORS_SHOWN}
    context["preview"] = context["table"].preview(10) if result else []
    context["kept"] = context["kept"] if result and context["table"].has_refused(result.errors) else ""
    return render(request, TEMPLATE, {"form": None, "table": None, "result": None, "token": ""} | context, status=status)
