"""Calls: ``POST {to, text, key, kind: "voice"}`` to the gateway, which reads the text out and reports whether somebody answered."""

from notices.channels import sms
from notices.channels.gateway import Gateway

GATEWAY = Gateway("VOICE_WEBHOOK")
is_available = GATEWAY.is_available
obstacle = sms.obstacle


def send(notice) -> str:
    text = "。".join(part for part in (notice.title, notice.body) if part)
    return GATEWAY.post({"to": notice.recipient.phone, "text": text, "key": notice.dedup_key, "kind": "voice"})
