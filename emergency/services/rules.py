"""Rules, templates of measures and thresholds are data: the office's director and the administrator keep them. Forecasts are judged by the rule of
the day, and kept with what it said."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from common import clock, language
from common.seen import held_as_seen
from emergency import access, defaults, thresholds
from emergency.models import EmergencyRule, Episode, Forecast, ThresholdRule, UnitMeasure
from emergency.words import ORDER
from grids.models import Grid
from inspections.services.rules import changes

CONDITION = {"above", "hours"}


@transaction.atomic
def save_rule(rule: EmergencyRule, *, by, stood: dict | None = None) -> EmergencyRule:
    access.insist_set_rules(by, rule.district_id)
    Grid.objects.select_for_update(of=("self",), no_key=True).get(pk=rule.district_id)
    before = held_as_seen(EmergencyRule.objects.filter(district=rule.district_id), stood if rule.pk else None)
    rule.full_clean()
    rule.save()
    record("emergency_rule.edit", rule, by=by, district_id=rule.district_id, payload=changes(before, rule))
    return rule


@transaction.atomic
def save_measure(measure: UnitMeasure, *, by, stood: dict | None = None) -> UnitMeasure:
    access.insist_set_rules(by, measure.district_id)
    before = held_as_seen(UnitMeasure.objects.filter(pk=measure.pk), stood) if measure.pk else None
    measure.full_clean()
    measure.save()
    record(
        "emergency_rule.measure_edit" if before else "emergency_rule.measure_new", measure, by=by, district_id=measure.district_id,
        payload=changes(before, measure),
    )  # fmt: skip
    return measure


@transaction.atomic
def save_thresholds(rule: ThresholdRule, *, by, stood: dict | None = None) -> ThresholdRule:
    """A rule of one date; forecasts that were judged keep what was said then."""
    access.insist_set_rules(by, rule.district_id)
    before = held_as_seen(ThresholdRule.objects.filter(pk=rule.pk), stood) if rule.pk else None
    check_levels(rule.levels)
    if ThresholdRule.objects.filter(district=rule.district_id, effective_from=rule.effective_from).exclude(pk=rule.pk).exists():
        raise ValidationError({"effective_from": _("已有同一天施行的分级条件，请修改那一份，或换一个日期。")})
    rule.full_clean()
    rule.save()
    record("emergency_rule.thresholds", rule, by=by, district_id=rule.district_id, payload=changes(before, rule))
    return rule


def check_levels(levels: dict) -> None:
    """Each colour has alternatives, each of conditions with a positive AQI and whole days."""
    for colour in ORDER:
        alternatives = levels.get(colour)
        if not alternatives or not all(alternatives):
            raise ValidationError({"levels": _("每一级至少要有一个条件。")})
        for condition in (each for alternative in alternatives for each in alternative):
            if set(condition) != CONDITION or condition["hours"] < 1 or condition["hours"] % thresholds.HOURS or not 0 < condition["above"] <= 500:
                raise ValidationError({"levels": _("条件应为 AQI 大于 1 至 500 之间的数，持续 24 小时的整数倍。")})


@transaction.atomic
def load_defaults(district: Grid, *, by) -> None:
    access.insist_set_rules(by, district.pk)
    defaults.load(district)
    record("emergency_rule.load", district, by=by, district_id=district.pk)


# --- forecasts ------------------------------------------------------------------------------------------------------------------------
def thresholds_on(district_id: int, day: dt.date) -> ThresholdRule | None:
    """The rule in force on a day."""
    return ThresholdRule.objects.filter(district_id=district_id, effective_from__lte=day).order_by("-effective_from").first()


@transaction.atomic
def judge(district: Grid, *, text: str, source: str, by) -> Forecast:
    """Keep a forecast and what the rule in force on its first day makes of it."""
    access.insist_run(by, district.pk)
    rows, by_hour = thresholds.read(text)
    rule = thresholds_on(district.pk, clock.beijing(rows[0][0]).date())
    if rule is None:
        raise ValidationError(_("还没有预警分级条件，请先在“分级条件”里载入。"), code="no_rule")
    running = Episode.objects.running().filter(district=district).values_list("level", flat=True).first() or ""
    with language.official():  # it is kept, and goes into the approval form
        proposal = thresholds.judge(rows, by_hour=by_hour, levels=rule.levels, gap_hours=rule.gap_hours)
        advice = thresholds.advice(proposal, running=running, lift_hours=rule.lift_hours)
    made = Forecast.objects.create(
        district=district, by_hour=by_hour, rows=[[moment.isoformat(), value] for moment, value in rows], source=source.strip()[:120], rule=rule,
        level=proposal.level, by=by, at=clock.now(),
        proposal={
            "reasons": proposal.reasons, "advice": advice, "running": running,
            "levels": rule.levels, "windows": [[window.start.isoformat(), window.end.isoformat()] for window in proposal.windows], "clear_hours": proposal.clear_hours,
        },
    )  # fmt: skip
    record("episode.forecast", made, by=by, district_id=district.pk, payload={"level": made.level})
    return made
