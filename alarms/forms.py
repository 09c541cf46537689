"""Forms of the steps and of a call taken down. They give clean values; services save."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alarms.services import duty
from alarms.words import AlarmKind, AlarmState, Answer, Cause, Duty, FalseReason, OnSite
from common.forms import Lines, within


class StepForm(forms.Form):
    """What every step carries: the version that was read, and words."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(label=_("说明"), max_length=1000, required=False, widget=Lines(attrs={"rows": 3}))

    def __init__(self, *args, alarm, by, **kwargs):
        self.alarm, self.by = alarm, by
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = alarm.version

    def details(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "note", "photos")}


class ReasonForm(StepForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].required = True
        self.fields["note"].label = _("情况或理由")


class JudgeForm(StepForm):
    address = forms.CharField(label=_("位置描述"), max_length=200, required=False, help_text=_("能看清的村、路口、地块，现场人员按它找。"))
    text = forms.CharField(label=_("画面情况"), max_length=500, required=False, widget=Lines(attrs={"rows": 2}))
    field_order = ("address", "text", "note", "version")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["address"].initial, self.fields["text"].initial = self.alarm.address, self.alarm.text
        del self.fields["note"]

    def clean(self):
        return (super().clean() or {}) | {"note": ""}


class FalseForm(StepForm):
    reason = forms.ChoiceField(label=_("误报原因"), choices=FalseReason.choices, widget=forms.RadioSelect)
    field_order = ("reason", "note", "version")


class CloseForm(StepForm):
    watched = forms.BooleanField(label=_("已复看画面或数据，确认恢复正常"), required=False)
    field_order = ("watched", "note", "version")


class FeedbackForm(StepForm):
    on_site = forms.ChoiceField(label=_("现场结论"), choices=OnSite.choices, widget=forms.RadioSelect)
    cause = forms.ChoiceField(label=_("原因类型"), choices=[("", _("请选择")), *Cause.choices], required=False)
    area_m2 = forms.IntegerField(label=_("过火面积（㎡）"), required=False)
    photos = forms.Field(label=_("现场照片"), required=False, widget=forms.FileInput)
    field_order = ("on_site", "cause", "area_m2", "note", "photos", "version")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].label = _("现场情况")
        within(self.fields["area_m2"], 0, 10_000_000)
        if self.alarm.kind != AlarmKind.FIRE:
            del self.fields["area_m2"]

    def clean_photos(self):
        """Stored by the view before the form is looked at."""
        return None


class CallForm(StepForm):
    """Somebody can be taken at his word only while the alarm waits for who goes."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("通话对象"), empty_label=_("请选择"))
    answer = forms.ChoiceField(
        label=_("结果"), choices=[(Answer.ANSWERED.value, _("接通")), (Answer.MISSED.value, _("未接通"))], widget=forms.RadioSelect
    )
    field_order = ("person", "answer", "note", "version")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.duties = {person.pk: rung.duty for rung in reversed(duty.reachable(self.alarm)) for person in rung.people}
        called = self.alarm.calls.values_list("person_id", flat=True)
        self.fields["person"].queryset = User.objects.filter(pk__in=[*self.duties, *called], is_active=True).order_by("pk")
        self.fields["person"].label_from_instance = self._label
        if self.alarm.state == AlarmState.DISPATCHED:
            self.fields["answer"].choices = [(Answer.ACCEPTED.value, _("接通，愿意前往（代为接单）")), *self.fields["answer"].choices]

    def _label(self, person) -> str:
        return _("%(name)s（%(duty)s，%(phone)s）") % {"name": person, "duty": Duty(self._duty(person)).label, "phone": person.phone or _("没有号码")}

    def _duty(self, person) -> str:
        return self.duties.get(person.pk, Duty.FIRST)

    def details(self) -> dict:
        return super().details() | {"duty": self._duty(self.cleaned_data["person"])}


FORMS = {
    "note": StepForm,
    "reason": ReasonForm,
    "judge": JudgeForm,
    "false": FalseForm,
    "close": CloseForm,
    "feedback": FeedbackForm,
    "call": CallForm,
}


class SmokeForm(forms.Form):
    """A call taken down by the operator."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = forms.CharField(label=_("看到什么"), max_length=500, widget=Lines(attrs={"rows": 3}))
    address = forms.CharField(label=_("位置"), max_length=200)
    lon = forms.FloatField(label=_("经度"), required=False)
    lat = forms.FloatField(label=_("纬度"), required=False)
    caller = forms.CharField(label=_("举报人"), max_length=60, required=False, help_text=_("只有攻坚办看得到。"))
    caller_phone = forms.CharField(label=_("举报电话"), max_length=20, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        within(self.fields["lon"], -180, 180)
        within(self.fields["lat"], -90, 90)

    def clean(self):
        clean = super().clean() or {}
        if "lon" in clean and "lat" in clean and (clean["lon"] is None) != (clean["lat"] is None):
            raise ValidationError({"lat": _("经度和纬度要一起填写，或在地图上点选。")})
        return clean
