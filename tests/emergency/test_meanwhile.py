"""An order that changes while somebody looks at it: the clock, a caller, or whoever hands photos in."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import devices
from audit import verify
from audit.models import AuditEvent
from common import clock
from common.errors import Conflict
from emergency.models import Order, Receipt
from emergency.services import answers, decisions, electricity, problems, scan
from evidence.models import Photo
from inspections.models import Finding
from notices.models import Notice
from tests.factories.accounts import UserFactory
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


def test_a_lift_locks_the_orders_it_ends_in_the_order_of_their_keys(place, running):
    step = place.approved(kind="lift")
    with CaptureQueriesContext(connection) as asked:
        decisions.publish(step, by=place.office, version=step.version)
    said = [query["sql"] for query in asked.captured_queries]
    ended = next(n for n, sql in enumerate(said) if sql.startswith('UPDATE "emergency_order"'))

    assert any(re.search(r'ORDER BY \S+ ASC FOR UPDATE OF "emergency_order"', sql) for sql in said[:ended])


# --- sent once more ------------------------------------------------------------------------------------------------------------------------
def test_a_photo_that_was_refused_is_not_taken_for_an_answer(place, running):
    order = place.order(party="enterprise", enterprise__position=1)
    (piece,) = answers.put_in_force(order, kind="photo", way="link", photos=[photo(1)])
    answers.refuse_evidence(piece, by=place.office, note="看不出停产")
    with pytest.raises(ValidationError, match="这张照片已被退回（看不出停产），请重新拍照") as refused:
        answers.put_in_force(order, kind="photo", way="link", photos=[photo(1)])
    order.refresh_from_db()
    assert (list(refused.value.message_dict), order.state) == (["photos"], "acknowledged")

    answers.put_in_force(order, kind="photo", way="link", text="换了角度", photos=[photo(1), photo(2)])
    order.refresh_from_db()
    assert order.state == "in_force"


def test_the_unit_reads_on_the_page_why_its_photo_does_not_count(place, running, client):
    handler = UserFactory(dept_handler=place.district.housing)
    order = place.order(party="unit", organisation=place.district.housing)
    (piece,) = answers.show_own(order, by=handler, kind="photo", text="", photos=[photo(1)])
    answers.refuse_evidence(piece, by=place.office, note="不是现场")
    client.force_login(handler, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("emergency:in_force", args=[order.pk]), {"kind": "photo", "text": "", "photos": [photo(1)]})

    assert answer.status_code == 400
    assert "这张照片已被退回（不是现场）" in answer.content.decode() and "凭证已提交" not in answer.content.decode()


def test_no_link_is_sent_again_that_would_not_open(place, client):
    place.running("yellow")
    old = place.order(party="enterprise", enterprise__position=1)
    place.running("red", kind="upgrade")
    newer = place.order(party="enterprise", enterprise__position=1)
    place.running("red", kind="lift")
    lift = Order.objects.get(is_lift=True, enterprise=old.enterprise)
    before = Notice.objects.count()
    for order in (old, newer):
        with pytest.raises(ValidationError, match="在最新的一份上发送"):
            answers.send_again(order, by=place.office)
    assert Notice.objects.count() == before
    answers.send_again(lift, by=place.office)
    assert Notice.objects.count() == before + 1

    client.force_login(place.office, backend="django.contrib.auth.backends.ModelBackend")
    with later(hours=25):
        answer = client.post(reverse("emergency:send_again", args=[lift.pk]), follow=True).content.decode()
    assert Notice.objects.count() == before + 1
    assert "签收链接不再打开" in answer and "已重新发送" not in answer
