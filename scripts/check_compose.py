"""What can be known of docker-compose.yml without a Docker engine: its shape, its references, its commands, and that no secret stands in it."""

import re
import sys
from pathlib import Path

import yaml

from scripts import processes

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docker-compose.yml"
TOP = {"name", "services", "volumes", "networks", "configs", "secrets"}
SERVICE = {
    *("image", "build", "restart", "env_file", "environment", "volumes", "networks", "tmpfs", "security_opt", "cap_drop", "logging"),
    *("command", "depends_on", "healthcheck", "stop_grace_period", "shm_size", "user", "ports"),
}
HEALTHCHECK = {"test", "interval", "timeout", "retries", "start_period"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
DURATION = re.compile(r"(\d+(ms|s|m|h))+")
SECRET = re.compile(r"(PASSWORD|SECRET|TOKEN|REDISCLI_AUTH|_KEY)$")
CREDENTIALS = re.compile(r"://[^/\s]*:(?!\$\{)[^@/\s]*@")


def faults(text: str) -> list[str]:
    compose = yaml.safe_load(text)
    services = compose.get("services", {})
    found = [f"unknown part {key}" for key in compose if key not in TOP and not key.startswith("x-")]
    found += [f"a default secret: {match}" for match in re.findall(r"\$\{\w*(?:PASSWORD|SECRET\w*|TOKEN):?-[^}]+\}", text)]
    found += ["credentials in an address"] * bool(CREDENTIALS.search(text))
    for name, service in services.items():
        found += [f"{name}: {fault}" for fault in of_service(name, service, compose)]
    missing = {"postgres", "redis", "migrate", "nginx", *processes.PROCESSES} - set(services)
    return found + [f"no service {name}" for name in sorted(missing)]


def of_service(name: str, service: dict, compose: dict) -> list[str]:
    found = [f"unknown key {key}" for key in service if key not in SERVICE]
    if "image" not in service and "build" not in service:
        found.append("neither image nor build")
    return found + of_references(service, compose) + of_environment(service) + of_command(name, service) + of_health(name, service)


def of_references(service: dict, compose: dict) -> list[str]:
    needs = service.get("depends_on", {})
    found = [f"depends on {other}, which does not exist" for other in needs if other not in compose["services"]]
    found += [f"waits for an unknown condition of {other}" for other, how in needs.items() if how.get("condition") not in CONDITIONS]
    waits = [other for other, how in needs.items() if how.get("condition") == "service_healthy"]
    found += [f"waits for the health of {other}, which has no check" for other in waits if "healthcheck" not in compose["services"].get(other, {})]
    found += [f"network {network} is not declared" for network in service.get("networks", []) if network not in compose["networks"]]
    sources = [volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith((".", "/", "$"))]
    return found + [f"volume {source} is not declared" for source in sources if source not in compose["volumes"]]


def of_environment(service: dict) -> list[str]:
    pairs = service.get("environment", {}).items()
    found = [f"{key} must be a text in quotes" for key, value in pairs if not isinstance(value, str)]
    return found + [f"{key} is a literal secret" for key, value in pairs if value and SECRET.search(key) and not str(value).startswith("${")]


def of_command(name: str, service: dict) -> list[str]:
    wanted = processes.PROCESSES.get(name)
    return [f"runs “{service.get('command')}”, `make run` runs “{wanted}”"] if wanted and service.get("command") != wanted else []


def of_health(name: str, service: dict) -> list[str]:
    if name == "migrate":
        return [] if service.get("restart") == "no" else ["a one-shot service must not restart"]
    check = service.get("healthcheck")
    if not check:
        return ["no health check"]
    found = [f"unknown key {key} in the health check" for key in check if key not in HEALTHCHECK]
    found += [] if check.get("test", [""])[0] in {"CMD", "CMD-SHELL"} else ["the health check must begin with CMD or CMD-SHELL"]
    times = [key for key in ("interval", "timeout", "start_period") if key in check and not DURATION.fullmatch(str(check[key]))]
    return found + [f"{key} is no duration" for key in times] + ([] if service.get("restart") == "unless-stopped" else ["no restart policy"])


def main() -> None:
    found = faults(FILE.read_text(encoding="utf-8"))
    if found:
        sys.exit("\n".join(f"docker-compose.yml: {fault}" for fault in found))


if __name__ == "__main__":
    main()
