"""The main path of a problem, step by step, through the services."""

import io
import uuid

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

import evidence.services
from audit import verify
from common.errors import Conflict, NotYourRole
from inspections.models import Finding
from inspections.services import defaults as types
from inspections.services.submit import submit
from inspections.words import FindingState
from rectification.models import Task, TaskPhoto
from rectification.services import advance, chance, defaults, routing
from rectification.words import TaskState
from tests.factories.accounts import UserFactory
from tests.factories.grids import DistrictFactory, FieldFactory, centre

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    district = DistrictFactory()
    for code in ("industry", "coal", "vocs", "vehicle", "scattered", "station", "emergency", "other"):
        FieldFactory(district=district, code=code)
    types.load(district)
    defaults.load(district)
    return district


@pytest.fixture
def people(district):
    return {
        "member": UserFactory(member=district.villages[0]),
        "office": UserFactory(office_staff=district),
        "director": UserFactory(office_director=district),
        "supervision": UserFactory(supervision=district),
        "commander": UserFactory(commander=district.dust),
        "town": UserFactory(town_handler=district.town_a.organisation),
        "department": UserFactory(dept_handler=district.housing),
        "stranger": UserFactory(town_handler=district.town_b.organisation),
    }


@pytest.fixture(autouse=True)
def no_second_look(monkeypatch):
    monkeypatch.setattr(chance, "drawn", lambda one_in: False)


def report(district, by, code="site-six", **more):
    problem_type = district.problem_types.get(code=code)
    lon, lat = centre(district.villages[0])
    return submit(
        {"uuid": uuid.uuid4(), "problem_type": problem_type, "text": "土方未覆盖约300平方米", "lon": lon, "lat": lat, **more}, by=by
    ).finding


def photo_for(task, by):
    image = io.BytesIO()
    Image.effect_noise((64, 48), 50).convert("RGB").save(image, "JPEG")
    data = image.getvalue()
    import hashlib

    photo = evidence.services.store(io.BytesIO(data), sha256=hashlib.sha256(data).hexdigest(), size=len(data), by=by)
    return TaskPhoto.objects.create(task=task, photo=photo, uploaded_by=by)


def assigned(district, people, **more):
    finding = report(district, people["member"], **more)
    finding = advance(finding, "register", by=people["office"], version=finding.version)
    parties = [{"organisation": party.organisation, "role": party.role} for party in routing.propose(finding)]
    return advance(finding, "assign", by=people["office"], version=finding.version, assignees=parties)


def fed_back(task, by):
    task = advance(task, "accept", by=by, version=task.version)
    photo_for(task, by)
    return advance(task, "feedback", by=by, version=task.version, note="已覆盖", conclusion="rectified")


def test_a_problem_is_reported_assigned_twice_put_right_verified_and_struck_off(district, people):
    finding = assigned(district, people)
    town, department = finding.tasks.order_by("id")

    town, department = fed_back(town, people["town"]), fed_back(department, people["department"])
    town = advance(town, "pass", by=people["department"], version=town.version)
    assert Finding.objects.get().state == FindingState.ASSIGNED
    advance(department, "pass", by=people["town"], version=department.version)
    finding = Finding.objects.get()
    assert finding.state == FindingState.RECTIFIED
    finding = advance(finding, "strike_off", by=people["director"], version=finding.version)

    assert finding.state == FindingState.STRUCK_OFF
    assert [task.role for task in (town, department)] == ["territorial", "sector"]
    assert set(finding.tasks.values_list("state", flat=True)) == {TaskState.PASSED}


def test_a_party_never_verifies_itself(district, people):
    finding = assigned(district, people)
    task = fed_back(finding.tasks.get(role="territorial"), people["town"])

    with pytest.raises(NotYourRole):
        advance(task, "pass", by=people["town"], version=task.version)


def test_feedback_without_an_after_photo_is_refused_with_the_remedy(district, people):
    finding = assigned(district, people)
    task = advance(finding.tasks.get(role="territorial"), "accept", by=people["town"])

    with pytest.raises(ValidationError) as refusal:
        advance(task, "feedback", by=people["town"], note="已覆盖", conclusion="rectified")

    assert "photos" in refusal.value.message_dict


def test_the_same_step_again_by_the_same_person_is_a_replay_and_by_another_a_conflict(district, people):
    finding = assigned(district, people)
    task = finding.tasks.get(role="territorial")
    other = UserFactory(town_handler=task.organisation)
    first = advance(task, "accept", by=people["town"], version=task.version)

    again = advance(task, "accept", by=people["town"], version=task.version)
    with pytest.raises(Conflict):
        advance(task, "accept", by=other, version=task.version)

    assert again.replayed and again.version == first.version


def test_a_granted_refusal_of_every_party_brings_the_finding_back_to_assignment(district, people):
    finding = assigned(district, people)
    for task, who in zip(finding.tasks.order_by("id"), ("town", "department"), strict=True):
        advance(task, "refuse", by=people[who], note="不属于我单位职责")
        advance(task, "approve", by=people["commander"])

    finding = Finding.objects.get()
    assert finding.state == FindingState.REGISTERED
    assert set(finding.tasks.values_list("state", flat=True)) == {TaskState.REFUSED}


def test_a_transfer_runs_until_the_receiver_signs(district, people):
    finding = assigned(district, people)
    task = finding.tasks.get(role="sector")
    ecology = UserFactory(dept_handler=district.ecology)
    advance(task, "transfer", by=people["department"], note="属生态环境部门职责", organisation=district.ecology)
    advance(task, "approve", by=people["commander"])
    assert Task.objects.get(pk=task.pk).state == TaskState.ASSIGNED

    advance(finding.tasks.get(organisation=district.ecology), "accept", by=ecology)

    assert Task.objects.get(pk=task.pk).state == TaskState.TRANSFERRED


def test_a_fire_registers_and_dispatches_itself(district, people):
    finding = report(district, people["member"], code="straw-fire")

    finding = Finding.objects.get(pk=finding.pk)
    assert finding.number and finding.state == FindingState.ASSIGNED
    assert finding.tasks.count() == 2


def test_sent_again_it_is_one_row(district, people):
    problem_type = district.problem_types.get(code="other")
    clean = {"uuid": uuid.uuid4(), "problem_type": problem_type, "text": "冒烟"}

    answers = [submit(clean, by=people["member"]) for _ in range(2)]

    assert [answer.replay for answer in answers] == [False, True]
    assert Finding.objects.count() == 1


def test_stopped_is_not_rectified(district, people):
    finding = assigned(district, people)
    for task, who, verifier in zip(finding.tasks.order_by("id"), ("town", "department"), ("department", "town"), strict=True):
        task = advance(task, "accept", by=people[who])
        photo_for(task, people[who])
        task = advance(task, "feedback", by=people[who], note="已停工", conclusion="stopped")
        advance(task, "pass", by=people[verifier])

    finding = Finding.objects.get()
    assert finding.state == FindingState.STOPPED_PENDING
    finding = advance(finding, "resume", by=people["supervision"], note="已复工并全部覆盖")
    assert finding.state == FindingState.RECTIFIED


def test_a_freshly_assigned_problem_stands_in_the_record_row_by_row(district, people):
    assigned(district, people)

    found = verify.run(state=True)

    assert found.faults == []
