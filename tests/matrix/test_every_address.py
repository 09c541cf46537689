"""Role × address × method: who is let in, who is sent away and with what. ``table.py`` holds the answers, one line for each address."""

import pytest

from tests.matrix import addresses, table, tokens
from tests.matrix.world import ROLES

pytestmark = pytest.mark.django_db
SIGNS = {"audit_auditevent", "audit_chain", "django_session", "usersessions_usersession"}
"""What any reading may write: that it was refused or that an original was handed out, and the session."""
MAY_WRITE = {
    "api_token": {"airduty_cache"},
    "readyz": {"notices_heartbeat"},
    "home": {"rectification_lastvisit"},
    "emergency:link": {"airduty_cache"},
    "emergency:photo": {"evidence_photo"},
    "inspections:photo 320": {"evidence_photo"},
    "rectification:task-photo 320": {"evidence_photo"},
}
"""The count of its throttle; a trial of the database; since when there is news; a display copy made when it is first looked at."""


@pytest.fixture(scope="module")
def every(world):
    return addresses.every(world)


def test_every_address_stands_in_the_table(every):
    assert {name: "missing" for name in every if name not in table.TABLE} == {}
    assert {name: "no longer there" for name in table.TABLE if name not in every} == {}


@pytest.mark.parametrize("role", ROLES)
def test_everyone_gets_the_answers_of_the_table(role, every, visitor):
    """And reads no token of others, and writes nothing by reading."""
    person, wrong, wrote, read = visitor(role), {}, {}, {}
    for name, address in every.items():
        for method in table.methods(name, role):
            answer = person.send(method, address)
            if answer.status_code != (expected := table.expected(name, method, role)):
                wrong[f"{name} {method}"] = f"{answer.status_code}, not {expected}"
            if method == "GET" and (tables := person.wrote - SIGNS - MAY_WRITE.get(name, set())):
                wrote[name] = sorted(tables)
            if foreign := tokens.foreign(role, name, answer):
                read[f"{name} {method}"] = foreign
    assert wrong == {}
    assert wrote == {}
    assert read == {}


@pytest.mark.parametrize("role", ["visitor", "town", "office"])
def test_nothing_is_done_without_a_token_against_forgery(role, every, visitor):
    person, done = visitor(role, enforce_csrf_checks=True), {}
    for name, address in every.items():
        for headers in ({}, {"HX-Request": "true"}):
            status = person.send("POST", address, headers=headers).status_code
            if status not in table.without_token(name, role):
                done[name] = status
    assert done == {}


def test_the_open_addresses_are_those_written_down(every, visitor):
    person = visitor("visitor")
    open_ = {name for name, address in every.items() if person.send("GET", address).status_code not in (302, 401)}
    assert open_ == table.OPEN
