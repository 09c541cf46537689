"""One world per module, in one transaction that is undone at the end; what a request writes is undone after the request."""

import logging
import re
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.matrix.world import World

BACKEND = "django.contrib.auth.backends.ModelBackend"
WRITES = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.I)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.conf import settings

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(settings, "MEDIA_ROOT", tmp_path_factory.mktemp("matrix"))
        patch.setattr("rectification.services.chance.drawn", lambda one_in: False)  # the table says who may what when the lot fell on nobody
        made = World()
        made.media = settings.MEDIA_ROOT
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _files_of_world(_own_files, world, settings):
    settings.MEDIA_ROOT = world.media
    settings.MFA_REQUIRED = False
    logging.disable(logging.CRITICAL)  # thousands of refusals, each told with its traceback
    yield
    logging.disable(logging.NOTSET)


class Visitor:
    """Sends requests as one role and undoes what they wrote; ``wrote`` names the tables of the last one."""

    def __init__(self, world, role: str, **client):
        self.user, self.client, self.wrote = world.user(role), Client(raise_request_exception=False, **client), set()
        if self.user is not None:
            self.client.force_login(self.user, backend=BACKEND)
        self.kept = dict(self.client.cookies)

    def send(self, method: str, address: str, data=None, **headers):
        with self._undone(), connection.execute_wrapper(self._note):
            self.wrote = set()
            self._as_signed_in()
            kind = {"content_type": "application/json"} if method != "GET" and address.startswith("/api/") else {}
            answer = getattr(self.client, method.lower())(address, data, **kind, **headers)
            answer.whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer

    def _as_signed_in(self):
        """The cookies of the beginning: an answer that signs out, or that keeps a message, is not remembered by the next request."""
        self.client.cookies.clear()
        self.client.cookies.update(self.kept)

    @contextmanager
    def _undone(self):
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def _note(self, execute, sql, params, many, context):
        if found := WRITES.match(sql):
            self.wrote.add(found[2])
        return execute(sql, params, many, context)


@pytest.fixture
def visitor(world, db):
    return lambda role, **client: Visitor(world, role, **client)
