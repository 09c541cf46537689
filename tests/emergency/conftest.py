"""A district with its list, its measures and the people who run a warning."""

import pytest

from tests.factories.emergency import ready


@pytest.fixture
def place():
    return ready()


@pytest.fixture
def office(place, client):
    """A browser in which the office is signed in."""
    client.force_login(place.office, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def running(place):
    return place.running("orange")
