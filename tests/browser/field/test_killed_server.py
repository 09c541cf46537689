"""The server is killed while a phone sends: a real process, really killed."""

import os
import signal
import subprocess
import sys
import urllib.request

import pytest
from django.conf import settings
from django.db import connection

from inspections.models import Finding
from scripts import children
from tests.browser import PHONE
from tests.browser.field.conftest import SMALL, Phone, picture
from tests.factories.grids import centre

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
REPORTS, KILLS = 4, 2


class Server:
    """Two gunicorn workers on a port of their own. ``kill`` leaves nothing a chance to say goodbye."""

    def __init__(self):
        self.port = children.free_port()
        self.url = f"http://localhost:{self.port}"
        self.start()

    def start(self) -> None:
        base = connection.settings_dict
        place = f"postgres://{base['USER']}:{base['PASSWORD']}@{base['HOST']}:{base['PORT']}/{base['NAME']}"
        variables = os.environ | {"DATABASE_URL": place}
        command = [sys.executable, "-m", "gunicorn", "tests.browser.field.serving", "-b", f"127.0.0.1:{self.port}", "-w", "2", "--no-control-socket"]
        self.process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        assert children.wait_for(self.answers, seconds=60, process=self.process)

    def answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/healthz", timeout=2).status == 200
        except OSError:
            return False

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(transactional_db):
    started = Server()
    yield started
    started.kill()


def test_reports_survive_a_server_killed_again_and_again(server, browser, client, member, district, bare):
    lon, lat = centre(district.villages[0])
    place = {"longitude": lon, "latitude": lat, "accuracy": 8}
    context = browser.new_context(base_url=server.url, locale="zh-CN", permissions=["geolocation"], geolocation=place, **PHONE | SMALL)

    def enter(page, user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])

    phone = Phone(context, enter, member, district.villages[0])
    phone.sign_in()
    phone.learn()
    context.set_offline(True)
    for n in range(REPORTS):
        phone.report(bare.name, text=f"第{n}条", photos=[picture(10 + n, size=(1600, 1200)), picture(40 + n, size=(1600, 1200))])
    context.set_offline(False)
    for n in range(KILLS):
        phone.wait_for(f"items.filter((item) => item.state === 'done').length > {n}")
        server.kill()
        phone.page.wait_for_timeout(300)
        server.start()
        phone.page.evaluate("import('/static/js/field/queue.js').then((queue) => queue.run({ now: true }))")
    phone.restart()
    phone.wait_until_sent()

    assert sorted(Finding.objects.values_list("text", flat=True)) == [f"第{n}条" for n in range(REPORTS)]
    assert all(finding.photos.exclude(photo=None).count() == 2 for finding in Finding.objects.all())
    context.close()
