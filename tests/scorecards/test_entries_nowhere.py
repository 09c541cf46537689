"""A signed entry that counts on no ranked card is not settled over: it stands in the way, and can be taken back."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from common import clock
from common.errors import NotYourRole
from grids.services import merge_organisations
from scorecards import services
from scorecards.models import Adjustment, Scorecard
from scorecards.services import adjusting, closing
from tests.factories.scorecards import MONTH, beijing
from tests.scorecards.closing import IN_TIME, Scene, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(settings):
    settings.MFA_REQUIRED = False
    return Scene()


def signed(scene, unit, *, month=MONTH, moment=IN_TIME, kind="praise") -> Adjustment:
    with at(moment):
        entry = adjusting.draw_up(unit=unit, kind=kind, month=month, reason="通报表扬", paper_number="1号", by=scene["staff"])
        return adjusting.sign(entry, by=scene["director"])


def entries(scene, month=MONTH, moment=IN_TIME):
    with at(moment):
        return next(item for item in closing.checklist(scene.district, month) if item.key == "entries")


def test_the_entry_of_a_unit_that_had_no_duty_stands_in_the_way_by_name(scene):
    signed(scene, scene.unit)
    assert entries(scene).is_met
    signed(scene, scene.other)

    found = entries(scene)
    assert Scorecard.objects.get(organisation=scene.other, month=MONTH).unranked == "idle"
    assert (found.is_met, "乙镇" in found.words, "甲街道" in found.words) == (False, True, False)


def test_the_entry_of_a_unit_that_merged_within_the_month_stands_in_the_way(scene):
    signed(scene, scene.unit, month="2026-11", moment=beijing(20, 9, month=11))
    with at(beijing(25, 9, month=11)):
        merge_organisations(scene.unit, into=scene.other, on=clock.today(), by=None)
    with at(beijing(2, 9, month=12)):
        services.build("2026-11", district=scene.district)

    assert "甲街道" in entries(scene, "2026-11", beijing(3, 9, month=12)).words


def test_who_may_sign_takes_it_back_with_a_reason_and_the_month_is_free(scene, client):
    entry = signed(scene, scene.other)
    page = reverse("scorecards:adjustment", args=[entry.pk])
    revoke = reverse("scorecards:answer_adjustment", args=[entry.pk, "revoke"])
    client.force_login(scene["leader"], backend="django.contrib.auth.backends.ModelBackend")
    with at(IN_TIME):
        assert revoke in client.get(page).content.decode()
        assert client.post(revoke, {"note": ""}).status_code == 400
        assert client.post(revoke, {"note": "该单位本月不参与排名"}).url == page
        assert client.post(revoke, {"note": "又一次"}).status_code == 409

    entry.refresh_from_db()
    assert (entry.state, entry.note) == ("dropped", "该单位本月不参与排名")
    assert entries(scene).is_met


def test_one_that_counts_stays_and_who_drew_it_up_takes_none_back(scene):
    counts, lost = signed(scene, scene.unit), signed(scene, scene.other)
    with at(IN_TIME):
        with pytest.raises(ValidationError, match="已计入"):
            adjusting.revoke(counts, by=scene["leader"], note="撤销")
        with pytest.raises(NotYourRole):
            adjusting.revoke(lost, by=scene["staff"], note="撤销")
