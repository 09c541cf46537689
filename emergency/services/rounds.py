"""Rounds go by the step in force: from the moment it begins, which may be hours after it was published, until the lift."""

from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from common import language
from emergency.models import Episode
from emergency.services.record import hold
from inspections.models import WeatherState
from inspections.services import weather
from inspections.tasks import plan_rounds


@transaction.atomic
def follow(episode: Episode, *, by) -> bool:
    """Whether the rounds had to change. Level-triggered: called at publishing, and by the scan for steps published ahead (``by`` empty)."""
    district = hold(episode.district_id)
    episode.refresh_from_db(fields=["state"])
    running, step = weather.current(district.pk), episode.step_in_force()
    level = step.level if step else ""
    if _goes_by(running, episode, level):
        return False
    if level:
        weather.start(district, level, note=_note(episode), by=by, held_by=episode.number)
    else:
        weather.stop(district, by=by, held_by=episode.number)
    transaction.on_commit(_nudge, robust=True)
    return True


def _goes_by(running: WeatherState | None, episode: Episode, level: str) -> bool:
    """A warning set by hand is taken over when the first step begins, and left alone before."""
    held = running is not None and running.held_by == episode.number
    return held and running.weather == level if level else not held


def _note(episode: Episode) -> str:
    with language.official():
        return _("%(number)s号预警") % {"number": episode.number}


def _nudge() -> None:
    """Today's rounds follow at once; without a broker the scan of the rounds finds them within ten minutes."""
    with suppress(OperationalError):
        plan_rounds.apply_async(retry=False, ignore_result=True)
