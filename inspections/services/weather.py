"""Which state of the air the rules go by: a warning of the office from a moment until a moment; none running means ordinary days."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.services import record
from common import clock
from common.errors import NotYourRole
from grids import scope
from grids.models import Grid
from grids.roles import OFFICE
from inspections.models import WeatherState
from inspections.words import Weather

ORDER: list[str] = list(Weather.values)


def at(district_id: int, moment: dt.datetime) -> str:
    """The gravest state running at ``moment``."""
    running = WeatherState.objects.filter(district_id=district_id, starts_at__lte=moment).filter(Q(ends_at=None) | Q(ends_at__gt=moment))
    return max(running.values_list("weather", flat=True), key=ORDER.index, default=Weather.ORDINARY)


def of_day(district_id: int, day: dt.date) -> str:
    """What a day's rounds go by: now for today, else the gravest state running at some time of the day."""
    if day == clock.today():
        return at(district_id, clock.now())
    running = WeatherState.objects.filter(district_id=district_id, starts_at__lte=clock.end_of(day)).filter(
        Q(ends_at=None) | Q(ends_at__gt=clock.at(day))
    )
    return max(running.values_list("weather", flat=True), key=ORDER.index, default=Weather.ORDINARY)


def current(district_id: int) -> WeatherState | None:
    """The warning that runs now."""
    now = clock.now()
    running = WeatherState.objects.filter(district_id=district_id, starts_at__lte=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return max(running, key=lambda each: ORDER.index(each.weather), default=None)


@transaction.atomic
def start(district: Grid, weather: str, *, note: str, by, held_by: str = "") -> WeatherState:
    """Begin a state; one that runs ends. Today's rounds follow with the next scan.

    ``held_by``: number of the warning that orders it, which alone changes it from then on; a like state that was set by hand becomes its own.
    """
    running = _hold(district, by=by, held_by=held_by)
    if weather == Weather.ORDINARY or weather not in Weather.values:
        raise ValidationError({"weather": _("请选择预警级别。")}, code="weather")
    if running and running.weather == weather:
        return _take_over(running, held_by, by=by)
    now = clock.now()
    if running:
        _end(running, now)
    begun = WeatherState.objects.create(district=district, weather=weather, starts_at=now, by=by, note=note.strip()[:200], held_by=held_by)
    record("weather.start", begun, by=by, district_id=district.pk, payload={"weather": weather, "note": begun.note})
    return begun


@transaction.atomic
def stop(district: Grid, *, by, held_by: str = "") -> WeatherState:
    """Lift it. Rounds already planned stay until their window is over."""
    running = _hold(district, by=by, held_by=held_by)
    if running is None:
        raise ValidationError(_("目前没有预警。"), code="none")
    _end(running, clock.now())
    record("weather.stop", running, by=by, district_id=district.pk, payload={"weather": running.weather})
    return running


def _hold(district: Grid, *, by, held_by: str) -> WeatherState | None:
    """What runs, and nobody else changes it until the transaction is over. A warning's own steps were allowed where they were published."""
    if not held_by:
        _insist(district.pk, by=by)
    Grid.objects.select_for_update(of=("self",), no_key=True).get(pk=district.pk)
    running = current(district.pk)
    if running and running.held_by and running.held_by != held_by:
        words = _("%(number)s号预警正在执行，巡查随它升级、降级和解除，不能在这里改。") % {"number": running.held_by}
        raise ValidationError(words, code="held")
    return running


def _take_over(running: WeatherState, held_by: str, *, by) -> WeatherState:
    if running.held_by == held_by:
        raise ValidationError(_("%(weather)s已经启动。") % {"weather": running.get_weather_display()}, code="running")
    running.held_by = held_by
    running.save(update_fields=["held_by"])
    record("weather.take_over", running, by=by, district_id=running.district_id, payload={"held_by": held_by})
    return running


def _end(running: WeatherState, now: dt.datetime) -> None:
    running.ends_at = max(now, running.starts_at + dt.timedelta(microseconds=1))
    running.save(update_fields=["ends_at"])


def _insist(district_id: int, *, by) -> None:
    if not scope.rights(by).in_district(district_id, OFFICE):
        raise NotYourRole(_("预警由攻坚办启动和解除。"))
