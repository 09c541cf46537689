"""The papers of a month: who may have them, what is in them."""

import datetime as dt
import json

import pytest

from audit.models import AuditEvent
from grids.models import Membership
from scorecards import services
from tests.factories.accounts import UserFactory
from tests.factories.inspections import FindingEventFactory, FindingFactory
from tests.factories.scorecards import MONTH, MarkedDistrictFactory, beijing
from tests.scorecards.lives import random_lives, step, task_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
ADDRESS = f"/api/v1/scorecards/{MONTH}/papers/"


@pytest.fixture
def district(settings):
    settings.MFA_REQUIRED = False
    district = MarkedDistrictFactory()
    random_lives(district, seed=4, count=4, start=beijing(1), until=beijing(31))
    services.build(MONTH, district=district)
    return district


@pytest.fixture
def asks(client):
    def get(organisation, role, **query):
        user = UserFactory()
        Membership.objects.create(user=user, organisation=organisation, role=role, starts_on=dt.date(2020, 1, 1))
        client.force_login(user, backend=BACKEND)
        return client.get(ADDRESS, query)

    return get


def rows(answer) -> list[dict]:
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def test_the_office_gets_the_rows_and_the_record_says_so(district, asks):
    answer = asks(district.office, "office_staff")

    tables = {row["table"] for row in rows(answer)}
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert tables >= {"organisations", "grids", "fields", "schemes", "scheme_lines", "findings", "tasks", "steps"}
    event = AuditEvent.objects.filter(action="export").get()
    assert (event.object_type, event.district_id, event.details["kind"]) == ("scorecards.papers", district.pk, "scorecards.papers")


def test_a_township_is_told_whose_they_are(district, asks):
    assert asks(district._town_a, "town_manager").status_code == 403


def test_another_district_is_not_there(district, asks):
    other = MarkedDistrictFactory()

    assert asks(other.office, "office_director").status_code == 404
    assert asks(other.office, "office_director", district=district.pk).status_code == 404


def test_nothing_written_by_people_is_in_them(district, asks):
    task = task_of(district, at=beijing(2), due=beijing(9), text="藏在正文里的话")
    step(task, "feedback", beijing(3), note_of_people="藏在细节里的话", verify_due_at=beijing(5).isoformat())

    text = json.dumps(rows(asks(district.office, "office_director")), ensure_ascii=False)

    assert "藏在" not in text and beijing(5).isoformat() in text


def test_what_comes_after_the_month_is_not_in_them_but_its_corrections_are(district, asks):
    late = FindingFactory(district=district, received_at=beijing(2, month=11))
    early = FindingFactory(district=district, received_at=beijing(2))
    FindingEventFactory(finding=early, action="register", at=beijing(2, month=11), details={"number": "2026-000009"})
    FindingEventFactory(finding=early, action="correct", at=beijing(3, month=11), details={"changes": {"risk": ["low", "high"], "text": ["a", "b"]}})

    found = rows(asks(district.office, "office_director"))

    numbers = {row["id"] for row in found if row["table"] == "findings"}
    assert early.pk in numbers and late.pk not in numbers
    assert [row for row in found if row["table"] == "corrections"] == [
        {"table": "corrections", "finding_id": early.pk, "at": beijing(3, month=11).astimezone(dt.UTC).isoformat(), "risk": ["low", "high"]}
    ]


def test_a_sealed_visit_is_for_supervision_only(district, asks):
    sealed = FindingFactory(district=district, received_at=beijing(2), source="covert_visit", is_sealed=True)

    def seen(*seat):
        return {row["id"] for row in rows(asks(*seat)) if row["table"] == "findings"}

    assert sealed.pk not in seen(district.office, "office_director")
    assert sealed.pk in seen(district.supervision, "supervision")
