"""Reports of units and of the day, coverage of the list, the review; electricity; reminders of the clock."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from accounts import devices
from accounts.models import DeviceUse
from audit import verify
from audit.models import AuditEvent
from common import clock
from common.errors import Conflict, NotYourRole
from emergency import coverage, figures, power
from emergency.models import DailyReport, EmergencyRule, Evidence, Order, PowerDay
from emergency.services import answers, problems, reporting, scan
from notices.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.emergency import CODES, later
from tests.factories.inspections import PatrolFactory, VisitFactory
from tests.factories.registers import SiteFactory

pytestmark = pytest.mark.django_db
NUMBERS = {"sites_stopped": 3, "vehicles_stopped": 2, "vehicles_checked": 5, "roads_cleaned": 4, "people_out": 9, "note": ""}


@pytest.fixture
def episode(place):
    with clock.standing(clock.at(dt.date(2026, 11, 16), dt.time(10))):
        yield place.running("orange")


@pytest.fixture
def town(place):
    return UserFactory(town_handler=place.district.town_a.organisation)


# --- coverage -----------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("level", "needed"), [("yellow", 1), ("orange", 2), ("red", 3)])
def test_the_share_to_be_looked_at_follows_the_level(place, level, needed):
    episode = place.running(level)

    assert coverage.of_day(episode, clock.today()).needed == needed


def test_the_share_is_the_districts_own(place, episode):
    EmergencyRule.objects.create(district=place.district, orange_share=100)

    assert coverage.of_day(episode, clock.today()).needed == 3


def test_quick_entries_and_visits_of_rounds_cover_an_enterprise_once(place, episode):
    site = SiteFactory(district=place.district, kind=place.district.site_kinds.get(code="enterprise"), grid=place.district.villages[1])
    place.list.enterprises.filter(position=2).update(site=site)
    order = place.order(party="enterprise", enterprise__position=1)
    for _n in range(2):
        problems.inspect(order, by=place.office, seen="fulfilled")
    VisitFactory(site=site, patrol=PatrolFactory(district=place.district, grid=place.district.villages[1], kind="emergency"), done=True)
    VisitFactory(site=SiteFactory(district=place.district), patrol=PatrolFactory(district=place.district, kind="emergency"), done=True)

    found = coverage.of_day(episode, clock.today())
    towns = {line.grid.name: (line.listed, line.seen, line.planned, line.done) for line in found.towns}
    assert (len(found.seen), found.is_met) == (2, True)
    assert towns == {"甲街道": (2, 2, 2, 2), "乙镇": (1, 0, 0, 0)}


def test_yesterdays_entry_does_not_count_today(place, episode):
    problems.inspect(place.order(party="enterprise", enterprise__position=1), by=place.office, seen="fulfilled")

    with later(days=1):
        assert coverage.of_day(episode, clock.today()).seen == set()


def test_coverage_asks_as_few_questions_for_many_enterprises(place, episode, django_assert_num_queries):
    with django_assert_num_queries(7):
        coverage.of_day(episode, clock.today())


# --- the day --------------------------------------------------------------------------------------------------------------------------------
def test_the_figures_of_a_day_come_from_rows_and_from_what_units_report(place, episode, town):
    order = place.order(party="enterprise", enterprise__position=1)
    answers.put_in_force(order, kind="lines", way="link", text="停炉", name="某人")
    answers.acknowledge_own(place.order(party="unit", organisation=place.district.town_a.organisation), by=town)
    problems.file_problem_of(problems.inspect(order, by=place.office, seen="not", text="未停"), by=place.office)
    reporting.report(episode, place.district.town_a.organisation, clock.today(), by=town, version=None, **NUMBERS)

    found = figures.of_day(episode, clock.today())
    assert found == {
        "orders": 11, "acknowledged": 2, "in_force": 1, "enterprises": 3, "enterprises_in_force": 1, "listed_seen": 1, "visits": 0, "inspections": 1,
        "problems": 1, "sites_stopped": 3, "vehicles_stopped": 2, "vehicles_checked": 5, "roads_cleaned": 4, "people_out": 9, "cuts": {"颗粒物": "5.0"},
    }  # fmt: skip
    assert "停工工地3个" in figures.words_of(found)


def test_what_was_sent_keeps_its_figures(place, episode, town):
    reporting.send(episode, clock.today(), by=place.office, version=None)
    reporting.report(episode, place.district.town_a.organisation, clock.today(), by=place.office, version=None, **NUMBERS)

    assert DailyReport.objects.get().figures["sites_stopped"] == 0
    with pytest.raises(ValidationError, match="攻坚办"):
        reporting.report(episode, place.district.town_a.organisation, clock.today(), by=town, version=1, **NUMBERS)
    again = reporting.send(episode, clock.today(), by=place.office, version=1)
    assert (again.figures["sites_stopped"], again.version) == (3, 2)


def test_two_people_at_the_same_numbers_the_second_is_told(place, episode, town):
    unit = place.district.town_a.organisation
    reporting.report(episode, unit, clock.today(), by=town, version=None, **NUMBERS)

    with pytest.raises(Conflict):
        reporting.report(episode, unit, clock.today(), by=place.office, version=None, **NUMBERS)
    assert reporting.report(episode, unit, clock.today(), by=place.office, version=1, **NUMBERS).version == 2


def test_nobody_reports_for_another_unit_or_for_another_day(place, episode, town):
    with pytest.raises(NotYourRole):
        reporting.report(episode, place.district.housing, clock.today(), by=town, version=None, **NUMBERS)
    with pytest.raises(ValidationError, match="响应期"):
        reporting.report(episode, place.district.town_a.organisation, clock.today() + dt.timedelta(days=1), by=town, version=None, **NUMBERS)


def test_an_hour_before_the_report_units_without_numbers_are_reminded_once(place, episode, town):
    reporting.report(episode, place.district.housing, clock.today(), by=place.office, version=None, **NUMBERS)
    with clock.standing(clock.at(clock.today(), dt.time(15, 59))):
        assert scan.scan()["reports"] == 0
    with clock.standing(clock.at(clock.today(), dt.time(16, 1))):
        scan.scan()
        scan.scan()

    assert Notice.objects.filter(kind="emergency.report", recipient=town, channel="inbox").count() == 1


# --- the review -----------------------------------------------------------------------------------------------------------------------------
def test_the_review_is_due_in_five_working_days_and_final_when_it_is_finished(place):
    with clock.standing(clock.at(dt.date(2026, 11, 16), dt.time(10))):
        episode = place.lifted()
        paper = reporting.review_of(episode)
        texts = {"effect": paper.effect, "problems": "无", "penalties": "无", "advice": ""}

        assert clock.beijing(paper.due_at).date() == dt.date(2026, 11, 23)
        with pytest.raises(ValidationError):
            reporting.save_review(episode, by=place.office, version=0, finish=True, **texts | {"problems": " "})
        reporting.save_review(episode, by=place.office, version=0, finish=True, **texts)
        with pytest.raises(Conflict):
            reporting.save_review(episode, by=place.director, version=1, finish=False, **texts)
        episode.refresh_from_db()
    assert episode.state == "reviewed"


def test_what_an_upgrade_or_the_lift_has_ended_before_its_limit_was_issued_but_not_owed(place):
    episode = place.running("yellow")
    answers.put_in_force(place.order(party="enterprise", enterprise__position=1), kind="lines", way="link", text="已停")
    place.running("orange", kind="upgrade")
    with later(minutes=61):
        place.running("orange", kind="lift")
        episode.refresh_from_db()
        found = figures.of_episode(episode)

    orders = Order.objects.filter(episode=episode, is_lift=False)
    assert found["orders"] == orders.count()
    assert found["must_be_in_force"] == orders.filter(level="orange", force_due_at__isnull=False).count() + 1
    assert found["in_force_in_time"] == 1


def test_while_it_runs_there_is_no_review(place, episode):
    with pytest.raises(ValidationError, match="解除"):
        reporting.save_review(episode, by=place.office, version=0, finish=False, effect="", problems="", penalties="", advice="")


# --- electricity ------------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def send(place, client):
    _device, key = devices.issue(place.district.pk, "供电公司", by=place.office)

    def post(rows, key=key):
        body = {"readings": [{"credit_code": code, "day": str(day), "kwh": kwh} for code, day, kwh in rows]}
        return client.post("/api/v1/electricity/", body, content_type="application/json", headers={"Authorization": f"Device {key}"})

    return post


def test_the_key_of_a_camera_opens_no_door_for_electricity(place, send):
    _camera, key = devices.issue(place.district.pk, "东村高点", by=place.office, use=DeviceUse.ALARM)
    assert send([(CODES[0], clock.today(), "980.00")], key=key).status_code == 403
    assert not PowerDay.objects.exists()


def test_power_above_the_share_of_a_whole_day_is_evidence_against_and_told_once(place, episode, send):
    first, second = clock.today(), clock.today() + dt.timedelta(days=1)
    with later(days=2):
        rows = [(CODES[0], first, "980.00"), (CODES[0], second, "620.00"), (CODES[1], second, "400.00")]
        answer = send(rows)
        again = send(rows)
        order = place.order(party="enterprise", enterprise__position=1)
        lines = [(line.day, line.is_against, line.is_for) for line in power.lines_of(order)]

    assert (answer.status_code, again.status_code) == (201, 200)
    assert lines == [(first, False, False), (second, True, False)]
    assert list(Evidence.objects.values_list("order", "is_against")) == [(order.pk, True)]
    assert Notice.objects.filter(kind="emergency.power", channel="inbox", recipient=place.office).count() == 1


def test_the_same_figure_again_changes_nothing_and_another_one_replaces_it(place, send):
    day = clock.today()
    outcomes = [send([(CODES[0], day, kwh)]).json() for kwh in ("100.00", "100.00", "120.00")]

    assert [(each["created"], each["updated"], each["unchanged"]) for each in outcomes] == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]
    assert str(PowerDay.objects.get().kwh) == "120.00"


def test_codes_that_no_list_knows_are_kept_and_named(place, send):
    assert send([("91410100MA00000D4M", clock.today(), "5.00")]).json()["unknown"] == ["91410100MA00000D4M"]


@pytest.mark.parametrize(
    "row", [("123", "2026-11-16", "1"), (CODES[0], "16.11.2026", "1"), (CODES[0], "2026-11-16", "-1"), (CODES[0], "2026-11-16", "viel")]
)
def test_wrong_rows_are_refused_with_their_field(place, send, row):
    answer = send([row])

    assert answer.status_code == 400
    assert PowerDay.objects.count() == 0


def test_without_a_key_nothing_is_taken(place, send):
    assert send([(CODES[0], clock.today(), "1.00")], key="x").status_code == 401


def test_an_order_that_has_ended_is_judged_for_the_days_on_which_it_ran_and_no_others(place, episode, send):
    days = [clock.today() + dt.timedelta(days=n) for n in range(5)]
    order = place.order(party="enterprise", enterprise__position=1)
    with clock.standing(clock.at(days[3], dt.time(10))):
        place.running("orange", kind="lift")
    with clock.standing(clock.at(days[4], dt.time(10))):
        send([(CODES[0], day, "990.00") for day in days])
        lines = [(line.day, line.is_whole) for line in power.lines_of(order)]

    assert lines == [(days[0], False), (days[1], True), (days[2], True), (days[3], False)]
    assert [piece.text[:10] for piece in Evidence.objects.filter(order=order, is_against=True)] == [str(days[1]), str(days[2])]


def test_a_replaced_order_goes_by_its_own_days_and_the_next_by_the_others(place, episode, send):
    days = [clock.today() + dt.timedelta(days=n) for n in range(4)]
    first = place.order(party="enterprise", enterprise__position=1)
    with clock.standing(clock.at(days[2], dt.time(10))):
        place.running("red", kind="upgrade")
    with clock.standing(clock.at(days[3], dt.time(10))):
        send([(CODES[0], day, "300.00") for day in days])
        second = place.order(party="enterprise", enterprise__position=1)
        found = [[(line.day, line.is_whole) for line in power.lines_of(order)] for order in (first, second)]

    assert found == [[(days[0], False), (days[1], True), (days[2], False)], [(days[2], False), (days[3], True)]]
    assert list(Evidence.objects.filter(is_against=True).values_list("order", flat=True)) == [second.pk]


def test_a_corrected_reading_takes_the_evidence_back(place, episode, send):
    day = clock.today() + dt.timedelta(days=1)
    with later(days=2):
        send([(CODES[0], day, "620.00")])
        send([(CODES[0], day, "420.00")])
    piece = Evidence.objects.get()

    assert (piece.is_against, piece.refused_note) == (True, "用电数据已更正为420.00 kWh，不再作为反证")
    with later(days=2):
        send([(CODES[0], day, "700.00")])
    assert Evidence.objects.filter(refused_note="").get().reading == 700


def test_what_a_corrected_reading_makes_of_the_evidence_is_on_record_too(place, episode, send):
    day = clock.today() + dt.timedelta(days=1)
    with later(days=2):
        for kwh in ("620.00", "620.00", "640.00", "420.00"):
            send([(CODES[0], day, kwh)])
    acts = AuditEvent.objects.filter(action__startswith="order.power").order_by("seq")

    assert [act.action for act in acts] == ["order.power", "order.power_edit", "order.power_back"]
    assert ['"was":"620.00"' in act.payload for act in acts] == [False, True, False]
    assert '"was":"640.00"' in acts[2].payload
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_power_goes_on_record_with_the_order_as_it_stands(place, episode, send):
    answers.put_in_force(place.order(party="enterprise", enterprise__position=1), kind="lines", way="link", text="停炉", name="某人")
    with later(days=2):
        send([(CODES[0], clock.today() - dt.timedelta(days=1), "620.00")])

    assert verify.run(district=place.district.pk, state=True).faults == []


# --- days that are past ---------------------------------------------------------------------------------------------------------------------
def test_an_earlier_day_keeps_its_figures_and_entries_after_an_upgrade(place, episode, client):
    order = place.order(party="enterprise", enterprise__position=1)
    answers.put_in_force(order, kind="lines", way="link", text="停炉", name="某人")
    problems.inspect(order, by=place.office, seen="fulfilled")
    day = clock.today()
    before = figures.of_day(episode, day)
    with later(days=1):
        place.running("red", kind="upgrade")
        episode.refresh_from_db()
        entries = {row["order"].receiver: (row["order"].level, row["seen"], len(row["entries"])) for row in coverage.enterprises_on(episode, day)}
        assert figures.of_day(episode, day) == before
        assert figures.of_day(episode, clock.today())["in_force"] == 0

    assert before["in_force"] == 1
    assert entries == {"测试企业0": ("orange", True, 1), "测试企业1": ("orange", False, 0), "测试企业2": ("orange", False, 0)}


def test_the_figures_of_a_day_ask_as_few_questions_after_many_steps(place, episode, django_assert_num_queries):
    day = clock.today()
    with later(days=1):
        place.running("red", kind="upgrade")
        episode.refresh_from_db()
        with django_assert_num_queries(9):
            figures.of_day(episode, day)


def test_where_nobody_got_in_nothing_was_looked_at(place, episode):
    problems.inspect(place.order(party="enterprise", enterprise__position=1), by=place.office, seen="unreachable")

    assert coverage.seen_on(episode, clock.today()) == set()


def test_a_visit_before_the_warning_began_does_not_count(place, episode):
    site = SiteFactory(district=place.district, kind=place.district.site_kinds.get(code="enterprise"), grid=place.district.villages[1])
    place.list.enterprises.filter(position=2).update(site=site)
    patrol = PatrolFactory(district=place.district, grid=place.district.villages[1], kind="emergency")
    with clock.standing(clock.at(clock.today(), dt.time(8))):
        visit = VisitFactory(site=site, patrol=patrol, done=True)
    assert coverage.seen_on(episode, clock.today()) == set()
    type(visit).objects.filter(pk=visit.pk).update(arrived_at=clock.at(clock.today(), dt.time(11)))

    assert len(coverage.seen_on(episode, clock.today())) == 1
