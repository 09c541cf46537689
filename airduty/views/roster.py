"""The pages that read and write rosters."""

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from airduty import roster
from common import clock
from grids import board
from grids.forms import TreeFilter
from grids.models import Grid
from grids.services.history import check_keeper
from grids.views.frame import check_member, district_of
from grids.views.tree import narrowed
from sheets import files
from sheets.forms import UploadForm
from sheets.services import attachment, export_response

SALT = "roster.accounts"
AN_HOUR = 3600
ERRORS_SHOWN = 200


@never_cache
@require_http_methods(["GET", "POST"])
def roster_import(request):
    """Upload → preview of a dry run → written; the accounts made are shown once, on the answer."""
    district = district_of(request)
    check_keeper(request.user, district.pk)
    if request.method == "GET":
        return blank_book() if "template" in request.GET else show(request, form=UploadForm())
    token = request.POST.get("token", "")
    if not token:
        return preview(request, district)
    if request.POST.get("action") != "import":
        files.discard_upload(token, by=request.user)
        return redirect("grids:roster-import")
    return write(request, district, token)


def preview(request, district):
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            outcome = roster.run(form.cleaned_data["file"], district=district, by=request.user, dry_run=True, partial=True)
            return show(request, outcome=outcome, token=files.keep_upload(form.cleaned_data["file"], by=request.user))
        except ValidationError as refused:
            form.add_error("file", refused)
    return show(request, form=form, status=400)


def write(request, district, token):
    try:
        outcome = roster.run(files.kept_upload(token, by=request.user), district=district, by=request.user, dry_run=False, partial=True)
    except ValidationError as refused:
        form = UploadForm()
        form.errors["file"] = form.error_class(refused.messages)
        return show(request, form=form, status=400)
    files.discard_upload(token, by=request.user)
    rows = roster.account_rows(outcome.accounts)
    sealed = signing.dumps({"by": request.user.pk, "district": district.pk, "rows": rows}, salt=SALT, compress=True) if rows else ""
    return show(request, outcome=outcome, accounts=rows, sealed=sealed)


def show(request, *, status=200, **context):
    outcome = context.get("outcome")
    context = {"form": None, "outcome": None, "token": "", "accounts": [], "sealed": ""} | context
    context["errors"] = [(part.title, error) for part in outcome.parts for error in part.result.errors][:ERRORS_SHOWN] if outcome else []
    return render(request, "airduty/roster_import.html", context, status=status)


def blank_book():
    return attachment(roster.blank_book().bytes(), _("网络表空白表.xlsx"))


@require_POST
def roster_accounts(request):
    """The list just shown, as a workbook: what the browser sends back is sealed by us, for this person, for an hour."""
    try:
        kept = signing.loads(request.POST.get("sealed", ""), salt=SALT, max_age=AN_HOUR)
    except signing.BadSignature as error:
        raise Http404 from error
    district = district_of(request)
    check_keeper(request.user, district.pk)
    if (kept["by"], kept["district"]) != (request.user.pk, district.pk):
        raise Http404
    book = roster.accounts_book(district, kept["rows"])
    return export_response(
        book, _("账号清单.xlsx"), by=request.user, kind="accounts", filters="", row_count=len(kept["rows"]), district_id=district.pk
    )


@require_GET
def network_export(request):
    """The tree as it is filtered on the page, as the 一长三员网络表."""
    district, today = district_of(request), clock.today()
    check_member(request, district)
    seen = Grid.objects.visible_to(request.user).filter(district=district).active(today)
    grids = board.in_tree_order(narrowed(seen, TreeFilter(request.GET, towns=seen.filter(level=2)), today).select_related("parent"))
    book = roster.network_book(grids, district, viewer=request.user, day=today)
    name = _("一长三员网络表-%(day)s.xlsx") % {"day": f"{today:%Y%m%d}"}
    filters = "&".join(f"{key}={value}" for key, value in request.GET.items() if value)
    return export_response(book, name, by=request.user, kind="network", filters=filters, row_count=len(grids), district_id=district.pk)
