"""What if the scheme had other figures: who would move."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common.errors import NotYourRole
from scorecards import access
from scorecards.forms_what_if import WhatIfForm
from scorecards.models import Scheme, Scorecard
from scorecards.services import what_if as service
from scorecards.words import Kind, month_words


@require_GET
def what_if(request, month):
    """The figures to be tried come in the address; nothing is stored."""
    district = access.district_of(request)
    if not access.may_try(request.user, district):
        raise NotYourRole(_("试算由攻坚办、督查局和区领导使用。"))
    of_month = Scorecard.objects.visible_to(request.user).filter(district=district, month=month)
    cards = list(of_month.select_related("scheme", "organisation", "grid", "district"))
    kind = request.GET.get("kind") or Kind.TOWNSHIP
    scheme = next((card.scheme for card in cards if card.scheme.kind == kind), None)
    if scheme is None:
        raise Http404
    form = WhatIfForm(request.GET if "try" in request.GET else None, scheme=scheme)
    context = {
        "month": month,
        "month_label": month_words(month),
        "form": form,
        "scheme": scheme,
        "kind": kind,
        "tabs": tabs(cards, kind),
        "moves": None,
    }
    if form.is_valid():
        grades, figures = form.changes()
        context["moves"] = service.try_out(cards, kind, grades=grades, figures=figures)
        context |= {"full": form.full(), "to_editor": to_editor(request, district, scheme, form), "is_changed": bool(grades or figures)}
    return render(request, "scorecards/what_if.html", context, status=400 if form.is_bound and not form.is_valid() else 200)


def tabs(cards, kind: str) -> list[dict]:
    kinds = {card.scheme.kind for card in cards}
    return [{"label": each.label, "url": f"?kind={each}", "active": each == kind} for each in Kind if each in kinds]


def to_editor(request, district, scheme, form) -> dict:
    """The newest version of the kind, to which the figures are taken over; nothing for those who do not revise schemes."""
    if not access.may_edit_schemes(request.user, district):
        return {}
    newest = Scheme.objects.visible_to(request.user).filter(district=district, kind=scheme.kind).order_by("-version").first()
    return {"scheme": newest, "query": form.query(), "is_other": newest.pk != scheme.pk}
