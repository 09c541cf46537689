import pytest

from common import coordinates as c


def test_known_places_come_out_where_the_maps_show_them():
    assert c.wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.410244, 39.916404), abs=1e-6)
    assert c.wgs84_to_bd09(116.404, 39.915) == pytest.approx((116.416627, 39.922699), abs=1e-6)


@pytest.mark.parametrize("place", [(114.1, 34.2), (121.47, 31.23), (87.6, 43.8)])
def test_there_and_back_is_the_same_place(place):
    assert c.gcj02_to_wgs84(*c.wgs84_to_gcj02(*place)) == pytest.approx(place, abs=1e-7)
    assert c.bd09_to_wgs84(*c.wgs84_to_bd09(*place)) == pytest.approx(place, abs=1e-7)


def test_abroad_nothing_is_moved():
    assert c.wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)
