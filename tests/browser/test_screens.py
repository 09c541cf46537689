"""The short form of ``make screens``: every page of three roles, at both widths and in both languages, has no fault that a program can see."""

import pytest

from scripts.screens import words
from scripts.screens.walk import Walk
from tests.browser.lives import Lives
from tests.factories.accounts import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]
ROLES = ("office", "town", "member")


@pytest.fixture(scope="session")
def texts() -> set[str]:
    return words.of_product()


@pytest.fixture
def lives():
    """A row at every point of its life."""
    made = Lives()
    for make in (made.reported, made.registered, made.accepted, made.fed_back, made.rectified, made.struck_off):
        make()
    return made


def test_no_page_has_a_fault(lives, texts, browser, live_server, tmp_path):
    """One folder for all three: what reads the same to the next role is not looked over again."""
    known = words.Words(texts, *words.of_database())
    accounts = [{"username": lives.people[role].username, "password": PASSWORD} for role in ROLES]

    walks = [Walk(browser, address=live_server.url, account=each, words=known, folder=tmp_path, pictures=False).run("zh,en") for each in accounts]

    assert [len(shots) > 20 for shots in walks] == [True] * len(ROLES)
    assert {
        f"{shot['role']} {shot['kind']} {shot['language']}": faults
        for shots in walks
        for shot in shots
        if (faults := [each for each in shot["faults"] if each[0] != "slow"])
    } == {}
