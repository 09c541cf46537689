"""``make test``: the suite on servers of its own. Without arguments everything; with arguments that part of it. ``make coverage`` measures it too.

``DB=sqlite make test ARGS=...`` takes SQLite instead of PostgreSQL. ``WORKERS=4`` changes the number of processes.
"""

import os
import signal
import sys

from scripts import servers, template

COVERAGE = ["--cov", "--cov-report=term:skip-covered", "--cov-report=html:htmlcov", "--cov-fail-under=95"]
"""Measuring takes a quarter more time: not part of every run."""


def command(arguments: list[str]) -> list[str]:
    whole = not arguments
    parallel = ["-n", os.environ.get("WORKERS") or ("auto" if whole else "2" if many(arguments) else "0")]
    return [sys.executable, "-m", "pytest", *parallel, *(COVERAGE if os.environ.get("COVERAGE") else []), *arguments]


def many(arguments: list[str]) -> bool:
    """A folder is worth two processes; a file, a single test or a debugger is not."""
    chosen = [argument for argument in arguments if not argument.startswith("-")]
    return any(os.path.isdir(argument) for argument in chosen) and not {"--pdb", "-s"} & set(arguments)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, servers.raise_exit)
    with servers.running(database=os.environ.get("DB", "postgres")) as variables:
        servers.say(f"tests on {'SQLite' if os.environ.get('DB') == 'sqlite' else 'PostgreSQL'}, Redis and {variables['CHROMIUM']}")
        if "TEST_PG_DATA" in variables:
            variables |= template.fill(variables)
        return servers.run(command(arguments), variables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
