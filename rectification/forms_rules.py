"""Forms of the settings pages."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Field, Organisation
from inspections.models import ProblemType
from notices.words import PERSONAL_CHOICES
from rectification.forms import organisations_of
from rectification.models import Clock, Policy, ReminderRule
from rectification.words import TaskRole


class RouteForm(forms.Form):
    field = forms.ModelChoiceField(label=_("专项领域"), queryset=Field.objects.none(), empty_label=None)
    problem_type = forms.ModelChoiceField(label=_("问题类型"), queryset=ProblemType.objects.none(), required=False, empty_label=_("（整个专项）"))
    organisation = forms.ModelChoiceField(label=_("承办单位"), queryset=Organisation.objects.none(), empty_label="—")
    role = forms.ChoiceField(label=_("责任"), choices=TaskRole.choices, initial=TaskRole.SECTOR)

    def __init__(self, *args, district_id: int, **more):
        super().__init__(*args, **more)
        self.fields["field"].queryset = Field.objects.filter(district_id=district_id)
        self.fields["problem_type"].queryset = ProblemType.objects.filter(district_id=district_id).offered()
        self.fields["organisation"].queryset = organisations_of(district_id)


class ReminderForm(forms.ModelForm):
    """One rung of the ladder; its point in time is fixed, its figure and what it does are the district's."""

    audiences = forms.MultipleChoiceField(
        label=pgettext_lazy("of a reminder", "对象"), choices=ReminderRule.Audience.choices, widget=forms.CheckboxSelectMultiple
    )
    channels = forms.MultipleChoiceField(label=_("渠道"), choices=PERSONAL_CHOICES, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ReminderRule
        fields = ("name", "figure", "audiences", "channels", "is_active")


def keep_between(form, bounds: dict[str, tuple[int, int]]) -> None:
    """Figures that the counting of limits can work with; a browser is told them too."""
    for name, (least, most) in bounds.items():
        form.fields[name].validators += [MinValueValidator(least), MaxValueValidator(most)]
        form.fields[name].widget.attrs |= {"min": least, "max": most}


class ClockForm(forms.ModelForm):
    class Meta:
        model = Clock
        fields = ("figure", "unit")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        keep_between(self, {"figure": (1, 999)})


class PolicyForm(forms.ModelForm):
    BOUNDS = {
        "second_look_one_in": (1, 100), "max_extensions": (0, 9), "max_total_share": (1, 9), "suspension_cap_days": (1, 999),
        "recheck_every_days": (1, 90), "look_back_spread_days": (0, 90), "look_back_low_share": (0, 100), "nearby_metres": (0, 5000),
        "rebound_within_days": (1, 999),
    }  # fmt: skip
    look_back_after_days = forms.CharField(label=_("回头看时点（天）"), help_text=_("以逗号分隔，如 30,90；上级交办的另加180天。"))

    class Meta:
        model = Policy
        fields = (
            "second_look_one_in", "max_extensions", "max_total_share", "suspension_cap_days", "recheck_every_days", "look_back_after_days",
            "look_back_spread_days", "look_back_low_share", "nearby_metres", "rebound_within_days",
        )  # fmt: skip

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        keep_between(self, self.BOUNDS)
        self.initial["look_back_after_days"] = ",".join(str(days) for days in self.instance.look_back_after_days)

    def clean_look_back_after_days(self):
        parts = self.cleaned_data["look_back_after_days"].replace("，", ",").split(",")
        days = [int(part) for part in parts if part.strip().isascii() and part.strip().isdigit()]
        if len(days) != len(parts) or days != sorted(set(days)) or not 1 <= days[0] <= days[-1] <= 999:
            raise ValidationError(_("请写逐个增大的天数，如 30,90。"))
        return days
