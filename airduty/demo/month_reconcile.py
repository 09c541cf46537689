"""Units answer their sheets in their own way, week by week; the office decides what they dispute and lays the city's list beside the ledger."""

import datetime as dt
import io
from collections import Counter

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from airduty.demo.persons import attempt, one
from common import clock
from grids import people
from grids.models import Grid
from grids.roles import Role
from inspections.models import Finding
from inspections.words import FROM_ABOVE, ON_LEDGER
from scorecards.models import Dispute, Reconciliation
from scorecards.models.reconciling import ANSWERERS
from scorecards.services import matching, reconcile_clock, reconcile_rows, reconciling
from scorecards.words import DisputeState, SheetState

WAITS, A_DAY = dt.timedelta(hours=5), dt.timedelta(days=1)
SILENT, LATE, DISPUTES = (0,), (1,), (2, 7)
REASONS = (
    ("not_ours", "点位在道路中线以北，按界址图属相邻乡办，请改派。"),
    ("done", "已于本周二整改完毕并反馈，照片见问题记录。"),
    ("wrong_date", "交办单写的是15个工作日，台账按自然日计了，请更正。"),
)
DECISIONS = ((True, "经核对属实，已按说明处理。"), (False, "已调取交办单和界址图核对，台账无误，请按期办理。"))
LIST, HEAD = "市攻坚办交办问题清单", ("序号", "交办编号", "存在问题", "点位", "交办时间", "整改时限", "是否办结", "承办单位")
ONLY_THERE = ("建设路北侧一处裸土未覆盖，约200平方米", "建设路北侧")


def day(district: Grid, now: dt.datetime, *, until: dt.datetime, leave: frozenset = frozenset()) -> None:
    """What happens at a scan of this moment. Units of ``leave`` have not answered the sheets of the last week before ``until``: a visitor may."""
    reconcile_clock.open_due(now)
    reconcile_clock.remind_silent(now)
    silent = Reconciliation.objects.filter(district=district, state=SheetState.SILENT, opened_at__lt=now - WAITS).select_related("organisation")
    for sheet in silent.order_by("pk"):
        if sheet.organisation_id not in leave or sheet.opened_at < until - 7 * A_DAY:
            _answer(sheet, now)
    _decide(district, now, until=until)


def _answer(sheet: Reconciliation, now: dt.datetime) -> None:
    """Each unit has its habits, and a different week now and then."""
    habit = (sheet.organisation_id * 3 + sheet.ends.isocalendar().week) % 10
    who = people.members_of(sheet.organisation, ANSWERERS).first()
    if who is None or habit in SILENT or (habit in LATE and now <= sheet.due_at):
        return
    rows = reconcile_rows.in_order(reconcile_rows.facts(sheet))
    if habit in DISPUTES and rows and not rows[0]["closed"]:
        what, reason = REASONS[sheet.pk % len(REASONS)]
        attempt(reconciling.dispute, sheet, reconcile_rows.key_of(rows[0]), by=who, what=what, reason=reason)
    else:
        attempt(reconciling.confirm, sheet, by=who)


def _decide(district: Grid, now: dt.datetime, *, until: dt.datetime) -> None:
    """The next day; those of the last days wait for the visitor."""
    office = one(district, Role.OFFICE_STAFF)
    waiting = Dispute.objects.filter(reconciliation__district=district, state=DisputeState.OPEN, filed_at__lt=min(now - A_DAY, until - 3 * A_DAY))
    for dispute in waiting.select_related("reconciliation__organisation", "finding").order_by("pk") if office else ():
        accept, decision = DECISIONS[dispute.pk % len(DECISIONS)]
        attempt(reconciling.decide, dispute, by=office, accept=accept, decision=decision)


def show(district: Grid) -> None:
    """A list as the city hands it down: most rows as ours, some with another date or done there, one that we do not have."""
    ours = Finding.objects.filter(district=district, source__in=FROM_ABOVE, is_sealed=False, number__isnull=False)
    office = one(district, Role.OFFICE_STAFF)
    sources = Counter(ours.values_list("source", flat=True)).most_common(1)
    if office and sources:
        attempt(matching.upload, district, _list(list(ours.order_by("-pk")[:30])), name=LIST, source=sources[0][0], by=office)


def _list(findings: list[Finding]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in ((LIST,), (f"截至{clock.today():%Y年%m月%d日}",), HEAD):
        sheet.append(line)
    for row in (1, 2):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(HEAD))
    for n, finding in enumerate(findings, 1):
        sheet.append(_row(n, finding))
    unit = findings[0].district.organisations.filter(kind="township").order_by("position").first()
    today = clock.today()
    sheet.append(
        (
            len(findings) + 1,
            "市攻坚办〔2026〕第917号",
            *ONLY_THERE,
            f"{today:%Y.%m.%d}",
            f"{today + dt.timedelta(days=10):%Y.%m.%d}",
            "整改中",
            str(unit),
        )
    )
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(f"{LIST}.xlsx", out.getvalue())


def _row(n: int, finding: Finding) -> tuple:
    due = finding.superior_due_at or finding.due_at
    on = clock.beijing(due).date() + dt.timedelta(days=5 if n % 4 == 0 and finding.state in ON_LEDGER else 0) if due else None
    unit = finding.tasks.select_related("organisation").first()
    done = "是" if finding.superior_accepted_at or n % 5 == 0 else "整改中"
    ordered = f"{clock.beijing(finding.captured_at):%Y.%m.%d}"
    return (
        n,
        finding.superior_number,
        finding.text,
        finding.address,
        ordered,
        f"{on:%Y年%m月%d日}" if on else "立即",
        done,
        str(unit.organisation) if unit else "",
    )
