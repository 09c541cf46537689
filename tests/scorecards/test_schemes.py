"""Schemes: lines taken in, left out and put elsewhere; rates with a threshold; ready-made ones."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from common import clock
from grids.models import Membership
from scorecards import services
from scorecards.models import Scheme, SchemeLine, Scorecard, ScoreLine, ScoreRow
from scorecards.services import schemes
from scorecards.services.ready_made import ALL, READY_MADE
from tests.factories.accounts import UserFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import step, task_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db
OUTSIDE = ("bonus", "carry", "info")


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return MarkedDistrictFactory()


@pytest.fixture
def director(district, client):
    user = UserFactory()
    Membership.objects.create(user=user, organisation=district.office, role="office_director", starts_on=dt.date(2020, 1, 1))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def scheme_of(district, kind="township", version=1):
    return Scheme.objects.get(district=district, kind=kind, version=version)


def address(scheme):
    return reverse("scorecards:edit_scheme", args=[scheme.pk])


def posted(form) -> dict:
    """What a browser sends of the form as it stands."""
    sent = {field.html_name: field.value() for field in form if field.value() is not None and field.value() is not False}
    return sent | {"note": "按第6号文件", "add": form.added}


# --- the editor ---------------------------------------------------------------------------------------------------------------------
def test_a_line_of_the_catalogue_comes_in_and_another_goes_and_the_order_changes(district, director, client):
    scheme = scheme_of(district)
    scheme.lines.filter(indicator="coverage").delete()

    page = client.post(address(scheme), posted(client.get(address(scheme)).context["form"]) | {"add_line": "1", "add_line_code": "coverage"})
    changes = {"coverage.part": "C", "coverage.full": "5", "coverage.position": "1", "patrol_completion.part": "dropped"}
    answer = client.post(address(scheme), posted(page.context["form"]) | changes)

    assert answer.status_code == 302, answer.context["form"].errors
    fresh = scheme_of(district, version=2)
    of_part = list(fresh.lines.filter(part="C").values_list("indicator", flat=True))
    assert of_part == ["coverage", "checks_on_time", "valid_reports", "training"]
    assert fresh.lines.get(indicator="coverage").full == 500


def test_what_was_typed_stays_when_a_line_is_added(district, director, client):
    scheme = scheme_of(district)
    scheme.lines.filter(indicator="coverage").delete()
    data = posted(client.get(address(scheme)).context["form"]) | {"rework.per_event": "0.7", "add_line": "1", "add_line_code": "coverage"}

    form = client.post(address(scheme), data).context["form"]

    assert (form["rework.per_event"].value(), form["note"].value(), form.added) == ("0.7", "按第6号文件", ["coverage"])


def test_the_hundred_points_must_be_kept_and_a_slope_needs_its_threshold(district, director, client):
    scheme = scheme_of(district)
    start = posted(client.get(address(scheme)).context["form"])

    short = client.post(address(scheme), start | {"training.full": "2"}).context["form"]
    steep = client.post(address(scheme), start | {"training.slope": "1"}).context["form"]

    assert "现为 99 分" in str(short.non_field_errors())
    assert "training.threshold" in steep.errors
    assert Scheme.objects.filter(kind="township").count() == 1


def test_who_had_an_older_version_open_is_told(district, director, client):
    scheme = scheme_of(district)
    start = posted(client.get(address(scheme)).context["form"])
    assert client.post(address(scheme), start).status_code == 302

    again = client.post(address(scheme), start)

    assert "第 2 版" in str(again.context["form"].non_field_errors())
    assert Scheme.objects.filter(kind="township").count() == 2


def test_the_address_may_name_figures_to_begin_with(district, director, client):
    form = client.get(address(scheme_of(district)), {"rework.per_event": "0.9"}).context["form"]

    assert (form["rework.per_event"].value(), form["overdue.per_event"].value()) == ("0.9", 0.5)


# --- rules of a version -------------------------------------------------------------------------------------------------------------
def late_and_sent_back(district):
    task = task_of(district, at=beijing(1), due=beijing(5, month=11))
    for action, on in (("accept", 1), ("feedback", 3)):
        step(task, action, beijing(on, 1))
    step(task, "return", beijing(5), false_fix=True)


def test_without_the_rule_one_event_is_marked_by_each_line_that_names_it(district):
    late_and_sent_back(district)
    Scheme.objects.update(marks_once=False)

    services.build(MONTH, district=district)

    marks = ScoreRow.objects.filter(scorecard__organisation=district._town_a).exclude(amount=0)
    assert sorted(marks.values_list("line__indicator", "amount")) == [("false_fix", -500), ("rework", -30)]


def test_a_line_for_information_takes_no_marks_and_none_away_from_a_line_that_does(district):
    late_and_sent_back(district)
    SchemeLine.objects.filter(scheme__kind="township", indicator="false_fix").update(part="info")

    services.build(MONTH, district=district)

    rows = ScoreRow.objects.filter(scorecard__organisation=district._town_a, line__indicator__in=("false_fix", "rework"))
    assert sorted(rows.values_list("line__indicator", "amount")) == [("false_fix", 0), ("rework", -30)]
    told = ScoreLine.objects.get(scorecard__organisation=district._town_a, indicator="false_fix")
    assert (told.state, told.numerator, told.points) == ("information", 1, None)


def test_a_rate_below_its_threshold_loses_by_percentage_points(district):
    for day in (9, 9, 12, 12):
        task = task_of(district, at=beijing(1), due=beijing(10))
        for action, on in (("accept", 2), ("feedback", day), ("pass", 20)):
            step(task, action, beijing(on))
    schemes.load_ready_made("digital-city-township", district=district, by=None)
    Scheme.objects.filter(origin="digital-city-township").update(is_active=True, in_force_from="2026-01")

    services.build(MONTH, district=district)

    line = ScoreLine.objects.get(scorecard__organisation=district._town_a, indicator="on_time_closing")
    assert (line.numerator, line.denominator, line.points) == (2, 4, 3000)
    card = Scorecard.objects.get(organisation=district._town_a)
    assert (card.obtained, card.counted) == (5000, 7000)


# --- ready-made ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", list(READY_MADE))
def test_each_ready_made_scheme_makes_a_hundred_of_lines_its_kind_can_have(district, code):
    scheme = schemes.load_ready_made(code, district=district, by=None)

    lines = list(scheme.lines.all())
    assert sum(line.full for line in lines if line.part not in OUTSIDE) == 10_000
    assert all(scheme.kind in line.definition.kinds or line.definition.shape.name in ("NO_SOURCE", "ENTRY") for line in lines)


def test_loading_a_ready_made_scheme_touches_none_that_is_there_and_twice_is_one(district, director, client):
    before = list(Scheme.objects.order_by("pk").values())

    for _n in range(2):
        client.post(reverse("scorecards:schemes"), {"code": "jinniu-dust-township"})

    assert list(Scheme.objects.order_by("pk").values())[: len(before)] == before
    fresh = scheme_of(district, version=2)
    assert (fresh.is_active, Scheme.objects.count()) == (False, len(before) + 1)
    assert client.post(reverse("scorecards:schemes"), {"code": "nothing"}).status_code == 302
    services.build(MONTH, district=district)
    assert Scorecard.objects.get(organisation=district._town_a).scheme.version == 1


def test_every_kind_has_something_to_start_from(district):
    assert {each.kind for each in ALL} == {"township", "department", "headquarters", "grid"}


# --- two at once ----------------------------------------------------------------------------------------------------------------------
def revised(district, *, month: str):
    """The townships' scheme saved as its second version, at two in the morning of the 1st of December."""
    scheme = Scheme.objects.get(district=district, kind="township", version=1)
    lines = [{"indicator": line.indicator, "part": line.part, "position": line.position, "full": line.full} for line in scheme.lines.all()]
    with clock.standing(beijing(1, 2, month=12)):
        return schemes.revise(scheme, by=None, in_force_from=month, note="按第6号文件", rules={"name": scheme.name}, lines=lines, after=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_the_second_is_told_that_there_is_a_newer_version(district):
    answers = at_once(*[lambda: revised(district, month="2026-12")] * 2)

    assert sorted(type(each).__name__ for each in answers) == ["Scheme", "ValidationError"]
    assert next(each.code for each in answers if isinstance(each, ValidationError)) == "newer_version"


@pytest.mark.django_db(transaction=True)
def test_a_version_saved_while_its_month_is_built_has_either_marked_it_or_is_refused(district):
    services.build(MONTH, district=district)

    def built():
        with clock.standing(beijing(1, 2, month=12)):
            return services.build("2026-11", district=district)

    _built, saved = at_once(built, lambda: revised(district, month="2026-11"))

    marked_by = Scorecard.objects.get(month="2026-11", organisation=district._town_a).scheme.version
    assert marked_by == 2 if isinstance(saved, Scheme) else (marked_by, list(saved.message_dict)) == (1, ["in_force_from"])


@pytest.mark.django_db(transaction=True)
def test_a_ready_made_scheme_loaded_by_two_at_once_is_one(district):
    first, second = at_once(*[lambda: schemes.load_ready_made("jinniu-dust-township", district=district, by=None)] * 2)

    assert first == second
    assert Scheme.objects.filter(origin="jinniu-dust-township").count() == 1


# --- air --------------------------------------------------------------------------------------------------------------------------------
def test_a_scheme_from_before_the_air_was_measured_is_offered_todays_lines(district, director, client):
    scheme = scheme_of(district)
    scheme.lines.filter(indicator__startswith="air_").delete()
    scheme.lines.create(part="A", indicator="air_quality", full=4000, position=1)

    offered = client.get(address(scheme)).context["to_air"]
    page = client.get(address(scheme) + offered)
    answer = client.post(address(scheme), posted(page.context["form"]) | {"note": "空气质量接入"})

    assert answer.status_code == 302 and page.context["to_air"] == ""
    lines = {line.indicator: (line.part, line.full, line.slope) for line in scheme_of(district, version=2).lines.all()}
    assert "air_quality" not in lines
    assert (lines["air_pm25_target"], lines["air_pm10_target"]) == (("A", 2400, 60), ("A", 1600, 40))
    assert scheme.lines.filter(indicator="air_quality").exists()


def test_a_new_district_counts_its_air(district):
    counted = {line.indicator: line.full for line in scheme_of(district).lines.filter(part="A")}

    assert counted == {"air_pm25_target": 2400, "air_pm10_target": 1600}
