"""Many at once, against a live server: the row is one and nobody is answered by an error."""

import json
import threading
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

import pytest
from rest_framework.authtoken.models import Token

from inspections.models import Finding, FindingEvent

pytestmark = pytest.mark.django_db(transaction=True)
POSTS, AT_ONCE = 60, 20


def put(url: str, token: str, body: dict) -> tuple[int, dict]:
    headers = {"Content-Type": "application/json", "Authorization": f"Token {token}"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def test_equal_posts_at_once_make_one_row(live_server, member, report):
    token, url = Token.objects.create(user=member).key, f"{live_server.url}/api/v1/findings/{uuid.uuid4()}/"
    gate = threading.Barrier(AT_ONCE)

    def one(n):
        if n < AT_ONCE:
            gate.wait(30)
        return put(url, token, report())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(one, range(POSTS)))
    codes = [code for code, _body in answers]
    assert (codes.count(201), codes.count(200)) == (1, POSTS - 1)
    assert len({body["uuid"] for _code, body in answers}) == 1
    assert Finding.objects.count() == FindingEvent.objects.count() == 1


def test_different_contents_under_one_uuid_at_once_keep_the_first(live_server, member, report):
    token, url = Token.objects.create(user=member).key, f"{live_server.url}/api/v1/findings/{uuid.uuid4()}/"
    with ThreadPoolExecutor(8) as pool:
        codes = [code for code, _body in pool.map(lambda n: put(url, token, report(text=f"第{n}种说法")), range(8))]
    assert (codes.count(201), codes.count(409)) == (1, 7)
    assert Finding.objects.count() == 1
