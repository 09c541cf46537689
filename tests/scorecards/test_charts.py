"""Charts show what the cards and the histories say, to whoever may see it, and each figure opens exactly its rows."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grids.models import Membership, Organisation, Post
from inspections.models import Finding
from scorecards import board, services
from scorecards.charts import ageing, flow, years
from scorecards.indicators.month import Month
from scorecards.models import Scorecard, ScoreLine, Settlement
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import FindingEventFactory, FindingFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import random_lives, step, task_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
MONTHS = ["2026-09", MONTH]


def person(organisation, role):
    user = UserFactory()
    Membership.objects.create(user=user, organisation=organisation, role=role, starts_on=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory(name="示例区")
    random_lives(district, seed=7, count=14, start=beijing(1, month=9), until=beijing(31))
    for month in MONTHS:
        services.build(month, district=district)
    return district


@pytest.fixture
def office(district):
    return person(district.office, "office_director")


@pytest.fixture
def town(district):
    return person(district._town_a, "town_manager")


@pytest.fixture
def sees(client):
    def get(user, name, *args, **query):
        client.force_login(user, backend=BACKEND)
        return client.get(reverse(f"scorecards:{name}", args=args), query)

    return get


def of_month(district) -> Month:
    return Month(
        MONTH, district.pk, dict(Scorecard.objects.filter(month=MONTH, organisation__isnull=False).values_list("organisation_id", "scheme__kind"))
    )


# --- shares and rates ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["township", "department"])
def test_heat_map_and_trend_say_what_the_board_says(kind, district, office, sees):
    shown = sees(office, "charts", kind=kind).context["year"]
    boards = {
        (each.card.organisation_id, month): each
        for month in MONTHS
        for group in board.groups(Scorecard.objects.filter(month=month, organisation__isnull=False))
        for each in group.standings
    }

    cells = [(row.unit.pk, cell) for row in shown.rows for cell in row.cells]
    expected = [(boards[unit, cell.month].card.share, boards[unit, cell.month].on_time) for unit, cell in cells]

    assert shown.months == MONTHS
    assert [(cell.share, cell.rate) for _unit, cell in cells] == expected
    assert any(cell.rate is not None for _unit, cell in cells)


def test_the_line_drawn_is_the_row_of_the_table(district, office, sees):
    context = sees(office, "charts", unit=district._town_a.pk).context
    row = context["year"].row_of(district._town_a.pk)
    front = context["trend"]["series"][-1]

    assert front["name"] == str(district._town_a)
    assert [point["value"] for point in front["data"]] == [cell.rate / 100 if cell.rate is not None else "-" for cell in row.cells]


@pytest.mark.parametrize("kind", ["township", "department"])
def test_a_rate_opens_the_tasks_it_is_made_of(kind, district, office, sees, client):
    for row in sees(office, "charts", kind=kind).context["year"].rows:
        for cell in (each for each in row.cells if each.rate is not None):
            rows = client.get(cell.rate_url).context
            assert rows["page"].paginator.count == cell.judged[1]


def test_own_unit_stands_out_and_another_can_be_chosen(district, town, sees):
    assert sees(town, "charts").context["unit"] == district._town_a.pk
    assert sees(town, "charts", unit=district._town_b.pk).context["unit"] == district._town_b.pk
    assert sees(town, "charts", unit="").context["unit"] is None
    assert sees(town, "charts", unit="nonsense").status_code == 200


def test_only_twelve_months_are_shown():
    months = [f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13)]

    assert years.window("2026-10", months) == [*months[10:12], *months[12:22]]


# --- age of what is open ---------------------------------------------------------------------------------------------------------------
def test_late_ones_are_the_overdue_ones_of_the_card(district, office, sees):
    for kind in ("township", "department"):
        for row in sees(office, "charts", kind=kind).context["open_rows"]:
            line = ScoreLine.objects.get(scorecard__organisation=row.unit, scorecard__month=MONTH, indicator="open_overdue")
            assert row.late == line.numerator


@pytest.mark.parametrize("days, age", [(0, 0), (3, 0), (4, 1), (7, 1), (8, 2), (15, 2), (16, 3), (30, 3), (31, 4), (60, 4)])
def test_days_past_the_day_of_assignment(days, age, settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory()
    at = beijing(31, 23, 59) - dt.timedelta(days=days)
    task = task_of(district, at=at, due=beijing(30, month=11))
    services.build(MONTH, district=district)

    rows = ageing.ageing(person(district.office, "office_staff"), of_month(district), [task.organisation])

    assert [heap.count for heap in rows[0].heaps] == [int(n == age) for n in range(5)]


def test_what_happens_after_the_month_changes_nothing(district, office, sees):
    before = [(row.unit.pk, row.heaps) for row in sees(office, "charts").context["open_rows"]]
    task = ageing.open_tasks(office, of_month(district)).filter(state_then="accepted").first()
    step(task, "feedback", beijing(3, month=11))
    step(task, "pass", beijing(4, month=11))

    assert [(row.unit.pk, row.heaps) for row in sees(office, "charts").context["open_rows"]] == before


def test_each_heap_opens_its_tasks(district, office, sees):
    rows = sees(office, "charts").context["open_rows"]
    for row in rows:
        for age, heap in enumerate(row.heaps):
            everything = sees(office, "chart_open", MONTH, unit=row.unit.pk, age=age).context["page"].paginator.count
            late = sees(office, "chart_open", MONTH, unit=row.unit.pk, age=age, late=1).context["page"].paginator.count
            assert (everything, late) == (heap.count, heap.late)
    whole = sees(office, "chart_open", MONTH, kind="township").context["page"].paginator.count
    assert whole == sum(row.count for row in rows) > 0


def test_a_township_sees_the_age_of_its_own_duties_only(district, town, sees):
    rows = sees(town, "charts").context["open_rows"]
    foreign = sees(town, "chart_open", MONTH, unit=district._town_b.pk).context["page"].paginator.count

    assert [row.unit for row in rows] == [district._town_a]
    assert foreign == 0


def test_a_unit_of_elsewhere_is_not_named(office, sees):
    foreign = DistrictFactory().housing
    foreign.name = foreign.short_name = "别处的局"
    foreign.save()

    shown = sees(office, "chart_open", MONTH, unit=foreign.pk)

    assert (shown.context["heading"], shown.context["page"].paginator.count) == ([], 0)


@pytest.mark.parametrize("query", [{"age": "9"}, {"unit": "x"}, {"late": "maybe"}, {"kind": "grid"}, {"district": "²"}])
def test_an_address_that_says_nonsense_is_not_there(query, district, office, sees):
    assert sees(office, "chart_open", MONTH, **query).status_code == 404


# --- how far problems came ---------------------------------------------------------------------------------------------------------------
def problem(district, *steps: str, day: int = 2, **fields):
    """A problem received on a day of October that took ``steps`` on the days after."""
    found = FindingFactory(district=district, grid=district.villages[0], reported=True, received_at=beijing(day), **fields)
    for place, name in enumerate(steps, 1):
        FindingEventFactory(finding=found, action=name, at=beijing(day + place))
    return found


def test_a_problem_is_counted_on_each_step_it_came_to(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory()
    problem(district)
    problem(district, "register")
    problem(district, "register", "assign")
    problem(district, state="rejected", ended_at=beijing(5))
    problem(district, "register", state="void", ended_at=beijing(9))
    problem(district, state="merged", ended_at=beijing(2, month=11))
    services.build(MONTH, district=district)

    steps = flow.flow(person(district.office, "office_staff"), of_month(district))

    told = [
        (each.code, each.reached, each.onward, each.stayed, each.ended["rejected"], each.ended["void"], each.ended["merged"]) for each in steps[:3]
    ]
    assert told == [("received", 6, 3, 2, 1, 0, 0), ("registered", 3, 1, 1, 0, 1, 0), ("assigned", 1, 0, 1, 0, 0, 0)]
    assert [each.reached for each in steps[3:]] == [0, 0, 0]


def test_feedback_sent_back_counts_as_returned(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory()
    task = task_of(district, at=beijing(1), due=beijing(20), received_at=beijing(1))
    for name, day in (("accept", 2), ("feedback", 3), ("return", 4)):
        step(task, name, beijing(day))
    services.build(MONTH, district=district)

    steps = {each.code: each for each in flow.flow(person(district.office, "office_staff"), of_month(district))}

    assert (steps["fed_back"].reached, steps["fed_back"].stayed, steps["fed_back"].returned) == (1, 1, 1)


def test_what_goes_on_and_what_ends_adds_up_to_what_came(district, office, sees):
    steps = sees(office, "charts").context["steps"]

    assert steps[0].reached == Finding.objects.filter(received_at__gte=beijing(1), received_at__lt=beijing(1, month=11)).count() > 0
    for step_, after in zip(steps, steps[1:], strict=False):
        assert step_.onward == after.reached
        assert step_.reached == step_.onward + step_.stayed + step_.gone


def test_each_figure_of_the_flow_opens_its_problems(district, office, sees):
    for step_ in sees(office, "charts").context["steps"]:
        figures = {"": step_.reached, "onward": step_.onward, "stayed": step_.stayed, "gone": step_.gone, "returned": step_.returned, **step_.ended}
        if step_.is_last:
            figures |= {"stayed": step_.reached}
        for which, count in figures.items():
            assert sees(office, "chart_flow", MONTH, step_.code, which=which).context["page"].paginator.count == count, (step_.code, which)


def test_a_sealed_visit_is_counted_for_nobody_but_the_supervisors(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory()
    problem(district, is_sealed=True, source="covert_visit")
    services.build(MONTH, district=district)

    assert flow.flow(person(district.office, "office_director"), of_month(district))[0].reached == 0


def test_the_first_bar_leads_to_the_ledger_of_the_month(district, office, sees):
    asked = parse_qs(urlsplit(sees(office, "charts").context["to_ledger"]).query)

    assert asked == {"box": ["all"], "received_from": ["2026-10-01"], "received_to": ["2026-10-31"]}


# --- the page -------------------------------------------------------------------------------------------------------------------------
def test_before_the_first_month_the_page_says_what_will_come(settings, sees):
    settings.MFA_REQUIRED = False
    page = sees(person(MarkedDistrictFactory().office, "office_director"), "charts")

    assert page.status_code == 200 and "还没有计分卡" in page.content.decode()


def test_headquarters_have_shares_and_rates_and_no_duties_of_their_own(district, office, sees):
    context = sees(office, "charts", kind="headquarters").context

    assert (context["kind"], context["has_duties"], bool(context["year"].rows)) == ("headquarters", False, True)
    assert sees(office, "charts", kind="grid").context["kind"] == "township"


def test_a_month_in_which_nothing_happened_has_tables_and_no_empty_charts(settings, sees):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory()
    services.build(MONTH, district=district)

    page = sees(person(district.office, "office_director"), "charts").content.decode()

    assert "data-chart" not in page
    assert all(words in page for words in ("未参评", "这些月份没有应办结的任务。", "月末没有在办件。", "本月没有收到您可以查看的问题。"))


def test_people_with_grid_posts_only_see_no_charts(district, sees):
    user = UserFactory()
    Post.objects.create(user=user, grid=district.villages[0], role="member", starts_on=dt.date(2020, 1, 1))

    assert [sees(user, "charts").status_code, sees(user, "picture", MONTH).status_code] == [403, 403]


def test_another_districts_month_is_not_there(district, sees):
    stranger = person(MarkedDistrictFactory().office, "office_director")

    pages = [sees(stranger, "chart_open", MONTH), sees(stranger, "chart_flow", MONTH, "received"), sees(stranger, "picture", MONTH)]
    assert [page.status_code for page in pages] == [404, 404, 404]


def test_charts_ask_the_same_number_of_queries_for_more_units(district, office, client, sees, django_assert_num_queries):
    sees(office, "charts")
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("scorecards:charts"))
    for n in range(3):
        Organisation.objects.create(district=district, kind="township", name=f"新镇{n}", short_name=f"新镇{n}", position=9)
    Scorecard.objects.all().delete()
    for month in MONTHS:
        services.build(month, district=district)

    with django_assert_num_queries(len(few)):
        client.get(reverse("scorecards:charts"))


# --- the picture ------------------------------------------------------------------------------------------------------------------------
def test_the_picture_says_what_the_board_says(district, office, sees):
    drawn = sees(office, "picture", MONTH, kind="township").context["drawing"]
    group = board.groups(Scorecard.objects.filter(month=MONTH, organisation__isnull=False))[0]

    assert [row["cells"][:2] for row in drawn["rows"]] == [[str(each.card.rank or "—"), str(each.card.organisation)] for each in group.standings]
    assert {len(row["cells"]) for row in drawn["rows"] if not row["note"]} == {len(drawn["columns"])}
    assert (drawn["title"], drawn["stamp"], drawn["width"]) == ("示例区2026年10月乡办督导考核排名", "未结账", 1080)


def test_who_is_not_ranked_is_drawn_with_the_reason(district, office, sees):
    drawn = sees(office, "picture", MONTH, kind="department").context["drawing"]
    idle = [row for row in drawn["rows"] if row["note"]]

    assert idle and all(row["cells"][0] == "—" and len(row["cells"]) == 2 for row in idle)
    assert drawn["rows"][-len(idle) :] == idle


def test_a_settled_month_is_stamped_with_its_digest(district, office, sees):
    leader = person(district.office, "district_leader")
    now, digest = beijing(10, month=11), "ab" * 32
    people = {"proposed_by": office, "proposed_at": now, "approved_by": leader, "approved_at": now}
    Settlement.objects.create(district=district, month=MONTH, state="settled", digest=digest, **people)

    drawn = sees(office, "picture", MONTH).context["drawing"]

    assert (drawn["stamp"], drawn["isSettled"], drawn["stampUnder"]) == ("已结账", True, f"校验码 {digest[:12]}")


def test_no_picture_of_a_kind_without_cards(district, office, sees):
    assert sees(office, "picture", MONTH, kind="nonsense").status_code == 404
