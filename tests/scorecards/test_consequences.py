"""Ladders over settled months: who is reached, by which figures, and that looking again adds nothing."""

import pytest
from django.core.management import call_command

from audit import verify
from audit.models import AuditEvent
from notices.models import Notice
from scorecards.models import Proposal, UnitCard
from scorecards.services import consequences, presets, rules
from scorecards.tasks import propose_consequences
from tests.factories.accounts import UserFactory
from tests.factories.settled import SixTownsFactory, names, rule, settle, settled

pytestmark = pytest.mark.django_db
USUAL = (90, 85, 80, 75, 70, 60)


@pytest.fixture
def district():
    return SixTownsFactory()


def proposed(district, month="2026-10") -> list[str]:
    consequences.propose(district, month)
    return names(Proposal.objects.filter(district=district, month=month).select_related("organisation"))


def issued(proposal, *, by, leader) -> Proposal:
    approved = consequences.decide(proposal, "approve", by=leader, version=proposal.version)
    return consequences.decide(approved, "issue", by=by, version=approved.version, paper_number="攻坚办〔2026〕1号")


# --- the two ends and the cut -------------------------------------------------------------------------------------------------------
def test_the_last_of_the_ranking_is_reminded(district):
    rule(district)
    settled(district, "2026-10", USUAL)

    assert proposed(district) == ["己乡"]


def test_the_first_of_the_ranking_is_praised(district):
    rule(district, side="top", action="praise")
    settled(district, "2026-10", USUAL)

    assert proposed(district) == ["甲街道"]


def test_ties_at_the_cut_are_kept_so_the_last_two_may_be_three(district):
    rule(district, n=2)
    settled(district, "2026-10", (90, 85, 80, 70, 70, 60))

    assert proposed(district) == ["丁镇", "戊乡", "己乡"]


def test_ties_at_the_top_are_kept_too(district):
    rule(district, n=1, side="top", action="praise")
    settled(district, "2026-10", (90, 90, 80, 70, 70, 60))

    assert proposed(district) == ["甲街道", "乙镇"]


def test_where_all_are_equal_nobody_is_last_and_nobody_first(district):
    rule(district)
    rule(district, side="top", action="praise")
    settled(district, "2026-10", (80,) * 6)

    assert proposed(district) == []


def test_who_is_not_ranked_is_never_last(district):
    rule(district)
    settled(district, "2026-10", (90, 85, 80, 75, 70, None))

    assert proposed(district) == ["戊乡"]


# --- metrics ------------------------------------------------------------------------------------------------------------------------
def test_a_share_at_or_below_a_line_is_reached_by_all_below_it(district):
    rule(district, metric="share", threshold=7000)
    settled(district, "2026-10", USUAL)

    assert proposed(district) == ["戊乡", "己乡"]


def test_so_many_overdue_items_and_more(district):
    rule(district, metric="overdue", threshold=2, action="yellow")
    settled(district, "2026-10", USUAL, counts={"open_overdue": [0, 1, 2, 3, 0, 0]})

    assert proposed(district) == ["丙镇", "丁镇"]


def test_who_has_nothing_overdue_is_not_among_the_worst_three(district):
    rule(district, metric="overdue", n=3)
    settled(district, "2026-10", USUAL, counts={"open_overdue": [0, 1, 0, 3, 0, 0]})

    assert proposed(district) == ["乙镇", "丁镇"]


def test_problems_found_from_above_are_summed_over_their_lines(district):
    rule(district, metric="from_above", threshold=5)
    settled(district, "2026-10", USUAL, counts={"found_state": [0, 1, 0, 0, 0, 2], "found_city": [0, 1, 4, 0, 0, 3], "found_supervision": [0] * 6})

    assert proposed(district) == ["己乡"]


def test_worse_than_a_year_before(district):
    rule(district, metric="change", threshold=-1)
    settled(district, "2025-10", (90, 90, 70, 75))
    settled(district, "2026-10", USUAL)

    assert proposed(district) == ["乙镇"]


# --- how often ----------------------------------------------------------------------------------------------------------------------
def three_months(district, *lasts, months=("2026-08", "2026-09", "2026-10")):
    """Months in which the unit with this number is last; None: the month is not there."""
    for month, last in zip(months, lasts, strict=True):
        if last is not None:
            settled(district, month, [60 if n == last else 90 - n for n in range(6)])


def test_three_months_running(district):
    rule(district, count=3)
    three_months(district, 5, 5, 5)

    assert proposed(district) == ["己乡"]


def test_a_better_month_ends_the_run(district):
    rule(district, count=3)
    three_months(district, 5, 4, 5)

    assert proposed(district) == []


def test_a_missing_month_ends_the_run(district):
    rule(district, count=2, window=3)
    three_months(district, 5, None, 5)

    assert proposed(district) == []


def test_a_month_that_is_not_settled_ends_the_run_until_it_is(district):
    rule(district, count=2)
    settled(district, "2026-09", USUAL, is_settled=False)
    settled(district, "2026-10", USUAL)

    before = proposed(district)
    settle(district, "2026-09")

    assert (before, proposed(district)) == ([], ["己乡"])


def test_twice_within_three_months_counts_over_a_gap(district):
    rule(district, mode="cumulative", count=2, window=3)
    three_months(district, 5, None, 5)

    assert proposed(district) == ["己乡"]


def test_what_lies_before_the_window_is_forgotten(district):
    rule(district, mode="cumulative", count=2, window=2)
    three_months(district, 5, 4, 5)

    assert proposed(district) == []


def test_often_enough_but_not_this_month_is_not_proposed_again(district):
    rule(district, mode="cumulative", count=2, window=3)
    three_months(district, 5, 5, 4)

    assert proposed(district) == []


def test_within_a_quarter_the_month_before_it_does_not_count(district):
    rule(district, mode="cumulative", count=2, window=3, in_quarter=True)
    three_months(district, 4, 5, 5)

    assert proposed(district) == []


def test_the_figures_say_which_months_led_there_and_which_were_missing(district):
    rule(district, mode="cumulative", count=2, window=4)
    three_months(district, 5, None, 5)
    consequences.propose(district, "2026-10")

    found = Proposal.objects.get().figures["months"]

    assert [(each["month"], each.get("hit"), each.get("missing")) for each in found] == [
        ("2026-10", True, None),
        ("2026-09", None, "settled"),
        ("2026-08", True, None),
        ("2026-07", None, "settled"),
    ]
    card = district.scorecards.get(month="2026-10", organisation=district.towns[5])
    assert found[0] == {"month": "2026-10", "card": card.pk, "digest": card.digest, "rank": 6, "of": 6, "share": 6000, "value": 6, "hit": True}


# --- settled months, again and again ------------------------------------------------------------------------------------------------
def test_a_month_that_is_not_settled_proposes_nothing(district):
    rule(district)
    settled(district, "2026-10", USUAL, is_settled=False)

    assert proposed(district) == []


def test_looking_twice_adds_nothing_and_tells_nobody_twice(district):
    UserFactory(leader=district)
    rule(district)
    settled(district, "2026-10", USUAL)

    first, second = consequences.propose(district, "2026-10"), consequences.propose(district, "2026-10")

    assert (len(first), second, Proposal.objects.count(), Notice.objects.count()) == (1, [], 1, 1)


def test_what_was_dropped_does_not_come_back(district):
    leader = UserFactory(leader=district)
    rule(district)
    settled(district, "2026-10", USUAL)
    (proposal,) = consequences.propose(district, "2026-10")

    consequences.decide(proposal, "drop", by=leader, version=1, note="情况特殊")

    assert consequences.propose(district, "2026-10") == []


def test_a_rule_switched_off_and_one_of_later_months_propose_nothing(district):
    rule(district, is_active=False)
    rule(district, in_force_from="2026-11")
    settled(district, "2026-10", USUAL)

    assert proposed(district) == []


def test_a_month_is_compared_by_the_version_that_was_in_force(district):
    old = rule(district)
    rule(district, key=old.key, version=2, n=3, in_force_from="2026-10")
    settled(district, "2026-09", USUAL)
    settled(district, "2026-10", USUAL)

    assert (proposed(district, "2026-09"), proposed(district)) == (["己乡"], ["丁镇", "戊乡", "己乡"])


def test_clock_and_command_do_the_same(district):
    rule(district)
    settled(district, "2026-10", USUAL)

    propose_consequences()
    call_command("propose_consequences", "2026-10", district=district.code)

    assert Proposal.objects.count() == 1


def test_a_second_district_is_left_alone(district):
    other = SixTownsFactory()
    rule(other)
    settled(district, "2026-10", USUAL)
    settled(other, "2026-10", USUAL)

    consequences.scan()

    assert set(Proposal.objects.values_list("district_id", flat=True)) == {other.pk}


# --- ladders and cards --------------------------------------------------------------------------------------------------------------
def test_of_a_ladder_only_the_heaviest_rung_is_proposed_and_the_interview_apart(district):
    for rung, (count, action) in enumerate([(1, "remind"), (2, "criticise"), (3, "interview")], 1):
        rule(district, count=count, action=action, ladder="阶梯", rung=rung)
    three_months(district, 5, 5, 5)
    consequences.propose(district, "2026-10")

    assert sorted(Proposal.objects.values_list("action", flat=True)) == ["criticise", "interview"]


def test_the_default_ladder_reminds_then_criticises(district):
    presets.load(district)
    three_months(district, 5, 5, None)

    for month in ("2026-08", "2026-09"):
        consequences.propose(district, month)

    rows = Proposal.objects.order_by("month", "action").values_list("month", "action", "organisation__name")
    assert list(rows) == [
        ("2026-08", "praise", "甲街道"),
        ("2026-08", "remind", "己乡"),
        ("2026-09", "criticise", "己乡"),
        ("2026-09", "praise", "甲街道"),
    ]


def test_two_yellow_cards_in_a_quarter_lead_to_a_red_one(district):
    leader, staff = UserFactory(leader=district), UserFactory(office_staff=district)
    rule(district, metric="overdue", threshold=2, action="yellow")
    rule(district, metric="yellow", threshold=1, mode="cumulative", count=2, window=3, in_quarter=True, action="red")
    for month in ("2026-10", "2026-11"):
        settled(district, month, USUAL, counts={"open_overdue": [0, 0, 0, 0, 0, 4]})
        (yellow,) = consequences.propose(district, month)
        issued(yellow, by=staff, leader=leader)

    made = consequences.scan()

    assert [(each.month, each.action, each.organisation.name) for each in made] == [("2026-11", "red", "己乡")]
    assert list(UnitCard.objects.order_by("month").values_list("colour", "month", "organisation__name")) == [
        ("yellow", "2026-10", "己乡"),
        ("yellow", "2026-11", "己乡"),
    ]


def test_every_preset_can_be_loaded_once_and_waits_switched_off(district):
    director = UserFactory(office_director=district)
    for model, kept in presets.OF.items():
        for preset in kept:
            made = presets.load_preset(model, preset.code, district=district, by=director)
            again = presets.load_preset(model, preset.code, district=district, by=director)
            assert (len(made), again) == (len(preset.rules), [])
            assert all(each.sentence and not each.is_active for each in made)


def test_the_record_knows_every_rule_and_proposal_and_keeps_silent_about_them(district):
    leader, staff = UserFactory(leader=district), UserFactory(office_staff=district)
    presets.load(district)
    settled(district, "2026-10", USUAL)
    for proposal in consequences.propose(district, "2026-10"):
        issued(proposal, by=staff, leader=leader)

    report = verify.Report()
    verify.verify_state(report)

    told = [event.payload for event in AuditEvent.objects.filter(action__startswith="proposal.")]
    assert [fault for fault in report.faults if "Proposal" in fault["where"] or "Rule" in fault["where"]] == []
    assert set(told) == {'{"month":"2026-10"}'}


def test_a_new_version_is_for_months_that_are_not_settled(district):
    director = UserFactory(office_director=district)
    settled(district, "2026-10", USUAL)

    assert rules.first_open_month(district.pk) == "2026-11"
    assert rules.may_edit(director, district.pk)
