"""Each unit's sheet is opened by the clock, answered by the unit, and what it disputes is decided by the office."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from audit import verify
from audit.models import AuditEvent
from common import clock
from common.errors import Conflict, NotYourRole
from inspections.models import FindingEvent
from notices.models import Notice
from scorecards import services
from scorecards.models import Dispute, Reconciliation, SettlingRule
from scorecards.services import reconcile_clock, reconcile_rows, reconciling
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.scorecards import MarkedDistrictFactory, beijing
from tests.scorecards.lives import step, task_of

pytestmark = pytest.mark.django_db
FRIDAY, SATURDAY, MONDAY = beijing(30, 9), beijing(31), beijing(2, 18, month=11)


@pytest.fixture
def district():
    return MarkedDistrictFactory()


@pytest.fixture
def people(district):
    return {
        "office": UserFactory(office_staff=district),
        "other_office": UserFactory(office_director=district),
        "town": UserFactory(town_handler=district._town_a),
        "manager": UserFactory(town_manager=district._town_a),
        "other_town": UserFactory(town_handler=district._town_b),
        "commander": UserFactory(commander=district.dust),
        "dept": UserFactory(dept_handler=district.housing),
    }


@pytest.fixture
def lives(district):
    """甲街道 has one open task and one passed in the week; 乙镇 nothing in the week; the dust headquarters both problems."""
    whole = {
        "open": task_of(district, at=beijing(20), due=beijing(28)),
        "passed": step(step(task_of(district, at=beijing(10), due=beijing(28)), "feedback", beijing(25)), "pass", beijing(27)),
        "long_passed": step(step(task_of(district, at=beijing(1), due=beijing(8), village=2), "feedback", beijing(3)), "pass", beijing(5)),
    }
    finding = whole["long_passed"].finding
    finding.state, finding.struck_off_at = "struck_off", beijing(6)
    finding.save()
    return whole


def opened(now=FRIDAY):
    with clock.standing(now):
        return reconcile_clock.open_due(now)


def sheet_of(unit, kind="weekly"):
    return Reconciliation.objects.select_related("organisation").get(organisation=unit, kind=kind)


def at(moment, act, *args, **given):
    with clock.standing(moment):
        return act(*args, **given)


# --- opening ------------------------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("lives", "people")
def test_on_friday_at_nine_every_unit_with_a_row_gets_its_sheet(district):
    assert opened(FRIDAY - dt.timedelta(minutes=1)) == []

    sheets = opened()

    found = {str(sheet.organisation): (sheet.period, sheet.open_count, sheet.closed_count, sheet.due_at) for sheet in sheets}
    assert found == {"甲街道": ("2026-W44", 1, 1, MONDAY), "扬尘管控专项指挥部": ("2026-W44", 2, 0, MONDAY)}
    assert {(sheet.starts, sheet.ends) for sheet in sheets} == {(beijing(23, 9), FRIDAY)}


@pytest.mark.usefixtures("lives", "people")
def test_a_second_scan_opens_and_tells_nothing_more(district):
    opened()
    before = Notice.objects.count()

    assert opened() == []
    assert opened(FRIDAY + dt.timedelta(hours=20)) == []
    assert Notice.objects.count() == before == 3 * 2  # town, manager, commander: inbox and mail


@pytest.mark.usefixtures("lives")
def test_a_week_whose_date_has_passed_is_left_out(district):
    assert opened(MONDAY) == []
    assert len(opened(MONDAY - dt.timedelta(minutes=1))) == 2


@pytest.mark.usefixtures("lives")
def test_a_date_on_a_holiday_moves_to_the_next_working_day(district):
    assert {sheet.due_at for sheet in opened(beijing(2, 9))} == {beijing(8, 18)}


@pytest.mark.usefixtures("lives")
def test_the_district_sets_its_own_day(district, people):
    values = {"weekday": 2, "opens_at": dt.time(8), "due_weekday": 4, "due_at": dt.time(12), "monthly_days": 2, "is_weekly": True}
    with pytest.raises(NotYourRole):
        reconcile_clock.save_rule(district, by=people["town"], **values)
    reconcile_clock.save_rule(district, by=people["office"], **values)

    assert opened(beijing(28, 7, 59)) == []
    assert {(sheet.ends, sheet.due_at) for sheet in opened(beijing(28, 8))} == {(beijing(28, 8), beijing(30, 12))}


@pytest.mark.usefixtures("lives")
def test_the_month_is_opened_after_its_cards_and_due_three_working_days_later(district):
    first = beijing(1, 9, month=11)
    assert [sheet.kind for sheet in opened(first)] == ["weekly", "weekly"]

    at(first, services.build, "2026-10", district=district)
    sheets = opened(first)

    assert {(sheet.kind, sheet.period, sheet.starts, sheet.ends) for sheet in sheets} == {("monthly", "2026-10", beijing(1), beijing(1, month=11))}
    assert {sheet.due_at for sheet in sheets} == {clock.end_of(dt.date(2026, 11, 4))}
    assert {(str(sheet.organisation), sheet.open_count, sheet.closed_count) for sheet in sheets} == {
        ("甲街道", 1, 1),
        ("乙镇", 0, 1),
        ("扬尘管控专项指挥部", 2, 1),
    }


@pytest.mark.usefixtures("lives")
def test_a_month_about_to_be_settled_is_not_opened_any_more(district):
    at(beijing(10, month=11), services.build, "2026-10", district=district)

    assert [sheet.kind for sheet in opened(beijing(10, 10, month=11))] == []


@pytest.mark.usefixtures("lives")
@pytest.mark.parametrize(("settling_day", "day", "is_opened"), [(5, 6, False), (20, 12, True)])
def test_about_to_be_settled_is_what_the_districts_own_settling_day_says(district, settling_day, day, is_opened):
    SettlingRule.objects.create(district=district, settling_day=settling_day)
    at(beijing(2, 9, month=11), services.build, "2026-10", district=district)

    assert any(sheet.kind == "monthly" for sheet in opened(beijing(day, 10, month=11))) == is_opened


@pytest.mark.usefixtures("lives")
def test_the_command_opens_and_reminds(district, people, capsys):
    with clock.standing(FRIDAY):
        call_command("open_reconciliations")
    with clock.standing(MONDAY + dt.timedelta(minutes=1)):
        call_command("remind_reconciliations")
        call_command("remind_reconciliations")

    assert capsys.readouterr().out.split("\n") == ["已开对账单 2 张。", "已提醒 2 个单位。", "已提醒 0 个单位。", ""]


def test_another_district_has_its_own_sheets(district, lives):
    other = DistrictFactory()
    task_of(other, at=beijing(20), due=beijing(28))

    opened()

    assert Reconciliation.objects.filter(district=other).count() == 2
    assert sheet_of(other._town_a).open_count == 1


# --- rows ---------------------------------------------------------------------------------------------------------------------------
def test_a_row_that_is_closed_after_the_period_stays_on_the_sheet(district, lives):
    opened()
    sheet = sheet_of(district._town_a)
    before = {row["task"] for row in reconcile_rows.facts(sheet)}

    step(step(lives["open"], "feedback", beijing(31)), "pass", beijing(31, 12))

    rows = {row["task"]: (row["state"], row["closed"]) for row in reconcile_rows.facts(sheet)}
    assert before == {lives["open"].pk, lives["passed"].pk}
    assert rows == {lives["open"].pk: ("passed", False), lives["passed"].pk: ("passed", True)}


def test_a_running_second_look_cannot_be_told_from_the_list(district, lives):
    opened()
    sheet = sheet_of(district._town_a)
    step(lives["open"], "feedback", beijing(31))
    before = reconcile_rows.digest(reconcile_rows.facts(sheet))

    step(lives["open"], "draw", beijing(31))

    assert reconcile_rows.digest(reconcile_rows.facts(sheet)) == before


# --- one button ---------------------------------------------------------------------------------------------------------------------
def test_one_press_confirms_the_whole_sheet_and_freezes_it(district, people, lives):
    opened()
    sheet = sheet_of(district._town_a)
    seen = reconcile_rows.digest(reconcile_rows.facts(sheet))

    at(beijing(31), reconciling.confirm, sheet, by=people["town"], seen=seen)
    step(lives["open"], "accept", beijing(31, 1))

    kept = Reconciliation.objects.get(pk=sheet.pk)
    assert (kept.state, kept.answered_by, kept.answered_at, kept.digest, kept.open_count, kept.closed_count) == (
        "confirmed",
        people["town"],
        beijing(31),
        seen,
        1,
        1,
    )
    assert [row["state"] for row in reconcile_rows.facts(kept) if row["task"] == lives["open"].pk] == ["assigned"]


def test_a_second_press_and_a_colleague_change_nothing(district, people, lives):
    opened()
    first, stale = sheet_of(district._town_a), sheet_of(district._town_a)
    at(beijing(31), reconciling.confirm, first, by=people["town"])

    again = at(beijing(31, 2), reconciling.confirm, sheet_of(district._town_a), by=people["town"])
    at_once = at(beijing(31, 3), reconciling.confirm, stale, by=people["manager"])

    assert {(each.answered_by, each.answered_at, each.version) for each in (again, at_once)} == {(people["town"], beijing(31), 2)}
    assert AuditEvent.objects.filter(action="reconciliation.confirm").count() == 1


def test_who_has_read_an_older_list_reads_the_new_one_first(district, people, lives):
    opened()
    sheet = sheet_of(district._town_a)
    seen = reconcile_rows.digest(reconcile_rows.facts(sheet))
    step(lives["open"], "accept", beijing(31))

    with pytest.raises(Conflict, match="名单有了变化"):
        reconciling.confirm(sheet, by=people["town"], seen=seen)

    assert sheet_of(district._town_a).state == "silent"


@pytest.mark.usefixtures("lives")
@pytest.mark.parametrize("who", ["office", "other_town", "dept"])
def test_nobody_confirms_or_disputes_for_another_unit(district, people, who):
    opened()
    sheet = sheet_of(district._town_a)
    row = reconcile_rows.key_of(reconcile_rows.facts(sheet)[0])

    with pytest.raises(NotYourRole):
        reconciling.confirm(sheet, by=people[who])
    with pytest.raises(NotYourRole):
        reconciling.dispute(sheet, row, by=people[who], what="other", reason="不是我们的")


@pytest.mark.usefixtures("lives")
def test_a_headquarters_answers_for_the_problems_of_its_fields(district, people):
    opened()
    sheet = sheet_of(district.dust.headquarters.organisation)

    at(beijing(31), reconciling.confirm, sheet, by=people["commander"])

    assert [row["task"] for row in sheet.frozen] == [None, None]


# --- disputes -----------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def sheet(district, lives, people):
    opened()
    return sheet_of(district._town_a)


def disputed(sheet, lives, by, *, reason="应由区住建局承办", moment=SATURDAY, **more):
    return at(moment, reconciling.dispute, sheet, f"t{lives['open'].pk}", by=by, what="not_ours", reason=reason, **more)


def test_a_dispute_answers_the_sheet_and_the_rest_counts_as_agreed(sheet, lives, people):
    stored = disputed(sheet, lives, people["town"])

    kept = Reconciliation.objects.get(pk=sheet.pk)
    assert (kept.state, kept.answered_by, kept.answered_at, len(kept.frozen)) == ("disputed", people["town"], beijing(31), 2)
    assert (stored.task, stored.finding, stored.state, stored.row) == (lives["open"], lives["open"].finding, "open", f"t{lives['open'].pk}")
    told = set(Notice.objects.filter(kind="reconciling.dispute").values_list("recipient", flat=True))
    assert told == {people["office"].pk, people["other_office"].pk}
    with pytest.raises(Conflict, match="已提出异议"):
        reconciling.confirm(kept, by=people["town"])


def test_a_dispute_after_the_confirmation_leaves_it_answered_when_it_was(sheet, lives, people):
    at(beijing(30, 10), reconciling.confirm, sheet, by=people["town"])

    disputed(sheet, lives, people["manager"], moment=beijing(5, month=11))

    kept = Reconciliation.objects.get(pk=sheet.pk)
    assert (kept.state, kept.answered_by, kept.answered_at) == ("disputed", people["town"], beijing(30, 10))


def test_the_same_dispute_twice_is_one_and_another_on_the_row_is_refused(sheet, lives, people):
    first = disputed(sheet, lives, people["town"])

    assert disputed(sheet, lives, people["town"]) == first
    with pytest.raises(Conflict, match="已由.*提出异议"):
        disputed(sheet, lives, people["manager"], reason="另一个理由")
    assert Dispute.objects.count() == 1


def test_two_people_dispute_two_rows_at_once(sheet, lives, people):
    stale = Reconciliation.objects.select_related("organisation").get(pk=sheet.pk)
    disputed(sheet, lives, people["town"])

    at(beijing(31, 1), reconciling.dispute, stale, f"t{lives['passed'].pk}", by=people["manager"], what="done", reason="27日已通过")

    kept = Reconciliation.objects.get(pk=sheet.pk)
    assert (kept.disputes.count(), kept.answered_by) == (2, people["town"])


def test_a_row_that_is_not_on_the_sheet_cannot_be_disputed(sheet, lives, people):
    with pytest.raises(ValidationError, match="不在本期对账单上"):
        reconciling.dispute(sheet, f"t{lives['long_passed'].pk}", by=people["town"], what="other", reason="？")


def test_an_older_sheet_is_disputed_no_more_once_the_next_is_open(sheet, lives, people):
    opened(beijing(6, 9, month=11))

    with pytest.raises(Conflict, match="新一期"):
        disputed(sheet, lives, people["town"], moment=beijing(6, 10, month=11))


def test_a_withdrawn_dispute_leaves_the_sheet_agreed_to_and_the_row_can_be_disputed_anew(sheet, lives, people):
    stored = disputed(sheet, lives, people["town"])

    first, again = (at(beijing(31, 1), reconciling.withdraw, Dispute.objects.get(pk=stored.pk), by=people["manager"]) for _press in range(2))

    kept = Reconciliation.objects.get(pk=sheet.pk)
    assert (first.state, first.withdrawn_by, first.withdrawn_at, again) == ("withdrawn", people["manager"], beijing(31, 1), first)
    assert (kept.state, kept.answered_by, kept.answered_at) == ("confirmed", people["town"], beijing(31))
    assert AuditEvent.objects.filter(action="dispute.withdraw").count() == 1
    assert disputed(sheet, lives, people["town"], moment=beijing(31, 2)).state == "open"
    assert Reconciliation.objects.get(pk=sheet.pk).state == "disputed"
    assert [fault for fault in verify.run(state=True).faults if fault["where"].startswith(("scorecards.Reconciliation", "scorecards.Dispute"))] == []


def test_with_another_dispute_left_the_sheet_stays_disputed(sheet, lives, people):
    stored = disputed(sheet, lives, people["town"])
    at(beijing(31, 1), reconciling.dispute, sheet, f"t{lives['passed'].pk}", by=people["manager"], what="done", reason="27日已通过")

    reconciling.withdraw(stored, by=people["town"])

    assert Reconciliation.objects.get(pk=sheet.pk).state == "disputed"


def test_only_the_unit_withdraws_and_only_what_is_not_answered(sheet, lives, people):
    stored = disputed(sheet, lives, people["town"])
    for who in ("office", "dept"):
        with pytest.raises(NotYourRole):
            reconciling.withdraw(stored, by=people[who])
    reconciling.decide(stored, by=people["office"], accept=False, decision="维持")

    with pytest.raises(Conflict, match="已答复"):
        reconciling.withdraw(stored, by=people["town"])


def test_the_office_answers_no_dispute_that_was_withdrawn(sheet, lives, people):
    stored = disputed(sheet, lives, people["town"])
    reconciling.withdraw(Dispute.objects.get(pk=stored.pk), by=people["town"])

    with pytest.raises(Conflict, match="已撤回"):
        reconciling.decide(stored, by=people["office"], accept=True, decision="好")


# --- decisions ----------------------------------------------------------------------------------------------------------------------
def test_an_accepted_dispute_corrects_the_ledger_by_a_signed_event(sheet, lives, people, district):
    stored = disputed(sheet, lives, people["town"])
    with clock.standing(beijing(31, 5)):
        decided = reconciling.decide(stored, by=people["office"], accept=True, decision="网格划错", corrected={"grid": district.villages[2]})

    event = FindingEvent.objects.get(finding=stored.finding, action="correct")
    assert (decided.state, decided.decided_by, decided.was_corrected) == ("accepted", people["office"], True)
    assert event.details["changes"]["grid"] == [district.villages[0].pk, district.villages[2].pk]
    assert event.by == people["office"] and "对账异议成立" in event.note and "网格划错" in event.note
    assert set(Notice.objects.filter(kind="reconciling.decided").values_list("recipient", flat=True)) == {people["town"].pk, people["manager"].pk}


def test_a_declined_one_needs_its_reason(sheet, lives, people):
    stored = disputed(sheet, lives, people["town"])
    with pytest.raises(ValidationError):
        reconciling.decide(stored, by=people["office"], accept=False, decision="  ")

    reconciling.decide(stored, by=people["office"], accept=False, decision="属地责任明确")

    assert Dispute.objects.get().state == "declined"
    assert not FindingEvent.objects.filter(action="correct").exists()


def test_only_another_body_than_the_unit_decides(sheet, lives, people, district):
    both = UserFactory(office_staff=district, town_handler=district._town_a)
    stored = disputed(sheet, lives, both)

    for who in (people["town"], people["dept"], both):
        with pytest.raises(NotYourRole):
            reconciling.decide(stored, by=who, accept=True, decision="好")
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.filter(pk=stored.pk).update(state="accepted", decided_by=both, decided_at=clock.now(), decision="好")


def test_the_second_of_two_decisions_is_told_of_the_first(sheet, lives, people):
    stored = disputed(sheet, lives, people["town"])
    reconciling.decide(stored, by=people["office"], accept=True, decision="已改派")

    again = reconciling.decide(stored, by=people["office"], accept=True, decision="已改派")
    with pytest.raises(Conflict, match="异议成立"):
        reconciling.decide(stored, by=people["other_office"], accept=False, decision="维持")

    assert again.state == "accepted"
    assert AuditEvent.objects.filter(action="dispute.decide").count() == 1


def test_a_correction_that_is_refused_leaves_the_dispute_open(sheet, lives, people, district):
    stored = disputed(sheet, lives, people["town"])

    with pytest.raises(ValidationError):
        reconciling.decide(stored, by=people["office"], accept=True, decision="改", corrected={"grid": stored.finding.grid})

    assert Dispute.objects.get().state == "open"


def test_every_step_is_on_record(sheet, lives, people):
    disputed(sheet, lives, people["town"])
    reconciling.decide(Dispute.objects.get(), by=people["office"], accept=False, decision="维持")

    acts = list(
        AuditEvent.objects.filter(object_type__in=["scorecards.Reconciliation", "scorecards.Dispute"])
        .order_by("seq")
        .values_list("action", flat=True)
    )
    assert acts == ["reconciliation.open", "reconciliation.open", "reconciliation.dispute", "dispute.file", "dispute.decide"]
    faults = verify.run(state=True).faults
    assert [fault for fault in faults if fault["where"].startswith(("scorecards.Reconciliation", "scorecards.Dispute"))] == []


# --- the silent ---------------------------------------------------------------------------------------------------------------------
def reminded(moment):
    with clock.standing(moment):
        return reconcile_clock.remind_silent(moment)


def test_the_silent_are_reminded_once_the_day_before_and_once_when_it_has_passed(sheet, people):
    told = {hour: reminded(FRIDAY + dt.timedelta(hours=hour)) for hour in range(0, 24 * 6, 3)}

    assert [hour for hour, n in told.items() if n] == [48, 84]
    kinds = Notice.objects.filter(recipient=people["town"], channel="inbox").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["reconciling.opened", "reconciling.before", "reconciling.overdue"]


def test_who_has_answered_is_not_nagged(sheet, people):
    reminded(beijing(1, 10, month=11))
    notice = Notice.objects.get(recipient=people["town"], kind="reconciling.before", channel="email")
    assert reconcile_clock.still_wanted(notice)

    reconciling.confirm(sheet, by=people["manager"])

    assert not reconcile_clock.still_wanted(notice)
    assert reminded(MONDAY + dt.timedelta(hours=1)) == 1  # the headquarters alone


def test_the_office_reminds_by_hand_at_most_once_a_day(sheet, people, district):
    remind = {"kind": "weekly", "period": "2026-W44", "by": people["office"]}

    assert [at(beijing(31, hour), reconcile_clock.remind_now, district, **remind) for hour in (9, 10)] == [2, 0]
    assert at(beijing(1, 9, month=11), reconcile_clock.remind_now, district, **remind) == 2
    with pytest.raises(NotYourRole):
        reconcile_clock.remind_now(district, **remind | {"by": people["town"]})
