"""What forms of several apps have in common: numbers within bounds; refusals at their fields; two people at the same settings, of whom the second is told."""

import hashlib

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _


class Lines(forms.Textarea):
    """Counts a line break as one character, as the browser does: what fits into the box is not refused as too long."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


def within(field: forms.Field, low: int, high: int) -> None:
    """A number from ``low`` to ``high``; a wrong one is told both."""
    message = _("应在 %(low)s 到 %(high)s 之间。") % {"low": low, "high": high}
    kept = [each for each in field.validators if not isinstance(each, (MinValueValidator, MaxValueValidator))]
    field.validators = [*kept, MinValueValidator(low, message), MaxValueValidator(high, message)]
    field.widget.attrs |= {"min": low, "max": high}


def add_refusal(form: forms.BaseForm, refused: ValidationError) -> None:
    """A service's refusal at its field, or above the form when it has no such field; once, where the form has said so itself."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused.messages)
        return
    for name, texts in refused.message_dict.items():
        if name not in form.errors:
            form.add_error(name if name in form.fields else None, texts)


class SeenForm(forms.Form):
    """Carries a mark of what stood when it was opened. Something else stands now: refused once, with what was typed; pressed again it is saved.

    The form of a row hands ``stood`` on to its service, which looks again under the lock (``common.seen``).
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.mark
        self.stood = model_to_dict(self.instance) if hasattr(self, "instance") else {}

    def standing(self) -> list:
        """What this form is about, as it stands in the database."""
        names = [name for name in self.fields if name != "seen"]
        return [(name, str(self.get_initial_for_field(self.fields[name], name))) for name in names]

    def mark(self) -> str:
        return hashlib.sha256(repr(self.standing()).encode()).hexdigest()[:16]

    def clean(self):
        clean = super().clean()
        clean = self.cleaned_data if clean is None else clean
        is_new = hasattr(self, "instance") and self.instance.pk is None
        if (seen := clean.pop("seen", "")) and not is_new and seen != (now := self.mark()):
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = now
            self.add_error(None, _("您打开这一页后，内容已被别人修改。下面是您填写的内容；核对后再按“保存”，将以您的内容为准。"))
        return clean
