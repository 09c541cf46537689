"""The examples in the code hold."""

import doctest

import pytest

from airquality import swap
from airquality.aqi import composite, index, levels, means, ranks, rounding, targets


@pytest.mark.parametrize("module", [composite, index, levels, means, ranks, rounding, swap, targets])
def test_the_examples_in_the_code_hold(module):
    found = doctest.testmod(module)
    assert (found.failed, found.attempted > 0) == (0, True)
