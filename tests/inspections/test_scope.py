"""Each subtree's rows carry a token of their own; nobody may come upon a foreign one on any page, sheet, map or answer of the ledger."""

import io

import pytest

from inspections.models import Finding
from inspections.services import corrections
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory, ProblemTypeFactory
from tests.factories.rectification import TaskFactory

pytestmark = pytest.mark.django_db
PLACES = ["/ledger/?box=all", "/ledger/counts/?box=all", "/ledger/map/data/?box=all", "/api/v1/findings/?page_size=200", "/ledger/gaps/"]


@pytest.fixture
def world(district):
    """Findings in each village and field; tokens by place and by field."""
    straw = ProblemTypeFactory(district=district, field=district.straw)
    dust = ProblemTypeFactory(district=district, field=district.dust)
    rows = {}
    for n, village in enumerate(district.villages):
        for kind, code in ((dust, "dust"), (straw, "straw")):
            text = f"TOKEN-{n}-{code}-END"
            rows[n, code] = FindingFactory(district=district, grid=village, problem_type=kind, text=text, lon=114.01, lat=34.01)
    rows["sealed"] = FindingFactory(
        district=district, grid=district.villages[0], problem_type=dust, text="TOKEN-sealed-END", is_sealed=True, lon=114.01, lat=34.01
    )
    TaskFactory(finding=rows[3, "dust"], organisation=district.ecology)
    return rows


def people(district):
    both = {(n, code) for n in range(4) for code in ("dust", "straw")}
    return {
        "member of the first village": (UserFactory(member=district.villages[0]), {(0, "dust"), (0, "straw")}),
        "township": (UserFactory(town_handler=district.town_a.organisation), {(n, code) for n in (0, 1) for code in ("dust", "straw")}),
        "lead department": (UserFactory(dept_handler=district.housing), {(n, "dust") for n in range(4)}),
        "department with a task": (UserFactory(dept_handler=district.ecology), {(n, "straw") for n in range(4)} | {(3, "dust")}),
        "commander": (UserFactory(commander=district.dust), {(n, "dust") for n in range(4)}),
        "office": (UserFactory(office_staff=district), both),
        "leader": (UserFactory(leader=district), both),
        "supervision": (UserFactory(supervision=district), both | {"sealed"}),
        "auditor": (UserFactory(auditor=district), set()),
        "administrator": (UserFactory(sysadmin=district), set()),
        "nobody": (UserFactory(), set()),
    }


def test_problem_put_outside_all_grids_is_no_longer_the_old_townships(client, district, office):
    finding, town = FindingFactory(district=district, grid=district.villages[0]), UserFactory(town_handler=district.town_a.organisation)
    assert Finding.objects.visible_to(town).filter(pk=finding.pk).exists()
    corrections.apply(finding, {"grid": None}, note="不在网格内", by=office)
    assert (finding.grid, finding.grid_path) == (None, "")
    assert not Finding.objects.visible_to(town).filter(pk=finding.pk).exists()


def token(key) -> str:
    return f"TOKEN-{key}-END" if key == "sealed" else f"TOKEN-{key[0]}-{key[1]}-END"


def body(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code in (200, 403), address
    return answer.content.decode() if answer.status_code == 200 else ""


def test_nobody_meets_a_foreign_row_anywhere(client, district, world):
    for name, (user, own) in people(district).items():
        client.force_login(user)
        foreign = {token(key) for key in world if key not in own}
        for address in [*PLACES, "/ledger/?q=TOKEN", "/api/v1/findings/?q=TOKEN&page_size=200"]:
            text = body(client, address)
            assert not [word for word in foreign if word in text], (name, address)
        mine = body(client, "/api/v1/findings/?page_size=200")
        assert {key for key in world if token(key) in mine} == own, name


def of_the_campaign(district):
    """All but those who only serve the system."""
    return {name: found for name, found in people(district).items() if name not in ("auditor", "administrator")}


def test_who_only_serves_the_system_is_told_so(client, district, world):
    for name in ("auditor", "administrator"):
        client.force_login(people(district)[name][0])
        for address in ("/ledger/", "/ledger/counts/", "/ledger/map/", "/ledger/map/data/", "/tasks/", "/tasks/counts/", "/tasks/verify/"):
            answer = client.get(address)
            assert (answer.status_code, "不参与问题办理" in answer.content.decode()) == (403, True), (name, address)
        assert client.post("/ledger/export/", {"format": "xlsx"}).status_code == 403


def test_counts_are_those_of_the_own_rows(client, district, world):
    for name, (user, own) in of_the_campaign(district).items():
        client.force_login(user)
        assert f"{len(own)} 条" in body(client, "/ledger/counts/?box=all"), name


def test_map_and_exports_hold_the_own_rows_only(client, district, world):
    import openpyxl

    for name, (user, own) in of_the_campaign(district).items():
        client.force_login(user)
        points = client.get("/ledger/map/data/?box=all").json()["points"]
        assert len(points) == len(own), name
        assert {number for _uuid, number, *_rest in points} == {world[key].number for key in own}
        sheet = openpyxl.load_workbook(io.BytesIO(client.post("/ledger/export/?box=all", {"format": "xlsx"}).content)).active
        text = "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
        assert {key for key in world if token(key) in text} == own, name


def test_foreign_finding_photo_flag_and_supplement_are_404(client, district, world):
    client.force_login(UserFactory(member=district.villages[0]))
    key = world[3, "dust"].uuid
    for address in (f"/api/v1/findings/{key}/", f"/ledger/{key}/photos/{'a' * 64}/320/", f"/m/report/{key}/photos/", f"/m/sent/{key}/"):
        assert client.get(address).status_code == 404, address
    assert client.post(f"/ledger/{key}/flags/", {"code": "late_arrival", "answer": "无网"}).status_code == 404


def test_reporters_name_is_in_no_list_and_no_sheet(client, district, world, member):
    member.name = "上报人甲乙丙"
    member.save()
    type(world[0, "dust"]).objects.update(reporter=member)
    for user in (UserFactory(office_staff=district), UserFactory(town_handler=district.town_a.organisation)):
        client.force_login(user)
        assert member.name not in body(client, "/ledger/?box=all")
        assert member.name not in body(client, "/api/v1/findings/")
        assert member.name not in client.post("/ledger/export/?box=all", {"format": "csv"}).content.decode()


def test_types_and_grids_of_another_district_are_not_listed(api, member, world):
    other = ProblemTypeFactory()
    codes = [each["code"] for each in api(member).get("/api/v1/problem-types/").json()]
    assert other.code not in codes
    grids = api(member).get("/api/v1/grids/").json()["results"]
    assert [each["code"] for each in grids] == [member.posts.get().grid.code]


def test_nearby_hint_shows_only_what_may_be_seen(client, district, world, member):
    seen = world[0, "dust"]
    client.force_login(member)
    found = client.get("/ledger/nearby/", {"lon": 114.0101, "lat": 34.01, "problem_type": seen.problem_type_id}).json()["findings"]
    assert [each["number"] for each in found] == [seen.number]
    assert set(found[0]) == {"uuid", "number", "state", "distance"}
