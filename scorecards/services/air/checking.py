"""Before a month is settled: are its reviewed air data in, and who answers for days that count with a real-time value."""

import datetime as dt
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from airquality.models import Station
from airquality.services import daily
from audit import canonical
from audit.services import record
from common import clock
from common.errors import NotYourRole
from grids import scope
from grids.models import Grid
from grids.roles import Role
from scorecards.indicators import Month
from scorecards.models import AirConfirmation, AirDay, Scorecard, ScoreLine
from scorecards.models.air import ITEMS
from scorecards.services.air import papers
from scorecards.services.air.papers import Paper
from scorecards.services.settling import check_open, hold, rule_of
from scorecards.words import month_words

CONFIRMERS = frozenset({Role.OFFICE_DIRECTOR})


@dataclass(frozen=True)
class OfStation:
    """How far a station's month is in. ``waiting``: days with a real-time value and no reviewed one."""

    station: Station
    unit: str
    reviewed: int
    waiting: int
    excluded: int
    missing: int


@dataclass(frozen=True)
class State:
    """``is_asked_for``: a card of the month has a line of air."""

    is_asked_for: bool
    stations: list[OfStation] = field(default_factory=list)
    waiting: list[AirDay] = field(default_factory=list, repr=False)
    confirmation: AirConfirmation | None = None
    may_be_provisional: bool = True

    @property
    def is_confirmed(self) -> bool:
        """And for just these values."""
        return self.confirmation is not None and self.confirmation.digest == digest(self.waiting)

    @property
    def is_met(self) -> bool | None:
        if not self.is_asked_for or not self.stations:
            return None
        return not self.waiting or (self.may_be_provisional and self.is_confirmed)


def state(district: Grid, month: str) -> State:
    """As ``airquality`` has it now, whatever the cards were built from: proposing builds them anew."""
    cards = Scorecard.objects.filter(district=district, month=month, organisation__isnull=False).select_related("organisation", "scheme")
    of_air = ScoreLine.objects.filter(scorecard__in=cards, air__isnull=False)
    if not of_air.exists():
        return State(False)
    units = {card.organisation_id: card.scheme.kind for card in cards}
    names = {card.organisation_id: str(card.organisation) for card in cards}
    found = papers.as_they_stand(Month(month, district.pk, units), district=district, every_status=True)
    confirmation = AirConfirmation.objects.filter(district=district, month=month).select_related("by").first()
    waiting = [day for paper in found for day in paper.days if day.is_provisional and not day.is_before]
    return State(True, _stations(found, names), waiting, confirmation, rule_of(district.pk).lets_in_real_time)


def _stations(found: list[Paper], names: dict[int, str]) -> list[OfStation]:
    known = Station.objects.in_bulk([station.pk for paper in found for station in paper.stations_of_month])
    return [_of_station(known[station.pk], names[paper.sheet.organisation_id], paper) for paper in found for station in paper.stations_of_month]


def _of_station(station: Station, unit: str, paper: Paper) -> OfStation:
    days = [day for day in paper.days if day.station_id == station.pk and not day.is_before]
    first, last = papers.bounds(paper.sheet.month)
    expected = sum(station.is_used_on(first + dt.timedelta(days=n)) for n in range((last - first).days + 1))
    waiting = sum(day.is_provisional for day in days)
    excluded = sum(bool(day.excluded_reason) for day in days)
    return OfStation(station, unit, len(days) - waiting, waiting, excluded, expected - len(days))


def digest(days: list[AirDay]) -> str:
    rows = sorted([day.station_id, day.day.isoformat(), *(str(getattr(day, name)) for name in ITEMS)] for day in days)
    return canonical.digest(canonical.dumps(rows))


# --- in words -----------------------------------------------------------------------------------------------------------------------
def words(found: State) -> str:
    """For the checklist."""
    facts = {"stations": len(found.stations), "days": sum(each.reviewed for each in found.stations), "waiting": len(found.waiting)}
    if not found.is_asked_for:
        return _("本月计分卡没有空气质量指标")
    if not found.stations:
        return _("没有计入评价的站点，空气质量分值按比例分摊到其余各项")
    if not found.waiting:
        return _("本月 %(stations)d 个站点 %(days)d 个站日，全部为审核值") % facts
    if not found.may_be_provisional:
        return _("还有 %(waiting)d 个站日没有审核值；规则只允许审核值，请导入后再结账") % facts
    if found.is_confirmed and found.confirmation:
        return _("%(waiting)d 个站日以实时值计入，已由%(by)s确认") % {"waiting": facts["waiting"], "by": found.confirmation.by}
    if found.confirmation:
        return _("确认之后数据又有变化，现有 %(waiting)d 个站日没有审核值，请重新确认或导入审核值") % facts
    return _("还有 %(waiting)d 个站日没有审核值，请导入，或由攻坚办主任确认以实时值计入") % facts


# --- confirming ---------------------------------------------------------------------------------------------------------------------
def may_confirm(user, district_id: int) -> bool:
    return scope.rights(user).in_district(district_id, CONFIRMERS)


def insist_confirm(user, district_id: int) -> None:
    if not may_confirm(user, district_id):
        raise NotYourRole(_("以实时值计入由攻坚办主任确认。"))


@transaction.atomic
def confirm(district: Grid, month: str, *, by, note: str, seen: str) -> AirConfirmation:
    """Real-time values count this month. ``seen``: digest of the days on the page; the same confirmation twice is one."""
    insist_confirm(by, district.pk)
    hold(district.pk)
    check_open(district.pk, month)
    daily.work_out_due(district=district)
    found = state(district, month)
    _insist(found, month, note=note, seen=seen)
    if found.is_confirmed and found.confirmation and found.confirmation.by_id == by.pk and found.confirmation.note == note.strip():
        return found.confirmation
    made = found.confirmation or AirConfirmation(district=district, month=month)
    made.by, made.at, made.note = by, clock.now(), note.strip()
    made.days, made.digest = len(found.waiting), digest(found.waiting)
    made.full_clean()
    made.save()
    record("air_confirmation.confirm", made, by=by, district_id=district.pk, payload={"month": month, "days": made.days, "note": made.note})
    return made


def _insist(found: State, month: str, *, note: str, seen: str) -> None:
    if not note.strip():
        raise ValidationError({"note": _("请写明为什么没有审核值、实时值可否采用。")}, code="note")
    if not found.waiting:
        raise ValidationError(_("%(month)s没有需要确认的实时值。") % {"month": month_words(month)}, code="nothing")
    if not found.may_be_provisional:
        raise ValidationError(_("结账规则只允许审核值，不能以实时值计入。"), code="reviewed_only")
    if seen != digest(found.waiting):
        raise ValidationError(_("您打开页面后数据有变化，请看过新的数字再确认。"), code="changed")
