"""Ranking, card, rows, workbook and API show the same figures to whoever may see them."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grids.models import Membership, Organisation, Post
from scorecards import services
from scorecards.models import Scheme, Scorecard, ScoreLine, ScoreRow
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import random_lives, step, task_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def person(organisation, role):
    user = UserFactory()
    Membership.objects.create(user=user, organisation=organisation, role=role, starts_on=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory()
    random_lives(district, seed=7, count=10, start=beijing(1, month=9), until=beijing(31))
    step(task_of(district, at=beijing(1), due=beijing(5), village=2, source="district_supervision"), "accept", beijing(1, 1))
    services.build(MONTH, district=district)
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


# --- who --------------------------------------------------------------------------------------------------------------------------
def test_every_unit_sees_the_ranking(district, office, town, sees):
    for user in (office, town):
        page = sees(user, "ranking").content.decode()
        assert "甲街道" in page and "乙镇" in page and "暂未计分" in page


def test_parts_of_a_department_have_names_of_their_own(district, office, sees):
    page = sees(office, "card", MONTH, district.housing.pk).content.decode()

    assert "A 本领域任务" in page and "A 空气质量" not in page
    assert "A 本领域任务" in sees(office, "indicators").content.decode()


def test_who_had_nothing_to_do_stands_at_the_end(district, office, sees):
    groups = sees(office, "ranking", kind="department").context["group"].standings
    idle = [each for each in groups if not each.is_ranked]

    page = sees(office, "ranking", kind="department").content.decode()
    card = sees(office, "card", MONTH, idle[0].card.organisation_id).content.decode()

    assert groups[-len(idle) :] == idle
    assert page.count("本月无承办任务，不参与排名") == len(idle)
    assert "本月无承办任务，不参与排名" in card and "得分率" not in card


def test_people_with_grid_posts_only_are_told_why_not(district, sees):
    user = UserFactory()
    Post.objects.create(user=user, grid=district.villages[0], role="member", starts_on=dt.date(2020, 1, 1))

    assert sees(user, "ranking").status_code == 403


def test_another_district_is_not_there(district, sees):
    other = MarkedDistrictFactory()
    stranger = person(other.office, "office_director")

    assert sees(stranger, "card", MONTH, district._town_a.pk).status_code == 404
    assert sees(stranger, "rows", MONTH, district._town_a.pk, "overdue").status_code == 404
    assert sees(stranger, "ranking", district=district.pk).status_code == 404


# --- what ---------------------------------------------------------------------------------------------------------------------------
def test_a_card_opens_for_every_unit_and_kind(district, office, client):
    client.force_login(office, backend=BACKEND)
    for card in Scorecard.objects.filter(month=MONTH):
        assert client.get(card.get_absolute_url()).status_code == 200


def test_a_figure_opens_exactly_its_rows(district, office, client):
    client.force_login(office, backend=BACKEND)
    for line in ScoreLine.objects.filter(scorecard__month=MONTH).select_related("scorecard__scheme", "scorecard__grid"):
        page = client.get(line.get_absolute_url())
        assert {row.pk for row in page.context["page"].object_list} == set(line.behind().values_list("pk", flat=True))
        hits = client.get(line.get_absolute_url(), {"hit": "1"}).context["page"].paginator.count
        assert hits == (line.numerator or 0)


def test_a_township_sees_the_number_but_not_the_rows_of_others(district, town, sees):
    page = sees(town, "rows", MONTH, district._town_b.pk, "found_supervision")

    assert (len(page.context["page"].object_list), page.context["hidden"]) == (0, 1)


def test_the_ranking_asks_the_same_number_of_queries_for_more_units(district, office, client, sees, django_assert_num_queries):
    sees(office, "ranking")
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("scorecards:ranking"))
    for n in range(3):
        Organisation.objects.create(district=district, kind="township", name=f"新镇{n}", short_name=f"新镇{n}", position=9)
    Scorecard.objects.all().delete()
    services.build(MONTH, district=district)

    with django_assert_num_queries(len(few)):
        client.get(reverse("scorecards:ranking"))


# --- workbook and API ---------------------------------------------------------------------------------------------------------------
def part_words(part: dict):
    if part["points"] is not None:
        return part["points"] / 100
    return "无数据" if part["has_source"] else "暂未计分"


def test_the_workbook_says_what_the_api_says(district, office, client, sees):
    book = openpyxl.load_workbook(io.BytesIO(sees(office, "workbook", MONTH).content))
    told = client.get(f"/api/v1/scorecards/{MONTH}/").json()

    rows = [row for row in book["排名"].iter_rows(values_only=True) if row[0] in ("乡办", "部门", "专项指挥部")]
    expected = [
        (
            row["rank"],
            row["organisation"]["name"],
            row["share"] / 100,
            row["obtained"] / 100,
            row["counted"] / 100,
            *(part_words(part) for part in row["parts"]),
            row["bonus"] / 100,
        )
        if row["rank"]
        else ("—", row["organisation"]["name"], *["—"] * 8)
        for group in told["groups"]
        for row in group["rows"]
    ]
    assert [row[1:11] for row in rows] == expected
    assert [row[-1] for row in rows] == [row["note"] or None for group in told["groups"] for row in group["rows"]]
    assert {row[1] for row in rows} >= {1, "—"}
    assert book.sheetnames == ["排名", "网格评价", "扣分明细", "指标 KPI", "账本", "奖惩资金", "申诉与更正", "明细行"]
    assert len([r for r in book["明细行"].iter_rows(values_only=True) if r[0] in {e[1] for e in expected}]) == ScoreRow.objects.count()


def test_the_api_names_the_findings_behind_each_line(district, office, client):
    client.force_login(office, backend=BACKEND)
    told = client.get(f"/api/v1/scorecards/{MONTH}/").json()

    lines = {
        (row["organisation"]["id"], line["code"]): line["finding_ids"] for group in told["groups"] for row in group["rows"] for line in row["lines"]
    }
    for line in ScoreLine.objects.filter(scorecard__month=MONTH, scorecard__organisation__isnull=False).select_related("scorecard__scheme"):
        behind = line.behind().filter(finding__isnull=False)
        assert lines[line.scorecard.organisation_id, line.indicator] == sorted(set(behind.values_list("finding_id", flat=True)))


def test_the_api_gives_the_same_file_as_the_button(district, office, client):
    client.force_login(office, backend=BACKEND)
    assert client.get(f"/api/v1/scorecards/{MONTH}/", {"format": "xlsx"}).headers["Content-Type"].startswith("application/vnd.openxml")
    assert client.get("/api/v1/scorecards/2020-01/").status_code == 404


def test_an_anonymous_call_is_answered_in_json(client):
    assert client.get(f"/api/v1/scorecards/{MONTH}/").status_code == 401


# --- schemes ------------------------------------------------------------------------------------------------------------------------
def posted(form) -> dict:
    return {field.html_name: field.value() for field in form if field.value() not in (None, False)}


def test_a_change_is_a_new_version_from_an_open_month(district, office, client, sees):
    scheme = Scheme.objects.get(district=district, kind="township")
    data = posted(sees(office, "edit_scheme", scheme.pk).context["form"]) | {"note": "按第5号文件", "rework.per_event": "0.5"}

    answer = client.post(reverse("scorecards:edit_scheme", args=[scheme.pk]), data)

    assert answer.status_code == 302, answer.context["form"].errors
    fresh = Scheme.objects.get(district=district, kind="township", version=2)
    assert answer.status_code == 302
    assert (fresh.in_force_from, fresh.lines.get(indicator="rework").per_event) == ("2026-11", 50)
    assert scheme.lines.get(indicator="rework").per_event == 30


@pytest.mark.parametrize("wrong", [{"in_force_from": "2026-10"}, {"handling_start.full": "30"}, {"good_from": "95"}])
def test_a_wrong_change_comes_back_filled(district, office, client, sees, wrong):
    scheme = Scheme.objects.get(district=district, kind="township")
    data = posted(sees(office, "edit_scheme", scheme.pk).context["form"]) | {"note": "试"} | wrong

    answer = client.post(reverse("scorecards:edit_scheme", args=[scheme.pk]), data)

    assert (answer.status_code, Scheme.objects.filter(kind="township").count()) == (400, 1)
    assert answer.context["form"].errors


def test_who_is_told_of_a_newer_version_can_save_what_was_typed(district, office, client, sees):
    scheme = Scheme.objects.get(district=district, kind="township")
    address = reverse("scorecards:edit_scheme", args=[scheme.pk])
    data = posted(sees(office, "edit_scheme", scheme.pk).context["form"]) | {"note": "按第5号文件", "rework.per_event": "0.5"}
    client.post(address, data | {"note": "先保存的"})

    told = client.post(address, data)
    saved = client.post(address, posted(told.context["form"]))

    assert (told.status_code, saved.status_code) == (400, 302)
    assert list(Scheme.objects.filter(kind="township").order_by("version").values_list("note", flat=True))[1:] == ["先保存的", "按第5号文件"]


def test_only_the_director_changes_schemes(district, town, sees):
    assert sees(town, "schemes").status_code == 403
    assert sees(town, "edit_scheme", Scheme.objects.first().pk).status_code == 403


def test_the_explanation_is_open_to_every_unit(district, town, sees):
    assert "有效上报率" in sees(town, "indicators").content.decode()


# --- building by hand and by clock --------------------------------------------------------------------------------------------------
def test_the_scan_builds_last_month_once_after_two_and_tells_the_office():
    from notices.models import Notice

    district = MarkedDistrictFactory()
    person(district.office, "office_staff")
    FindingFactory(district=district, captured_at=beijing(31, 23, 59))

    before = services.build_last_month(now=beijing(1, 1, 59, month=11))
    first = services.build_last_month(now=beijing(1, 2, month=11))
    again = services.build_last_month(now=beijing(1, 2, 10, month=11))

    assert [len(each) for each in (before, first, again)] == [0, 1, 0]
    assert Notice.objects.filter(kind="scorecards.ready").count() == 1


def test_a_month_that_comes_out_otherwise_is_told_again_whichever_card_it_is_and_units_are_counted_not_grids(district):
    from notices.models import Notice

    person(district.office, "office_staff")
    for village in (0, 2):
        FindingFactory(district=district, grid=district.villages[village], source="district_supervision", captured_at=beijing(9, village))
        services.build(MONTH, district=district, rebuild=True)

    told = Notice.objects.filter(kind="scorecards.ready", channel="inbox").order_by("pk")
    units = Scorecard.objects.filter(month=MONTH, organisation__isnull=False).count()
    assert len(told) == 2 and all(f"共 {units} 个单位" in notice.body for notice in told)


def test_months_before_the_first_finding_are_not_built_by_the_clock():
    district = MarkedDistrictFactory()
    FindingFactory(district=district, captured_at=beijing(1, month=11))

    assert services.build_last_month(now=beijing(1, 2, month=11)) == []


def test_the_command_says_when_nothing_changed(district, capsys):
    from django.core.management import CommandError, call_command

    call_command("build_scorecards", MONTH)

    assert "一致" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("build_scorecards", "2099-01")
