"""Which level follows from a forecast, by the rule of its date, and why (domain 8.1, 8.2)."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from common import clock
from emergency import thresholds
from emergency.defaults import THRESHOLDS
from emergency.models import ThresholdRule
from emergency.services import rules
from tests.factories.emergency import ready

OLD, NEW = (row[3] for row in THRESHOLDS)
FIRST = dt.date(2026, 12, 1)


def days(*values) -> list:
    return [(clock.at(FIRST + dt.timedelta(days=n)), value) for n, value in enumerate(values)]


def hours(*values) -> list:
    return [(clock.at(FIRST) + dt.timedelta(hours=n), value) for n, value in enumerate(values)]


def level(rows, levels=NEW, *, by_hour=False, gap=12) -> str:
    return thresholds.judge(rows, by_hour=by_hour, levels=levels, gap_hours=gap).level


@pytest.mark.parametrize(
    ("values", "new", "old"),
    [
        ((150, 150, 150, 150), "", ""),
        ((151,), "", ""),
        ((151, 151), "yellow", ""),
        ((201,), "yellow", ""),
        ((200, 200), "yellow", ""),
        ((151, 151, 151), "orange", ""),
        ((201, 201), "orange", "yellow"),
        ((201, 201, 201), "orange", "orange"),
        ((201, 301, 201), "red", "orange"),
        ((201, 201, 201, 100, 301), "orange", "orange"),
        ((201, 301, 301, 201), "red", "red"),
        ((201, 301, 201, 201), "red", "orange"),
        ((500,), "yellow", "red"),
        ((160, 90, 160), "", ""),
    ],
)
def test_levels_by_both_rules(values, new, old):
    assert (level(days(*values)), level(days(*values), OLD)) == (new, old)


def test_a_day_is_any_consecutive_24_hours():
    """No calendar day is above 200, but 24 hours over midnight are."""
    values = [100] * 12 + [260] * 24 + [100] * 12

    assert max(sum(values[n * 24 : n * 24 + 24]) / 24 for n in range(2)) < 200
    assert level(hours(*values), by_hour=True) == "yellow"


def test_a_short_gap_joins_two_spells_and_a_long_one_does_not():
    """Two days above 150 with twelve clean hours between them."""
    spell, short, long = [260] * 24, [60] * 12, [60] * 30

    assert level(hours(*spell, *short, *spell), by_hour=True, gap=12) == "orange"
    assert level(hours(*spell, *long, *spell), by_hour=True, gap=12) == "yellow"


def test_a_later_spell_may_reach_what_an_earlier_one_as_long_does_not():
    assert level(days(210, 210, 210, 90, 90, 210, 310, 210)) == "red"


def test_the_hours_above_the_second_limit_may_end_the_spell():
    assert level(hours(*[210] * 56, *[320] * 24), by_hour=True) == "red"


def test_a_table_that_is_too_long_is_refused():
    with pytest.raises(ValidationError, match="401"):
        thresholds.read("\n".join(f"{FIRST + dt.timedelta(days=n)} 100" for n in range(401)))


def test_hours_with_a_hole_make_no_day():
    rows = hours(*[300] * 30)
    del rows[12]

    assert level(rows, by_hour=True) == ""


def test_the_reasons_name_hours_and_figures():
    proposal = thresholds.judge(days(212, 231), by_hour=False, levels=NEW, gap_hours=12)

    assert proposal.reasons == ["12-01 00:00至12-03 00:00共48小时，日AQI为212、231，均大于200，达到持续48小时的条件"]


@pytest.mark.parametrize(
    ("values", "running", "words"),
    [
        ((90, 80), "", "不必启动预警"),
        ((212, 90), "", "建议启动黄色预警"),
        ((212, 231), "yellow", "建议升级为橙色预警"),
        ((212, 90), "orange", "建议降级为黄色预警"),
        ((212, 231), "orange", "维持橙色预警"),
        ((90, 80), "orange", "低于黄色条件并将持续48小时，可以解除"),
        ((90,), "orange", "低于黄色条件，但只持续24小时，暂不解除"),
    ],
)
def test_what_follows_for_the_district_as_it_stands(values, running, words):
    proposal = thresholds.judge(days(*values), by_hour=False, levels=NEW, gap_hours=12)

    assert thresholds.advice(proposal, running=running, lift_hours=36) == words


@pytest.mark.parametrize("line", ["2026-12-01 212", "2026/12/1\t212", "2026年12月1日 212", "2026.12.01，212", "2026-12-01 AQI212"])
def test_days_are_read_as_people_write_them(line):
    if "AQI" in line:
        with pytest.raises(ValidationError):
            thresholds.read(line)
    else:
        assert thresholds.read(line) == ([(clock.at(FIRST), 212)], False)


@pytest.mark.parametrize("line", ["2026-12-01 08 212", "2026-12-01 08:00 212", "2026-12-01 8时 212", "2026-12-01\t08\t212"])
def test_hours_are_read_as_people_write_them(line):
    assert thresholds.read(line) == ([(clock.at(FIRST, dt.time(8)), 212)], True)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "请粘贴"),
        ("明天 212", "第 1 行"),
        ("2026-12-01 212\n2026-13-01 200", "第 2 行"),
        ("2026-12-01 900", "第 1 行"),
        ("2026-12-01 212\n2026-12-01 213", "写了两次"),
        ("2026-12-01 212\n2026-12-02 08 213", "统一"),
    ],
)
def test_wrong_lines_are_named(text, word):
    with pytest.raises(ValidationError) as refused:
        thresholds.read(text)

    assert word in "".join(refused.value.messages)


@pytest.mark.django_db
def test_the_rule_of_the_forecasts_first_day_judges_it_and_the_proposal_is_kept():
    place = ready()
    ThresholdRule.objects.create(
        district=place.district, name="2027年起", effective_from=dt.date(2027, 1, 1), levels=NEW | {"yellow": [[{"above": 100, "hours": 24}]]}
    )
    before = rules.judge(place.district, text="2026-12-30 120", source="会商", by=place.office)
    after = rules.judge(place.district, text="2027-01-01 120", source="会商", by=place.office)

    assert [(found.level, found.rule.name) for found in (before, after)] == [("", "2024年起的统一分级条件"), ("yellow", "2027年起")]
    assert after.proposal["advice"] == "建议启动黄色预警"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "levels", [{}, NEW | {"red": []}, NEW | {"red": [[{"above": 300, "hours": 30}]]}, NEW | {"red": [[{"above": 0, "hours": 24}]]}]
)
def test_a_rule_that_cannot_be_meant_is_refused(levels):
    with pytest.raises(ValidationError):
        rules.check_levels(levels)
