"""The district that benchmarks and contract scripts are tried on: 1/6/59 grids, nine headquarters, departments and people, made by the product's services."""

import datetime as dt
import random

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.models import User
from airduty.demo import district as demo
from common import clock


@transaction.atomic
def build(*, villages: int = 59) -> demo.Place:
    since = clock.today() - dt.timedelta(days=800)
    return demo.build(random.Random(1), townships=6, villages=villages, since=since, load_defaults=load_defaults)


def load_defaults(root) -> None:
    for hook in settings.DISTRICT_DEFAULTS:
        import_string(hook)(root)


def person(username: str) -> User:
    """``office``, ``director``, ``supervision``, ``town``, ``dept``, ``headquarters``, ``member``, ``leader`` …"""
    return User.objects.get(username=username)
