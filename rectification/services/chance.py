"""The lot: which low-risk closing gets a second look, on which hidden day a look-back falls. A demonstration puts its own seed here."""

import random

source: random.Random = random.SystemRandom()


def drawn(one_in: int) -> bool:
    """One in ``one_in``."""
    return source.randrange(one_in) == 0


def day_within(days: int) -> int:
    return source.randrange(days)


def share(percent: int) -> bool:
    return source.randrange(100) < percent
