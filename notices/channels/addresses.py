"""Whether an address is one of those that may be written to. A list of hosts and no clever check of addresses: nothing else is ever asked.

An entry of the lists is a host, reached by https on its usual port, or a whole origin such as ``http://127.0.0.1:8099``.
"""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit


def is_allowed(address: str, hosts: Iterable[str]) -> bool:
    parts = split(address)
    if parts is None or parts.username is not None or parts.password is not None:
        return False
    return any(_origin(parts) == _as_origin(entry) or _is_below(parts, entry) for entry in hosts)


def split(address: str) -> SplitResult | None:
    """The parts of an address that can be one; its port is looked at here, because reading it may raise."""
    try:
        parts = urlsplit(address)
        _port = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and address.isascii() and address.isprintable() else None


def _origin(parts: SplitResult) -> str:
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _as_origin(entry: str) -> str:
    return entry.rstrip("/").lower() if "://" in entry else f"https://{entry.lower()}"


def _is_below(parts: SplitResult, entry: str) -> bool:
    """``*.notify.windows.com`` names every host below."""
    return entry.startswith("*.") and _origin(parts) == f"https://{parts.hostname}" and parts.hostname.endswith(entry[1:].lower())
