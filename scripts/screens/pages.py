"""Which pages there are: every address of the resolver that needs no object, and the first few of each kind that a role's pages link to."""

from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.exceptions import NoReverseMatch, Resolver404

NOT_PAGES = {
    "healthz": "for machines",
    "readyz": "for machines",
    "jsi18n": "a script",
    "set_language": "a switch",
    "account_logout": "signing out is done from the menu",
    "account_login": "pictured once, signed out",
    "mfa_authenticate": "part of signing in",
    "account_sms": "for people who are signed out",
    "account_inactive": "shown to nobody who can sign in",
    "mfa_download_recovery_codes": "a file",
    "ui": "samples for engineers, with texts of no language but their own",
}
EACH = {"rectification:finding": 6, "rectification:case-file": 2}
"""How many objects of a kind are opened by each role; one of every other kind."""


def names() -> list[str]:
    """Every URL name, with its namespace."""
    return [name for name, _pattern in named(get_resolver())]


def named(resolver, namespace: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            found += named(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)
        elif isinstance(each, URLPattern) and each.name:
            found.append((f"{namespace}{each.name}", each))
    return found


def without_object() -> list[tuple[str, str]]:
    """(kind, address) of every page that has one address only."""
    found = []
    for name in names():
        try:
            found.append((name, reverse(name)))
        except NoReverseMatch:
            continue
    return [(name, path) for name, path in found if name not in NOT_PAGES and not path.startswith("/api/")]


def kind_of(address: str) -> str | None:
    """The URL name, with the words in the address that choose another page (a step's action); None for what is no page of ours."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    if match.view_name is None or match.view_name in NOT_PAGES or parts.path.startswith(("/api/", "/static/")):
        return None
    action = match.kwargs.get("action") or match.kwargs.get("kind")
    return f"{match.view_name}:{action}" if action else match.view_name


class Queue:
    """Addresses still to be opened by one role; a kind is opened as often as ``EACH`` says."""

    def __init__(self, wanted: str = ""):
        self.wanted, self.seen, self.opened, self.waiting = wanted, set(), {}, []

    def add(self, address: str, *, kind: str | None = None, linked: bool = True) -> None:
        parts = urlsplit(address)
        kind = kind or kind_of(parts.path)
        if kind is None or parts.path in self.seen or self.opened.get(kind, 0) >= EACH.get(kind, 1) or self.wanted not in kind:
            return
        self.seen.add(parts.path)
        self.opened[kind] = self.opened.get(kind, 0) + 1
        self.waiting.append((kind, self.opened[kind], parts.path, linked))

    def take(self) -> tuple[str, int, str, bool] | None:
        return self.waiting.pop(0) if self.waiting else None
