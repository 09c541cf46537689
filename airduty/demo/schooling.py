"""Training in the demonstration: last year's class, one every fortnight, tests on the phone. Some villages never send anybody."""

import datetime as dt
import random

from accounts.models import User
from airduty.demo.district import Place
from grids.defaults.courses import FIRST
from grids.models import Course, Post
from grids.services import training

CLASS_DAYS = (6, 20)
NEVER_EVERY = 9
"""One village in so many sends nobody: the hollow grids of the demonstration."""
LAST_YEAR = dt.timedelta(days=330)
"""Certificates of last year's class run out five weeks after the demonstration begins."""


class School:
    def __init__(self, place: Place, *, office: User):
        self.place, self.office = place, office
        self.rng = training.source = random.Random(7)  # of its own: what is drawn here changes nothing else
        self.courses = {course.name: course for course in Course.objects.filter(district=place.district)}
        self.held = 0

    def day(self, today: dt.date) -> None:
        """Every morning, with the scans."""
        if not self.held:
            self._class(FIRST, self._people(lambda n: n % 3 != 0), on=today - LAST_YEAR, scores=0.5)
        elif today.day in CLASS_DAYS:
            names = sorted(name for name in self.courses if name != FIRST)
            name = FIRST if today.day == CLASS_DAYS[0] else names[self.held % len(names)]
            self._class(name, self._people(lambda n: n % 4 == self.held % 4), on=today - dt.timedelta(days=1), scores=0.6)
        elif today.day % 3 == 0:
            self._test(self.rng.choice(self._people(lambda n: True)))
        training.remind_expired(today)

    def _people(self, chosen) -> list[User]:
        """People on post, but for the villages that never send any; ``chosen`` by their number."""
        absent = {grid.pk for n, grid in enumerate(self.place.villages) if n % NEVER_EVERY == 4}
        posts = Post.objects.filter(grid__district=self.place.district, ends_on=None).exclude(grid__in=absent).select_related("user").order_by("pk")
        return [post.user for n, post in enumerate(posts) if chosen(n)]

    def _class(self, name: str, people: list[User], *, on: dt.date, scores: float) -> None:
        self.held += 1
        tested = {person.pk: self.rng.choice((72, 76, 84, 88, 92, 96, 100)) for person in people if self.rng.random() < scores}
        training.record_class(self.courses[name], people=people, on=on, scores=tested, by=self.office)

    def _test(self, person: User) -> None:
        paper = training.begin_test(self.courses[FIRST], by=person)
        given = [asked["answers"] if self.rng.random() < 0.88 else [0] for asked in paper.sheet]
        training.hand_in(paper, given, by=person)
