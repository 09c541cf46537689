"""A district with its list, its measures and the people who run a warning."""

import pytest

from tests.factories.emergency import ready


@pytest.fixture
def place():
    return ready()


@pytest.fixture
def running(place):
    return place.running("orange")
