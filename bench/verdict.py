"""How a contract script ends: one line, and an exit code that a scheduler understands."""

import sys
import time


class Verdict:
    def __init__(self, name: str):
        self.name, self.begun, self.facts, self.faults = name, time.monotonic(), {}, []

    def note(self, **facts) -> None:
        self.facts |= facts

    def want(self, what: str, found, wanted) -> None:
        """``wanted`` is a value or a question put to ``found``."""
        self.facts[what] = found
        if not (wanted(found) if callable(wanted) else found == wanted):
            self.faults.append(what)

    def end(self) -> None:
        told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.facts.items())
        word = f"FAILED ({', '.join(fault.replace('_', ' ') for fault in self.faults)})" if self.faults else "ok"
        print(f"{self.name}: {word} — {told} ({time.monotonic() - self.begun:.0f} s)", flush=True)
        sys.exit(1 if self.faults else 0)
