"""Fields of strict types: what is no number, no moment or no row of ours is answered 400, never 500."""

import datetime as dt
import math
import re

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
EARLIEST, LATEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def is_storable(answers: dict) -> bool:
    """Whether the texts of answers can be kept: a column takes neither NUL nor half a character."""
    said = [text for code, answer in answers.items() for text in (code, *(answer.values() if isinstance(answer, dict) else [answer]))]
    return not any(isinstance(text, str) and UNSTORABLE.search(text) for text in said)


class FiniteField(serializers.FloatField):
    """A figure between two bounds; neither true nor NaN."""

    def to_internal_value(self, data):
        if isinstance(data, bool):
            self.fail("invalid")
        try:
            value = super().to_internal_value(data)
        except OverflowError:
            self.fail("invalid")
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class MomentField(serializers.DateTimeField):
    """A moment a phone may state; without a zone Beijing time is meant."""

    default_error_messages = {"out_of_range": _("时间不在可接受的范围内。")}

    def to_internal_value(self, data):
        value = super().to_internal_value(data)
        if not EARLIEST <= value <= LATEST:
            self.fail("out_of_range")
        return value


class KeyOrCodeField(serializers.Field):
    """A row by its key (a number) or its code. ``rows(context)`` gives the rows that may be named."""

    default_error_messages = {"unknown": _("没有“%(value)s”，请刷新列表后重选。"), "invalid": _("应为代码或编号。")}

    def __init__(self, rows, **options):
        self.rows = rows
        super().__init__(**options)

    def to_internal_value(self, data):
        if isinstance(data, bool) or not isinstance(data, (str, int)) or UNSTORABLE.search(str(data)):
            self.fail("invalid")
        found = self._named(data)
        if found is None:
            raise serializers.ValidationError(self.error_messages["unknown"] % {"value": str(data)[:40]}, code="unknown")
        return found

    def _named(self, data):
        rows = self.rows(self.context)
        text = str(data)
        if len(text) > 60:
            return None
        found = rows.filter(code=text).first() if isinstance(data, str) else None
        return found or (rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 19 else None)

    def to_representation(self, value):
        return value.code
