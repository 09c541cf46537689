"""Build the demonstration district through the services: structure, people, three months of life dated back from today."""

import datetime as dt
import logging
import random

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.module_loading import import_string

from airduty.demo import air, air_watch, district, emergency, groups, life, names, showcase, shown, sites
from common import clock
from grids.models import Grid
from rectification.services import chance

SIZES = {"small": (6, 18, 1.5, 40), "district": (6, 59, 4.5, 92), "city": (30, 420, 40, 92)}
"""Townships, villages, reports a day, days."""


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=SIZES, default="district")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--today", type=dt.date.fromisoformat, help="last day of the demonstration (default: today)")

    def handle(self, *, size, seed, today, **options):
        if not settings.DEMO:
            raise CommandError("Demonstration data are only made in demonstration mode: set DEMO=1 (never in production).")
        if Grid.objects.districts().filter(code=names.DISTRICT[0]).exists():
            raise CommandError("The demonstration district is already there. Begin with an empty database (remove DATA_DIR) to make it again.")
        until = clock.at(today, dt.time(18)) if today else clock.now()
        self.build(size=size, seed=seed, until=until)

    def build(self, *, size: str, seed: int, until: dt.datetime) -> None:
        townships, villages, per_day, days = SIZES[size]
        rng = random.Random(seed)
        chance.source = rng
        logging.getLogger("notices.nudge").setLevel(logging.ERROR)  # no broker runs yet, and none is needed
        first = clock.beijing(until).date() - dt.timedelta(days=days)
        place = self._structure(rng, townships=townships, villages=villages, first=first)
        air.build(place, begun=clock.at(first - dt.timedelta(days=30), dt.time(9)), until=until, days=days)
        living = life.Life(place, per_day=per_day)
        living.live(first, until, tell=self._tell)
        with transaction.atomic(), clock.standing(until):
            showcase.show(living)
            life.deliver_quietly(until)
            groups.build(place.district)
        air_watch.build(place, until=until, days=1 if size == "small" else air_watch.DAYS)
        emergency.build(place.district, until=until)
        rows = shown.open_accounts(place)
        self.stdout.write(f"{place.district.name}: {len(place.villages)} village grids, {len(rows)} accounts to try.")

    @transaction.atomic
    def _structure(self, rng, *, townships: int, villages: int, first: dt.date) -> district.Place:
        with clock.standing(clock.at(first - dt.timedelta(days=60), dt.time(9))):
            place = district.build(rng, townships=townships, villages=villages, since=first - dt.timedelta(days=60), load_defaults=load_defaults)
            sites.build(place)
            return place

    def _tell(self, day: dt.date) -> None:
        if day.day in (1, 11, 21):
            self.stdout.write(f"  lived to {day}")


def load_defaults(root: Grid) -> None:
    for hook in settings.DISTRICT_DEFAULTS:
        import_string(hook)(root)
