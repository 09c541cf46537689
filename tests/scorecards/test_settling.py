"""Two persons settle a month; from then on the database itself keeps it."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import canonical, verify
from audit.models import AuditEvent
from common.errors import Conflict, NotYourRole
from grids.models import Membership
from notices.models import Notice
from scorecards import guards, services
from scorecards.models import Account, Adjustment, Appeal, Recomputation, Scorecard, ScoreLine, ScoreRow, Settlement
from scorecards.services import appealing, closing, recomputing, settling
from scorecards.services.settling_watch import scan
from tests.factories.scorecards import MONTH, beijing
from tests.scorecards.closing import IN_TIME, SETTLING, Scene, at
from tests.threads import at_once

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's")


@pytest.fixture
def scene(settings):
    settings.MFA_REQUIRED = False
    return Scene()


@pytest.fixture
def visit(client, scene):
    def go(role, name, *args, data=None, moment=SETTLING):
        client.force_login(scene[role], backend=BACKEND)
        with at(moment):
            address = reverse(f"scorecards:{name}", args=args)
            return client.post(address, data) if data is not None else client.get(address)

    return go


# --- two persons --------------------------------------------------------------------------------------------------------------------
def test_the_office_proposes_a_leader_approves_and_the_month_bears_a_digest(scene):
    settlement = scene.settle()

    assert (settlement.state, settlement.proposed_by, settlement.approved_by) == ("settled", scene["director"], scene["leader"])
    assert settling.is_settled(scene.district.pk, MONTH)
    assert settling.stamp(scene.district.pk, MONTH) == settlement.digest == recomputing.digest_of(scene.district, MONTH)
    event = AuditEvent.objects.order_by("-id").first()
    assert event.action == "settlement.approve" and settlement.digest in event.payload


def test_the_digest_is_over_canonical_text_in_a_fixed_order_with_integers_only(scene):
    text = canonical.dumps(recomputing.document(scene.district, MONTH))
    subjects = [(card["kind"], card["subject"]) for card in recomputing.document(scene.district, MONTH)["cards"]]

    assert subjects == sorted(subjects) and len(subjects) == Scorecard.objects.filter(month=MONTH).count()
    assert "." not in "".join(
        str(value) for card in recomputing.document(scene.district, MONTH)["cards"] for value in card.values() if not isinstance(value, (str, list))
    )
    assert text == canonical.dumps(recomputing.document(scene.district, MONTH))


@pytest.mark.parametrize("role", ["town", "dept", "supervision", "leader", "auditor", "member"])
def test_nobody_else_proposes(scene, visit, role):
    assert visit(role, "propose_settling", MONTH, data={}).status_code == 403
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("role", ["town", "dept", "supervision", "staff", "director", "auditor", "member"])
def test_nobody_but_a_leader_approves_or_sends_back(scene, visit, role):
    settlement = scene.propose()

    assert visit(role, "approve_settling", MONTH, data={"version": settlement.version}).status_code == 403
    assert visit(role, "send_back_settling", MONTH, data={"version": settlement.version, "note": "x"}).status_code == 403
    settlement.refresh_from_db()
    assert settlement.state == "proposed"


def test_a_leader_who_also_serves_in_the_office_does_not_approve_his_own(scene, visit):
    Membership.objects.create(user=scene["director"], organisation=scene.district.leading_group, role="district_leader", starts_on="2020-01-01")
    settlement = scene.propose()

    with pytest.raises(NotYourRole, match="另一人"):
        scene.approve(settlement, "director")
    assert "提请人不能批准" in visit("director", "settling_of", MONTH).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.filter(pk=settlement.pk).update(state="settled", approved_by=scene["director"], approved_at=SETTLING)


def test_sent_back_it_can_be_proposed_anew(scene, visit):
    settlement = scene.propose()
    assert visit("leader", "send_back_settling", MONTH, data={"version": settlement.version, "note": " "}).status_code == 400
    assert visit("leader", "send_back_settling", MONTH, data={"version": settlement.version, "note": "乙镇数字有疑问"}).status_code == 302

    settlement.refresh_from_db()
    assert (settlement.state, settlement.digest, settlement.proposed_by) == ("open", "", None)
    assert "乙镇数字有疑问" in visit("staff", "settling_of", MONTH).content.decode()
    assert Notice.objects.filter(recipient=scene["director"], title__contains="被退回").exists()
    scene.approve(scene.propose("staff"))


# --- what stands in the way -----------------------------------------------------------------------------------------------------------
def stopping(scene, moment=SETTLING):
    with at(moment):
        return {item.key for item in closing.obstacles(scene.district, MONTH)}


def test_nothing_is_settled_before_units_could_appeal(scene, visit):
    assert stopping(scene, IN_TIME) == {"window"}
    page = visit("director", "propose_settling", MONTH, data={"note": "我的说明"}, moment=IN_TIME)
    assert page.status_code == 400 and "申诉期" in page.content.decode()


def test_a_note_that_is_too_long_is_never_left_out_in_silence(scene, visit):
    page = visit("director", "propose_settling", MONTH, data={"note": "长" * 301})

    assert page.status_code == 400 and "长" * 301 in page.content.decode()
    assert not Settlement.objects.exists()


def test_appeals_and_entries_are_to_be_decided_first(scene):
    with at(IN_TIME):
        appealing.file(scene.card, scene.key("overdue"), grounds="已反馈", by=scene["town"])
    Adjustment.objects.create(
        district=scene.district, organisation=scene.unit, month=MONTH, kind="praise", amount=200, reason="表扬",
        proposed_by=scene["staff"], proposed_at=IN_TIME,
    )  # fmt: skip

    assert stopping(scene) == {"appeals", "entries"}
    with pytest.raises(ValidationError) as refused:
        scene.propose()
    assert len(refused.value.messages) == 2


def test_a_month_without_cards_cannot_be_settled(scene):
    Scorecard.objects.all().delete()
    assert "built" in stopping(scene)


def test_months_are_closed_in_their_order_once_closing_has_begun(scene):
    card = {"district": scene.district, "organisation": scene.unit, "scheme": scene.card.scheme, "built_at": SETTLING, "cut_off": SETTLING}
    Settlement.objects.create(
        district=scene.district,
        month="2026-08",
        state="settled",
        proposed_by=scene["staff"],
        approved_by=scene["leader"],
        approved_at=SETTLING,
        digest="x",
    )
    assert stopping(scene) == set()
    Scorecard.objects.create(month="2026-09", **card)

    assert stopping(scene) == {"earlier"}


def test_what_the_leader_approves_is_what_was_proposed(scene):
    settlement = scene.propose()
    Scorecard.objects.filter(pk=scene.card.pk).update(obtained=1)
    with pytest.raises(ValidationError, match="不一致"):
        scene.approve(settlement)

    settlement.refresh_from_db()
    assert settlement.state == "proposed"


def test_why_a_month_is_not_approved_stands_on_its_page_to_which_the_address_of_the_step_leads(scene, visit):
    settlement = scene.propose()
    Scorecard.objects.filter(pk=scene.card.pk).update(obtained=1)

    refused = visit("leader", "approve_settling", MONTH, data={"version": settlement.version})

    assert refused.status_code == 400 and "重新核算与提请时不一致" in refused.content.decode()
    assert visit("leader", "approve_settling", MONTH).url == settlement.get_absolute_url()


# --- twice, and two at once --------------------------------------------------------------------------------------------------------------
def test_the_same_step_again_is_told(scene, visit):
    settlement = scene.propose()
    assert visit("director", "propose_settling", MONTH, data={}).status_code == 409
    first, again = (visit("leader", "approve_settling", MONTH, data={"version": settlement.version}) for _n in range(2))

    assert (first.status_code, again.status_code) == (302, 409)
    assert "已结账" in again.content.decode()


def test_an_old_page_does_not_approve_what_was_proposed_anew(scene, visit):
    first = scene.propose()
    visit("leader", "send_back_settling", MONTH, data={"version": first.version, "note": "再核"})
    scene.propose()

    assert visit("second", "approve_settling", MONTH, data={"version": first.version}).status_code == 409
    late = visit("second", "send_back_settling", MONTH, data={"version": first.version, "note": "第三名有误"})
    assert late.status_code == 409 and "第三名有误" in late.content.decode()


@POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_of_two_leaders_at_once_one_approves_and_the_other_is_told(scene):
    settlement = scene.propose()

    def approve(role):
        with at(SETTLING):
            return closing.approve(Settlement.objects.get(pk=settlement.pk), by=scene[role], version=settlement.version)

    answers = at_once(lambda: approve("leader"), lambda: approve("second"))

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Settlement"]
    assert isinstance(next(answer for answer in answers if isinstance(answer, Exception)), Conflict)
    assert AuditEvent.objects.filter(action="settlement.approve").count() == 1


@POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_stands(scene):
    with at(IN_TIME):
        appeal = appealing.file(scene.card, scene.key("overdue"), grounds="已反馈", by=scene["town"])

    def decide(role, outcome):
        with at(IN_TIME):
            return appealing.decide(Appeal.objects.get(pk=appeal.pk), outcome=outcome, note="经核实", by=scene[role], version=1)

    answers = at_once(lambda: decide("supervision", "upheld"), lambda: decide("finder", "declined"))

    assert sorted(type(answer).__name__ for answer in answers) == ["Appeal", "Conflict"]


# --- frozen ---------------------------------------------------------------------------------------------------------------------------
def touches(scene):
    """Every way to change a settled month past the services."""
    card = scene.card
    row, line = scene.row("overdue"), card.lines.first()
    yield "a row changed", lambda: ScoreRow.objects.filter(pk=row.pk).update(amount=0)
    yield "a row gone", lambda: ScoreRow.objects.filter(pk=row.pk).delete()
    yield "a row more", lambda: ScoreRow.objects.create(scorecard=card, line=line, finding=row.finding, reason="found")
    yield "a line changed", lambda: ScoreLine.objects.filter(pk=line.pk).update(full=1)
    yield "a line gone", lambda: ScoreLine.objects.filter(pk=line.pk)._raw_delete("default")
    yield "a card changed", lambda: Scorecard.objects.filter(pk=card.pk).update(obtained=1)
    yield "a card gone", lambda: Scorecard.objects.filter(pk=card.pk)._raw_delete("default")
    yield "a card moved away", lambda: Scorecard.objects.filter(pk=card.pk).update(month="2026-09")
    yield "the settlement reopened", lambda: Settlement.objects.update(state="open")
    yield "the settlement gone", lambda: Settlement.objects.all()._raw_delete("default")
    yield "an account more", lambda: Account.objects.create(district=scene.district, month=MONTH, organisation=scene.district.supervision)
    yield (
        "an entry more",
        lambda: Adjustment.objects.create(
            district=scene.district,
            organisation=scene.unit,
            month=MONTH,
            kind="praise",
            amount=1,
            reason="x",
            proposed_by=scene["staff"],
            proposed_at=SETTLING,
        ),
    )


def test_the_database_refuses_every_change_of_a_settled_month(scene):
    scene.settle()
    for name, touch in touches(scene):
        with pytest.raises(DatabaseError, match=guards.KEPT), transaction.atomic():
            touch()
            pytest.fail(name)


def test_an_open_month_may_be_changed(scene):
    scene.propose()
    for name, touch in touches(scene):
        if name not in ("a card gone", "the settlement gone"):
            with transaction.atomic():
                touch()
                transaction.set_rollback(True)


def test_settled_once_nothing_is_built_decided_or_filed_any_more(scene):
    settlement = scene.settle()
    with at(SETTLING):
        with pytest.raises((ValidationError, DatabaseError)), transaction.atomic():
            FindingOfThatMonth(scene)
            services.build(MONTH, district=scene.district, rebuild=True)
        with pytest.raises(ValidationError, match="已结账"):
            appealing.file(scene.card, scene.key("overdue"), grounds="x", by=scene["town"])
    assert recomputing.digest_of(scene.district, MONTH) == settlement.digest


def FindingOfThatMonth(scene):  # noqa: N802 - stands beside the factories
    """What a month worked out anew would have to take in."""
    from tests.factories.inspections import FindingFactory

    return FindingFactory(district=scene.district, grid=scene.district.villages[0], source="district_supervision", captured_at=beijing(20))


def test_all_triggers_stand_and_can_be_put_up_again(scene):
    assert guards.missing(connection) == []
    with connection.schema_editor() as editor:
        guards.remove(None, editor)
        guards.install(None, editor)
    assert guards.missing(connection) == []


def faults_of_the_month():
    report = verify.Report()
    verify.verify_state(report)
    return [fault["where"] for fault in report.faults if fault["where"].startswith("scorecards.")]


def test_the_audit_finds_a_settlement_changed_past_the_record(scene):
    with at(IN_TIME):
        appealing.withdraw(appealing.file(scene.card, scene.key("overdue"), grounds="已反馈", by=scene["town"]), by=scene["town"], version=1)
    settlement = scene.propose()
    assert faults_of_the_month() == []

    Settlement.objects.filter(pk=settlement.pk).update(digest="0" * 64)

    assert faults_of_the_month() == [f"scorecards.Settlement {settlement.pk}"]


# --- worked out anew --------------------------------------------------------------------------------------------------------------------
def test_a_settled_month_worked_out_anew_is_the_same_to_the_last_hundredth(scene, visit):
    settlement = scene.settle()
    found = recomputing.recompute(scene.district, MONTH)

    assert found.is_equal and found.kept == found.stored == found.anew == settlement.digest
    page = visit("supervision", "recompute", MONTH, data={}).content.decode()
    assert "逐项一致" in page and settlement.digest in page
    assert AuditEvent.objects.get(action="settlement.recompute").result == "ok"


def test_what_is_changed_in_the_ledger_past_the_record_shows_and_names_the_unit(scene):
    scene.settle()
    FindingOfThatMonth(scene)
    found = recomputing.recompute(scene.district, MONTH)

    assert not found.is_equal and found.stored == found.kept
    assert "甲街道" in found.differing and "甲街道" in found.in_words


def test_rows_changed_by_the_owner_of_the_database_show(scene):
    scene.settle()
    with connection.schema_editor() as editor:
        guards.remove(None, editor)
    ScoreRow.objects.filter(pk=scene.row("overdue").pk).update(amount=-1)
    with connection.schema_editor() as editor:
        guards.install(None, editor)
    found = recomputing.recompute(scene.district, MONTH)

    assert found.stored != found.kept and "被改动过" in found.in_words


def test_working_out_leaves_nothing_behind(scene):
    scene.settle()
    before = (list(ScoreRow.objects.values()), list(Scorecard.objects.values()))
    FindingOfThatMonth(scene)
    recomputing.recompute(scene.district, MONTH)

    assert (list(ScoreRow.objects.values()), list(Scorecard.objects.values())) == before
    assert not Recomputation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_done_in_a_recomputation_can_never_be_committed(scene):
    settlement = scene.settle()
    with pytest.raises(IntegrityError), transaction.atomic():
        Recomputation.objects.create(settlement=settlement, never_id=0)
        Scorecard.objects.filter(pk=scene.card.pk).update(obtained=1)
    assert recomputing.digest_of(scene.district, MONTH) == settlement.digest
    with pytest.raises(DatabaseError, match=guards.KEPT), transaction.atomic():
        Recomputation.objects.create(settlement=settlement, never_id=0)
        Recomputation.objects.all()._raw_delete("default")


def test_only_those_who_run_or_watch_the_month_compare(scene, visit):
    scene.settle()
    assert {role: visit(role, "recompute", MONTH, data={}).status_code for role in ("town", "dept", "auditor", "leader", "staff")} == {
        "town": 403, "dept": 403, "auditor": 403, "leader": 200, "staff": 200,
    }  # fmt: skip


# --- by hand and by the clock -----------------------------------------------------------------------------------------------------------
def command(*arguments):
    out = io.StringIO()
    with at(SETTLING):
        call_command("settle_month", MONTH, *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_stands_in_the_way_and_takes_both_steps(scene):
    assert "[x] 申诉裁定" in command()
    assert "待批准" in command("--propose", scene["director"].username)
    with pytest.raises(CommandError):
        command("--approve", scene["director"].username)

    done = command("--approve", scene["leader"].username)

    assert "已结账" in done and "逐项一致" in done
    with pytest.raises(CommandError, match="没有账号"):
        command("--approve", "nobody")


def told(title):
    return {notice.recipient_id for notice in Notice.objects.filter(kind="scorecards.settling", channel="inbox", title__contains=title)}


def test_from_the_settling_day_on_office_and_leaders_are_told_what_still_stands_in_the_way(scene):
    with at(IN_TIME):
        appealing.file(scene.card, scene.key("overdue"), grounds="已反馈", by=scene["town"])
    for moment in (beijing(9, 10, month=11), beijing(10, 8, month=11)):
        with at(moment):
            scan(now=moment)
    assert told("尚未结账") == set()

    for moment in (beijing(10, 9, month=11), beijing(10, 9, 10, month=11)):
        with at(moment):
            scan(now=moment)

    people = {scene[role].pk for role in ("staff", "director", "leader", "second", "third")}
    assert told("尚未结账") == people
    notices = Notice.objects.filter(title__contains="尚未结账", channel="inbox")
    assert notices.count() == len(people) and "1 件未裁定" in notices.first().body
    assert not Settlement.objects.exists()


def test_once_proposed_only_the_leaders_are_told_that_the_approval_is_due(scene):
    scene.propose()
    with at(beijing(11, 9, month=11)):
        scan(now=beijing(11, 9, month=11))

    assert told("结账等待批准") == {scene[role].pk for role in ("leader", "second", "third")}
    assert told("尚未结账") == set()


# --- pages ------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["town", "dept", "supervision", "staff", "director", "leader"])
def test_everybody_of_the_district_sees_how_far_the_month_is(scene, visit, role):
    scene.settle()
    page = visit(role, "settling_of", MONTH).content.decode()

    assert settling.stamp(scene.district.pk, MONTH) in page
    assert ("重新核算比对" in page) == (role not in ("town", "dept"))


def test_a_month_nobody_has_heard_of_is_not_there(scene, visit):
    assert visit("staff", "settling_of", "2031-01").status_code == 404


def test_the_page_asks_the_same_number_of_queries_for_more_months(scene, visit, client, django_assert_num_queries):
    visit("director", "settling_of", MONTH)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("scorecards:settling_of", args=[MONTH]))
    card = {"district": scene.district, "organisation": scene.unit, "scheme": scene.card.scheme, "built_at": SETTLING, "cut_off": SETTLING}
    for month in ("2026-07", "2026-08", "2026-09"):
        Scorecard.objects.create(month=month, **card)

    with django_assert_num_queries(len(few)):
        client.get(reverse("scorecards:settling_of", args=[MONTH]))
