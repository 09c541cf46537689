"""Lists from above are laid beside the ledger row by row, and each difference is put right by one press."""

import datetime as dt
import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import clock
from common.errors import Conflict, NotYourRole
from inspections.models import Finding, FindingEvent
from scorecards.models import ListMatch, MatchRow
from scorecards.services import match_pairs, match_reading, match_repair, matching
from sheets import services as sheets
from sheets.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.districts import made_district
from tests.factories.inspections import FindingFactory
from tests.factories.rectification import TaskFactory
from tests.factories.scorecards import beijing
from tests.scorecards.lists import uploaded, workbook
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NAME = "市攻坚办交办清单"


@pytest.fixture
def district():
    return made_district()


@pytest.fixture
def office(district):
    return UserFactory(office_staff=district)


def ours(district, text, *, day=10, number="", **more):
    """A problem of the city's on our ledger, ordered on a day of October."""
    given = {"source": "city_inspection", "address": "", "problem_type": district.problem_types.get(code="bare-ground")}
    return FindingFactory(district=district, text=text, superior_number=number, captured_at=beijing(day, 9), **given | more)


def laid(district, office, rows, *, source="city_inspection", name=NAME, **more) -> ListMatch:
    return matching.upload(district, uploaded(rows, **more), name=name, source=source, by=office).match


def found(match, *columns):
    return list(match.rows.values_list(*columns)) if len(columns) > 1 else list(match.rows.values_list(*columns, flat=True))


# --- reading ------------------------------------------------------------------------------------------------------------------------
def test_a_messy_list_is_read_by_what_its_columns_mean(district):
    rows = [
        (1, "SJB-2026-001", "青河路东侧裸土未覆盖", "青河路", dt.datetime(2026, 10, 8), "2026.10.20", "已办结", "甲街道办、区住建局"),
        (2, "SJB-2026-002", "餐饮油烟直排\n（复查）", "幸福街12号", "10月9日", 46310, "整改中", None),
        (None, None, None, None, None, None, None, None),
        ("合计", "", "2 件"),
    ]
    read = match_reading.read(workbook(rows, merge=["H4:H5"]), district=district)

    got = [
        (row.number, row.superior_number, row.text, row.address, row.ordered_on, row.due_on, row.is_done, str(row.organisation)) for row in read.rows
    ]
    assert got == [
        (4, "SJB-2026-001", "青河路东侧裸土未覆盖", "青河路", dt.date(2026, 10, 8), dt.date(2026, 10, 20), True, "区住建局"),
        (5, "SJB-2026-002", "餐饮油烟直排\n（复查）", "幸福街12号", dt.date(2026, 10, 9), dt.date(2026, 10, 15), False, "区住建局"),
    ]


def test_a_cell_that_cannot_be_read_is_named_and_the_row_compared_all_the_same(district):
    read = match_reading.read(workbook([(1, "A-001", "裸土", "", "上周五", "立即整改", "见附件", "")]), district=district)

    assert [(row.ordered_on, row.due_on, row.is_done, row.status) for row in read.rows] == [(None, None, None, "见附件")]
    assert [each["row"] for each in read.unread] == [4] and "交办日期" in read.unread[0]["message"]


def test_a_running_number_is_not_taken_for_the_superiors(district):
    read = match_reading.read(workbook([(1, "裸土未覆盖"), (2, "油烟直排")], head=("编号", "问题描述")), district=district)

    assert [row.superior_number for row in read.rows] == ["", ""]


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        ([("张三", "13")], ("姓名", "年龄"), "没有找到表头"),
        ([("甲街道", "2026-10-01")], ("责任单位", "交办日期"), "上级编号"),
        ([], ("交办编号", "存在问题"), "没有可以核对的行"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_the_reason(district, office, rows, head, said):
    with pytest.raises(ValidationError, match=said):
        laid(district, office, rows, head=head, titles=())
    assert ListMatch.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "is_done"),
    [
        ("已办结", True),
        ("是", True),
        ("√", True),
        ("整改完成", True),
        ("未办结", False),
        ("否", False),
        ("正在整改中", False),
        ("逾期", False),
        ("", None),
        ("详见附件", None),
    ],
)
def test_words_of_status(text, is_done):
    assert match_reading.done(text) is is_done


# --- comparing ----------------------------------------------------------------------------------------------------------------------
def test_each_row_is_matched_missing_or_differing(district, office):
    same = ours(district, "青河路东侧裸土未覆盖", number="SJB-2026-001", superior_due_at=clock.end_of(dt.date(2026, 10, 20)))
    other_date = ours(district, "餐饮油烟直排", number="SJB-2026-002", superior_due_at=clock.end_of(dt.date(2026, 10, 21)))
    left = ours(district, "南村堆场扬尘", number="SJB-2026-009")
    ours(district, "上月的一件", number="SJB-2026-010", day=1)
    done = ours(district, "工地围挡破损", number="SJB-2026-003", superior_due_at=clock.end_of(dt.date(2026, 10, 20)))
    TaskFactory(finding=done, organisation=district.housing)

    match = laid(
        district,
        office,
        [
            (1, "sjb-2026-001", "青河路东侧裸土未覆盖", "", "2026-10-08", "2026-10-20", "", ""),
            (2, "SJB－2026－002", "餐饮油烟直排", "", "2026-10-09", "2026-10-20", "整改中", ""),
            (3, "SJB-2026-003", "工地围挡破损", "", "2026-10-12", "2026-10-20", "已办结", "甲街道"),
            (4, "SJB-2026-004", "从未登记过的锅炉冒黑烟", "", "2026-10-12", "2026-10-25", "", ""),
        ],
    )

    assert found(match, "number", "finding", "result", "differs", "how") == [
        (4, same.pk, "matched", [], "number"),
        (5, other_date.pk, "differing", ["deadline"], "number"),
        (6, done.pk, "differing", ["status", "unit"], "number"),
        (7, None, "missing_here", [], ""),
        (None, left.pk, "missing_there", [], ""),
    ]


def test_without_a_number_near_equal_words_at_the_same_place_and_time_are_the_same(district, office):
    near = ours(district, "青河路与建设街交叉口东北角约300平方米裸土未苫盖", address="青河路建设街口", day=9)
    ours(district, "青河路与建设街交叉口东北角约300平方米裸土未苫盖", address="青河路建设街口", day=9, source="grid_patrol")
    rows = [(1, "", "青河路与建设街交叉口东北角，约300平方米裸土未覆盖", "青河路建设街口", "2026-10-08", "", "", "")]

    assert found(laid(district, office, rows), "finding", "how") == [(near.pk, "text")]


@pytest.mark.parametrize(
    ("text", "address", "day"),
    [
        ("幸福小区3号楼楼下烧烤店油烟直排扰民", "幸福小区3号楼", "2026-10-09"),  # another house
        ("幸福小区5号楼楼下烧烤店油烟直排扰民", "北环路货场", "2026-10-09"),  # another place
        ("幸福小区5号楼楼下烧烤店油烟直排扰民", "幸福小区5号楼", "2026-09-01"),  # long before
        ("货场煤堆未覆盖", "", "2026-10-09"),  # something else
    ],
)
def test_what_only_sounds_alike_is_not_the_same(district, office, text, address, day):
    ours(district, "幸福小区5号楼楼下烧烤店油烟直排扰民", address="幸福小区5号楼", day=9)

    match = laid(district, office, [(1, "", text, address, day, "", "", "")])

    assert [each for each in found(match, "result") if each != "missing_there"] == ["missing_here"]


def test_two_that_are_as_likely_are_left_to_a_person(district, office):
    for _n in range(2):
        ours(district, "青河路东侧裸土未覆盖约300平方米", address="青河路", day=9)

    match = laid(district, office, [(1, "", "青河路东侧裸土未覆盖约300平方米", "青河路", "2026-10-09", "", "", "")])

    row = match.rows.get(number__isnull=False)
    assert (row.result, len(match_pairs.Pool(match, [row]).likely(row))) == ("missing_here", 2)


def test_struck_off_here_and_open_there_wants_to_be_told_above(district, office):
    ours(district, "裸土", number="A-1", state="struck_off", struck_off_at=beijing(20))

    assert found(laid(district, office, [(1, "A-1", "裸土", "", "", "2026-10-30", "整改中", "")]), "result", "differs") == [
        ("differing", ["unreported"])
    ]


def test_the_same_number_twice_in_the_list_is_said(district, office):
    ours(district, "裸土", number="A-1")
    rows = [(1, "A-1", "裸土", "", "", "", "", ""), (2, "A-1", "裸土", "", "", "", "", "")]

    assert found(laid(district, office, rows), "number", "differs") == [(4, []), (5, ["twice"])]


def test_a_sealed_covert_visit_is_never_compared(district, office):
    ours(district, "裸土未覆盖", number="A-1", is_sealed=True, state="reported")

    assert found(laid(district, office, [(1, "A-1", "裸土未覆盖", "", "", "", "", "")]), "result") == ["missing_here"]


def test_a_merged_row_stands_for_the_one_it_was_merged_into(district, office):
    into = ours(district, "裸土未覆盖")
    ours(district, "裸土", number="A-1", state="merged", merged_into=into)

    assert found(laid(district, office, [(1, "A-1", "裸土", "", "", "", "", "")]), "finding") == [into.pk]


def test_only_the_office_uploads(district):
    for who in (UserFactory(supervision=district), UserFactory(town_handler=district._town_a)):
        with pytest.raises(NotYourRole):
            laid(district, who, [(1, "A-1", "裸土", "", "", "", "", "")])


# --- repair -------------------------------------------------------------------------------------------------------------------------
def row_of(match, number=4):
    return match.rows.select_related("list_match").get(number=number)


def test_what_is_missing_here_is_registered_with_the_superiors_number_and_date(district, office):
    match = laid(district, office, [(1, "A-7", "青河路裸土未覆盖", "青河路", "2026-10-08", "2026-10-20", "", "甲街道")])
    row, guesses = row_of(match), match_repair.Guesses(district.pk)
    assert (guesses.type_of(row).code, guesses.grid_of(row).organisation) == ("bare-ground", district._town_a)

    done = match_repair.register(row, by=office, problem_type=guesses.type_of(row), grid=guesses.grid_of(row))

    made = Finding.objects.get(superior_number="A-7")
    assert (made.state, made.source, made.text, made.address, made.superior_due_at) == (
        "registered",
        "city_inspection",
        "青河路裸土未覆盖",
        "青河路",
        clock.end_of(dt.date(2026, 10, 20)),
    )
    assert made.number and clock.beijing(made.captured_at).date() == dt.date(2026, 10, 8)
    assert (done.finding, done.result, done.handling, done.handled_by) == (made, "matched", "registered", office)


def test_registering_twice_or_at_once_makes_one(district, office):
    match = laid(district, office, [(1, "A-7", "裸土未覆盖", "", "", "", "", "")])
    first, stale, bare = row_of(match), row_of(match), district.problem_types.get(code="bare-ground")

    made = match_repair.register(first, by=office, problem_type=bare)
    again = match_repair.register(stale, by=UserFactory(office_director=district), problem_type=bare)

    assert made.finding == again.finding and Finding.objects.filter(superior_number="A-7").count() == 1


def test_a_differing_date_and_acceptance_are_taken_over_by_signed_events(district, office):
    finding = ours(district, "裸土", number="A-1", state="assigned")
    match = laid(
        district,
        office,
        [(1, "A-1", "裸土", "", "2026-10-08", "2026-10-20", "已销号", "", "2026-10-18")],
        head=("序号", "编号", "问题描述", "位置", "交办日期", "时限", "状态", "责任单位", "销号日期"),
    )
    assert row_of(match).differs == ["deadline", "status"]

    done = match_repair.correct(row_of(match), by=office)

    finding.refresh_from_db()
    assert finding.superior_due_at == clock.end_of(dt.date(2026, 10, 20))
    assert clock.beijing(finding.superior_accepted_at).date() == dt.date(2026, 10, 18)
    events = FindingEvent.objects.filter(finding=finding).order_by("pk").values_list("action", "by", "note")
    assert list(events) == [(action, office.pk, f"按“{NAME}”第 4 行更正") for action in ("correct", "superior_accept")]
    assert (done.result, done.handling) == ("matched", "corrected")
    assert match_repair.correct(row_of(match), by=office).version == done.version


def test_a_wrong_match_is_put_right_by_hand(district, office):
    wrong, right = ours(district, "裸土", number="A-1"), ours(district, "北村煤堆未覆盖")
    match = laid(district, office, [(1, "A-1", "煤堆", "", "", "", "", "")])
    assert match.rows.filter(number=None, finding=right).exists()

    match_repair.rematch(row_of(match), by=office, finding=right, note="编号抄错")

    row = row_of(match)
    assert (row.finding, row.how, row.result, row.handling, row.note) == (right, "hand", "matched", "rematched", "编号抄错")
    assert not match.rows.filter(number=None, finding=right).exists() and wrong.pk != right.pk
    match_repair.rematch(row, by=office, finding=None)
    assert row_of(match).result == "missing_here"


def test_what_is_missing_there_is_noted_for_the_next_report(district, office):
    ours(district, "裸土")
    match = laid(district, office, [(1, "A-9", "别的事", "", "2026-10-01", "", "", ""), (2, "A-8", "又一件", "", "2026-10-30", "", "", "")])
    row = match.rows.select_related("list_match").get(number=None)
    with pytest.raises(ValidationError):
        match_repair.report(row, by=office, note=" ")

    match_repair.report(row, by=office, note="请市里补列")

    row.refresh_from_db()
    assert (row.handling, row.note, row.handled_by) == ("reported", "请市里补列", office)
    with pytest.raises(Conflict):
        match_repair.report(row_of(match), by=office, note="？")


# --- again --------------------------------------------------------------------------------------------------------------------------
def test_the_same_file_again_is_nothing_new(district, office):
    rows = [(1, "A-1", "裸土", "", "", "", "", "")]
    file = uploaded(rows).read()
    made = [matching.upload(district, SimpleUploadedFile("a.xlsx", file), name=NAME, source="city_inspection", by=office) for _n in range(2)]

    assert made[0].match == made[1].match and [each.is_same for each in made] == [False, True]


def test_a_newer_upload_says_what_changed_and_keeps_what_people_decided(district, office):
    finding, by_hand = ours(district, "裸土", number="A-1", state="struck_off", struck_off_at=beijing(20)), ours(district, "煤堆未覆盖")
    old = laid(
        district,
        office,
        [
            (1, "A-1", "裸土", "", "2026-10-08", "2026-10-20", "整改中", ""),
            (2, "A-2", "另一件", "", "2026-10-08", "2026-10-20", "", ""),
            (3, "A-3", "第三件", "", "2026-10-08", "2026-10-20", "", ""),
        ],
    )
    match_repair.report(row_of(old, 4), by=office, note="请市里核销")
    match_repair.rematch(row_of(old, 5), by=office, finding=by_hand)

    new = laid(
        district,
        office,
        [
            (1, "A-1", "裸土", "", "2026-10-08", "2026-10-20", "整改中", ""),
            (2, "A-2", "另一件", "", "2026-10-08", "2026-10-25", "", ""),
            (4, "A-4", "第四件", "", "2026-10-12", "2026-10-20", "", ""),
        ],
    )

    assert new.previous == old and old.rows.count() == 3
    assert new.changes["counts"] == {"added": 1, "gone": 1, "changed": 1}
    assert [(each["number"], each["what"], each["before"]) for each in new.changes["changed"]] == [("A-2", ["due_on"], ["2026-10-20"])]
    assert [each["number"] for each in (*new.changes["added"], *new.changes["gone"])] == ["A-4", "A-3"]
    kept = {row.superior_number: (row.finding_id, row.how, row.handling, row.note) for row in new.rows.filter(number__isnull=False)}
    assert kept == {"A-1": (finding.pk, "number", "reported", "请市里核销"), "A-2": (by_hand.pk, "hand", "", ""), "A-4": (None, "", "", "")}


def test_two_uploads_of_the_same_list_at_once_cannot_both_follow_the_first(district, office):
    first = laid(district, office, [(1, "A-1", "裸土", "", "", "", "", "")])
    laid(district, office, [(1, "A-2", "裸土", "", "", "", "", "")])
    read = match_reading.read(workbook([(1, "A-3", "裸土", "", "", "", "", "")]), district=district)

    with pytest.raises(Exception, match="previous"):
        ListMatch.objects.create(
            district=district, name=NAME, source="city_inspection", file=first.file, uploaded_by=office, uploaded_at=clock.now(), previous=first
        )
    assert read.rows


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's")
def test_a_list_that_is_sent_twice_at_once_is_kept_once(district, office):
    file = workbook([(1, "A-1", "裸土", "", "", "", "", "")]).getvalue()

    def send():
        return matching.upload(district, SimpleUploadedFile("a.xlsx", file), name=NAME, source="city_inspection", by=office)

    assert sorted(each.is_same for each in at_once(send, send)) == [False, True]
    assert ListMatch.objects.count() == 1


# --- long lists ---------------------------------------------------------------------------------------------------------------------
def test_five_thousand_rows_are_compared_in_the_background_within_a_minute(district, office):
    places = [f"{road}路{n}号" for road in "青河建设幸福解放人民" for n in range(60)]
    kinds = ("裸土未覆盖", "餐饮油烟直排", "工地围挡破损", "渣土车未密闭", "道路积尘较重", "露天焚烧秸秆")
    known = [
        ours(district, f"{place}{kind}，现场检查发现需立即整改", day=1 + n % 28, address=place)
        for n, (place, kind) in enumerate((p, k) for p in places[:100] for k in kinds)
    ]
    texts = [(place, kind) for place in places for kind in kinds]
    rows = [
        (n + 1, f"BG-{n:05d}", f"{place}{kind}，检查发现需整改", place, f"2026-10-{1 + n % 28:02d}", "", "", "")
        for n, (place, kind) in enumerate(texts * 2)
    ][:5000]

    made = matching.upload(district, uploaded(rows), name=NAME, source="city_inspection", by=office)
    assert made.match.matched_at is None and made.job.state == "waiting"
    started = time.monotonic()
    job = sheets.run(made.job)

    assert (job.state, job.total, job.progress) == ("done", 5000, 5000) and job.message.startswith("一致")
    assert time.monotonic() - started < 60
    counts = {result: MatchRow.objects.filter(list_match=made.match, result=result).count() for result in ("matched", "missing_here")}
    assert counts["matched"] == len(known) and sum(counts.values()) == 5000
    assert matching.run(Job.objects.get(pk=job.pk)) and made.match.rows.filter(number__isnull=False).count() == 5000


def test_comparing_three_rows_asks_as_much_as_comparing_one(district, office):
    for n in range(3):
        ours(district, f"裸土{n}", number=f"A-{n}")
    asked = []
    for rows in (2, 1, 3):
        with CaptureQueriesContext(connection) as queries:
            laid(district, office, [(n, f"A-{n}", f"裸土{n}", "", "", "", "", "") for n in range(rows)], name=f"清单{rows}")
        asked.append(len(queries))

    assert asked[1] == asked[2]
