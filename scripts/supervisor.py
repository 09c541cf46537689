"""Keeps a set of programs running: shows their output line by line, starts again what has died, ends all of them together."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from scripts import children

COLOURS = {"web": 32, "worker": 34, "beat": 35, "sweeper": 36, "broker": 33}
SOON = 20.0
"""A program that ends within so many seconds has not really started."""
LONGEST_PAUSE = 30.0


@dataclass
class Program:
    name: str
    command: list[str]
    options: dict = field(default_factory=dict)
    process: subprocess.Popen | None = None
    started: float = 0.0
    failures: int = 0
    start_again_at: float = 0.0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    def __init__(self, programs: list[Program]):
        self.programs = programs
        self.stopping = False
        self._printing = threading.Lock()

    def say(self, name: str, text: str) -> None:
        label = f"{name:<8}|"
        if sys.stdout.isatty():
            label = f"\033[{COLOURS.get(name, 37)}m{label}\033[0m"
        with self._printing:
            print(label, text, flush=True)

    def start(self, program: Program) -> None:
        program.process = children.start(
            program.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **program.options
        )
        program.started = time.monotonic()
        threading.Thread(target=self._show, args=[program.name, program.process], daemon=True).start()

    def _show(self, name: str, process: subprocess.Popen) -> None:
        with process.stdout as lines:
            for line in lines:
                self.say(name, line.rstrip())

    def start_all(self) -> None:
        for program in self.programs:
            self.start(program)

    def look_after(self) -> None:
        """One round: whatever has ended is started again, after a growing pause when it ends at once."""
        for program in self.programs:
            if program.running or self.stopping:
                continue
            if program.process is not None:
                self._note_end(program)
            if time.monotonic() >= program.start_again_at:
                self.start(program)

    def _note_end(self, program: Program) -> None:
        children.send(program.process, signal.SIGKILL)
        code, program.process = program.process.returncode, None
        program.failures = program.failures + 1 if time.monotonic() - program.started < SOON else 0
        pause = min(LONGEST_PAUSE, float(2**program.failures) if program.failures else 0.5)
        program.start_again_at = time.monotonic() + pause
        self.say(program.name, f"ended with code {code}; starting it again in {pause:g} s")

    def stop_all(self, *, last: str, patience: float = 15) -> None:
        """End all together, the program named ``last`` after the others."""
        self.stopping = True
        self._stop([program for program in self.programs if program.name != last], patience)
        self._stop([program for program in self.programs if program.name == last], patience)

    def _stop(self, programs: list[Program], patience: float) -> None:
        alive = [program.process for program in programs if program.process is not None]
        for process in alive:
            children.send(process, signal.SIGTERM, group=False)
        end = time.monotonic() + patience
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, end - time.monotonic()))
            children.send(process, signal.SIGKILL)
            process.wait()
