"""The pages of reconciling: a unit's one button, the office's board, disputes with their papers."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common import clock
from inspections.models import Finding
from scorecards.models import Dispute, Reconciliation, ReconcilingRule
from scorecards.services import reconcile_clock, reconciling
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.scorecards import beijing
from tests.scorecards.lives import step, task_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return DistrictFactory()


@pytest.fixture
def people(district):
    return {
        "office": UserFactory(office_staff=district),
        "director": UserFactory(office_director=district),
        "supervision": UserFactory(supervision=district),
        "leader": UserFactory(leader=district),
        "town": UserFactory(town_handler=district._town_a),
        "other_town": UserFactory(town_handler=district._town_b),
        "member": UserFactory(member=district.villages[0]),
        "sysadmin": UserFactory(sysadmin=district),
    }


@pytest.fixture
def task(district):
    return task_of(district, at=beijing(20), due=beijing(28))


def opened():
    with clock.standing(beijing(30, 9)):
        reconcile_clock.open_due(clock.now())


@pytest.fixture
def sheet(district, task, people):
    task_of(district, at=beijing(20), due=beijing(29), village=2)
    opened()
    return Reconciliation.objects.select_related("organisation").get(organisation=district._town_a)


@pytest.fixture
def page(client):
    def get(user, name, *args, **query):
        client.force_login(user, backend=BACKEND)
        return client.get(reverse(f"scorecards:{name}", args=args), query)

    return get


@pytest.fixture
def send(client):
    def post(user, name, *args, **data):
        client.force_login(user, backend=BACKEND)
        return client.post(reverse(f"scorecards:{name}", args=args), data)

    return post


def text(answer):
    return answer.content.decode()


def seen_on(answer):
    return re.search(r'name="seen" value="(\w+)"', text(answer))[1]


# --- the unit -----------------------------------------------------------------------------------------------------------------------
def test_the_current_sheet_stands_first_with_its_one_button(sheet, people, page, send):
    answer = page(people["town"], "reconciling")
    assert "一键无异议" in text(answer) and "乙镇" not in text(answer) and "全区" not in text(answer)

    done = send(people["town"], "confirm_sheet", sheet.pk, seen=seen_on(answer))

    assert done.url == sheet.get_absolute_url()
    assert "已确认无异议" in text(page(people["town"], "sheet", sheet.pk))
    assert "一键无异议</button>" not in text(page(people["town"], "reconciling"))


def test_pressing_on_an_older_list_shows_the_new_one_with_its_button(sheet, task, people, page, send):
    seen = seen_on(page(people["town"], "sheet", sheet.pk))
    step(task, "accept", beijing(31))

    answer = send(people["town"], "confirm_sheet", sheet.pk, seen=seen)

    assert answer.status_code == 409 and "名单有了变化" in text(answer) and "整改中" in text(answer)
    assert send(people["town"], "confirm_sheet", sheet.pk, seen=seen_on(answer)).status_code == 302


def test_a_unit_sees_its_own_sheets_only(sheet, people, page, send):
    assert page(people["other_town"], "sheet", sheet.pk).status_code == 404
    assert send(people["other_town"], "confirm_sheet", sheet.pk).status_code == 404
    assert page(people["town"], "matching").status_code == 403


def test_people_of_the_street_and_administrators_are_told_why_not(sheet, people, page):
    assert page(people["member"], "reconciling").status_code == 403
    assert page(people["sysadmin"], "reconciling").status_code == 403


def test_the_office_reads_a_sheet_but_has_no_button(sheet, people, page, send):
    for who in ("office", "supervision", "leader"):
        answer = page(people[who], "sheet", sheet.pk)
        assert answer.status_code == 200 and "一键无异议" not in text(answer) and "有异议</a>" not in text(answer)
    assert send(people["office"], "confirm_sheet", sheet.pk).status_code == 403


def test_a_dispute_is_filed_with_its_paper_and_decided(sheet, task, people, page, send):
    row = f"t{task.pk}"
    assert f"/reconciling/{sheet.pk}/{row}/dispute/" in text(page(people["town"], "sheet", sheet.pk))
    paper = SimpleUploadedFile("移交函.pdf", PDF)

    done = send(people["town"], "file_dispute", sheet.pk, row, what="not_ours", reason="10月21日已移交区住建局", evidence=paper)

    stored = Dispute.objects.get()
    assert done.url == sheet.get_absolute_url() and stored.evidence.name == "移交函.pdf"
    assert "待答复" in text(page(people["town"], "sheet", sheet.pk))
    answer = page(people["office"], "dispute_paper", stored.pk)
    assert answer["Content-Disposition"].startswith("attachment") and answer.getvalue() == PDF
    assert page(people["other_town"], "dispute_paper", stored.pk).status_code == 404

    assert "答复" in text(page(people["office"], "dispute", stored.pk))
    assert send(people["office"], "dispute", stored.pk, verdict="accept", decision="移交属实，已改派").status_code == 302
    assert "移交属实，已改派" in text(page(people["town"], "sheet", sheet.pk))


def test_nothing_typed_or_uploaded_is_lost_when_the_form_comes_back(sheet, task, people, send):
    paper = SimpleUploadedFile("移交函.pdf", PDF)
    answer = send(people["town"], "file_dispute", sheet.pk, f"t{task.pk}", reason="已移交", evidence=paper)
    assert answer.status_code == 422 and "已移交" in text(answer) and "移交函.pdf" in text(answer)
    kept = re.search(r'name="kept" value="([^"]+)"', text(answer))[1]

    send(people["town"], "file_dispute", sheet.pk, f"t{task.pk}", what="not_ours", reason="已移交", kept=kept)

    assert Dispute.objects.get().evidence.name == "移交函.pdf"


def test_another_paper_takes_the_place_of_the_one_that_was_kept(sheet, task, people, send):
    answer = send(people["town"], "file_dispute", sheet.pk, f"t{task.pk}", reason="已移交", evidence=SimpleUploadedFile("拿错了.pdf", PDF))
    kept = answer.context["kept"].words[0][0]
    right = SimpleUploadedFile("移交函.pdf", PDF + b"%")

    send(people["town"], "file_dispute", sheet.pk, f"t{task.pk}", what="not_ours", reason="已移交", kept=kept, evidence=right)

    assert Dispute.objects.get().evidence.name == "移交函.pdf"


def test_a_paper_of_somebody_else_is_not_taken(sheet, task, people, send):
    answer = send(people["town"], "file_dispute", sheet.pk, f"t{task.pk}", what="other", reason="？", kept="1:forged")

    assert answer.status_code == 302 and Dispute.objects.get().evidence is None


def test_a_refused_correction_comes_back_with_its_words(sheet, task, people, send):
    with clock.standing(beijing(31)):
        stored = reconciling.dispute(sheet, f"t{task.pk}", by=people["town"], what="wrong_date", reason="时限写错")

    answer = send(people["office"], "dispute", stored.pk, verdict="decline", decision="时限无误", superior_due_on="2026-11-20")

    assert answer.status_code == 422 and "维持原状时不更正台账" in text(answer) and "时限无误" in text(answer)
    assert send(people["office"], "dispute", stored.pk, verdict="accept", decision="改", superior_due_on="2026-11-20").status_code == 302
    assert Finding.objects.get(pk=task.finding_id).superior_due_at.isoformat() == "2026-11-20T15:59:59+00:00"


def test_a_dispute_is_withdrawn_on_its_page_by_the_unit_only(sheet, task, people, page, send):
    send(people["town"], "file_dispute", sheet.pk, f"t{task.pk}", what="done", reason="已办结")
    stored = Dispute.objects.get()
    assert "撤回异议</button>" in text(page(people["town"], "dispute", stored.pk))
    assert "撤回异议</button>" not in text(page(people["office"], "dispute", stored.pk))

    answer = send(people["town"], "withdraw_dispute", stored.pk)

    assert answer.url == page(people["town"], "withdraw_dispute", stored.pk).url
    shown = text(page(people["town"], "dispute", stored.pk))
    assert "异议已撤回" in shown and "撤回异议</button>" not in shown
    assert send(people["office"], "withdraw_dispute", stored.pk).status_code == 403
    assert reverse("scorecards:file_dispute", args=[sheet.pk, f"t{task.pk}"]) in text(page(people["town"], "sheet", sheet.pk))


def test_who_decides_second_is_told(sheet, task, people, send):
    with clock.standing(beijing(31)):
        stored = reconciling.dispute(sheet, f"t{task.pk}", by=people["town"], what="other", reason="？")
    send(people["director"], "dispute", stored.pk, verdict="decline", decision="维持")

    answer = send(people["office"], "dispute", stored.pk, verdict="accept", decision="已改派")

    assert answer.status_code == 409 and "已改派" in text(answer) and "维持原状" in text(answer)


def test_a_sheet_the_next_one_has_overtaken_is_not_asked_for_any_more(sheet, people, page):
    with clock.standing(beijing(6, 9, month=11)):
        reconcile_clock.open_due(clock.now())
    newest = Reconciliation.objects.get(organisation=sheet.organisation, period="2026-W45")

    assert page(people["town"], "reconciling").context["current"] == newest
    reconciling.confirm(newest, by=people["town"])

    answer = page(people["town"], "reconciling")
    assert answer.context["current"] is None and "2026年第44周" in text(answer)


# --- the office ---------------------------------------------------------------------------------------------------------------------
def test_the_board_says_who_is_silent_and_reminds(sheet, people, page, send, district):
    with clock.standing(beijing(31)):
        reconciling.confirm(sheet, by=people["town"])

    answer = page(people["office"], "reconciling")
    states = {str(each.organisation): each.state for each in answer.context["sheets"]}
    assert states == {"甲街道": "confirmed", "乙镇": "silent", "扬尘管控专项指挥部": "silent"}
    silent = page(people["office"], "reconciling", kind="weekly", period="2026-W44", state="silent")
    assert [str(each.organisation) for each in silent.context["sheets"]] == ["乙镇", "扬尘管控专项指挥部"]

    with clock.standing(beijing(31, 9)):
        answer = send(people["office"], "remind_sheets", kind="weekly", period="2026-W44", back="kind=weekly&period=2026-W44")
    assert answer.url == "/scorecards/reconciling/?kind=weekly&period=2026-W44"
    assert send(people["supervision"], "remind_sheets", kind="weekly", period="2026-W44").status_code == 403


def test_an_unknown_period_or_kind_shows_what_there_is(sheet, people, page):
    for query in ({"kind": "yearly"}, {"period": "nonsense"}, {"state": "?"}, {"kind": "monthly"}, {"page": "99"}):
        assert page(people["office"], "reconciling", **query).status_code == 200


def test_the_days_of_reconciling_are_set_by_the_office(people, page, send, district):
    given = {"is_weekly": "on", "weekday": 3, "opens_at": "08:30", "due_weekday": 3, "due_at": "18:00", "monthly_days": 3}
    answer = send(people["office"], "reconciling_rule", **given)
    assert answer.status_code == 422 and "不能与对账日是同一天" in text(answer)

    assert send(people["office"], "reconciling_rule", **given | {"due_weekday": 0}).status_code == 302
    assert ReconcilingRule.objects.get(district=district).weekday == 3
    assert page(people["town"], "reconciling_rule").status_code == 403
    assert "08:30" in text(page(people["office"], "reconciling_rule"))


# --- queries ------------------------------------------------------------------------------------------------------------------------
def asked(page, *args) -> int:
    page(*args)
    with CaptureQueriesContext(connection) as found:
        assert page(*args).status_code == 200
    return len(found)


def test_a_sheet_of_three_rows_asks_as_much_as_one_of_one(district, task, people, page):
    for _n in range(3):
        task_of(district, at=beijing(20), due=beijing(29), village=2)
    opened()
    one, three = (Reconciliation.objects.get(organisation=unit) for unit in (district._town_a, district._town_b))

    assert asked(page, people["town"], "sheet", one.pk) == asked(page, people["other_town"], "sheet", three.pk)


def test_three_disputes_ask_as_much_as_one(sheet, district, task, people, page):
    tasks = [task, *(task_of(district, at=beijing(20), due=beijing(28)) for _n in range(2))]
    asking = []
    for each in tasks:
        with clock.standing(beijing(30, 10)):
            reconciling.dispute(sheet, f"t{each.pk}", by=people["town"], what="other", reason="？")
        asking.append((asked(page, people["office"], "disputes"), asked(page, people["town"], "sheet", sheet.pk)))

    assert asking[0] == asking[2]


def test_three_weeks_of_sheets_ask_as_much_as_one(sheet, district, people, page):
    asking = []
    for week in (6, 13, 20):
        asking.append([asked(page, people[who], "reconciling") for who in ("office", "town")])
        with clock.standing(beijing(week, 9, month=11)):
            assert len(reconcile_clock.open_due(clock.now())) == 3

    assert asking[0] == asking[2]


# --- the desk -----------------------------------------------------------------------------------------------------------------------
def test_an_open_sheet_waits_on_the_desk_until_it_is_answered(sheet, people, client):
    client.force_login(people["town"], backend=BACKEND)
    with clock.standing(beijing(31)):
        assert f'href="{sheet.get_absolute_url()}"' in text(client.get("/")) and "待对账" in text(client.get("/"))

        reconciling.confirm(sheet, by=people["town"])

        assert "待对账" not in text(client.get("/"))
