"""Trying other figures for a month: the same as a build by such a scheme would give, and nothing is stored."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grids.models import Organisation
from scorecards import services
from scorecards.models import Scheme, SchemeLine, Scorecard, ScoreLine, ScoreRow
from scorecards.services import what_if
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import random_lives, step, task_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
ADDRESS = f"/scorecards/what-if/{MONTH}/"


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory()
    random_lives(district, seed=7, count=14, start=beijing(1, month=9), until=beijing(31))
    for village, source in enumerate(("district_supervision", "city_inspection", "covert_visit", "province_inspection")):
        step(task_of(district, at=beijing(1), due=beijing(5 + village), village=village, source=source), "accept", beijing(1, 1))
    FindingFactory(
        district=district, grid=district.villages[0], state="assigned", severity="serious", captured_at=beijing(3), registered_at=beijing(3, 2)
    )
    services.build(MONTH, district=district)
    return district


def cards_of(district) -> list[Scorecard]:
    found = Scorecard.objects.filter(district=district, month=MONTH).select_related("scheme", "organisation", "grid", "district")
    return list(found.order_by("pk"))


def tried(district, kind="township", grades=None, **figures) -> dict:
    """Unit → what it would have; ``rework__per_event=500``."""
    named: dict[str, dict] = {}
    for key, value in figures.items():
        indicator, name = key.split("__")
        named.setdefault(indicator, {})[name] = value
    moves = what_if.try_out(cards_of(district), kind, grades=grades or {}, figures=named)
    return {move.card.organisation_id: move.new for move in moves}


def rebuilt(district, kind="township", grades=None, **figures) -> dict:
    """What the month is when its scheme has these figures."""
    scheme = Scheme.objects.get(district=district, kind=kind)
    Scheme.objects.filter(pk=scheme.pk).update(**(grades or {}))
    for key, value in figures.items():
        indicator, name = key.split("__")
        assert SchemeLine.objects.filter(scheme=scheme, indicator=indicator).update(**{name: value})
    services.build(MONTH, district=district, rebuild=True)
    return {card.organisation_id: what_if.Outcome.of(card) for card in cards_of(district) if card.scheme.kind == kind}


def stored() -> tuple:
    """Everything that a build writes."""
    return tuple(list(model.objects.order_by("pk").values()) for model in (Scheme, SchemeLine, Scorecard, ScoreLine, ScoreRow))


# --- figures ----------------------------------------------------------------------------------------------------------------------------
def test_the_same_figures_move_nobody(district):
    kinds = {card.scheme.kind for card in cards_of(district)}

    assert kinds >= {"township", "department"}
    for kind in kinds:
        moves = what_if.try_out(cards_of(district), kind, grades={}, figures={})
        assert moves and not any(move.changed for move in moves)


@pytest.mark.parametrize(
    "change",
    [
        {"found_city__per_event": 1500},
        {"found_city__per_event": 0, "found_state__per_event": 0},
        {"found_supervision__per_event": 900, "missed__per_event": 400},
        {"overdue__per_event": 200, "overdue__cap_per_item": 250},
        {"overdue__cap": 100},
        {"handling_start__full": 1000},
        {"late_sign__full": 900, "late_sign__per_event": 300},
        {"self_found_serious__per_event": 700, "self_found_serious__cap": 1500, "grades": {"bonus_cap": 1000}},
        {"grades": {"excellent_from": 9990, "good_from": 9900, "pass_from": 9800}},
    ],
)
def test_what_is_tried_is_what_a_build_by_such_a_scheme_gives(district, change):
    before = {card.organisation_id: what_if.Outcome.of(card) for card in cards_of(district) if card.scheme.kind == "township"}

    told = tried(district, **change)

    assert told == rebuilt(district, **change) != before


def test_a_lighter_mark_lets_another_rule_take_the_event(district):
    """A problem that the province found on a township's ground: the rule that is now the heaviest marks it."""
    assert tried(district, found_state__per_event=1, missed__per_event=900) == rebuilt(district, found_state__per_event=1, missed__per_event=900)


def test_nothing_is_stored(district):
    before = stored()

    tried(district, found_city__per_event=1500, handling_start__full=100, grades={"bonus_cap": 0})

    assert stored() == before


def test_a_mark_taken_back_by_an_appeal_stays_taken_back(district):
    from common import clock
    from scorecards.models import Appeal

    row = ScoreRow.objects.filter(amount__lt=0, scorecard__scheme__kind="township", event_key__startswith="found:").first()
    facts = {"grounds": "非本辖区", "decider": "supervision", "filed_at": clock.now(), "decided_at": clock.now()}
    Appeal.objects.create(
        district=district, scorecard=row.scorecard, indicator=row.line.indicator, event_key=row.event_key, amount=row.amount,
        granted=-row.amount, state="upheld", filed_by=UserFactory(), decided_by=UserFactory(), **facts,
    )  # fmt: skip
    services.build(MONTH, district=district, rebuild=True)

    assert not any(move.changed for move in what_if.try_out(cards_of(district), "township", grades={}, figures={}))
    assert tried(district, found_city__per_event=1500) == rebuilt(district, found_city__per_event=1500)


# --- page -------------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def sees(client, district):
    def get(role="office_director", **query):
        client.force_login(UserFactory(**{role: district}), backend=BACKEND)
        return client.get(ADDRESS, query)

    return get


@pytest.mark.parametrize("role", ["office_staff", "office_director", "leader", "supervision"])
def test_office_leaders_and_supervision_may_try(role, sees):
    answer = sees(role, **{"try": "1", "found_city.per_event": "15"})

    assert answer.status_code == 200
    assert any(move.changed for move in answer.context["moves"])


def test_units_and_people_in_the_field_may_not_and_strangers_find_nothing(client, district):
    for user, status in (
        (UserFactory(town_manager=district._town_a), 403),
        (UserFactory(dept_handler=district.housing), 403),
        (UserFactory(member=district.villages[0]), 403),
        (UserFactory(auditor=district), 403),
        (UserFactory(office_director=MarkedDistrictFactory()), 404),
    ):
        client.force_login(user, backend=BACKEND)
        assert client.get(ADDRESS).status_code == status


def test_the_page_begins_with_the_figures_of_the_scheme_and_no_result(sees):
    page = sees()

    assert page.context["moves"] is None
    assert page.context["form"]["rework.per_event"].value() == Decimal("0.3")


def test_the_page_says_who_moves(district, sees):
    answer = sees(**{"try": "1", "found_city.per_event": "15"})

    moves = answer.context["moves"]
    assert [move.new.rank for move in moves] == sorted(move.new.rank for move in moves)
    assert f'href="/scorecards/{MONTH}/{moves[0].card.organisation_id}/"' in answer.content.decode()


def test_a_wrong_figure_is_named_and_nothing_typed_is_lost(sees):
    answer = sees(**{"try": "1", "rework.per_event": "很多", "overdue.per_event": "0.7"})

    form = answer.context["form"]
    assert answer.status_code == 400
    assert list(form.errors) == ["rework.per_event"]
    assert (form["rework.per_event"].value(), form["overdue.per_event"].value()) == ("很多", "0.7")


def test_grades_must_descend(sees):
    assert "良好线" in str(sees(**{"try": "1", "good_from": "95"}).context["form"].errors)


def test_the_sum_of_full_marks_is_shown_when_it_is_not_a_hundred(sees):
    page = sees(**{"try": "1", "handling_start.full": "30"}).content.decode()

    assert "各项满分合计 95.0 分" in page


def test_the_director_takes_the_figures_into_the_editor_of_schemes(district, sees, client):
    page = sees(**{"try": "1", "rework.per_event": "0.5", "overdue.cap": "6"})
    scheme = Scheme.objects.get(district=district, kind="township")
    address = f"{reverse('scorecards:edit_scheme', args=[scheme.pk])}?{page.context['to_editor']['query']}"

    assert address.replace("&", "&amp;") in page.content.decode()
    form = client.get(address).context["form"]
    assert (str(form["rework.per_event"].value()), str(form["overdue.cap"].value())) == ("0.5", "6")
    assert form["found_city.per_event"].value() == Decimal(1)


def test_nobody_else_is_offered_the_editor(sees):
    assert "带入方案修订" not in sees("office_staff", **{"try": "1", "rework.per_event": "0.5"}).content.decode()


def test_a_month_or_kind_without_cards_is_not_there(sees, client):
    assert sees(kind="village").status_code == 404
    assert client.get("/scorecards/what-if/2020-01/").status_code == 404


def built_with(district, count: int) -> None:
    """The month anew with so many townships more, all idle."""
    for n in range(count):
        Organisation.objects.get_or_create(district=district, kind="township", name=f"新镇{n}", short_name=f"新镇{n}", position=9)
    for model in (ScoreRow, ScoreLine, Scorecard):
        model.objects.all().delete()
    services.build(MONTH, district=district)


def test_more_units_ask_no_more_queries(district, sees, client, django_assert_num_queries):
    query = {"try": "1", "found_city.per_event": "15"}
    built_with(district, 1)
    sees(**query)
    with CaptureQueriesContext(connection) as few:
        client.get(ADDRESS, query)
    built_with(district, 3)

    with django_assert_num_queries(len(few)):
        assert len(client.get(ADDRESS, query).context["moves"]) == 5
