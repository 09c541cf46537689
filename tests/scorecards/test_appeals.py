"""A unit appeals against one mark; another body decides; the month says so."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from common.errors import Conflict, NotYourRole
from notices.models import Notice
from scorecards.models import Appeal
from scorecards.services import adjusting, appealing, appeals, settling
from scorecards.services.settling_watch import scan
from tests.factories.scorecards import MONTH, beijing
from tests.scorecards.closing import IN_TIME, TOO_LATE, Scene, at

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def scene(settings):
    settings.MFA_REQUIRED = False
    return Scene()


def filed(scene, indicator="overdue", nth=0, role="town", **more):
    with at(IN_TIME):
        return appealing.file(scene.card, scene.key(indicator, nth), grounds="期限当日已反馈", by=scene[role], **more)


def decided(scene, appeal, role, outcome, **more):
    with at(IN_TIME):
        return appealing.decide(appeal, outcome=outcome, note="经核实", by=scene[role], version=more.pop("version", appeal.version), **more)


@pytest.fixture
def visit(client, scene):
    def go(role, name, *args, data=None, moment=IN_TIME, **query):
        client.force_login(scene[role], backend=BACKEND)
        with at(moment):
            address = reverse(f"scorecards:{name}", args=args)
            return client.post(address, data) if data is not None else client.get(address, query)

    return go


# --- when ---------------------------------------------------------------------------------------------------------------------------
def test_the_window_ends_three_working_days_before_the_settling_day(scene):
    assert str(settling.settling_on(scene.district.pk, MONTH)) == "2026-11-10"
    assert settling.appeals_until(scene.district.pk, MONTH) == beijing(5, 23, 59, month=11).replace(second=59)


def test_a_holiday_before_the_settling_day_never_takes_the_units_time_away(scene):
    """Of September: after the National Day week three working days are left from the build on."""
    until = settling.appeals_until(scene.district.pk, "2026-09")

    assert settling.worktime.working_days_between(beijing(1).date(), until.astimezone(beijing(1).tzinfo).date()) == 3


def test_a_late_appeal_is_refused_with_the_date(scene, visit):
    with at(TOO_LATE), pytest.raises(ValidationError, match="11月5日24:00"):
        appealing.file(scene.card, scene.key("overdue"), grounds="迟了", by=scene["town"])

    page = visit("town", "new_appeal", scene.card.pk, scene.key("overdue"), data={"grounds": "写了很多"}, moment=TOO_LATE)
    assert page.status_code == 400
    assert "11月5日24:00" in page.content.decode() and "写了很多" in page.content.decode()


def test_settling_day_and_time_to_appeal_are_the_districts_own(scene, visit):
    saved = visit("director", "settling_rules", data={"settling_day": 12, "appeal_days": 2, "seen": ""})

    assert saved.status_code == 302
    assert str(settling.settling_on(scene.district.pk, MONTH)) == "2026-11-12"
    assert settling.appeals_until(scene.district.pk, MONTH).day == 10
    assert visit("director", "settling_rules", data={"settling_day": 40, "appeal_days": 2}).status_code == 400
    assert visit("staff", "settling_rules").status_code == 403


# --- who --------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("indicator", "nth", "body"),
    [("overdue", 0, "supervision"), ("rework", 0, "supervision"), ("rework", 1, "leading_group"), ("found_supervision", 0, "leading_group")],
)
def test_another_body_decides_than_the_one_that_took_the_mark(scene, indicator, nth, body):
    assert filed(scene, indicator, nth).decider == body


@pytest.mark.parametrize("role", ["other_town", "dept", "staff", "director", "supervision", "leader", "auditor", "member"])
def test_only_the_unit_itself_appeals(scene, visit, role):
    with at(IN_TIME), pytest.raises(NotYourRole):
        appealing.file(scene.card, scene.key("overdue"), grounds="代为申诉", by=scene[role])

    answer = visit(role, "new_appeal", scene.card.pk, scene.key("overdue"), data={"grounds": "x"})
    assert answer.status_code in (403, 404) and not Appeal.objects.exists()


def test_a_handler_of_the_unit_appeals_too(scene):
    assert filed(scene, role="handler").filed_by == scene["handler"]


@pytest.mark.parametrize("role", ["town", "other_town", "dept", "staff", "director", "leader", "auditor", "member"])
def test_nobody_but_the_deciding_body_decides(scene, visit, role):
    appeal = filed(scene)

    answer = visit(role, "decide_appeal", appeal.pk, data={"outcome": "upheld", "note": "x", "version": 1})

    appeal.refresh_from_db()
    assert answer.status_code in (403, 404) and appeal.state == "filed"


def test_who_took_the_mark_or_serves_in_the_unit_does_not_decide(scene):
    from grids.models import Membership

    appeal = filed(scene, "found_supervision")
    Membership.objects.create(user=scene["finder"], organisation=scene.district.leading_group, role="district_leader", starts_on="2020-01-01")
    Membership.objects.create(user=scene["third"], organisation=scene.unit, role="town_manager", starts_on="2020-01-01")

    assert "您经手" in appeals.why_not_decide(scene["finder"], appeal)
    assert "申诉单位任职" in appeals.why_not_decide(scene["third"], appeal)
    assert {person.pk for person in appeals.deciders(appeal)} == {scene["leader"].pk, scene["second"].pk}
    with pytest.raises(NotYourRole):
        decided(scene, appeal, "finder", "declined")


def test_a_signed_entry_is_appealed_against_too_and_its_makers_do_not_decide(scene):
    with at(IN_TIME):
        entry = adjusting.draw_up(unit=scene.unit, kind="late_report", month=MONTH, reason="月报迟报", paper_number="3号", by=scene["staff"])
        adjusting.sign(entry, by=scene["director"])
    before = scene.card.obtained
    with at(IN_TIME):
        appeal = appealing.file(scene.card, f"entry:{entry.pk}", grounds="当日已报", by=scene["town"])

    assert appeal.decider == "supervision" and appeals.takers(appeal) == {scene["staff"].pk, scene["director"].pk}
    decided(scene, appeal, "supervision", "upheld")
    assert scene.card.obtained == before + 50


# --- the decision -----------------------------------------------------------------------------------------------------------------------
def test_an_upheld_appeal_takes_the_mark_off_the_card_and_says_so(scene, visit):
    before, amount = scene.card, scene.row("overdue").amount
    appeal = decided(scene, filed(scene), "supervision", "upheld")

    after = scene.card
    assert (appeal.state, appeal.granted) == ("upheld", -amount)
    assert after.obtained == before.obtained - amount and after.digest != before.digest
    assert "申诉成立" in visit("town", "appeal", appeal.pk).content.decode()
    assert AuditEvent.objects.filter(action="appeal.decide").count() == 1


def test_in_part_only_the_part_is_given_back(scene):
    before = scene.card.obtained
    appeal = filed(scene, "rework")
    with pytest.raises(ValidationError) as refused:
        decided(scene, appeal, "supervision", "partly", granted=30)
    assert "granted" in refused.value.message_dict

    decided(scene, appeal, "supervision", "partly", granted=10)

    assert scene.card.obtained == before + 10


def test_a_declined_one_leaves_the_card_as_it_was(scene):
    before = scene.card.digest
    appeal = decided(scene, filed(scene), "supervision", "declined")

    assert (appeal.granted, scene.card.obtained >= 0) == (0, True)
    assert appeals.granted(scene.district.pk, MONTH) == {}
    assert scene.card.digest == before


def test_two_leaders_must_agree(scene):
    appeal = filed(scene, "found_supervision")

    decided(scene, appeal, "leader", "upheld")
    assert (appeal.state, appeal.first_by) == ("second", scene["leader"])
    with pytest.raises(NotYourRole, match="另一位区领导"):
        decided(scene, appeal, "leader", "upheld")
    decided(scene, appeal, "second", "declined")
    assert (appeal.state, appeal.first_by) == ("second", scene["second"])
    decided(scene, appeal, "leader", "declined")

    assert (appeal.state, appeal.first_by, appeal.decided_by) == ("declined", scene["second"], scene["leader"])
    assert list(appeal.events.values_list("action", flat=True)) == ["file", "opinion", "change", "decide"]


def test_an_opinion_sent_twice_is_one(scene, visit):
    appeal = filed(scene, "found_supervision")
    data = {"outcome": "upheld", "note": "成立", "version": 1}

    assert [visit("leader", "decide_appeal", appeal.pk, data=data).status_code for _n in range(2)] == [302, 409]
    assert appeal.events.filter(action="opinion").count() == 1


def test_a_decision_needs_its_reasons(scene, visit):
    appeal = filed(scene)

    page = visit("supervision", "decide_appeal", appeal.pk, data={"outcome": "upheld", "note": " ", "version": 1})

    appeal.refresh_from_db()
    assert page.status_code == 400 and appeal.state == "filed"


def test_the_same_decision_twice_is_one_and_an_old_page_is_told(scene, visit):
    appeal = filed(scene)
    data = {"outcome": "declined", "note": "经核实属实", "version": 1}

    first, again = (visit("supervision", "decide_appeal", appeal.pk, data=data) for _n in range(2))

    assert (first.status_code, again.status_code) == (302, 409)
    assert "经核实属实</p>" in again.content.decode() and visit("supervision", "decide_appeal", appeal.pk).url == appeal.get_absolute_url()
    assert "已经办结" in again.content.decode() and appeal.events.filter(action="decide").count() == 1


def test_an_opinion_over_an_older_one_keeps_what_was_typed(scene, visit):
    appeal = filed(scene, "found_supervision")
    decided(scene, appeal, "leader", "upheld")

    page = visit("second", "decide_appeal", appeal.pk, data={"outcome": "declined", "note": "我写的理由", "version": 1})

    assert page.status_code == 409 and "我写的理由" in page.content.decode()
    assert f'value="{appeal.version}"' in page.content.decode()


# --- filing twice, withdrawing --------------------------------------------------------------------------------------------------------
def test_one_mark_is_appealed_against_once(scene, visit):
    appeal = filed(scene)

    with pytest.raises(Conflict):
        filed(scene)
    again = visit("town", "new_appeal", scene.card.pk, appeal.event_key, data={"grounds": "再来"})
    assert again.url == appeal.get_absolute_url() and Appeal.objects.count() == 1


def test_the_unit_withdraws_while_undecided_and_may_appeal_again(scene, visit):
    appeal = filed(scene)

    assert visit("town", "withdraw_appeal", appeal.pk, data={"version": 1}).status_code == 302
    assert filed(scene).pk != appeal.pk
    decided(scene, second := Appeal.objects.get(state="filed"), "supervision", "declined")
    assert visit("town", "withdraw_appeal", second.pk, data={"version": second.version}).status_code == 409


def test_papers_are_kept_when_the_form_comes_back(scene, visit):
    paper = SimpleUploadedFile("说明.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
    page = visit("town", "new_appeal", scene.card.pk, scene.key("overdue"), data={"grounds": "", "evidence": paper})
    assert page.status_code == 400 and "说明.pdf" in page.content.decode()
    word = page.context["kept"].words[0][0]

    visit("town", "new_appeal", scene.card.pk, scene.key("overdue"), data={"grounds": "补写理由", "kept": word})

    appeal = Appeal.objects.get()
    assert [file.name for file in appeal.evidence.all()] == ["说明.pdf"]
    download = visit("supervision", "appeal_paper", appeal.pk, appeal.evidence.get().pk)
    assert b"".join(download.streaming_content).startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="appeal.download").count() == 1
    assert visit("other_town", "appeal_paper", appeal.pk, appeal.evidence.get().pk).status_code == 404


def test_a_mark_that_is_not_there_cannot_be_appealed_against(scene, visit):
    with at(IN_TIME), pytest.raises(ValidationError):
        appealing.file(scene.card, "overdue:0", grounds="无中生有", by=scene["town"])
    assert visit("town", "new_appeal", scene.card.pk, "overdue:0").status_code == 404


# --- told -------------------------------------------------------------------------------------------------------------------------------
def test_deciders_are_told_and_then_the_unit(scene):
    appeal = filed(scene)
    told = Notice.objects.filter(kind="scorecards.appeal", channel="inbox")
    assert {notice.recipient_id for notice in told} == {scene["supervision"].pk, scene["finder"].pk}

    decided(scene, appeal, "supervision", "upheld")

    after = told.filter(title__startswith="申诉裁定")
    assert {notice.recipient_id for notice in after} == {scene["town"].pk}


def test_undecided_appeals_are_called_to_mind_once_a_working_day(scene):
    filed(scene)
    with at(beijing(4, 9, 30, month=11)):
        assert (scan(now=beijing(4, 8, month=11)), scan(now=beijing(4, 9, 30, month=11)) > 0, scan(now=beijing(4, 12, month=11))) == (0, True, 0)
    with at(beijing(7, 10, month=11)):
        assert scan(now=beijing(7, 10, month=11)) == 0
    titles = set(Notice.objects.filter(dedup_key__startswith="appeals:waiting").values_list("title", flat=True))
    assert titles == {"有 1 件申诉等待您裁定"}


# --- pages ------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["town", "handler", "staff", "director", "supervision", "leader", "dept", "other_town"])
def test_the_list_shows_each_what_is_theirs(scene, visit, role):
    filed(scene)

    page = visit(role, "appeals").content.decode()

    assert ("甲街道" in page) == (role not in ("dept", "other_town"))


def test_the_list_asks_the_same_number_of_queries_for_more_appeals(scene, visit, django_assert_num_queries, client):
    filed(scene)
    visit("staff", "appeals")
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("scorecards:appeals"))
    filed(scene, "rework"), filed(scene, "rework", 1)

    with django_assert_num_queries(len(few)):
        client.get(reverse("scorecards:appeals"))


def test_the_card_leads_to_the_form_and_lists_the_decisions_for_everybody(scene, visit):
    key = scene.key("overdue")
    form = reverse("scorecards:new_appeal", args=[scene.card.pk, key])
    assert form in visit("town", "card", MONTH, scene.unit.pk).content.decode()
    assert form not in visit("town", "card", MONTH, scene.unit.pk, moment=TOO_LATE).content.decode()

    appeal = decided(scene, filed(scene), "supervision", "upheld")
    mine = visit("town", "card", MONTH, scene.unit.pk).content.decode()
    of_others = visit("other_town", "card", MONTH, scene.unit.pk).content.decode()

    assert form not in mine and appeal.get_absolute_url() in mine
    assert "经核实" in of_others and appeal.get_absolute_url() not in of_others


def test_a_card_asks_the_same_number_of_queries_for_more_appeals(scene, visit, client, django_assert_num_queries):
    filed(scene)
    address = reverse("scorecards:card", args=[MONTH, scene.unit.pk])
    visit("town", "card", MONTH, scene.unit.pk)
    with at(IN_TIME), CaptureQueriesContext(connection) as few:
        client.get(address)
    filed(scene, "rework"), filed(scene, "rework", 1)

    with at(IN_TIME), django_assert_num_queries(len(few)):
        client.get(address)


@pytest.mark.parametrize(
    "address",
    ["/scorecards/%00/5/", "/scorecards/%00/", "/scorecards/2026-13/", "/scorecards/appeals/?month=%00", "/scorecards/adjustments/?month=x"],
)
def test_an_address_with_what_is_no_month_is_no_page(client, scene, address):
    client.force_login(scene["director"], backend=BACKEND)

    assert client.get(address).status_code == 404
    assert client.get("/api/v1/scorecards/%00/").status_code == 404
    assert client.get(f"/scorecards/appeals/new/{scene.card.pk}/%00/").status_code == 404
