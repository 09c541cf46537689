"""Settled months written directly: townships in a row with the shares a test is about, and rules over them."""

from collections.abc import Mapping

from common import clock
from grids.models import Organisation
from inspections.words import Source
from scorecards.marks import ranks
from scorecards.models import ConsequenceRule, MoneyRule, Scheme, Scorecard, ScoreLine, ScoreRow, Settlement
from tests.factories.accounts import UserFactory
from tests.factories.scorecards import MarkedDistrictFactory

UNITS = ("甲街道", "乙镇", "丙镇", "丁镇", "戊乡", "己乡")
EARLIER = "2020-01"
SOURCES = {
    "found_state": Source.PROVINCIAL_INSPECTION,
    "found_city": Source.CITY_INSPECTION,
    "found_supervision": Source.DISTRICT_SUPERVISION,
    "fire_found": Source.MEDIA,
}


def SixTownsFactory():  # noqa: N802 - stands beside the factories
    """A district with schemes and six townships; ``towns`` are they, in order."""
    district = MarkedDistrictFactory()
    kept = [district._town_a, district._town_b]
    made = [
        Organisation.objects.create(district=district, kind="township", name=name, short_name=name, position=position)
        for position, name in enumerate(UNITS[2:], 50)
    ]
    district.towns = [*kept, *made]
    return district


def settled(district, month: str, shares, *, counts: Mapping[str, list[int]] | None = None, is_settled: bool = True) -> list[Scorecard]:
    """Cards of the townships with ``shares`` (whole percent, None: not ranked) and lines whose numerators ``counts`` gives by indicator."""
    scheme = Scheme.objects.get(district=district, kind="township")
    cut_off = clock.month_bounds(month)[1]
    given = [None if share is None else round(share * 100) for share in shares]
    cards = []
    for town, share, rank in zip(district.towns, given, ranks(given), strict=False):
        marked = {} if share is None else {"obtained": share, "counted": 10_000, "share": share, "rank": rank, "grade": "pass"}
        size = sum(each is not None for each in given)
        start = {"district": district, "month": month, "scheme": scheme, "built_at": cut_off, "cut_off": cut_off, "group_size": size}
        cards.append(Scorecard.objects.create(organisation=town, digest=f"{month}-{town.pk}", **start, **marked))
    for indicator, numbers in (counts or {}).items():
        for card, number in zip(cards, numbers, strict=True):
            line = ScoreLine.objects.create(scorecard=card, part="info", indicator=indicator, state="information", numerator=number)
            if indicator in SOURCES:
                found(line, number, source=SOURCES[indicator])
    if is_settled:
        settle(district, month)
    return cards


def found(line: ScoreLine, number: int, *, source: str, finding=None) -> None:
    """So many problems under this line."""
    for n in range(number):
        ScoreRow.objects.create(
            scorecard=line.scorecard, line=line, finding=finding, source=source, reason="found", event_key=f"{line.indicator}:{n}"
        )


def settle(district, month: str) -> Settlement:
    moment = clock.month_bounds(month)[1]
    first, second = UserFactory(), UserFactory()
    return Settlement.objects.create(
        district=district,
        month=month,
        state="settled",
        proposed_by=first,
        proposed_at=moment,
        approved_by=second,
        approved_at=moment,
        digest="0" * 64,
    )


def rule(district, **given) -> ConsequenceRule:
    """In force for ever: the last one of the month is reminded, unless told otherwise."""
    start = {"name": "规则", "n": None if "threshold" in given else 1, "action": "remind", "in_force_from": EARLIER, "is_active": True}
    values = start | given
    values.setdefault("window", values.get("count", 1))
    return ConsequenceRule.objects.create(district=district, **values)


def money_rule(district, **given) -> MoneyRule:
    start = {"name": "资金", "kind": "rank_fixed", "n": 1, "amount": 50_000, "in_force_from": EARLIER, "is_active": True}
    return MoneyRule.objects.create(district=district, **start | given)


def names(rows) -> list[str]:
    return [str(row.organisation) for row in rows]
