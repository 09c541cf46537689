"""The ranking tool: a pasted or uploaded table becomes a ranked one, and nothing of it stays."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from scorecards.models import Scorecard
from tests.factories.accounts import UserFactory
from tests.factories.scorecards import MarkedDistrictFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
ADDRESS = "/scorecards/methods/"
HEAD = ("乡镇", "组别", "综合指数", "去年同期综合指数", "PM2.5", "去年同期PM2.5", "SO2")
ROWS = [
    ("东河镇", "重点", "5.12", "5.60", "46", "50", "9"),
    ("西岭镇", "重点", "5.46", "5.41", "47", "49", "8"),
    ("南塘乡", "重点", "5.46", "5.95", "47", "55", "12"),
    ("北关街道", "其他", "4.98", "5.20", "41", "44", "11"),
    ("柳林乡", "其他", "5.03", "0", "43", "", "10"),
]
SETTINGS = {"method": "figure", "rounding": "before", "places": "2", "sign": "raw", "tie_break": "share", "best": "0", "worst": "0"}


def text(*rows) -> str:
    return "\n".join("\t".join(row) for row in (HEAD, *(rows or ROWS)))


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return MarkedDistrictFactory()


@pytest.fixture
def ranks(client, district):
    client.force_login(UserFactory(office_staff=district), backend=BACKEND)

    def post(content=None, **changed):
        return client.post(ADDRESS, SETTINGS | {"text": text() if content is None else content} | changed)

    return post


def shown(answer) -> list[list[list[str]]]:
    """The cells of each table of the page."""
    return [[[str(cell) if cell is not None else "—" for _head, cell in line] for line in group.lines] for group in answer.context["sheet"].groups]


def heads(answer) -> list[str]:
    return [head.title for head in answer.context["sheet"].heads]


# --- who --------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["town_handler", "dept_handler", "leader", "supervision"])
def test_whoever_reads_the_ranking_may_use_the_tool(role, client, district):
    seat = {"town_handler": district._town_a, "dept_handler": district.housing}.get(role, district)
    client.force_login(UserFactory(**{role: seat}), backend=BACKEND)

    assert client.get(ADDRESS).status_code == 200


def test_people_with_grid_posts_only_may_not(client, district):
    client.force_login(UserFactory(member=district.villages[0]), backend=BACKEND)

    assert (client.get(ADDRESS).status_code, client.post(ADDRESS, {"text": text()}).status_code) == (403, 403)


# --- what -------------------------------------------------------------------------------------------------------------------------------
def test_a_pasted_table_is_ranked_inside_its_groups_by_the_composite_index(ranks):
    answer = ranks()

    assert answer.status_code == 200
    assert heads(answer)[:4] == ["名次", "单位", "组别", "综合指数"]
    assert [[row[:4] + row[-1:] for row in group] for group in shown(answer)] == [
        [["1", "东河镇", "重点", "5.12", ""], ["2", "西岭镇", "重点", "5.46", "并列"], ["2", "南塘乡", "重点", "5.46", "并列"]],
        [["1", "北关街道", "其他", "4.98", ""], ["2", "柳林乡", "其他", "5.03", ""]],
    ]


def again(answer, **changed) -> dict:
    """What the page would send when its form is sent once more."""
    form = answer.context["form"]
    sent = {field.html_name: field.value() for field in form if field.html_name != "file"}
    return {name: "on" if value is True else value for name, value in (sent | changed).items() if value not in (None, False)}


def test_settings_of_the_form_stay_and_are_obeyed(ranks, client):
    first = ranks(method="change", sign="improved", worst="1")

    answer = client.post(ADDRESS, again(first, column="PM2.5", by_group=None))

    assert [(row[0], row[1], row[3], row[-1]) for row in shown(answer)[0]] == [
        ("1", "南塘乡", "14.55", ""),
        ("2", "东河镇", "8.00", ""),
        ("3", "北关街道", "6.82", ""),
        ("4", "西岭镇", "4.08", ""),
        ("—", "柳林乡", "—", "上期为零或缺少数字，未排名"),
    ]
    assert "PM2.5改善幅度（%）" in heads(answer)
    assert answer.context["form"]["worst"].value() == "1"
    assert "第4名 西岭镇（4.08）" in answer.content.decode()


def test_four_ranks_are_ticked_to_begin_with(ranks):
    answer = ranks(text(*ROWS[:3]), method="mean", places="1")

    assert heads(answer)[3:8] == ["名次平均", "综合指数名次", "综合指数变化名次", "PM2.5名次", "PM2.5变化名次"]
    assert [row[:2] + row[3:8] for row in shown(answer)[0]] == [
        ["1", "东河镇", "1.2", "1", "1", "1", "2"],
        ["2", "南塘乡", "1.8", "2", "2", "2", "1"],
        ["3", "西岭镇", "2.5", "2", "3", "2", "3"],
    ]


def test_columns_that_are_not_there_are_asked_for_by_name(ranks):
    answer = ranks(method="six_factor")

    assert answer.status_code == 400
    assert answer.context["form"].errors["method"] == ["表中缺少这些列：NO2、PM10、CO、O3"]


def test_the_two_factor_index_is_worked_out_from_its_two_columns(ranks):
    answer = ranks(text(*ROWS[:3]), method="two_factor")

    assert [row[:2] + row[3:4] for row in shown(answer)[0]] == [["1", "东河镇", "1.46"], ["2", "西岭镇", "1.48"], ["3", "南塘乡", "1.54"]]


def test_a_change_rate_needs_a_column_of_the_last_period(ranks):
    answer = ranks(text(), method="change")
    alone = ranks("乡镇\tPM2.5\n东河镇\t46", method="change")

    assert answer.status_code == 200
    assert "上期" in str(alone.context["form"].errors["column"])


def test_a_column_written_with_percent_stays_percent_and_more_good_days_are_better(ranks):
    answer = ranks("单位\t优良天数比例\n甲乡\t78.5%\n乙乡\t80%\n丙乡\t—")

    assert heads(answer)[2] == "优良天数比例（%）"
    assert [row[:3] for row in shown(answer)[0]] == [["1", "乙乡", "80.0"], ["2", "甲乡", "78.5"], ["—", "丙乡", "—"]]


def test_settings_may_come_in_the_address(client, ranks):
    page = client.get(ADDRESS, {"method": "mean", "worst": "20"})

    assert (page.context["form"]["method"].value(), page.context["form"]["worst"].value()) == ("mean", "20")


# --- wrong ------------------------------------------------------------------------------------------------------------------------------
def test_a_cell_that_is_no_number_is_named_and_nothing_typed_is_lost(ranks):
    typed = text(*ROWS[:2], ("南塘乡", "重点", "五点四", "5.95", "47", "55", "12"))

    answer = ranks(typed, best="5")

    assert answer.status_code == 400
    assert [(error.row, error.column_title, error.value) for error in answer.context["form"].reading.errors] == [(4, "综合指数", "五点四")]
    assert "应填数字" in answer.content.decode()
    assert (answer.context["form"]["text"].value(), answer.context["form"]["best"].value()) == (typed, "5")


def test_a_name_that_stands_there_twice_is_named_with_both_rows(ranks):
    answer = ranks(text(ROWS[0], ROWS[0]))

    assert [error.row for error in answer.context["form"].reading.errors] == [2, 3]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请粘贴表格"),
        ("今天天气很好", "没有找到名称列"),
        ("单位\t备注\n甲乡\t好", "除名称外"),
        ("单位\t得分", "没有数据行"),
        ("单位\t优良天数比例\n甲乡\t78%\n乙乡\t0.8", "请统一写法"),
    ],
)
def test_what_is_no_table_is_refused_with_what_would_be_right(ranks, typed, said):
    answer = ranks(typed)

    assert answer.status_code == 400
    assert said in str(answer.context["form"].errors["text"])


def test_weights_that_are_all_zero_are_refused(ranks, client):
    first = ranks(method="weighted")

    answer = client.post(ADDRESS, again(first, **{f"weight.{name}": "0" for name in ("0", "0.change", "1", "1.change", "2")}))

    assert answer.status_code == 400 and "权重不能都是零" in answer.content.decode()


def test_a_column_once_chosen_that_the_next_table_has_not_is_forgotten(ranks, client):
    first = ranks()

    answer = client.post(ADDRESS, again(first, text="区县\t得分\n甲县\t90\n乙县\t95"))

    assert [row[:3] for row in shown(answer)[0]] == [["1", "乙县", "95"], ["2", "甲县", "90"]]


# --- files ------------------------------------------------------------------------------------------------------------------------------
def upload(rows) -> io.BytesIO:
    book = openpyxl.Workbook()
    book.active.append(["示例县九月通报"])
    book.active.merge_cells("A1:G1")
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    content.name = "通报.xlsx"
    return content


def test_an_uploaded_sheet_is_ranked_and_stands_in_the_box(ranks):
    answer = ranks("", file=upload([HEAD, *ROWS]))

    assert answer.status_code == 200
    assert answer.context["form"]["text"].value().splitlines()[:3] == ["示例县九月通报", *text().splitlines()[:2]]


def test_a_wrong_cell_of_a_sheet_is_named_by_the_row_of_the_sheet(ranks):
    answer = ranks("", file=upload([HEAD, ROWS[0], ("西岭镇", "重点", "x", "", "", "", ""), ROWS[2]]))

    assert [error.row for error in answer.context["form"].reading.errors] == [4]


def test_an_old_workbook_is_refused_with_the_remedy_and_the_text_stays(ranks):
    old = io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100)
    old.name = "旧.xls"

    answer = ranks(text(), file=old)

    assert answer.status_code == 400
    assert "另存为" in str(answer.context["form"].errors["file"])
    assert answer.context["form"]["text"].value() == text()


def test_the_workbook_and_the_csv_say_what_the_page_says(ranks):
    content = text(*ROWS[:3], ("=HYPERLINK(1)", "重点", "9.1", "9", "60", "61", "9"))
    page, book, csv = ranks(content), ranks(content, export="xlsx"), ranks(content, export="csv")

    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))[:4]

    assert [row[0] for row in rows] == [int(row[0]) for row in shown(page)[0]]
    assert [f"{row[3]:.2f}" for row in rows] == [row[3] for row in shown(page)[0]]
    assert sheet["B6"].value == "=HYPERLINK(1)" and sheet["B6"].data_type == "s"
    assert csv.content.decode("utf-8-sig").splitlines()[1:] == [
        ",".join("" if cell == "—" else f"'{cell}" if cell.startswith("=") else cell for cell in row) for row in shown(page)[0]
    ]


def test_nothing_is_stored_but_that_something_was_exported(ranks):
    ranks()
    assert not AuditEvent.objects.filter(action="export").exists()

    ranks(export="xlsx")

    assert AuditEvent.objects.filter(action="export").count() == 1
    assert not Scorecard.objects.exists()


def test_more_rows_ask_no_more_queries(ranks, django_assert_num_queries):
    ranks()
    with CaptureQueriesContext(connection) as few:
        ranks()
    with django_assert_num_queries(len(few)):
        ranks(text(*[(f"{name}{n}", *rest) for n in range(60) for name, *rest in ROWS]))


def test_the_tool_stands_in_the_row_of_tabs(client, ranks):
    assert f'href="{reverse("scorecards:methods")}" class="on"' in client.get(ADDRESS).content.decode()
