"""Who has been trained: figures of grids and of people, as of a Beijing day."""

import datetime as dt
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Grid, Post, TrainingRecord

YEAR = dt.timedelta(days=365)


def counted(grids: QuerySet[Grid], day: dt.date) -> QuerySet[Grid]:
    """Adds to grids how many people hold a post there (``on_post``), and of these within the last year were ``trained``, ``tested``, ``passed``.

    培训率 is trained ÷ on post, 合格率 passed ÷ tested (domain 2.8). A class attended counts as trained, a test only when it was passed.
    """
    here = Q(posts__in=Post.objects.current(day).filter(user__is_active=True))
    lately = TrainingRecord.objects.since(day - YEAR)
    groups = {
        "on_post": here,
        "trained": here & Q(posts__user__in=lately.filter(Q(source="class") | Q(passed=True)).values("user")),
        "tested": here & Q(posts__user__in=lately.exclude(score=None).values("user")),
        "passed": here & Q(posts__user__in=lately.exclude(score=None).filter(passed=True).values("user")),
    }
    return grids.annotate(**{name: Count("posts__user", filter=condition, distinct=True) for name, condition in groups.items()})


def percent(part: int, whole: int) -> str:
    """Two decimals; nothing to divide by is 无数据, never 0 or 100 (domain 2.8)."""
    return f"{(Decimal(100) * part / whole).quantize(Decimal('0.01'))}%" if whole else _("无数据")


def standing(people: QuerySet[User], day: dt.date) -> QuerySet[User]:
    """Adds to people ``trained_on`` (last time), ``ever_passed``, ``is_valid`` and ``valid_until`` (empty for a certificate without end)."""
    records = TrainingRecord.objects.filter(user=OuterRef("pk"))
    valid = records.valid(day)
    return people.annotate(
        trained_on=Subquery(records.order_by("-on").values("on")[:1]),
        ever_passed=Exists(records.filter(passed=True)),
        is_valid=Exists(valid),
        valid_until=Subquery(valid.order_by(F("certificate_until").desc(nulls_first=True)).values("certificate_until")[:1]),
    )


NEVER, FAILED, EXPIRED, VALID = "never", "failed", "expired", "valid"
WORDS = {
    NEVER: Q(trained_on=None),
    FAILED: Q(trained_on__isnull=False, ever_passed=False),
    EXPIRED: Q(ever_passed=True, is_valid=False),
    VALID: Q(is_valid=True),
}
"""How somebody stands, over the annotations of ``standing``. Each person is exactly one of them."""


def word(person) -> str:
    if person.is_valid:
        return VALID
    if person.ever_passed:
        return EXPIRED
    return FAILED if person.trained_on else NEVER


def on_post(paths: Q, day: dt.date) -> QuerySet[User]:
    """Active people who hold a post in one of the grids today; ``paths`` is a condition over ``grid__path``."""
    return User.objects.filter(is_active=True, pk__in=Post.objects.current(day).filter(paths).values("user"))
