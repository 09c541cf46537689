"""Ladders and money by the air of settled months; what a month would look like with other figures of air."""

import pytest

from scorecards import services
from scorecards.models import Scorecard, ScoreLine
from scorecards.rule_words import money, place
from scorecards.services import measures
from scorecards.services.money import amounts
from scorecards.services.what_if import try_out
from tests.factories.scorecards import MONTH, MarkedDistrictFactory
from tests.factories.settled import SixTownsFactory, money_rule, rule, settle, settled
from tests.scorecards.air import BEFORE, aim, days_of, station_in

pytestmark = pytest.mark.django_db


def air(measured, before=None, change=None) -> dict:
    return {"measured": measured, "before": before, "change": change, "why": ""}


@pytest.fixture
def district():
    """October of six townships; the last has no station."""
    district = SixTownsFactory()
    cards = settled(district, MONTH, [90, 89, 88, 87, 86, 85], is_settled=False)
    for card, (now, last) in zip(cards, [(4000, 5000), (4400, 4400), (5000, 4000), (3000, 4500), (6000, 6500)], strict=False):
        found = air(now, last, round(10_000 * (now - last) / last))
        ScoreLine.objects.create(
            scorecard=card, part="info", indicator="air_pm25_target", state="information", numerator=31, denominator=31, air=found
        )
    settle(district, MONTH)
    return district


def values(district, metric: str) -> list:
    found = measures.measured(district.pk, unit_kind="township", metric=metric, months=[MONTH])[MONTH]
    return [found[town.pk].value for town in district.towns]


def test_units_are_compared_by_what_was_measured_and_by_how_it_changed(district):
    assert values(district, "pm25") == [4000, 4400, 5000, 3000, 6000, None]
    assert values(district, "pm25_diff") == [-1000, 0, 1000, -1500, -500, None]
    assert values(district, "pm25_change") == [-2000, 0, 2500, -3333, -769, None]
    assert values(district, "composite") == [None] * 6


def test_money_per_microgram_of_improvement(district):
    given = money_rule(district, kind="per_unit", metric="pm25_diff", n=None, amount=800_000, unit=1, side="both")
    found = measures.measured(district.pk, unit_kind="township", metric="pm25_diff", months=[MONTH])[MONTH]

    assert [amounts(given, list(found.values())).get(town.pk) for town in district.towns] == [
        8_000_000,
        None,
        -8_000_000,
        12_000_000,
        4_000_000,
        None,
    ]
    assert money(given) == "乡办PM2.5较上年同月增减每变好 1 μg/m³ 奖、每变差 1 μg/m³ 扣 800,000 元。"


def test_the_worst_by_concentration_and_those_that_got_worse(district):
    found = measures.measured(district.pk, unit_kind="township", metric="pm25", months=[MONTH])[MONTH].values()
    assert measures.at_the_end(found, metric="pm25", side="bottom", n=1) == {district.towns[4].pk}
    assert measures.at_the_end(found, metric="pm25", side="top", n=1) == {district.towns[3].pk}

    worse = rule(district, metric="pm25_change", threshold=1, side="bottom")
    changes = measures.measured(district.pk, unit_kind="township", metric="pm25_change", months=[MONTH])[MONTH].values()
    assert measures.beyond(changes, metric="pm25_change", side="bottom", threshold=1) == {district.towns[2].pk}
    assert place(worse) == "PM2.5同比变化率达到 0.01%及以上"


def test_other_weights_of_air_can_be_tried(django_assert_max_num_queries):
    district = MarkedDistrictFactory()
    station = station_in(district)
    days_of(station, pm25="44")
    days_of(station, BEFORE, pm25="44")
    aim(district, pm25="40")
    services.build(MONTH, district=district)
    cards = list(Scorecard.objects.filter(month=MONTH).select_related("scheme", "organisation", "grid"))

    moves = try_out(cards, "township", grades={}, figures={"air_pm25_target": {"full": 1400}})

    new = next(move.new for move in moves if move.card.organisation_id == district._town_a.pk)
    stored = Scorecard.objects.get(month=MONTH, organisation=district._town_a)
    assert (stored.counted - new.counted, stored.obtained - new.obtained) == (1000, 1000)
