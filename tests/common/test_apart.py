"""One row that nobody foresaw holds up none of the others, and is not hidden."""

import pytest
from django.db import OperationalError

from common.apart import Apart


def halves(number: int) -> int:
    return 12 // number


def test_the_others_are_dealt_with_and_all_faults_are_raised_in_the_end(caplog):
    with pytest.raises(ExceptionGroup) as failed, Apart("a scan") as each:
        first, second = each([1, 0, 2], halves), each([0, 3], halves)

    assert (first, second) == ([12, 6], [4])
    assert [type(fault) for fault in failed.value.exceptions] == [ZeroDivisionError, ZeroDivisionError]
    assert [record.getMessage() for record in caplog.records] == ["a scan: int ", "a scan: int "]


def test_nothing_goes_on_when_the_database_fails():
    seen = []

    def fails(row):
        seen.append(row)
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError), Apart("a scan") as each:
        each([1, 2], fails)

    assert seen == [1]


def test_without_faults_nothing_is_raised():
    with Apart("a scan") as each:
        assert each([1, 2], halves) == [12, 6]
