"""What the addresses of charts and of the rows behind them may say."""

from django import forms

from scorecards.charts.ageing import AGES
from scorecards.charts.flow import ENDS, STEPS
from scorecards.words import PARTIES


class OpenRowsForm(forms.Form):
    kind = forms.ChoiceField(required=False, choices=[(kind, kind) for kind in PARTIES])
    unit = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    age = forms.TypedChoiceField(required=False, choices=[(str(n), n) for n in range(len(AGES))], coerce=int, empty_value=None)
    late = forms.TypedChoiceField(required=False, choices=[("1", True), ("0", False)], coerce=lambda value: value == "1", empty_value=None)


class FlowRowsForm(forms.Form):
    step = forms.ChoiceField(choices=[(code, label) for code, label in STEPS.items()])
    which = forms.ChoiceField(required=False, choices=[(each, each) for each in ("onward", "stayed", "gone", "returned", *ENDS)])
