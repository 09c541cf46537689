"""What a phone carries: one's own, all of it, in a constant number of queries and few bytes."""

import datetime as dt
import gzip
import uuid

import pytest
from rest_framework.test import APIClient

from common import clock
from inspections.models import FieldSettings, HeldSubmission
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import ChecklistFactory, FindingFactory, PatrolFactory, VisitFactory
from tests.factories.rectification import TaskFactory
from tests.factories.registers import SiteFactory, SiteKindFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/field/bundle/"


@pytest.fixture
def bundle(api):
    return lambda user: api(user).get(ADDRESS).json()


def test_bundle_holds_what_the_phone_needs(bundle, member, planned, checklist, bare, district):
    found = bundle(member)
    assert (found["v"], found["person"]["name"], found["person"]["may_report"]) == (1, member.name, True)
    assert found["person"]["phones"] == {"fire": "119", "squad": ""}
    assert (found["settings"]["track"], found["settings"]["far_m"]) == (False, 100)
    assert [each["code"] for each in found["grids"]] == [district.villages[0].code]
    assert [each["code"] for each in found["problem_types"]] == ["bare-ground"]
    [row] = found["sites"]
    assert (row["uuid"], row["kind"], row["checklists"], row["grid"]) == (str(planned.site.uuid), "construction", ["LIST"], district.villages[0].pk)
    [listed] = found["checklists"]
    assert (listed["code"], listed["version"], listed["kind"], len(listed["items"])) == ("LIST", 1, ["construction"], 3)
    assert listed["items"][2]["upper"] == 10
    [patrol] = found["patrols"]
    assert (patrol["uuid"], patrol["window"], patrol["state"]) == (str(planned.patrol.uuid), ["00:00", "24:00"], "planned")
    assert patrol["visits"] == [{"uuid": str(planned.uuid), "site": str(planned.site.uuid), "state": "planned", "checklist": "LIST"}]


def test_only_what_is_mine_is_in_it(bundle, member, site, district):
    kind = site.kind
    SiteFactory(district=district, grid=district.villages[1], kind=kind)
    SiteFactory(district=district, kind=kind, is_over=True)
    SiteFactory(district=DistrictFactory())
    other = UserFactory(member=district.villages[0])
    FindingFactory(district=district, reporter=other)
    FindingFactory(district=district, reporter=member, text="我报的")
    PatrolFactory(district=district, person=other)
    HeldSubmission.objects.create(uuid=uuid.uuid4(), author=other, payload={}, payload_sha256="", errors={}, received_at=clock.now())
    found = bundle(member)
    assert [each["id"] for each in found["sites"]] == [site.pk]
    assert [each["text"] for each in found["recent"]] == ["我报的"]
    assert found["patrols"] == found["held"] == []


def test_objects_of_a_round_are_carried_before_all_others_also_when_they_are_over(bundle, member, patrol, site, district, monkeypatch):
    from inspections.services import bundle as service

    monkeypatch.setattr(service, "MOST_SITES", 2)
    others = [SiteFactory(district=district, kind=site.kind, grid=district.villages[0], risk="key") for _n in range(3)]
    last = SiteFactory(district=district, kind=site.kind, grid=district.villages[0], is_over=True)
    VisitFactory(patrol=patrol, site=last)
    assert [each["id"] for each in bundle(member)["sites"]] == [last.pk, others[0].pk]


def test_all_that_waits_for_repair_is_named(bundle, member):
    rows = [HeldSubmission(uuid=uuid.uuid4(), author=member, payload={}, payload_sha256="", errors={}, received_at=clock.now()) for _n in range(60)]
    HeldSubmission.objects.bulk_create(rows)
    assert len(bundle(member)["held"]) == 60


def test_limit_of_the_object_itself_stands_for_addons_too(bundle, member, site, district):
    item = {"code": "R-1", "text": "积尘", "answer_type": "number", "upper": 10, "limits_by": {"attribute": "grade", "upper": {"主干路": 5}}}
    ChecklistFactory(district=district, code="ADD", kinds=[site.kind], is_default=False, items=[item])
    site.attributes = site.attributes | {"grade": "主干路"}
    site.save()
    found = bundle(member)
    assert (found["settings"]["addons"], found["sites"][0]["checklists"], found["sites"][0]["limits"]) == (["ADD"], [], {"R-1": {"upper": 5.0}})


def test_names_of_households_are_covered_and_numbers_stay_at_the_desk(api, member, district):
    household = SiteKindFactory(district=district, schema={"properties": {}, "x-common": {"name": {"x-mask": "name"}}})
    SiteFactory(district=district, grid=district.villages[0], kind=household, name="示例户主", contact="示例户主", contact_phone="13800000001")
    answer = api(member).get(ADDRESS)
    assert [each["name"] for each in answer.json()["sites"]] == ["示***"]
    assert "13800000001" not in answer.content.decode()


def test_yesterdays_round_is_carried_while_unfinished_and_todays_until_midnight(bundle, member, district):
    yesterday, before = clock.today() - dt.timedelta(days=1), clock.today() - dt.timedelta(days=2)
    wanted = [
        PatrolFactory(district=district, person=member, planned_on=yesterday, kind="night", state="started"),
        PatrolFactory(district=district, person=member, state="finished"),
    ]
    PatrolFactory(district=district, person=member, planned_on=yesterday, state="finished")
    PatrolFactory(district=district, person=member, planned_on=before)
    PatrolFactory(district=district, person=member, kind="special", state="handed_over")
    assert {each["uuid"] for each in bundle(member)["patrols"]} == {str(each.uuid) for each in wanted}


def test_tasks_of_ones_own_unit_are_in_it(bundle, district):
    task = TaskFactory(finding=FindingFactory(district=district, state="assigned"), organisation=district.town_a.organisation)
    found = bundle(UserFactory(town_handler=district.town_a.organisation))
    assert [(each["id"], each["state"]) for each in found["tasks"]] == [(task.pk, "assigned")]
    assert found["tasks"][0]["url"].startswith("/m/tasks/")


def test_someone_of_the_whole_district_does_not_carry_all_of_it(bundle, office, site, district):
    assert bundle(office)["sites"] == bundle(office)["grids"] == []
    posted = UserFactory(office_staff=district, member=district.villages[0])
    assert [each["id"] for each in bundle(posted)["sites"]] == [site.pk]


def test_object_with_a_limit_of_its_own_says_so(bundle, member, site, district):
    row = {"code": "ROAD-1", "text": "积尘", "answer_type": "number", "upper": 10, "limits_by": {"attribute": "grade", "upper": {"主干路": 5}}}
    ChecklistFactory(district=district, code="ROAD", kinds=[site.kind], items=[row])
    assert "limits" not in bundle(member)["sites"][0]
    site.attributes = site.attributes | {"grade": "主干路"}
    site.save()
    assert bundle(member)["sites"][0]["limits"] == {"ROAD-1": {"upper": 5.0}}


def test_unchanged_bundle_is_304_until_something_changes(api, member, planned):
    client = api(member)
    tag = client.get(ADDRESS)["ETag"]
    assert client.get(ADDRESS, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(ADDRESS, headers={"If-None-Match": f"W/{tag}"}).status_code == 304
    FieldSettings.objects.create(district=planned.district, track=True)
    changed = client.get(ADDRESS, headers={"If-None-Match": tag})
    assert (changed.status_code, changed["Cache-Control"]) == (200, "private, no-store")
    assert changed.json()["settings"]["track"] is True


def test_visitor_is_told_401(db):
    assert APIClient().get(ADDRESS).status_code == 401


def test_number_of_queries_does_not_grow(api, member, planned, checklist, django_assert_max_num_queries):
    def queries() -> int:
        user = type(member).objects.get(pk=member.pk)
        with django_assert_max_num_queries(40) as asked:
            api(user).get(ADDRESS)
        return len(asked)

    one = queries()
    for n in range(3):
        ChecklistFactory(district=planned.district, code=f"MORE{n}", kinds=[planned.site.kind])
        VisitFactory(patrol=PatrolFactory(district=planned.district, person=member, kind=["night", "special", "emergency"][n]), site=planned.site)
        FindingFactory(district=planned.district, reporter=member)
    assert queries() == one


def test_person_with_three_hundred_objects_carries_less_than_150_kilobytes(api, member, district, site):
    for n in range(299):
        SiteFactory(
            district=district,
            kind=site.kind,
            address=f"建设路{n}号东侧",
            contact=f"联系人{n}",
            contact_phone=f"1380000{n:04d}",
            lon=114.001 + n / 1e5,
            lat=34.0,
        )
    for n in range(17):
        ChecklistFactory(district=district, code=f"L{n}", kinds=[site.kind], items=[{"guide": "看什么" * 20} for _item in range(10)])
    answer = api(member).get(ADDRESS)
    assert len(answer.json()["sites"]) == 300
    assert len(gzip.compress(answer.content)) < 150_000
