"""Orders and the list follow when grids move, are split, or units are merged."""

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import verify
from audit.models import AuditEvent
from common import clock
from emergency import figures
from emergency.models import ListedEnterprise, Order, UnitMeasure, UnitReport
from emergency.services import answers, reporting, scan
from grids import services
from notices.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.emergency import later
from tests.factories.evidence import photo_bytes
from tests.factories.grids import SIDE, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(place):
    return UserFactory(sysadmin=place.district)


def receivers(person) -> list[str]:
    return sorted(order.receiver for order in Order.objects.visible_to(person).filter(party="enterprise"))


def test_orders_of_enterprises_go_with_their_grid_to_the_new_township(place, administrator):
    old, new = (UserFactory(town_handler=grid.organisation) for grid in (place.district.town_a, place.district.town_b))
    place.running()
    assert (receivers(old), receivers(new)) == (["测试企业0", "测试企业1"], ["测试企业2"])
    services.move_grid(place.district.villages[0], parent=place.district.town_b, by=administrator)

    assert (receivers(old), receivers(new)) == (["测试企业1"], ["测试企业0", "测试企业2"])
    assert [ListedEnterprise.objects.visible_to(person).count() for person in (old, new)] == [1, 2]


def halves(grid) -> list[dict]:
    west, south = grid.min_lon, grid.min_lat
    return [
        {"code": code, "name": name, "polygon": square(start, south, width=SIDE / 2)}
        for code, name, start in [("A1", "西片", west), ("A2", "东片", west + SIDE / 2)]
    ]


def test_orders_of_a_grid_that_is_split_go_to_the_part_in_which_the_enterprise_lies(place, administrator):
    place.running()
    village = place.district.villages[0]
    ListedEnterprise.objects.filter(position=1).update(lon=village.min_lon + SIDE * 0.75)
    first, east = services.split_grid(village, parts=halves(village), on=clock.today(), by=administrator)
    order = place.order(party="enterprise", enterprise__position=1)

    assert (order.grid, order.grid_path, order.enterprise.grid_path) == (east, east.path, east.path)
    assert place.order(party="grid", grid=first).grid_path == first.path
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_the_successor_of_a_merged_unit_signs_its_order_and_has_its_measures_next_time(place, administrator):
    handler = UserFactory(dept_handler=place.district.housing)
    UnitMeasure.objects.filter(organisation=place.district.ecology).delete()
    place.running()
    order = place.order(party="unit", organisation=place.district.housing)
    services.merge_organisations(place.district.housing, into=place.district.ecology, on=clock.today(), by=administrator)
    order.refresh_from_db()
    person = type(handler).objects.get(pk=handler.pk)

    assert (order.organisation, answers.acknowledge_own(order, by=person).by) == (place.district.ecology, person)
    assert UnitMeasure.objects.filter(organisation=place.district.ecology).exists()
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_a_successor_with_an_order_of_its_own_takes_the_other_measures_into_it(place, administrator):
    place.running()
    doubled, own = (place.order(party="unit", organisation=unit) for unit in (place.district.housing, place.district.ecology))
    services.merge_organisations(place.district.housing, into=place.district.ecology, on=clock.today(), by=administrator)
    lines = [*own.measures, *(line for line in doubled.measures if line not in own.measures)]
    doubled.refresh_from_db()
    own.refresh_from_db()

    assert (doubled.state, own.state, own.measures) == ("superseded", "issued", lines)
    assert verify.run(district=place.district.pk, state=True).faults == []


HELD = {
    "split": (
        (
            "alarms_alarm",
            "alarms_alarmsource",
            "airquality_station",
            "emergency_order",
            "emergency_listedenterprise",
            "registers_site",
            "inspections_finding",
            "inspections_patrol",
            "inspections_visit",
        ),
        lambda place, by: services.split_grid(place.district.villages[0], parts=halves(place.district.villages[0]), on=clock.today(), by=by),
    ),
    "merge": (
        ("emergency_order", "registers_site", "inspections_finding"),
        lambda place, by: services.merge_organisations(place.district.housing, into=place.district.ecology, on=clock.today(), by=by),
    ),
}


@pytest.mark.parametrize("what", HELD)
def test_what_a_split_or_a_merger_moves_is_locked_before_anything_is_on_record(place, administrator, what):
    UserFactory(dept_handler=place.district.housing)
    place.running()
    tables, act = HELD[what]
    with CaptureQueriesContext(connection) as asked:
        act(place, administrator)
    said = [query["sql"] for query in asked.captured_queries]
    before = said[: next(n for n, sql in enumerate(said) if "pg_advisory_xact_lock" in sql)]

    assert {table for table in tables if any(f'FOR UPDATE OF "{table}"' in sql for sql in before)} == set(tables)


def test_a_successor_that_had_answered_is_asked_anew_for_the_measures_it_has_got(place, administrator):
    handler = UserFactory(dept_handler=place.district.ecology)
    place.running()
    own = place.order(party="unit", organisation=place.district.ecology)
    answers.show_own(own, by=handler, kind="words", text="已落实")
    with later(hours=5):
        moment = clock.now()
        services.merge_organisations(place.district.housing, into=place.district.ecology, on=clock.today(), by=administrator)
        own.refresh_from_db()
        due = (own.ack_due_at - moment, own.force_due_at - moment)
        again = answers.acknowledge_own(own, by=handler)

    assert (own.state, own.in_force_at, due) == ("issued", None, (dt.timedelta(minutes=30), dt.timedelta(hours=1)))
    assert again.at >= moment
    assert Notice.objects.filter(kind="emergency.order", recipient=handler, channel="inbox").count() == 2
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_after_a_merger_one_order_is_counted_and_the_successor_alone_reports(place, administrator):
    episode, day = place.running(), clock.today()
    before = figures.of_day(episode, day)["orders"]
    closed = place.district.housing
    reporting.report(episode, closed, day, by=place.office, version=None, **dict.fromkeys(UnitReport.NUMBERS, 1), note="")
    services.merge_organisations(closed, into=place.district.ecology, on=day, by=administrator)

    assert figures.of_day(episode, day)["orders"] == before - 1
    assert closed in figures.units_of(episode, day - dt.timedelta(days=1)) and closed not in figures.units_of(episode, day)
    assert [row["unit"] for row in figures.by_unit(episode, day) if row["report"]] == [closed]


# --- lifts ----------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("received", "stands"), [(True, "done"), (False, "issued")])
def test_a_lift_of_the_successor_stands_for_the_merged_units_too(place, administrator, received, stands):
    handler = UserFactory(dept_handler=place.district.ecology)
    episode = place.lifted()
    left, own = (
        Order.objects.get(episode=episode, is_lift=True, party="unit", organisation=unit) for unit in (place.district.housing, place.district.ecology)
    )
    if received:
        answers.acknowledge_own(own, by=handler)
    services.merge_organisations(place.district.housing, into=place.district.ecology, on=clock.today(), by=administrator)
    left.refresh_from_db()
    own.refresh_from_db()

    assert (left.state, left.organisation, own.state, own.measures) == ("superseded", place.district.housing, stands, left.measures)
    assert AuditEvent.objects.filter(action="order.succeed", object_id=str(left.pk)).exists()
    assert verify.run(district=place.district.pk, state=True).faults == []


# --- after a merger -------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def asked_anew(place, administrator):
    """The successor's order, put in force before the merger gave it more measures."""
    handler = UserFactory(dept_handler=place.district.ecology)
    place.running()
    own = place.order(party="unit", organisation=place.district.ecology)
    answers.show_own(own, by=handler, kind="photo", text="", photos=[photo()])
    answers.show_own(own, by=handler, kind="words", text="已落实")
    services.merge_organisations(place.district.housing, into=place.district.ecology, on=clock.today(), by=administrator)
    own.refresh_from_db()
    assert own.state == "issued"
    return own, handler


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("现场.jpg", photo_bytes(1, size=(320, 240)), content_type="image/jpeg")


def test_the_same_words_are_said_anew_of_the_measures_it_has_got(asked_anew):
    own, handler = asked_anew
    made = [len(answers.show_own(own, by=handler, kind="words", text="已落实")) for _turn in range(2)]
    own.refresh_from_db()

    assert (made, own.state) == ([1, 0], "in_force")


def test_the_same_photo_is_no_evidence_of_them_and_its_sender_is_told(asked_anew):
    own, handler = asked_anew
    with pytest.raises(ValidationError, match="请重新拍照"):
        answers.show_own(own, by=handler, kind="photo", text="", photos=[photo()])
    own.refresh_from_db()

    assert own.state == "issued"


def test_an_order_that_was_late_before_the_merger_is_missed_again_after_it(place, administrator):
    handler = UserFactory(dept_handler=place.district.ecology)
    place.running()
    own = place.order(party="unit", organisation=place.district.ecology)
    for order in Order.objects.filter(decision=own.decision).exclude(pk=own.pk):
        answers.acknowledge(order, name="某人", way="link")
    with later(minutes=31):
        scan.scan()
        answers.show_own(own, by=handler, kind="words", text="已落实")
        services.merge_organisations(place.district.housing, into=place.district.ecology, on=clock.today(), by=administrator)
    with later(minutes=70):
        scan.scan()

    assert Notice.objects.filter(kind="emergency.unanswered", recipient=place.office, channel="inbox").count() == 2


def test_rows_below_a_grid_that_moves_are_locked_in_the_order_of_their_keys(place, administrator):
    place.running()
    with CaptureQueriesContext(connection) as asked:
        services.move_grid(place.district.villages[0], parent=place.district.town_b, by=administrator)
    said = [query["sql"] for query in asked.captured_queries]

    for table in ("emergency_order", "emergency_listedenterprise"):
        changed = next(n for n, sql in enumerate(said) if sql.startswith(f'UPDATE "{table}"'))
        assert any(re.search(rf'ORDER BY \S+ ASC FOR UPDATE OF "{table}"', sql) for sql in said[:changed])
