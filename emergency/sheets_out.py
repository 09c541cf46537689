"""One workbook for an episode: its steps, orders with receipts, inspections, and the figures of each day."""

from django.utils.translation import gettext as _

from emergency import figures
from emergency.models import Episode, Inspection, Order, UnitReport
from sheets.writing import Col, Workbook


def workbook(episode: Episode) -> tuple[Workbook, int]:
    orders = _orders(episode)
    book = Workbook(_("%(number)s号应急响应") % {"number": episode.number})
    book.sheet(_("预警事项"), columns=_decision_columns(), rows=_decisions(episode))
    book.sheet(_("指令和签收"), columns=_order_columns(), rows=orders)
    book.sheet(_("检查"), columns=_inspection_columns(), rows=_inspections(episode))
    book.sheet(_("每日数字"), columns=_day_columns(), rows=_days(episode))
    book.sheet(_("单位日报"), columns=_unit_columns(), rows=_units(episode))
    return book, len(orders)


def _decision_columns() -> list[Col]:
    return [
        Col(_("事项"), 10), Col(_("级别"), 12), Col(_("市级通知文号"), 24), Col(_("收到通知时间"), 18, "datetime"), Col(_("录入时间"), 18, "datetime"),
        Col(_("提请人"), 10), Col(_("批准人"), 10), Col(_("批准时间"), 18, "datetime"), Col(_("发布人"), 10), Col(_("发布时间"), 18, "datetime"),
        Col(_("公开文本"), 50),
    ]  # fmt: skip


def _decisions(episode: Episode) -> list[list]:
    rows = episode.decisions.select_related("submitted_by", "approved_by", "published_by")
    return [
        [
            row.get_kind_display(), row.get_level_display(), row.city_notice, row.notified_at, row.entered_at, str(row.submitted_by or ""),
            str(row.approved_by or ""), row.approved_at, str(row.published_by or ""), row.published_at, row.public_text,
        ]
        for row in rows
    ]  # fmt: skip


def _order_columns() -> list[Col]:
    return [
        Col(_("指令编号"), 18), Col(_("对象"), 8), Col(_("接收单位"), 28), Col(_("级别"), 12), Col(_("措施"), 60), Col(_("下达时间"), 18, "datetime"),
        Col(_("签收时限"), 18, "datetime"), Col(_("签收时间"), 18, "datetime"), Col(_("签收人"), 12), Col(_("方式"), 12), Col(_("落实时限"), 18, "datetime"),
        Col(_("落实时间"), 18, "datetime"), Col(_("状态"), 14), Col(_("问题编号"), 16),
    ]  # fmt: skip


def _orders(episode: Episode) -> list[list]:
    found = []
    for order in Order.objects.filter(episode=episode).for_list().order_by("pk"):
        receipt = getattr(order, "receipt", None)
        found.append(
            [
                order.number, order.get_party_display(), order.receiver, _("解除令") if order.is_lift else order.get_level_display(),
                "\n".join(line["text"] for line in order.measures), order.issued_at, order.ack_due_at, order.acknowledged_at,
                receipt.name if receipt else "", receipt.get_way_display() if receipt else "", order.force_due_at, order.in_force_at,
                order.get_state_display(), order.finding.number if order.finding else "",
            ]
        )  # fmt: skip
    return found


def _inspection_columns() -> list[Col]:
    return [Col(_("日期"), 12, "date"), Col(_("企业"), 28), Col(_("检查单位"), 16), Col(_("检查人"), 10), Col(_("检查结果"), 12), Col(_("情况"), 50)]


def _inspections(episode: Episode) -> list[list]:
    rows = Inspection.objects.filter(order__episode=episode).select_related("order__enterprise", "by").order_by("day", "pk")
    return [[row.day, row.order.receiver, row.unit_name, str(row.by), row.get_seen_display(), row.text] for row in rows]


def _day_columns() -> list[Col]:
    return [
        Col(_("日期"), 12, "date"),
        *(Col(str(label), 12, "int") for label in figures.LABELS.values()),
        Col(_("估算日减排（kg）"), 30),
        Col(_("报送"), 18),
    ]


def _days(episode: Episode) -> list[list]:
    """As they went to the city, else as they stand."""
    sent = {report.day: report for report in episode.daily_reports.all()}
    rows = []
    for day in reversed(figures.days_of(episode)):
        found = sent[day].figures if day in sent else figures.of_day(episode, day)
        cuts = _("、").join(f"{label} {kg}" for label, kg in found["cuts"].items())
        rows.append([day, *(found.get(name, 0) for name in figures.LABELS), cuts, _("已报送") if day in sent else _("未报送")])
    return rows


def _unit_columns() -> list[Col]:
    labels = [str(figures.LABELS[name]) for name in UnitReport.NUMBERS]
    return [Col(_("日期"), 12, "date"), Col(_("单位"), 16), *(Col(label, 14, "int") for label in labels), Col(_("情况说明"), 40)]


def _units(episode: Episode) -> list[list]:
    rows = UnitReport.objects.filter(episode=episode).select_related("organisation").order_by("day", "organisation__position")
    return [[row.day, str(row.organisation), *(getattr(row, name) for name in UnitReport.NUMBERS), row.note] for row in rows]
