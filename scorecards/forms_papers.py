from django import forms
from django.utils.translation import gettext_lazy as _


class FileInput(forms.ClearableFileInput):
    template_name = "django/forms/widgets/file.html"
    allow_multiple_selected = True


class Papers(forms.FileField):
    """Several papers at once; they are judged where they are stored (``views.kept``)."""

    widget = FileInput

    def __init__(self, *args, **kwargs):
        super().__init__(*args, required=False, help_text=_("Word、Excel、PDF 或图片，每份不超过 20 MB。"), **kwargs)

    def clean(self, data, initial=None):
        return data
