import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import AuditEvent
from grids.roles import Role
from worktime.models import CalendarDay, DutyHours

pytestmark = pytest.mark.django_db
PAGE = "/settings/calendar/2026/"
NOTICE = "一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月4日（周一）上班。"


@pytest.fixture
def director(client, director):
    client.force_login(director)
    return director


@pytest.fixture
def onlooker(client, seated):
    person = seated(Role.OFFICE_STAFF)
    client.force_login(person)
    return person


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(PAGE).status_code == 302


def test_the_year_is_shown_with_its_swaps(client, onlooker, django_assert_max_num_queries):
    client.get(PAGE)
    with django_assert_max_num_queries(25):
        page = client.get(PAGE).content.decode()

    assert "国庆节 调休上班" in page
    assert "工作日 248 天" in page
    assert "导入 2026 年放假安排" not in page


def test_a_missing_year_is_asked_for(client, director):
    assert "尚未录入" in client.get("/settings/calendar/2027/").content.decode()


@pytest.mark.parametrize("path", ["1999/", "2100/", "2026/2025-01-01/", "2026/nonsense/", "2026/2026-02-30/"])
def test_other_years_and_days_are_not_found(client, director, path):
    assert client.get(f"/settings/calendar/{path}").status_code == 404


def test_without_a_year_one_comes_to_this_one(client, director):
    assert client.get("/settings/calendar/").status_code == 302


def test_a_day_is_edited(client, director):
    page = client.get(f"{PAGE}2026-11-30/")
    assert "修改原因" in page.content.decode()

    answer = client.post(f"{PAGE}2026-11-30/", {"is_workday": "0", "name": "临时放假", "reason": "通知"})

    assert answer.url == PAGE
    assert CalendarDay.objects.get(date="2026-11-30").name == "临时放假"
    assert AuditEvent.objects.filter(action="worktime.set_day").exists()


def test_a_refused_edit_comes_back_filled(client, director):
    answer = client.post(f"{PAGE}2026-11-30/", {"is_workday": "0", "name": "临时放假", "reason": ""})

    assert answer.status_code == 422 and "临时放假" in answer.content.decode()
    assert CalendarDay.objects.get(date="2026-11-30").is_workday


@pytest.mark.parametrize("name", ["day", "import", "duty_hours"])
def test_others_are_refused_with_a_reason(client, onlooker, name):
    arguments = [2026, "2026-11-30"] if name == "day" else [2026]

    answer = client.post(reverse(f"worktime:{name}", args=arguments), {})

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["", "2026/"])
def test_pages_that_only_show_take_no_post(client, director, path):
    assert client.post(f"/settings/calendar/{path}").status_code == 405


@pytest.mark.parametrize("name", ["import", "duty_hours"])
def test_reading_does_not_write(client, director, name):
    assert client.get(reverse(f"worktime:{name}", args=[2026])).status_code == 405


def test_a_year_is_read_looked_through_and_imported(client, director):
    url = reverse("worktime:import", args=[2027])

    page = client.post(url, {"text": NOTICE}).content.decode()
    assert "核对无误，导入" in page
    assert not CalendarDay.objects.filter(date__year=2027).exists()

    answer = client.post(url, {"text": NOTICE, "confirmed": "1"})
    assert answer.url == "/settings/calendar/2027/"
    assert CalendarDay.objects.get(date=dt.date(2027, 1, 2)).name == "元旦"
    assert CalendarDay.objects.filter(date__year=2027).count() == 365


def test_a_file_is_only_read_into_the_text(client, director):
    file = SimpleUploadedFile("2027.csv", "2027-01-01,休,元旦\n".encode())

    page = client.post(reverse("worktime:import", args=[2027]), {"file": file, "confirmed": "1"}).content.decode()

    assert "2027-01-01 休 元旦" in page
    assert not CalendarDay.objects.filter(date__year=2027).exists()


@pytest.mark.parametrize("text", ["", "乱写", "2027-01-01 班"])
def test_a_refused_import_comes_back_filled(client, director, text):
    answer = client.post(reverse("worktime:import", args=[2027]), {"text": text, "confirmed": "1"})

    assert answer.status_code == 422
    assert text in answer.content.decode() and "notice-bad" in answer.content.decode()
    assert not CalendarDay.objects.filter(date__year=2027).exists()


def test_duty_hours_are_saved(client, director):
    url = reverse("worktime:duty_hours", args=[2026])

    client.post(url, {"starts_1": "09:00", "ends_1": "12:00", "starts_2": "13:30", "ends_2": "17:30"})

    assert [str(span) for span in DutyHours.objects.all()] == ["09:00–12:00", "13:30–17:30"]


@pytest.mark.parametrize(
    "times", [{"starts_1": "12:00", "ends_1": "09:00"}, {"starts_1": "09:00"}, {"starts_1": "09:00", "ends_1": "12:00", "ends_2": "13:00"}]
)
def test_wrong_duty_hours_are_refused(client, director, times):
    answer = client.post(reverse("worktime:duty_hours", args=[2026]), times)

    assert answer.status_code == 422 and "notice-bad" in answer.content.decode()
    assert DutyHours.objects.count() == 2
