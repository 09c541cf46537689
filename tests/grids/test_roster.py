"""Import of units, grids and the 一长三员网络表 from a workbook as districts have them."""

import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from accounts.models import User
from airduty import roster
from audit.models import AuditEvent
from common import clock
from grids.models import Grid, Membership, Organisation, Post
from grids.roles import PostRole, Role
from grids.roster import Person, people_in
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return DistrictFactory(code="QH", name="青河区")


def messy(*, chief="示例甲/村支书/10011110001", member="示例乙 10011110002、示例丙：100 1111 0003", updated="2026.3.5") -> io.BytesIO:
    """Title rows, a 截至 line, a two-row header with merged cells, villages before their township, totals and a signature below."""
    book = Workbook()
    units = book.active
    units.title = "组织机构"
    units.append(["青河区大气污染防治攻坚单位名单"])
    units.merge_cells("A1:F1")
    units.append(["序号", "单位全称", "单位类别", "有无执法权", "负责人", "联络员/电话"])
    units.append([1, "丙镇人民政府", "乡镇", "无", "示例丁/10011110009", None])
    units.append([2, "区园林中心", "部门", "×", None, "示例戊 10011110010\n示例己 10011110011"])
    net = book.create_sheet("网络表")
    net.append(["青河区“一长三员”四级网络表"])
    net.merge_cells("A1:K1")
    net.append(["截至2026年3月10日"])
    net.append(["序号", "网格编码", "网格名称", "级别", "上级网格", "范围描述", "网格长/职务/电话", "网格员", None, "巡查员/电话", "更新日期"])
    net.append([None, None, None, None, None, None, None, "姓名", "电话", None, None])
    net.merge_cells("H3:I3")
    for column in "ABCDEFGJK":
        net.merge_cells(f"{column}3:{column}4")
    net.append([1, "T3-01", "新 村", "三级", "丙镇", "村北\n至河", chief, member, None, "空缺", updated])
    net.append([2, "T3", "丙镇", "二级", None, "全镇", "示例丁/10011110009", "示例庚", "10011110012", None, 46086])
    net.append(["合计", None, None, None, None, None, 2])
    net.append(["填表人：示例辛"])
    return saved(book)


def saved(book) -> io.BytesIO:
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def imported(district, file=None, **options):
    return roster.run(file or messy(), district=district, by=None, **{"dry_run": False, "partial": False} | options)


def everything():
    """All that an import may touch, as plain rows."""
    return {
        "users": sorted(User.objects.values_list("username", "name", "phone")),
        "units": sorted(Organisation.objects.values_list("name", "kind", "short_name")),
        "grids": sorted(Grid.objects.values_list("code", "name", "path", "extent")),
        "posts": sorted(map(str, Post.objects.values_list("user__username", "grid__code", "role", "starts_on", "ends_on"))),
        "memberships": sorted(map(str, Membership.objects.values_list("user__username", "organisation__name", "role", "starts_on", "ends_on"))),
    }


@pytest.fixture(autouse=True)
def in_april(time_machine):
    time_machine.move_to(dt.datetime(2026, 4, 1, 2, tzinfo=dt.UTC))


def test_a_messy_workbook_becomes_units_grids_and_posts(district):
    outcome = imported(district)

    assert outcome.errors == []
    town, village = Grid.objects.get(code="T3"), Grid.objects.get(code="T3-01")
    assert (town.parent, village.parent) == (district, town)
    assert village.name == "新 村"
    held = set(village.posts.values_list("user__name", "user__phone", "title", "role", "starts_on"))
    day = dt.date(2026, 3, 5)
    assert held == {
        ("示例甲", "10011110001", "村支书", "chief", day),
        ("示例乙", "10011110002", "", "member", day),
        ("示例丙", "10011110003", "", "member", day),
    }
    assert town.posts.get(role=PostRole.MEMBER).user.phone == "10011110012"
    assert Membership.objects.get(organisation__name="丙镇人民政府").role == Role.TOWN_MANAGER
    assert set(Membership.objects.filter(organisation__name="区园林中心").values_list("role", flat=True)) == {Role.DEPT_HANDLER}


def test_a_person_with_several_duties_has_one_account(district):
    imported(district)

    person = User.objects.get(name="示例丁")
    assert (person.memberships.count(), person.posts.count()) == (1, 1)


def test_the_same_workbook_again_changes_nothing(district):
    imported(district)
    before = everything()

    outcome = imported(district)

    assert everything() == before
    assert outcome.changes == 0
    assert outcome.accounts == [] and outcome.ended == []


def test_a_dry_run_leaves_nothing_behind(district):
    before = everything()

    outcome = imported(district, dry_run=True)

    assert not outcome.written and len(outcome.accounts) == 7
    assert everything() == before
    assert not AuditEvent.objects.filter(action="import").exists()


def test_accounts_begin_with_a_one_time_password_that_differs(district):
    accounts = imported(district).accounts

    assert len({account.password for account in accounts}) == len(accounts) == 7
    for account in accounts:
        assert account.user.check_password(account.password)
        assert account.user.must_change_password and account.user.one_time_until
    assert User.objects.get(name="示例甲").username == "t3-01-1"


def test_who_is_replaced_keeps_a_dated_end(district):
    imported(district)

    outcome = imported(district, messy(chief="示例壬/村主任/10011110020", updated="2026年3月20日"))

    old, new = Post.objects.get(user__name="示例甲"), Post.objects.get(user__name="示例壬")
    assert (old.ends_on, new.starts_on, new.ends_on) == (dt.date(2026, 3, 19), dt.date(2026, 3, 20), None)
    assert len(outcome.ended) == 1


def test_an_empty_cell_changes_nothing_and_vacant_empties_the_post(district):
    imported(district)

    imported(district, messy(chief=None, member="空缺"))

    today = clock.today()
    assert Post.objects.current(today).filter(grid__code="T3-01", role=PostRole.CHIEF).exists()
    assert not Post.objects.current(today).filter(grid__code="T3-01", role=PostRole.MEMBER).exists()


def test_a_corrected_name_and_a_new_number_update_the_same_person(district):
    imported(district)
    before = User.objects.count()

    imported(district, messy(chief="示例甲一/村支书/10011110001", member="示例乙 10011110099、示例丙 10011110003"))

    assert User.objects.count() == before
    assert User.objects.get(phone="10011110001").name == "示例甲一"
    assert User.objects.get(name="示例乙").phone == "10011110099"


def test_a_number_known_under_another_family_name_is_asked_about(district):
    imported(district)

    outcome = imported(district, messy(chief="张某/村支书/10011110001"))

    (error,) = outcome.errors
    assert (error.row, error.column_title) == (5, "网格长/职务/电话")
    assert "示例甲" in error.message
    assert not outcome.written


@pytest.mark.parametrize("cell", ["示例甲/100****0001", "示例甲 12345678901234", "/10011110001"])
def test_a_wrong_cell_is_told_with_row_and_column_and_nothing_is_written(district, cell):
    before = everything()

    outcome = imported(district, messy(chief=cell))

    assert [(error.row, error.column_title) for error in outcome.errors] == [(5, "网格长/职务/电话")]
    assert everything() == before


def test_partial_writes_the_right_rows(district):
    outcome = imported(district, messy(chief="示例甲/100****0001"), partial=True)

    assert outcome.written
    assert Grid.objects.filter(code="T3-01").exists()
    assert Post.objects.filter(grid__code="T3").exists()
    assert not Post.objects.filter(grid__code="T3-01").exists()


def test_an_unknown_parent_is_an_error_of_its_row(district):
    book = Workbook()
    book.active.append(["网格编码", "网格名称", "上级网格"])
    book.active.append(["X1", "某村", "没有的乡"])

    (error,) = imported(district, saved(book)).errors

    assert (error.row, error.column_title, error.value) == (2, "上级网格", "没有的乡")


def test_a_workbook_of_something_else_is_refused(district):
    book = Workbook()
    book.active.append(["月份", "金额"])

    with pytest.raises(ValidationError):
        imported(district, saved(book))


def test_people_of_another_district_with_the_same_number_are_left_alone(district):
    stranger = UserFactory(member=DistrictFactory().villages[0], name="示例甲", phone="10011110001")

    imported(district)

    assert stranger.posts.count() == 1
    assert User.objects.filter(phone="10011110001").count() == 2


@pytest.mark.parametrize(
    ("names", "titles", "phones", "found"),
    [
        ("王某", "", "", [Person("王某")]),
        ("王某/村支书/10012345678", "", "", [Person("王某", "10012345678", "村支书")]),
        ("王某（村支书）100-1234-5678", "", "", [Person("王某", "10012345678", "村支书")]),
        ("王 某", "", "", [Person("王某")]),
        ("王某、10012345678", "", "", [Person("王某", "10012345678")]),
        ("王某 10012345678 李某 10087654321", "", "", [Person("王某", "10012345678"), Person("李某", "10087654321")]),
        ("王某\n李某", "", "10012345678\n10087654321", [Person("王某", "10012345678"), Person("李某", "10087654321")]),
        ("王某", "主任", "0371-6600000", [Person("王某", "0371-6600000", "主任")]),
        ("空缺", "", "", []),
        ("", "", "", []),
    ],
)
def test_people_are_read_out_of_cells(names, titles, phones, found):
    assert people_in(names, titles, phones) == found


def test_two_names_and_one_number_are_asked_about():
    with pytest.raises(ValidationError):
        people_in("王某、李某", "", "10012345678")


# --- command ------------------------------------------------------------------------------------------------------------------------
def test_the_command_only_looks_unless_told(district, tmp_path, capsys):
    file = tmp_path / "roster.xlsx"
    file.write_bytes(messy().getvalue())
    before = everything()

    call_command("import_roster", str(file))

    assert everything() == before
    assert "Nothing was written." in capsys.readouterr().out


def test_the_command_writes_passwords_to_a_new_private_file(district, tmp_path):
    file, passwords = tmp_path / "roster.xlsx", tmp_path / "passwords.xlsx"
    file.write_bytes(messy().getvalue())

    call_command("import_roster", str(file), commit=True, passwords_out=str(passwords), district="QH")

    assert passwords.stat().st_mode & 0o077 == 0
    rows = list(load_workbook(passwords).active.iter_rows(values_only=True))
    (row,) = [row for row in rows if row[2] == "示例甲"]
    assert User.objects.get(username=row[4]).check_password(row[5])
    with pytest.raises(CommandError):
        call_command("import_roster", str(file), commit=True, passwords_out=str(passwords))


def test_the_command_asks_which_district(district, tmp_path):
    DistrictFactory()
    with pytest.raises(CommandError, match="--district"):
        call_command("import_roster", str(tmp_path / "any.xlsx"))
