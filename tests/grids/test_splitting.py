"""One grid becomes several: what becomes of its sub-grids, its people and its findings."""

import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit import canonical
from audit.models import AuditEvent
from common import clock
from common.errors import NotYourRole
from grids import geometry, services
from grids.models import Grid, Post
from inspections.models import Finding
from tests.factories.accounts import UserFactory
from tests.factories.grids import LAT, SIDE, DistrictFactory, GridFactory, square
from tests.factories.inspections import FindingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return DistrictFactory()


@pytest.fixture
def director(district, settings):
    settings.MFA_REQUIRED = False
    return UserFactory(office_director=district)


def halves(grid):
    """The west and the east half of a village."""
    return [
        {"code": f"{grid.code}-{side}", "name": f"{grid.name}{word}", "polygon": square(grid.min_lon + n * SIDE / 2, width=SIDE / 2)}
        for n, (side, word) in enumerate((("w", "西"), ("e", "东")))
    ]


def test_a_split_grid_stays_in_history_and_its_parts_take_its_place(district, director):
    source = district.villages[0]

    west, east = services.split_grid(source, parts=halves(source), on=clock.today(), by=director, note="区划调整")

    assert (west.parent, east.organisation, west.valid_from) == (district.town_a, source.organisation, clock.today())
    source.refresh_from_db()
    assert not source.is_active(clock.today()) and source.path.startswith(west.path)
    assert geometry.locate(district.pk, source.min_lon + SIDE / 4, LAT + SIDE / 2) == [west]
    assert [(change.before, change.after) for change in source.changes.filter(kind="split")] == [(source.name, f"{west.name}、{east.name}")]
    assert west.changes.filter(kind="split", note="区划调整").exists()


def test_sub_grids_go_to_the_part_that_holds_them(district, director):
    source = district.villages[0]
    in_the_east = GridFactory(parent=source, polygon=square(source.min_lon + SIDE * 0.6, width=SIDE / 10))
    not_drawn = GridFactory(parent=source)

    west, east = services.split_grid(source, parts=halves(source), on=clock.today(), by=director)

    assert [Grid.objects.get(pk=grid.pk).parent for grid in (in_the_east, not_drawn)] == [east, west]
    assert Grid.objects.get(pk=in_the_east.pk).path.startswith(east.path)


def test_open_findings_go_to_the_part_in_which_they_lie(district, director):
    source = district.villages[0]
    points = {"east": (source.min_lon + SIDE * 0.75, LAT + SIDE / 2), "west": (source.min_lon + SIDE / 4, LAT + SIDE / 2), "nowhere": (None, None)}
    rows = {name: FindingFactory(district=district, grid=source, lon=lon, lat=lat) for name, (lon, lat) in points.items()}
    closed = FindingFactory(district=district, grid=source, state="struck_off", lon=points["east"][0], lat=points["east"][1])

    west, east = services.split_grid(source, parts=halves(source), on=clock.today(), by=director)

    found = {name: Finding.objects.get(pk=row.pk) for name, row in rows.items()}
    assert {name: row.grid for name, row in found.items()} == {"east": east, "west": west, "nowhere": west}
    assert all(row.grid_path == row.grid.path for row in found.values())
    closed.refresh_from_db()
    assert closed.grid == source and closed.grid_path.startswith(west.path)
    event = AuditEvent.objects.about(found["east"]).get(action="finding.regrid")
    assert event.details == {"from": source.code, "to": east.code}
    assert event.after_sha256 == canonical.row_digest(found["east"])


def test_without_outlines_everything_goes_to_the_first_part(district, director):
    source = district.villages[0]
    finding = FindingFactory(district=district, grid=source)
    parts = [{"code": "n1", "name": "一"}, {"code": "n2", "name": "二"}]

    first, _second = services.split_grid(source, parts=parts, on=clock.today(), by=director)

    finding.refresh_from_db()
    assert finding.grid == first


@pytest.mark.parametrize(("carry", "expected"), [(True, 1), (False, 0)])
def test_posts_end_with_the_grid_or_go_on_in_the_first_part(district, director, carry, expected):
    source = district.villages[0]
    chief = UserFactory(chief=source)

    first, _second = services.split_grid(source, parts=halves(source), on=clock.today(), by=director, carry_posts=carry)

    assert not Post.objects.current(clock.today()).filter(grid=source).exists()
    assert Post.objects.current(clock.today()).filter(grid=first, user=chief).count() == expected


@pytest.mark.parametrize("wrong", ["root", "one part", "ahead", "code taken", "outline", "closed"])
def test_what_cannot_be_split_leaves_nothing_behind(district, director, wrong):
    source, on = district.villages[0], clock.today()
    parts = halves(source)
    if wrong == "root":
        source = district
    elif wrong == "one part":
        parts = parts[:1]
    elif wrong == "ahead":
        on += dt.timedelta(days=1)
    elif wrong == "code taken":
        parts[1]["code"] = district.villages[1].code
    elif wrong == "outline":
        parts[1]["polygon"] = {"type": "Polygon", "coordinates": []}
    else:
        services.close_grid(source, on=on, by=director)
    grids = Grid.objects.count()

    with pytest.raises(ValidationError):
        services.split_grid(source, parts=parts, on=on, by=director)

    assert Grid.objects.count() == grids


def test_only_keepers_split(district):
    with pytest.raises(NotYourRole):
        services.split_grid(
            district.villages[0], parts=halves(district.villages[0]), on=clock.today(), by=UserFactory(town_manager=district.town_a.organisation)
        )


# --- the page -----------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def split(client, district, director):
    """Sends the form for the first village."""
    client.force_login(director, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("grids:grid-split", args=[district.villages[0].pk])
    return lambda **form: client.post(address, {"on": clock.today().isoformat(), "note": "区划调整", **form})


def outlines(*parts):
    features = [{"type": "Feature", "properties": {"code": part["code"]}, "geometry": part["polygon"]} for part in parts]
    return SimpleUploadedFile("a.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode())


def test_a_grid_is_split_by_form_with_outlines(split, district):
    west, east = halves(district.villages[0])

    answer = split(lines=f"{west['code']} 西片\r\n\r\n{east['code']}　东 片", file=outlines(east))

    assert answer.status_code == 302
    made = {grid.name: bool(grid.polygon) for grid in Grid.objects.filter(parent=district.town_a).active(clock.today())}
    assert made == {"西片": False, "东 片": True, district.villages[1].name: True}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "field-error"),
        ("a 一", "请至少填两个新网格"),
        ("a\nb 二", "第 1 行应为"),
        ("a 一\na 二", "写了两次"),
        (f"{'a' * 31} 一\nb 二", "第 1 行太长"),
        (f"a 一\nb {'二' * 61}", "第 2 行太长"),
        ("T1 一\nb 二", "已被使用"),
    ],
)
def test_nonsense_comes_back_with_the_reason_and_what_was_typed(split, lines, said):
    answer = split(lines=lines)

    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page and "区划调整" in page


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b'{"features": [{}]}', b'{"features": 5}', b'{"features": [{"properties": {"code": "x"}, "geometry": 1}]}']
)
def test_a_wrong_file_of_outlines_is_refused(split, content):
    answer = split(lines="a 一\nb 二", file=SimpleUploadedFile("a.geojson", content))

    assert answer.status_code == 400
    assert not Grid.objects.filter(code="a").exists()


def test_a_grid_is_split_once(split):
    assert [split(lines="a 一\nb 二").status_code, split(lines="c 三\nd 四").status_code] == [302, 400]
