"""Settings: the types of problems with their conditions and clocks."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from common.forms import add_refusal
from common.seen import look_again
from grids import scope
from grids.roles import SETTINGS_KEEPERS
from inspections import access
from inspections.forms import ProblemTypeForm
from inspections.models import ProblemType
from inspections.services.types import save_type

REASON = gettext_lazy("问题类型由攻坚办主任或系统管理员维护。")


@require_GET
def types(request):
    """Everybody at work may read what counts as a problem; the keepers see the buttons."""
    rows = ProblemType.objects.visible_to(request.user).select_related("field").order_by("district", "position", "id")
    return render(request, "inspections/types.html", {"types": rows, "may_edit": access.keeps_types(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@look_again
def edit(request, pk):
    return _edit(request, get_object_or_404(ProblemType.objects.visible_to(request.user), pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    access.insist(access.keeps_types(request.user), REASON)
    district = min(scope.rights(request.user).districts_with(SETTINGS_KEEPERS), default=None)
    if district is None:
        raise Http404
    return _edit(request, ProblemType(district_id=district))


def _saved(form, *, by) -> bool:
    try:
        save_type(form.instance, by=by, stood=form.stood)
    except ValidationError as refused:
        add_refusal(form, refused)
    return not form.errors


def _edit(request, problem_type: ProblemType):
    access.insist(scope.may_change_settings(request.user, problem_type.district_id), REASON)
    form = ProblemTypeForm(request.POST or None, instance=problem_type)
    if request.method == "POST" and form.is_valid() and _saved(form, by=request.user):
        messages.success(request, _("已保存“%(name)s”。今后的交办按新规定。") % {"name": form.instance})
        return redirect("inspections:problem-types")
    return render(request, "inspections/type.html", {"form": form, "type": problem_type}, status=400 if form.errors else 200)
