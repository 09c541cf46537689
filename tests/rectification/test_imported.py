"""Rows of an existing ledger are brought to where their sheet says they stand, as marked history."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from audit.models import AuditEvent
from common import clock
from inspections.models import Finding
from notices.models import Notice
from rectification.models import TaskEvent
from rectification.services.imported import carry_over

pytestmark = pytest.mark.django_db
EMPTY = dict.fromkeys(
    (
        "ordered_on",
        "lonlat",
        "due_on",
        "territorial",
        "lead",
        "percent",
        "finished_on",
        "verified_on",
        "struck_off_on",
        "looked_back_on",
        "has_rebounded",
        "extensions",
        "returns",
        "points",
        "kind",
    )
) | dict.fromkeys(("measure", "progress", "verifier", "verdict", "look_back_result"), "")


def values(scene, **more):
    day = clock.today()
    parties = {"territorial": scene.district.town_a.organisation, "sector": [scene.district.housing], "is_done": False, "is_struck_off": False}
    return EMPTY | parties | {"ordered_on": day - dt.timedelta(days=20), "due_on": day - dt.timedelta(days=10), "kind": "limited"} | more


def reported(scene):
    long_ago = clock.now() - dt.timedelta(days=21)
    return scene.finding("reported", received_at=long_ago, captured_at=long_ago)


def test_an_open_row_becomes_tasks_under_the_sheets_dates(scene):
    finding = reported(scene)

    assert carry_over(finding, values(scene), by=scene["office"])

    finding = Finding.objects.get(pk=finding.pk)
    assert finding.state == "assigned" and finding.number
    assert {task.state for task in finding.tasks.all()} == {"accepted"}
    assert {clock.beijing(task.due_at).date() for task in finding.tasks.all()} == {clock.today() - dt.timedelta(days=10)}
    assert not Notice.objects.exists()


def test_a_struck_off_row_has_its_whole_history_marked_and_audited_and_again_changes_nothing(scene):
    finding, day = reported(scene), clock.today()
    done = values(
        scene,
        is_done=True,
        is_struck_off=True,
        finished_on=day - dt.timedelta(days=9),
        verified_on=day - dt.timedelta(days=8),
        struck_off_on=day - dt.timedelta(days=7),
        looked_back_on=day - dt.timedelta(days=1),
    )

    assert carry_over(finding, done, by=scene["office"])
    assert not carry_over(Finding.objects.get(pk=finding.pk), done, by=scene["office"])

    finding = Finding.objects.get(pk=finding.pk)
    assert finding.state == "looked_back" and clock.beijing(finding.struck_off_at).date() == day - dt.timedelta(days=7)
    assert {task.late_since for task in finding.tasks.all()} == {task.due_at for task in finding.tasks.all()}
    assert all(event.details["imported"] for event in [*finding.events.all(), *TaskEvent.objects.all()])
    assert AuditEvent.objects.filter(action="finding.carry_over").count() == 1


def test_a_later_sheet_takes_it_further(scene):
    finding, day = reported(scene), clock.today()
    carry_over(finding, values(scene), by=scene["office"])

    assert carry_over(Finding.objects.get(pk=finding.pk), values(scene, is_done=True, finished_on=day), by=scene["office"])

    assert Finding.objects.get(pk=finding.pk).state == "rectified"


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"due_on": dt.date(2000, 1, 1)}, "due_on"),
        ({"is_struck_off": True}, "struck_off_on"),
        ({"is_done": True, "finished_on": dt.date(2000, 1, 1)}, "finished_on"),
    ],
)
def test_dates_that_make_no_sense_are_named(scene, more, name):
    with pytest.raises(ValidationError) as refusal:
        carry_over(reported(scene), values(scene, **more), by=scene["office"])
    assert name in refusal.value.message_dict
