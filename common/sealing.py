"""Secrets as the database keeps them: encrypted, so that a copy of it opens nothing.

The keys are ``settings.SECOND_FACTOR_KEYS``: the first seals, every one opens. ``purpose`` parts the kinds of secrets: what is sealed for one
cannot be put in the place of another. A key is changed by putting the new one in front, running ``manage.py reseal_second_factors`` (which seals
every kind anew) and then taking the old one away.
"""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

__all__ = ["InvalidToken", "seal", "unseal"]


def seal(text: str, *, purpose: str) -> str:
    return _box(tuple(settings.SECOND_FACTOR_KEYS), purpose).encrypt(text.encode()).decode()


def unseal(text: str, *, purpose: str) -> str:
    """Raises ``InvalidToken`` when no key opens it."""
    return _box(tuple(settings.SECOND_FACTOR_KEYS), purpose).decrypt(text.encode()).decode()


@lru_cache(maxsize=16)
def _box(keys: tuple[str, ...], purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: str) -> bytes:
    """A key of our settings is any long random text; Fernet wants 32 bytes."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"airduty-{purpose}:{key}".encode()).digest())
