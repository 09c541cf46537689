"""Secrets of the second factor as the database keeps them: encrypted, so that a copy of it opens no account.

``SECOND_FACTOR_KEYS`` is a list: the first key seals, every one opens. A key is changed by putting the new one in front, running
``manage.py reseal_second_factors`` and then taking the old one away.
"""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SEALED = "fernet:"
"""How a sealed text begins; what does not begin so was stored before secrets were sealed."""


def seal(text: str) -> str:
    return SEALED + _box(tuple(settings.SECOND_FACTOR_KEYS)).encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """Raises ``ImproperlyConfigured`` when the key is gone: that is the operator's fault and no wrong code."""
    if not text.startswith(SEALED):
        return text
    try:
        return _box(tuple(settings.SECOND_FACTOR_KEYS)).decrypt(text.removeprefix(SEALED).encode()).decode()
    except InvalidToken as error:
        raise ImproperlyConfigured("No key of SECOND_FACTOR_KEYS opens this second factor: put the old key back behind the new one.") from error


def reseal(data: dict) -> dict:
    """An authenticator's ``data`` with every secret sealed by the first key: TOTP ``secret``, recovery codes' ``seed`` and codes moved over."""
    fresh: dict = {name: seal(unseal(data[name])) for name in ("secret", "seed") if name in data}
    if "migrated_codes" in data:
        fresh["migrated_codes"] = [seal(unseal(code)) for code in data["migrated_codes"]]
    return data | fresh


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """A key of our settings is any long random text; Fernet wants 32 bytes."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"airduty-second-factor:{key}".encode()).digest())
