"""A month's sheets to take along: each alone as Excel or CSV, or all in one workbook."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from scorecards import access, exports
from scorecards.exports.ways import DIRECTLY, FORMS
from scorecards.services.settling import stamp
from scorecards.views.ranking import month_switch, months_of
from scorecards.words import month_words
from sheets.models import Job


@require_GET
def sheets_of(request, month):
    cards = cards_or_404(request, month)
    district = access.district_of(request)
    made = exports.Exported.of(cards, month=month, by=request.user).month
    context = month_switch(month, months_of(request, district)) | {
        "sheets": [{"part": part, "count": part.count(made)} for part in exports.SHEETS.values()],
        "directly": DIRECTLY,
        "digest": stamp(district.pk, month),
        "month_label": month_words(month),
    }
    return render(request, "scorecards/exports.html", context)


@require_GET
def sheet(request, month, sheet, form):
    if sheet not in exports.SHEETS or form not in FORMS:
        raise Http404
    cards = cards_or_404(request, month)
    made = exports.response(cards, month=month, district=access.district_of(request), by=request.user, sheet=sheet, form=form)
    return redirect("sheets:job", made.pk) if isinstance(made, Job) else made


def cards_or_404(request, month: str):
    cards = access.cards_of(request, month)
    if not cards.exists():
        raise Http404
    return cards
