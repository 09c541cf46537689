"""Two people, or one person twice, at the same moment."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.errors import Conflict
from emergency.models import Decision, Episode, Evidence, Order, Receipt
from emergency.services import answers, decisions, problems, scan
from inspections.models import Finding
from tests.factories.emergency import later, ready
from tests.factories.evidence import photo_bytes

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts) -> list:
    """What each gave back, or its refusal."""
    begin, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(n, act):
        begin.wait()
        try:
            found[n] = act()
        except (Conflict, ValidationError) as refused:
            found[n] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def kinds(found: list) -> list[str]:
    return sorted(type(each).__name__ for each in found)


def test_two_officials_start_one_episode():
    place = ready()
    found = at_once(*(lambda who=who: decisions.draft(place.district, "start", by=who, **place.words()) for who in (place.office, place.director)))

    assert kinds(found) == ["Conflict", "Decision"]
    assert Episode.objects.count() == 1


def test_approved_and_sent_back_at_once_one_of_them_holds():
    place = ready()
    step = place.drafted()
    step = decisions.submit(step, by=place.office, version=step.version)
    found = at_once(
        lambda: decisions.approve(Decision.objects.get(pk=step.pk), by=place.head, version=step.version),
        lambda: decisions.send_back(Decision.objects.get(pk=step.pk), by=place.deputy, version=step.version, note="再议"),
    )

    assert kinds(found) == ["Conflict", "Decision"]


def test_published_by_two_at_once_the_orders_go_out_once():
    place = ready()
    step = place.approved()
    publish = lambda who: decisions.publish(Decision.objects.get(pk=step.pk), by=who, version=step.version)  # noqa: E731
    found = at_once(lambda: publish(place.office), lambda: publish(place.director))

    assert kinds(found) == ["Conflict", "Decision"]
    assert Order.objects.count() == 11


def test_received_and_shown_twice_at_once_there_is_one_receipt_and_one_piece():
    place = ready()
    place.running()
    order = place.order(party="enterprise", enterprise__position=1)
    show = lambda: answers.put_in_force(order, kind="lines", way="link", name="王示例", text="停炉")  # noqa: E731
    at_once(show, show, *(lambda n=n: answers.acknowledge(order, name=f"某{n}", way="link") for n in range(2)))

    assert (Receipt.objects.filter(order=order).count(), Evidence.objects.count()) == (1, 1)
    assert Order.objects.get(pk=order.pk).state == "in_force"


def test_two_scans_and_the_office_make_one_problem():
    place = ready(enterprises=1)
    place.running()
    order = place.order(party="enterprise")
    with later(minutes=61):
        scan.scan()
    moment = order.issued_at

    def look():
        from datetime import timedelta

        return scan.scan(moment + timedelta(hours=3))

    at_once(look, look, lambda: problems.file_problem(order, by=place.office))

    assert Finding.objects.filter(emergency_orders=order).count() == 1
    assert Finding.objects.filter(source="emergency").count() == Order.objects.exclude(finding=None).count()


def test_photos_are_stored_before_the_transaction_in_which_the_order_is_locked():
    place = ready(enterprises=1)
    place.running()
    order = place.order(party="enterprise")
    upload = SimpleUploadedFile("现场.jpg", photo_bytes(1, size=(320, 240)), content_type="image/jpeg")
    with CaptureQueriesContext(connection) as asked:
        answers.put_in_force(order, kind="photo", way="link", photos=[upload])
    said = [query["sql"] for query in asked.captured_queries]
    kept = next(n for n, sql in enumerate(said) if sql.startswith('INSERT INTO "emergency_evidence"'))
    begun = max(n for n, sql in enumerate(said[:kept]) if sql.startswith("BEGIN"))

    assert any(sql.startswith('INSERT INTO "evidence_photo"') for sql in said[:begun])
    assert any('"emergency_order"' in sql for sql in said[begun:kept])
