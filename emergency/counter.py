"""Counting what may be tried only so often, in the cache that all processes share."""

from django.core.cache import cache


def is_over(key: str, *, most: int, seconds: int) -> bool:
    """Count one more; whether there were too many within the time that began with the first."""
    key = f"emergency:{key}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # run out between the two
        return False
