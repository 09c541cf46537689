"""Many at once, against a live server: one visit, one round, nobody answered by an error."""

import datetime as dt
import json
import threading
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

import pytest
from django.db import connection
from rest_framework.authtoken.models import Token

from audit.models import AuditEvent
from common import clock
from inspections.models import Patrol, Visit
from inspections.services import handing_over
from tests.factories.accounts import UserFactory
from tests.factories.inspections import PatrolFactory, VisitFactory

pytestmark = pytest.mark.django_db(transaction=True)
POSTS, AT_ONCE = 50, 20


def put(url: str, token: str, body: dict) -> tuple[int, dict]:
    headers = {"Content-Type": "application/json", "Authorization": f"Token {token}"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def all_at_once(url: str, token: str, bodies: list[dict]) -> list[int]:
    gate = threading.Barrier(AT_ONCE)

    def one(numbered):
        if numbered[0] < AT_ONCE:
            gate.wait(30)
        return put(url, token, numbered[1])[0]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, enumerate(bodies)))


@pytest.mark.parametrize("is_planned", [True, False])
def test_equal_visits_at_once_make_one(live_server, member, planned, seen, is_planned):
    key = planned.uuid if is_planned else uuid.uuid4()
    token = Token.objects.create(user=member).key
    codes = all_at_once(f"{live_server.url}/api/v1/visits/{key}/", token, [seen()] * POSTS)
    assert (codes.count(201), codes.count(200)) == (1, POSTS - 1)
    assert Visit.objects.done().count() == 1
    assert AuditEvent.objects.filter(action="visit.done").count() == 1


def test_different_visits_under_one_planned_uuid_keep_the_first(live_server, member, planned, seen):
    token = Token.objects.create(user=member).key
    codes = all_at_once(f"{live_server.url}/api/v1/visits/{planned.uuid}/", token, [seen(text=f"第{n}种说法") for n in range(AT_ONCE)])
    assert (codes.count(201), codes.count(409)) == (1, AT_ONCE - 1)


def test_round_begun_by_many_at_once_is_one(live_server, member, district):
    token, key = Token.objects.create(user=member).key, uuid.uuid4()
    body = {"kind": "night", "grid": district.villages[0].code, "started_at": clock.now().isoformat(), "device_id": "phone-1", "seq": 3}
    codes = all_at_once(f"{live_server.url}/api/v1/patrols/{key}/", token, [body] * POSTS)
    assert (codes.count(201), codes.count(200)) == (1, POSTS - 1)
    assert Patrol.objects.count() == Patrol.objects.get().sendings.count() == 1


def test_a_visit_that_arrives_while_its_round_is_handed_over_stays_done(live_server, member, patrol, site, seen, district):
    token, other, gate = Token.objects.create(user=member).key, UserFactory(patroller=district.villages[0]), threading.Barrier(2)
    days = [patrol.planned_on + dt.timedelta(days=n) for n in range(1, 13)]
    rounds = [PatrolFactory(district=district, person=member, planned_on=day) for day in days]
    planned = [VisitFactory(patrol=each, site=site) for each in rounds]

    def send():
        codes = []
        for visit in planned:
            gate.wait(30)
            codes.append(put(f"{live_server.url}/api/v1/visits/{visit.uuid}/", token, seen())[0])
        return codes

    def hand_over():
        try:
            for each in rounds:
                gate.wait(30)
                handing_over.hand_over(each, to=other, reason="请假", by=member)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        sending, handing = pool.submit(send), pool.submit(hand_over)
        assert (sending.result(), handing.result()) == ([201] * len(days), None)
    assert set(Visit.objects.filter(received_at__isnull=False).values_list("state", flat=True)) == {"done"}
