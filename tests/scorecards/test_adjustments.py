"""Entries: what no row of the ledger gives, drawn up by one and signed by another."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.errors import Conflict, NotYourRole
from notices.models import Notice
from scorecards.models import Adjustment
from scorecards.services import adjusting, adjustments
from tests.factories.grids import OrganisationFactory
from tests.factories.scorecards import MONTH
from tests.scorecards.closing import IN_TIME, SETTLING, Scene, at

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def scene(settings):
    settings.MFA_REQUIRED = False
    return Scene()


@pytest.fixture
def visit(client, scene):
    def go(role, name, *args, data=None, moment=IN_TIME, query=""):
        client.force_login(scene[role], backend=BACKEND)
        with at(moment):
            address = reverse(f"scorecards:{name}", args=args) + query
            return client.post(address, data) if data is not None else client.get(address)

    return go


def drawn_up(scene, kind="praise", role="staff", moment=IN_TIME, **more):
    facts = {"unit": scene.unit, "month": MONTH, "reason": "省厅通报表扬", "paper_number": "豫环〔2026〕1号"} | more
    with at(moment):
        return adjusting.draw_up(kind=kind, by=scene[role], **facts)


def signed(scene, entry, role="director", moment=IN_TIME):
    with at(moment):
        return adjusting.sign(entry, by=scene[role])


@pytest.mark.parametrize(
    ("kind", "level", "amount"),
    [
        ("innovation", "district", 100),
        ("innovation", "city", 200),
        ("innovation", "province", 400),
        ("praise", "", 200),
        ("late_report", "", -50),
        ("wrong_data", "", -50),
    ],
)
def test_figures_are_those_of_the_rules(scene, kind, level, amount):
    assert drawn_up(scene, kind, level=level).amount == amount


def test_an_entry_that_would_count_on_no_card_is_refused(scene):
    founded = OrganisationFactory(district=scene.district, kind="department", valid_from=dt.date(2026, 11, 1))
    with pytest.raises(ValidationError, match="没有计分卡"):
        drawn_up(scene, unit=founded)
    waiting = drawn_up(scene)
    Adjustment.objects.filter(pk=waiting.pk).update(organisation=founded)

    with pytest.raises(ValidationError, match="没有计分卡"):
        signed(scene, Adjustment.objects.get(pk=waiting.pk))
    assert not Adjustment.objects.filter(state="signed").exists()


@pytest.mark.parametrize("role", ["director", "leader"])
def test_another_person_signs_and_the_built_month_is_worked_out_anew(scene, role):
    before = scene.card
    entry = drawn_up(scene)
    assert adjustments.signed(scene.district.pk, MONTH) == []

    signed(scene, entry, role)

    assert adjustments.signed(scene.district.pk, MONTH) == [entry]
    assert scene.card.obtained == before.obtained + 200 and scene.card.digest != before.digest


def test_nobody_signs_his_own(scene):
    entry = drawn_up(scene, role="director")

    with pytest.raises(NotYourRole, match="制单人"):
        signed(scene, entry, "director")


@pytest.mark.parametrize("role", ["town", "dept", "staff", "supervision", "auditor", "member"])
def test_who_may_neither_draw_up_nor_sign(scene, visit, role):
    entry = drawn_up(scene, role="director")

    assert visit(role, "answer_adjustment", entry.pk, "sign", data={"note": ""}).status_code in (403, 404)
    if role != "staff":
        assert visit(role, "new_adjustment").status_code in (403, 404)
        with pytest.raises(NotYourRole):
            drawn_up(scene, role=role)
    entry.refresh_from_db()
    assert entry.state == "proposed"


def test_a_dropped_entry_never_counts_and_needs_a_reason(scene, visit):
    entry = drawn_up(scene)
    assert visit("director", "answer_adjustment", entry.pk, "drop", data={"note": ""}).status_code == 400
    assert visit("director", "answer_adjustment", entry.pk, "drop", data={"note": "依据不足"}).status_code == 302

    entry.refresh_from_db()
    assert (entry.state, entry.note) == ("dropped", "依据不足")
    late = visit("director", "answer_adjustment", entry.pk, "sign", data={"note": "同意计入"})
    assert late.status_code == 409 and "同意计入" in late.content.decode()
    assert visit("director", "answer_adjustment", entry.pk, "sign").url == entry.get_absolute_url()


def test_whoever_drew_it_up_takes_it_back(scene):
    entry = drawn_up(scene)
    with at(IN_TIME):
        adjusting.drop(entry, by=scene["staff"], note="写错单位")
    assert entry.state == "dropped"


def test_an_entry_needs_a_paper(scene):
    with pytest.raises(ValidationError) as refused:
        drawn_up(scene, paper_number="")
    assert "文号" in refused.value.message_dict["paper_number"][0]


def test_the_same_form_sent_twice_is_one_entry(scene, visit):
    data = {"form": uuid.uuid4(), "month": MONTH, "reason": "市局表扬", "paper_number": "1号"}
    query = f"?kind=praise&unit={scene.unit.pk}"

    first, again = (visit("staff", "new_adjustment", data=data, query=query) for _n in range(2))

    assert first.url == again.url and Adjustment.objects.count() == 1


def test_signed_twice_counts_once(scene):
    entry = drawn_up(scene)
    signed(scene, entry)
    with pytest.raises(Conflict):
        signed(scene, Adjustment.objects.get(), "leader")


# --- corrections ------------------------------------------------------------------------------------------------------------------------
def test_a_correction_names_the_settled_month_and_its_row_and_counts_in_the_first_open_one(scene, visit):
    scene.settle()
    frozen = scene.card.digest
    key = scene.key("overdue")
    query = f"?kind=correction&unit={scene.unit.pk}&of_month={MONTH}"
    page = visit("staff", "new_adjustment", query=query, moment=SETTLING)
    assert f"overdue|{key}" in page.content.decode()

    data = {"form": uuid.uuid4(), "of_row": f"overdue|{key}", "amount": "0.5", "reason": "复核属实", "paper_number": "2号"}
    visit("staff", "new_adjustment", data=data, query=query, moment=SETTLING)

    entry = Adjustment.objects.get()
    assert (entry.month, entry.of_month, entry.of_indicator, entry.of_event_key, entry.amount) == ("2026-11", MONTH, "overdue", key, 50)
    signed(scene, entry, "leader", moment=SETTLING)
    assert scene.card.digest == frozen


def test_only_settled_months_are_corrected(scene, visit):
    with pytest.raises(ValidationError):
        drawn_up(scene, "correction", month="2026-11", of_month=MONTH, of_indicator="overdue", amount=50)
    page = visit("staff", "new_adjustment", query=f"?kind=correction&unit={scene.unit.pk}")
    assert page.status_code == 400 and "请选择要更正的已结账月份" in page.content.decode()


def test_a_settled_month_takes_no_entries(scene):
    scene.settle()
    with pytest.raises(ValidationError) as refused:
        drawn_up(scene, moment=SETTLING)
    assert "month" in refused.value.message_dict


def test_nothing_changes_under_the_eyes_of_the_leader(scene):
    scene.propose()
    with pytest.raises(ValidationError, match="已提请结账"):
        drawn_up(scene, moment=SETTLING)


# --- pages ------------------------------------------------------------------------------------------------------------------------------
def test_a_form_sent_wrong_comes_back_filled(scene, visit):
    query = f"?kind=praise&unit={scene.unit.pk}"
    page = visit("staff", "new_adjustment", data={"form": uuid.uuid4(), "month": MONTH, "reason": "写了理由"}, query=query)

    assert page.status_code == 400
    assert "写了理由" in page.content.decode() and "请填写文号，或附上佐证材料。" in page.content.decode()


def test_drafts_are_for_those_who_run_the_month_signed_ones_for_all(scene, visit):
    entry = drawn_up(scene)
    assert visit("town", "adjustment", entry.pk).status_code == 404
    signed(scene, entry)
    assert visit("town", "adjustment", entry.pk).status_code == visit("town", "adjustments").status_code == 200
    told = Notice.objects.filter(kind="scorecards.adjustment", channel="inbox").values_list("recipient_id", flat=True)
    assert scene["director"].pk in told and scene["staff"].pk in told


def test_the_list_asks_the_same_number_of_queries_for_more_entries(scene, visit, client, django_assert_num_queries):
    drawn_up(scene)
    visit("staff", "adjustments")
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("scorecards:adjustments"))
    drawn_up(scene), drawn_up(scene)

    with django_assert_num_queries(len(few)):
        client.get(reverse("scorecards:adjustments"))
