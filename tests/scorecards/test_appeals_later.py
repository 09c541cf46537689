"""The time to appeal where the cards or an entry came late, and the heir of a unit that went up in another."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from common import clock
from common.errors import NotYourRole
from grids.services import merge_organisations
from notices.models import Notice
from scorecards import services
from scorecards.models import Adjustment, Appeal, Scorecard, ScoreRow
from scorecards.services import adjusting, appealing, appeals, closing, settling
from tests.factories.accounts import LONG_AGO, UserFactory
from tests.factories.inspections import FindingFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.closing import IN_TIME, SETTLING, TOO_LATE, Scene, at

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def scene(settings):
    settings.MFA_REQUIRED = False
    return Scene()


@pytest.fixture
def visit(client, scene):
    def go(role, name, *args, data=None, moment=IN_TIME):
        client.force_login(scene[role], backend=BACKEND)
        with at(moment):
            address = reverse(f"scorecards:{name}", args=args)
            return client.get(address) if data is None else client.post(address, data)

    return go


# --- cards that came late -----------------------------------------------------------------------------------------------------------
def test_units_have_their_days_from_the_first_build_on_and_a_later_one_gives_none_back():
    district = MarkedDistrictFactory()
    FindingFactory(district=district, source="city_inspection", captured_at=beijing(3))
    with at(beijing(9, 9, month=11)):
        services.build(MONTH, district=district)
    first = settling.appeals_until(district.pk, MONTH)
    FindingFactory(district=district, source="city_inspection", captured_at=beijing(4))
    with at(beijing(11, 9, month=11)):
        assert services.build(MONTH, district=district, rebuild=True).changed

    assert first == settling.appeals_until(district.pk, MONTH) == clock.end_of(beijing(12, month=11).date())


# --- an entry that is signed late ---------------------------------------------------------------------------------------------------
def signed_late(scene) -> Adjustment:
    """On the settling day; three working days from then are over with the 13th."""
    with at(SETTLING):
        entry = adjusting.draw_up(unit=scene.unit, kind="late_report", month=MONTH, reason="迟报", paper_number="1号", by=scene["staff"])
        return adjusting.sign(entry, by=scene["director"])


def filed_against(scene, entry, moment) -> Appeal:
    with at(moment):
        return appealing.file(scene.card, f"entry:{entry.pk}", grounds="已按时报送", by=scene["town"])


def test_against_a_deduction_signed_after_the_window_the_unit_has_its_days_from_the_signing_on(scene, visit):
    entry = signed_late(scene)
    key = ScoreRow.objects.get(scorecard=scene.card, adjustment=entry).event_key
    card = visit("town", "card", MONTH, scene.unit.pk, moment=beijing(13, 9, month=11))
    addresses = [row.appeal_url for row in card.context["marked"] if row.appeal_url]

    assert addresses == [reverse("scorecards:new_appeal", args=[scene.card.pk, key])]
    assert visit("town", "new_appeal", scene.card.pk, key, data={"grounds": "已报"}, moment=beijing(13, 23, month=11)).status_code == 302
    with at(SETTLING), pytest.raises(ValidationError, match="申诉期已于11月5日"):
        appealing.file(scene.card, scene.key("overdue"), grounds="迟了", by=scene["town"])


def test_after_its_days_nothing_is_taken_against_it(scene):
    entry = signed_late(scene)

    with pytest.raises(ValidationError, match="申诉期已于11月13日"):
        filed_against(scene, entry, beijing(14, 0, 1, month=11))


def test_the_month_is_not_settled_before_the_time_of_its_last_deduction_is_over(scene):
    signed_late(scene)

    def window(moment):
        with at(moment):
            return next(item.is_met for item in closing.checklist(scene.district, MONTH) if item.key == "window")

    assert (window(beijing(13, 23, month=11)), window(beijing(14, 0, 1, month=11))) == (False, True)


def test_the_units_people_are_told_of_a_signed_deduction_and_until_when_they_may_appeal(scene):
    entry = signed_late(scene)

    told = Notice.objects.filter(dedup_key__startswith=f"adjustments:{entry.pk}:unit")
    assert {notice.recipient for notice in told} == {scene["town"], scene["handler"]}
    assert "-0.50 分" in told[0].title and "2026-11-13" in told[0].body


# --- the heir -----------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def merged(scene):
    """甲街道 went up in 乙镇 on the 3rd, while its October is open."""
    with at(beijing(3, 8, month=11)):
        merge_organisations(scene.unit, into=scene.other, on=clock.today(), by=None)
    return scene


def filed_by_heir(scene, visit) -> Appeal:
    answer = visit("other_town", "new_appeal", scene.card.pk, scene.key("overdue"), data={"grounds": "期限当日已反馈"})
    assert answer.status_code == 302
    return Appeal.objects.get()


def test_the_heir_appeals_for_a_unit_that_went_up_in_it_reads_its_appeal_and_takes_it_back(merged, visit):
    appeal = filed_by_heir(merged, visit)

    assert visit("other_town", "appeal", appeal.pk).status_code == 200
    assert [row.pk for row in visit("other_town", "appeals").context["page"]] == [appeal.pk]
    assert visit("other_town", "withdraw_appeal", appeal.pk, data={"version": appeal.version}).status_code == 302
    assert Appeal.objects.get().state == "withdrawn"
    assert visit("dept", "appeal", appeal.pk).status_code == 404


def test_the_heir_is_told_of_the_decision_and_its_people_do_not_decide(merged, visit):
    both = UserFactory(supervision=merged.district)
    both.memberships.create(organisation=merged.other, role="town_handler", starts_on=LONG_AGO)
    appeal = filed_by_heir(merged, visit)

    with at(IN_TIME):
        assert both not in appeals.deciders(appeal)
        with pytest.raises(NotYourRole, match="任职"):
            appealing.decide(appeal, outcome="declined", note="经核实", by=both, version=appeal.version)
        appealing.decide(appeal, outcome="declined", note="经核实", by=merged["supervision"], version=appeal.version)
    told = Notice.objects.filter(dedup_key__startswith=f"appeals:{appeal.pk}:decided")
    assert merged["other_town"] in {notice.recipient for notice in told}


def test_a_third_unit_appeals_for_nobody(merged):
    with at(TOO_LATE):
        assert not appeals.is_unit(merged["dept"], Scorecard.objects.get(pk=merged.card.pk).organisation_id)
