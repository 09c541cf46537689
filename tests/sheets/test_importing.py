import io
import os
import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from accounts.models import User
from audit.models import AuditEvent
from common.errors import Conflict
from sheets import files, importing
from sheets.reading import Row, RowError
from tests.factories.accounts import UserFactory
from tests.sheets.books import xlsx
from tests.sheets.urls import COLUMNS, apply_row

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.sheets.urls")]


def row(number, username, name, phone=None):
    return Row(number, {"username": username, "name": name, "phone": phone})


ROWS = [row(2, "a", "甲"), row(3, "b", "禁用"), row(4, "c", "丙"), row(5, "d", "禁用")]


def names():
    return set(User.objects.values_list("username", flat=True))


def test_one_wrong_row_keeps_all_out_and_every_wrong_row_is_named():
    result = importing.run(ROWS, apply_row, partial=False, dry_run=False, columns=COLUMNS)
    assert (names(), result.written, result.created) == (set(), False, 2)
    assert result.errors == [RowError(3, "姓名", "禁用", "这个名字不能用"), RowError(5, "姓名", "禁用", "这个名字不能用")]


def test_errors_of_reading_keep_all_out_as_well():
    assert not importing.run(ROWS[:1], apply_row, partial=False, dry_run=False, errors=[RowError(9, "", "", "x")]).written
    assert names() == set()


def test_partial_takes_the_good_rows():
    result = importing.run(ROWS, apply_row, partial=True, dry_run=False)
    assert (names(), result.written, result.bad_rows) == ({"a", "c"}, True, 2)


def test_a_dry_run_writes_nothing():
    result = importing.run(ROWS[:1], apply_row, partial=True, dry_run=True)
    assert (names(), result.written, result.good) == (set(), False, 1)


def test_the_owner_has_the_last_word_in_the_transaction_of_what_stays_and_only_there():
    said = []
    importing.run(ROWS[:1], apply_row, partial=True, dry_run=True, finish=lambda: said.append("checked"))
    importing.run(ROWS, apply_row, partial=False, dry_run=False, finish=lambda: said.append("wrong"))
    importing.run(ROWS, apply_row, partial=True, dry_run=False, finish=lambda: said.append(names()))

    assert said == [{"a", "c"}]


def test_a_row_the_database_refuses_is_an_error_of_that_row():
    UserFactory(username="a")

    def create(found):
        User.objects.create(username=found.values["username"], name=found.values["name"])
        return "created"

    result = importing.run([ROWS[0], ROWS[2]], create, partial=True, dry_run=False)
    assert [error.row for error in result.errors] == [2]
    assert "c" in names()


def test_an_owner_who_forgets_the_outcome_is_told():
    with pytest.raises(TypeError):
        importing.run(ROWS[:1], lambda found: None, partial=True, dry_run=False)


# --- the page -----------------------------------------------------------------------------------------------------------------------
URL = "/try/people/"
LINES = [["登录名", "姓名", "电话", "爱好"], ["a", "甲", 1.38e10, "钓鱼"], ["b", "禁用", None, None], ["c", "丙", "12", None]]


def upload(client, *lines, name="人员.xlsx"):
    return client.post(URL, {"file": SimpleUploadedFile(name, xlsx(*lines).getvalue())})


@pytest.fixture
def person(client):
    person = UserFactory()
    client.force_login(person)
    return person


def test_preview_then_import_the_good_rows(client, person):
    page = upload(client, *LINES)
    assert [f'data-count="{name}">{count}<' in page.text for name, count in (("created", 1), ("errors", 2))] == [True, True]
    for words in ("导入全部正确的行（1 行）", "这个名字不能用", "应填 11 位手机号", "这些列不认识，将不导入：爱好", "13800000000"):
        assert words in page.text
    assert names() == {person.username}

    page = client.post(URL, {"token": page.context["token"], "action": "import"})
    assert names() == {person.username, "a"}
    assert "这个名字不能用" in page.text
    event = AuditEvent.objects.get(action="import")
    assert (event.actor_id, event.district_id) == (person.pk, 7)


def test_refused_rows_are_had_with_their_reasons_put_right_and_sent_again(client, person):
    token = upload(client, *LINES).context["token"]
    for _before_and_after in range(2):
        book = client.post(URL, {"token": token, "action": "refused"})
        assert "attachment" in book.headers["Content-Disposition"]
        _title, *rows = load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True)
        assert rows[:3] == [
            ("登录名", "姓名", "电话", "爱好", "原因"),
            ("b", "禁用", None, None, "“姓名”：这个名字不能用"),
            ("c", "丙", "12", None, "“电话”：应填 11 位手机号，或带区号的座机号，例如 0371-6600000；只填一个号码"),
        ]
        page = client.post(URL, {"token": token, "action": "import"})
        assert page.context["kept"] == token
    right = [list(row) for row in rows[:3]]
    right[1][1], right[2][2] = "乙", 13800000001
    page = upload(client, *right)
    assert (page.context["result"].created, page.context["result"].errors, page.context["kept"]) == (2, [], "")
    client.post(URL, {"token": page.context["token"], "action": "import"})
    assert names() == {person.username, "a", "b", "c"}
    assert client.post(URL, {"token": page.context["token"], "action": "refused"}).url == URL


def test_a_row_that_somebody_has_just_changed_is_an_error_of_that_row():
    def lose(found):
        raise Conflict("刚被他人修改")

    result = importing.run(ROWS[:1], lose, partial=True, dry_run=False)
    assert result.errors == [RowError(2, "", "", "刚被他人修改")]


def test_a_clean_sheet_leads_back_to_where_one_came_from(client, person):
    page = upload(client, *LINES[:2])
    assert "导入（1 行）" in page.text
    assert client.post(URL, {"token": page.context["token"], "action": "import"}).url == "/back/"


def test_giving_up_removes_the_file(client, person):
    token = upload(client, *LINES).context["token"]
    assert client.post(URL, {"token": token, "action": "discard"}).url == "/back/"
    assert not list(files.root("imports").glob("*/*"))
    assert client.post(URL, {"token": token, "action": "import"}).url == URL


def test_an_upload_is_its_persons_own_and_lasts_an_hour(client, person):
    token = upload(client, *LINES).context["token"]
    with pytest.raises(ValidationError):
        files.kept_upload(token, by=UserFactory())
    with pytest.raises(ValidationError):
        files.kept_upload(f"../{person.pk}/{token}", by=person)
    path = files.kept_upload(token, by=person)
    os.utime(path, (time.time() - 3601,) * 2)
    with pytest.raises(ValidationError, match="1 小时"):
        files.kept_upload(token, by=person)
    files.clear_old()
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"), [("a.pdf", b"x", ".xlsx 或 .csv"), ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "另存为"), ("a.csv", b"", "空的")]
)
def test_a_wrong_file_comes_back_with_a_remedy(client, person, name, content, words):
    page = client.post(URL, {"file": SimpleUploadedFile(name, content)})
    assert (page.status_code, words in page.text) == (400, True)


def test_the_form_offers_an_empty_sheet(client, person):
    assert "?template=1" in client.get(URL).text
    assert client.get(f"{URL}?template=1").content.startswith(b"PK")


def test_markup_in_a_sheet_is_shown_as_text(client, person):
    page = upload(client, ["登录名", "姓名", "<script>alert(1)</script>"], ["<img src=x onerror=alert(1)>", "禁用"], ["<b>x</b>", "甲"])
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "&lt;b&gt;x&lt;/b&gt;" in page.text
