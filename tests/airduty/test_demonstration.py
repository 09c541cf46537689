"""The demonstration district: built through the services, in an order of time that can have been, and its month is the one its rows make."""

import datetime as dt
import io

import pytest
from django.core.management import call_command

from accounts.models import User
from airduty.management.commands import seed_demo
from bench import recount_month
from bench.recount import papers as recount_papers
from grids.models import Grid
from grids.roles import Role
from rectification.models import Task, TaskEvent
from scorecards.models import Scorecard

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BACKEND = "django.contrib.auth.backends.ModelBackend"
MONTH = "2026-10"


@pytest.fixture
def district(settings, monkeypatch):
    """Nine days across the end of a month."""
    settings.DEMO, settings.MFA_REQUIRED = True, False
    monkeypatch.setitem(seed_demo.SIZES, "small", (6, 6, 4, 9))
    call_command("seed_demo", size="small", today=dt.date(2026, 11, 3), stdout=io.StringIO())
    return Grid.objects.districts().get()


def test_a_seeded_month_can_have_been_and_is_the_one_that_its_papers_make(district, client):
    assert Task.objects.filter(state="passed").exists() and Scorecard.objects.filter(month=MONTH, rank=1).exists()
    assert [task.pk for task in Task.objects.all() if goes_back(task)] == []

    client.force_login(somebody(district, Role.SUPERVISION), backend=BACKEND)
    address = f"/api/v1/scorecards/{MONTH}/"
    lines = b"".join(client.get(f"{address}papers/").streaming_content).splitlines()
    found = recount_month.compared(
        recount_papers.read(lines, month=MONTH), client.get(address).json(), client.get(address, {"format": "xlsx"}).content
    )

    assert found.compared > 500
    assert "\n".join(map(str, found.faults)) == ""


def goes_back(task: Task) -> bool:
    moments = list(TaskEvent.objects.filter(task=task).order_by("id").values_list("at", flat=True))
    return moments != sorted(moments) or bool(moments) and moments[0] < task.assigned_at


def somebody(district, role: Role) -> User:
    return User.objects.filter(memberships__organisation__district=district, memberships__role=role).first()
