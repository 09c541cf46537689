"""Whatever happens to problems, units and grids, and whenever it is posted: accounts add up, go on, and hold what is open. Walks chosen by Hypothesis."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from common import clock
from grids import services as places
from grids.models import Grid, Organisation
from inspections.models import Finding
from rectification.models import Task, TaskEvent
from scorecards.models import FIGURES, Account, AccountEntry, Settlement
from scorecards.services import accounts, posting
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory
from tests.factories.inspections import FindingFactory
from tests.factories.scorecards import MONTH, beijing
from tests.rectification.scene import Scene
from tests.rectification.test_any_way import chosen, take
from tests.scorecards.lives import random_lives

PICK = st.integers(min_value=0, max_value=10**6)
STEP = st.tuples(st.sampled_from(["step"] * 9 + ["post", "grids", "split", "units", "settle"]), PICK, st.integers(min_value=1, max_value=400))


@pytest.fixture
def scene(db):
    return Scene()


@pytest.mark.django_db
@given(walk=st.lists(STEP, min_size=8, max_size=40), may_settle=st.booleans())
@settings(max_examples=10, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_history_keeps_the_books_right(scene, walk, may_settle):
    with transaction.atomic():
        now = clock.now()
        twin = scene.finding("assigned", number="2026-900000")
        for state in ("reported", "registered", "assigned", "rectified", "struck_off"):
            scene.finding(state, risk="low")
        with_history(scene)
        FindingFactory(district=scene.district, problem_type=scene.type, reported=True, source="covert_visit", is_sealed=True)
        frozen: dict = {}
        for what, pick, hours in walk:
            now += dt.timedelta(hours=hours)
            with clock.standing(now):
                happen(scene, what, pick, now, twin, frozen if may_settle else None)
        posting.post(scene.district, now=now)
        assert accounts.check(scene.district) == []
        assert posting.post(scene.district, now=now) == posting.Posted(0, 0)
        assert all(figures(scene.district, month) == before for month, before in frozen.items())
        if not frozen:
            assert kept(scene.district) == written_anew(scene.district, now)
        transaction.set_rollback(True)


def with_history(scene) -> None:
    """The steps by which passed tasks became so, which factories leave out."""
    for task in Task.objects.filter(district=scene.district, state="passed"):
        TaskEvent.objects.create(task=task, action="pass", from_state="fed_back", to_state="passed", at=task.passed_at)


def happen(scene, what, pick, now, twin, frozen) -> None:
    if what == "post":
        posting.post(scene.district, now=now)
    elif what == "settle":
        settle(scene, now, frozen)
    elif what == "step":
        some_step(scene, pick, twin)
    else:
        reorganise(scene, what, pick)


def some_step(scene, pick, twin) -> None:
    findings = Finding.objects.filter(district=scene.district).order_by("pk")
    if step := chosen(scene, findings[pick % len(findings)], pick):
        take(scene, *step, twin=twin)


def reorganise(scene, what, pick) -> None:
    grids = list(Grid.objects.filter(district=scene.district, level=3, valid_to=None).order_by("pk"))
    towns = list(Organisation.objects.filter(district=scene.district, kind="township", valid_to=None).order_by("pk"))
    try:
        with transaction.atomic():
            if what == "units" and len(towns) > 1:
                places.merge_organisations(towns[pick % 2], into=towns[1 - pick % 2], on=clock.today(), by=None)
            elif what == "grids" and len(grids) > 1:
                source = grids.pop(pick % len(grids))
                places.merge_grids(source, into=grids[pick % len(grids)], on=clock.today(), by=None)
            elif what == "split" and grids:
                parts = [{"code": f"p{Grid.objects.count()}-{n}", "name": f"第{n}片"} for n in range(2)]
                places.split_grid(grids[pick % len(grids)], parts=parts, on=clock.today(), by=None)
    except ValidationError:
        pass


def settle(scene, now, frozen) -> None:
    month = clock.previous_month(clock.beijing(now).date())
    if frozen is None or Settlement.objects.filter(district=scene.district, month__gte=month).exists():
        return
    posting.post(scene.district, now=now)
    people = {"proposed_by": UserFactory(), "approved_by": UserFactory()}
    Settlement.objects.create(district=scene.district, month=month, state="settled", proposed_at=now, approved_at=now, digest="x" * 64, **people)
    frozen[month] = figures(scene.district, month)


def figures(district, month: str) -> list:
    return sorted(Account.objects.filter(district=district, month=month).values_list("organisation", "grid", *FIGURES), key=str)


def kept(district) -> tuple:
    rows = AccountEntry.objects.filter(district=district)
    columns = ("event_key", "month", "organisation", "grid", "kind", "amount", "at", "stands_at", "paper_number", "is_late")
    held = Account.objects.filter(district=district).values_list("month", "organisation", "grid", *FIGURES)
    return sorted(rows.values_list(*columns), key=str), sorted(held, key=str)


def written_anew(district, now) -> tuple:
    """The books as they would be had nobody posted before now."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("DELETE FROM scorecards_account WHERE district_id = %s", [district.pk])
            cursor.execute("DELETE FROM scorecards_accountentry WHERE district_id = %s", [district.pk])
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        posting.post(district, now=now)
        found = kept(district)
        transaction.set_rollback(True)
    return found


# --- at once ------------------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_scans_at_once_book_everything_once():
    district = DistrictFactory()
    random_lives(district, seed=1, count=12, start=beijing(1, month=8), until=beijing(31))
    start, results = threading.Barrier(2), []

    def scan():
        start.wait()
        try:
            results.append(posting.post(district, now=beijing(31, 20)).lines)
        finally:
            connection.close()

    threads = [threading.Thread(target=scan) for _n in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(results) == [0, AccountEntry.objects.count()]
    assert accounts.check(district) == []


@pytest.mark.django_db(transaction=True)
def test_a_step_that_is_taken_during_a_scan_is_booked_by_the_next():
    district = DistrictFactory()
    random_lives(district, seed=2, count=6, start=beijing(1, month=8), until=beijing(20))
    going_on = TaskEvent.objects.filter(to_state="passed").order_by("pk").last().task
    posting.post(district, now=beijing(31, 20))
    taken, go_on = threading.Event(), threading.Event()

    def reopen():
        try:
            with transaction.atomic():
                TaskEvent.objects.create(task=going_on, action="reopen", from_state="passed", to_state="returned", at=beijing(25))
                going_on.state = "returned"
                going_on.save()
                taken.set()
                go_on.wait(30)
        finally:
            connection.close()

    worker = threading.Thread(target=reopen)
    worker.start()
    taken.wait(30)
    assert posting.post(district, now=beijing(31, 20)).lines == 0
    go_on.set()
    worker.join()

    assert posting.post(district, now=beijing(31, 20)).lines == 1
    assert accounts.check(district) == []
    assert (
        Account.objects.get(organisation=going_on.organisation, month=MONTH).closed
        == -1 + AccountEntry.objects.filter(organisation=going_on.organisation, month=MONTH, kind="closed", amount=1).count()
    )
