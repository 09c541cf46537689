"""An order that changes while somebody looks at it: the clock, a caller, or whoever hands photos in."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import devices
from audit import verify
from audit.models import AuditEvent
from common import clock
from common.errors import Conflict
from emergency.models import Receipt
from emergency.services import answers, electricity, problems, scan
from evidence.models import Photo
from inspections.models import Finding
from tests.factories.emergency import CODES, later
from tests.factories.evidence import photo_bytes

pytestmark = pytest.mark.django_db


def locked_after_record(asked) -> list[str]:
    """Rows asked for or changed when the record's chain is held already."""
    said = [query["sql"] for query in asked.captured_queries]
    begun = next(n for n, sql in enumerate(said) if "pg_advisory_xact_lock" in sql)
    return [sql for sql in said[begun:] if "FOR UPDATE" in sql or "FOR NO KEY" in sql or sql.startswith("UPDATE")]


def photo(seed: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("现场.jpg", photo_bytes(seed, size=(320, 240)), content_type="image/jpeg")


# --- looked at again under the lock --------------------------------------------------------------------------------------------------------
MEANWHILE = {
    "in_force": lambda place, order: answers.put_in_force(order, kind="lines", way="link", text="已停"),
    "declined": lambda place, order: problems.decline(order, by=place.office, note="已核实停产"),
    "replaced": lambda place, order: place.running("red", kind="upgrade"),
    "lifted": lambda place, order: place.running(kind="lift"),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_the_clock_leaves_alone_what_was_settled_after_it_had_looked(place, running, what):
    order = place.order(party="enterprise", enterprise__position=2)
    with later(minutes=61):
        scan.scan()
    with later(minutes=125):
        (found,) = [each for each in scan._due_for_filing(clock.now()) if each.pk == order.pk]
        MEANWHILE[what](place, order)

        assert scan._file(found) is False
    order.refresh_from_db()
    assert order.finding is None


def test_a_publisher_who_has_left_the_office_does_not_stop_the_clock(place, running):
    place.office.memberships.update(ends_on=clock.today() - dt.timedelta(days=1))
    with later(minutes=61):
        scan.scan()
    with later(minutes=122):
        assert scan.scan()["problems"] == 7

    assert set(Finding.objects.values_list("reporter", flat=True)) == {None}


def test_what_cannot_be_made_a_problem_is_named_in_the_log(place, running, caplog):
    place.district.problem_types.filter(code="emergency").update(code="renamed")
    with later(minutes=61):
        scan.scan()
    with later(minutes=122):
        assert scan.scan()["problems"] == 0

    assert place.order(party="enterprise", enterprise__position=2).number in caplog.text


def test_the_office_makes_no_problem_of_a_replaced_order(place):
    place.running("yellow")
    old = place.order(party="enterprise", enterprise__position=1)
    place.running("red", kind="upgrade")

    with pytest.raises(Conflict, match="不再立案"):
        problems.file_problem(old, by=place.office)


def test_nothing_is_locked_any_more_once_the_power_of_two_enterprises_is_on_record(place, running):
    device, _key = devices.issue(place.district.pk, "供电公司", by=place.office)
    day = clock.today() + dt.timedelta(days=1)
    with later(days=2), CaptureQueriesContext(connection) as asked:
        electricity.take(device, [{"credit_code": code, "day": day, "kwh": Decimal(990)} for code in CODES[:2]])

    assert AuditEvent.objects.filter(action="order.power").count() == 2
    assert locked_after_record(asked) == []


# --- calls and photos ----------------------------------------------------------------------------------------------------------------------
def test_a_call_goes_on_record_with_the_order_as_it_stands(place, running):
    stale = place.order(party="enterprise", enterprise__position=1)
    answers.put_in_force(stale, kind="lines", way="link", text="已停")
    answers.log_call(stale, by=place.office, outcome="no_answer")

    assert verify.run(district=place.district.pk, state=True).faults == []


def test_a_call_that_reached_somebody_stays_on_record_when_the_order_was_replaced_meanwhile(place):
    place.running("yellow")
    old = place.order(party="enterprise", enterprise__position=1)
    place.running("red", kind="upgrade")
    answers.log_call(old, by=place.office, outcome="answered", spoken_with="值班员")

    assert (old.calls.get().spoken_with, Receipt.objects.filter(order=old).exists()) == ("值班员", False)


def test_too_many_photos_are_refused_before_any_is_decoded_or_kept(place, running):
    order = place.order(party="enterprise", enterprise__position=1)
    broken = [SimpleUploadedFile(f"{n}.jpg", f"no photo {n}".encode(), content_type="image/jpeg") for n in range(12)]

    with pytest.raises(ValidationError, match="12"):
        answers.put_in_force(order, kind="photo", way="link", photos=[photo(1), *broken])
    assert not Photo.objects.exists()


def test_a_replaced_order_takes_no_photos_in(place):
    place.running("yellow")
    old = place.order(party="enterprise", enterprise__position=1)
    place.running("red", kind="upgrade")

    with pytest.raises(Conflict):
        answers.put_in_force(old, kind="photo", way="link", photos=[photo(1)])
    assert not Photo.objects.exists()
