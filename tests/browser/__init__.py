"""Chromium for tests: ``page`` is a fresh signed-out desktop page, ``phone`` one of a phone's size, ``new_context`` makes more.

Any error in the browser's console or an answer of 500 fails the test, except those with one of the words that it has put into ``expected_errors``.
"""

import os
import threading
import time

import pytest

from scripts.provide import CHROMIUM_FLAGS

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
PATIENCE = 30_000
"""Milliseconds that an expectation may take on a busy machine."""


def expect_to_fit(page) -> None:
    """The page, once it has come whole, is no wider than its window."""
    page.wait_for_load_state()
    page.wait_for_function("document.documentElement?.scrollWidth <= document.documentElement?.clientWidth")


@pytest.fixture(scope="session")
def playwright():
    """Playwright keeps an event loop in this thread, in which Django refuses its ORM. Nothing of ours is asynchronous: the guard is off meanwhile."""
    from playwright.sync_api import expect, sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE)
        yield started


@pytest.fixture(scope="session")
def browser(playwright):
    chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=CHROMIUM_FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture(autouse=True)
def _all_answered(request):
    """Requests that a closed browser has left behind are over before the tables are emptied: both would wait for each other."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    for _ in range(PATIENCE // 20):
        if not any("process_request_thread" in thread.name for thread in threading.enumerate()):
            return
        time.sleep(0.02)


@pytest.fixture
def expected_errors() -> list[str]:
    """Words of the errors that a test provokes. They are looked at when all is closed: a browser may tell of an error late."""
    return []


@pytest.fixture
def new_context(browser, live_server, expected_errors):
    """``new_context(**options)`` opens a browser profile of its own, as a second person would have."""
    opened, errors = [], []

    def open_context(**options):
        context = browser.new_context(base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai", **{**DESKTOP, **options})
        context.set_default_timeout(PATIENCE)
        context.on("page", lambda page: _watch(page, errors))
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()
    assert [error for error in errors if not any(word in error for word in expected_errors)] == []


@pytest.fixture
def page(new_context):
    return new_context().new_page()


@pytest.fixture
def phone(new_context):
    return new_context(**PHONE).new_page()


@pytest.fixture
def sign_in(live_server, client):
    """``sign_in(page, user)`` opens a session for ``user`` in the page's browser without the form."""

    def enter(page, user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        name, session = _session_of(client)
        page.context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
        client.cookies.clear()

    return enter


def _session_of(client):
    from django.conf import settings

    return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value


def _watch(page, errors: list[str]) -> None:
    page.on("console", lambda message: errors.append(f"{page.url}: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    page.on("response", lambda response: errors.append(f"{response.url}: {response.status}") if response.status >= 500 else None)
