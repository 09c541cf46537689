"""Django with an empty, migrated database of one's own. Import it first."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "airduty.settings")


def ready() -> None:
    """Refuses any database that ``scripts/with_servers`` has not made."""
    if os.environ.get("AIRDUTY_TESTING") != "1":
        sys.exit("This writes and deletes freely and needs servers of its own: scripts/with_servers .venv/bin/python -m bench.…")
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
