"""Places. ``DistrictFactory()`` is a whole small district; rows are written directly, because most tests begin with one."""

import factory
from factory.django import DjangoModelFactory

from grids import geometry
from grids.models import Field, Grid, Headquarters, Organisation
from grids.roles import OrganisationKind

LON, LAT, SIDE = 114.0, 34.0, 0.02
"""Villages are squares of SIDE degrees in one row from west to east: village n begins at LON + n × SIDE."""
FIELDS = {"dust": "扬尘管控", "catering": "餐饮油烟与面源", "straw": "秸秆禁烧"}


def square(west: float, south: float = LAT, *, width: float = SIDE, height: float = SIDE) -> dict:
    east, north = west + width, south + height
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def centre(grid: Grid) -> tuple[float, float]:
    """(lon, lat) in the middle of a square grid."""
    return (grid.min_lon + grid.max_lon) / 2, (grid.min_lat + grid.max_lat) / 2


class GridFactory(DjangoModelFactory):
    """A grid with path and bounds: a district without ``parent``, else one below it."""

    class Meta:
        model = Grid

    code = factory.Sequence(lambda n: f"G{n:05d}")
    name = factory.Sequence(lambda n: f"网格{n}")
    parent = None
    polygon = None

    @classmethod
    def _create(cls, model, *args, **kwargs):
        parent, polygon = kwargs["parent"], kwargs["polygon"]
        grid = Grid(
            **{"level": parent.level + 1 if parent else 1, "district_id": parent.district_id if parent else None} | kwargs | geometry.bounds(polygon)
        )
        grid.save()
        grid.path = f"{parent.path if parent else '/'}{grid.pk}/"
        grid.district_id = grid.district_id or grid.pk
        grid.save(update_fields=["path", "district"])
        return grid


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    district = factory.SubFactory(GridFactory)
    kind = OrganisationKind.DEPARTMENT
    name = factory.Sequence(lambda n: f"第{n}局")
    short_name = factory.LazyAttribute(lambda organisation: organisation.name)


class FieldFactory(DjangoModelFactory):
    class Meta:
        model = Field

    district = factory.SubFactory(GridFactory)
    code = factory.Sequence(lambda n: f"field-{n}")
    name = factory.Sequence(lambda n: f"专项{n}")


class DistrictFactory(DjangoModelFactory):
    """A district root that carries as attributes:

    ``town_a``, ``town_b`` (township grids, ``.organisation`` set) · ``villages`` (four grids, two below each township, squares in a row) ·
    ``leading_group``, ``office``, ``supervision`` · ``housing``, ``ecology`` (departments; ecology has enforcement power, housing leads dust,
    ecology leads straw and catering) · ``dust``, ``catering``, ``straw`` (fields, each with ``.headquarters``).
    """

    class Meta:
        model = Grid

    code = factory.Sequence(lambda n: f"D{n:04d}")
    name = factory.Sequence(lambda n: f"第{n}区")

    @classmethod
    def _create(cls, model, *args, **kwargs):
        district = GridFactory(polygon=square(LON, width=4 * SIDE), **kwargs)
        _add_organisations(district)
        _add_grids(district)
        _add_fields(district)
        return district


def _add_organisations(district) -> None:
    kinds = OrganisationKind
    rows = {
        "leading_group": (kinds.LEADING_GROUP, "污染防治攻坚领导小组"),
        "office": (kinds.OFFICE, "攻坚办"),
        "supervision": (kinds.SUPERVISION, "督查局"),
        "housing": (kinds.DEPARTMENT, "区住建局"),
        "ecology": (kinds.DEPARTMENT, "生态环境分局"),
        "_town_a": (kinds.TOWNSHIP, "甲街道"),
        "_town_b": (kinds.TOWNSHIP, "乙镇"),
    }
    for position, (name, (kind, title)) in enumerate(rows.items()):
        power = name in ("ecology", "housing")
        made = Organisation.objects.create(district=district, kind=kind, name=title, short_name=title, has_enforcement_power=power, position=position)
        setattr(district, name, made)


def _add_grids(district) -> None:
    district.villages = []
    for index, letter in enumerate("ab"):
        organisation = getattr(district, f"_town_{letter}")
        west = LON + 2 * index * SIDE
        town = GridFactory(
            parent=district, code=f"T{index + 1}", name=organisation.name, organisation=organisation, polygon=square(west, width=2 * SIDE)
        )
        setattr(district, f"town_{letter}", town)
        for n in range(2):
            name = f"{'东西南北'[2 * index + n]}村"
            village = GridFactory(parent=town, code=f"{town.code}-{n + 1}", name=name, organisation=organisation, polygon=square(west + n * SIDE))
            district.villages.append(village)


def _add_fields(district) -> None:
    for position, (code, name) in enumerate(FIELDS.items()):
        title = f"{name}专项指挥部"
        body = Organisation.objects.create(
            district=district, kind=OrganisationKind.HEADQUARTERS, name=title, short_name=title, position=20 + position
        )
        headquarters = Headquarters.objects.create(organisation=body, lead_unit=district.housing if code == "dust" else district.ecology)
        setattr(district, code, Field.objects.create(district=district, code=code, name=name, headquarters=headquarters, position=position))
