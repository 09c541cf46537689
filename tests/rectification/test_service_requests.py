"""A city's service requests become the ledger; what the file says of being in time is what the product works out."""

import datetime as dt
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from common import clock
from grids.models import Organisation
from inspections.models import Finding, FindingEvent
from inspections.services import service_requests as reading
from notices.models import Notice
from rectification.models import Task, TaskEvent
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import ProblemTypeFactory
from tests.rectification import requests

pytestmark = pytest.mark.django_db
COUNT = 300


@pytest.fixture
def district(db):
    return DistrictFactory()


@pytest.fixture
def director(district):
    return UserFactory(office_director=district, username="director")


@pytest.fixture
def types(district):
    return [
        ProblemTypeFactory(district=district, field=district.dust, code=code, name=name)
        for code, name in (("road-dust", "道路积尘"), ("odour", "异味"))
    ]


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("Street Sweeping,道路积尘\nOdor,异味\nPublic Works,区住建局\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def take(director, types, words, capsys):
    def command(path, *options, **more):
        known = {"timezone": "America/New_York", "words": words, "kind": "road-dust", "new_units": True, "by": "director"}
        call_command("import_ledger", path, *options, **{**known, **more})
        return capsys.readouterr()

    return command


def written(tmp_path, rows, **shape):
    return requests.write(tmp_path / "311.csv", [requests.cells(row) for row in rows], **shape)


# --- in time or not -----------------------------------------------------------------------------------------------------------------
def test_every_flag_of_the_file_is_what_we_work_out_over_the_change_of_clocks(take, tmp_path):
    rows = requests.rows(COUNT)
    assert any(row["created"].date() == dt.date(2026, 3, 8) for row in rows), "the night the clocks leap is in it"
    told = take(written(tmp_path, rows), "--commit")
    assert f"按期标志与文件一致 {COUNT} 行，不一致 0 行" in told.out
    assert f"Written: {COUNT} new, 0 updated, 0 unchanged, 0 rows refused." in told.out
    late = {task.finding.superior_number for task in Task.objects.select_related("finding") if task.late_since}
    assert late == {row["number"] for row in rows if row["status"] == "Closed" and not row["on_time"]}


def test_rows_that_differ_are_named_with_their_dates(take, tmp_path):
    rows = requests.rows(40)
    turned = next(row for row in rows if row["status"] == "Closed" and row["due"])
    turned["on_time"] = not turned["on_time"]
    told = take(written(tmp_path, rows), "--commit").out
    assert "按期标志与文件一致 39 行，不一致 1 行" in told
    assert f"第 {turned['n'] + 2} 行 {turned['number']}：文件为" in told


def test_closed_without_a_date_stays_open_and_is_named_when_the_flag_differs(take, tmp_path):
    rows = requests.rows(20)
    row = next(row for row in rows if row["status"] == "Closed" and row["due"])
    row["closed"], row["on_time"] = None, None
    lines = [requests.cells(each) for each in rows]
    lines[row["n"]][4] = "ONTIME"
    told = take(requests.write(tmp_path / "311.csv", lines), "--commit").out
    finding = Finding.objects.get(superior_number=row["number"])
    assert (finding.state, finding.struck_off_at) == ("assigned", None)
    if "不一致 1 行" in told:
        assert "文件写已办结，却没有办结时间" in told


@pytest.mark.parametrize(
    ("written_as", "utc"),
    [
        ("2026-03-08 01:59:59", "06:59:59"), ("2026-03-08 02:30:00", "07:00:00"), ("2026-03-08 03:00:00", "07:00:00"),
        ("11/01/2026 01:30:00 AM", "05:30:00"), ("2026-03-05T14:30:00-05:00", "19:30:00"), ("2026-03-05 14:30:00Z", "14:30:00"),
        ("2026年3月5日 14:30", "19:30:00"), ("12/31/2025 12:00 AM", "05:00:00"),
    ],
)  # fmt: skip
def test_moments_are_read_on_the_citys_clocks(written_as, utc):
    assert f"{reading.moment(written_as, requests.CITY):%H:%M:%S}" == utc


def test_a_year_of_two_digits_is_one_of_this_century():
    assert [f"{reading.moment(text, requests.CITY, day_first=first):%Y-%m-%d}" for text, first in (("3/5/26 14:30", False), ("05.03.26", True))] == [
        "2026-03-05",
        "2026-03-05",
    ]


@pytest.mark.parametrize(
    ("column", "word", "in_time"),
    [
        ("on_time", "Y", True), ("on_time", "否", False), ("on_time", "逾期", False), ("on_time", "ONTIME", True), ("on_time", "", None),
        ("overdue", "Y", False), ("overdue", "否", True), ("overdue", "逾期", False), ("overdue", "未逾期", True), ("overdue", "按期", True),
        ("overdue", "Overdue", False), ("overdue", "unknown", None),
    ],
)  # fmt: skip
def test_yes_and_no_answer_what_the_column_asks_and_other_words_speak_for_themselves(column, word, in_time):
    assert reading.flag({column: word}) is in_time


def test_a_limit_by_the_day_ends_with_the_day():
    zone = ZoneInfo("Asia/Shanghai")
    assert reading.moment("2026-03-05", zone, day_ends=True) == clock.end_of(dt.date(2026, 3, 5))


# --- rows of the ledger -------------------------------------------------------------------------------------------------------------
def test_a_closed_request_has_its_whole_history_and_nobody_is_told(take, tmp_path, district):
    rows = requests.rows(60)
    closed = next(row for row in rows if row["status"] == "Closed" and row["due"] and row["unit"] == "Public Works" and row["kind"] == "Odor")
    take(written(tmp_path, rows), "--commit")
    finding = Finding.objects.select_related("problem_type").get(superior_number=closed["number"])
    task = finding.tasks.get()
    real = {name: reading.moment(requests._shown(closed[name], closed["n"]), requests.CITY) for name in ("created", "due", "closed")}
    assert (finding.state, finding.source, finding.problem_type.name, finding.received_at) == ("struck_off", "complaint", "异味", real["created"])
    assert (task.organisation, task.due_at, task.fed_back_at, task.passed_at) == (district.housing, real["due"], real["closed"], real["closed"])
    assert [event.action for event in finding.events.order_by("id")] == ["import", "register", "assign", "rectify", "strike_off"]
    assert [event.action for event in task.events.order_by("id")] == ["import", "feedback", "pass"]
    assert finding.number and Finding.objects.matching(closed["number"]).get() == finding
    assert not Notice.objects.exists()


def test_reopened_ones_are_open_and_units_not_known_are_made(take, tmp_path, district):
    take(written(tmp_path, requests.rows(80)), "--commit")
    assert {event.details["file"]["status"] for event in FindingEvent.objects.filter(action="import", finding__state="assigned")} == {
        "Open",
        "Reopened",
    }
    assert set(Organisation.objects.filter(district=district, name__in=requests.UNITS).values_list("name", flat=True)) == set(requests.UNITS[1:])


def test_numbers_follow_the_order_of_receipt_without_a_gap(take, tmp_path):
    take(written(tmp_path, list(reversed(requests.rows(50)))), "--commit")
    found = list(Finding.objects.order_by("received_at").values_list("number", flat=True))
    assert found == [f"2026-{n:06d}" for n in range(1, 51)]


def test_the_audit_chain_and_the_rows_agree(take, tmp_path):
    take(written(tmp_path, requests.rows(30)), "--commit")
    call_command("verify_audit", state=True)
    assert AuditEvent.objects.filter(action="finding.import").count() == AuditEvent.objects.filter(action="task.carry_over").count() == 30
    assert '"kind":"service_requests"' in AuditEvent.objects.get(action="import").payload


# --- again, and in part -------------------------------------------------------------------------------------------------------------
def test_taken_twice_it_changes_nothing_and_a_newer_file_closes_what_was_open(take, tmp_path):
    rows = requests.rows(60)
    path = written(tmp_path, rows)
    take(path, "--commit")
    before = (Finding.objects.count(), FindingEvent.objects.count(), TaskEvent.objects.count())
    assert "Written: 0 new, 0 updated, 60 unchanged, 0 rows refused." in take(path, "--commit").out
    assert (Finding.objects.count(), FindingEvent.objects.count(), TaskEvent.objects.count()) == before

    opened = next(row for row in rows if row["status"] == "Open")
    opened["status"], opened["closed"] = "Closed", opened["created"] + dt.timedelta(hours=1)
    opened["on_time"] = opened["due"] is None or opened["closed"] <= opened["due"]
    assert "Written: 0 new, 1 updated, 59 unchanged, 0 rows refused." in take(written(tmp_path, rows), "--commit").out
    finding = Finding.objects.get(superior_number=opened["number"])
    assert (finding.state, finding.tasks.get().state, finding.due_at) == ("struck_off", "passed", None)
    call_command("verify_audit", state=True)


def test_looking_writes_nothing_and_says_the_same(take, tmp_path):
    told = take(written(tmp_path, requests.rows(COUNT))).out
    assert f"Would be written: {COUNT} new, 0 updated, 0 unchanged, 0 rows refused." in told
    assert f"按期标志与文件一致 {COUNT} 行，不一致 0 行" in told
    assert not Finding.objects.exists() and not Organisation.objects.filter(name__in=requests.UNITS).exists()


def test_wrong_rows_keep_everything_out_until_said_otherwise_and_are_told_by_reason(take, tmp_path):
    lines = [requests.cells(row) for row in requests.rows(20)]
    lines[3][1], lines[4][0], lines[5][0] = "yesterday", "", lines[6][0]
    path = requests.write(tmp_path / "311.csv", lines)
    with pytest.raises(CommandError, match="Nothing was written"):
        take(path, "--commit")
    assert not Finding.objects.exists()
    told = take(path, "--commit", "--partial")
    assert "Written: 17 new, 0 updated, 0 unchanged, 3 rows refused." in told.out
    assert "时间读不懂" in told.err and "重复" in told.err


def test_words_nobody_knows_are_refused_with_what_to_do(take, tmp_path):
    with pytest.raises(CommandError, match="Nothing was written"):
        take(written(tmp_path, requests.rows(30)), "--commit", new_units=False)
    assert not Finding.objects.exists()


# --- forms of the file --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_and_codings(take, tmp_path, encoding):
    path = written(tmp_path, requests.rows(15), titles=requests.CHINESE, encoding=encoding)
    assert "按期标志与文件一致 15 行，不一致 0 行" in take(path, "--commit").out


def test_a_workbook_is_taken_as_well(take, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(requests.ENGLISH)
    for row in requests.rows(15):
        line = requests.cells(row)
        book.active.append([line[0], row["created"], row["due"], row["closed"], *line[4:]])
    book.save(tmp_path / "311.xlsx")
    assert "按期标志与文件一致 15 行，不一致 0 行" in take(str(tmp_path / "311.xlsx"), "--commit").out


def test_the_columns_of_a_well_known_portal_are_understood():
    titles = ["case_enquiry_id", "open_dt", "sla_target_dt", "closed_dt", "on_time", "case_status", "case_title", "subject", "reason", "type", "queue",
              "department", "location", "latitude", "longitude"]  # fmt: skip
    found = {name: titles[place] for name, place in reading.places(titles).items()}
    assert found == {
        "number": "case_enquiry_id", "created": "open_dt", "due": "sla_target_dt", "closed": "closed_dt", "on_time": "on_time", "status": "case_status",
        "unit": "department", "type": "type", "text": "case_title", "address": "location", "lat": "latitude", "lon": "longitude",
    }  # fmt: skip
    assert reading.is_header(titles) and not reading.is_header(["问题编号", "交办日期", "问题描述", "完成日期", "整改时限"])
