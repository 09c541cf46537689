"""A program that knows only the papers works a month out anew and finds what the product says; and whatever is changed past it."""

import datetime as dt

import pytest
from django.db import connection

from airquality.models import DailyValue
from bench import recount_month
from bench.recount import papers as recount_papers
from grids.models import Membership, Post
from rectification.models import TaskEvent
from scorecards import services
from scorecards.models import Adjustment, Appeal, Reconciliation, Scorecard, ScoreLine, ScoreRow
from tests.factories.accounts import UserFactory
from tests.factories.grids import FieldFactory
from tests.factories.inspections import FindingEventFactory, FindingFactory, PatrolFactory, ProblemTypeFactory, VisitFactory
from tests.factories.rectification import LookBackFactory, TaskRequestFactory
from tests.factories.registers import SiteFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.factories.training import CourseFactory, TrainingRecordFactory
from tests.scorecards.air import BEFORE, aim, days_of, station_in
from tests.scorecards.lives import checked, random_lives, step, task_checked_by_township, task_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NOVEMBER = {"month": 11}
DAY = dt.timedelta(days=1)


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return MarkedDistrictFactory()


@pytest.fixture
def recount(district, client):
    """Differences between the month as shown and as worked out anew; asserts that there is something to compare."""
    user = UserFactory()
    Membership.objects.create(user=user, organisation=district.office, role="office_director", starts_on=dt.date(2020, 1, 1))

    def compared():
        client.force_login(user, backend=BACKEND)
        address = f"/api/v1/scorecards/{MONTH}/"
        lines = b"".join(client.get(f"{address}papers/").streaming_content).splitlines()
        workbook = client.get(address, {"format": "xlsx"}).content
        found = recount_month.compared(recount_papers.read(lines, month=MONTH), client.get(address).json(), workbook)
        assert found.compared > 300
        return found.faults

    return compared


def breathed(district) -> None:
    """Two stations in one township, one of them not every day; last year; a target for one pollutant; a dusty day left out."""
    first, second, third = station_in(district), station_in(district, 1), station_in(district, 2)
    days_of(first, pm25="44.125", pm10="91.7", count=30)
    days_of(second, pm25="52.5", status="real_time", invalid=["pm10"])
    days_of(third, pm25="38", pm10="70")
    for station in (first, third):
        days_of(station, BEFORE, pm25="61.4", pm10="88")
    DailyValue.objects.filter(station=first, day__year=2026, day__day=7).update(excluded_reason="sand_dust")
    aim(district, pm25="40", pm10=None)
    scheme = district.schemes.get(kind="township")
    for n, code in enumerate(("air_pm25_rank", "air_pm10_change_rank", "air_pm10_change", "air_good_ratio_change"), 50):
        scheme.lines.create(part="A", indicator=code, full=500, slope=20, threshold=100 if code.endswith("change") else None, position=n)


def lived(district) -> None:
    """A little of everything that is marked, with steps and corrections after the month's end."""
    random_lives(district, seed=11, count=25, start=beijing(1, month=9), until=beijing(20, **NOVEMBER))
    for source, village in (("provincial_inspection", 0), ("city_inspection", 2), ("district_supervision", 1)):
        step(task_of(district, at=beijing(3), due=beijing(20), village=village, source=source), "accept", beijing(3, 1))
    FindingFactory(district=district, grid=district.villages[0], source="covert_visit", captured_at=beijing(8), assigned_at=beijing(9))
    referred = task_of(district, at=beijing(1), due=beijing(10), source="district_supervision")
    TaskRequestFactory(task=referred, kind="transfer", organisation=district.ecology, asked_at=beijing(5), previous_due_at=beijing(10))
    waiting = task_checked_by_township(district, due=beijing(28))
    checked(waiting, ("feedback", 5), ("return", 9), ("feedback", 10), ("pass", 12))
    paused = task_of(district, at=beijing(1), due=beijing(10))
    paused.suspended_at = beijing(8)
    step(paused, "pause", beijing(8), target="suspended")


def found_by_others(district) -> None:
    """Missed items, workshops and fires, one of them corrected since; problems struck off ninety days before, one of which came back."""
    scattered = FieldFactory(district=district, code="scattered", headquarters=district.straw.headquarters)
    workshop, fire = (ProblemTypeFactory(district=district, field=field) for field in (scattered, district.straw))
    common = {"district": district, "grid": district.villages[2], "captured_at": beijing(7), "assigned_at": beijing(8)}
    for source in ("headquarters", "media", "complaint", "sky_guard", "district_supervision", "covert_visit", "provincial_inspection", "self_check"):
        for kind in ({}, {"problem_type": workshop}, {"problem_type": fire}):
            FindingFactory(**common, **kind, source=source)
    corrected = FindingFactory(**common, source="grid_patrol", problem_type=fire)
    changes = {"source": ["leader", "grid_patrol"], "problem_type": [workshop.pk, fire.pk]}
    FindingEventFactory(finding=corrected, action="correct", at=beijing(2, **NOVEMBER), details={"changes": changes})
    for day in (5, 20, 29):
        task = task_of(district, at=beijing(1, month=6), due=beijing(9, month=6), village=2)
        for action, on in (("accept", 2), ("feedback", 8), ("pass", 12)):
            step(task, action, beijing(on, month=6))
        struck_off(task.finding, at=beijing(day, month=7))
    LookBackFactory(finding=task.finding, result="rebound", done_at=beijing(30, month=8))


def struck_off(finding, *, at) -> None:
    FindingEventFactory(finding=finding, action="strike_off", from_state="rectified", to_state="struck_off", at=at)
    finding.state, finding.struck_off_at = "struck_off", at
    finding.save()


def reported(district) -> None:
    person, common = UserFactory(), {"district": district, "grid": district.villages[0], "captured_at": beijing(4)}
    Post.objects.create(user=person, grid=district.villages[0], role="member", starts_on=dt.date(2020, 1, 1))
    FindingFactory(**common, reporter=person, state="registered", registered_at=beijing(5), severity="serious")
    FindingFactory(**common, reporter=person, state="rejected", ended_at=beijing(6))
    corrected = FindingFactory(**common, state="registered", registered_at=beijing(5), severity="general")
    FindingEventFactory(finding=corrected, action="correct", at=beijing(2, **NOVEMBER), details={"changes": {"severity": ["serious", "general"]}})


def walked_and_taught(district) -> None:
    """Rounds in time and late, objects seen and not, people taught and not, sheets answered and not, entries, an upheld appeal."""
    at, village = beijing(5, 8), district.villages[0]
    walked = PatrolFactory(district=district, grid=village, planned_on=at.date(), starts_at=at, ends_at=at + dt.timedelta(hours=8), created_at=at)
    site = SiteFactory(district=district, grid=village, created_at=beijing(1))
    SiteFactory(district=district, grid=village, created_at=beijing(1))
    for hours in (1, 30):
        seen = at + dt.timedelta(hours=hours)
        VisitFactory(patrol=walked, site=site, state="done", conclusion="normal", arrived_at=seen, received_at=seen)
    VisitFactory(patrol=walked, site=SiteFactory(district=district, grid=village, created_at=beijing(9)))
    course = CourseFactory(district=district)
    for score, passed in ((None, True), (90, True), (40, False)):
        user = UserFactory()
        Post.objects.create(user=user, grid=village, role="member", starts_on=dt.date(2026, 1, 1))
        TrainingRecordFactory(course=course, user=user, on=at.date(), made_at=at, score=score, passed=passed, source="class" if passed else "online")
    for day, answered in ((6, 5), (13, None)):
        answers = {"state": "confirmed", "answered_at": beijing(answered), "answered_by": UserFactory(), "digest": "0" * 64} if answered else {}
        when = {"starts": beijing(day) - 7 * DAY, "ends": beijing(day) - DAY, "opened_at": beijing(day) - DAY, "due_at": beijing(day)}
        Reconciliation.objects.create(
            district=district, organisation=district._town_a, kind="weekly", period=f"2026-W{38 + day // 6:02d}", frozen=[], **when, **answers
        )


def decided(district) -> None:
    signed = {"state": "signed", "signed_by": UserFactory(), "signed_at": beijing(5, **NOVEMBER), "proposed_by": UserFactory()}
    common = {"district": district, "month": MONTH, "proposed_at": beijing(4, **NOVEMBER), "reason": "按文件", **signed}
    for unit, kind, amount in ((district._town_a, "praise", 200), (district._town_a, "late_report", -50), (district.housing, "wrong_data", -50)):
        Adjustment.objects.create(organisation=unit, kind=kind, amount=amount, **common)
    about = {"of_month": "2026-09", "of_indicator": "overdue"}
    Adjustment.objects.create(organisation=district._town_b, kind="correction", amount=-120, **about, **common)
    for row, part in zip(ScoreRow.objects.filter(amount__lt=-30, line__indicator__in=["overdue", "missed"]).order_by("pk")[:2], (1, 2), strict=True):
        answered = {"decided_by": UserFactory(), "decided_at": beijing(6, **NOVEMBER), "filed_by": UserFactory(), "filed_at": beijing(2, **NOVEMBER)}
        Appeal.objects.create(
            district=district,
            scorecard=row.scorecard,
            indicator=row.line.indicator,
            event_key=row.event_key,
            amount=row.amount,
            granted=-row.amount // part,
            grounds="不在辖区",
            decider="supervision",
            state="upheld" if part == 1 else "partly",
            **answered,
        )


def test_a_program_that_knows_only_the_papers_finds_the_same_month(district, recount):
    lived(district)
    reported(district)
    found_by_others(district)
    walked_and_taught(district)
    services.build(MONTH, district=district)
    decided(district)
    services.build(MONTH, district=district, rebuild=True)

    assert "\n".join(map(str, recount())) == ""
    told = dict(ScoreLine.objects.filter(scorecard__organisation=district._town_a).values_list("indicator", "denominator"))
    assert all(told[code] for code in ("patrol_completion", "coverage", "training", "pass_rate", "reconcile"))
    assert ScoreRow.objects.filter(granted__gt=0).count() == 2
    figures = dict(ScoreLine.objects.filter(scorecard__organisation=district._town_b).values_list("indicator", "numerator"))
    assert all(figures[code] for code in ("missed", "scattered_found", "fire_found", "self_find_rate", "rebound_rate"))
    assert ScoreRow.objects.exclude(amount=0).values("line__indicator").distinct().count() >= 8


SECOND, FIRST = "second_looker", "verifier"
TWO_LOOKS = [
    [("draw", 6, SECOND), ("pass", 7, FIRST)],
    [("draw", 6, SECOND), ("return", 9, FIRST)],
    [("draw", 6, SECOND)],
    [("draw", 6, FIRST), ("overturn", 9, SECOND)],
    [("overturn", 8, SECOND)],
    [("overturn", 9, SECOND), ("feedback", 10), ("pass", 11, FIRST)],
    [("overturn", 7, SECOND), ("feedback", 10), ("draw", 11, FIRST), ("confirm", 15, SECOND)],
]


def test_checks_with_a_blind_second_look_are_judged_the_same(district, recount):
    for looks in TWO_LOOKS:
        checked(task_checked_by_township(district, due=beijing(28)), ("feedback", 5), *looks)
    services.build(MONTH, district=district)

    assert "\n".join(map(str, recount())) == ""
    line = ScoreLine.objects.get(scorecard__organisation=district._town_a, indicator="checks_on_time")
    assert (line.numerator, line.denominator) == (4, 7)


def test_a_figure_that_was_changed_is_named_with_both_values(district, recount):
    lived(district)
    services.build(MONTH, district=district)
    card = Scorecard.objects.filter(month=MONTH, organisation=district._town_a).get()
    ScoreLine.objects.filter(scorecard=card, indicator="overdue").update(points=0)
    before = card.lines.get(indicator="overdue").numerator

    found = {(where, name): shown for where, unit, name, _recounted, shown in recount() if unit == "甲街道"}

    assert found["api", "overdue points"] == 0
    assert before and ("api", "overdue numerator") not in found


def test_a_row_that_was_taken_away_is_named(district, recount):
    lived(district)
    services.build(MONTH, district=district)
    ScoreLine.objects.get(scorecard__organisation=district.housing, indicator="own_field_on_time").behind().first().delete()

    assert any(name.endswith("rows") for _where, _unit, name, _recounted, _shown in recount())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="one database is enough")
def test_a_history_that_was_changed_is_found(district, recount):
    lived(district)
    services.build(MONTH, district=district)
    passed = TaskEvent.objects.filter(action="feedback", at__gte=beijing(1), at__lt=beijing(31), task__state="passed").first()
    TaskEvent.objects.filter(pk=passed.pk).update(at=passed.task.due_at + dt.timedelta(days=20))

    assert recount() != []


def test_the_air_is_recounted_from_the_days_of_its_stations(district, recount):
    lived(district)
    breathed(district)
    services.build(MONTH, district=district)

    assert "\n".join(map(str, recount())) == ""
    points = dict(ScoreLine.objects.filter(scorecard__organisation=district._town_a, indicator__startswith="air_").values_list("indicator", "points"))
    assert all(
        points[code] is not None for code in ("air_pm25_target", "air_pm10_target", "air_pm25_rank", "air_pm10_change_rank", "air_pm10_change")
    )
