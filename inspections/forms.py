"""Forms of the ledger. They give clean values; services save."""

import datetime as dt
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from common import clock
from common.forms import Lines, SeenForm
from grids import scope
from grids.forms.fields import day_field
from grids.models import Grid
from inspections.models import ProblemType
from inspections.services.photos import MAX_PHOTOS
from inspections.services.submit import default_source, sources_for
from inspections.words import FROM_ABOVE, Outcome, Severity

LAST_MOMENT = dt.time(23, 59, 59)


class Pictures(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class PicturesField(forms.FileField):
    """Several photos at once; their content is judged where they are stored."""

    widget = Pictures

    def clean(self, data, initial=None):
        chosen = [each for each in (data if isinstance(data, (list, tuple)) else [data]) if each]
        if len(chosen) > MAX_PHOTOS:
            raise ValidationError(_("照片最多 %(n)s 张。"), code="too_many", params={"n": MAX_PHOTOS})
        return chosen


class ByField(ModelChoiceIterator):
    """Types below the name of their field."""

    def __iter__(self):
        yield "", self.field.empty_label
        groups: dict[str, list] = {}
        for each in self.queryset:
            groups.setdefault(each.field.name, []).append(self.choice(each))
        yield from groups.items()


class TypeField(forms.ModelChoiceField):
    iterator = ByField


def coordinate(label, bound: int):
    limits = {"min_value": -bound, "max_value": bound}
    return forms.FloatField(label=label, required=False, widget=forms.NumberInput(attrs={"step": "0.000001", "inputmode": "decimal"}), **limits)


class ReportForm(forms.Form):
    """A problem entered at a desk."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    source = forms.ChoiceField(label=_("问题来源"))
    superior_number = forms.CharField(label=_("上级编号"), max_length=60, required=False)
    superior_due_on = day_field(_("上级期限"), required=False)
    problem_type = TypeField(ProblemType.objects.none(), label=_("问题类型"), empty_label=_("请选择"))
    severity = forms.ChoiceField(label=_("严重程度"), required=False, choices=[("", _("按类型默认")), *Severity.choices])
    text = forms.CharField(
        label=_("问题描述"), max_length=2000, widget=Lines(attrs={"rows": 4}), help_text=_("写清楚在哪里、是什么、有多大。"), required=False
    )
    captured_at = forms.DateTimeField(
        label=_("发现时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text=_("不填为现在。"),
    )
    address = forms.CharField(label=_("位置描述"), max_length=200, required=False)
    lon = coordinate(_("经度"), 180)
    lat = coordinate(_("纬度"), 90)
    grid = forms.ModelChoiceField(Grid.objects.none(), label=_("所属网格"), required=False, empty_label=_("由地图位置确定"))
    photos = PicturesField(label=_("照片"), required=False, help_text=_("最多 9 张，每张不超过 15 MB。"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["uuid"].initial = uuid.uuid4
        self.fields["source"].choices = [(source.value, source.label) for source in sources_for(user)]
        self.fields["source"].initial = default_source(user)
        self.fields["problem_type"].queryset = ProblemType.objects.visible_to(user).offered()
        self.fields["grid"].queryset = Grid.objects.visible_to(user).active(clock.today()).filter(parent__isnull=False)
        self.fields["photos"].widget.attrs |= {"accept": "image/jpeg,image/png,image/webp,image/heic", "data-photos": "#photo-list"}

    def clean(self):
        clean = super().clean()
        if (clean.get("lon") is None) != (clean.get("lat") is None) and not {"lon", "lat"} & set(self.errors):
            self.add_error("lon", _("经度和纬度要一起填写。"))
        if clean.get("captured_at") and clean["captured_at"] > clock.now() + dt.timedelta(minutes=5):
            self.add_error("captured_at", _("发现时间不能晚于现在。"))
        if clean.get("source") in FROM_ABOVE and not clean.get("superior_number"):
            self.add_error("superior_number", _("上级交办的问题请填写上级编号。"))
        return clean

    def report(self) -> dict:
        """What ``services.submit`` takes, photos apart."""
        clean = dict(self.cleaned_data)
        clean.pop("photos", None)
        due_on = clean.pop("superior_due_on", None)
        if clean.get("source") in FROM_ABOVE and due_on:
            clean["superior_due_at"] = clock.at(due_on, LAST_MOMENT)
        if clean.get("source") not in FROM_ABOVE:
            clean["superior_number"] = ""
        return clean


class FieldReportForm(ReportForm):
    """A kept report put right on the phone: what the seat already says is not asked."""

    source = None
    superior_number = None
    superior_due_on = None
    severity = None
    captured_at = None
    carried: dict = {}
    """What a kept submission said besides the form's fields."""
    accuracy = forms.FloatField(required=False, min_value=0, max_value=10_000_000, widget=forms.HiddenInput)
    stopped = forms.BooleanField(label=_("已当场劝阻"), required=False)

    def __init__(self, *args, **kwargs):
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        self.fields["uuid"].initial = uuid.uuid4
        self.fields["problem_type"].queryset = ProblemType.objects.visible_to(self.user).offered()
        paths = scope.rights(self.user).paths
        self.fields["grid"].queryset = Grid.objects.active(clock.today()).filter(scope.under(paths, "path"), parent__isnull=False)
        self.fields["photos"].widget.attrs |= {"accept": "image/*", "capture": "environment"}

    def report(self) -> dict:
        clean = dict(self.cleaned_data)
        clean.pop("photos", None)
        clean["outcome"] = Outcome.DISSUADED if clean.pop("stopped", False) else ""
        elsewhere = [
            name for name in ("field", "site") if name in self.carried and self.carried[name].district_id != clean["problem_type"].district_id
        ]
        return clean | {name: value for name, value in self.carried.items() if name not in elsewhere}


class PointForm(forms.Form):
    lon = forms.FloatField(min_value=-180, max_value=180)
    lat = forms.FloatField(min_value=-90, max_value=90)


class NearbyForm(PointForm):
    problem_type = forms.ModelChoiceField(ProblemType.objects.none())

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["problem_type"].queryset = ProblemType.objects.visible_to(user)


class FlagAnswerForm(forms.Form):
    code = forms.CharField(max_length=30, widget=forms.HiddenInput)
    answer = forms.CharField(label=_("情况说明"), max_length=500, widget=Lines(attrs={"rows": 3}))


class ProblemTypeForm(SeenForm, forms.ModelForm):
    class Meta:
        model = ProblemType
        fields = [
            "code", "name", "field", "filing_condition", "closing_condition", "severity", "risk", "kind", "accept_figure", "accept_unit",
            "arrive_figure",
            "arrive_unit", "finish_figure", "finish_unit", "basis", "icon", "position", "is_minute_clock", "needs_after_photo", "may_extend",
            "is_active",
        ]  # fmt: skip
        help_texts = {
            "code": _("小写字母、数字和连字符，接口和导入用它认类型。"),
            "arrive_figure": _("没有到场要求的不填。"),
            "is_minute_clock": _("上报后不等受理，自动编号并交办。"),
            "finish_figure": _("修改只影响今后的交办，已下达的期限不变。"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].queryset = self.fields["field"].queryset.filter(district_id=self.instance.district_id)
        if self.instance.pk:
            self.fields["code"].disabled = True

    def clean_code(self):
        code = self.cleaned_data["code"]
        others = ProblemType.objects.filter(district_id=self.instance.district_id, code=code).exclude(pk=self.instance.pk)
        if others.exists():
            raise ValidationError(_("已有代码为“%(code)s”的类型。"), code="taken", params={"code": code})
        return code

    def clean(self):
        clean = super().clean()
        if clean.get("arrive_figure") is not None and not clean.get("arrive_unit"):
            self.add_error("arrive_unit", _("填了到场时限，请选单位。"))
        if not clean.get("finish_figure") and "finish_figure" not in self.errors:
            self.add_error("finish_figure", _("整改时限应大于 0。"))
        return clean
