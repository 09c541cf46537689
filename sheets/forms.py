from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sheets.opening import content_of


class UploadForm(forms.Form):
    """A workbook to be imported. The content is judged when it is read; here only size and the old format."""

    file = forms.FileField(label=_("表格文件"), help_text=_(".xlsx 或 .csv，不超过 5 MB、20,000 行"), allow_empty_file=True)
    file.widget.attrs["accept"] = ".xlsx,.csv"

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not upload.name.lower().endswith((".xlsx", ".csv", ".xls", ".xlsm")):
            raise ValidationError(_("请上传 .xlsx 或 .csv 文件"), code="extension")
        content_of(upload)
        return upload
