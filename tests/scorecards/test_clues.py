"""Clues handed over: seen by few, told to nobody, entered once."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import AuditEvent
from common import clock
from grids.models import Membership
from notices.models import Notice
from scorecards.models import Clue
from tests.factories.accounts import LONG_AGO, UserFactory
from tests.factories.inspections import FindingFactory
from tests.factories.settled import SixTownsFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
FACTS = "连续三个月未处置渣土覆盖"


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return SixTownsFactory()


@pytest.fixture
def director(district):
    return UserFactory(office_director=district)


def head_of_supervision(district, title="局长"):
    user = UserFactory()
    Membership.objects.create(user=user, organisation=district.supervision, role="supervision", title=title, starts_on=LONG_AGO)
    return user


@pytest.fixture
def page(client):
    def get(user, name="clues", *args, data=None):
        client.force_login(user, backend=BACKEND)
        address = reverse(f"scorecards:{name}", args=args)
        return client.get(address) if data is None else client.post(address, data)

    return get


@pytest.fixture
def entered(district, director, page):
    finding = FindingFactory(district=district)
    form = page(director, "new_clue").context["form"]
    values = {
        "key": str(form["key"].value()), "organisation": district.towns[5].pk, "findings": finding.number, "facts": FACTS, "receiver": "区纪委监委",
        "paper_number": "督移〔2026〕1号", "evidence": SimpleUploadedFile("证据.pdf", PDF),
    }  # fmt: skip
    return values, page(director, "new_clue", data=values)


def test_a_clue_is_entered_with_its_findings_and_papers(district, director, entered):
    clue = Clue.objects.get()

    assert (clue.number, clue.organisation, clue.facts, clue.handed_by, clue.state) == (
        f"XS-{clock.today().year}-001",
        district.towns[5],
        FACTS,
        director,
        "handed",
    )
    assert (clue.findings.count(), [file.name for file in clue.files.all()]) == (1, ["证据.pdf"])


def test_the_form_sent_twice_makes_one_clue(director, entered, page):
    values, _answer = entered
    values["evidence"].seek(0)

    page(director, "new_clue", data=values)

    assert Clue.objects.count() == 1


def test_a_form_sent_again_with_other_words_is_told_that_it_is_entered_already(director, entered, page):
    values, _answer = entered
    values["evidence"].seek(0)

    answer = page(director, "new_clue", data=values | {"facts": "更正后的事实"})

    assert answer.status_code == 422 and "登记后不能修改" in answer.content.decode() and "更正后的事实" in answer.content.decode()
    assert Clue.objects.get().facts == FACTS


@pytest.mark.parametrize("change", ["findings", "evidence"])
def test_other_problems_or_papers_are_other_words(district, director, entered, page, change):
    values, _answer = entered
    values["evidence"].seek(0)
    other = {"findings": FindingFactory(district=district).number, "evidence": SimpleUploadedFile("另一份.pdf", PDF + b"%")}

    answer = page(director, "new_clue", data=values | {change: other[change]})

    assert answer.status_code == 422 and "登记后不能修改" in answer.content.decode()


def test_only_the_leading_group_the_director_and_the_head_of_supervision_see_it(district, entered, page):
    clue = Clue.objects.get()
    insiders = [UserFactory(leader=district), UserFactory(office_director=district), head_of_supervision(district)]
    others = [
        UserFactory(office_staff=district),
        UserFactory(supervision=district),
        head_of_supervision(district, title="副局长"),
        UserFactory(town_manager=district.towns[5]),
        UserFactory(commander=district.dust),
    ]

    seen = [(page(user).status_code, page(user, "clue", clue.pk).status_code) for user in insiders]
    unseen = [(page(user).status_code, page(user, "clue", clue.pk).status_code) for user in others]

    assert (seen, unseen) == ([(200, 200)] * 3, [(403, 404)] * 5)


def test_neither_notices_nor_the_record_tell_what_it_is_about(entered):
    told = " ".join(event.payload or "" for event in AuditEvent.objects.filter(action__startswith="clue."))

    assert Notice.objects.count() == 0
    assert FACTS not in told and "己乡" not in told and "XS-" in told


def test_a_paper_is_served_to_them_and_the_reading_is_on_record(district, director, entered, page):
    clue = Clue.objects.get()
    file = clue.files.get()

    answer, refused = page(director, "clue_paper", clue.pk, file.pk), page(UserFactory(supervision=district), "clue_paper", clue.pk, file.pk)

    assert (answer.status_code, refused.status_code) == (200, 404)
    assert b"%PDF" in io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content).read()
    assert AuditEvent.objects.filter(action="clue.download").count() == 1


def test_receipt_and_result_follow_in_order(director, entered, page):
    clue, today = Clue.objects.get(), clock.today().isoformat()

    early = page(director, "clue_step", clue.pk, "conclude", data={"version": 1, "result": "谈话提醒", "result_on": today})
    page(director, "clue_step", clue.pk, "accept", data={"version": 1, "receipt": "回执1号", "accepted_on": today})
    page(director, "clue_step", clue.pk, "conclude", data={"version": 2, "result": "谈话提醒", "result_on": today})

    clue.refresh_from_db()
    assert "谈话提醒" in early.content.decode()
    assert (early.status_code, clue.state, clue.receipt, clue.result, clue.version) == (409, "concluded", "回执1号", "谈话提醒", 3)


def test_a_day_before_the_handing_over_is_refused_and_the_words_stay(director, entered, page):
    clue = Clue.objects.get()

    answer = page(director, "clue_step", clue.pk, "accept", data={"version": 1, "receipt": "回执1号", "accepted_on": "2020-01-01"})

    text = answer.content.decode()
    assert answer.status_code == 422 and "日期不能早于" in text and "回执1号" in text


def test_an_unknown_number_is_named_and_nothing_typed_is_lost(director, district, page):
    values = {
        "key": "",
        "organisation": district.towns[5].pk,
        "findings": "2026-999999",
        "facts": FACTS,
        "receiver": "区纪委监委",
        "paper_number": "",
    }

    values["evidence"] = SimpleUploadedFile("证据.pdf", PDF)

    answer = page(director, "new_clue", data=values)

    text = answer.content.decode()
    assert "没有找到这些编号的问题：2026-999999" in text and FACTS in text and "证据.pdf" in text
    key, ((kept, _file),) = answer.context["form"]["key"].value(), answer.context["kept"].words
    page(director, "new_clue", data=values | {"key": key or str(uuid.uuid4()), "findings": "", "paper_number": "1号", "evidence": "", "kept": kept})
    assert [file.name for file in Clue.objects.get().files.all()] == ["证据.pdf"]
