from django import forms
from django.utils.translation import gettext_lazy as _

from grids.models import Grid


class TownForm(forms.Form):
    """Grids of one township only."""

    town = forms.ModelChoiceField(label=_("乡办"), queryset=Grid.objects.none(), required=False, empty_label=_("全部乡办"))

    def __init__(self, *args, towns, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["town"].queryset = towns

    @property
    def chosen(self) -> Grid | None:
        return self.cleaned_data.get("town") if self.is_valid() else None
