"""One spelling for every value, so that the same row always has the same hash.

Sorted keys, no spaces, UTF-8; only strings, integers, booleans, null, lists and objects. Decimals lose trailing zeros (``1.50`` is ``1.5``: the
scale of a column must not look like a change), moments are UTC with microseconds and ``Z``.
"""

import datetime as dt
import hashlib
import json
import uuid
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise

UNSET: tuple = (None, "", [], {})


def dumps(value) -> str:
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """Hex digest by ``AUDIT_HASH`` (``sha256``, or ``sm3`` where OpenSSL has it)."""
    return hashlib.new(settings.AUDIT_HASH, text.encode("utf-8", "surrogatepass")).hexdigest()


def row_digest(subject: models.Model) -> str:
    """Digest of the subject's ``AUDIT_FIELDS`` as the database will give them back; empty when its class names none.

    Columns of ``AUDIT_FIELDS_WHEN_SET`` came later: they count only on rows that have something in them, so that older digests stay right.
    """
    names = getattr(subject, "AUDIT_FIELDS", ())
    later = [name for name in getattr(subject, "AUDIT_FIELDS_WHEN_SET", ()) if getattr(subject, name) not in UNSET]
    return digest(dumps({name: _as_stored(subject, name) for name in (*names, *later)})) if names else ""


def _as_stored(subject: models.Model, name: str):
    value = getattr(subject, name)
    try:
        field = subject._meta.get_field(name)
    except FieldDoesNotExist:
        return value
    if not isinstance(field, models.Field):
        return value
    value = field.to_python(value)
    if isinstance(field, models.DecimalField) and value is not None:
        return round(value, field.decimal_places)
    return value


def _plain(value):
    match value:
        case None | bool():
            return value
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case float():
            return repr(value)
        case Decimal():
            return format(value.normalize() + 0, "f")
        case dt.datetime():
            return moment(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return repr(value.total_seconds())
        case uuid.UUID() | Promise():
            return str(value)
        case dict():
            return {_key(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case set() | frozenset():
            return sorted((_plain(inner) for inner in value), key=str)
    raise TypeError(f"{type(value).__name__} has no canonical spelling")


def _key(key) -> str:
    return str.__str__(key) if isinstance(key, str) else str(key)


def moment(value: dt.datetime) -> str:
    """``2026-11-23T01:02:03.000004Z``"""
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
