import datetime as dt

import pytest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common import clock
from inspections.models import SavedView
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory, ProblemTypeFactory
from tests.factories.rectification import LookBackFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, office):
    client.force_login(office)
    return client


def numbers(answer) -> list[str]:
    return [row.finding.number for row in answer.context["rows"]]


def at_work(district, **more):
    """An assigned finding with two tasks."""
    finding = FindingFactory(district=district, state="assigned", **more)
    for organisation, role in ((district.town_a.organisation, "territorial"), (district.housing, "sector")):
        TaskFactory(finding=finding, organisation=organisation, role=role, due_at=finding.due_at or clock.now() + dt.timedelta(days=3))
    return finding


@pytest.mark.parametrize("address", ["/ledger/", "/ledger/counts/", "/ledger/map/data/", "/api/v1/findings/", "/api/v1/field/bundle/"])
def test_queries_do_not_grow_with_the_rows(desk, district, office, address):
    from django.db import connection

    def count(rows):
        for _row in range(rows):
            at_work(district, reporter=office, due_at=clock.now(), lon=114.01, lat=34.01)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        return len(queries)

    desk.get(address)
    one = count(1)
    assert count(2) == one


def test_row_shows_parties_clock_and_state(desk, district):
    at_work(district, text="土方未覆盖约300平方米", due_at=clock.now() - dt.timedelta(days=3, hours=1))
    page = desk.get("/ledger/").content.decode()
    assert "土方未覆盖约300平方米" in page
    assert "甲街道" in page and "区住建局" in page
    assert "逾期 3 天" in page


def test_red_is_for_late_only(desk, district):
    at_work(district, due_at=clock.now() + dt.timedelta(hours=5))
    returned = at_work(district, due_at=clock.now() + dt.timedelta(days=9))
    returned.tasks.update(state="returned")
    page = desk.get("/ledger/").content.decode()
    table = page[page.index("<tbody>") :]
    assert "退回重办" in table
    assert "status-late" not in table and " late" not in table


def test_counts_are_filters_and_agree_with_the_lists(desk, district):
    now = clock.now()
    FindingFactory(district=district, reported=True)
    FindingFactory(district=district)
    at_work(district, due_at=now + dt.timedelta(days=2))
    late = at_work(district, due_at=now - dt.timedelta(days=1))
    verifying = at_work(district)
    verifying.tasks.update(state="fed_back", fed_back_at=now)
    FindingFactory(district=district, state="rectified", rectified_at=now)
    struck = FindingFactory(district=district, state="struck_off", struck_off_at=now)
    LookBackFactory(finding=struck, planned_on=clock.today())
    expected = {"open": 6, "reported": 1, "registered": 1, "assigned": 3, "verifying": 1, "overdue": 1, "look_back": 1, "rectified": 1}
    counted = {chip["code"]: chip["count"] for chip in desk.get("/ledger/counts/").context["chips"]}
    assert counted == expected
    for box, count in expected.items():
        assert len(desk.get("/ledger/", {"box": box}).context["rows"]) == count, box
    assert numbers(desk.get("/ledger/", {"overdue": "on"})) == [late.number]


def test_counts_are_capped(desk, district, monkeypatch):
    from inspections.views import ledger

    monkeypatch.setattr(ledger, "COUNT_LIMIT", 2)
    for _row in range(3):
        FindingFactory(district=district)
    assert desk.get("/ledger/counts/").context["total"] == "2+"


def test_party_is_not_told_that_its_look_back_is_due(client, district):
    finding = FindingFactory(district=district, state="struck_off", struck_off_at=clock.now())
    LookBackFactory(finding=finding, planned_on=clock.today())
    client.force_login(UserFactory(town_manager=district.town_a.organisation))
    assert "look_back" not in {chip["code"] for chip in client.get("/ledger/counts/").context["chips"]}
    assert client.get("/ledger/", {"box": "look_back"}).context["rows"] == []


def test_filters_narrow_the_list_and_stay_in_the_address(desk, district):
    straw = ProblemTypeFactory(district=district, field=district.straw, code="straw-fire")
    wanted = FindingFactory(
        district=district, grid=district.villages[2], problem_type=straw, source="complaint", severity="serious", superior_number="S-1"
    )
    FindingFactory(district=district)
    choices = {
        "field": [district.straw.pk, "straw"],
        "township": [district.town_b.pk, district.town_b.code],
        "problem_type": [straw.pk, "straw-fire"],
        "source": ["complaint"],
        "severity": ["serious"],
        "grid": [district.villages[2].pk],
    }
    for name, values in choices.items():
        for value in values:
            assert numbers(desk.get("/ledger/", {name: value})) == [wanted.number], (name, value)
    page = desk.get("/ledger/", {"source": "complaint", "ordering": "due_at"}).content.decode()
    assert 'name="ordering" value="due_at"' in page
    assert "source=complaint" in page


def test_days_are_beijing_days(desk, district):
    first = FindingFactory(district=district, captured_at=dt.datetime(2026, 11, 19, 15, 59, 59, tzinfo=dt.UTC))
    second = FindingFactory(district=district, captured_at=dt.datetime(2026, 11, 19, 16, 0, 0, tzinfo=dt.UTC))
    assert numbers(desk.get("/ledger/", {"received_to": "2026-11-19"})) == [first.number]
    assert numbers(desk.get("/ledger/", {"received_from": "2026-11-20"})) == [second.number]


def test_wrong_filter_says_so_and_does_not_hide_the_rest(desk, district):
    FindingFactory(district=district)
    answer = desk.get("/ledger/", {"source": "no-such", "received_from": "gestern", "field": "x\x00", "township": "9" * 40})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"source", "received_from", "field", "township"}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "page", ["inspections:ledger", "inspections:ledger-counts", "inspections:map", "rectification:tasks", "rectification:task-counts"]
)
def test_a_mistyped_year_breaks_no_list(desk, page, day):
    words = dict.fromkeys(("received_from", "received_to", "registered_from", "registered_to", "due_from", "due_to"), day)

    assert desk.get(reverse(page), words).status_code == 200


def test_finding_with_a_task_of_the_organisation(desk, district):
    mine, left = at_work(district), at_work(district)
    left.tasks.filter(organisation=district.housing).update(state="refused")
    assert numbers(desk.get("/ledger/", {"organisation": district.housing.pk})) == [mine.number]


def test_empty_list_says_what_to_do_next(desk):
    page = desk.get("/ledger/").content.decode()
    assert "没有符合条件的问题" in page
    assert "/ledger/new/" in page


def test_pages_follow_each_other_without_gap_or_double(desk, district):
    kind = ProblemTypeFactory(district=district, field=district.dust)
    for n in range(45):
        FindingFactory(district=district, problem_type=kind, due_at=clock.now() + dt.timedelta(hours=n % 7) if n % 3 else None)
    for ordering in ("-id", "id", "due_at", "-due_at", "number", "-number", "received_at", "nonsense"):
        seen, address = [], f"/ledger/?ordering={ordering}"
        while address:
            answer = desk.get(address)
            seen += numbers(answer)
            address, last = answer.context["next"] and f"/ledger/{answer.context['next']}", answer
        assert len(seen) == len(set(seen)) == 45, ordering
        back = numbers(last)
        while last.context["previous"]:
            last = desk.get(f"/ledger/{last.context['previous']}")
            back = numbers(last) + back
        assert back == seen, ordering


def test_made_up_cursor_begins_at_the_first_page(desk, district, api, office):
    FindingFactory(district=district)
    for cursor in ("x", "f.1.\x00", "f." + "9" * 30 + ".", "b.1.yesterday"):
        assert len(desk.get("/ledger/", {"cursor": cursor, "ordering": "due_at"}).context["rows"]) == 1
    assert api(office).get("/api/v1/findings/", {"cursor": "x"}).status_code == 404


def test_view_is_kept_renamed_and_deleted_by_its_owner(desk, office, district):
    desk.post("/ledger/views/", {"name": "扬尘逾期", "query": "box=overdue&field=1"})
    view = SavedView.objects.get(user=office)
    assert f"?{view.query.replace('&', '&amp;')}" in desk.get("/ledger/").content.decode()
    desk.post("/ledger/views/", {"name": "扬尘逾期", "query": "box=all"})
    assert SavedView.objects.get().query == "box=all"
    desk.post(f"/ledger/views/{view.pk}/", {"action": "rename", "name": "新名"})
    assert SavedView.objects.get().name == "新名"
    desk.force_login(UserFactory(office_staff=district))
    assert desk.post(f"/ledger/views/{view.pk}/", {"action": "delete"}).status_code == 404
    desk.force_login(office)
    desk.post(f"/ledger/views/{view.pk}/", {"action": "delete"})
    assert not SavedView.objects.exists()


def test_view_without_name_or_with_a_taken_one_is_refused_with_a_reason(desk, office):
    assert "请给视图起个名称" in desk.post("/ledger/views/", {"name": " ", "query": ""}, follow=True).content.decode()
    for name in "甲乙":
        desk.post("/ledger/views/", {"name": name, "query": "box=all"})
    answer = desk.post(f"/ledger/views/{SavedView.objects.last().pk}/", {"action": "rename", "name": "甲"}, follow=True)
    assert "已有同名的视图" in answer.content.decode()


def test_words_of_people_never_become_markup(desk, district, office):
    payloads = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", '<a hx-get="/x">', "javascript:alert(1)", "\u202e反向"]
    kind = ProblemTypeFactory(district=district, field=district.dust, name=payloads[1])
    for text in payloads:
        FindingFactory(district=district, problem_type=kind, text=text, address=text, superior_number=text[:60], reporter=office)
    desk.post("/ledger/views/", {"name": payloads[1][:30], "query": 'q="><script>alert(1)</script>'})
    for address in ("/ledger/", "/ledger/?q=<script>alert(1)</script>", "/ledger/new/", "/ledger/types/"):
        page = desk.get(address).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page and "<a hx-get" not in page, address


def test_bulk_buttons_are_for_those_who_may(client, district):
    at_work(district)
    shown = {}
    for name, user in {"office": UserFactory(office_staff=district), "town": UserFactory(town_handler=district.town_a.organisation)}.items():
        client.force_login(user)
        page = client.get("/ledger/").content.decode()
        shown[name] = ("批量交办" in page, "批量催办" in page, 'name="pick"' in page)
    assert shown == {"office": (True, True, True), "town": (False, False, False)}
