"""`make run` as people know it: it starts, survives the death of its parts, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from scripts import children
from scripts import run as start
from scripts.supervisor import Program, Supervisor

ROOT = Path(settings.BASE_DIR)
PATIENCE = 480


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run") / "data"


@pytest.fixture
def run(data_folder, tmp_path):
    """A started product on a data folder of its own, without a demonstration district; its output is ``run.text()``."""
    started = Run(data_folder, tmp_path / "output")
    yield started
    started.end(signal.SIGKILL)


class Run:
    def __init__(self, data: Path, output: Path):
        self.data, self.output, self.port = data, output, children.free_port()
        outside = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL", "AIRDUTY_TESTING", "SECRET_KEY"}}
        variables = outside | {"DATA_DIR": str(data), "PORT": str(self.port), "DEMO": "0", "MAKELEVEL": "1"}
        with output.open("w") as stream:
            self.process = subprocess.Popen([sys.executable, "-m", "scripts.run"], cwd=ROOT, env=variables, stdout=stream, stderr=stream)

    def text(self) -> str:
        return self.output.read_text()

    def wait_for(self, ready) -> bool:
        return children.wait_for(ready, seconds=PATIENCE, process=self.process)

    def processes(self) -> dict[int, str]:
        """Everything that works on this data folder, by process id."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                owned = f"DATA_DIR={self.data}".encode() in (folder / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if owned or str(self.data) in command:
                found[int(folder.name)] = command
        return found

    def kill(self, words: str) -> None:
        for number in [number for number, command in self.processes().items() if words in command]:
            os.kill(number, signal.SIGKILL)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return b'"status": "ok"' in answer.read()
        except OSError:
            return False

    def end(self, number: int) -> int | None:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


@pytest.mark.slow
def test_killed_parts_come_back_and_stopping_leaves_nothing_behind(run):
    assert run.wait_for(lambda: "Airduty is ready" in run.text()), run.text()
    assert run.wait_for(run.healthy), run.text()

    for words in ("valkey-server", "celery", "gunicorn"):
        run.kill(words)
    time.sleep(1)

    assert run.wait_for(run.healthy), run.text()
    assert (run.data / "broker.url").stat().st_mode & 0o777 == 0o600

    assert run.end(signal.SIGINT) == 0
    assert run.processes() == {}
    assert not (run.data / "broker.url").exists()


@pytest.mark.slow
def test_nothing_is_left_when_the_runner_itself_is_killed(run):
    assert run.wait_for(lambda: "Airduty is ready" in run.text()), run.text()

    run.end(signal.SIGKILL)

    assert children.wait_for(lambda: run.processes() == {}, seconds=90), run.processes()


def preparation(data: Path, **variables) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "scripts.run"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"DATA_DIR": str(data)} | variables, capture_output=True, text=True)


def test_taken_port_is_answered_with_the_remedy(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = preparation(tmp_path, PORT=str(port))

    assert answer.returncode == 1
    assert f"Port {port} is taken" in answer.stderr
    assert f"make run PORT={port + 1}" in answer.stderr


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_nonsense_for_a_port_is_refused(tmp_path, port):
    assert "PORT must be a number" in preparation(tmp_path, PORT=port).stderr


def test_data_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()

    assert "cannot be written" in preparation(tmp_path / "file/below", PORT=str(children.free_port())).stderr


def test_program_that_ends_at_once_is_started_again_after_a_growing_pause(capsys):
    watched = Supervisor([Program("flaky", ["false"])])
    watched.start_all()
    watched.programs[0].process.wait()

    watched.look_after()
    first = watched.programs[0].start_again_at
    watched.programs[0].start_again_at = 0
    watched.look_after()
    watched.programs[0].process.wait()
    watched.look_after()

    assert watched.programs[0].failures == 2
    assert watched.programs[0].start_again_at > first
    assert "starting it again in 4 s" in capsys.readouterr().out


def test_stubborn_program_is_killed_with_its_children(capfd):
    stubborn = Program("stubborn", ["sh", "-c", "trap '' TERM; sleep 600 & echo $!; wait; wait"])
    watched = Supervisor([stubborn])
    watched.start_all()
    time.sleep(0.5)
    child = int(capfd.readouterr().out.split()[-1])
    assert works(child)

    watched.stop_all(last="", patience=0.5)

    assert not stubborn.running
    assert children.wait_for(lambda: not works(child), seconds=10)


def works(number: int) -> bool:
    """Neither gone nor only waiting to be taken note of."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(") ", 1)[1][0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_style_sheet_of_any_app_that_changes_is_published_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "DATA_DIR", tmp_path / "var")
    sheets = [tmp_path / "static/app.css", tmp_path / "alarms/static/alarms/alarms.css"]
    for file in (tmp_path / "requirements.txt", tmp_path / "alarms/apps.py", *sheets):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a")
    states = [start.static_state()]
    for sheet in sheets:
        sheet.write_text("ab")
        states.append(start.static_state())

    assert len(set(states)) == 3
    assert start.static_state() == states[-1]
