"""Messages to browsers: offered with keys only, encrypted for one browser, forgotten when it is gone."""

import base64
import json

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from py_vapid import Vapid02

from notices import dispatch, services
from notices.channels import web_push
from notices.models import Channel, Notice, PushSubscription, State
from notices.services import push
from notices.stub.server import running
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """What a browser keeps to itself."""

    def __init__(self, endpoint):
        self.endpoint, self.key, self.auth = endpoint, ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"

    @property
    def keys(self):
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": text(public), "auth": text(self.auth)}

    def read(self, call):
        sealed = base64.b64decode(call["body"]["sealed"])
        return json.loads(http_ece.decrypt(sealed, private_key=self.key, auth_secret=self.auth, version="aes128gcm"))


@pytest.fixture
def _keys(settings, capsys):
    call_command("push_keys")
    lines = dict(line.split("=", 1) for line in capsys.readouterr().out.split())
    settings.WEB_PUSH_PUBLIC_KEY, settings.WEB_PUSH_PRIVATE_KEY = lines["WEB_PUSH_PUBLIC_KEY"], lines["WEB_PUSH_PRIVATE_KEY"]
    settings.DEFAULT_FROM_EMAIL = "airduty@example.org"


@pytest.fixture
def stub(settings, _keys):
    with running() as found:
        settings.WEB_PUSH_HOSTS = [found.origin]
        yield found


def subscribed(stub, person, name="a"):
    browser = Browser(f"{stub.origin}/push/{name}")
    push.subscribe(endpoint=browser.endpoint, by=person, browser="Firefox", **browser.keys)
    return browser


def queue(person, **more):
    return services.queue(**{"to": [person], "title": "烟火报警", "body": "城东", "url": "/alarms/7/", "dedup_key": "a", "kind": "alarm.x"} | more)


def test_what_comes_into_the_inbox_is_pushed_to_a_browser_that_wants_it(stub, settings):
    person, other = UserFactory(), UserFactory()
    browser = subscribed(stub, person)

    assert queue(person, to=[person, other], urgent=True) == 3
    dispatch.drain("w")

    (call,) = stub.got("push")
    assert browser.read(call) == {
        "title": "烟火报警",
        "body": "城东",
        "url": "/alarms/7/",
        "tag": f"a:u{person.pk}",
        "person": person.pk,
        "others": "有新消息，请登录后查看。",
    }
    assert Notice.objects.get(channel="web_push").state == State.SENT
    token = call["token"].removeprefix("vapid t=").partition(",")[0]
    assert Vapid02.verify(f"vapid t={token},k={settings.WEB_PUSH_PUBLIC_KEY}")


def test_the_key_pair_of_the_command_belongs_together(settings, _keys):
    private = Vapid02.from_string(settings.WEB_PUSH_PRIVATE_KEY)
    assert text(private.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)) == settings.WEB_PUSH_PUBLIC_KEY


def test_a_browser_that_is_gone_is_forgotten_and_the_others_are_told(stub):
    person = UserFactory()
    subscribed(stub, person, "gone")
    subscribed(stub, person, "b")
    queue(person, urgent=True)
    dispatch.drain("w")

    assert Notice.objects.get(channel="web_push").state == State.SENT
    assert [kept.endpoint for kept in PushSubscription.objects.all()] == [f"{stub.origin}/push/b"]


def test_when_the_last_browser_is_gone_the_row_is_dead(stub):
    person = UserFactory()
    subscribed(stub, person, "gone")
    queue(person, urgent=True)
    dispatch.drain("w")

    row = Notice.objects.get(channel="web_push")
    assert (row.state, row.last_error, PushSubscription.objects.count()) == (State.DEAD, web_push.NOWHERE, 0)


@pytest.mark.parametrize("manner", ["busy", "refuse", "dead"])
def test_an_ill_service_is_tried_again(stub, manner):
    stub.manner["push"] = manner
    person = UserFactory()
    subscribed(stub, person)
    queue(person, urgent=True)
    dispatch.drain("w")

    assert (Notice.objects.get(channel="web_push").state, PushSubscription.objects.count()) == (State.RETRY, 1)


def test_asked_for_by_name_without_a_browser_the_row_says_why(_keys):
    queue(UserFactory(), channels=[Channel.WEB_PUSH])

    assert Notice.objects.get().last_error == "没有开启浏览器推送"


def test_number_of_queries_does_not_grow_with_people(stub, django_assert_num_queries):
    people = UserFactory.create_batch(5)
    for n, person in enumerate(people):
        subscribed(stub, person, str(n))
    with django_assert_num_queries(3):
        queue(None, to=people)


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize("endpoint", ["https://evil.example.invalid/push", "http://fcm.googleapis.com/x", "https://127.0.0.1/x", "x"])
def test_only_known_push_services_are_written_to(endpoint):
    with pytest.raises(ValidationError):
        push.subscribe(endpoint=endpoint, by=UserFactory(), **Browser("").keys)


def test_the_same_browser_is_one_row_of_whoever_asked_last(stub):
    first, second = UserFactory(), UserFactory()
    subscribed(stub, first)
    browser = subscribed(stub, second)

    assert PushSubscription.objects.get().person == second
    assert not push.unsubscribe(browser.endpoint, by=first) and push.unsubscribe(browser.endpoint, by=second)


def test_a_person_has_ten_browsers_at_most(stub):
    person = UserFactory()
    for n in range(12):
        subscribed(stub, person, str(n))

    assert PushSubscription.objects.filter(person=person).count() == 10


# --- the address ----------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def ask(client):
    client.force_login(UserFactory())

    def send(method, body=None):
        return getattr(client, method)(reverse("notices:push"), body, content_type="application/json")

    return send


def test_without_keys_nothing_is_offered(ask, client):
    assert client.get(reverse("notices:push")).json() == {"key": None}
    assert ask("post", {}).status_code == 404
    assert "data-push" not in client.get(reverse("notices:inbox")).content.decode()


def test_a_browser_is_taken_and_let_go(ask, client, stub, settings):
    browser = Browser(f"{stub.origin}/push/a")
    body = {"endpoint": browser.endpoint, "keys": browser.keys, "expirationTime": None}

    assert "data-push" in client.get(reverse("notices:inbox")).content.decode()
    assert client.get(reverse("notices:push")).json() == {"key": settings.WEB_PUSH_PUBLIC_KEY}
    assert [ask("post", body).status_code for _ in range(2)] == [200, 200] and PushSubscription.objects.count() == 1
    assert ask("delete", {"endpoint": browser.endpoint}).json() == {"done": True}
    assert ask("delete", {"endpoint": browser.endpoint}).json() == {"done": False}


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize(
    "body",
    [
        [],
        {"endpoint": 7, "keys": {"p256dh": "x", "auth": "y"}},
        {"endpoint": "https://fcm.googleapis.com/x"},
        {"endpoint": "https://fcm.googleapis.com/x", "keys": []},
        {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "短", "auth": "y"}},
    ],
)
def test_what_no_browser_sends_is_refused_with_words(ask, body):
    answer = ask("post", body)

    assert answer.status_code == 400 and "重新开启" in answer.content.decode()


def test_both_workers_hold_the_words_for_pushes(client):
    for name in ("notices:push-worker", "field_worker"):
        answer = client.get(reverse(name))
        assert answer["Content-Type"] == "text/javascript" and "notificationclick" in answer.content.decode()
