"""Accounts as sheets: 单位账 and 网格账 of a month, and one account's book."""

from django.shortcuts import redirect
from django.utils.translation import gettext as _

from common import clock
from scorecards import account_board as board
from scorecards import account_book as book
from scorecards.models import FIGURES, Account
from scorecards.words import month_words
from sheets import services as sheets
from sheets.services import Result
from sheets.writing import Col, Workbook, csv_bytes

DIRECTLY = 5_000
"""Lines up to which a book is made while the person waits."""
FORMS = ("xlsx", "csv")


# --- a month ------------------------------------------------------------------------------------------------------------------------
def figure_columns() -> list[Col]:
    return [Col(str(board.LABELS[name]), 9, "int") for name in FIGURES]


def unit_rows(user, district, month: str) -> list[tuple]:
    found = []
    for group in board.groups(user, district, month):
        found += [(group.label, str(each.organisation), *each.figures.values()) for each in (*group.accounts, *group.idle)]
        found.append((group.label, _("合计"), *group.total.values()))
    return found


def grid_rows(user, district, month: str) -> list[tuple]:
    found = board.grids(user, district, month)
    return [(str(each.grid.parent or ""), each.grid.code, str(each.grid), *each.figures.values()) for each in found.iterator(chunk_size=2000)]


def of_month(user, district, month: str, *, form: str):
    """The file of what the person may read."""
    units, grids = unit_rows(user, district, month), grid_rows(user, district, month)
    name = _("%(month)s账本") % {"month": month_words(month)}
    facts = {"kind": "scorecards.accounts", "filters": month_words(month), "row_count": len(units) + len(grids), "district_id": district.pk}
    if form == "csv":
        rows = [(kind, "", unit, *rest) for kind, unit, *rest in units] + [(_("网格"), code, grid, *rest) for _above, code, grid, *rest in grids]
        content = csv_bytes([Col(_("类别")), Col(_("网格编码")), Col(_("单位或网格")), *figure_columns()], rows)
        return sheets.export_response(content, f"{name}.csv", by=user, **facts)
    title = _("%(district)s%(month)s账本") % {"district": district, "month": month_words(month)}
    made = Workbook(title)
    made.sheet(_("单位账"), columns=[Col(_("类别"), 12), Col(_("单位"), 18), *figure_columns()], rows=units, as_of=as_of(), note=note())
    made.sheet(
        _("网格账"), columns=[Col(_("上级网格"), 16), Col(_("网格编码"), 14), Col(_("网格"), 18), *figure_columns()], rows=grids, as_of=as_of()
    )
    return sheets.export_response(made, f"{name}.xlsx", by=user, **facts)


def as_of() -> str:
    return _("截至 %(moment)s") % {"moment": f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M}"}


def note() -> str:
    return _(
        "期初 + 新增 + 反弹 + 转入 − 转出 − 作废 − 办结 = 期末，期末即下月期初；反弹不计入新增。单位账按须反馈的整改任务记，网格账按台账上的问题记。"
    )


# --- a book -------------------------------------------------------------------------------------------------------------------------
def book_columns() -> list[Col]:
    return [
        Col(_("日期"), 16, "datetime"),
        Col(_("凭证号"), 18),
        Col(_("问题编号"), 14),
        Col(_("问题类型"), 20),
        Col(_("事项"), 14),
        Col(_("增加"), 7, "int"),
        Col(_("减少"), 7, "int"),
        Col(_("余额"), 7, "int"),
        Col(_("备注"), 12),
    ]


def book_rows(account: Account, seen, *, tick=None):
    for n, line in enumerate(book.with_balance(account, book.for_rows(seen).iterator(chunk_size=2000)), 1):
        entry = line.entry
        about = (entry.at, entry.paper_number, entry.finding.number or "", str(entry.finding.problem_type), entry.get_kind_display())
        yield (*about, line.taken_in, line.given_out, line.balance, remark(line))
        if tick and n % 2000 == 0:
            tick(n)


def remark(line: book.Line) -> str:
    return "、".join(filter(None, (_("红字冲销") if line.is_red else "", _("补记") if line.entry.is_late else "")))


def book_name(account: Account) -> str:
    return _("%(holder)s%(month)s账目") % {"holder": account.holder, "month": account.month_label}


def book_content(account: Account, *, by, form: str, tick=None):
    every = book.movements(account)
    seen = every.visible_to(by)
    rows = book_rows(account, seen, tick=tick)
    if form == "csv":
        return csv_bytes(book_columns(), rows)
    hidden = every.count() - seen.count()
    unseen = _("另有 %(count)s 行涉及您无权查看的问题，未列出。") % {"count": hidden} if hidden else ""
    sums = "    ".join(f"{board.LABELS[name]} {figure}" for name, figure in account.figures.items())
    made = Workbook(book_name(account))
    return made.sheet(_("账目"), columns=book_columns(), rows=rows, as_of=as_of(), note="\n".join(filter(None, (sums, unseen))))


def of_book(account: Account, *, by, form: str):
    """The file at once, or the page of the job that makes it."""
    count = book.movements(account).visible_to(by).count()
    if count > DIRECTLY:
        params = {"account": [account.month, account.organisation_id, account.grid_id], "form": form}
        return redirect(
            "sheets:job", sheets.start("account_book", params=params, by=by, district_id=account.district_id, title=book_name(account)).pk
        )
    facts = {"kind": "scorecards.account_book", "filters": str(account), "row_count": count, "district_id": account.district_id}
    return sheets.export_response(book_content(account, by=by, form=form), f"{book_name(account)}.{form}", by=by, **facts)


def run(job) -> Result:
    """``settings.SHEET_JOBS["account_book"]``"""
    month, unit, grid = job.params["account"]
    by, form = job.requested_by, job.params["form"]
    account = Account.objects.visible_to(by).select_related("organisation", "grid").get(month=month, organisation=unit, grid=grid)
    total = book.movements(account).visible_to(by).count()
    content = book_content(account, by=by, form=form, tick=lambda n: sheets.progress(job, n, total))
    return Result(content, f"{book_name(account)}.{form}", row_count=total, filters=str(account))
