"""The independent recount judges by the rules written in design 4, on rows as the API gives them."""

from bench import recount_month

START, END = recount_month.bounds("2026-10")


def task(**more):
    plain = {
        "role": "territorial",
        "organisation": "甲街道",
        "state": "passed",
        "assigned_at": "2026-10-02T08:00:00+08:00",
        "returns": 0,
        "extensions": 0,
    }
    dates = {"due_at": "2026-10-05T23:59:59+08:00", "fed_back_at": "2026-10-04T08:00:00+08:00", "passed_at": "2026-10-06T08:00:00+08:00"}
    return plain | dates | more


def recounted(*tasks):
    found, unclear = recount_month.recount([{"uuid": f"f{n}", "tasks": [each]} for n, each in enumerate(tasks)], START, END)
    return {code: tuple(figure[:2]) for (_unit, code), figure in found.items()}, unclear


def test_the_feedback_decides_and_not_the_verification():
    assert recounted(task(), task(fed_back_at="2026-10-06T00:00:00+08:00"))[0] == {"on_time_rate": (1, 2)}


def test_what_is_open_and_late_counts_against_the_unit_even_when_it_was_handed_in_later():
    late = task(fed_back_at="2026-11-02T08:00:00+08:00", passed_at="2026-11-03T08:00:00+08:00")
    assert recounted(late, task(state="accepted", fed_back_at=None, passed_at=None))[0] == {"on_time_rate": (0, 2), "open_overdue": (2, 2)}


def test_supporting_parties_and_other_months_do_not_count():
    assert recounted(task(role="support"), task(assigned_at="2026-11-01T00:00:00+08:00"), task(passed_at="2026-09-30T08:00:00+08:00"))[0] == {}


def test_a_row_whose_past_the_export_does_not_show_is_named():
    assert recounted(task(state="accepted", fed_back_at=None, passed_at=None, returns=1))[1] == {"f0"}
