"""Secrets of the second factor as the database keeps them: encrypted, so that a copy of it opens no account.

``SECOND_FACTOR_KEYS`` is a list: the first key seals, every one opens. A key is changed by putting the new one in front, running
``manage.py reseal_second_factors`` and then taking the old one away.
"""

from django.core.exceptions import ImproperlyConfigured

from common import sealing

PURPOSE = "second-factor"
SEALED = "fernet:"
"""How a sealed text begins; what does not begin so was stored before secrets were sealed."""


def seal(text: str) -> str:
    return SEALED + sealing.seal(text, purpose=PURPOSE)


def unseal(text: str) -> str:
    """Raises ``ImproperlyConfigured`` when the key is gone: that is the operator's fault and no wrong code."""
    if not text.startswith(SEALED):
        return text
    try:
        return sealing.unseal(text.removeprefix(SEALED), purpose=PURPOSE)
    except sealing.InvalidToken as error:
        raise ImproperlyConfigured("No key of SECOND_FACTOR_KEYS opens this second factor: put the old key back behind the new one.") from error


def reseal(data: dict) -> dict:
    """An authenticator's ``data`` with every secret sealed by the first key: TOTP ``secret``, recovery codes' ``seed`` and codes moved over."""
    fresh: dict = {name: seal(unseal(data[name])) for name in ("secret", "seed") if name in data}
    if "migrated_codes" in data:
        fresh["migrated_codes"] = [seal(unseal(code)) for code in data["migrated_codes"]]
    return data | fresh
