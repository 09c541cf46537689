"""Hollow grids: each sign with its evidence, what is no sign, what the grid says to it, the look of a week."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from common import clock
from common.errors import NotYourRole
from grids.models import Post
from inspections import hollow
from inspections.models import HollowKind, HollowRebuttal, HollowSign
from inspections.services import hollow as services
from notices.models import Notice
from tests.factories.accounts import LONG_AGO, UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import FindingFactory, PatrolFactory
from tests.factories.training import CourseFactory, TrainingRecordFactory

pytestmark = pytest.mark.django_db
TUESDAY = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 24)
ALL_POSTS = ("chief", "member", "patroller", "overseer")


@pytest.fixture(autouse=True)
def _tuesday(time_machine):
    time_machine.move_to(TUESDAY)


@pytest.fixture
def district():
    """Every grid has all its posts, and everybody has been trained."""
    district = DistrictFactory()
    course = CourseFactory(district=district)
    for grid in (district.town_a, district.town_b, *district.villages):
        for role in ALL_POSTS:
            TrainingRecordFactory(course=course, user=UserFactory(**{role: grid}), on=TODAY)
    return district


def found(district, kind=None):
    """Name of grid → evidence, of one kind."""
    every = hollow.signs(district, today=TODAY, limits=services.limits_of(district))
    return [(sign.grid.name, sign.evidence) for sign in every if kind in (None, sign.kind)]


def own_finding(district, grid, **more):
    return FindingFactory(district=district, grid=grid, **{"source": "grid_patrol"} | more)


def test_a_district_in_order_shows_no_sign(district):
    assert found(district) == []


def test_a_post_without_a_holder(district):
    Post.objects.filter(grid=district.villages[0], role="overseer").update(ends_on=TODAY - dt.timedelta(days=1))

    ((name, evidence),) = found(district, HollowKind.VACANT)

    assert (name, evidence) == ("东村", {"roles": ["overseer"]})
    assert hollow.words("vacant", evidence) == ["缺监督员"]


def test_one_person_in_more_than_three_grids(district):
    busy = UserFactory(name="忙人")
    for grid in district.villages[:3]:
        Post.objects.create(user=busy, grid=grid, role="deputy_chief", starts_on=LONG_AGO)
    TrainingRecordFactory(course=CourseFactory(district=district), user=busy)
    assert found(district) == []

    Post.objects.create(user=busy, grid=district.villages[3], role="deputy_chief", starts_on=LONG_AGO)
    assert found(district, HollowKind.OVERLOADED) == [
        (grid.name, {"people": [{"id": busy.pk, "name": "忙人", "grids": 4}]}) for grid in district.villages
    ]


def round_of(district, grid, day, *, finished=True):
    moment = clock.at(day, dt.time(10))
    return PatrolFactory(
        district=district, grid=grid, planned_on=day, finished_at=moment if finished else None, state="finished" if finished else "missed"
    )


def test_no_round_for_five_working_days_where_there_were_turns_to_walk(district):
    idle, busy, never, without = district.villages
    round_of(district, idle, dt.date(2026, 11, 13))
    round_of(district, idle, dt.date(2026, 11, 20), finished=False)
    round_of(district, busy, dt.date(2026, 11, 13), finished=False)
    round_of(district, busy, dt.date(2026, 11, 17))
    round_of(district, never, dt.date(2026, 11, 13), finished=False)
    round_of(district, without, dt.date(2026, 11, 3))

    evidence = found(district, HollowKind.IDLE)

    assert evidence == [(idle.name, {"last": "2026-11-13", "days": 6}), (never.name, {"last": "", "days": 6})]
    assert [hollow.words("idle", each) for _name, each in evidence] == [
        ["上次巡查 2026-11-13，已过 6 个工作日"],
        ["已 6 个工作日没有完成过巡查"],
    ]


@pytest.mark.parametrize("day, is_planned", [(dt.date(2026, 11, 20), True), (TODAY, True), (dt.date(2026, 11, 3), False)])
def test_no_round_is_no_sign_where_none_was_asked_for_long_enough(district, day, is_planned):
    PatrolFactory(district=district, grid=district.villages[0], planned_on=day, is_planned=is_planned, state="missed")

    assert found(district, HollowKind.IDLE) == []


def test_others_found_what_the_grid_did_not(district):
    blind, sees, _third, _fourth = district.villages
    for source in ("department", "station", "department"):
        FindingFactory(district=district, grid=blind, source=source)
        FindingFactory(district=district, grid=sees, source=source)
    own_finding(district, sees)

    assert found(district, HollowKind.BLIND) == [(blind.name, {"sources": {"department": 2, "station": 1}, "neighbours": []})]


@pytest.mark.parametrize("gone", [{"received_at": TUESDAY - dt.timedelta(days=31)}, {"state": "void"}, {"is_sealed": True}])
def test_old_void_and_sealed_findings_are_no_evidence(district, gone):
    FindingFactory(district=district, source="covert_visit", **gone)

    assert found(district) == []


def test_a_neighbour_found_three_and_the_grid_none(district):
    for n in range(3):
        own_finding(district, district.villages[1], text=f"第{n}条")

    names = [name for name, _evidence in found(district, HollowKind.BLIND)]

    assert names == [district.villages[0].name, district.villages[2].name]
    evidence = found(district, HollowKind.BLIND)[0][1]
    assert hollow.words("blind", evidence) == ["相邻的西村自己发现 3 个，本网格一个也没有"]


def test_the_same_words_and_the_same_photos_again_and_again(district):
    for _ in range(3):
        own_finding(district, district.villages[0], text="无异常", flags=[{"code": "photo_reused"}])
        FindingFactory(district=district, grid=district.villages[0], text="责令整改", source="department")

    evidence = found(district, HollowKind.REPEATED)

    assert evidence == [("东村", {"texts": [{"text": "无异常", "n": 3}], "photos": 3})]


def test_nobody_on_post_has_ever_been_trained(district):
    from grids.models import TrainingRecord

    TrainingRecord.objects.filter(user__posts__grid=district.villages[2]).delete()

    assert found(district, HollowKind.UNTRAINED) == [(district.villages[2].name, {"on_post": 4})]


def test_what_is_a_sign_is_the_districts_to_say(district):
    limits = services.limits_of(district)
    limits.repeats = 2
    services.save_limits(limits, by=UserFactory(office_director=district))
    for _ in range(2):
        own_finding(district, district.villages[0], text="无异常")

    assert len(found(district, HollowKind.REPEATED)) == 1
    with pytest.raises(NotYourRole):
        services.save_limits(limits, by=UserFactory(office_staff=district))


def test_a_fixed_number_of_questions_however_many_signs(district, client):
    client.force_login(UserFactory(office_staff=district))
    counts = []
    for number in (1, 4):
        for grid in district.villages[:number]:
            Post.objects.filter(grid=grid, role="overseer").update(ends_on=TODAY - dt.timedelta(days=1))
            FindingFactory(district=district, grid=grid, source="department")
            HollowRebuttal.objects.create(grid=grid, kind="vacant", text="正在补", by=UserFactory(), at=clock.now())
        client.get(reverse("grids:hollow"))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("grids:hollow")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- the page -----------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def vacant(district):
    for grid in district.villages:
        Post.objects.filter(grid=grid, role="overseer").update(ends_on=TODAY - dt.timedelta(days=1))
    return district


def page_of(client, user, **filters):
    client.force_login(user)
    answer = client.get(reverse("grids:hollow"), filters)
    return answer.content.decode() if answer.status_code == 200 else answer.status_code


def rows_on(page) -> list[str]:
    return [name for name in ("东村", "西村", "南村", "北村") if f">{name}</a>" in page]


def test_each_sees_the_grids_they_look_after(client, vacant):
    assert rows_on(page_of(client, UserFactory(town_handler=vacant.town_a.organisation))) == ["东村", "西村"]
    assert rows_on(page_of(client, UserFactory(chief=vacant.villages[3]))) == ["北村"]
    assert rows_on(page_of(client, UserFactory(supervision=vacant))) == ["东村", "西村", "南村", "北村"]
    assert rows_on(page_of(client, UserFactory(supervision=vacant), town=vacant.town_b.pk)) == ["南村", "北村"]
    assert page_of(client, UserFactory(member=vacant.villages[0])) == 403
    assert page_of(client, UserFactory(dept_manager=vacant.housing)) == 403


def test_a_foreign_township_is_no_way_around(client, vacant):
    assert rows_on(page_of(client, UserFactory(chief=vacant.villages[0]), town=vacant.town_b.pk)) in ([], ["东村"])


def test_evidence_leads_to_its_rows(client, vacant):
    FindingFactory(district=vacant, source="department")

    page = page_of(client, UserFactory(office_staff=vacant))

    assert f'href="{reverse("grids:grid", args=[vacant.villages[0].pk])}">缺监督员</a>' in page
    assert f"grid={vacant.villages[0].pk}&amp;received_from=2026-10-25&amp;source=department" in page


def test_chief_and_township_answer_and_nobody_else(client, vacant):
    grid, chief = vacant.villages[0], UserFactory(chief=vacant.villages[0], name="王村长")
    address = reverse("grids:hollow-rebut", args=[grid.pk, "vacant"])
    for user, status in (
        (UserFactory(office_staff=vacant), 403),
        (UserFactory(member=grid), 403),
        (UserFactory(town_manager=vacant.town_b.organisation), 403),
        (UserFactory(patroller=grid, chief=vacant.villages[-1]), 403),
    ):
        client.force_login(user)
        assert client.post(address, {"text": "不对"}).status_code == status

    client.force_login(chief)
    client.post(address, {"text": "接任者已报任命"})

    page = page_of(client, UserFactory(office_staff=vacant))
    assert "接任者已报任命" in page and "王村长说明" in page and "缺监督员" in page
    assert AuditEvent.objects.filter(action="hollow.rebut").count() == 1


def test_an_empty_answer_and_an_unknown_kind_are_refused(client, vacant):
    client.force_login(UserFactory(chief=vacant.villages[0]))

    client.post(reverse("grids:hollow-rebut", args=[vacant.villages[0].pk, "vacant"]), {"text": " "})
    assert not HollowRebuttal.objects.exists()
    assert client.post(reverse("grids:hollow-rebut", args=[vacant.villages[0].pk, "lazy"]), {"text": "x"}).status_code == 404


def test_an_answer_that_is_too_long_comes_back_and_the_same_one_twice_is_one(client, vacant):
    client.force_login(UserFactory(chief=vacant.villages[0]))
    address = reverse("grids:hollow-rebut", args=[vacant.villages[0].pk, "vacant"])

    refused = client.post(address, {"text": "长" * 501})
    assert (refused.status_code, "长" * 501 in refused.content.decode()) == (400, True)
    for _ in range(2):
        assert (
            client.post(f"{address}?kind=vacant", {"text": "接任者已报任命"})
            .headers["Location"]
            .endswith(f"?kind=vacant#grid-{vacant.villages[0].pk}")
        )
    assert (HollowRebuttal.objects.count(), AuditEvent.objects.filter(action="hollow.rebut").count()) == (1, 1)


def test_limits_are_kept_on_their_page(client, district):
    client.force_login(UserFactory(office_director=district))
    sent = {"max_grids": 4, "idle_days": 3, "window_days": 20, "neighbours_found": 2, "repeats": 2}

    assert client.post(reverse("grids:hollow-limits"), sent).status_code == 302
    assert services.limits_of(district).max_grids == 4
    assert client.post(reverse("grids:hollow-limits"), sent | {"window_days": 2}).status_code == 400


# --- the look of a week -------------------------------------------------------------------------------------------------------------
def test_once_a_week_and_one_message_each(vacant):
    office = UserFactory(office_staff=vacant)
    town = UserFactory(town_handler=vacant.town_a.organisation)
    services.rebut(vacant.villages[0], "vacant", "正在补", by=UserFactory(chief=vacant.villages[0]))

    assert [services.scan(clock.now()), services.scan(clock.now() + dt.timedelta(days=3))] == [4, 0]

    assert {notice.recipient for notice in Notice.objects.all()} == {office, town}
    told = Notice.objects.get(recipient=town)
    assert told.title == "本周 2 个网格有空挂迹象"
    assert told.body.startswith("东村：岗位空缺\n西村：岗位空缺")
    assert Notice.objects.get(recipient=office).title == "本周 4 个网格有空挂迹象"
    sign = HollowSign.objects.get(grid=vacant.villages[0])
    assert (sign.week.week, sign.evidence, sign.rebuttal.text) == ("2026-W48", {"roles": ["overseer"]}, "正在补")


def test_the_next_week_is_looked_at_again_from_monday_eight_o_clock(vacant):
    services.scan(clock.now())

    assert services.scan(clock.at(dt.date(2026, 11, 30), dt.time(7, 59))) == 0
    assert services.scan(clock.at(dt.date(2026, 11, 30), dt.time(8))) == 4


def test_a_week_without_signs_tells_nobody(district):
    UserFactory(office_staff=district)

    services.scan(clock.now())

    assert not Notice.objects.exists()


def test_how_often_a_sign_came_back_stands_beside_it(client, vacant):
    Post.objects.filter(role="overseer").update(ends_on=dt.date(2026, 10, 1))
    for weeks in (2, 1, 0):
        services.scan(clock.now() - dt.timedelta(weeks=weeks))

    assert "近 8 周出现 3 次" in page_of(client, UserFactory(office_staff=vacant))


def test_what_a_neighbour_of_another_township_found_is_a_number_without_a_link(client, district):
    for n in range(3):
        own_finding(district, district.villages[2], text=f"第{n}条")
    link = f"grid={district.villages[2].pk}&amp;"

    for user, is_linked in ((UserFactory(office_staff=district), True), (UserFactory(town_handler=district.town_a.organisation), False)):
        page = page_of(client, user)
        assert ("相邻的南村自己发现 3 个" in page, link in page) == (True, is_linked)
