"""Every act that the code puts on record has a name for people."""

import ast

import pytest
from django.conf import settings

from airduty import acts
from alarms.models import AlarmRule, DustLimit, MonitorRule
from alarms.workflow import STEPS as ALARM_STEPS
from audit.models import AuditEvent
from grids.models import Membership, Post, StructureChange
from inspections.models import Finding, Visit
from inspections.words import HeldKind
from rectification.models import Clock, Policy, ReminderRule
from rectification.workflow import FINDING_STEPS, TASK_STEPS
from scorecards.services import clues, consequences, money, rules
from scorecards.words import AppealAct

WRITERS = {"record": 0, "record_many": 0, "record_removal": 0, "append": 0}
HELPERS = {"receivers.py": {"_by_stranger": 0}, "terms.py": {"_begin": 1, "_end": 1}, "0005_targets_on_record.py": {"_adopt": 0}}
"""Functions that put an act on record → which argument names it; the helpers by the file in which they are private."""
PASSED_ON = {"action"}
"""Names under which these functions hand an act to each other."""
WOVEN = {
    "grid.{}": StructureChange.Kind.values,
    "organisation.{}": StructureChange.Kind.values,
    "{}.edited": [model._meta.model_name for model in (Membership, Post)],
    "{}.edit": [model._meta.model_name for model in (Clock, Policy, ReminderRule, AlarmRule, DustLimit, MonitorRule)],
    "alarm.{}": ALARM_STEPS,
    "site.{}": ["new", "edit", "close", "reopen", "regrid", "succeed"],
    "patrol.{}": ["begin", "finish", "note"],
    "{}.held": HeldKind.values,
    "{}.photo_smaller": [model._meta.model_name for model in (Finding, Visit)],
    "proposal.{}": consequences.STEPS,
    "money.{}": money.STEPS,
    "clue.{}": clues.STEPS,
    "appeal.{}": [AppealAct.OPINION, AppealAct.CHANGE],
    "{}.save": rules.WORDS.values(),
    "{}.load": rules.WORDS.values(),
    "{}.drop": ["standing_measure", "own_source"],
    "{}.{}": [f"{kept}.{act}" for kept in ("standing_measure", "own_source") for act in ("new", "edit")],
}
"""Acts put together while the program runs. The last are also the steps of both workflows."""


def woven():
    return {pattern.replace("{}.{}", "{}").format(part) for pattern, parts in WOVEN.items() for part in parts}


def trees():
    for app in settings.OWN_APPS:
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def words_of(node) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return words_of(node.body) + words_of(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)]
    return [] if isinstance(node, ast.Name) and node.id in PASSED_ON else [ast.unparse(node)]


def acts_of(path, tree):
    """What the writers are told in this file, by their own name or through the module ``audit``."""
    writers = WRITERS | HELPERS.get(path.name, {})
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            module, _dot, name = ast.unparse(node.func).rpartition(".")
            if name in writers and module in ("", "audit"):
                yield from words_of(node.args[writers[name]])


@pytest.fixture(scope="module")
def recorded():
    return {word for path, tree in trees() for word in acts_of(path, tree)}


def steps():
    return {*(f"finding.{name}" for name in FINDING_STEPS), *(f"task.{name}" for name in TASK_STEPS)}


def test_every_recorded_act_has_a_label(recorded):
    plain = {word for word in recorded if "{" not in word}

    assert {"session.sign_in", "export", "post.end", "finding.submit"} <= plain
    assert (plain | woven() | steps()) - set(acts.LABELS) == set()


def test_every_woven_act_is_known(recorded):
    assert {word for word in recorded if "{" in word} == set(WOVEN)


def test_no_label_is_left_over(recorded):
    plain = {word for word in recorded if "{" not in word}

    assert set(acts.LABELS) - plain - woven() - steps() == set()


def test_kinds_of_rows_have_names_and_unknown_words_stay_readable():
    assert (acts.thing("accounts.User"), acts.thing("session"), acts.thing("of.nothing")) == ("人员账号", "会话", "of.nothing")
    assert acts.actor(AuditEvent(actor_name="system")) == "系统" and acts.actor(AuditEvent(actor_name="system", actor_id=1)) == "system"
    assert (acts.label("of.nothing"), acts.result("locked")) == ("of.nothing", "锁定")
