"""The month's workbook and each of its sheets alone say what the screen and the API say, and print what the month was frozen with."""

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest
from django.urls import reverse

from audit.models import AuditEvent
from common import clock
from grids.models import Membership
from notices.models import Notice
from scorecards import exports, services
from scorecards.exports import ways
from scorecards.indicators import INDICATORS
from scorecards.models import Account, Adjustment, Appeal, Scorecard, ScoreRow, Settlement
from sheets import services as jobs
from sheets.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import random_lives, step, task_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
FORMULAS = ["=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(1)", "\t=1", "＝1", "－1"]
HEADERS = {
    "排名": [
        "类别", "名次", "单位", "得分率（%）", "得分", "计分满分", "A 部分", "B 部分", "C 部分", "D 部分", "加分", "更正以前月份", "按期办结率（%）",
        "逾期件", "等次", "较上月", "备注",
    ],
    "网格评价": [
        "乡办", "名次", "网格编码", "网格", "得分率（%）", "得分", "计分满分", "A 部分", "B 部分", "C 部分", "D 部分", "等次", "较上月", "备注",
    ],
    "扣分明细": ["单位", "指标", "分值", "次数", "问题编号", "问题类型", "对象", "来源", "依据", "交办时间", "期限", "完成时间", "发生时间"],
    "指标 KPI": ["类别", "单位", "部分", "指标", "分子", "分母", "比率（%）", "得分", "满分", "状态", "实测", "目标", "上年同月", "空气数据说明"],
    "账本": ["类别", "网格编码", "单位或网格", "期初", "新增", "反弹", "转入", "转出", "作废", "办结", "期末"],
    "奖惩资金": ["单位", "规则", "金额（元）", "名次", "参评单位数", "得分率（%）", "采纳", "不采纳理由", "状态", "文号"],
    "申诉与更正": [
        "事项", "单位", "指标", "问题编号", "原分值", "核减或更正分值", "状态", "理由", "意见", "提出时间", "裁定、签批时间", "更正的月份", "文号",
    ],
    "明细行": [
        "单位", "指标", "计入分子", "问题编号", "问题类型", "对象", "来源", "依据", "交办时间", "期限", "完成时间", "发生时间", "任务号", "分值", "站点日值", "各项浓度",
    ],
}  # fmt: skip


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
def ask(client):
    def get(user, name, *args, **query):
        client.force_login(user, backend=BACKEND)
        return client.get(reverse(f"scorecards:{name}", args=args), query)

    return get


def book_of(answer):
    assert answer.status_code == 200, answer.content[:300]
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def table(page, header: list[str]) -> list[tuple]:
    """The rows below the header, down to the note."""
    rows = list(page.iter_rows(values_only=True))
    start = next(n for n, row in enumerate(rows) if list(row) == header) + 1
    return [row for row in rows[start:] if sum(value is not None for value in row) > 1]


def lines_of(answer) -> list[list[str]]:
    assert answer.content.startswith(b"\xef\xbb\xbf"), answer.content[:60]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def settle(district):
    people = {"proposed_by": person(district.office, "office_staff"), "approved_by": person(district.office, "office_director")}
    moments = {"proposed_at": clock.now(), "approved_at": clock.now()}
    return Settlement.objects.create(district=district, month=MONTH, state="settled", digest="ab" * 32, **people, **moments)


# --- columns ------------------------------------------------------------------------------------------------------------------------
def test_the_workbook_has_every_sheet_with_its_columns(district, office, ask):
    book = book_of(ask(office, "workbook", MONTH))
    assert {page.title: next(list(row) for row in page.iter_rows(min_row=3, values_only=True)) for page in book} == HEADERS
    assert book.sheetnames == list(HEADERS)


@pytest.mark.parametrize("code", exports.SHEETS)
def test_each_sheet_can_be_had_alone_as_excel_and_as_csv_with_the_same_rows(district, office, ask, code):
    name = str(exports.SHEETS[code].name)
    page = book_of(ask(office, "month_sheet", MONTH, code, "xlsx"))[name]
    lines = lines_of(ask(office, "month_sheet", MONTH, code, "csv"))
    assert lines[0] == HEADERS[name]
    assert len(lines) - 1 == len(table(page, HEADERS[name]))
    assert AuditEvent.objects.filter(action="export").count() == 2


def test_a_sheet_nobody_knows_and_a_month_without_cards_are_not_found(district, office, ask):
    for month, code, form in ((MONTH, "nothing", "csv"), (MONTH, "kpi", "pdf"), ("2020-01", "kpi", "csv")):
        assert ask(office, "month_sheet", month, code, form).status_code == 404
    assert ask(office, "exports", "2020-01").status_code == 404


# --- the same figures everywhere ----------------------------------------------------------------------------------------------------
def cells_of(page: str) -> dict[str, list[str]]:
    """Unit → what its row of the ranking shows, in plain words."""
    body = re.search(r'<table class="table ranking">.*?<tbody>(.*?)</tbody>', page, re.S)[1]
    rows = [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.S)] for row in body.split("</tr>")]
    return {row[1]: row for row in rows if len(row) > 1}


def mark(hundredths) -> str:
    return f"{hundredths / 100:.2f}"


def test_the_ranking_is_the_same_on_screen_in_the_api_in_excel_and_in_csv(district, office, ask, client):
    settle(district)
    client.force_login(office, backend=BACKEND)
    told = client.get(f"/api/v1/scorecards/{MONTH}/")
    api = [(row["organisation"]["name"], row["rank"], row["share"], row["obtained"]) for group in told.json()["groups"] for row in group["rows"]]
    page = book_of(ask(office, "workbook", MONTH))["排名"]
    excel = [(row[2], row[1], row[3], row[4]) for row in table(page, HEADERS["排名"])]
    lines = [(line[2], line[1], line[3], line[4]) for line in lines_of(ask(office, "month_sheet", MONTH, "ranking", "csv"))[1:]]
    screen = {}
    for kind in ("township", "department", "headquarters"):
        screen |= cells_of(ask(office, "ranking_of", MONTH, kind=kind).content.decode())

    names = {card.organisation.name: str(card.organisation) for card in Scorecard.objects.exclude(organisation=None).select_related("organisation")}
    ranked = [(names[name], rank, share / 100, obtained / 100) for name, rank, share, obtained in api if rank]
    assert [row for row in excel if row[1] != "—"] == ranked
    assert [line for line in lines if line[1] != "—"] == [
        (name, str(rank), f"{share:.2f}", f"{obtained:.2f}") for name, rank, share, obtained in ranked
    ]
    assert len(ranked) > 2
    for name, rank, share, _obtained in ranked:
        assert screen[name][0].startswith(str(rank)), screen[name]
        assert float(re.search(r"[\d.]+", screen[name][2])[0]) == share


def test_every_indicator_of_every_unit_is_the_same_in_the_api_and_in_the_kpi_sheet(district, office, ask, client):
    client.force_login(office, backend=BACKEND)
    told = client.get(f"/api/v1/scorecards/{MONTH}/").json()
    bases = {each.code for each in INDICATORS.values() if each.shape.name == "BASE"}
    api = [
        (line["label"], line["numerator"], line["denominator"], None if line["points"] is None else line["points"] / 100)
        for group in told["groups"]
        for row in group["rows"]
        for line in row["lines"]
        if line["code"] not in bases
    ]
    page = book_of(ask(office, "workbook", MONTH))["指标 KPI"]
    assert [(row[3], row[4], row[5], row[7]) for row in table(page, HEADERS["指标 KPI"])] == api


def test_a_rate_without_a_denominator_says_so_and_never_nought_or_a_hundred(district, office, ask):
    rates = [(line[4], line[5], line[6]) for line in lines_of(ask(office, "month_sheet", MONTH, "kpi", "csv"))[1:]]
    empty = [rate for _top, below, rate in rates if below == "0"]
    assert empty and set(empty) == {"无数据"}
    for top, below, rate in rates:
        if below not in ("", "0"):
            assert abs(float(rate) - 100 * int(top) / int(below)) <= 0.005, (top, below, rate)


def test_the_rows_of_the_sheet_are_all_rows_stored(district, office, ask):
    lines = lines_of(ask(office, "month_sheet", MONTH, "rows", "csv"))[1:]
    assert len(lines) == ScoreRow.objects.filter(scorecard__grid=None).count() > 10
    marked = lines_of(ask(office, "month_sheet", MONTH, "deductions", "csv"))[1:]
    assert sum(float(line[2]) for line in marked) == sum(ScoreRow.objects.values_list("amount", flat=True)) / 100


# --- what stands around the marks ---------------------------------------------------------------------------------------------------
def test_a_settled_month_prints_its_digest_on_every_sheet_and_an_open_one_none(district, office, ask):
    assert not any("校验码" in str(page["A2"].value) for page in book_of(ask(office, "workbook", MONTH)))
    digest = settle(district).digest
    assert all(f"已结账，校验码 {digest}" in page["A2"].value for page in book_of(ask(office, "workbook", MONTH)))
    assert digest in ask(office, "exports", MONTH).content.decode()


def test_accounts_stand_with_their_eight_figures_and_a_unit_takes_its_own_only(district, office, ask):
    town, other = district._town_a, district.housing
    figures = {"opening": 0, "added": 7, "rebounded": 1, "moved_in": 2, "moved_out": 1, "voided": 1, "closed": 5, "closing": 3}
    Account.objects.filter(month=MONTH).delete()
    for unit in (town, other):
        Account.objects.create(district=district, month=MONTH, organisation=unit, **figures)
    lines = lines_of(ask(office, "month_sheet", MONTH, "accounts", "csv"))[1:]
    assert sorted(line[2] for line in lines) == sorted([str(town), str(other)])
    assert lines[0][3:] == ["0", "7", "1", "2", "1", "1", "5", "3"]
    own = lines_of(ask(person(town, "town_manager"), "month_sheet", MONTH, "accounts", "csv"))[1:]
    assert [line[2] for line in own] == [str(town)]


def test_text_that_people_wrote_never_becomes_a_formula(district, office, ask):
    card = Scorecard.objects.filter(month=MONTH, organisation=district._town_a).get()
    town = district._town_a
    town.short_name = "=1+1"
    town.save()
    for n, text in enumerate(FORMULAS):
        words = {"grounds": text, "decision": text, "filed_by": office, "filed_at": clock.now(), "decider": "supervision"}
        Appeal.objects.create(district=district, scorecard=card, indicator="rework", event_key=f"x:{n}", amount=-30, **words)
        facts = {"reason": text, "paper_number": text, "proposed_by": office, "proposed_at": clock.now()}
        Adjustment.objects.create(district=district, month=MONTH, organisation=district._town_a, kind="late_report", amount=-50, **facts)
    book = book_of(ask(office, "workbook", MONTH))
    assert not [cell.coordinate for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(table(book["申诉与更正"], HEADERS["申诉与更正"])) == 2 * len(FORMULAS)
    for code in exports.SHEETS:
        for line in lines_of(ask(office, "month_sheet", MONTH, code, "csv")):
            assert not [cell for cell in line if cell.lstrip().startswith(("=", "@", "＝", "－")) or re.match(r"[+-](?!\d+\.\d\d$)", cell)], line


# --- large ones ---------------------------------------------------------------------------------------------------------------------
def test_a_large_sheet_is_made_behind_the_scenes_with_progress_and_a_notice(district, office, ask, monkeypatch):
    monkeypatch.setattr(ways, "DIRECTLY", 3)
    monkeypatch.setattr("scorecards.exports.book.EVERY", 5)
    answer = ask(office, "month_sheet", MONTH, "rows", "csv")
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("sheets:job", args=[job.pk])

    jobs.run_waiting()

    job.refresh_from_db()
    assert (job.state, job.total, job.result_name) == ("done", ScoreRow.objects.count(), "2026年10月督导考核排名-明细行.csv")
    assert 0 < job.progress <= job.total
    assert Notice.objects.filter(recipient=office, kind="job").exists()


def test_the_whole_workbook_goes_through_a_job_as_well(district, office, ask, monkeypatch):
    monkeypatch.setattr(ways, "DIRECTLY", 3)
    ask(office, "workbook", MONTH)
    jobs.run_waiting()
    job = Job.objects.get()
    assert (job.state, job.result_name) == ("done", "2026年10月督导考核排名.xlsx")
    assert openpyxl.load_workbook(jobs.files.path_of(job.result_path)).sheetnames == list(HEADERS)


def test_the_page_of_sheets_counts_rows_and_offers_both_forms(district, office, ask):
    page = ask(office, "exports", MONTH).content.decode()
    assert reverse("scorecards:month_sheet", args=[MONTH, "kpi", "xlsx"]) in page
    assert reverse("scorecards:month_sheet", args=[MONTH, "kpi", "csv"]) in page
    assert reverse("scorecards:month_sheet", args=[MONTH, "money", "csv"]) not in page
