"""Pages of the rounds: who sees what, and that what was found stays away from the name of who found it."""

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse

from audit.models import AuditEvent
from common import clock
from inspections import coverage, defaults
from inspections.models import Checklist, FieldSettings, Patrol, PatrolRule, Visit, WeatherState
from inspections.services import rules, tracks, weather
from tests.factories.accounts import UserFactory
from tests.factories.evidence import photo_bytes, sha256_of
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import FindingFactory, PatrolFactory, VisitFactory
from tests.factories.registers import SiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def town(district):
    return UserFactory(town_handler=district.town_a.organisation)


@pytest.fixture
def other_town(district):
    return UserFactory(town_handler=district.town_b.organisation)


@pytest.fixture
def director(district):
    return UserFactory(office_director=district)


@pytest.fixture
def found(patrol, site, checklist, district, member):
    """A visit on which a problem was found and reported."""
    visit = VisitFactory(
        patrol=patrol, site=site, done=True, conclusion="problem", checklist=checklist, text="东侧黄土裸露", score=5000, grade="failed"
    )
    Visit.objects.filter(pk=visit.pk).update(answers={"LIST-1": {"value": "fail", "note": "有带泥"}}, flags=[{"code": "no_place"}])
    FindingFactory(district=district, visit=visit, reporter=member, text="黄土裸露约20平方米", number="2026-000777")
    return visit


def test_list_shows_ones_own_area(enter, patrol, member, town, other_town, office):
    for user, count in ((member, 1), (town, 1), (other_town, 0), (office, 1), (UserFactory(office_staff=DistrictFactory()), 0)):
        answer = enter(user).get(reverse("patrols:list"))
        assert answer.context["page"].paginator.count == count


def test_list_is_filtered_and_counted(enter, patrol, office, district):
    PatrolFactory(district=district, kind="night", state="missed", grid=district.villages[2])
    client = enter(office)
    answer = client.get(reverse("patrols:list"), {"kind": "night", "township": district.town_b.code})
    assert [each.kind for each in answer.context["page"]] == ["night"]
    assert [(chip["label"], chip["count"]) for chip in answer.context["chips"]][-1] == ("未巡查", 1)
    assert client.get(reverse("patrols:list"), {"day_to": "2020-01-01"}).context["page"].paginator.count == 0


def test_queries_of_the_list_do_not_grow(enter, office, district, django_assert_max_num_queries):
    client = enter(office)

    def queries() -> int:
        with django_assert_max_num_queries(30) as asked:
            client.get(reverse("patrols:list"))
        return len(asked)

    PatrolFactory(district=district)
    queries()  # the first visit of a session writes who came
    one = queries()
    for _n in range(2):
        VisitFactory(patrol=PatrolFactory(district=district, kind="night"))
    assert queries() == one


def test_queries_of_a_round_do_not_grow(enter, office, patrol, found, site, district, django_assert_max_num_queries):
    client = enter(office)

    def queries() -> int:
        with django_assert_max_num_queries(35) as asked:
            client.get(reverse("patrols:round", args=[patrol.uuid]))
        return len(asked)

    queries()  # the first visit of a session writes who came
    one = queries()
    for _n in range(2):
        visit = VisitFactory(patrol=patrol, site=SiteFactory(district=district, kind=site.kind), done=True, checklist=found.checklist)
        FindingFactory(district=district, visit=visit)
    assert queries() == one


def test_who_may_know_the_reporter_reads_what_was_found(enter, found, patrol, office, supervision, member):
    for user in (office, supervision, member):
        page = enter(user).get(reverse("patrols:round", args=[patrol.uuid])).content.decode()
        for word in ("发现问题", "东侧黄土裸露", "2026-000777", "有带泥", "50.00"):
            assert word in page


def test_concerned_township_reads_who_went_there_but_not_what_was_found(enter, found, patrol, town, member):
    page = enter(town).get(reverse("patrols:round", args=[patrol.uuid])).content.decode()
    assert member.name in page
    assert "已到访" in page
    for word in ("发现问题", "东侧黄土裸露", "2026-000777", "有带泥", "50.00"):
        assert word not in page
    answer = enter(town).get(reverse("patrols:round-map", args=[patrol.uuid]))
    assert "发现问题" not in answer.content.decode()


def test_round_of_another_area_is_not_there(enter, patrol, other_town):
    assert enter(other_town).get(reverse("patrols:round", args=[patrol.uuid])).status_code == 404
    assert enter(other_town).post(reverse("patrols:hand-over", args=[patrol.uuid])).status_code == 404


def test_sheet_has_the_columns_of_the_patrol_ledger(enter, found, office, town):
    def sheet(user) -> list:
        answer = enter(user).post(reverse("patrols:export"))
        page = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)).active
        return [[cell.value for cell in row] for row in page.iter_rows()]

    rows = sheet(office)
    header = next(row for row in rows if "巡查编号" in row)
    assert header[:12] == [
        "序号",
        "巡查编号",
        "网格",
        "网格级别",
        "巡查人",
        "巡查日期",
        "开始时间",
        "结束时间",
        "巡查类型",
        "巡查对象",
        "对象类型",
        "检查项数",
    ]
    line = rows[rows.index(header) + 1]
    assert {"东门工地", "东侧黄土裸露", "2026-000777"} <= set(line)
    flat = [str(cell) for row in sheet(town) for cell in row]
    assert not any("2026-000777" in cell or "黄土" in cell for cell in flat)
    assert AuditEvent.objects.filter(action="export").count() == 2


def test_photos_of_a_visit_are_for_office_supervision_and_the_person(api, enter, put_visit, member, planned, seen, office, town, other_town):
    content = photo_bytes(8)
    sha256 = sha256_of(content)
    put_visit(member, seen(photos=[{"sha256": sha256, "size": len(content)}]), key=planned.uuid)
    api(member).put(f"/api/v1/visits/{planned.uuid}/photos/{sha256}/", content, content_type="application/octet-stream")
    for user, status in ((town, 403), (other_town, 404)):
        assert enter(user).get(reverse("patrols:photo", args=[planned.uuid, sha256, "320"])).status_code == status
    for user in (office, member):
        answer = enter(user).get(reverse("patrols:photo", args=[planned.uuid, sha256, "320"]))
        assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"


def test_round_is_handed_over_by_its_page(enter, patrol, planned, member, district, office):
    other = UserFactory(patroller=district.villages[0])
    client = enter(member)
    assert client.post(reverse("patrols:hand-over", args=[patrol.uuid]), {"to": other.pk}).status_code == 400
    assert client.post(reverse("patrols:hand-over", args=[patrol.uuid]), {"to": other.pk, "reason": "请假"}).status_code == 302
    assert Patrol.objects.get(person=other).visits.count() == 1
    mate = UserFactory(member=district.villages[0])
    assert enter(mate).post(reverse("patrols:hand-over", args=[Patrol.objects.get(person=other).uuid])).status_code == 403


def test_mark_is_answered_by_its_person_on_the_page(enter, found, member, office):
    address = reverse("patrols:answer-flag", args=[found.uuid])
    assert enter(office).post(address, {"code": "no_place", "answer": "x"}).status_code == 403
    assert enter(member).post(address, {"code": "no_place", "answer": "地下室"}).status_code == 302
    assert Visit.objects.get(pk=found.pk).flags[0]["answer"] == "地下室"


def test_a_refused_answer_to_a_mark_comes_back_as_it_was_typed(enter, found, member):
    long = "地下室没有信号" * 50
    answer = enter(member).post(reverse("patrols:answer-flag", args=[found.uuid]), {"code": "no_place", "answer": long})
    assert (answer.status_code, f'value="{long}"' in answer.content.decode(), "最多 300 字" in answer.content.decode()) == (400, True, True)
    assert "answer" not in Visit.objects.get(pk=found.pk).flags[0]


def test_a_page_of_a_round_that_was_handed_over_meanwhile_says_so(enter, patrol, planned, member, district):
    other, client = UserFactory(patroller=district.villages[0]), enter(member)
    words, address = {"to": other.pk, "reason": "请假"}, reverse("patrols:hand-over", args=[patrol.uuid])
    client.post(address, words)
    again = client.post(address, words, follow=True)
    assert (again.status_code, "已经结束或已移交" in again.content.decode()) == (200, True)
    assert Patrol.objects.filter(person=other).count() == 1


# --- completion and coverage ------------------------------------------------------------------------------------------------------------
def test_completion_counts_visits_in_their_window_and_coverage_objects(district, patrol, site, office, member):
    today = clock.today()
    past = {"due_from": clock.at(today - dt.timedelta(days=1)), "due_to": clock.end_of(today - dt.timedelta(days=1))}
    noon = clock.at(today - dt.timedelta(days=1), dt.time(12))
    VisitFactory(patrol=patrol, site=site, done=True, arrived_at=noon, **past)
    VisitFactory(patrol=patrol, site=site, done=True, arrived_at=clock.now(), **past)
    VisitFactory(patrol=patrol, site=SiteFactory(district=district, kind=site.kind), **past)
    VisitFactory(patrol=patrol, site=site, state="dropped", **past)
    VisitFactory(patrol=patrol, site=site)
    [row] = [row for row in coverage.rows(office, first=today - dt.timedelta(days=7), last=today) if row.grid == district.villages[0]]
    assert (row.planned, row.done, row.completion, row.objects, row.visited, row.coverage) == (3, 1, "33.33%", 2, 1, "50.00%")


def test_nothing_planned_is_no_data(enter, office, town, district):
    answer = enter(office).get(reverse("patrols:grids"))
    assert {row.completion for row in answer.context["rows"]} == {"无数据"}
    assert [row.grid for row in enter(town).get(reverse("patrols:grids")).context["rows"]] == [district.town_a, *district.villages[:2]]
    assert enter(office).get(reverse("patrols:grids"), {"first": "2026-11-24", "last": "2026-11-01"}).context["form"].errors


def test_coverage_asks_the_same_number_of_queries_for_more_grids(district, office, site, django_assert_num_queries):
    today = clock.today()
    office.has_perm("x")
    coverage.rows(office, first=today, last=today)
    VisitFactory(patrol=PatrolFactory(district=district), site=site, done=True)
    with django_assert_num_queries(5):
        coverage.rows(office, first=today, last=today)


# --- settings ---------------------------------------------------------------------------------------------------------------------------
def fields_of(form) -> dict:
    return {name: value for name in form.fields if (value := form[name].value()) not in (None, "", False)}


def test_rules_are_read_by_all_and_kept_by_keepers(enter, director, office, member, site, district):
    rule = PatrolRule.objects.create(district=district, level=3, times=1, per="week")
    for user in (member, office):
        client = enter(user)
        assert client.get(reverse("patrols:rules")).status_code == 200
        assert client.get(reverse("patrols:rule", args=[rule.pk])).status_code == 403
        assert client.post(reverse("patrols:new-rule")).status_code == 403
    client = enter(director)
    words = fields_of(client.get(reverse("patrols:rule", args=[rule.pk])).context["form"])
    assert client.post(reverse("patrols:rule", args=[rule.pk]), words | {"times": 3, "kind": site.kind_id}).status_code == 302
    rule.refresh_from_db()
    assert (rule.times, rule.kind, rule.is_active) == (3, site.kind, True)
    assert client.post(reverse("patrols:new-rule"), words | {"times": 0, "share": 101, "level": 9}).status_code == 400
    assert client.post(reverse("patrols:new-rule"), words | {"level": 2}).status_code == 302
    assert enter(UserFactory(office_director=DistrictFactory())).get(reverse("patrols:rule", args=[rule.pk])).status_code == 404


def test_warning_is_begun_and_lifted_by_the_office(enter, office, town, district):
    client = enter(office)
    address = reverse("patrols:weather")
    assert client.post(address, {"action": "start", "weather": "orange", "note": "区气办〔2026〕3号"}).status_code == 302
    assert client.post(address, {"action": "start", "weather": "orange"}).status_code == 400
    assert "橙色预警" in client.get(reverse("patrols:list")).content.decode()
    assert client.post(address, {"action": "start", "weather": "red"}).status_code == 302
    assert client.post(address, {"action": "stop", "weather": ""}).status_code == 302
    assert client.post(address, {"action": "stop"}).status_code == 400
    assert list(WeatherState.objects.order_by("pk").values_list("weather", flat=True)) == ["orange", "red"]
    assert not WeatherState.objects.filter(ends_at=None).exists()
    assert AuditEvent.objects.filter(action__startswith="weather.").count() == 3
    assert enter(town).get(address).status_code == 403


def test_state_set_by_hand_and_taken_over_by_a_warning_names_the_warning_as_its_basis(enter, office, district):
    by_hand = weather.start(district, "orange", note="手动启动", by=office)
    weather.start(district, "orange", note="", by=office, held_by="2026-01")
    page = enter(office).get(reverse("patrols:weather")).content.decode()
    assert '<td class="text-cell" data-label="依据">2026-01号预警</td>' in page and "手动启动" not in page
    event = AuditEvent.objects.get(action="weather.take_over")
    assert (event.actor_id, event.district_id, event.object_id, event.details) == (office.pk, district.pk, str(by_hand.pk), {"held_by": "2026-01"})


def test_settings_of_the_field_are_kept_by_keepers(enter, director, office, district):
    client = enter(director)
    address = reverse("patrols:settings")
    assert client.post(address, {"far_m": 150, "track": "on", "track_months": 6, "squad_phone": "12369"}).status_code == 302
    kept = FieldSettings.objects.get(district=district)
    assert (kept.far_m, kept.track, kept.track_months) == (150, True, 6)
    assert client.post(address, {"far_m": 3, "track_months": 0}).status_code == 400
    assert enter(office).get(address).status_code == 403


def test_track_is_erased_after_its_time_and_on_record(patrol):
    old, fresh = clock.today() - dt.timedelta(days=400), clock.today()
    PatrolFactory(district=patrol.district, person=patrol.person, planned_on=old, kind="night", track=[["t", 1, 2, 3]])
    Patrol.objects.filter(pk=patrol.pk).update(track=[["t", 1, 2, 3]], planned_on=fresh)
    assert tracks.erase_old() == 1
    assert tracks.erase_old() == 0
    assert sorted(len(each.track) for each in Patrol.objects.all()) == [0, 1]
    assert AuditEvent.objects.filter(action="patrol.erase_track").count() == 1


def test_the_second_of_two_editors_of_a_rule_is_told_and_the_same_rule_is_made_once(enter, director, district):
    rule = PatrolRule.objects.create(district=district, level=3, times=1, per="week")
    client, address = enter(director), reverse("patrols:rule", args=[rule.pk])
    words = fields_of(client.get(address).context["form"])
    PatrolRule.objects.filter(pk=rule.pk).update(times=2)
    late = client.post(address, words | {"times": 3})
    assert (late.status_code, "已被别人修改" in late.content.decode()) == (400, True)
    assert client.post(address, words | {"times": 3, "seen": late.context["form"]["seen"].value()}).status_code == 302
    new = reverse("patrols:new-rule")
    assert [client.post(new, words | {"times": 4}).status_code for _ in range(2)] == [302, 400]


# --- checklists -------------------------------------------------------------------------------------------------------------------------
def as_sent(field):
    """What a browser sends for a field nobody touched: of a list without a chosen word its first."""
    value = field.value()
    return value if value is not None or not hasattr(field.field, "choices") else next(iter(field.field.choices))[0]


def formset_of(page, **changes) -> dict:
    items = page.context["items"]
    words = {f"items-{name}": value for name, value in items.management_form.initial.items()}
    for form in items:
        words |= {form[name].html_name: as_sent(form[name]) for name in form.fields if as_sent(form[name]) not in (None, False)}
    return {name: value for name, value in (words | changes).items() if value is not None}


def test_edit_of_a_list_makes_the_next_version_and_old_rounds_keep_theirs(enter, director, checklist, found):
    client = enter(director)
    address = reverse("patrols:edit-checklist", args=["LIST"])
    page = client.get(address)
    words = formset_of(page, **{"items-0-text": "出入车辆全部冲洗", "items-1-DELETE": "on"})
    words |= {
        "items-3-code": "LIST-9",
        "items-3-text": "新增项",
        "items-3-answer_type": "choice",
        "items-3-choices": "*好、差",
        "items-3-points": 100,
    }
    words |= {"items-3-severity": "minor"}
    answer = client.post(address, words | {"name": "测试清单"})
    assert answer.status_code == 302, (answer.context["form"].errors, answer.context["items"].errors)
    newest = Checklist.objects.get(code="LIST", version=2)
    assert [(item.code, item.text) for item in newest.items.all()] == [("LIST-1", "出入车辆全部冲洗"), ("LIST-3", "积尘量"), ("LIST-9", "新增项")]
    assert newest.items.get(code="LIST-9").passing == ["好"]
    assert list(newest.kinds.all()) == list(checklist.kinds.all())
    assert [each.version for each in Checklist.objects.in_force(clock.today())] == [2]
    assert checklist.items.count() == 3
    assert "出入车辆冲洗" in client.get(reverse("patrols:round", args=[found.patrol.uuid])).content.decode()
    stale = client.post(address + "?v=1", words | {"name": "晚了一步"})
    assert stale.status_code == 400
    assert AuditEvent.objects.filter(action="checklist.revise").count() == 1


def test_a_list_is_saved_with_the_empty_row_untouched_and_a_wrong_row_is_named(enter, director, checklist):
    client = enter(director)
    address = reverse("patrols:edit-checklist", args=["LIST"])
    words = formset_of(client.get(address)) | {"name": "测试清单"}
    wrong = client.post(address, words | {"items-1-text": ""}).content.decode()
    assert ('<a href="#items-1">LIST-2</a>' in wrong, "#items-3" in wrong, wrong.count("新增一项")) == (True, False, 1)
    assert client.post(address, words).status_code == 302
    assert Checklist.objects.get(version=2).items.count() == 3


@pytest.mark.parametrize("wrong", [{"share": 0}, {"share": 101}, {"level": 7}, {"times": 11}, {"window_from": "08:00"}])
def test_a_wrong_rule_is_told_in_words(enter, director, district, wrong):
    rule = PatrolRule.objects.create(district=district, level=3, times=1, per="week")
    client, address = enter(director), reverse("patrols:rule", args=[rule.pk])
    answer = client.post(address, fields_of(client.get(address).context["form"]) | wrong)
    assert (answer.status_code, "约束" in answer.content.decode()) == (400, False)


def test_the_second_of_two_editors_of_a_list_is_told_and_may_press_again(enter, director, checklist):
    client = enter(director)
    address = reverse("patrols:edit-checklist", args=["LIST"])
    words = formset_of(client.get(address)) | {"version": 1}
    assert client.post(address, words | {"name": "先保存"}).status_code == 302
    late = client.post(address, words | {"name": "后保存"})
    assert (late.status_code, "已有第 2 版" in late.content.decode(), 'value="后保存"' in late.content.decode()) == (400, True, True)
    assert client.post(address, words | {"name": "后保存", "version": late.context["form"]["version"].value()}).status_code == 302
    assert list(Checklist.objects.order_by("version").values_list("version", "name"))[1:] == [(2, "先保存"), (3, "后保存")]


def test_limits_by_class_of_road_go_over_to_the_next_version(district, director, checklist):
    checklist.items.filter(code="LIST-3").update(limits_by={"attribute": "grade", "upper": {"主干路": 5}})
    items = [rules.item_values(item) for item in checklist.items.all()]
    made = rules.revise(checklist, name="新名", items=items, by=director)
    assert made.items.get(code="LIST-3").limits_by["upper"] == {"主干路": 5}


@pytest.mark.parametrize(
    "changes",
    [{"items-0-code": "LIST-2"}, {"items-0-code": "小写"}, {"items-0-answer_type": "choice"}, {"items-2-lower": "20"}, {"name": ""}],
)
def test_wrong_list_comes_back_filled(enter, director, checklist, changes):
    client = enter(director)
    address = reverse("patrols:edit-checklist", args=["LIST"])
    words = formset_of(client.get(address)) | {"name": "测试清单"} | changes
    assert client.post(address, words).status_code == 400
    assert Checklist.objects.count() == 1


def test_add_on_is_switched_on_for_the_district(enter, api, director, member, checklist, site):
    Checklist.objects.update(is_default=False)
    bundle = "/api/v1/field/bundle/"
    assert api(member).get(bundle).json()["sites"][0]["checklists"] == []
    address = reverse("patrols:switch-checklist", args=["LIST"])
    assert enter(member).post(address, {"on": "1"}).status_code == 403
    assert enter(director).post(address, {"on": "1"}).status_code == 302
    assert api(member).get(bundle).json()["sites"][0]["checklists"] == ["LIST"]


def test_lists_are_read_by_all_at_work(enter, member, checklist, director):
    for user in (member, director):
        client = enter(user)
        assert "测试清单" in client.get(reverse("patrols:checklists")).content.decode()
        assert "出入车辆冲洗" in client.get(reverse("patrols:checklist", args=["LIST"])).content.decode()
        assert client.get(reverse("patrols:checklist", args=["LIST"]), {"v": "7"}).status_code == 404
    assert enter(UserFactory(office_staff=DistrictFactory())).get(reverse("patrols:checklist", args=["LIST"])).status_code == 404
    assert enter(member).get(reverse("patrols:edit-checklist", args=["LIST"])).status_code == 403


def test_defaults_are_loaded_by_keepers_into_a_district_without(enter, director, member, district):
    address = reverse("patrols:load-defaults")
    assert enter(member).post(address).status_code == 403
    assert enter(director).post(address).status_code == 302
    expected = [row["code"] for row in defaults.LISTS if district.fields.filter(code=row["field"]).exists()]
    assert sorted(Checklist.objects.values_list("code", flat=True)) == sorted(expected)
    assert PatrolRule.objects.filter(district=district).exists()
