"""What the office keeps about watching: rules and their figures, settings, dust spells, the wind of an hour."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from airquality.models import AnomalyRule, DustSpell, Station, StationPlan, WatchSettings, WeatherHour
from airquality.services.locks import hold_district
from airquality.watch.figures import at_first, checked, defaults, watched
from airquality.watch.words import RuleCode, WindSource
from audit.services import record
from common import clock
from common.errors import Conflict, insist
from common.seen import held_as_seen
from grids import scope
from grids.models import Grid
from grids.roles import OFFICE

LONGEST_AGO = dt.timedelta(hours=24)
SETTINGS_COLUMNS = ("repeat_hours", "late_hours", "wait_minutes", "includes_micro", "regional_share", "regional_stations")


def load(district: Grid) -> None:
    """Rules and settings of a new district (``DISTRICT_DEFAULTS``); what is there stays."""
    rows = [AnomalyRule(district=district, code=code, figures=defaults(code), pollutants=at_first(code)) for code in RuleCode.values]
    AnomalyRule.objects.bulk_create(rows, ignore_conflicts=True)
    WatchSettings.objects.get_or_create(district=district)


def settings_of(district: Grid) -> WatchSettings:
    return WatchSettings.objects.filter(district=district).first() or WatchSettings(district=district)


@transaction.atomic
def load_rules(district: Grid, *, by) -> None:
    """For a district that was there before the rules were."""
    insist_rules(by, district.pk)
    load(district)
    record("anomaly_rule.load", district, by=by, district_id=district.pk)


# --- rights -----------------------------------------------------------------------------------------------------------------------------
def may_keep_rules(user, district_id: int) -> bool:
    return scope.may_change_settings(user, district_id)


def insist_rules(user, district_id: int) -> None:
    insist(user is None or may_keep_rules(user, district_id), _("站点异常规则由攻坚办主任或系统管理员维护。"))


def is_office(user, district_id: int) -> bool:
    return scope.rights(user).in_district(district_id, OFFICE)


def is_of_squad(user, station: Station) -> bool:
    """Whether the person serves in the station's squad today."""
    squad = StationPlan.objects.filter(station=station).values_list("squad_id", flat=True).first()
    return squad is not None and any(seat.organisation_id == squad for seat in scope.rights(user).seats)


def may_work_at(user, station: Station) -> bool:
    """The office and the station's squad: roster, visits, wind."""
    return user is None or is_office(user, station.district_id) or is_of_squad(user, station)


def insist_at(user, station: Station) -> None:
    insist(may_work_at(user, station), _("由攻坚办和本站点的专班办理。"))


def insist_office(user, district_id: int) -> None:
    insist(user is None or is_office(user, district_id), _("由攻坚办办理。"))


# --- rules ------------------------------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_rule(rule: AnomalyRule, *, figures: dict, pollutants: list[str], is_active: bool, by, seen: int) -> AnomalyRule:
    """The next look goes by it; what was found stays. ``seen``: the version the person had open."""
    insist_rules(by, rule.district_id)
    rule = AnomalyRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if rule.version != seen:
        raise Conflict(_("内容刚被别人修改，请核对后再保存。"), code="stale", version=rule.version)
    before = {"figures": rule.figures, "pollutants": rule.pollutants, "is_active": rule.is_active}
    rule.figures, rule.is_active = checked(rule.code, figures), is_active
    rule.pollutants = [name for name in watched(rule.code) if name in pollutants]
    if not rule.pollutants:
        raise ValidationError({"pollutants": _("请至少选一项；不需要这条规则时请停用。")})
    rule.version += 1
    rule.save()
    after = {"figures": rule.figures, "pollutants": rule.pollutants, "is_active": rule.is_active}
    record("anomaly_rule.edit", rule, by=by, district_id=rule.district_id, payload={"code": rule.code, "before": before, "after": after})
    return rule


@transaction.atomic
def save_settings(kept: WatchSettings, *, by, stood: dict | None = None) -> WatchSettings:
    """``stood``: as in ``held_as_seen``."""
    insist_rules(by, kept.district_id)
    if kept.pk is None:  # a district that was there before the rules were
        load(kept.district)
        kept.pk = WatchSettings.objects.values_list("pk", flat=True).get(district=kept.district_id)
        kept._state.adding = False
    before = held_as_seen(WatchSettings.objects.filter(pk=kept.pk), stood)
    kept.full_clean()
    kept.save(update_fields=list(SETTINGS_COLUMNS))
    changes = {name: [getattr(before, name, None), getattr(kept, name)] for name in SETTINGS_COLUMNS}
    record(
        "watch_settings.edit", kept, by=by, district_id=kept.district_id, payload={name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    )
    return kept


# --- dust -------------------------------------------------------------------------------------------------------------------------------
def spell_of(district_id: int) -> DustSpell | None:
    """The one that runs."""
    return DustSpell.objects.filter(district=district_id, ends_at=None).select_related("by").first()


@transaction.atomic
def begin_spell(district: Grid, *, note: str, by, starts_at: dt.datetime | None = None) -> DustSpell:
    """From now on, or since when it began to blow, particles raise no alarm. Pressed twice it is one spell."""
    insist_office(by, district.pk)
    starts_at = starts_at or clock.now()
    if not clock.now() - LONGEST_AGO <= starts_at <= clock.now():
        raise ValidationError({"starts_at": _("开始时间应在最近 24 小时以内，不晚于现在。")})
    if not note.strip():
        raise ValidationError({"note": _("请写明依据，例如气象台沙尘预警的文号。")})
    hold_district(district.pk)
    running = spell_of(district.pk)
    if running is not None:
        return running
    made = DustSpell.objects.create(district=district, starts_at=starts_at, note=note.strip()[:200], by=by)
    record("dust_spell.begin", made, by=by, district_id=district.pk, payload={"note": made.note})
    return made


@transaction.atomic
def end_spell(district: Grid, *, by) -> None:
    insist_office(by, district.pk)
    hold_district(district.pk)
    running = spell_of(district.pk)
    if running is None:
        return
    running.ends_at = clock.now()
    running.save(update_fields=["ends_at"])
    record("dust_spell.end", running, by=by, district_id=district.pk)


# --- wind -------------------------------------------------------------------------------------------------------------------------------
def wind_at(district_id: int, hour: dt.datetime) -> WeatherHour | None:
    return WeatherHour.objects.filter(district=district_id, hour=hour).first()


@transaction.atomic
def set_wind(station: Station, hour: dt.datetime, *, direction: int | None, speed: Decimal, by) -> WeatherHour:
    """Typed by somebody who knows it. The same again changes nothing."""
    insist_at(by, station)
    hold_district(station.district_id)
    kept = wind_at(station.district_id, hour)
    if kept and (kept.wind_direction, kept.wind_speed) == (direction, speed):
        return kept
    place: dict[str, Any] = {"district": station.district, "hour": hour}
    said = {"wind_direction": direction, "wind_speed": speed, "source": WindSource.TYPED, "by": by, "at": clock.now()}
    WeatherHour(**place, **said).full_clean(exclude=["by"], validate_unique=False, validate_constraints=False)
    typed, _is_new = WeatherHour.objects.update_or_create(**place, defaults=said)
    payload = {"hour": hour, "direction": direction, "speed": str(speed)}
    record("weather_hour.type", typed, by=by, district_id=station.district_id, payload=payload)
    return typed
