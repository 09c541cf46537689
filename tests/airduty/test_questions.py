"""The bank of questions taken from a workbook."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grids.models import Question
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.sheets.books import xlsx

pytestmark = pytest.mark.django_db
HEAD = ["类别", "试题", "A", "B", "选项C", "正确答案", "解析"]


@pytest.fixture
def district():
    return DistrictFactory()


@pytest.fixture
def take_in(client, district):
    """Uploads rows and imports what can be taken; the page that answers."""
    client.force_login(UserFactory(office_director=district))
    address = reverse("grids:question-import")

    def take(*rows):
        file = SimpleUploadedFile("题库.xlsx", xlsx(HEAD, *rows).read())
        shown = client.post(address, {"file": file})
        return client.post(address, {"token": shown.context["token"], "action": "import"}, follow=True)

    return take


def test_questions_come_from_a_sheet_with_other_headings(district, take_in):
    take_in(["扬尘管控", "围挡多高？", "2.5 米", "1 米", "", "a", "主要路段"], ["straw", "先做什么？", "报警", "自己扑", "喊人", "A、C", ""])

    found = {question.text: question for question in Question.objects.all()}
    assert (found["围挡多高？"].field, found["围挡多高？"].options, found["围挡多高？"].answers) == (district.dust, ["2.5 米", "1 米"], [0])
    assert (found["先做什么？"].field, found["先做什么？"].answers) == (district.straw, [0, 2])


def test_the_same_sheet_again_changes_nothing_and_a_corrected_one_the_question(district, take_in):
    row = ["扬尘管控", "围挡多高？", "2.5 米", "1 米", "", "A", ""]
    take_in(row)

    assert "没有变化 1 行" in take_in(row).content.decode()
    take_in([*row[:6], "主要路段"])
    assert Question.objects.get().explanation == "主要路段"


def test_bad_rows_are_named_and_the_others_taken(district, take_in):
    page = take_in(
        ["扬尘管控", "甲？", "对", "错", "", "D", ""],
        ["没有这个领域", "乙？", "对", "错", "", "A", ""],
        ["扬尘管控", "丙？", "对", "错", "", "A", ""],
    ).content.decode()

    assert "请写正确选项的字母" in page and "没有这个领域" in page
    assert [question.text for question in Question.objects.all()] == ["丙？"]
