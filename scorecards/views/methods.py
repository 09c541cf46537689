"""The ranking tool (排名工具): a published table ranked by one of the methods of domain 6.3. Nothing of it is stored."""

import json

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from scorecards import access
from scorecards.forms_methods import MethodForm
from scorecards.methods.example import EXAMPLE
from scorecards.methods.printing import Sheet
from sheets import services as sheets


@require_http_methods(["GET", "POST"])
def methods(request):
    """Settings may come in the address, the table only in the form."""
    district = access.district_of(request)
    form = MethodForm(request.POST if request.method == "POST" else None, request.FILES, initial=request.GET.dict())
    if not form.is_valid():
        return show(request, form, status=400 if form.is_bound else 200)
    sheet = Sheet(form.bulletin(), sign=form.cleaned_data["sign"])
    export = request.POST.get("export")
    if export in ("xlsx", "csv"):
        return download(sheet, export, by=request.user, district_id=district.pk)
    return show(request, form, sheet=sheet)


def show(request, form, *, sheet=None, status: int = 200):
    example = json.dumps({"#id_text": "\n".join("\t".join(row) for row in EXAMPLE)}, ensure_ascii=False)
    return render(request, "scorecards/methods.html", {"form": form, "sheet": sheet, "example": example}, status=status)


def download(sheet: Sheet, extension: str, *, by, district_id: int):
    title = _("排名结果")
    content = sheet.workbook(title) if extension == "xlsx" else sheet.csv()
    facts = {"kind": "scorecards.methods", "filters": sheet.note(), "row_count": len(sheet.standings), "district_id": district_id}
    return sheets.export_response(content, f"{title}.{extension}", by=by, **facts)
