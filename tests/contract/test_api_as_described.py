"""Whatever a program sends to any address of the API, the answer is one the description names, and never a 5xx."""

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from rest_framework.authtoken.models import Token
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.rectification.scene import Scene

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


@pytest.fixture
def described(db):
    """The description, with the program in this process and on the test's own connection, as Django's test client has it."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@pytest.fixture
def office(db):
    """A scene with rows to be met, and the token of somebody who sees them all."""
    scene = Scene()
    scene.finding("reported")
    scene.task("assigned")
    return {"Authorization": f"Token {Token.objects.create(user=scene['office']).key}"}


def test_every_answer_is_as_described(described, office):
    for found in described.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=8, suppress_health_check=list(HealthCheck))
        def ask(case):
            case.call_and_validate(headers=office, checks=CHECKS)

        ask()
