"""Findings written directly; a registered one has its number. ``state=`` decides nothing else: give the dates the test is about."""

import datetime as dt
import uuid

import factory
from factory.django import DjangoModelFactory

from common import clock
from inspections.models import Checklist, ChecklistItem, Finding, FindingEvent, Patrol, ProblemType, Visit
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.registers import SiteFactory, SiteKindFactory


class ProblemTypeFactory(DjangoModelFactory):
    class Meta:
        model = ProblemType

    district = factory.SubFactory(DistrictFactory)
    field = factory.LazyAttribute(lambda made: made.district.dust)
    code = factory.Sequence(lambda n: f"type-{n}")
    name = factory.Sequence(lambda n: f"问题类型{n}")


class FindingFactory(DjangoModelFactory):
    """A registered finding in the first village of a small district."""

    class Meta:
        model = Finding

    class Params:
        reported = factory.Trait(state="reported", number=None, registered_at=None)

    district = factory.SubFactory(DistrictFactory)
    uuid = factory.LazyFunction(uuid.uuid4)
    number = factory.Sequence(lambda n: f"2026-{n:06d}")
    grid = factory.LazyAttribute(lambda made: made.district.villages[0])
    grid_path = factory.LazyAttribute(lambda made: made.grid.path if made.grid else "")
    problem_type = factory.LazyAttribute(lambda made: ProblemTypeFactory(district=made.district, field=made.district.dust))
    field = factory.LazyAttribute(lambda made: made.problem_type.field)
    text = "黄土未覆盖"
    captured_at = factory.LazyFunction(clock.now)
    saved_at = factory.SelfAttribute("captured_at")
    received_at = factory.SelfAttribute("captured_at")
    registered_at = factory.SelfAttribute("received_at")
    payload_sha256 = ""
    state = "registered"


class FindingEventFactory(DjangoModelFactory):
    class Meta:
        model = FindingEvent

    finding = factory.SubFactory(FindingFactory)
    action = "comment"
    at = factory.LazyFunction(clock.now)


class ChecklistFactory(DjangoModelFactory):
    """In force since long ago, for building sites, with three items: ``-1`` serious, ``-2`` general, ``-3`` a figure up to 10."""

    class Meta:
        model = Checklist
        skip_postgeneration_save = True

    district = factory.SubFactory(DistrictFactory)
    field = factory.LazyAttribute(lambda made: made.district.dust)
    code = factory.Sequence(lambda n: f"LIST{n}")
    name = "测试清单"
    effective_from = dt.date(2020, 1, 1)

    @factory.post_generation
    def kinds(self, create, given, **_extra):
        self.kinds.set(given or [SiteKindFactory(district=self.district)])

    @factory.post_generation
    def items(self, create, given, **_extra):
        rows = [
            {"severity": "serious", "text": "出入车辆冲洗"},
            {"severity": "general", "text": "物料覆盖"},
            {"severity": "minor", "text": "积尘量", "answer_type": "number", "unit": "g/㎡", "upper": 10},
        ]
        for n, row in enumerate(rows if given is None else given, 1):
            ChecklistItem.objects.create(checklist=self, **{"code": f"{self.code}-{n}", "position": n, "text": f"第{n}项"} | row)


class PatrolFactory(DjangoModelFactory):
    """A planned round of today in the first village; ``person`` should hold a post there."""

    class Meta:
        model = Patrol

    district = factory.SubFactory(DistrictFactory)
    uuid = factory.LazyFunction(uuid.uuid4)
    number = factory.LazyAttribute(lambda made: f"XC-{made.uuid.hex[:12]}")
    grid = factory.LazyAttribute(lambda made: made.district.villages[0])
    grid_path = factory.LazyAttribute(lambda made: made.grid.path)
    person = factory.LazyAttribute(lambda made: UserFactory(member=made.grid))
    planned_on = factory.LazyFunction(clock.today)
    starts_at = factory.LazyAttribute(lambda made: clock.at(made.planned_on))
    ends_at = factory.LazyAttribute(lambda made: clock.end_of(made.planned_on))
    created_at = factory.LazyFunction(clock.now)


class VisitFactory(DjangoModelFactory):
    """A planned visit of a round; ``done=True`` with its conclusion."""

    class Meta:
        model = Visit

    class Params:
        done = factory.Trait(
            state="done",
            conclusion="normal",
            arrived_at=factory.LazyFunction(clock.now),
            received_at=factory.SelfAttribute("arrived_at"),
        )

    uuid = factory.LazyFunction(uuid.uuid4)
    patrol = factory.SubFactory(PatrolFactory)
    district = factory.LazyAttribute(lambda made: made.site.district)
    site = factory.LazyAttribute(lambda made: SiteFactory(district=made.patrol.district, grid=made.patrol.grid))
    grid = factory.LazyAttribute(lambda made: made.site.grid)
    grid_path = factory.LazyAttribute(lambda made: made.site.grid_path)
    person = factory.LazyAttribute(lambda made: made.patrol.person)
    due_from = factory.LazyAttribute(lambda made: made.patrol.starts_at if made.patrol else None)
    due_to = factory.LazyAttribute(lambda made: made.patrol.ends_at if made.patrol else None)
