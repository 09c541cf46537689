"""Findings written directly; a registered one has its number. ``state=`` decides nothing else: give the dates the test is about."""

import uuid

import factory
from factory.django import DjangoModelFactory

from common import clock
from inspections.models import Finding, FindingEvent, ProblemType
from tests.factories.grids import DistrictFactory


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
