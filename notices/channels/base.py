"""What the ways have in common: an outcome, a refusal, and one way to the network."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

TIMEOUT = 10
BUSY = (429, 502, 503, 504)
LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True)
class Sent:
    """The provider's id of the message; ``then`` is what remains to be written down, called where the database may be used."""

    receipt: str = ""
    then: Callable[[], None] | None = None


class ChannelError(Exception):
    """A message did not go out.

    ``down``: the way itself does not answer, so the next rows would only wait in vain too. ``rest``: seconds for which it asks to be left alone.
    ``final``: trying again changes nothing. ``then``: as in ``Sent``.
    """

    def __init__(self, message: str, *, down: bool = False, rest: int = 0, final: bool = False, then: Callable[[], None] | None = None):
        super().__init__(message)
        self.down, self.rest, self.final, self.then = down, rest, final, then


def post(address: str, **message) -> httpx.Response:
    """One POST without redirects and without the machine's proxies; of an answer no more is read than a receipt may need."""
    try:
        with httpx.stream("POST", address, timeout=TIMEOUT, follow_redirects=False, trust_env=False, **message) as answer:
            found = b""
            for part in answer.iter_bytes():
                found += part
                if len(found) > LARGEST_ANSWER:
                    raise ChannelError("The answer is far too long")
            return httpx.Response(answer.status_code, headers=_without_coding(answer.headers), content=found)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ChannelError(f"{type(error).__name__}: {error}", down=isinstance(error, httpx.TransportError)) from error


def _without_coding(headers: httpx.Headers) -> dict[str, str]:
    """The body has been decoded already."""
    return {name: value for name, value in headers.items() if name not in ("content-encoding", "content-length", "transfer-encoding")}
