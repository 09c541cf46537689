"""建账: the month's accounts, and each as a book."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common.errors import NotYourRole
from grids.models import Grid
from scorecards import access, account_book, account_sheets
from scorecards import account_board as board
from scorecards.forms_accounts import TownForm
from scorecards.models import Account
from scorecards.services.settling import is_settled
from scorecards.views.ranking import chosen_month, month_switch

PAGE_SIZE = 50


@require_GET
def accounts(request, month=""):
    """Units first; ``?tab=grids`` the grids, page by page."""
    district = access.district_of(request)
    months = board.months(district)
    month = chosen_month(request, month, months)
    of_grids = request.GET.get("tab") == "grids"
    context = month_switch(month, months) | {
        "any": bool(months),
        "tabs": [{"label": _("单位账"), "url": "?", "active": not of_grids}, {"label": _("网格账"), "url": "?tab=grids", "active": of_grids}],
        "tab": "grids" if of_grids else "",
        "labels": [{"label": board.LABELS[name], "sign": board.SIGNS[name]} for name in board.LABELS],
        "reads_all": access.reads_all(request.user, district.pk),
        "is_settled": is_settled(district.pk, month),
    }
    context |= grids_context(request, district, month) if of_grids else units_context(request, district, month)
    return render(request, "scorecards/accounts.html", context)


def units_context(request, district, month: str) -> dict:
    found = board.groups(request.user, district, month)
    for group in found:
        group.rows = [{"account": each, "name": each.organisation, "cells": row_cells(each)} for each in group.accounts]
        group.sums = board.cells(group.total)
    return {"groups": found, "sums": board.cells(board.together([group.total for group in found]))}


def grids_context(request, district, month: str) -> dict:
    form = TownForm(request.GET, towns=towns_of(request.user, district))
    under = form.chosen
    found = board.grids(request.user, district, month, under=under.path if under else "")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"account": each, "name": each.grid, "above": each.grid.parent, "cells": row_cells(each)} for each in page.object_list]
    sums, whole = board.cells(found.order_by().totals()), board.cells(board.totals(district, month)[board.GRIDS])
    return {"rows": rows, "page": page, "towns": form, "town": under, "sums": sums, "whole": whole}


def row_cells(account: Account) -> list[dict]:
    return board.cells(account.figures, account.get_absolute_url())


def towns_of(user, district):
    return Grid.objects.visible_to(user).filter(district=district, level=2).order_by("path")


@require_GET
def sheet(request, month, form):
    district = access.district_of(request)
    if month not in board.months(district) or form not in account_sheets.FORMS:
        raise Http404
    return account_sheets.of_month(request.user, district, month, form=form)


# --- one account --------------------------------------------------------------------------------------------------------------------
def account_of(request, month: str, *, organisation=None, grid=None) -> Account:
    """404 for what is not in the district; 403 for another unit's account."""
    theirs = board.of_holder(access.district_of(request), organisation=organisation, grid=grid).filter(month=month)
    if not theirs.exists():
        raise Http404
    account = (Account.objects.visible_to(request.user) & theirs).select_related("organisation", "grid__parent", "district").first()
    if account is None:
        raise NotYourRole(_("各单位只查看自己的账目，乡办另可查看辖区网格的账目；全区合计见账本首页。"))
    return account


@require_GET
def account(request, month, organisation=None, grid=None):
    """Its lines with the balance after each, those of one kind, or the rows open at its beginning or end."""
    found = account_of(request, month, organisation=organisation, grid=grid)
    kind = request.GET.get("kind", "")
    kind = kind if kind in board.LABELS else ""
    every = account_book.open_rows(found, kind) if kind in account_book.OPEN_ROWS else account_book.movements(found, kind=kind)
    seen = every.visible_to(request.user)
    page = Paginator(seen if kind in account_book.OPEN_ROWS else account_book.for_rows(seen), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "account": found,
        "kind": kind,
        "kind_label": board.LABELS.get(kind, ""),
        "page": page,
        "hidden": every.count() - page.paginator.count,
        "cells": board.cells(found.figures),
        "lines": [] if kind in account_book.OPEN_ROWS else list(account_book.with_balance(found, page.object_list)),
        "of_open_rows": kind in account_book.OPEN_ROWS,
        "neighbours": neighbours(found),
        "is_settled": is_settled(found.district_id, month),
    }
    return render(request, "scorecards/account.html", context)


def neighbours(found: Account) -> dict[str, Account | None]:
    """The same holder's accounts of the months around."""
    same = board.of_holder(found.district, organisation=found.organisation_id, grid=found.grid_id).select_related("organisation", "grid")
    return {"earlier": same.filter(month__lt=found.month).last(), "later": same.filter(month__gt=found.month).first()}


@require_GET
def book_sheet(request, month, form, organisation=None, grid=None):
    found = account_of(request, month, organisation=organisation, grid=grid)
    if form not in account_sheets.FORMS:
        raise Http404
    return account_sheets.of_book(found, by=request.user, form=form)
