"""Accounts on the page, as sheets and for programs: the same figures, to whoever may see them, and every figure opens its rows."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common import clock
from grids.models import Membership, Post
from rectification.models import Task
from scorecards import account_sheets
from scorecards.account_board import LABELS
from scorecards.models import FIGURES, Account
from scorecards.services import accounts, posting
from sheets import files
from sheets import services as sheets
from sheets.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import FindingFactory
from tests.factories.scorecards import MONTH, beijing
from tests.scorecards.lives import random_lives, step, task_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
END = beijing(31, 20)


def person(organisation, role):
    user = UserFactory()
    Membership.objects.create(user=user, organisation=organisation, role=role, starts_on=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    district = DistrictFactory()
    random_lives(district, seed=5, count=16, start=beijing(1, month=8), until=beijing(31))
    posting.post(district, now=END)
    return district


@pytest.fixture
def office(district):
    return person(district.office, "office_staff")


@pytest.fixture
def town(district):
    return person(district._town_a, "town_manager")


@pytest.fixture
def sees(client):
    def get(user, name, *args, **query):
        client.force_login(user, backend=BACKEND)
        return client.get(reverse(f"scorecards:{name}", args=args), query)

    return get


def figures(cells) -> dict:
    return {cell["name"]: cell["figure"] for cell in cells}


# --- who ----------------------------------------------------------------------------------------------------------------------------
def names(page) -> set:
    groups = page.context["groups"]
    return {row["name"] for group in groups for row in group.rows} | {each.organisation for group in groups for each in group.idle}


def test_the_office_supervision_and_leaders_read_every_account(district, office, sees):
    everybody = {district._town_a, district._town_b, district.housing, district.ecology}
    for user in (office, person(district.supervision, "supervision"), person(district.leading_group, "district_leader")):
        assert names(sees(user, "accounts_of", MONTH)) >= everybody


def test_a_unit_reads_its_own_account_and_the_districts_totals(district, office, town, sees):
    page, whole = sees(town, "accounts_of", MONTH), sees(office, "accounts_of", MONTH)

    assert names(page) == {district._town_a}
    assert figures(page.context["sums"]) == figures(whole.context["sums"])
    assert "单位账目只列本单位" in page.content.decode()
    assert sees(town, "account", MONTH, district._town_a.pk).status_code == 200
    assert sees(town, "account", MONTH, district._town_b.pk).status_code == 403
    assert sees(town, "account_sheet", MONTH, district._town_b.pk, "xlsx").status_code == 403


def test_a_township_reads_the_accounts_of_its_grids_and_a_department_none(district, town, sees):
    grids = {row["name"] for row in sees(town, "accounts_of", MONTH, tab="grids").context["rows"]}

    assert grids and grids <= set(district.villages[:2])
    other = Account.objects.filter(grid__in=district.villages[2:], month=MONTH).first()
    assert sees(town, "grid_account", MONTH, other.grid_id).status_code == 403
    assert sees(person(district.housing, "dept_manager"), "accounts_of", MONTH, tab="grids").context["rows"] == []


def test_people_in_the_street_are_told_why_not_and_another_district_is_not_there(district, sees):
    chief = UserFactory()
    Post.objects.create(user=chief, grid=district.villages[0], role="chief", starts_on=dt.date(2020, 1, 1))
    stranger = person(DistrictFactory().office, "office_director")

    assert sees(chief, "accounts").status_code == 403
    assert sees(stranger, "account", MONTH, district._town_a.pk).status_code == 404
    assert sees(stranger, "accounts").status_code == 200
    assert "还没有账目" in sees(stranger, "accounts").content.decode()


# --- what ---------------------------------------------------------------------------------------------------------------------------
def test_every_figure_opens_exactly_its_rows(district, office, sees):
    for account in Account.objects.filter(district=district).select_related("organisation", "grid"):
        name, holder = ("account", account.organisation_id) if account.organisation_id else ("grid_account", account.grid_id)
        for kind in FIGURES:
            page = sees(office, name, account.month, holder, kind=kind)
            lines = page.context["lines"]
            shown = sum(line.entry.amount for line in lines) if kind not in ("opening", "closing") else page.context["page"].paginator.count
            assert (shown, page.context["hidden"]) == (getattr(account, kind), 0)


def test_the_book_runs_from_opening_to_closing(district, office, sees):
    for account in Account.objects.filter(district=district, organisation__isnull=False):
        lines = sees(office, "account", account.month, account.organisation_id).context["lines"]
        balances = [account.opening, *(line.balance for line in lines)]
        steps = [(line.taken_in or 0) - (line.given_out or 0) for line in lines]
        assert [b - a for a, b in zip(balances, balances[1:], strict=False)] == steps
        assert balances[-1] == account.closing


def test_rows_the_reader_may_not_see_are_counted_and_not_shown(district, sees):
    sealed = FindingFactory(district=district, captured_at=beijing(20), source="covert_visit", is_sealed=False, assigned_at=beijing(20))
    posting.post(district, now=END)
    sealed.is_sealed = True
    sealed.save()
    office = person(district.office, "office_director")

    page = sees(office, "grid_account", MONTH, district.villages[0].pk)

    assert page.context["hidden"] == 1 and "另有 1 行" in page.content.decode()
    assert sealed.pk not in {line.entry.finding_id for line in page.context["lines"]}


def test_red_ink_and_late_lines_say_so(district, office, sees):
    task = task_of(district, at=beijing(2), due=beijing(9))
    step(step(step(step(task, "accept", beijing(3)), "feedback", beijing(4)), "pass", beijing(5)), "reopen", beijing(6), target="returned")
    posting.post(district, now=END)

    page = sees(office, "account", MONTH, district._town_a.pk, kind="closed").content.decode()

    assert "办结（红字冲销）" in page


def test_a_month_without_accounts_is_not_there(district, office, sees):
    assert sees(office, "accounts_of", "2020-01").status_code == 404
    assert sees(office, "account", "2020-01", district._town_a.pk).status_code == 404
    assert sees(office, "accounts_sheet", MONTH, "pdf").status_code == 404


# --- queries ------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", [{}, {"tab": "grids"}])
def test_the_page_of_a_month_asks_the_same_for_more_units_and_grids(settings, client, query):
    settings.MFA_REQUIRED = False
    district = DistrictFactory()
    task_of(district, at=beijing(2), due=beijing(9))
    posting.post(district, now=END)
    client.force_login(person(district.office, "office_staff"), backend=BACKEND)
    address = reverse("scorecards:accounts_of", args=[MONTH])
    client.get(address, query)
    with CaptureQueriesContext(connection) as few:
        client.get(address, query)
    for village in (1, 2, 3):
        task_of(district, at=beijing(3), due=beijing(9), village=village)
    posting.post(district, now=END)

    with CaptureQueriesContext(connection) as many:
        client.get(address, query)
    assert len(many) == len(few)


@pytest.mark.parametrize("kind", ["", "added", "closing"])
def test_a_book_asks_the_same_for_more_lines(settings, client, kind):
    settings.MFA_REQUIRED = False
    district = DistrictFactory()
    task_of(district, at=beijing(2), due=beijing(9))
    posting.post(district, now=END)
    client.force_login(person(district.office, "office_staff"), backend=BACKEND)
    address = reverse("scorecards:account", args=[MONTH, district._town_a.pk])
    client.get(address, {"kind": kind})
    with CaptureQueriesContext(connection) as few:
        client.get(address, {"kind": kind})
    for day in (3, 4):
        task_of(district, at=beijing(day), due=beijing(9))
    posting.post(district, now=END)

    with CaptureQueriesContext(connection) as many:
        client.get(address, {"kind": kind})
    assert len(many) == len(few)


# --- sheets and programs --------------------------------------------------------------------------------------------------------------
def test_page_interface_and_sheet_say_the_same(district, office, client, sees):
    page = sees(office, "accounts_of", MONTH)
    told = client.get(f"/api/v1/accounts/{MONTH}/").json()
    book = openpyxl.load_workbook(io.BytesIO(sees(office, "accounts_sheet", MONTH, "xlsx").content))

    shown = [
        each
        for group in page.context["groups"]
        for each in [(str(row["name"]), *figures(row["cells"]).values()) for row in group.rows]
        + [(str(each.organisation), *[0] * 8) for each in group.idle]
    ]
    assert [(each["organisation"]["name"], *(each[name] for name in FIGURES)) for each in told["units"]] == shown
    written = [row[1:] for row in book["单位账"].iter_rows(values_only=True) if row[0] in ("乡办", "部门", "专项指挥部") and row[1] != "合计"]
    assert written == shown
    assert book.sheetnames == ["单位账", "网格账"]
    grids = [(row["name"].code, *figures(row["cells"]).values()) for row in sees(office, "accounts_of", MONTH, tab="grids").context["rows"]]
    assert [(each["grid"]["code"], *(each[name] for name in FIGURES)) for each in told["grids"]] == grids
    assert sum(total["closing"] for kind, total in told["totals"].items() if kind != "grids") == figures(page.context["sums"])["closing"]


def test_the_interface_gives_a_unit_its_own_and_refuses_the_street(district, town, client):
    client.force_login(town, backend=BACKEND)
    told = client.get(f"/api/v1/accounts/{MONTH}/").json()

    assert [each["organisation"]["id"] for each in told["units"]] == [district._town_a.pk]
    assert client.get("/api/v1/accounts/2020-01/").status_code == 404
    client.force_login(UserFactory(member=district.villages[0]), backend=BACKEND)
    assert client.get(f"/api/v1/accounts/{MONTH}/").status_code == 403


def test_a_book_as_a_sheet_has_every_line_and_its_balance(district, office, sees):
    account = Account.objects.filter(district=district, month=MONTH, organisation=district.housing).get()
    lines = sees(office, "account", MONTH, district.housing.pk).context["lines"]

    rows = list(csv.reader(io.StringIO(sees(office, "account_sheet", MONTH, district.housing.pk, "csv").content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(sees(office, "account_sheet", MONTH, district.housing.pk, "xlsx").content))

    assert [int(row[7]) for row in rows[1:]] == [line.balance for line in lines]
    assert int(rows[-1][7]) == account.closing
    assert [row[1] for row in book["账目"].iter_rows(values_only=True) if isinstance(row[7], int)] == [line.entry.paper_number for line in lines]


def test_a_long_book_becomes_a_job(district, office, client, sees, monkeypatch):
    monkeypatch.setattr(account_sheets, "DIRECTLY", 3)

    answer = sees(office, "account_sheet", MONTH, district.housing.pk, "xlsx")
    job = sheets.run(Job.objects.get())

    assert answer.status_code == 302 and job.state == Job.State.DONE
    lines = sees(office, "account", MONTH, district.housing.pk).context["page"].paginator.count
    book = openpyxl.load_workbook(files.path_of(job.result_path))
    assert len([row for row in book["账目"].iter_rows(values_only=True) if isinstance(row[7], int)]) == lines


# --- commands -----------------------------------------------------------------------------------------------------------------------
def test_the_commands_post_and_check(district, capsys):
    task_of(district, at=beijing(30), due=beijing(31))

    with clock.standing(END):
        call_command("post_accounts")
        call_command("check_accounts")

    assert "登账 2 笔" in capsys.readouterr().out and not accounts.check(district)


def test_books_that_are_wrong_are_found(district, capsys):
    Account.objects.filter(month=MONTH, organisation=district._town_a).delete()
    assert any(fault.startswith("lines without an account") for fault in accounts.check(district))

    Task.objects.filter(district=district, organisation=district.housing).update(must_feed_back=False)
    with pytest.raises(CommandError), clock.standing(END):
        call_command("check_accounts")
    assert "unlike the ledger: 2026-10 · 区住建局" in capsys.readouterr().out


def test_the_figures_have_their_names():
    assert list(LABELS) == list(FIGURES)
