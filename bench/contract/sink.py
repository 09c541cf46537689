"""An SMTP server on loopback that keeps what it is given. ``slow``: seconds it takes for each letter."""

import asyncio
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

from scripts.children import free_port


class Sink:
    def __init__(self, *, slow: float = 0):
        self.slow, self.port, self.letters = slow, free_port(), []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        await asyncio.sleep(self.slow)
        return "250 OK"

    def keys(self) -> Counter:
        """The outbox keys of the letters that have come."""
        return Counter(letter["X-Airduty-Key"] for letter in self.letters)

    def variables(self) -> dict[str, str]:
        return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(self.port), "EMAIL_HOST_USER": "", "EMAIL_USE_TLS": "0", "EMAIL_USE_SSL": "0"}


def announce(sink: Sink) -> None:
    """Tell this very process as well: a message for a channel that is not there is never put into the outbox."""
    from django.conf import settings  # noqa: PLC0415

    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port


@contextmanager
def smtp(**manner):
    sink = Sink(**manner)
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, server_hostname="sink")
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
