"""Proposals on pages: who decides, who may know of an interview, and that two people at once are one decision."""

import io
import uuid

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from common.errors import Conflict, NotYourRole
from notices.models import Notice
from scorecards.models import ConsequenceRule, Proposal, UnitCard
from scorecards.services import consequences
from tests.factories.accounts import UserFactory
from tests.factories.settled import SixTownsFactory, names, rule, settled
from tests.threads import at_once

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
MONTH = "2026-10"
USUAL = (90, 85, 80, 75, 70, 60)


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    return SixTownsFactory()


@pytest.fixture
def people(district):
    last = district.towns[5]
    return {
        "leader": UserFactory(leader=district),
        "director": UserFactory(office_director=district),
        "staff": UserFactory(office_staff=district),
        "supervision": UserFactory(supervision=district),
        "commander": UserFactory(commander=district.dust),
        "unit": UserFactory(town_manager=last),
        "neighbour": UserFactory(town_manager=district.towns[0]),
        "dept": UserFactory(dept_manager=district.housing),
    }


@pytest.fixture
def proposals(district, people) -> dict[str, Proposal]:
    """A reminder, a criticism and an interview, all of 己乡."""
    for action in ("remind", "criticise", "interview"):
        rule(district, name=action, action=action, target_post="政府主要负责人")
    settled(district, MONTH, USUAL)
    return {each.action: each for each in consequences.propose(district, MONTH)}


@pytest.fixture
def page(client):
    def get(user, name="consequences", *args, data=None, **query):
        client.force_login(user, backend=BACKEND)
        address = reverse(f"scorecards:{name}", args=args)
        return client.get(address, query) if data is None else client.post(address, data)

    return get


def issue(proposal, people) -> Proposal:
    approved = consequences.decide(proposal, "approve", by=people["leader"], version=1)
    return consequences.decide(approved, "issue", by=people["director"], version=2, paper_number="1号")


# --- who sees what ------------------------------------------------------------------------------------------------------------------
def test_interviews_are_seen_by_the_leading_group_and_the_director_only(proposals, people):
    seen = {who: sorted(Proposal.objects.visible_to(user).values_list("action", flat=True)) for who, user in people.items()}

    every, mild = ["criticise", "interview", "remind"], ["criticise", "remind"]
    assert seen == {
        "leader": every, "director": every, "staff": mild, "supervision": mild, "commander": [], "unit": [], "neighbour": [], "dept": [],
    }  # fmt: skip


def test_an_issued_interview_stays_unseen_the_unit_sees_what_else_was_issued_to_it(proposals, people):
    for proposal in proposals.values():
        issue(proposal, people)

    seen = {who: sorted(Proposal.objects.visible_to(people[who]).values_list("action", flat=True)) for who in ("unit", "neighbour", "staff")}

    assert seen == {"unit": ["criticise", "remind"], "neighbour": [], "staff": ["criticise", "remind"]}


def test_an_issued_interview_is_an_appointment_for_the_head_of_the_unit_and_nobody_else(district, proposals, people, page):
    handler = UserFactory(town_handler=district.towns[5])
    consequences.decide(proposals["interview"], "approve", by=people["leader"], version=1)
    assert "约谈通知" not in page(people["unit"]).content.decode()
    consequences.decide(proposals["interview"], "issue", by=people["director"], version=2, paper_number="约谈〔2026〕3号")

    shown = page(people["unit"]).content.decode()
    told = [who for who in (*people.values(), handler) if "约谈通知" in page(who).content.decode()]

    assert told == [people["unit"]] and "约谈〔2026〕3号" in shown and "政府主要负责人" in shown
    assert (page(people["unit"]).context["groups"], page(people["unit"], "proposal", proposals["interview"].pk).status_code) == ([], 404)
    assert sheet(page(people["unit"], "consequences_workbook", month=MONTH)).count("约谈") == 0


def test_no_page_count_address_or_sheet_tells_the_others_of_an_interview(proposals, people, page):
    interview = proposals["interview"]
    for who in ("staff", "supervision"):
        answer = page(people[who])
        assert "约谈" not in answer.content.decode().replace("约谈另计", "") and answer.context["count"] == 2
        assert [chip["count"] for chip in answer.context["chips"]] == [2, 2]
        assert page(people[who], "proposal", interview.pk).status_code == 404
        assert page(people[who], "proposal_step", interview.pk, "issue", data={}).status_code == 404
        assert sheet(page(people[who], "consequences_workbook", month=MONTH)).count("约谈") == 0
    assert "约谈" in page(people["director"]).content.decode()
    assert sheet(page(people["leader"], "consequences_workbook", month=MONTH)).count("约谈") == 1


def sheet(answer) -> list[str]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [str(cell) for row in rows for cell in row if cell]


def test_neither_notices_nor_the_record_tell_of_an_interview(proposals, people, page):
    for proposal in proposals.values():
        issue(proposal, people)
    page(people["director"], "consequences_workbook", month=MONTH)

    notices = [f"{notice.title} {notice.body} {notice.url} {notice.subject_id}" for notice in Notice.objects.all()]
    payloads = [event.payload or "" for event in AuditEvent.objects.all()]

    assert not any("约谈" in text or "interview" in text for text in [*notices, *payloads])
    assert not any(proposals["interview"].get_absolute_url() in text for text in notices)
    exported = AuditEvent.objects.get(action="export")
    assert '"rows":2' in exported.payload


def test_the_notice_after_a_month_is_sent_whether_there_is_something_or_not(district, people):
    rule(district, action="interview", count=12, window=12)
    settled(district, MONTH, USUAL)

    made = consequences.propose(district, MONTH)

    assert (made, set(Notice.objects.values_list("recipient_id", flat=True))) == ([], {people["leader"].pk, people["director"].pk})


def test_the_page_of_a_month_groups_by_action_with_the_figures_that_led_there(proposals, people, page):
    answer = page(people["leader"])

    groups = answer.context["groups"]
    card = proposals["remind"].figures["months"][0]
    assert [(group["action"], names(row["proposal"] for row in group["rows"])) for group in groups] == [
        ("remind", ["己乡"]),
        ("criticise", ["己乡"]),
        ("interview", ["己乡"]),
    ]
    assert groups[0]["rows"][0]["figures"][0]["url"] == reverse("scorecards:card", args=[MONTH, proposals["remind"].organisation_id])
    assert card["digest"][:12] in page(people["leader"], "proposal", proposals["remind"].pk).content.decode()


def test_the_list_asks_as_often_for_three_rows_as_for_one(district, people, page):
    rule(district, name="一")
    settled(district, "2026-09", USUAL)
    consequences.propose(district, "2026-09")
    rule(district, name="二", n=3, in_force_from=MONTH)
    settled(district, MONTH, USUAL)
    consequences.propose(district, MONTH)
    asked = []
    for month in ("2026-09", MONTH):
        page(people["leader"], month=month)
        with CaptureQueriesContext(connection) as queries:
            page(people["leader"], month=month)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_an_empty_page_says_what_to_do_next(district, people, page):
    assert "还没有结账的月份" in page(people["director"]).content.decode()
    settled(district, MONTH, USUAL)
    assert "没有启用的奖惩规则" in page(people["director"]).content.decode()
    assert "没有涉及本单位的奖惩" in page(people["unit"]).content.decode()


# --- deciding -----------------------------------------------------------------------------------------------------------------------
def test_a_leader_approves_and_the_office_issues_with_a_paper_number(proposals, people, page):
    criticism = proposals["criticise"]

    page(people["leader"], "proposal_step", criticism.pk, "approve", data={"approve-version": 1, "approve-note": "同意"})
    page(people["staff"], "proposal_step", criticism.pk, "issue", data={"issue-version": 2, "issue-paper_number": "攻坚办〔2026〕3号"})

    criticism.refresh_from_db()
    assert (criticism.state, criticism.decided_by, criticism.decision, criticism.issued_by, criticism.paper_number) == (
        "issued", people["leader"], "同意", people["staff"], "攻坚办〔2026〕3号",
    )  # fmt: skip
    assert Notice.objects.filter(recipient=people["unit"], kind="consequences.issued").count() == 1


def test_the_director_approves_what_is_mild_and_not_what_is_severe(proposals, people):
    consequences.decide(proposals["remind"], "approve", by=people["director"], version=1)

    for action in ("criticise", "interview"):
        with pytest.raises(NotYourRole, match="区领导"):
            consequences.decide(proposals[action], "approve", by=people["director"], version=1)


def test_nobody_else_decides(proposals, people, page):
    data = {"approve-version": 1}
    answers = {who: page(people[who], "proposal_step", proposals["remind"].pk, "approve", data=data).status_code for who in people}

    assert {who: status for who, status in answers.items() if who not in ("leader", "director")} == {
        "staff": 403, "supervision": 403, "commander": 404, "unit": 404, "neighbour": 404, "dept": 404,
    }  # fmt: skip


def test_dropping_needs_a_reason_and_issuing_a_number(proposals, people, page):
    dropped = page(people["leader"], "proposal_step", proposals["remind"].pk, "drop", data={"drop-version": 1, "drop-note": " "})
    consequences.decide(proposals["criticise"], "approve", by=people["leader"], version=1)
    issued = page(people["staff"], "proposal_step", proposals["criticise"].pk, "issue", data={"issue-version": 2})

    assert (dropped.status_code, issued.status_code) == (422, 422)
    assert set(Proposal.objects.values_list("state", flat=True)) == {"proposed", "approved"}
    assert page(people["leader"], "proposal_step", proposals["remind"].pk, "drop").url == proposals["remind"].get_absolute_url()


def test_approving_twice_is_once_and_after_somebody_else_a_conflict_with_ones_words(district, proposals, people, page):
    second = UserFactory(leader=district)
    remind = proposals["remind"]
    consequences.decide(remind, "approve", by=people["leader"], version=1)

    again = consequences.decide(remind, "approve", by=people["leader"], version=1)
    answer = page(second, "proposal_step", remind.pk, "drop", data={"drop-version": 1, "drop-note": "情况特殊"})

    assert (again.state, again.version, answer.status_code) == ("approved", 2, 409)
    assert "情况特殊" in answer.content.decode() and AuditEvent.objects.filter(action="proposal.approve").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's")
def test_two_who_approve_at_the_same_moment_give_one_approval(district, proposals, people):
    second, remind = UserFactory(leader=district), proposals["remind"]

    answers = at_once(
        lambda: consequences.decide(Proposal.objects.get(pk=remind.pk), "approve", by=people["leader"], version=1),
        lambda: consequences.decide(Proposal.objects.get(pk=remind.pk), "approve", by=second, version=1),
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Proposal"]
    assert AuditEvent.objects.filter(action="proposal.approve").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's")
def test_two_scans_at_the_same_moment_propose_once(district):
    rule(district, n=3)
    settled(district, MONTH, USUAL)

    answers = at_once(lambda: consequences.propose(district, MONTH), lambda: consequences.propose(district, MONTH))

    assert sorted(len(answer) for answer in answers) == [0, 3]
    assert Proposal.objects.count() == 3


# --- cards --------------------------------------------------------------------------------------------------------------------------
def test_a_card_stands_beside_the_unit_until_a_leader_clears_it(district, people, page):
    rule(district, action="yellow", card_months=3)
    settled(district, MONTH, USUAL)
    (yellow,) = consequences.propose(district, MONTH)
    issue(yellow, people)
    card = UnitCard.objects.get()

    shown = page(people["staff"]).context["groups"][0]["rows"][0]["cards"]
    refused = page(people["director"], "clear_card", card.pk, data={"note": "已整改"})
    empty = page(people["leader"], "clear_card", card.pk, data={"note": ""})
    page(people["leader"], "clear_card", card.pk, data={"note": "已整改"})

    card.refresh_from_db()
    assert (shown, refused.status_code, empty.status_code, card.cleared_by, card.clearing_note) == ([card], 403, 422, people["leader"], "已整改")
    assert page(people["staff"]).context["cards"] == []
    with pytest.raises(Conflict):
        consequences.clear_card(card, by=UserFactory(leader=district), note="再撤")


# --- rules --------------------------------------------------------------------------------------------------------------------------
def values_of(form) -> dict:
    return {field.name: value for field in form if (value := field.value()) not in (None, False)}


def test_everybody_reads_the_rules_and_only_the_director_changes_them(district, people, page):
    made = rule(district)
    answers = {
        who: (page(user, "consequence_rules").status_code, page(user, "edit_consequence_rule", made.pk).status_code) for who, user in people.items()
    }

    assert answers == {who: (200, 200 if who == "director" else 403) for who in people}


def test_a_change_is_a_new_version_and_what_was_proposed_by_the_old_one_stays(district, people, proposals, page):
    old = ConsequenceRule.objects.get(name="remind")
    values = values_of(page(people["director"], "edit_consequence_rule", old.pk).context["form"]) | {"n": "2", "note": "按新文件"}

    first, twice = (page(people["director"], "edit_consequence_rule", old.pk, data=values) for _n in range(2))

    fresh = ConsequenceRule.objects.get(key=old.key, version=2)
    old.refresh_from_db()
    assert (first.status_code, twice.status_code, fresh.n, fresh.in_force_from, old.n) == (302, 302, 2, "2026-11", 1)
    assert Proposal.objects.get(action="remind").rule == old


def test_a_version_made_meanwhile_by_somebody_else_is_a_conflict_that_keeps_what_was_typed(district, people, page):
    old = rule(district)
    values = values_of(page(people["director"], "edit_consequence_rule", old.pk).context["form"])
    page(UserFactory(office_director=district), "edit_consequence_rule", old.pk, data=values | {"n": "3"})

    answer = page(people["director"], "edit_consequence_rule", old.pk, data=values | {"n": "2", "note": "我的说明"})

    assert answer.status_code == 409 and "我的说明" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": "1", "threshold": "60"}, "名额和数值须填且只填一项"),
        ({"n": ""}, "名额和数值须填且只填一项"),
        ({"n": "", "threshold": "3"}, "按排名时请填名额"),
        ({"n": "", "metric": "overdue", "threshold": "1.5"}, "请填整数"),
        ({"count": "3", "window": "2"}, "月数不能少于次数"),
        ({"action": "praise"}, "通报表扬请取“靠前”的一端"),
        ({"in_force_from": "2026-09"}, "已结账的月份不再改变"),
        ({"in_force_from": "明年"}, "请按 2026-10 的样式填写月份"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_with_the_reason(district, people, page, change, said):
    settled(district, MONTH, USUAL)
    values = values_of(page(people["director"], "new_consequence_rule").context["form"]) | {"name": "规则", "action": "remind", "n": "1"}

    answer = page(people["director"], "new_consequence_rule", data=values | change)

    assert answer.status_code == 422 and said in answer.content.decode()
    assert not ConsequenceRule.objects.exists()


def test_a_rule_within_the_quarter_says_so_and_counts_all_of_it(district, people, page):
    values = values_of(page(people["director"], "new_consequence_rule").context["form"])
    values |= {"name": "规则", "action": "remind", "n": "1", "in_quarter": "on", "count": "2", "mode": "cumulative"}

    refused = page(people["director"], "new_consequence_rule", data=values | {"window": "2"})
    page(people["director"], "new_consequence_rule", data=values | {"window": "3"})
    page(people["director"], "new_consequence_rule", data=values | {"window": "3", "mode": "consecutive", "key": str(uuid.uuid4())})

    assert refused.status_code == 422 and "请填 3" in refused.content.decode()
    assert [each.sentence.split("，")[1] for each in ConsequenceRule.objects.order_by("pk")] == ["同一季度内累计 2 次", "同一季度内连续 2 个月"]


def test_a_share_is_typed_in_percent_and_read_back_so(district, people, page):
    values = values_of(page(people["director"], "new_consequence_rule").context["form"])
    values |= {"name": "低于六成五", "action": "remind", "metric": "share", "n": "", "threshold": "65.5"}

    page(people["director"], "new_consequence_rule", data=values)

    made = ConsequenceRule.objects.get()
    assert made.threshold == 6550 and "65.5%" in made.sentence
    assert "65.5" in str(page(people["director"], "edit_consequence_rule", made.pk).context["form"]["threshold"])


def test_a_preset_is_loaded_from_the_page_switched_off(district, people, page):
    page(people["director"], "load_consequence_rules", data={"preset": "anyang"})
    page(people["director"], "load_consequence_rules", data={"preset": "nowhere"})

    answer = page(people["director"], "consequence_rules")
    assert (len(answer.context["waiting"]), answer.context["active"]) == (4, [])
    assert page(people["staff"], "load_consequence_rules", data={"preset": "anyang"}).status_code == 403
