"""Other figures for the scheme of a month, to see who would move."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from scorecards.forms import GRADES, HUNDRED, figures_of
from scorecards.models import Scheme
from scorecards.words import Part

LABELS = {"full": _("满分"), "per_event": _("每次分值"), "cap_per_item": _("每件上限"), "cap": _("本项上限")}
"""What of a line can be tried: its weight, its marks, its caps."""
CAPS = ("cap_per_item", "cap")


class WhatIfForm(forms.Form):
    """Marks as people write them (0.5), kept as integer hundredths. What the address does not name stays as the scheme has it."""

    def __init__(self, data=None, *, scheme: Scheme):
        super().__init__()
        self.scheme = scheme
        for name in GRADES:
            column: Any = Scheme._meta.get_field(name)
            self.fields[name] = _points(column.verbose_name, getattr(scheme, name), required=True)
        for line in scheme.lines.all():
            for name in _names(line):
                label = f"{line.definition.label} · {LABELS[name]}"
                self.fields[f"{line.indicator}.{name}"] = _points(label, getattr(line, name), required=name not in CAPS)
        if data is not None:
            self.is_bound = True
            self.data = {name: data.get(name, self._usual(name)) for name in self.fields}

    def _usual(self, name: str) -> str:
        initial = self.fields[name].initial
        return "" if initial is None else str(initial)

    @property
    def heads(self) -> list:
        return list(LABELS.values())

    def lines(self):
        """Line, its definition, and for each head its label and bound field: for the table of the page."""
        for line in self.scheme.lines.all():
            if names := _names(line):
                yield line, line.definition, [(label, self[f"{line.indicator}.{name}"] if name in names else None) for name, label in LABELS.items()]

    def clean(self):
        cleaned = super().clean()
        steps = [cleaned.get(name) for name in GRADES[:3]]
        if None not in steps and not steps[0] > steps[1] > steps[2]:
            self.add_error("good_from", _("优秀线须高于良好线，良好线须高于合格线。"))
        return cleaned

    def _changed(self) -> dict[str, Decimal | None]:
        """Fields that differ from the scheme."""
        return {name: value for name, value in self.cleaned_data.items() if value != self.fields[name].initial}

    def changes(self) -> tuple[dict[str, int], dict[str, dict]]:
        """Grade lines with the bonus cap, and figures by indicator, as ``services.schemes.revise`` takes them: only what was changed."""
        grades: dict[str, int] = {}
        figures: dict[str, dict] = {}
        for name, value in self._changed().items():
            if name in GRADES:
                grades[name] = _hundredths(value)
            else:
                indicator, figure = name.split(".")
                figures.setdefault(indicator, {})[figure] = _hundredths(value)
        return grades, figures

    def full(self) -> int:
        """Sum of full marks, hundredths: a version that is kept has 10,000."""
        return sum(_hundredths(value) for name, value in self.cleaned_data.items() if name.endswith(".full"))

    def query(self) -> str:
        """The changes as the editor of schemes takes them in its address."""
        return urlencode({name: "" if value is None else str(value) for name, value in self._changed().items()})


def _names(line) -> tuple[str, ...]:
    """Of the figures of a line those that can be tried."""
    return () if line.part == Part.INFORMATION else tuple(name for name in figures_of(line.definition) if name in LABELS)


def _points(label, value: int | None, *, required: bool) -> forms.DecimalField:
    initial = None if value is None else Decimal(value) / HUNDRED
    return forms.DecimalField(label=label, initial=initial, required=required, min_value=0, max_value=100, decimal_places=2)


def _hundredths(value: Decimal | None) -> int | None:
    return None if value is None else int(value * HUNDRED)
