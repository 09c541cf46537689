"""Every step that a person can take, once in the browser by its owner through its form; kept from the wrong role on the page and by POST."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.urls import reverse

from common import clock
from inspections.models import Finding
from notices.models import Notice
from rectification.models import LookBack, Task
from rectification.services import chance
from rectification.workflow import FINDING_STEPS, HIDDEN, TASK_STEPS, Part
from tests.browser.lives import Lives
from tests.factories.evidence import photo_bytes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PHOTO = {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes(77, size=(640, 480))}


def day(ahead: int) -> str:
    return (clock.today() + dt.timedelta(days=ahead)).isoformat()


def moment(ahead: int) -> dt.datetime:
    return clock.at(clock.today() + dt.timedelta(days=ahead), dt.time(23, 59, 59))


@dataclass(frozen=True)
class Try:
    """One step: the row it starts from, who takes it, what is typed, what is seen afterwards."""

    row: Callable
    by: str
    state: str
    typed: dict = field(default_factory=dict)
    wrong: str = "leader"
    effect: Callable = lambda row: True
    told: str = ""
    """Who has a message afterwards that was not there before."""


NOTE = {"note": "现场已核实，请按要求办理"}
OF_FINDING = {
    "register": Try(lambda lives: lives.reported(), "office", "registered", wrong="town", effect=lambda row: row.number),
    "reject": Try(lambda lives: lives.reported(), "office", "rejected", NOTE, wrong="town", told="member"),
    "merge": Try(lambda lives: twin(lives), "office", "merged", NOTE, wrong="town", effect=lambda row: row.merged_into_id),
    "assign": Try(lambda lives: lives.registered(), "office", "assigned", wrong="town", effect=lambda row: row.tasks.count() == 2, told="town"),
    "assign_more": Try(
        lambda lives: lives.assigned(),
        "office",
        "assigned",
        {"party-0-organisation": "生态环境分局"},
        "town",
        lambda row: row.tasks.count() == 3,
        "ecology",
    ),
    "recheck": Try(lambda lives: lives.stopped(), "supervision", "stopped_pending", NOTE, wrong="town"),
    "resume": Try(lambda lives: lives.stopped(), "supervision", "rectified", NOTE, wrong="town"),
    "strike_off": Try(lambda lives: lives.rectified(), "director", "struck_off", wrong="office", effect=lambda row: row.look_backs.exists()),
    "send_back": Try(
        lambda lives: lives.rectified(), "supervision", "assigned", NOTE, "town", lambda row: row.tasks.filter(state="returned").exists(), "town"
    ),
    "look_back": Try(
        lambda lives: today(lives.struck_off()), "supervision", "", NOTE | {"result": "stable"}, wrong="town", effect=lambda row: looked(row)
    ),
    "superior_accept": Try(
        lambda lives: lives.registered(code="superior-issue", source="provincial_inspection", by="office", superior_number="省〔2026〕1号"),
        *("office", "registered", {"accepted_at": day(0)}, "town", lambda row: row.superior_accepted_at),
    ),
    "correct": Try(
        lambda lives: lives.assigned(), "office", "assigned", NOTE | {"address": "东门南侧"}, "town", lambda row: row.address == "东门南侧"
    ),
    "void": Try(
        lambda lives: lives.assigned(), "director", "void", NOTE, "office", lambda row: set(row.tasks.values_list("state", flat=True)) == {"void"}
    ),
    "comment": Try(lambda lives: lives.assigned(), "leader", "assigned", NOTE, wrong="town", effect=lambda row: row.events.filter(action="comment")),
}
OF_TASK = {
    "accept": Try(lambda lives: lives.task(), "town", "accepted", wrong="dept"),
    "arrive": Try(lambda lives: lives.fire(), "town", "assigned", wrong="leader", effect=lambda row: row.arrived_at),
    "dispatch": Try(lambda lives: lives.accepted(), "town_manager", "accepted", {"handler": "乡办甲"}, "dept", lambda row: row.handler_id, "town"),
    "feedback": Try(
        lambda lives: lives.accepted(),
        "town",
        "fed_back",
        NOTE | {"conclusion": "rectified", "photos": PHOTO},
        "dept",
        lambda row: row.fed_back_at,
        "dept",
    ),
    "progress": Try(lambda lives: lives.accepted(), "town", "accepted", NOTE, wrong="dept"),
    "object_date": Try(
        lambda lives: lives.task(),
        "town",
        "assigned",
        NOTE | {"wanted_at": day(20)},
        "dept",
        lambda row: row.due_at == row.original_due_at,
        "commander",
    ),
    "refuse": Try(lambda lives: lives.task(), "town", "assigned", NOTE, wrong="dept", told="commander"),
    "extend": Try(
        lambda lives: lives.accepted(due_at=moment(10)),
        *("town", "accepted", NOTE | {"wanted_at": day(15), "reason_code": "weather"}, "dept", lambda row: row.requests.get().wanted_at, "commander"),
    ),
    "suspend": Try(lambda lives: lives.accepted(), "town", "accepted", NOTE | {"wanted_at": day(10)}, "dept", told="commander"),
    "transfer": Try(lambda lives: lives.accepted(), "town", "accepted", NOTE | {"organisation": "生态环境分局"}, "dept", told="commander"),
    "milestones": Try(
        lambda lives: lives.accepted(due_at=moment(120), kind="long_term"),
        *("town", "accepted", NOTE | {"milestones": f"{day(60)} 40 完成采购\n{day(110)} 100 完成安装"}, "dept", lambda row: row.requests.get().plan),
    ),
    "withdraw": Try(
        lambda lives: lives.asked("suspend", wanted_at=moment(10)),
        "town",
        "accepted",
        {},
        "dept",
        lambda row: row.requests.get().state == "withdrawn",
    ),
    "approve": Try(
        lambda lives: lives.asked("suspend", wanted_at=moment(10)),
        "commander",
        "suspended",
        {},
        "office",
        lambda row: row.suspended_at is not None,
        "town",
    ),
    "decline": Try(lambda lives: lives.asked("suspend", wanted_at=moment(10)), "commander", "accepted", NOTE, "office", told="town"),
    "resume": Try(
        lambda lives: lives.suspended(moment(10)), "commander", "accepted", wrong="office", effect=lambda row: row.due_at > row.original_due_at
    ),
    "pass": Try(lambda lives: lives.fed_back(), "dept", "passed", NOTE, wrong="town", effect=lambda row: row.passed_at),
    "confirm": Try(lambda lives: lives.drawn(fall), "supervision", "passed", NOTE, wrong="dept"),
    "return": Try(lambda lives: lives.fed_back(), "dept", "returned", NOTE, "town", lambda row: row.returns == 1, "town"),
    "overturn": Try(lambda lives: lives.drawn(fall), "supervision", "returned", NOTE, "dept", lambda row: row.returns == 1, "town"),
    "urge": Try(lambda lives: lives.accepted(), "office", "accepted", wrong="dept", told="town"),
    "call": Try(lambda lives: lives.accepted(), "office", "accepted", NOTE, "dept", lambda row: row.events.filter(action="call").exists()),
}


def fall(lot: bool) -> None:
    chance.drawn = lambda one_in: lot


def twin(lives):
    """A second report of what is already in the ledger."""
    lives.registered()
    return lives.reported()


def today(finding):
    LookBack.objects.filter(finding=finding).update(planned_on=clock.today())
    return finding


def looked(finding) -> bool:
    return finding.look_backs.filter(done_at__isnull=False, result="stable").exists()


@pytest.fixture
def lives():
    return Lives()


@pytest.fixture
def browse(new_context, sign_in, lives):
    """``browse(role)``: that person's page."""
    pages = {}

    def page_of(role: str):
        if role not in pages:
            pages[role] = new_context().new_page()
            sign_in(pages[role], lives.people[role])
        return pages[role]

    return page_of


def persons_steps(steps: dict) -> set[str]:
    return {action for action, step in steps.items() if step.parts != {Part.SYSTEM}} - HIDDEN


def test_every_step_of_both_tables_is_tried_here():
    assert set(OF_FINDING) == persons_steps(FINDING_STEPS)
    assert set(OF_TASK) == persons_steps(TASK_STEPS)


@pytest.mark.parametrize("action", OF_FINDING)
def test_a_step_on_a_finding_is_taken_by_its_owner_only(action, lives, browse, expected_errors):
    take(action, OF_FINDING[action], lives, browse, expected_errors)


@pytest.mark.parametrize("action", OF_TASK)
def test_a_step_on_a_task_is_taken_by_its_owner_only(action, lives, browse, expected_errors):
    take(action, OF_TASK[action], lives, browse, expected_errors)


def take(action: str, tried: Try, lives, browse, expected_errors) -> None:
    expected_errors.append("status of 403")
    row = tried.row(lives)
    address, case = step_address(row, action), getattr(row, "finding", row).get_absolute_url()
    wrong, owner = browse(tried.wrong), browse(tried.by)

    assert_kept_from(wrong, case=case, address=address)
    assert type(row).objects.get(pk=row.pk).version == row.version
    before = Notice.objects.count()

    owner.goto(case)
    owner.locator(f'a[data-step][href="{address}"]').first.click()
    dialog = owner.get_by_role("dialog")
    type_in(dialog, tried.typed)
    with owner.expect_navigation():
        dialog.locator("form button:not([type=button])").click()

    row = type(row).objects.get(pk=row.pk)
    assert tried.state in ("", row.state)
    assert tried.effect(row)
    assert_told(lives, tried.told, more_than=before)
    assert owner.get_by_role("dialog").count() == 0


def step_address(row: Finding | Task, action: str) -> str:
    if isinstance(row, Task):
        return reverse("rectification:task-step", args=[row.pk, action])
    return reverse("rectification:finding-step", args=[row.uuid, action])


def type_in(dialog, typed: dict) -> None:
    dialog.locator("form").wait_for(timeout=30_000)
    for name, value in typed.items():
        control = dialog.locator(f'[name="{name}"]')
        kind = control.first.evaluate("(node) => node.tagName === 'INPUT' ? node.type : node.tagName.toLowerCase()")
        if kind == "select":
            choose(control, value)
        elif kind == "radio":
            dialog.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind == "file":
            control.set_input_files(value)
        else:
            control.fill(value)


def choose(control, wanted: str) -> None:
    """By value or by a part of what is read."""
    options = control.locator("option").evaluate_all("(all) => all.map((each) => [each.value, each.textContent])")
    control.select_option(next(value for value, text in options if wanted == value or wanted in text))


def assert_kept_from(page, *, case: str, address: str) -> None:
    answer = page.goto(case)
    assert answer.status == 200
    assert page.locator(f'[href="{address}"]').count() == 0
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == settings.CSRF_COOKIE_NAME)
    refused = page.request.post(address, form={"note": "不是我的一步"}, headers={"X-CSRFToken": token, "Referer": page.url})
    assert refused.status == 403


def assert_told(lives, role: str, *, more_than: int) -> None:
    if role:
        assert Notice.objects.filter(recipient=lives.people[role], channel="inbox").exists()
        assert Notice.objects.count() > more_than
