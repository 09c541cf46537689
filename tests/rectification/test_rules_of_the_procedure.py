"""What design 4 and domain 3.5, 5.3 ask beyond the tables."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from common import clock
from common.errors import NotYourRole
from inspections.models import Finding
from inspections.words import FindingState, Source
from notices.models import Notice
from rectification.models import Task
from rectification.services import advance, chance, parts
from rectification.services.merged import organisation_merged
from rectification.words import TaskState
from tests.factories.accounts import UserFactory
from tests.rectification.scene import DAY

pytestmark = pytest.mark.django_db


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# --- blind second look ------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def drawn(scene, monkeypatch):
    monkeypatch.setattr(chance, "drawn", lambda one_in: True)
    task = scene.task("fed_back", other="passed")
    return advance(task, "pass", by=scene["department"], version=1, note="现场看过")


def test_a_drawn_task_reads_as_waiting_for_verification_to_all_but_second_lookers(scene, drawn):
    labels = {name: parts.state_for(person, drawn)[1] for name, person in scene.people.items()}

    assert {name for name, label in labels.items() if label != "待核查"} == {"office", "director", "supervision"}
    assert str(drawn.get_state_display()) == "待核查"
    assert fresh(drawn.finding).state == FindingState.ASSIGNED


def test_the_party_is_not_told_of_the_lot_and_hears_the_result_once(scene, drawn):
    assert not Notice.objects.filter(recipient=scene["town"]).exists()

    advance(drawn, "confirm", by=scene["supervision"], note="")

    assert Notice.objects.filter(recipient=scene["town"], kind="task.confirm").exists()
    assert fresh(drawn.finding).state == FindingState.RECTIFIED


def test_the_first_verifier_never_takes_the_second_look(scene, monkeypatch):
    monkeypatch.setattr(chance, "drawn", lambda one_in: True)
    first = UserFactory(dept_handler=scene.district.housing, supervision=scene.district)
    task = advance(scene.task("fed_back"), "pass", by=first)

    with pytest.raises(NotYourRole):
        advance(task, "confirm", by=first)


def test_nobody_verifies_alone_what_he_has_assigned(scene):
    task = scene.task("fed_back", risk="medium", assigned_by=scene["office"])
    with pytest.raises(NotYourRole):
        advance(task, "pass", by=scene["office"])
    assert advance(task, "pass", by=scene["staff"]).state == TaskState.PASSED

    stopped = scene.finding("stopped_pending")
    stopped.tasks.update(assigned_by=scene["office"])
    with pytest.raises(NotYourRole):
        advance(stopped, "resume", by=scene["office"], note="已整改")


# --- requests ---------------------------------------------------------------------------------------------------------------------------
def ask(scene, task, days=1, **more):
    return advance(task, "extend", by=scene["town"], note="雨", wanted_at=task.due_at + days * DAY, reason_code="weather", **more)


def test_extensions_are_refused_when_late_too_often_too_long_or_for_what_must_be_done_at_once(scene):
    late = scene.task("accepted", assigned_at=clock.now() - 9 * DAY, due_at=clock.now() - DAY)
    often = scene.task("accepted", extensions=2)
    once = scene.task("accepted", kind="immediate")
    for task, code in ((late, "too_late"), (often, "too_often"), (once, "not_extendable")):
        with pytest.raises(ValidationError) as refusal:
            ask(scene, task)
        assert refusal.value.code == code
    with pytest.raises(ValidationError) as refusal:
        ask(scene, scene.task("accepted"), days=9)
    assert "wanted_at" in refusal.value.message_dict


def test_beyond_the_superiors_date_an_extension_names_the_superiors_consent(scene):
    task = scene.task("accepted")
    Finding.objects.filter(pk=task.finding_id).update(source=Source.CITY_INSPECTION, superior_due_at=task.due_at)

    with pytest.raises(ValidationError) as refusal:
        ask(scene, task)
    assert "consent" in refusal.value.message_dict

    assert ask(scene, task, consent="市督〔2026〕9号").requests.get().consent == "市督〔2026〕9号"


def test_a_plan_becomes_milestones_when_the_commander_approves_it(scene):
    task = scene.task("accepted", kind="long_term", due_at=clock.now() + 60 * DAY)
    plan = [{"due_on": clock.today() + n * DAY, "percent": share, "target": f"第{n}步"} for n, share in ((10, 40), (30, 100))]
    advance(task, "milestones", by=scene["town"], note="方案", milestones=plan)
    assert not task.milestones.exists()

    advance(task, "approve", by=scene["commander"])

    assert list(task.milestones.values_list("percent", flat=True)) == [40, 100]
    with pytest.raises(ValidationError):
        advance(task, "feedback", by=scene["town"], note="完成", conclusion="rectified")


def test_signing_lets_a_pending_refusal_lapse_but_not_an_objection_to_the_date(scene):
    refused, objected = scene.task("assigned"), scene.task("assigned")
    advance(refused, "refuse", by=scene["town"], note="不归我管")
    advance(objected, "object_date", by=scene["town"], note="太短", wanted_at=objected.due_at + DAY)

    advance(refused, "accept", by=scene["town"])
    advance(objected, "accept", by=scene["town"])

    assert refused.requests.get().state == "withdrawn"
    assert objected.requests.get().state == "pending"


def test_a_receiver_may_sign_after_the_sender_has_fed_back(scene):
    task = scene.task("accepted")
    ecology = UserFactory(dept_handler=scene.district.ecology)
    advance(task, "transfer", by=scene["town"], note="无执法权", organisation=scene.district.ecology)
    advance(task, "approve", by=scene["commander"])
    advance(task, "feedback", by=scene["town"], note="先行处置", conclusion="rectified")

    advance(task.finding.tasks.get(organisation=scene.district.ecology), "accept", by=ecology)

    assert fresh(task).state == TaskState.TRANSFERRED


# --- endings ----------------------------------------------------------------------------------------------------------------------------
def test_supporting_parties_end_with_those_who_must_feed_back(scene, no_lot):
    task = scene.task("fed_back", other="passed")
    support = scene.party(task.finding, "accepted", role="support", organisation=scene.district.ecology, must_feed_back=False)

    advance(task, "pass", by=scene["department"])

    assert fresh(support).state == TaskState.PASSED
    assert fresh(task.finding).state == FindingState.RECTIFIED


def test_urging_again_within_two_hours_is_refused(scene):
    task = scene.task("accepted")
    advance(task, "urge", by=scene["office"])

    with pytest.raises(ValidationError) as refusal:
        advance(task, "urge", by=scene["supervision"])
    assert refusal.value.code == "urged"

    with clock.standing(clock.now() + dt.timedelta(hours=3)):
        advance(task, "urge", by=scene["supervision"])


def test_only_problems_from_above_have_a_superiors_acceptance(scene):
    with pytest.raises(ValidationError):
        advance(scene.finding("rectified"), "superior_accept", by=scene["office"])


def test_a_grid_member_given_the_task_may_feed_back_but_not_ask_for_more_time(scene):
    task = advance(scene.task("accepted"), "dispatch", by=scene["manager"], handler=scene["member"])
    with pytest.raises(NotYourRole):
        advance(task, "extend", by=scene["member"], note="雨", wanted_at=task.due_at + DAY, reason_code="weather")

    assert advance(task, "feedback", by=scene["member"], note="已覆盖", conclusion="rectified").state == TaskState.FED_BACK


def test_a_task_cannot_be_given_to_somebody_elsewhere(scene):
    elsewhere = UserFactory(member=scene.district.villages[3])

    with pytest.raises(ValidationError):
        advance(scene.task("accepted"), "dispatch", by=scene["manager"], handler=elsewhere)


def test_unfinished_tasks_of_a_merged_organisation_go_on_for_its_successor(scene):
    kept, done, doubled = scene.task("accepted"), scene.task("passed"), scene.task("accepted")
    scene.party(doubled.finding, "accepted", role="lead", organisation=scene.district.town_b.organisation)

    organisation_merged(scene.district.town_a.organisation, scene.district.town_b.organisation, by=scene["director"], note="合并")

    assert fresh(kept).organisation == scene.district.town_b.organisation
    assert fresh(kept).due_at == kept.due_at
    assert fresh(done).organisation == scene.district.town_a.organisation
    assert fresh(doubled).state == TaskState.VOID
    assert Task.objects.filter(finding=doubled.finding, organisation=scene.district.town_b.organisation).count() == 1
