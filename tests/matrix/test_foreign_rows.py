"""Each part of the world carries a token in its texts: rows of others by their address, searches and exports give none away.

The addresses of one's own rows are looked through in ``test_every_address.py``.
"""

import pytest
from django.urls import reverse

from tests.matrix import tokens
from tests.matrix.tokens import MAY_READ, TOKENS
from tests.matrix.world import ROLES

pytestmark = pytest.mark.django_db
EXPORTS = ("inspections:ledger-export", "rectification:task-export", "rectification:fire-export", "registers:export")
WORDS = ("土方", "东侧", "未覆盖")
"""In the text of every row of the world."""
SEARCHED = (
    "inspections:ledger",
    "inspections:ledger-counts",
    "inspections:map-data",
    "rectification:tasks",
    "api-findings",
    "api-tasks",
    "registers:sites",
    "registers:map-data",
    "api-sites",
)
OF_A_FINDING = ("rectification:finding", "rectification:case-file", "api-finding", "mobile:sent")


@pytest.mark.parametrize("role", ROLES)
def test_rows_of_others_are_not_there(role, world, visitor):
    person, seen = visitor(role), {}
    for token, row in (("QXNEAR", world.near), ("QXFAR", world.far), ("QXSEALED", world.sealed), ("QXFOREIGN", world.abroad)):
        for name in OF_A_FINDING if token not in MAY_READ.get(role, set()) and role != "visitor" else ():
            seen[f"{name} {token}"] = person.send("GET", reverse(name, args=[row.uuid])).status_code
    assert {name: status for name, status in seen.items() if status != 404} == {}


@pytest.mark.parametrize("role", ROLES)
def test_searches_and_exports_give_nothing_away(role, visitor):
    person, read = visitor(role), {}
    for name in EXPORTS:
        if found := tokens.foreign(role, name, person.send("POST", reverse(name))):
            read[name] = found
    for name in SEARCHED:
        for word in WORDS:
            if found := tokens.foreign(role, name, person.send("GET", f"{reverse(name)}?q={word}&box=all")):
                read[f"{name} searching {word}"] = found
    assert read == {}


@pytest.mark.parametrize("role", sorted(MAY_READ))
def test_everybody_reads_what_is_theirs(role, visitor):
    text = tokens.text_of(visitor(role).send("GET", f"{reverse('inspections:ledger')}?box=all"))
    assert {token for token in TOKENS if token in text} == MAY_READ[role]
