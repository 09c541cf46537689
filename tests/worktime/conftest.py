import pytest

from worktime import calendar


@pytest.fixture(autouse=True)
def _calendar_as_seeded():
    """What one test has edited was rolled back; the process must not remember it."""
    calendar.forget()
    yield
    calendar.forget()
