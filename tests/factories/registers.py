"""Supervised objects written directly; the kind is one of the district's defaults."""

import factory
from factory.django import DjangoModelFactory

from common import clock
from registers import search
from registers.defaults import KINDS
from registers.models import Site, SiteKind, SitePost
from tests.factories.grids import DistrictFactory, FieldFactory

WELL = {
    "construction": {"builder": "示例置业", "contractor": "示例建工", "stage": "土方"},
    "catering": {"scale": "小", "stoves": 2, "fuel": "天然气", "works": True, "cleaned_on": "2026-11-01"},
}
"""The least that is valid."""


class SiteKindFactory(DjangoModelFactory):
    """The construction site of the defaults; ``code=`` another kind."""

    class Meta:
        model = SiteKind
        django_get_or_create = ("district", "code")

    district = factory.SubFactory(DistrictFactory)
    code = "construction"
    field = factory.LazyAttribute(lambda made: _field(made.district, _default(made.code)["field"]))
    name = factory.LazyAttribute(lambda made: _default(made.code)["name"])
    prefix = factory.LazyAttribute(lambda made: _default(made.code)["prefix"])
    schema = factory.LazyAttribute(lambda made: _default(made.code)["schema"])
    statuses = factory.LazyAttribute(lambda made: _default(made.code)["statuses"])
    has_trio = factory.LazyAttribute(lambda made: _default(made.code).get("has_trio", False))


def _default(code: str) -> dict:
    return next(kind for kind in KINDS if kind["code"] == code)


def _field(district, code: str):
    return district.fields.filter(code=code).first() or FieldFactory(district=district, code=code)


class SiteFactory(DjangoModelFactory):
    """An object of a kind (construction site) in the first village."""

    class Meta:
        model = Site
        skip_postgeneration_save = True

    district = factory.SubFactory(DistrictFactory)
    kind = factory.LazyAttribute(lambda made: SiteKindFactory(district=made.district))
    code = factory.Sequence(lambda n: f"GD-{9000 + n}")
    name = factory.Sequence(lambda n: f"测试工地{n}")
    grid = factory.LazyAttribute(lambda made: made.district.villages[0])
    grid_path = factory.LazyAttribute(lambda made: made.grid.path if made.grid else made.district.path)
    status = factory.LazyAttribute(lambda made: made.kind.open_statuses[0])
    attributes = factory.LazyAttribute(lambda made: WELL.get(made.kind.code, {}))
    created_at = factory.LazyFunction(clock.now)
    updated_at = factory.SelfAttribute("created_at")

    @factory.post_generation
    def searchable(site, create, value, **extra):  # noqa: N805 - factory's own first argument
        Site.objects.filter(pk=site.pk).update(search_text=search.text_of(site))


class SitePostFactory(DjangoModelFactory):
    class Meta:
        model = SitePost

    site = factory.SubFactory(SiteFactory)
    role = "overseer"
    name = "示例监督"
    phone = "10000000001"
    starts_on = factory.LazyFunction(clock.today)
