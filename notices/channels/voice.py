"""Calls: ``POST {to, text, key, kind: "voice"}`` to the gateway, which reads the text out and reports whether somebody answered."""

from functools import partial

from notices.channels import sms
from notices.channels.gateway import Gateway

GATEWAY = Gateway("VOICE_WEBHOOK")
is_available = GATEWAY.is_available
obstacle = sms.obstacle
LONGEST = 200
"""About a minute of speech; nobody listens longer."""
ENDS = "。！？.!?"


def text_of(notice) -> str:
    """What is read out: sentences, no link."""
    parts = [" ".join(part.split()) for part in (notice.title, notice.body) if part.strip()]
    return sms.cut("".join(part if part[-1] in ENDS else f"{part}。" for part in parts), LONGEST)


def prepare(notice):
    return partial(GATEWAY.send, {"to": notice.recipient.phone, "text": text_of(notice), "key": notice.dedup_key, "kind": "voice"})
