"""Form fields of rectification: limits by the day, several photos, the stages of a plan."""

import datetime as dt
import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common import clock
from common.forms import Lines


class DayField(forms.DateField):
    """A Beijing day chosen as a limit: the moment is the day's last second (domain 5.1). Programs may give a moment, which stands."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value):
        day = super().clean(value)
        return clock.end_of(day) if day else None

    def prepare_value(self, value):
        return clock.beijing(value).date() if isinstance(value, dt.datetime) else value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class Photos(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    def __init__(self):
        super().__init__(attrs={"accept": "image/*", "data-photos": "#chosen-photos"})


class PhotosField(forms.FileField):
    """Several files at once; the clean value is a list."""

    widget = Photos

    def clean(self, data, initial=None):
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(PhotosField, self).clean(each, initial) for each in files]


class Milestones(forms.CharField):
    """Lines of ``date percent target``. The clean value is a list of ``{"due_on", "percent", "target"}``."""

    widget = Lines(attrs={"rows": 5})
    LINE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?[\s,，]+(\d{1,3})\s*[%％]?[\s,，]+(.{1,200})")

    def prepare_value(self, value):
        if isinstance(value, list):
            return "\n".join(f"{each.due_on:%Y-%m-%d} {each.percent} {each.target}" for each in value)
        return value

    def clean(self, value):
        text = super().clean(value)
        return [self._stage(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]

    def _stage(self, n: int, line: str) -> dict:
        found = self.LINE.fullmatch(line)
        try:
            year, month, day, percent, target = found.groups()
            return {"due_on": dt.date(int(year), int(month), int(day)), "percent": int(percent), "target": target.strip()}
        except (AttributeError, ValueError):
            raise ValidationError(_("第%(n)s行看不懂：请写成“2027-03-31 40 完成设备采购”。"), params={"n": n}) from None
