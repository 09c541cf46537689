"""Accounts (建账): every movement is a line, figures add up and go on, whenever and however often they are worked out."""

import itertools

import pytest
from django.db import IntegrityError, transaction

from common import clock
from grids import services as places
from inspections.models import FindingEvent
from rectification.services import advance
from scorecards.models import FIGURES, Account, AccountEntry, Settlement
from scorecards.services import accounts, posting
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import FindingFactory
from tests.factories.rectification import TaskFactory, TaskRequestFactory
from tests.factories.scorecards import MONTH, beijing
from tests.scorecards.lives import random_lives, step, task_of

pytestmark = pytest.mark.django_db
END = beijing(31, 20)
NOTHING = dict.fromkeys(FIGURES, 0)


@pytest.fixture
def district():
    return DistrictFactory()


def post(district, now=END):
    posted = posting.post(district, now=now)
    assert accounts.check(district) == []
    return posted


def figures(holder, month=MONTH) -> dict:
    """The figures that are not zero."""
    name = "organisation" if hasattr(holder, "has_enforcement_power") else "grid"
    return {key: value for key, value in Account.objects.get(**{name: holder}, month=month).figures.items() if value}


def settle(district, month):
    proposer, approver = UserFactory(), UserFactory()
    return Settlement.objects.create(
        district=district, month=month, state="settled", proposed_by=proposer, approved_by=approver, proposed_at=END, approved_at=END, digest="x" * 64
    )


def lines(**which) -> list[tuple]:
    return list(AccountEntry.objects.filter(**which).order_by("stands_at", "id").values_list("month", "kind", "amount"))


# --- units --------------------------------------------------------------------------------------------------------------------------
def test_a_duty_is_new_and_then_closed(district):
    task = task_of(district, at=beijing(3), due=beijing(9))
    step(step(step(task, "accept", beijing(3, 2)), "feedback", beijing(5)), "pass", beijing(6))
    open_still = task_of(district, at=beijing(7), due=beijing(9), village=1)

    post(district)

    assert figures(district._town_a) == {"added": 2, "closed": 1, "closing": 1}
    account = Account.objects.get(organisation=district._town_a)
    assert list(accounts.open_at(account, end=True)) == [open_still]
    assert not accounts.open_at(account, end=False).exists()


def test_a_month_opens_with_what_the_last_has_closed_with(district):
    task = task_of(district, at=beijing(20, month=8), due=beijing(9))
    step(step(step(task, "accept", beijing(21, month=8)), "feedback", beijing(5)), "pass", beijing(6))

    post(district)

    assert figures(district._town_a, "2026-08") == {"added": 1, "closing": 1}
    assert figures(district._town_a, "2026-09") == {"opening": 1, "closing": 1}
    assert figures(district._town_a) == {"opening": 1, "closed": 1}


def test_what_came_back_is_not_new(district):
    old = FindingFactory(district=district, state="looked_back", struck_off_at=beijing(1), captured_at=beijing(1, month=9))
    task_of(district, at=beijing(7), due=beijing(9), rebound_of=old)

    post(district)

    assert figures(district._town_a) == {"rebounded": 1, "closing": 1}
    assert figures(district.villages[0]) == {"opening": 1, "rebounded": 1, "closed": 1, "closing": 1}


def test_who_only_supports_has_no_account_of_it(district):
    task = task_of(district, at=beijing(3), due=beijing(9))
    TaskFactory(finding=task.finding, organisation=district.ecology, must_feed_back=False, role="support", assigned_at=beijing(3))

    post(district)

    assert figures(district.ecology) == {}


def test_a_duty_handed_on_is_in_both_accounts_until_the_receiver_signs(district):
    task = task_of(district, at=beijing(3), due=beijing(9))
    asked = TaskRequestFactory(
        task=task, kind="transfer", organisation=district.ecology, state="approved", asked_at=beijing(4), decided_at=beijing(5)
    )
    given = TaskFactory(finding=task.finding, organisation=district.ecology, transferred_from=task, assigned_at=beijing(5))

    post(district)
    assert (figures(district._town_a), figures(district.ecology)) == ({"added": 1, "closing": 1}, {"moved_in": 1, "closing": 1})

    step(given, "accept", beijing(6))
    step(task, "hand_over", beijing(6), target="transferred")
    post(district)

    assert (figures(district._town_a), figures(district.ecology)) == ({"added": 1, "moved_out": 1}, {"moved_in": 1, "closing": 1})
    papers = dict(AccountEntry.objects.exclude(task=None).values_list("event_key", "paper_number"))
    assert sorted(papers.values()) == sorted([task.finding.number, f"SQ-{asked.pk}", f"SQ-{asked.pk}"])


def test_handed_back_and_voided_duties_leave_by_different_doors(district):
    back, void = task_of(district, at=beijing(3), due=beijing(9)), task_of(district, at=beijing(4), due=beijing(9))
    TaskRequestFactory(task=back, kind="refusal", state="approved", asked_at=beijing(4))
    step(back, "leave", beijing(5), target="refused")
    step(void, "void", beijing(6), target="void")

    post(district)

    assert figures(district._town_a) == {"added": 2, "moved_out": 1, "voided": 1}


def test_a_closing_that_is_taken_back_is_written_in_red(district):
    task = task_of(district, at=beijing(20, month=9), due=beijing(9))
    step(step(step(task, "accept", beijing(21, month=9)), "feedback", beijing(25, month=9)), "pass", beijing(26, month=9))
    post(district)
    settle(district, "2026-09")
    step(task, "reopen", beijing(8), target="returned")

    post(district)

    assert lines(task=task) == [("2026-09", "added", 1), ("2026-09", "closed", 1), (MONTH, "closed", -1)]
    assert figures(district._town_a, "2026-09") == {"added": 1, "closed": 1}
    assert figures(district._town_a) == {"closed": -1, "closing": 1}


def test_what_becomes_known_of_a_settled_month_is_booked_late(district):
    task_of(district, at=beijing(1, month=9), due=beijing(9))
    post(district)
    settle(district, "2026-09")
    late = task_of(district, at=beijing(20, month=9), due=beijing(9))

    post(district)

    entry = AccountEntry.objects.get(task=late)
    assert (entry.month, entry.is_late, entry.at) == (MONTH, True, beijing(20, month=9))
    assert figures(district._town_a, "2026-09") == {"added": 1, "closing": 1}
    assert figures(district._town_a) == {"opening": 1, "added": 1, "closing": 2}


def test_a_past_that_is_imported_later_changes_the_months_that_are_open(district):
    task_of(district, at=beijing(1), due=beijing(9))
    post(district)

    task_of(district, at=beijing(20, month=8), due=beijing(9))
    post(district)

    assert figures(district._town_a, "2026-09") == {"opening": 1, "closing": 1}
    assert figures(district._town_a) == {"opening": 1, "added": 1, "closing": 2}


def test_units_that_merge_hand_their_duties_on(district):
    task = task_of(district, at=beijing(3), due=beijing(9))
    done = task_of(district, at=beijing(2), due=beijing(9))
    step(step(step(done, "accept", beijing(3)), "feedback", beijing(5)), "pass", beijing(6))
    with clock.standing(beijing(10)):
        places.merge_organisations(district._town_a, into=district._town_b, on=clock.today(), by=None)
    task.refresh_from_db()
    step(step(step(task, "accept", beijing(12)), "feedback", beijing(13)), "pass", beijing(14))

    post(district)

    assert figures(district._town_a) == {"added": 2, "moved_out": 1, "closed": 1}
    assert figures(district._town_b) == {"moved_in": 1, "closed": 1}


def test_tasks_written_without_history_are_read_from_their_columns(district):
    finding = FindingFactory(district=district, captured_at=beijing(1), state="rectified")
    TaskFactory(finding=finding, state="passed", assigned_at=beijing(1), fed_back_at=beijing(2), passed_at=beijing(3))

    post(district)

    assert figures(district._town_a) == {"added": 1, "closed": 1}


def test_what_was_never_booked_as_closed_is_not_taken_back(district):
    task = task_of(district, at=beijing(3), due=beijing(9))
    task.state = "passed"
    step(task, "reopen", beijing(8), target="returned")

    post(district)

    assert figures(district._town_a) == {"added": 1, "closing": 1}


# --- grids --------------------------------------------------------------------------------------------------------------------------
def test_a_problem_is_the_grids_until_it_is_struck_off(district):
    FindingFactory(district=district, captured_at=beijing(2))
    FindingFactory(district=district, captured_at=beijing(2), state="struck_off", struck_off_at=beijing(9))
    FindingFactory(district=district, captured_at=beijing(2), state="merged", ended_at=beijing(9))
    FindingFactory(district=district, captured_at=beijing(2), reported=True)

    post(district)

    assert figures(district.villages[0]) == {"added": 3, "closed": 1, "voided": 1, "closing": 1}


def test_no_account_betrays_a_covert_visit_before_it_is_assigned(district):
    sealed = FindingFactory(district=district, captured_at=beijing(2, month=9), source="covert_visit", is_sealed=True)
    post(district)
    assert not AccountEntry.objects.exists()

    FindingEvent.objects.create(finding=sealed, action="assign", at=beijing(5))
    sealed.is_sealed, sealed.state, sealed.assigned_at = False, "assigned", beijing(5)
    sealed.save()
    post(district)

    assert figures(district.villages[0]) == {"added": 1, "closing": 1}


def test_a_problem_without_a_grid_is_booked_in_when_it_is_given_one(district):
    grid, office = district.villages[0], UserFactory(office_director=district)
    finding = FindingFactory(district=district, grid=None, source="city_inspection", captured_at=beijing(2))
    with clock.standing(beijing(3)):
        advance(finding, "correct", by=office, note="已查明位置", corrected={"grid": grid})

    post(district)

    assert figures(grid) == {"moved_in": 1, "closing": 1}


def test_a_problem_whose_grid_is_taken_away_is_booked_out(district):
    grid, office = district.villages[0], UserFactory(office_director=district)
    finding = FindingFactory(district=district, grid=grid, source="city_inspection", captured_at=beijing(2))
    with clock.standing(beijing(3)):
        advance(finding, "correct", by=office, note="不在网格内", corrected={"grid": None})

    post(district)

    assert figures(grid) == {"added": 1, "moved_out": 1}


def test_a_corrected_place_moves_the_problem(district):
    office = UserFactory(office_staff=district)
    finding = FindingFactory(district=district, captured_at=beijing(2, month=9))
    with clock.standing(beijing(5)):
        advance(finding, "correct", by=office, note="看错了", corrected={"grid": district.villages[2]})

    post(district)

    assert figures(district.villages[0], "2026-09") == {"added": 1, "closing": 1}
    assert figures(district.villages[0]) == {"opening": 1, "moved_out": 1}
    assert figures(district.villages[2]) == {"moved_in": 1, "closing": 1}


def test_a_merged_grid_hands_on_what_is_open(district):
    a, b, *_others = district.villages
    FindingFactory(district=district, grid=a, captured_at=beijing(2))
    FindingFactory(district=district, grid=a, captured_at=beijing(2), state="struck_off", struck_off_at=beijing(12))
    FindingFactory(district=district, grid=a, captured_at=beijing(2), state="struck_off", struck_off_at=beijing(8))
    with clock.standing(beijing(10)):
        places.merge_grids(a, into=b, on=clock.today(), by=None)
    FindingFactory(district=district, grid=a, captured_at=beijing(15))

    post(district)

    assert figures(a) == {"added": 3, "moved_out": 2, "closed": 1}
    assert figures(b) == {"added": 1, "moved_in": 2, "closed": 1, "closing": 2}


def test_a_split_grid_gives_its_open_problems_to_its_parts(district):
    source = district.villages[0]
    FindingFactory(district=district, grid=source, captured_at=beijing(2))
    FindingFactory(district=district, grid=source, captured_at=beijing(2), state="struck_off", struck_off_at=beijing(8))
    with clock.standing(beijing(10)):
        parts = [{"code": "n1", "name": "一"}, {"code": "n2", "name": "二"}]
        first, _second = places.split_grid(source, parts=parts, on=clock.today(), by=None)

    post(district)

    assert figures(source) == {"added": 2, "moved_out": 1, "closed": 1}
    assert figures(first) == {"moved_in": 1, "closing": 1}


# --- twice, at once, in any order ---------------------------------------------------------------------------------------------------
def kept() -> tuple:
    rows = AccountEntry.objects.values_list("event_key", "month", "organisation", "grid", "kind", "amount", "at", "stands_at", "paper_number")
    held = Account.objects.values_list("month", "organisation", "grid", *FIGURES)
    return sorted(rows), sorted(held, key=str)


def test_a_second_posting_changes_nothing(district):
    random_lives(district, seed=3, count=15, start=beijing(1, month=8), until=END)
    assert post(district).lines > 30
    before, keys = kept(), set(Account.objects.values_list("pk", flat=True))

    assert post(district) == posting.Posted(0, 0)
    assert (kept(), set(Account.objects.values_list("pk", flat=True))) == (before, keys)


@pytest.mark.parametrize("seed", range(4))
def test_it_does_not_matter_when_the_book_is_written(district, seed):
    """Posted once at the end, or as events come in: the same lines and figures."""
    random_lives(district, seed=seed, count=12, start=beijing(1, month=8), until=END)
    with transaction.atomic():
        posting.post(district, now=END)
        at_once = kept()
        transaction.set_rollback(True)
    for month, day in itertools.product((8, 9, 10), (10, 28)):
        posting.post(district, now=beijing(day, month=month))
    post(district)

    assert kept() == at_once


# --- what the database refuses ------------------------------------------------------------------------------------------------------
def test_the_database_refuses_an_account_that_does_not_add_up_or_go_on(district):
    task_of(district, at=beijing(1, month=9), due=beijing(9))
    post(district)
    town = {"district": district, "organisation": district._town_a}
    wrong = [
        lambda: Account.objects.filter(month=MONTH, **town).update(closed=1),
        lambda: Account.objects.filter(month=MONTH, **town).update(opening=2, closing=2),
        lambda: Account.objects.filter(month="2026-09", **town).update(added=2, closing=2),
        lambda: Account.objects.filter(month="2026-09", **town).delete(),
        lambda: Account.objects.create(month="2026-11", **town),
        lambda: Account.objects.create(month="2026-08", added=2, closing=2, **town),
        lambda: AccountEntry.objects.update(amount=-1),
        lambda: AccountEntry.objects.filter(organisation=district._town_a).delete(),
    ]
    for each in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            each()
    assert accounts.check(district) == []
