"""What people and phones are told when the database is away."""

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import path

from airduty.urls import handler500, urlpatterns

__all__ = ["handler500"]


def away(request):
    raise OperationalError("the database system is starting up")


def broken(request):
    raise RuntimeError("a fault of ours")


urlpatterns = [*urlpatterns, path("api/v1/away/", away), path("away/", away), path("broken/", broken)]


@pytest.fixture
def caller(db):
    with override_settings(ROOT_URLCONF=__name__, LOGIN_URL="/accounts/login/"):
        from tests.factories.accounts import UserFactory

        client = Client(raise_request_exception=False)
        client.force_login(UserFactory())
        yield client


def test_a_database_that_is_away_is_503_and_says_when_to_come_back(caller):
    answers = [caller.get("/away/"), caller.get("/api/v1/away/")]

    assert [(answer.status_code, answer["Retry-After"]) for answer in answers] == [(503, "10"), (503, "10")]
    assert answers[1].json()["code"] == "unavailable"


def test_any_other_fault_stays_500(caller):
    assert caller.get("/broken/").status_code == 500
