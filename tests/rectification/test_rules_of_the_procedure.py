"""What design 4 and domain 3.5, 5.3 ask beyond the tables."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from common import clock
from common.errors import Conflict, NotYourRole
from inspections.models import Finding
from inspections.words import FindingState, Source
from notices.models import Notice
from rectification import blind
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
    """Fed back and drawn: the department and, unknown to it, the office and 督查局 are asked to look."""
    monkeypatch.setattr(chance, "drawn", lambda one_in: True)
    task = scene.task("accepted", other="passed")
    return advance(task, "feedback", by=scene["town"], version=1, note="已覆盖", conclusion="rectified")


def test_the_lot_falls_before_anybody_has_looked_and_both_are_asked_at_once(scene, drawn):
    asked = set(Notice.objects.filter(kind="task.draw").values_list("recipient", flat=True))

    assert asked == {scene[name].pk for name in ("office", "director", "supervision")}
    assert set(Notice.objects.filter(kind="task.feedback").values_list("recipient", flat=True)) == {scene["department"].pk}
    assert {"pass", "return"} <= set(parts.actions_for(scene["department"], drawn))
    assert {"confirm", "overturn"} <= set(parts.actions_for(scene["supervision"], drawn))


@pytest.mark.parametrize("order", [[("department", "pass"), ("supervision", "confirm")], [("supervision", "confirm"), ("department", "pass")]])
def test_two_pass_it_in_either_order_and_the_first_verdict_is_seen_by_its_author_alone(scene, drawn, order):
    (first, one), (second, other) = order
    version, offered = drawn.version, parts.actions_for(scene[second], drawn)

    once = advance(drawn, one, by=scene[first], version=version, note="现场看过")

    assert (once.public_state, once.public_state_label, fresh(drawn.finding).state) == ("fed_back", "待核查", FindingState.ASSIGNED)
    assert parts.actions_for(scene[second], fresh(drawn)) == offered
    assert not {"pass", "confirm", "return", "overturn"} & set(parts.actions_for(scene[first], fresh(drawn)))
    told = {name: [event.action for event in blind.shown_events(once.events.all(), person)] for name, person in scene.people.items()}
    assert {name for name, actions in told.items() if "draw" in actions} == {first}
    assert not Notice.objects.filter(recipient=scene["town"]).exists()

    twice = advance(drawn, other, by=scene[second], version=version, note="")

    assert twice.state == TaskState.PASSED and fresh(drawn.finding).state == FindingState.RECTIFIED
    assert Notice.objects.filter(recipient=scene["town"], kind=f"task.{other}").exists()


@pytest.mark.parametrize(("who", "action"), [("department", "return"), ("office", "overturn")])
def test_either_of_the_two_may_send_it_back(scene, drawn, who, action):
    back = advance(drawn, action, by=scene[who], version=drawn.version, note="未覆盖")

    assert (back.state, back.returns, back.lot) == (TaskState.RETURNED, 1, "")


def test_only_the_other_look_may_go_unseen_between_reading_and_writing(scene, drawn):
    read = drawn.version
    advance(drawn, "pass", by=scene["department"], version=read)
    advance(drawn, "urge", by=scene["office"])

    with pytest.raises(Conflict):
        advance(drawn, "confirm", by=scene["supervision"], version=read)


def test_nobody_takes_both_looks(scene, monkeypatch):
    monkeypatch.setattr(chance, "drawn", lambda one_in: True)
    both = UserFactory(dept_handler=scene.district.housing, supervision=scene.district)
    task = advance(scene.task("accepted"), "feedback", by=scene["town"], note="好", conclusion="rectified")
    advance(task, "pass", by=both)

    with pytest.raises(NotYourRole):
        advance(task, "confirm", by=both)


def test_the_role_is_judged_before_version_and_state(scene):
    task = scene.task("accepted")

    with pytest.raises(NotYourRole):
        advance(task, "pass", by=scene["town"], version=9)
    with pytest.raises(NotYourRole):
        advance(task, "accept", by=scene["office"])
    with pytest.raises(Conflict):
        advance(task, "pass", by=scene["department"], version=1)


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


def test_a_problem_registered_as_outside_all_grids_is_in_none(scene):
    finding = scene.finding("reported")
    assert finding.grid is not None

    advance(finding, "register", by=scene["office"], version=finding.version, grid=None)

    finding.refresh_from_db()
    assert (finding.grid, finding.grid_path) == (None, "")
