"""The stub gateway beside a demonstration: its settings, and the port on which it listens."""

import os
import re
import secrets
import zlib

from scripts import children

PORTS = range(8100, 8900)
"""Where one begins in it depends on the data folder: two demonstrations on one machine do not meet, and each keeps its own for good."""
NAMED = re.compile(r"^STUB_GATEWAY_URL=(http://127\.0\.0\.1:(\d+)/)$", re.M)


def with_gateway(text: str, *, folder: str, web_port: int) -> str:
    """Settings of a demonstration, which sends texts, calls and group messages to a stub of its own; nothing that somebody has set is touched.

    The web server, which listens on ``web_port``, starts later than a port is chosen here.
    """
    if not is_demonstration(text) or re.search(r"^(SMS|VOICE)_WEBHOOK_URL=", text, re.M) or "SMS_WEBHOOK_URL" in os.environ:
        return text
    begin = zlib.crc32(folder.encode()) % len(PORTS)
    port = next(port for port in (*PORTS[begin:], *PORTS[:begin]) if port != web_port and not children.port_taken(port))
    origin = f"http://127.0.0.1:{port}"
    lines = [
        "# The stub gateway of the demonstration: texts, calls and group messages end there. In a real deployment these lines go.",
        *(f"STUB_GATEWAY_URL={origin}/", f"SMS_WEBHOOK_URL={origin}/sms", f"VOICE_WEBHOOK_URL={origin}/voice", f"ROBOT_HOSTS={origin}"),
        *(f"SMS_WEBHOOK_TOKEN={secrets.token_urlsafe(24)}", "SMS_WEBHOOK_PLAIN_HOSTS=127.0.0.1"),
        f"GATEWAY_RECEIPT_TOKEN={secrets.token_urlsafe(24)}",
    ]
    return "\n".join([text.rstrip("\n"), *lines, ""])


def is_demonstration(text: str) -> bool:
    return "DEMO=1" in text.split() and os.environ.get("DEMO", "1") == "1"


def address(text: str) -> str:
    """Where it shows what it got; empty where the settings name none."""
    named = NAMED.search(text) if is_demonstration(text) else None
    return named[1] if named else ""


def port(text: str) -> int:
    return int(NAMED.search(text)[2])
