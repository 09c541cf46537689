"""倒查: what is told of a problem from above, to whom, and what is never told."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from common import clock
from grids.models import Handover, Post
from rectification.services.backtrace import Backtrace
from tests.factories.accounts import LONG_AGO, UserFactory
from tests.factories.grids import DistrictFactory, centre
from tests.factories.inspections import FindingFactory, PatrolFactory, VisitFactory
from tests.factories.registers import SiteFactory, SitePostFactory
from tests.factories.training import CourseFactory, TrainingRecordFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
FOUND = clock.at(dt.date(2026, 10, 20), dt.time(10))


def before(**span):
    return FOUND - dt.timedelta(**span)


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return DistrictFactory()


@pytest.fixture
def site(district):
    lon, lat = centre(district.villages[0])
    return SiteFactory(district=district, organisation=district.housing, lon=lon, lat=lat, guarantor="包保示例", created_at=before(days=300))


@pytest.fixture
def found(district, site):
    """Found by the city at the site; reported by somebody who is not to be named."""
    lon, lat = site.lon, site.lat
    reporter = UserFactory(name="不可显示者", office_staff=district)
    return FindingFactory(
        district=district, source="city_inspection", site=site, lon=lon, lat=lat, captured_at=FOUND, reporter=reporter, text="土方未覆盖"
    )


@pytest.fixture
def staff(district):
    return UserFactory(office_staff=district)


@pytest.fixture
def leader(district):
    return UserFactory(leader=district)


@pytest.fixture
def page(client):
    def get(user, finding):
        client.force_login(user, backend=BACKEND)
        return client.get(reverse("rectification:backtrace", args=[finding.uuid]))

    return get


def post(district, role, name, *, since=LONG_AGO, until=None):
    user = UserFactory(name=name)
    return Post.objects.create(user=user, grid=district.villages[0], role=role, starts_on=since, ends_on=until)


def visit(site, moment, *, done=True, **more):
    patrol = PatrolFactory(
        district=site.district, post_role="member", planned_on=clock.beijing(moment).date(), state="finished" if done else "missed"
    )
    if done:
        return VisitFactory(site=site, patrol=patrol, done=True, arrived_at=moment, due_from=patrol.starts_at, due_to=patrol.ends_at, **more)
    return VisitFactory(site=site, patrol=patrol, **more)


# --- who --------------------------------------------------------------------------------------------------------------------------
def test_office_supervision_and_leaders_read_it_and_each_reading_is_on_record(district, found, page):
    readers = [UserFactory(**{role: district}) for role in ("office_staff", "office_director", "supervision", "leader")]

    answers = [page(user, found).status_code for user in readers]

    assert answers == [200] * 4
    assert list(AuditEvent.objects.filter(action="backtrace.read").values_list("actor_id", flat=True).order_by("seq")) == [
        user.pk for user in readers
    ]


def test_units_headquarters_and_grid_people_do_not(district, found, page):
    town = UserFactory(town_manager=district.villages[0].organisation)
    commander = UserFactory(commander=district.dust)
    member = UserFactory(member=district.villages[0])
    stranger = UserFactory(town_manager=district.town_b.organisation)

    answers = [page(user, found).status_code for user in (town, commander, member, stranger)]

    assert (answers, AuditEvent.objects.filter(action="backtrace.read").count()) == ([403, 403, 403, 404], 0)


def test_only_what_was_found_from_above_is_traced(district, staff, page):
    own = FindingFactory(district=district, source="grid_patrol")
    above = [FindingFactory(district=district, source=source) for source in ("central_inspection", "district_supervision", "superior_covert")]

    assert (page(staff, own).status_code, [page(staff, each).status_code for each in above]) == (404, [200, 200, 200])


def test_a_covert_visit_is_traced_once_it_is_assigned(district, page):
    supervision, covert = UserFactory(supervision=district), FindingFactory(district=district, source="covert_visit", is_sealed=True)
    sealed = page(supervision, covert).status_code
    covert.is_sealed, covert.assigned_at = False, clock.now()
    covert.save()

    assert (sealed, page(supervision, covert).status_code) == (404, 200)


def test_the_page_of_the_problem_offers_it_to_them_only(district, found, staff, client):
    town = UserFactory(town_manager=district.villages[0].organisation)
    link, shown = reverse("rectification:backtrace", args=[found.uuid]), []
    for user in (staff, town):
        client.force_login(user, backend=BACKEND)
        shown.append(link in client.get(found.get_absolute_url()).content.decode())

    assert shown == [True, False]


# --- what -------------------------------------------------------------------------------------------------------------------------
def test_posts_are_those_of_the_day_with_stand_ins_and_vacancies(district, found, staff):
    chief = post(district, "chief", "当时网格长", until=dt.date(2026, 10, 25))
    post(district, "chief", "后任网格长", since=dt.date(2026, 10, 26))
    Handover.objects.create(post=chief, substitute=UserFactory(name="代理示例"), reason="休假", starts_on="2026-10-18", ends_on="2026-10-22")

    village, town = Backtrace(found, staff).keepers

    assert (village.grid, village.grid.organisation, town.grid) == (district.villages[0], district.villages[0].organisation, district.town_a)
    posts = {str(label): [(holder.name, holder.substitutes) for holder in holders] for label, holders in village.posts}
    assert posts == {"网格长": [("当时网格长", ["代理示例"])], "网格员": [], "巡查员": [], "监督员": []}


def test_training_is_told_as_it_stood_then(district, found, staff):
    course = CourseFactory(district=district)
    people = {name: post(district, "member", name).user for name in ("有效", "过期", "后来才训", "从未")}
    TrainingRecordFactory(course=course, user=people["有效"], on=dt.date(2026, 5, 1))
    TrainingRecordFactory(course=course, user=people["过期"], on=dt.date(2025, 5, 1))
    TrainingRecordFactory(course=course, user=people["后来才训"], on=dt.date(2026, 11, 1))

    (posts,) = [holders for label, holders in Backtrace(found, staff).keepers[0].posts if label == "网格员"]

    assert {holder.name: str(holder.training_label) for holder in posts} == {
        "有效": "培训有效",
        "过期": "培训已过期",
        "后来才训": "没有培训记录",
        "从未": "没有培训记录",
    }


def test_the_object_with_who_is_in_charge_and_its_trio_of_the_day(found, site, staff):
    SitePostFactory(site=site, role="manager", name="当时管理员", starts_on=dt.date(2026, 1, 1))
    SitePostFactory(site=site, role="overseer", name="后来监督员", starts_on=dt.date(2026, 11, 1))

    (shown,) = Backtrace(found, staff).sites

    assert (shown, shown.organisation.name, shown.guarantor, [each.name for each in shown.trio_then]) == (
        site,
        "区住建局",
        "包保示例",
        ["当时管理员"],
    )


def test_without_an_object_those_within_two_hundred_metres_are_named(district, site, staff):
    SiteFactory(district=district, lon=site.lon, lat=site.lat + 0.005, created_at=before(days=300))
    finding = FindingFactory(district=district, source="city_inspection", lon=site.lon, lat=site.lat + 0.001, captured_at=FOUND)

    assert [(each, round(each.distance)) for each in Backtrace(finding, staff).sites] == [(site, 111)]


def test_visits_of_the_ninety_days_before_with_what_they_recorded(found, site, staff):
    visit(site, before(days=91))
    last = visit(site, before(days=2), conclusion="normal", one_tap=True, flags=[{"code": "far_from_site"}], grade="passed", score=9500)
    owed = visit(site, before(days=1), done=False)
    visit(site, FOUND + dt.timedelta(days=1))

    trace = Backtrace(found, staff)

    assert (trace.visits, trace.visits_made, trace.visits_owed) == ([owed, last], [last], [owed])
    assert (last.conclusion, trace.visits_made[0].doubts, trace.visits_made[0].post_label) == ("normal", ["到访位置离对象较远"], "网格员")


def test_a_visit_handed_in_after_the_problem_was_found_says_so(found, site, staff):
    late = visit(site, before(days=2), received_at=FOUND + dt.timedelta(hours=3))

    assert Backtrace(found, staff).visits_made == [late]
    (doubt,) = Backtrace(found, staff).visits_made[0].doubts
    assert "问题被发现后才报送" in doubt and "10-20 13:00" in doubt


def test_missed_turns_are_counted_and_stand_in_the_timeline(district, found, staff):
    for days, state in ((3, "missed"), (4, "finished"), (5, "planned"), (6, "handed_over"), (100, "missed")):
        PatrolFactory(district=district, planned_on=clock.beijing(before(days=days)).date(), state=state)

    trace = Backtrace(found, staff)

    assert (len(trace.rounds), trace.rounds_made, len(trace.rounds_missed)) == (3, 1, 2)
    assert [line.title for line in trace.story].count("日常巡查没有完成") == 2


def test_problems_at_the_same_object_or_within_two_hundred_metres_before(district, found, site, staff):
    here = FindingFactory(district=district, site=site, captured_at=before(days=30))
    near = FindingFactory(district=district, lon=site.lon, lat=site.lat + 0.001, captured_at=before(days=200))
    FindingFactory(district=district, lon=site.lon, lat=site.lat + 0.003, captured_at=before(days=30))
    FindingFactory(district=district, site=site, captured_at=before(days=400))
    FindingFactory(district=district, site=site, captured_at=FOUND + dt.timedelta(days=1))

    shown = Backtrace(found, staff).earlier

    assert [(each, each.distance and round(each.distance)) for each in shown] == [(here, None), (near, 111)]


def test_one_timeline_newest_first(district, found, site, staff):
    visit(site, before(days=2))
    FindingFactory(district=district, site=site, captured_at=before(days=3), number="2026-900001")
    post(district, "chief", "新网格长", since=dt.date(2026, 10, 10))

    titles = [line.title for line in Backtrace(found, staff).story]

    assert titles == [
        "本问题被发现：市督察",
        f"到访{site}：正常",
        f"发现问题 2026-900001：{district.findings.get(number='2026-900001').problem_type}（网格巡查）",
        "东村网格长新网格长到岗",
    ]


# --- what is never told -------------------------------------------------------------------------------------------------------------
def test_no_reporter_is_named_and_leaders_do_not_learn_which_post_made_a_visit(district, found, site, staff, leader, page):
    member = UserFactory(name="巡查示例人")
    visit(site, before(days=2), person=member, conclusion="problem")
    FindingFactory(district=district, site=site, captured_at=before(days=2), reporter=member)

    texts = {"staff": page(staff, found).content.decode(), "leader": page(leader, found).content.decode()}

    assert not any(name in text for text in texts.values() for name in ("不可显示者", "巡查示例人"))
    assert [visit.post_label for visit in Backtrace(found, leader).visits] == [""]
    assert "发现问题" in texts["leader"] and "包保示例" in texts["leader"]


def test_the_page_asks_as_often_for_three_visits_as_for_one(district, found, site, staff, page):
    post(district, "chief", "网格长一")
    asked = []
    for number in (1, 2):
        for n in range(number):
            visit(site, before(days=5 * number + n))
            FindingFactory(district=district, site=site, captured_at=before(days=5 * number + n))
            post(district, "member", f"网格员{number}{n}")
        page(staff, found)
        with CaptureQueriesContext(connection) as queries:
            page(staff, found)
        asked.append(len(queries))

    assert asked[0] == asked[1]
