"""Rounds, training and reconciling in the marks; headquarters by their field, grids by what happened on their ground."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from common import clock
from grids.models import Membership, Post
from registers.models import SiteEvent
from scorecards import services
from scorecards.models import Reconciliation, Scheme, Scorecard, ScoreLine, ScoreRow
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory, PatrolFactory, VisitFactory
from tests.factories.rectification import LookBackFactory, TaskRequestFactory
from tests.factories.registers import SiteFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.factories.training import CourseFactory, TrainingRecordFactory
from tests.scorecards.lives import random_lives, step, task_of

pytestmark = pytest.mark.django_db
NOVEMBER = {"month": 11}
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return MarkedDistrictFactory()


def build(district):
    return services.build(MONTH, district=district, rebuild=True)


def figures(subject, indicator):
    """Of a unit or a grid."""
    line = ScoreLine.objects.get(indicator=indicator, **{f"scorecard__{'grid' if hasattr(subject, 'path') else 'organisation'}": subject})
    return line.numerator, line.denominator


def round_of(district, day, *, village=0):
    at = beijing(day, 8)
    return PatrolFactory(
        district=district, grid=district.villages[village], planned_on=dt.date(2026, 10, day), starts_at=at, ends_at=at + 8 * HOUR, created_at=at
    )


def done(at):
    return {"state": "done", "conclusion": "normal", "arrived_at": at, "received_at": at}


# --- rounds -------------------------------------------------------------------------------------------------------------------------
def test_planned_visits_count_when_they_were_made_within_their_window_and_known_by_the_cut_off(district):
    walked = round_of(district, 5)
    VisitFactory(patrol=walked, **done(beijing(5, 9)))
    VisitFactory(patrol=walked, **done(beijing(6, 9)))
    VisitFactory(patrol=walked)
    VisitFactory(patrol=walked, state="dropped")
    VisitFactory(patrol=round_of(district, 30), **{**done(beijing(30, 9)), "received_at": beijing(2, **NOVEMBER)})
    VisitFactory(patrol=round_of(district, 6, village=2), **done(beijing(6, 9)))

    build(district)

    assert figures(district._town_a, "patrol_completion") == (1, 4)
    assert figures(district._town_b, "patrol_completion") == (1, 1)
    assert [figures(village, "patrol_completion") for village in district.villages] == [(1, 4), (0, 0), (1, 1), (0, 0)]


def test_coverage_looks_at_objects_on_the_register_at_the_cut_off(district):
    made = {"district": district, "created_at": beijing(1, month=9)}
    seen, _unseen = SiteFactory(**made), SiteFactory(**made)
    closed_later, opened_later = SiteFactory(**made), SiteFactory(**made)
    over = next(each["code"] for each in seen.kind.statuses if each.get("is_over"))
    SiteFactory(district=district, created_at=beijing(2, **NOVEMBER))
    for site, change in ((closed_later, [site_open(seen), over]), (opened_later, [over, site_open(seen)])):
        SiteEvent.objects.create(site=site, action="edit", changes={"status": change}, at=beijing(3, **NOVEMBER))
    closed_later.is_over, closed_later.status = True, over
    closed_later.save()
    VisitFactory(patrol=round_of(district, 5), site=seen, **done(beijing(5, 9)))

    build(district)

    assert figures(district._town_a, "coverage") == (1, 3)


def site_open(site) -> str:
    return site.kind.open_statuses[0]


def on_post(grid, **term):
    user = UserFactory()
    Post.objects.create(user=user, grid=grid, role="member", **{"starts_on": dt.date(2026, 1, 1), **term})
    return user


def test_training_counts_people_on_post_on_the_last_day_and_names_none(district):
    course = CourseFactory(district=district)
    trained, both, failed = (on_post(district.villages[0]) for _n in range(3))
    Post.objects.create(user=both, grid=district.villages[1], role="member", starts_on=dt.date(2026, 1, 1))
    on_post(district.villages[0], ends_on=dt.date(2026, 10, 15))
    day = {"on": dt.date(2026, 10, 5), "made_at": beijing(5)}
    TrainingRecordFactory(course=course, user=trained, **day)
    TrainingRecordFactory(course=course, user=both, on=dt.date(2024, 5, 5), made_at=beijing(5, month=5, year=2024))
    TrainingRecordFactory(course=course, user=failed, source="online", score=50, passed=False, **day)
    TrainingRecordFactory(course=course, user=both, on=dt.date(2026, 10, 5), made_at=beijing(3, **NOVEMBER))

    build(district)

    assert figures(district._town_a, "training") == (1, 3)
    assert figures(district._town_a, "pass_rate") == (0, 1)
    rows = ScoreRow.objects.filter(line__indicator="training")
    assert {(row.finding_id, row.task_id, row.visit_id, row.site_id) for row in rows} == {(None,) * 4}


def sheet(unit, *, due, answered=None):
    answers = {"state": "confirmed", "answered_at": answered, "answered_by": UserFactory(), "digest": "0" * 64} if answered else {}
    period = {"period": f"2026-W{due.isocalendar().week:02d}", "starts": due - 7 * 24 * HOUR, "ends": due - HOUR}
    return Reconciliation.objects.create(
        district=unit.district, organisation=unit, kind="weekly", opened_at=due - HOUR, due_at=due, frozen=[], **period, **answers
    )


def test_sheets_count_by_the_day_they_fell_due(district):
    unit = district._town_a
    sheet(unit, due=beijing(5), answered=beijing(4))
    sheet(unit, due=beijing(12), answered=beijing(13))
    sheet(unit, due=beijing(19))
    sheet(unit, due=beijing(3, **NOVEMBER))

    build(district)

    assert figures(unit, "reconcile") == (1, 3)
    line = ScoreLine.objects.get(scorecard__organisation=unit, indicator="reconcile")
    assert (line.points, line.full) == (167, 500)


# --- headquarters -------------------------------------------------------------------------------------------------------------------
def commanders(field):
    return field.headquarters.organisation


def test_headquarters_answer_for_all_tasks_of_their_field_for_requests_checks_and_rebounds(district):
    for village, day in ((0, 9), (2, 12)):
        task = task_of(district, at=beijing(1), due=beijing(10), village=village)
        for action, on in (("accept", 2), ("feedback", day), ("pass", 20)):
            step(task, action, beijing(on))
    open_one = task_of(district, at=beijing(1), due=beijing(28), risk="medium")
    step(open_one, "accept", beijing(1, 1))
    for decided, state in ((beijing(6), "approved"), (beijing(9), "declined"), (None, "pending")):
        TaskRequestFactory(
            task=task_of(district, at=beijing(1), due=beijing(5, **NOVEMBER)),
            asked_at=beijing(5),
            decide_due_at=beijing(7),
            state=state,
            decided_at=decided,
        )
    step(open_one, "feedback", beijing(5), verify_due_at=beijing(8).isoformat())
    LookBackFactory(finding=task.finding, result="rebound", done_at=beijing(25))

    build(district)

    body = commanders(district.dust)
    assert figures(body, "field_on_time") == (1, 2)
    assert figures(body, "field_requests") == (1, 3)
    assert figures(body, "field_checks") == (0, 1)
    assert figures(body, "field_rebound") == (1, None)
    card = Scorecard.objects.get(organisation=body)
    assert (card.obtained, card.counted, card.rank) == (2000 + 1800 + 667, 10_000, 1)


def test_a_headquarters_without_anything_in_its_field_is_not_ranked(district):
    step(task_of(district, at=beijing(1), due=beijing(10)), "accept", beijing(1, 1))

    build(district)

    assert Scorecard.objects.get(organisation=commanders(district.catering)).unranked == "no_data"


# --- grids --------------------------------------------------------------------------------------------------------------------------
def found(district, source, *, village=0, count=1):
    for _n in range(count):
        FindingFactory(district=district, grid=district.villages[village], source=source, captured_at=beijing(5))


def test_a_grid_is_seen_by_what_others_found_there_and_never_marked_for_its_own_reports(district):
    found(district, "grid_patrol", count=12)
    found(district, "district_supervision", count=3)
    found(district, "complaint", count=2)

    build(district)

    village = district.villages[0]
    assert figures(village, "self_find_rate") == (12, 15)
    assert figures(village, "found_here") == (3, None)
    assert figures(village, "miss_rate") == (3, 17)
    card = Scorecard.objects.get(grid=village)
    assert (card.rank, card.counted, card.obtained) == (1, 6000, 3200 + 1400)


def test_a_grid_with_few_rows_is_not_ranked(district):
    found(district, "grid_patrol", count=9)

    build(district)

    card = Scorecard.objects.get(grid=district.villages[0])
    assert (card.rank, card.share, card.unranked) == (None, None, "too_few")


def test_grids_stand_by_township_and_each_figure_opens_its_rows(district, client):
    found(district, "grid_patrol", count=12)
    found(district, "media", village=2)
    random_lives(district, seed=3, count=4, start=beijing(1), until=beijing(30))
    build(district)
    user = UserFactory()
    Membership.objects.create(user=user, organisation=district.office, role="office_director", starts_on=dt.date(2020, 1, 1))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(reverse("scorecards:ranking_of", args=[MONTH]), {"kind": "grid"})
    rows = client.get(reverse("scorecards:grid_rows", args=[MONTH, district.villages[0].pk, "self_find_rate"]))

    assert [str(group.label) for group in page.context["groups"]] == ["甲街道", "乙镇"]
    assert "样本过少" in page.content.decode()
    assert rows.context["page"].paginator.count == figures(district.villages[0], "self_find_rate")[1]


def test_without_a_scheme_for_them_grids_have_no_cards(district):
    Scheme.objects.filter(kind="grid").update(is_active=False)

    build(district)

    assert not Scorecard.objects.filter(grid__isnull=False).exists()


# --- settled ------------------------------------------------------------------------------------------------------------------------
def test_a_settled_month_is_not_built_again(district):
    from scorecards.models import Settlement

    build(district)
    people = {"proposed_by": UserFactory(), "approved_by": UserFactory(), "proposed_at": clock.now(), "approved_at": clock.now()}
    Settlement.objects.create(district=district, month=MONTH, state="settled", digest="0" * 64, **people)

    with pytest.raises(ValidationError, match="已结账"):
        build(district)
    assert not services.build(MONTH, district=district).changed
