"""docker-compose.yml, .env.example and the settings belong together."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from scripts import check_compose

ROOT = Path(settings.BASE_DIR)
COMPOSE = (ROOT / "docker-compose.yml").read_text()
NAMED_IN_SETTINGS = re.compile(r"""(?:env\.\w+|secret)\(\s*"([A-Z_]+)\"""")
NOT_FOR_PEOPLE = {"AIRDUTY_TESTING", "TEST_DATABASE_TEMPLATE"}


def variables_of(text: str) -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", text, re.M))


def test_compose_file_is_in_order():
    assert check_compose.faults(COMPOSE) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("SECRET_KEY: ${SECRET_KEY:?", "SECRET_KEY: abc # ${", "SECRET_KEY is a literal secret"),
        ("POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?Set", "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-Set", "a default secret"),
        ("redis://:${REDIS_PASSWORD:?", "redis://:geheim@redis ${x:?", "credentials in an address"),
        ("--concurrency 2", "--concurrency 3", "worker: runs"),
        ("  redis: {condition: service_healthy}", "  rediss: {condition: service_healthy}", "depends on rediss"),
        ("networks: [outside]", "networks: [elsewhere]", "network elsewhere is not declared"),
        ("- redis:/data", "- rediz:/data", "volume rediz is not declared"),
        ('DEBUG: "0"', "DEBUG: 0", "DEBUG must be a text"),
        ("start_period: 60s", "start_period: soon", "start_period is no duration"),
        ("[CMD, python, -m, scripts.probe, web]", "[python]", "the health check must begin"),
        ("  sweeper:\n", "  broom:\n", "no service sweeper"),
        ('restart: "no"', "restart: always", "one-shot"),
    ],
)
def test_fault_in_compose_file_is_found(before, after, fault):
    assert before in COMPOSE

    assert any(fault in found for found in check_compose.faults(COMPOSE.replace(before, after)))


def test_example_names_every_variable_that_the_settings_read():
    read = set(NAMED_IN_SETTINGS.findall((ROOT / "airduty/settings.py").read_text())) - NOT_FOR_PEOPLE

    assert len(read) > 30
    assert read - variables_of((ROOT / ".env.example").read_text()) == set()


def test_example_holds_no_secret():
    filled = re.findall(r"^#?(\w*(?:SECRET|PASSWORD|TOKEN|_KEY)\w*)=(\S+)$", (ROOT / ".env.example").read_text(), re.M)

    assert [name for name, _ in filled if not name.startswith(("PASSWORD_", "ONE_TIME_"))] == []


def test_compose_file_asks_for_variables_that_the_example_explains():
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE))

    assert asked - variables_of((ROOT / ".env.example").read_text()) == set()


def test_only_nginx_is_reachable_from_outside():
    import yaml

    services = yaml.safe_load(COMPOSE)["services"]

    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
