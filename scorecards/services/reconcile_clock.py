"""What reconciling does by the clock: sheets are opened, the silent are reminded. Scans that may run twice or late."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

import worktime.services
from audit.services import record, record_many
from common import clock
from common.apart import Apart
from common.errors import NotYourRole
from grids import people, scope
from grids.models import Grid, Organisation
from grids.roles import OFFICE
from notices import services as notices
from notices.models import Notice
from scorecards.models import Reconciliation, ReconcilingRule, Scorecard
from scorecards.models.reconciling import ANSWERERS
from scorecards.services import reconcile_rows, settling
from scorecards.words import SheetKind, SheetState
from worktime.models import Unit

MORNING = dt.time(9)
REMINDED_FOR = dt.timedelta(days=3)
"""How long after the date a late scan still tells that it has passed."""
BY_HAND = ("inbox", "email")


@dataclass(frozen=True)
class Period:
    kind: SheetKind
    key: str
    starts: dt.datetime
    ends: dt.datetime
    due_at: dt.datetime


# --- opening ------------------------------------------------------------------------------------------------------------------------
def rule_of(district_id: int) -> ReconcilingRule:
    return ReconcilingRule.objects.filter(district_id=district_id).first() or ReconcilingRule(district_id=district_id)


def open_due(now: dt.datetime, *, districts=None) -> list[Reconciliation]:
    """Open what is to be opened by now and is not yet: of each district its week and its month."""
    with Apart("scorecards.open_reconciliations") as each:
        found = each(Grid.objects.districts().order_by("pk") if districts is None else districts, lambda district: _open(district, now))
    return [sheet for opened in found for sheet in opened]


def _open(district: Grid, now: dt.datetime) -> list[Reconciliation]:
    return [sheet for period in periods(district, now) for sheet in open_period(period, district=district, now=now)]


def periods(district: Grid, now: dt.datetime) -> list[Period]:
    rule = rule_of(district.pk)
    found = [weekly(rule, now) if rule.is_weekly else None, monthly(rule, now)]
    return [each for each in found if each is not None]


def weekly(rule: ReconcilingRule, now: dt.datetime) -> Period | None:
    """The seven days that ended at the last opening, while they are not due yet: a scan that comes later leaves the week out."""
    today = clock.beijing(now).date()
    day = today - dt.timedelta(days=(today.weekday() - rule.weekday) % 7)
    if clock.at(day, rule.opens_at) > now:
        day -= dt.timedelta(days=7)
    due_on = day + dt.timedelta(days=(rule.due_weekday - day.weekday()) % 7)
    if not worktime.services.is_workday(due_on):
        due_on = worktime.services.next_working_day(due_on)
    ends, due_at = clock.at(day, rule.opens_at), clock.at(due_on, rule.due_at)
    year, week, _day = day.isocalendar()
    return Period(SheetKind.WEEKLY, f"{year}-W{week:02}", ends - dt.timedelta(days=7), ends, due_at) if now < due_at else None


def monthly(rule: ReconcilingRule, now: dt.datetime) -> Period | None:
    """Last month's, once its cards stand and until the day it is to be settled."""
    today = clock.beijing(now).date()
    month = clock.previous_month(today)
    if now < clock.at(today.replace(day=1), MORNING) or today >= settling.settling_on(rule.district_id, month):
        return None
    built = Scorecard.objects.filter(district_id=rule.district_id, month=month).exists()
    if not built or settling.is_settled(rule.district_id, month):
        return None
    due_at = worktime.services.deadline(now, rule.monthly_days, Unit.WORKING_DAYS).due_at
    return Period(SheetKind.MONTHLY, month, *clock.month_bounds(month), due_at)


@transaction.atomic
def open_period(period: Period, *, district: Grid, now: dt.datetime) -> list[Reconciliation]:
    """A sheet for each unit that has a row. Nothing when the period has been opened before."""
    settling.hold(district.pk)
    if Reconciliation.objects.filter(district=district, kind=period.kind, period=period.key).exists():
        return []
    found = reconcile_rows.counts(district.pk, period.starts, period.ends)
    units = Organisation.objects.filter(district=district, kind__in=reconcile_rows.UNITS, pk__in=found, merged_into=None)
    dates = {"starts": period.starts, "ends": period.ends, "opened_at": now, "due_at": period.due_at}
    sheets = [
        Reconciliation(
            district=district,
            organisation=unit,
            kind=period.kind,
            period=period.key,
            open_count=found[unit.pk][0],
            closed_count=found[unit.pk][1],
            **dates,
        )
        for unit in units.active(clock.beijing(now).date()).order_by("position", "pk")
    ]
    Reconciliation.objects.bulk_create(sheets)
    for sheet in sheets:
        _tell(sheet, "opened", title=lambda sheet=sheet: _("%(period)s对账单已开，请核对") % {"period": sheet.period_label})
    record_many("reconciliation.open", [(sheet, {"period": period.key}) for sheet in sheets], by=None, district_id=district.pk)
    return sheets


# --- reminding ----------------------------------------------------------------------------------------------------------------------
def remind_silent(now: dt.datetime) -> int:
    """Tell units that have not answered: the day before the date, and when it has passed. Each once a sheet."""
    silent = Reconciliation.objects.filter(state=SheetState.SILENT, due_at__gt=now - REMINDED_FOR).select_related("organisation")
    due = [(sheet, stage) for sheet in silent.order_by("pk") if (stage := stage_of(sheet, now))]
    told = _told([sheet for sheet, _stage in due])
    fresh = [(sheet, stage) for sheet, stage in due if (str(sheet.pk), f"reconciling.{stage}") not in told]
    with Apart("scorecards.remind_reconciliations") as each:
        return sum(each(fresh, lambda one: _remind(*one)))


def stage_of(sheet: Reconciliation, now: dt.datetime) -> str:
    """``before`` from the morning of the day before on, unless the sheet was opened after it; ``overdue``."""
    if now > sheet.due_at:
        return "overdue"
    morning = clock.at(clock.beijing(sheet.due_at).date() - dt.timedelta(days=1), MORNING)
    return "before" if sheet.opened_at < morning <= now else ""


def _told(sheets: list[Reconciliation]) -> set[tuple[str, str]]:
    about = Notice.objects.filter(subject_type=Reconciliation._meta.label, subject_id__in=[str(sheet.pk) for sheet in sheets])
    return set(about.values_list("subject_id", "kind"))


def _remind(sheet: Reconciliation, stage: str) -> bool:
    if stage == "overdue":
        return bool(_tell(sheet, stage, title=lambda: _("%(period)s对账已逾期，请尽快核对") % {"period": sheet.period_label}))
    return bool(_tell(sheet, stage, title=lambda: _("%(period)s对账明天截止") % {"period": sheet.period_label}))


@transaction.atomic
def remind_now(district: Grid, *, kind: str, period: str, by) -> int:
    """The office reminds every silent unit of a period by hand, at most once a day; how many units were told."""
    if not scope.rights(by).in_district(district.pk, OFFICE):
        raise NotYourRole(_("提醒由攻坚办发出。"))
    silent = Reconciliation.objects.filter(district=district, kind=kind, period=period, state=SheetState.SILENT).select_related("organisation")
    told = [
        sheet
        for sheet in silent.order_by("pk")
        if _tell(
            sheet,
            "by_hand",
            title=lambda sheet=sheet: _("攻坚办提醒：请核对%(period)s对账单") % {"period": sheet.period_label},
            once=f"{clock.today()}",
        )
    ]
    if told:
        record_many("reconciliation.remind", [(sheet, {}) for sheet in told], by=by, district_id=district.pk)
    return len(told)


def _tell(sheet: Reconciliation, stage: str, *, title, once: str = "") -> int:
    facts = {"open": sheet.open_count, "closed": sheet.closed_count, "due": f"{clock.beijing(sheet.due_at):%Y-%m-%d} {clock.hour(sheet.due_at)}"}
    return notices.queue(
        to=people.members_of(sheet.organisation, ANSWERERS),
        title=title,
        body=lambda: _("在办 %(open)s 件，本期办结 %(closed)s 件，%(due)s 前核对；没有出入，按一次“一键无异议”即可。") % facts,
        url=sheet.get_absolute_url(),
        dedup_key=f"reconcile-{stage}:{sheet.pk}" + (f":{once}" if once else ""),
        kind=f"reconciling.{stage}",
        subject=sheet,
        channels=BY_HAND,
        district_id=sheet.district_id,
    )


def still_wanted(notice) -> bool:
    """Asked by the outbox right before sending (``NOTICE_STILL_WANTED``): who has answered is not nagged. Other letters are always wanted."""
    if notice.subject_type != Reconciliation._meta.label:
        return True
    return Reconciliation.objects.filter(pk=notice.subject_id, state=SheetState.SILENT).exists()


# --- the district's days ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_rule(district: Grid, *, by, **values) -> ReconcilingRule:
    if not scope.rights(by).in_district(district.pk, OFFICE):
        raise NotYourRole(_("对账日由攻坚办设定。"))
    rule, _created = ReconcilingRule.objects.update_or_create(district=district, defaults=values)
    plain = {name: str(value) for name, value in values.items()}
    record("reconciling_rule.edit", rule, by=by, district_id=district.pk, payload=plain)
    return rule
