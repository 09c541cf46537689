"""One grid: its page and every change of it."""

import json
from functools import partial

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import clock
from grids import board, forms, services
from grids.models import Grid, Post, StructureChange
from grids.roles import REQUIRED_POSTS, PostRole
from grids.services.history import check_keeper
from grids.services.terms import may_hand_over
from grids.views.frame import address, change_page, edit_page, form_page, given, page_or_form, show_page


def the_grid(request, pk) -> Grid:
    return get_object_or_404(Grid.objects.visible_to(request.user).select_related("parent", "organisation", "district", "merged_into"), pk=pk)


def grid_to_edit(request, pk) -> Grid:
    grid = the_grid(request, pk)
    check_keeper(request.user, grid.district_id)
    return grid


@require_GET
def grid(request, pk):
    shown, today = the_grid(request, pk), clock.today()
    children = Grid.objects.visible_to(request.user).filter(parent=shown).order_by("-valid_to", "code")
    line, *below = board.lines([shown, *children.active(today)], day=today, open_findings=board.open_findings(request.user, shown.district))
    terms = Post.objects.visible_to(request.user).filter(grid=shown).select_related("user", "grid").order_by("-starts_on", "-pk")
    current = [post for posts in line.posts.values() for post in posts]
    context = {
        "grid": shown,
        "line": line,
        "below": below,
        "closed_below": [child for child in children if not child.is_active(today)],
        "vacancies": [] if shown.is_district else [PostRole(role).label for role in REQUIRED_POSTS if not line.posts.get(role)],
        "posts": [{"post": post, "may_hand_over": may_hand_over(request.user, post)} for post in current],
        "past": [post for post in terms if post not in current][:50],
        "changes": StructureChange.objects.filter(grid=shown).select_related("by")[:50],
        "ancestors": Grid.objects.visible_to(request.user).filter(pk__in=[int(key) for key in shown.path.split("/") if key][:-1]).order_by("path"),
        "is_active": shown.is_active(today),
        "roles": [PostRole(role).label for role in REQUIRED_POSTS],
    }
    return show_page(request, "grids/grid.html", shown.district, **context)


@page_or_form
def grid_new(request, pk):
    parent = grid_to_edit(request, pk)
    form = given(request, forms.GridForm, district=parent.district, initial={"organisation": parent.organisation_id})
    save = partial(services.create_grid, parent=parent, by=request.user)
    return form_page(
        request,
        form,
        save=lambda **values: redirect(address(save(**values))),
        title=_("在“%(name)s”下新增网格") % {"name": parent},
        back=address(parent),
    )


@page_or_form
def grid_edit(request, pk):
    grid = grid_to_edit(request, pk)
    initial = {"name": grid.name, "code": grid.code, "organisation": grid.organisation_id, "extent": grid.extent}
    form = given(request, forms.GridForm, district=grid.district, initial=initial)
    return edit_page(request, grid, form, rename=services.rename_grid, edit=services.edit_grid)


@page_or_form
def grid_move(request, pk):
    grid = grid_to_edit(request, pk)
    form = given(request, forms.MoveForm, district=grid.district, initial={"on": clock.today()})
    lead = _("下级网格一起移动；已登记的问题随网格走，权限从保存时起按新的上级计算。")
    return change_page(request, grid, form, services.move_grid, title=_("调整“%(name)s”的上级"), lead=lead)


@page_or_form
def grid_merge(request, pk):
    grid = grid_to_edit(request, pk)
    form = given(request, forms.MergeGridForm, source=grid, initial={"on": clock.today()})
    lead = _("“%(name)s”停用并留在历史中，下级网格和已登记的问题转到并入的网格。此操作不能撤销。")
    return change_page(request, grid, form, services.merge_grids, title=_("合并网格“%(name)s”"), lead=lead, button=_("合并"), tone="late")


@page_or_form
def grid_split(request, pk):
    grid = grid_to_edit(request, pk)
    form = given(request, forms.SplitForm, initial={"on": clock.today()})
    lead = _("“%(name)s”停用并留在历史中；下级网格和未办结的问题按位置转到新网格，没有边界的转到第一个。此操作不能撤销。")
    return change_page(request, grid, form, services.split_grid, title=_("拆分网格“%(name)s”"), lead=lead, button=_("拆分"), tone="late")


@page_or_form
def grid_close(request, pk):
    grid = grid_to_edit(request, pk)
    form = given(request, forms.CloseForm, initial={"on": clock.today()})
    lead = _("没有承接网格时才撤销；有承接网格请用“合并”。在任岗位到停用日前一天结束。")
    return change_page(request, grid, form, services.close_grid, title=_("撤销网格“%(name)s”"), lead=lead, button=_("撤销"), tone="late")


@page_or_form
def grid_polygon(request, pk):
    grid = grid_to_edit(request, pk)
    text = json.dumps(grid.polygon, ensure_ascii=False) if grid.polygon else ""
    form = given(request, forms.PolygonForm, initial={"text": text})
    lead = _("坐标为 WGS-84（手机和 GPS 的坐标）。改动只影响今后登记的问题。两项都空表示取消边界。")
    return change_page(request, grid, form, services.set_polygon, title=_("“%(name)s”的边界"), lead=lead)


@page_or_form
def appoint(request, pk):
    grid = grid_to_edit(request, pk)
    form = given(request, forms.TermForm, district=grid.district, initial={"starts_on": clock.today(), "role": request.GET.get("role", "")})
    save = partial(services.appoint, grid=grid, by=request.user)
    links = [{"label": _("名单里没有此人：新建人员"), "url": reverse("grids:grid-person", args=[grid.pk])}]
    return form_page(request, form, save=save, title=_("任命“%(name)s”的网格人员") % {"name": grid}, back=address(grid), links=links)
