"""The year of each unit: months, mean, rank."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from scorecards import access, yearly_exports
from scorecards.models import Scorecard
from scorecards.services import yearly as years
from sheets import services as sheets


@require_GET
def yearly(request, year=None):
    """The newest year, or the one in the address. ``?open=1`` counts months that are not settled too."""
    district = access.district_of(request)
    known = years.years(Scorecard.objects.visible_to(request.user).filter(district=district))
    if year is not None and year not in known:
        raise Http404
    year = year or (known[0] if known else None)
    found = years.of_year(year, district_id=district.pk, by=request.user, with_open="open" in request.GET) if year else None
    group = (found.group(request.GET.get("kind", "")) or found.groups[0]) if found else None
    kind = group.kind if group else ""
    context = {"found": found, "group": group, "kind": kind, "year": year, "years": known, "note": yearly_exports.note(found) if found else ""}
    return render(request, "scorecards/yearly.html", context | {"tabs": tabs(found, kind)})


def tabs(found, kind: str) -> list[dict]:
    kept = "&open=1" if found and found.with_open else ""
    groups = found.groups if found else []
    return [{"label": each.label, "url": f"?kind={each.kind}{kept}", "active": each.kind == kind, "count": len(each.standings)} for each in groups]


@require_GET
def workbook(request, year):
    district = access.district_of(request)
    return download(found_or_404(request, district, year), by=request.user)


def found_or_404(request, district, year: int) -> years.Year:
    found = years.of_year(year, district_id=district.pk, by=request.user, with_open="open" in request.GET)
    if not found.groups:
        raise Http404
    return found


def download(found: years.Year, *, by):
    title = yearly_exports.title(found)
    rows = sum(len(group.standings) for group in found.groups)
    facts = {"kind": "scorecards.year", "filters": yearly_exports.note(found), "row_count": rows, "district_id": found.district_id}
    return sheets.export_response(yearly_exports.workbook(found), f"{title}.xlsx", by=by, **facts)
