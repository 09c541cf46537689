"""Signing in and out, and being refused, are on record."""

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from audit.middleware import record_refusals
from audit.models import AuditEvent
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def acts():
    return list(AuditEvent.objects.order_by("seq").values_list("action", "result", "actor_name"))


def test_sign_in_and_out_are_recorded(client):
    person = UserFactory(name="示例甲")
    client.force_login(person)
    client.logout()

    assert acts() == [("session.sign_in", "ok", "示例甲"), ("session.sign_out", "ok", "示例甲")]


def attempt(username, password):
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "10.0.0.9"
    try:
        return authenticate(request, username=username, login=username, password=password)
    except PermissionDenied:
        return None


def test_failures_and_the_lock_are_recorded_without_the_password(settings):
    person = UserFactory()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        attempt(person.username, "Wrong-Horse-1")

    assert acts()[0] == ("session.sign_in", "failed", "anonymous")
    assert ("session.lock", "locked", "anonymous") in acts()
    assert attempt(person.username, PASSWORD) is None
    assert not AuditEvent.objects.filter(payload__contains="Horse").exists()
    assert AuditEvent.objects.filter(payload__contains=person.username).exists()


def test_refusal_is_recorded_with_the_address_asked_for():
    request = RequestFactory().post("/notices/1/open/", {"secret": "x"})
    request.user = UserFactory(name="示例乙")

    record_refusals(lambda _request: HttpResponse(status=403))(request)

    event = AuditEvent.objects.get()
    assert (event.action, event.result, event.actor_name) == ("access.refused", "refused", "示例乙")
    assert event.details == {"method": "POST", "path": "/notices/1/open/"}


@pytest.mark.parametrize("status", [200, 404])
def test_other_answers_are_not_refusals(status):
    request = RequestFactory().get("/")
    request.user = UserFactory()

    record_refusals(lambda _request: HttpResponse(status=status))(request)

    assert acts() == []


def test_sign_ins_belong_to_the_district_of_the_person(client, settings):
    settings.AUDIT_HOME = "tests.audit.test_acts_of_sign_in.three"
    person = UserFactory()
    client.force_login(person)
    attempt(person.username, "Wrong-Horse-1")
    attempt("nobody", "Wrong-Horse-1")

    assert list(AuditEvent.objects.order_by("pk").values_list("district_id", "result")) == [(3, "ok"), (3, "failed"), (0, "failed")]


def three(user):
    return 3
