"""What was typed is kept when somebody else was faster, or when it is refused."""

import pytest
from django.urls import reverse

from common import clock
from emergency.models import DailyReport, Decision, ReviewPaper, UnitReport
from emergency.services import decisions, reporting
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
NUMBERS = {"sites_stopped": 3, "vehicles_stopped": 0, "vehicles_checked": 0, "roads_cleaned": 0, "people_out": 0, "note": ""}
TEXTS = {"effect": "甲的效果", "problems": "无", "penalties": "无", "advice": ""}


def test_a_units_numbers_are_refused_once_beside_what_stands_and_saved_when_pressed_again(place, office):
    episode, unit = place.running(), place.district.town_a.organisation
    address = reverse("emergency:unit_report", args=[episode.pk, clock.today().isoformat(), unit.pk])
    reporting.report(episode, unit, clock.today(), by=place.director, version=None, **NUMBERS)
    lost = office.post(address, NUMBERS | {"sites_stopped": 8, "version": ""})

    assert (lost.status_code, lost.context["form"]["version"].value(), lost.context["standing"][0]["value"]) == (400, 1, 3)
    assert "别人刚保存的内容" in lost.content.decode()
    assert office.post(address, NUMBERS | {"sites_stopped": 8, "version": lost.context["form"]["version"].value()}).status_code == 302
    assert UnitReport.objects.get().sites_stopped == 8


def test_the_districts_report_is_refused_once_and_sent_when_pressed_again(place, office):
    episode = place.running()
    address = reverse("emergency:day", args=[episode.pk, clock.today().isoformat()])
    reporting.send(episode, clock.today(), by=place.director, version=None, note="甲")
    lost = office.post(address, {"note": "乙", "version": ""})

    assert (lost.status_code, lost.context["report"].note) == (400, "甲")
    assert office.post(address, {"note": "乙", "version": lost.context["form"]["version"].value()}).status_code == 302
    assert DailyReport.objects.get().note == "乙"


def test_a_review_is_refused_once_beside_what_stands_and_saved_when_pressed_again(place, office):
    episode = place.lifted()
    address = reverse("emergency:review", args=[episode.pk])
    reporting.save_review(episode, by=place.director, version=0, finish=False, **TEXTS)
    mine = TEXTS | {"effect": "乙的效果"}
    lost = office.post(address, mine | {"version": 0, "save": "1"})

    assert (lost.status_code, lost.context["standing"][0]["value"], "乙的效果" in lost.content.decode()) == (400, "甲的效果", True)
    assert office.post(address, mine | {"version": lost.context["form"]["version"].value(), "save": "1"}).status_code == 302
    assert ReviewPaper.objects.get().effect == "乙的效果"


def test_a_review_that_somebody_has_finished_still_shows_what_was_typed(place, office):
    episode = place.lifted()
    reporting.save_review(episode, by=place.director, version=0, finish=True, **TEXTS)
    lost = office.post(reverse("emergency:review", args=[episode.pk]), TEXTS | {"effect": "乙的效果", "version": 0, "save": "1"})

    assert (lost.status_code, "乙的效果" in lost.content.decode(), "总结已完成" in lost.content.decode()) == (400, True, True)


@pytest.fixture
def submitted(place):
    step = place.drafted()
    return decisions.submit(step, by=place.office, version=step.version)


@pytest.fixture
def head(place, client):
    client.force_login(place.head, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_note_of_three_hundred_signs_in_lines_is_kept_whole(submitted, head):
    note = "\r\n".join(["一" * 99] * 3)
    assert (
        head.post(reverse("emergency:decision_step", args=[submitted.pk, "approve"]), {"note": note, "version": submitted.version}).status_code == 302
    )

    assert Decision.objects.get(pk=submitted.pk).approval_note == note.replace("\r\n", "\n")


@pytest.mark.parametrize("note", ["长" * 301, "空\x00字"])
def test_a_note_that_cannot_be_kept_approves_nothing_and_stands_on_the_page(submitted, head, note):
    answer = head.post(reverse("emergency:decision_step", args=[submitted.pk, "approve"]), {"note": note, "version": submitted.version})

    assert (answer.status_code, note[:1] in answer.content.decode(), answer.context["typed"]) == (400, True, {"approval": note, "drop": ""})
    assert Decision.objects.get(pk=submitted.pk).state == "submitted"


def test_a_note_stands_on_the_page_when_somebody_else_was_faster(place, submitted, head):
    address = reverse("emergency:decision_step", args=[submitted.pk, "send_back"])
    answer = head.post(address, {"note": "时间有误", "version": submitted.version - 1})

    assert (answer.status_code, "时间有误" in answer.content.decode(), Decision.objects.get(pk=submitted.pk).state) == (400, True, "submitted")


# --- the overview -----------------------------------------------------------------------------------------------------------------------------
def test_the_running_episodes_order_comes_before_a_lift_that_nobody_has_received(place, client):
    town = UserFactory(town_handler=place.district.town_a.organisation)
    first = place.lifted()
    reporting.report(first, place.district.town_a.organisation, clock.today(), by=town, version=None, **NUMBERS)
    second = place.running()
    client.force_login(town, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("emergency:overview"))

    assert [(order.episode, order.is_lift) for order in page.context["own"]] == [(second, False), (first, True)]
    assert {each["episode"]: each["is_done"] for each in page.context["own_units"]} == {first: True, second: False}


PEOPLE = {
    "office": lambda place: place.office,
    "town": lambda place: UserFactory(town_handler=place.district.town_a.organisation),
    "member": lambda place: UserFactory(member=place.district.villages[0]),
    "sysadmin": lambda place: UserFactory(sysadmin=place.district),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_every_part_that_is_offered_opens(place, client, who):
    from emergency.access import parts_of

    person = PEOPLE[who](place)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    opened = [
        name for name in ("overview", "history", "lists", "forecasts", "measures") if client.get(reverse(f"emergency:{name}")).status_code == 200
    ]

    assert [name for name in parts_of(person) if name not in opened] == []
    assert parts_of(place.office) == ["overview", "history", "lists", "forecasts", "measures"]
