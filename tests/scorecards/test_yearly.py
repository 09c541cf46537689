"""The year: means and ranks of settled months, the same on page, API and workbook."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from common import clock
from scorecards import marks
from scorecards.models import ConsequenceRule, Proposal, Scheme, Scorecard, Settlement, UnitCard
from scorecards.services import yearly
from tests.factories.accounts import UserFactory
from tests.factories.scorecards import MarkedDistrictFactory

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def district(settings, db):
    settings.MFA_REQUIRED = False
    return MarkedDistrictFactory()


@pytest.fixture
def director(district):
    return UserFactory(office_director=district)


def cards(district, month: str, **shares) -> None:
    """Cards of a month, by the unit's short name in the district; None: nothing to be marked by."""
    scheme = Scheme.objects.get(district=district, kind="township")
    units = {"a": district._town_a, "b": district._town_b} | getattr(district, "more", {})
    start, end = clock.month_bounds(month)
    ranks = marks.ranks(list(shares.values()))
    for (name, share), rank in zip(shares.items(), ranks, strict=True):
        counted = {} if share is None else {"counted": 10_000, "obtained": share, "grade": "good"}
        Scorecard.objects.create(
            district=district, month=month, organisation=units[name], scheme=scheme, share=share, rank=rank, built_at=end, cut_off=end, **counted
        )


def settle(district, *months: str) -> None:
    proposed, approved = UserFactory(), UserFactory()
    for month in months:
        Settlement.objects.create(
            district=district, month=month, state="settled", proposed_by=proposed, proposed_at=clock.now(), approved_by=approved,
            approved_at=clock.now(), digest="f" * 64,
        )  # fmt: skip


def standings(district, by, **options) -> list[tuple]:
    """Unit, rank, mean, months counted, firsts, lasts of the townships."""
    group = yearly.of_year(2026, district_id=district.pk, by=by, **options).group("township")
    return [(each.card.organisation, each.rank, each.mean, len(each.counted), each.firsts, each.lasts) for each in group.standings]


# --- figures ----------------------------------------------------------------------------------------------------------------------------
def test_settled_months_make_the_mean_and_open_ones_only_when_asked_for(district, director):
    cards(district, "2026-08", a=9000, b=8000)
    cards(district, "2026-09", a=8001, b=9000)
    cards(district, "2026-10", a=7000, b=9500)
    settle(district, "2026-08", "2026-09")
    a, b = district._town_a, district._town_b

    assert standings(district, director) == [(a, 1, 8500, 2, 1, 1), (b, 1, 8500, 2, 1, 1)]
    assert standings(district, director, with_open=True) == [(b, 1, 8833, 3, 2, 1), (a, 2, 8000, 3, 1, 2)]


def test_a_month_without_data_is_left_out_of_the_mean(district, director):
    cards(district, "2026-08", a=9000, b=8000)
    cards(district, "2026-09", a=None, b=8500)
    settle(district, "2026-08", "2026-09")

    assert standings(district, director) == [(district._town_a, 1, 9000, 1, 1, 0), (district._town_b, 2, 8250, 2, 1, 1)]


def test_who_was_never_marked_stands_at_the_end_without_a_rank(district, director):
    cards(district, "2026-08", a=None, b=8000)
    settle(district, "2026-08")

    assert standings(district, director) == [(district._town_b, 1, 8000, 1, 1, 0), (district._town_a, None, None, 0, 0, 0)]


def test_where_all_share_the_first_place_nobody_is_last(district, director):
    cards(district, "2026-08", a=9000, b=9000)
    settle(district, "2026-08")

    assert [each[4:] for each in standings(district, director)] == [(1, 0), (1, 0)]


def test_best_and_worst_month_are_named(district, director):
    for month, share in (("2026-07", 8000), ("2026-08", 9100), ("2026-09", 7000)):
        cards(district, month, a=share, b=5000)
    settle(district, "2026-07", "2026-08", "2026-09")

    first = yearly.of_year(2026, district_id=district.pk, by=director).group("township").standings[0]

    assert [(cell.month.name, cell.share) for cell in (first.best, first.worst)] == [("2026-08", 9100), ("2026-09", 7000)]


def test_grids_have_a_year_of_their_own(district, director):
    scheme = Scheme.objects.filter(district=district, kind="grid").first() or Scheme.objects.create(
        district=district, kind="grid", version=1, name="网格", in_force_from="2020-01"
    )
    end = clock.month_bounds("2026-08")[1]
    for grid, share, rank in zip(district.villages[:2], (7000, 8000), (2, 1), strict=True):
        facts = {"counted": 10_000, "obtained": share, "grade": "good", "built_at": end, "cut_off": end}
        Scorecard.objects.create(district=district, month="2026-08", grid=grid, scheme=scheme, share=share, rank=rank, **facts)
    settle(district, "2026-08")

    group = yearly.of_year(2026, district_id=district.pk, by=director).group("grid")

    assert [(each.card.grid, each.rank, each.mean, each.lasts) for each in group.standings] == [
        (district.villages[1], 1, 8000, 0),
        (district.villages[0], 2, 7000, 1),
    ]


def test_another_year_and_another_district_have_no_part_in_it(district, director):
    other = MarkedDistrictFactory()
    cards(district, "2026-08", a=9000, b=8000)
    cards(district, "2025-08", a=1000, b=2000)
    cards(other, "2026-08", a=100, b=200)
    settle(district, "2026-08", "2025-08")

    assert [each[2] for each in standings(district, director)] == [9000, 8000]


@given(st.lists(st.one_of(st.none(), st.integers(0, 10_500)), min_size=1, max_size=12))
def test_a_mean_lies_within_half_a_hundredth_and_between_the_ends(shares):
    months = [yearly.Month(f"2026-{place:02}", True, True) for place in range(1, 13)]
    made = yearly.Standing(None, [yearly.Cell(month, Scorecard(share=share)) for month, share in zip(months, shares, strict=False)])
    known = [share for share in shares if share is not None]

    assert made.mean is None if not known else abs(made.mean * len(known) - sum(known)) * 2 <= len(known)
    assert not known or min(known) <= made.mean <= max(known)


# --- page, API, workbook ------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def sees(client, district):
    cards(district, "2026-08", a=9000, b=8000)
    cards(district, "2026-09", a=8400, b=9000)
    settle(district, "2026-08")

    def get(user, path="/scorecards/yearly/2026/", **query):
        client.force_login(user, backend=BACKEND)
        return client.get(path, query)

    return get


def test_each_month_links_to_its_card_and_open_months_are_grey(district, director, sees):
    page = sees(director, kind="grid").content.decode()

    for month in ("2026-08", "2026-09"):
        assert f'href="/scorecards/{month}/{district._town_a.pk}/"' in page
    assert page.count("未结账</small>") == 1 and page.count('class="num open"') == 3


def test_page_api_and_workbook_say_the_same(district, director, sees):
    for query in ({}, {"open": "1"}):
        shown = sees(director, **query).context["group"].standings
        told = sees(director, "/api/v1/scorecards/year/2026/", **query).json()["groups"][0]["rows"]
        book = openpyxl.load_workbook(io.BytesIO(sees(director, "/scorecards/yearly/2026/ranking.xlsx", **query).content))["乡办"]
        rows = [row for row in book.iter_rows(values_only=True) if isinstance(row[0], int)]

        figures = [(each.rank, str(each.card.organisation), each.mean, len(each.counted)) for each in shown]
        assert [(row["rank"], row["organisation"]["name"], row["mean"], row["months"]) for row in told] == [
            (rank, each.card.organisation.name, mean, count) for (rank, _unit, mean, count), each in zip(figures, shown, strict=True)
        ]
        assert [(row[0], row[1], round(row[2] * 100), row[3]) for row in rows] == figures
        assert [[cell["share"] for cell in row["cells"]] for row in told] == [[round(row[n] * 100) for n in (-4, -2)] for row in rows]


def test_the_api_gives_the_same_workbook_as_the_button(director, sees):
    answer = sees(director, "/api/v1/scorecards/year/2026/", format="xlsx")

    assert answer.headers["Content-Type"].startswith("application/vnd.openxml")


def test_a_year_without_cards_is_not_there_and_says_so_before_the_first_card(district, director, client):
    client.force_login(director, backend=BACKEND)

    assert "还没有计分卡" in client.get("/scorecards/yearly/").content.decode()
    assert client.get("/scorecards/yearly/2019/").status_code == 404
    assert client.get("/api/v1/scorecards/year/2019/").status_code == 404


def test_units_see_the_year_but_not_the_cards_and_praise_of_others(district, director, sees):
    town = UserFactory(town_handler=district._town_a)

    assert "黄牌" in sees(director).content.decode()
    answer = sees(town)
    assert answer.status_code == 200 and "黄牌" not in answer.content.decode()
    assert "yellow" not in sees(town, "/api/v1/scorecards/year/2026/").json()["groups"][0]["rows"][0]


def test_strangers_and_people_with_grid_posts_only_are_kept_out(district, sees):
    other = UserFactory(office_director=MarkedDistrictFactory())
    member = UserFactory(member=district.villages[0])

    assert [sees(other, path, district=district.pk).status_code for path in ("/scorecards/yearly/", "/api/v1/scorecards/year/2026/")] == [404, 404]
    assert [sees(member, path).status_code for path in ("/scorecards/yearly/", "/scorecards/yearly/2026/ranking.xlsx")] == [403, 403]


def test_more_units_and_months_ask_no_more_queries(district, director, sees, django_assert_num_queries):
    sees(director)
    with CaptureQueriesContext(connection) as few:
        sees(director)
    from grids.models import Organisation

    district.more = {f"n{n}": Organisation.objects.create(district=district, kind="township", name=f"新镇{n}", position=9) for n in range(3)}
    for month in ("2026-05", "2026-06", "2026-07"):
        cards(district, month, n0=9000, n1=8000, n2=7000)

    with django_assert_num_queries(len(few)):
        assert len(sees(director).context["group"].standings) == 5


def decided(district, unit, action: str, month: str, **more) -> Proposal:
    rule = ConsequenceRule.objects.create(district=district, name="阶梯", action=action, n=1, in_force_from="2020-01")
    facts = {"rule_snapshot": {}, "figures": {}, "proposed_at": clock.now(), "decided_by": UserFactory(), "decided_at": clock.now()}
    return Proposal.objects.create(district=district, rule=rule, organisation=unit, month=month, action=action, **facts, **more)


def test_cards_and_issued_praise_of_the_year_are_counted(district, director, sees):
    issued = {"state": "issued", "issued_by": UserFactory(), "issued_at": clock.now(), "paper_number": "示例〔2026〕1号"}
    decided(district, district._town_a, "praise", "2026-08", **issued)
    decided(district, district._town_a, "praise", "2026-09", state="dropped")
    for month in ("2026-08", "2025-12"):
        proposal = decided(district, district._town_b, "yellow", month, **issued)
        days = {"starts_on": dt.date(2026, 9, 11), "ends_on": dt.date(2026, 12, 10)}
        UnitCard.objects.create(district=district, organisation=district._town_b, colour="yellow", month=month, proposal=proposal, **days)

    found = {each.card.organisation: each.measures for each in sees(director).context["group"].standings}

    assert found == {district._town_a: [0, 0, 1], district._town_b: [1, 0, 0]}
