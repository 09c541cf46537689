"""What the office and 督查局 keep an eye on: device gaps; answers to plausibility marks; taking over an old ledger."""

from functools import partial

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from grids import scope
from grids.models import Grid
from grids.roles import OFFICE
from grids.views.frame import form_page, given, page_or_form
from inspections import access
from inspections.forms import FlagAnswerForm
from inspections.models import Finding, HeldSubmission
from inspections.services import gaps as gap_service
from inspections.services import importing, photos
from inspections.words import Flag
from sheets.import_page import ImportPage, respond


@require_GET
def gaps(request):
    access.insist(access.keeps_order(request.user), _("设备缺号由攻坚办和督查局查看。"))
    districts = scope.rights(request.user).districts_with(access.KEEPS_ORDER)
    context = {"gaps": gap_service.gaps(districts), "held": _held_in(districts), "missing": _photos_missing(request.user)}
    return render(request, "inspections/gaps.html", context)


def _held_in(districts):
    """Waiting submissions of people who serve, or have served, in these districts."""
    people = Q(author__posts__grid__district_id__in=districts) | Q(author__memberships__organisation__district_id__in=districts)
    return HeldSubmission.objects.waiting().filter(people).distinct().select_related("author").order_by("-pk")[:100]


def _photos_missing(user):
    """Findings whose announced photos have not arrived."""
    waiting = Finding.objects.filter(photos__isnull=False, photos__photo=None).values("pk")
    return Finding.objects.visible_to(user).filter(pk__in=waiting).select_related("problem_type", "grid").order_by("-pk")[:100]


@page_or_form
def answer_flag(request, uuid):
    """The reporter's, a party's or the office's word on a mark; ``?code=`` names it."""
    finding = get_object_or_404(Finding.objects.visible_to(request.user), uuid=uuid)
    access.insist(access.may_answer_flags(request.user, finding), _("由上报人、承办单位或攻坚办说明。"))
    form = given(request, FlagAnswerForm, initial={"code": request.GET.get("code", "")})
    code = form["code"].value()
    title = _("说明疑点：%(mark)s") % {"mark": dict(Flag.choices).get(code, code)}
    save = partial(photos.answer_flag, finding, by=request.user)
    return form_page(request, form, save=save, title=title, back=finding.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def import_ledger(request):
    access.insist(access.is_office(request.user), _("导入台账由攻坚办办理。"))
    district = Grid.objects.filter(pk__in=scope.rights(request.user).districts_with(OFFICE)).order_by("pk").first()
    if district is None:
        raise Http404
    book = importing.LedgerImport(district, by=request.user)
    page = ImportPage(_("导入整改台账"), "ledger", importing.columns(), book.apply, reverse("inspections:ledger"), district.pk)
    return respond(request, page)
