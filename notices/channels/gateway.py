"""The district's gateway for texts and calls: JSON by POST with a bearer token, answered 2xx with ``{"id": …}``. What it reports later comes by receipt."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from notices.channels.base import BUSY, ChannelError, Sent, post


@dataclass(frozen=True)
class Gateway:
    """``prefix`` names its three settings: ``…_URL``, ``…_TOKEN``, ``…_PLAIN_HOSTS``."""

    prefix: str

    def setting(self, name: str):
        return getattr(settings, f"{self.prefix}_{name}")

    def is_available(self) -> bool:
        return bool(self.setting("URL"))

    def send(self, message: dict) -> Sent:
        answer = post(self._address(), json=message, headers=self._key())
        if not answer.is_success:
            raise ChannelError(f"HTTP {answer.status_code}", down=answer.status_code in BUSY)
        return Sent(_receipt(answer))

    def _key(self) -> dict[str, str]:
        """Without a token there is no header: an empty one cannot be sent."""
        token = self.setting("TOKEN")
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _address(self) -> str:
        """Encrypted, or to a host the operator has named: a token and phone numbers travel."""
        address = urlsplit(self.setting("URL"))
        if address.scheme != "https" and address.hostname not in self.setting("PLAIN_HOSTS"):
            raise ChannelError(f"{self.prefix}_URL must be https, or its host listed in {self.prefix}_PLAIN_HOSTS")
        return self.setting("URL")


def _receipt(answer: httpx.Response) -> str:
    """Only an answer that names the message counts: a captive portal says 200 to everything."""
    try:
        return str(answer.json()["id"])[:200]
    except (ValueError, KeyError, TypeError) as error:
        raise ChannelError("The gateway's answer is not JSON with an id") from error
