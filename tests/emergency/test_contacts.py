"""Whom to call: corrected at any time, in every version that will be gone by, and never against what somebody else has just corrected."""

import pytest
from django.urls import reverse

from audit import verify
from audit.models import AuditEvent
from common.errors import Conflict
from emergency.forms import ContactForm
from emergency.models import ListedEnterprise
from emergency.services import lists

pytestmark = pytest.mark.django_db
NEW = {"contact": "新联系人", "contact_phone": "19900008888"}


@pytest.fixture
def draft(place):
    return lists.make(place.district, year=2027, name="2027年", by=place.office, source=place.list)


def row(found, position=1) -> ListedEnterprise:
    return found.enterprises.select_related("reduction_list").get(position=position)


def said(enterprise) -> tuple[str, str]:
    return ListedEnterprise.objects.values_list("contact", "contact_phone").get(pk=enterprise.pk)


def corrected(enterprise, *, by, **values):
    stands = {name: getattr(enterprise, name) for person in lists.PERSONS for name in person}
    return lists.correct_contact(enterprise, by=by, **stands | values)


def test_a_number_corrected_after_the_draft_was_made_is_the_drafts_too(place, draft):
    corrected(row(place.list), by=place.office, **NEW)
    lists.activate(draft, by=place.director)

    assert said(row(draft)) == ("新联系人", "19900008888")
    assert said(row(draft, 2)) == ("联系人1", "19900000101")
    assert verify.run(district=place.district.pk, state=True).faults == []


def test_corrected_in_the_list_of_a_running_response_it_is_corrected_in_the_one_that_took_its_place(place, draft):
    place.running()
    lists.activate(draft, by=place.director)
    corrected(row(place.list), by=place.office, **NEW)

    assert said(row(draft)) == said(row(place.list)) == ("新联系人", "19900008888")


def test_corrected_in_the_list_in_force_it_is_corrected_in_the_one_a_running_response_goes_by(place, draft):
    place.running()
    lists.activate(draft, by=place.director)
    corrected(row(draft), by=place.office, **NEW)

    assert said(row(place.list)) == ("新联系人", "19900008888")


def test_a_retired_list_that_nothing_goes_by_any_more_stays_as_it_was(place, draft):
    lists.activate(draft, by=place.director)
    corrected(row(draft), by=place.office, **NEW)

    assert said(row(place.list)) == ("联系人0", "19900000100")


def test_a_version_that_names_somebody_else_keeps_him_and_the_page_says_so(place, draft, office):
    ListedEnterprise.objects.filter(pk=row(draft).pk).update(contact="另一人")
    first = row(place.list)
    answer = office.post(reverse("emergency:contact", args=[first.pk]), NEW | {"guarantor": "新包保", "guarantor_phone": ""}, follow=True)

    assert said(row(draft)) == ("另一人", "19900000100")
    assert (row(draft).guarantor, row(place.list).guarantor) == ("新包保", "新包保")
    assert "2027年（第 2 版）里写的是另外的联系人" in answer.content.decode()
    assert "今后的指令发给新的联系人" not in answer.content.decode()


def test_nothing_corrected_is_nothing_on_record(place):
    corrected(row(place.list), by=place.office)

    assert not AuditEvent.objects.filter(action="reduction_list.contact").exists()


def test_each_row_that_was_corrected_is_on_record_with_what_was_changed(place, draft):
    corrected(row(place.list), by=place.office, contact_phone="19900008888")
    acts = AuditEvent.objects.filter(action="reduction_list.contact").order_by("seq")

    assert [(act.object_id, act.payload) for act in acts] == [(str(row(found).pk), '{"changed":["contact_phone"]}') for found in (place.list, draft)]


# --- two people ---------------------------------------------------------------------------------------------------------------------------
def test_the_second_who_had_the_page_open_does_not_write_the_old_number_back(place, office):
    found = row(place.list)
    address = reverse("emergency:contact", args=[found.pk])
    seen = office.get(address).context["form"]["seen"].value()
    typed = {"contact": "联系人0", "contact_phone": "19900000100", "guarantor": "新包保", "guarantor_phone": "", "seen": seen}
    corrected(row(place.list), by=place.director, **NEW)
    lost = office.post(address, typed)

    assert (lost.status_code, "新包保" in lost.content.decode(), said(found)) == (400, True, ("新联系人", "19900008888"))


def test_what_changed_after_the_form_was_checked_is_refused_under_the_lock(place):
    stood = ContactForm(instance=row(place.list)).stood
    corrected(row(place.list), by=place.director, **NEW)

    with pytest.raises(Conflict):
        lists.correct_contact(row(place.list), by=place.office, stood=stood, guarantor="新包保")
