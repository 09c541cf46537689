import datetime as dt

import pytest

from evidence.services import plausibility
from tests.factories.evidence import PhotoFactory

TAKEN = dt.datetime(2026, 11, 20, 8, 30, tzinfo=dt.UTC)


@pytest.fixture
def photo():
    return PhotoFactory.build(stated_lon=116.391, stated_lat=39.907, stated_taken_at=TAKEN)


@pytest.mark.parametrize(
    ("lon", "lat", "hours", "flags"),
    [
        (116.391, 39.907, 0, []),
        (116.391, 39.9112, 23, []),  # 467 m north
        (116.391, 39.9118, 0, ["far_from_place"]),  # 534 m
        (116.3975, 39.907, -25, ["far_from_place", "time_differs"]),  # 554 m east
        (None, None, 25, ["time_differs"]),
    ],
)
def test_flags(photo, lon, lat, hours, flags):
    assert plausibility(photo, lon=lon, lat=lat, at=TAKEN + dt.timedelta(hours=hours)) == flags


def test_what_the_device_does_not_state_is_not_held_against_anyone():
    assert plausibility(PhotoFactory.build(), lon=116.0, lat=39.0, at=TAKEN) == []
