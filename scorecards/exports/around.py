"""What stands around the marks: 账本, 奖惩资金, 申诉与更正."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scorecards.account_board import LABELS
from scorecards.exports.month import CHUNK, Month, Part
from scorecards.models import FIGURES, Account, Adjustment, Appeal, MoneyLine
from scorecards.words import SignState
from sheets.writing import Col


# --- accounts -----------------------------------------------------------------------------------------------------------------------
def account_columns() -> list[Col]:
    figures = [Col(str(LABELS[name]), 9, "int") for name in FIGURES]
    return [Col(_("类别"), 10), Col(_("网格编码"), 16), Col(_("单位或网格"), 20), *figures]


def account_rows(month: Month):
    for account in _accounts(month).select_related("organisation", "grid").iterator(chunk_size=CHUNK):
        unit, grid = account.organisation, account.grid
        kind = str(unit.get_kind_display()) if unit else _("网格")
        yield (kind, grid.code if grid else "", str(account.holder), *(getattr(account, name) for name in FIGURES))


def _accounts(month: Month):
    """Those of units first, then those of grids."""
    found = Account.objects.visible_to(month.by).of_month(month.first.district_id, month.month)
    return found.order_by("grid__path", "organisation__position", "organisation_id")


def account_note(month: Month) -> str:
    return _("期初 + 新增 + 反弹 + 转入 − 转出 − 作废 − 办结 = 期末，期末即下月期初；反弹不计入新增。")


# --- money --------------------------------------------------------------------------------------------------------------------------
def money_columns() -> list[Col]:
    return [
        Col(_("单位"), 18),
        Col(_("规则"), 44),
        Col(_("金额（元）"), 12, "int"),
        Col(_("名次"), 6, "int"),
        Col(_("参评单位数"), 8, "int"),
        Col(_("得分率（%）"), 10, "hundredths"),
        Col(_("采纳"), 8, "bool"),
        Col(_("不采纳理由"), 26),
        Col(_("状态"), 10),
        Col(_("文号"), 18),
    ]


def money_rows(month: Month):
    for line in _money(month).select_related("organisation", "rule", "table").iterator(chunk_size=CHUNK):
        known, table = line.figures, line.table
        about = (str(line.organisation), line.rule.sentence, line.amount, known.get("rank"), known.get("of"), known.get("share"))
        yield (*about, not line.is_dropped, line.reason, str(table.get_state_display()), table.paper_number)


def _money(month: Month):
    return MoneyLine.objects.visible_to(month.by).filter(table__district=month.first.district_id, table__month=month.month)


def money_note(month: Month) -> str:
    return _("正数为奖、负数为扣；未签批的为建议，以签批文件为准。")


# --- appeals and signed entries -----------------------------------------------------------------------------------------------------
def argued_columns() -> list[Col]:
    return [
        Col(_("事项"), 16),
        Col(_("单位"), 18),
        Col(_("指标"), 20),
        Col(_("问题编号"), 14),
        Col(_("原分值"), 8, "hundredths"),
        Col(_("核减或更正分值"), 10, "hundredths"),
        Col(_("状态"), 10),
        Col(_("理由"), 36),
        Col(_("意见"), 36),
        Col(_("提出时间"), 16, "datetime"),
        Col(_("裁定、签批时间"), 16, "datetime"),
        Col(_("更正的月份"), 10),
        Col(_("文号"), 16),
    ]


def argued_rows(month: Month) -> Iterator[tuple]:
    for appeal in _appeals(month).select_related("scorecard__organisation", "finding").order_by("filed_at", "pk").iterator(chunk_size=CHUNK):
        yield _appeal_row(appeal)
    for entry in _entries(month).select_related("organisation").order_by("organisation__position", "pk").iterator(chunk_size=CHUNK):
        yield _entry_row(entry)


def _appeals(month: Month):
    return Appeal.objects.visible_to(month.by).filter(scorecard__in=month.cards)


def _entries(month: Month):
    """Entries that count in this month, and drafts of whoever may read them."""
    found = Adjustment.objects.visible_to(month.by).filter(district=month.first.district_id, month=month.month)
    return found.exclude(state=SignState.DROPPED)


def _appeal_row(appeal: Appeal) -> tuple:
    number = (appeal.finding.number or "") if appeal.finding_id else ""
    label = str(appeal.definition.label) if appeal.definition else appeal.indicator
    head = (_("申诉"), str(appeal.scorecard.organisation), label, number, appeal.amount, appeal.granted or None)
    return (*head, str(appeal.get_state_display()), appeal.grounds, appeal.decision, appeal.filed_at, appeal.decided_at, "", "")


def _entry_row(entry: Adjustment) -> tuple:
    label = str(entry.of_definition.label) if entry.of_definition else ""
    head = (str(entry.get_kind_display()), str(entry.organisation), label, "", None, entry.amount)
    told = (str(entry.get_state_display()), entry.reason, entry.note, entry.proposed_at, entry.signed_at)
    return (*head, *told, entry.of_month_label, entry.paper_number)


ACCOUNTS = Part(
    "accounts",
    gettext_lazy("账本"),
    gettext_lazy("每个单位、网格的期初、新增、反弹、转入、转出、作废、办结、期末。"),
    account_columns,
    account_rows,
    lambda month: _accounts(month).count(),
    heading=gettext_lazy("%(month)s账本"),
    note=account_note,
)
MONEY = Part(
    "money",
    gettext_lazy("奖惩资金"),
    gettext_lazy("按规则测算的奖励和扣减，以及是否采纳、签批。"),
    money_columns,
    money_rows,
    lambda month: _money(month).count(),
    heading=gettext_lazy("%(month)s奖惩资金"),
    note=money_note,
)
ARGUED = Part(
    "appeals",
    gettext_lazy("申诉与更正"),
    gettext_lazy("对本月分值的申诉及裁定，以及计入本月的签批分录。"),
    argued_columns,
    argued_rows,
    lambda month: _appeals(month).count() + _entries(month).count(),
    heading=gettext_lazy("%(month)s申诉与更正"),
)
