"""What several forms have in common: days, choices of people, grids and units of one district."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import clock
from grids import people
from grids.models import Grid, Organisation

SENSIBLE = [MinValueValidator(dt.date(1950, 1, 1)), MaxValueValidator(dt.date(2099, 12, 31))]
"""Beyond these days the year was mistyped, and moments cannot be reckoned with."""


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%d", **options)


def day_field(label, **options):
    return forms.DateField(label=label, widget=DayInput(), validators=SENSIBLE, **options)


def offer(form: forms.Form, name: str, rows=None, *, choices=None) -> None:
    """What the choice field ``name`` of this form offers."""
    field: Any = form.fields[name]
    if choices is None:
        field.queryset = rows
    else:
        field.choices = choices


class InDistrict(forms.Form):
    """A form whose choices are rows of one district."""

    def __init__(self, *args, district: Grid, **kwargs):
        self.district = district
        super().__init__(*args, **kwargs)
        today = clock.today()
        choices = {
            "organisation": Organisation.objects.filter(district=district).active(today),
            "parent": Grid.objects.filter(district=district).active(today),
            "user": self.people(),
            "substitute": self.people(),
        }
        for name, rows in choices.items():
            if name in self.fields:
                offer(self, name, rows)

    def people(self):
        return people.of_district(self.district).filter(is_active=True).order_by("name", "pk")


class PersonChoice(forms.ModelChoiceField):
    def __init__(self, **options):
        super().__init__(queryset=User.objects.none(), empty_label=_("请选择"), **options)

    def label_from_instance(self, user):
        return _("%(name)s（%(code)s）") % {"name": user.name, "code": user.username}


class GridChoice(forms.ModelChoiceField):
    def __init__(self, **options):
        super().__init__(queryset=Grid.objects.none(), empty_label=_("请选择"), **options)

    def label_from_instance(self, grid):
        return "　" * (grid.level - 1) + _("%(name)s（%(code)s）") % {"name": grid.name, "code": grid.code}


class UnitChoice(forms.ModelChoiceField):
    def __init__(self, **options):
        super().__init__(queryset=Organisation.objects.none(), **{"empty_label": _("无")} | options)

    def label_from_instance(self, unit):
        return unit.name
