"""Accounts of the demonstration, for the sign-in page. ``seed_demo`` leaves them in ``DATA_DIR/demo_accounts.json``."""

import json
from pathlib import Path

from django.conf import settings

BLANK = {"role": "", "username": "", "password": "", "organisation": "", "grid": "", "lon": None, "lat": None}


def accounts_file() -> Path:
    return Path(settings.DATA_DIR) / "demo_accounts.json"


def demo_accounts() -> list[dict]:
    """``[{role, label, username, password, organisation, grid, lon, lat}]``; empty outside demonstration mode or before the seed."""
    if not settings.DEMO or not accounts_file().exists():
        return []
    found = json.loads(accounts_file().read_text(encoding="utf-8"))
    return [BLANK | {"label": account.get("role", "")} | account for account in found]
