"""Forms of the steps, by the name each step gives (``Step.form``). They turn text into what ``advance`` takes; they never save."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common import clock
from common.forms import Lines
from grids.models import Grid, Organisation
from grids.roles import OrganisationKind
from inspections.models import Finding, ProblemType
from inspections.words import ON_LEDGER, Kind, Risk, Severity, Source
from rectification.fields import DayField, Milestones, PhotosField
from rectification.services import clocks, routing, task_steps
from rectification.services.similar import COMPARE_FIRST, similar_to
from rectification.words import Conclusion, ExtensionReason, LookBackResult, RequestKind, RequestState, TaskRole

PARTY_KINDS = (OrganisationKind.TOWNSHIP, OrganisationKind.DEPARTMENT, OrganisationKind.SQUAD)
NOTE_LABELS = {
    "reject": _("不予受理的理由"),
    "merge": _("并案理由"),
    "void": _("作废理由"),
    "refuse": _("退单理由"),
    "return": _("退回理由和要求"),
    "overturn": _("退回理由和要求"),
    "feedback": _("整改情况"),
    "progress": _("进展情况"),
    "call": _("电话内容"),
    "urge": _("附言"),
    "decline": _("不同意的理由"),
    "correct": _("更正理由"),
    "look_back": _("现场情况"),
    "recheck": _("现场情况"),
    "resume": _("现场情况"),
    "comment": _("批示或说明"),
    "milestones": _("方案说明"),
    "extend": _("延期理由"),
    "suspend": _("缓办理由"),
    "transfer": _("移交理由"),
    "object_date": _("异议理由"),
}
LATER = ("note", "version")


class StepForm(forms.Form):
    """A step's words. ``note`` is asked for by every step and must be filled where the table says so."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("说明"), max_length=2000, widget=Lines(attrs={"rows": 3}))

    def __init__(self, *args, subject, action: str, step, by, **more):
        super().__init__(*args, **more)
        self.subject, self.action, self.step, self.by = subject, action, step, by
        self.fields["note"].required = step.needs_note
        self.fields["note"].label = NOTE_LABELS.get(action, _("说明"))
        self.fields["version"].initial = subject.version
        self.prepare()
        self.order_fields([name for name in self.fields if name != "note"] + ["note"])

    def prepare(self) -> None:
        """Choices and first values that depend on the row."""

    def details(self) -> dict:
        """What the step takes beside note and version."""
        return {name: value for name, value in self.cleaned_data.items() if name not in LATER and value not in (None, "")}

    @property
    def finding(self) -> Finding:
        return getattr(self.subject, "finding", self.subject)

    @property
    def extra(self) -> str:
        """A part shown above the fields."""
        return ""


def organisations_of(district_id: int):
    return Organisation.objects.filter(district_id=district_id, kind__in=PARTY_KINDS).active(clock.today()).order_by("kind", "position", "pk")


# --- steps on a finding ---------------------------------------------------------------------------------------------------------------
class RegisterForm(StepForm):
    problem_type = forms.ModelChoiceField(label=_("问题类型"), queryset=ProblemType.objects.none(), empty_label=None)
    severity = forms.ChoiceField(label=_("严重程度"), choices=Severity.choices)
    risk = forms.ChoiceField(
        label=_("风险"), choices=Risk.choices, help_text=_("决定由谁核查：低风险由对方单位，中风险由攻坚办或指挥部，高风险由督查局。")
    )
    kind = forms.ChoiceField(label=_("整改类型"), choices=Kind.choices)
    grid = forms.ModelChoiceField(label=_("所属网格"), queryset=Grid.objects.none(), required=False, empty_label=_("（不在网格内）"))
    address = forms.CharField(label=_("位置描述"), max_length=200, required=False)
    not_same = forms.BooleanField(label=_("以上都不是同一问题"), required=False)

    def prepare(self) -> None:
        finding = self.subject
        self.fields["problem_type"].queryset = ProblemType.objects.filter(district_id=finding.district_id).offered() | ProblemType.objects.filter(
            pk=finding.problem_type_id
        ).select_related("field")
        self.fields["grid"].queryset = Grid.objects.filter(district_id=finding.district_id).active(clock.today()).order_by("path")
        for name in ("problem_type", "severity", "risk", "kind", "grid", "address"):
            self.fields[name].initial = getattr(finding, f"{name}_id", getattr(finding, name))
        self.nearby = similar_to(finding, problem_type_id=self._type_chosen())
        if not self.nearby:
            del self.fields["not_same"]
        else:
            self.fields["not_same"].required = True
            self.fields["not_same"].error_messages["required"] = COMPARE_FIRST

    def _type_chosen(self) -> int:
        """The office may put the type right on the way; what is similar follows it."""
        text = self.data.get("problem_type", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else self.subject.problem_type_id

    @property
    def extra(self) -> str:
        return "rectification/_register_extra.html"


class MergeForm(StepForm):
    number = forms.CharField(label=_("并入的问题编号"), max_length=20, help_text=_("填在办问题的编号，如 2026-000123。"))

    def prepare(self) -> None:
        self.nearby = similar_to(self.subject, problem_type_id=self.subject.problem_type_id)
        if self.nearby:
            self.fields["number"].initial = self.nearby[0].number

    def clean_number(self) -> Finding:
        number = self.cleaned_data["number"].strip()
        found = Finding.objects.visible_to(self.by).filter(district_id=self.subject.district_id, number=number, state__in=ON_LEDGER)
        if into := found.exclude(pk=self.subject.pk).first():
            return into
        raise ValidationError(_("没有编号为“%(number)s”的在办问题。"), params={"number": number})

    @property
    def extra(self) -> str:
        return "rectification/_register_extra.html"

    def details(self) -> dict:
        return {"into": self.cleaned_data["number"]}


class AssigneeForm(forms.Form):
    """One party of an assignment; without an organisation the line is not used."""

    organisation = forms.ChoiceField(label=_("承办单位"), required=False)
    role = forms.ChoiceField(label=_("责任"), choices=TaskRole.choices, required=False)
    due_at = DayField(label=_("指定期限"), required=False)
    measure = forms.CharField(label=_("整改要求"), max_length=500, required=False)

    def __init__(self, *args, organisations: dict, **more):
        super().__init__(*args, **more)
        self.organisations = organisations
        self.fields["organisation"].choices = [("", "—"), *((str(pk), str(each)) for pk, each in organisations.items())]

    def assignee(self) -> dict | None:
        clean = self.cleaned_data
        if not clean.get("organisation"):
            return None
        return {**clean, "organisation": self.organisations[int(clean["organisation"])], "role": clean["role"] or TaskRole.SECTOR}


AssigneeFormSet = forms.formset_factory(AssigneeForm, extra=2, max_num=12)


class AssignForm(StepForm):
    """Parties are proposed by the routing rules; lines can be changed, emptied or added."""

    kind = forms.ChoiceField(label=_("整改类型"), choices=Kind.choices, help_text=_("长期整改须指定每个单位的完成期限。"))

    def prepare(self) -> None:
        finding = self.subject
        organisations = {each.pk: each for each in organisations_of(finding.district_id)}
        proposed = routing.propose(finding) if self.action == "assign" else []
        initial = [{"organisation": str(party.organisation.pk), "role": party.role} for party in proposed]
        self.fields["kind"].initial = finding.kind
        self.lines = AssigneeFormSet(self.data or None, initial=initial, prefix="party", form_kwargs={"organisations": organisations})
        self.limits = clocks.task_clocks(finding.problem_type, clock.now(), due_at=finding.superior_due_at)
        self.limits["is_superior"] = finding.superior_due_at is not None

    def clean(self):
        clean = super().clean()
        if not self.lines.is_valid():
            raise ValidationError(_("承办单位有内容需要更正。"))
        clean["assignees"] = [found for line in self.lines.forms if (found := line.assignee())]
        if not clean["assignees"]:
            raise ValidationError(_("请至少选择一个承办单位。"))
        return clean

    @property
    def extra(self) -> str:
        return "rectification/_assign_lines.html"


class LookBackForm(StepForm):
    result = forms.ChoiceField(
        label=_("回头看结果"), choices=LookBackResult.choices, widget=forms.RadioSelect, help_text=_("反弹会另行立案并关联本件。")
    )


class SuperiorAcceptForm(StepForm):
    accepted_at = DayField(label=_("上级验收日期"), help_text=_("上级在其清单上销号的日期。"))

    def clean_accepted_at(self):
        moment = self.cleaned_data["accepted_at"]
        return min(moment, clock.now()) if clock.beijing(moment).date() == clock.today() else moment


class CorrectForm(StepForm):
    """A signed correction: what differs from the row is changed, with old and new value kept."""

    problem_type = forms.ModelChoiceField(label=_("问题类型"), queryset=ProblemType.objects.none(), empty_label=None)
    source = forms.ChoiceField(label=_("来源"), choices=Source.choices)
    severity = forms.ChoiceField(label=_("严重程度"), choices=Severity.choices)
    risk = forms.ChoiceField(label=_("风险"), choices=Risk.choices)
    grid = forms.ModelChoiceField(label=_("所属网格"), queryset=Grid.objects.none(), required=False, empty_label=_("（不在网格内）"))
    address = forms.CharField(label=_("位置描述"), max_length=200, required=False)
    text = forms.CharField(label=_("问题描述"), max_length=2000, required=False, widget=Lines(attrs={"rows": 3}))
    superior_number = forms.CharField(label=_("上级编号"), max_length=60, required=False)
    superior_due_at = DayField(label=_("上级期限"), required=False)
    COLUMNS = ("problem_type", "source", "severity", "risk", "grid", "address", "text", "superior_number", "superior_due_at")

    def prepare(self) -> None:
        finding = self.subject
        types = ProblemType.objects.filter(district_id=finding.district_id)
        self.fields["problem_type"].queryset = types.offered() | types.filter(pk=finding.problem_type_id).select_related("field")
        self.fields["grid"].queryset = Grid.objects.filter(district_id=finding.district_id).active(clock.today()).order_by("path")
        for name in self.COLUMNS:
            self.fields[name].initial = getattr(finding, f"{name}_id", getattr(finding, name))

    def details(self) -> dict:
        corrected = {name: self.cleaned_data[name] for name in self.COLUMNS if name in self.changed_data}
        return {"corrected": corrected}


# --- steps on a task --------------------------------------------------------------------------------------------------------------------
class FeedbackForm(StepForm):
    conclusion = forms.ChoiceField(label=_("整改结论"), choices=Conclusion.choices, widget=forms.RadioSelect)
    photos = PhotosField(label=_("整改后照片"), required=False, help_text=_("从整改前的同一位置拍摄；可多选，已上传的会保留。"))

    @property
    def extra(self) -> str:
        return "rectification/_waiting_photos.html"

    def details(self) -> dict:
        return {"conclusion": self.cleaned_data["conclusion"]}


class ProgressForm(StepForm):
    milestone = forms.ModelChoiceField(label=_("完成的节点"), queryset=None, required=False, empty_label=_("（没有完成节点）"))

    def prepare(self) -> None:
        waiting = self.subject.milestones.filter(done_on=None)
        self.fields["milestone"].queryset = waiting
        self.fields["milestone"].label_from_instance = lambda each: (
            _("%(name)s（%(code)s）") % {"name": f"{each.due_on:%Y-%m-%d} {each.target}", "code": f"{each.percent}%"}
        )
        if self.subject.kind != Kind.LONG_TERM:
            del self.fields["milestone"]


class DateForm(StepForm):
    """Objection to the date, or a pause: until when?"""

    wanted_at = DayField(label=_("申请期限"))

    def prepare(self) -> None:
        if self.action == "suspend":
            self.fields["wanted_at"].label = _("缓办至")
            days = clocks.policy_of(self.subject.district_id).suspension_cap_days
            self.fields["wanted_at"].help_text = _("最长%(days)s天；缓办期间时限停止计算，考核排名旁单独列出。") % {"days": days}


class ExtensionForm(StepForm):
    wanted_at = DayField(label=_("延期至"))
    reason_code = forms.ChoiceField(label=_("理由类别"), choices=[("", "—"), *ExtensionReason.choices])
    consent = forms.CharField(label=_("上级同意文号"), max_length=100, required=False)

    def prepare(self) -> None:
        policy = clocks.policy_of(self.subject.district_id)
        self.fields["wanted_at"].help_text = _("最多延期%(times)s次，总时长不超过原时限的%(share)s倍；已延期%(n)s次。") % {
            "times": policy.max_extensions,
            "share": policy.max_total_share,
            "n": self.subject.extensions,
        }
        if not self.finding.is_from_above:
            del self.fields["consent"]


class TransferForm(StepForm):
    organisation = forms.ModelChoiceField(
        label=_("移交给"), queryset=Organisation.objects.none(), help_text=_("批准后仍由本单位负责，直到接收单位签收。")
    )

    def prepare(self) -> None:
        self.fields["organisation"].queryset = organisations_of(self.subject.district_id).exclude(pk=self.subject.organisation_id)


class HandlerForm(StepForm):
    handler = forms.ChoiceField(label=_("经办人"))

    def prepare(self) -> None:
        self.people = {str(person.pk): person for person in task_steps.handlers(self.subject)}
        self.fields["handler"].choices = [("", "—"), *((key, str(person)) for key, person in self.people.items())]
        self.fields["handler"].initial = str(self.subject.handler_id or "")

    def clean_handler(self):
        return self.people[self.cleaned_data["handler"]]


class DecisionForm(StepForm):
    granted_at = DayField(label=_("批准的期限"), required=False, help_text=_("可以早于申请的期限，不能更晚。"))

    def prepare(self) -> None:
        self.request = next((each for each in self.subject.requests.all() if each.state == RequestState.PENDING), None)
        dated = self.request is not None and self.request.kind in (RequestKind.EXTENSION, RequestKind.DATE_OBJECTION)
        if self.action == "approve" and dated:
            self.fields["granted_at"].initial = self.request.wanted_at
        else:
            del self.fields["granted_at"]

    @property
    def extra(self) -> str:
        return "rectification/_request.html"


class VerifyForm(StepForm):
    @property
    def extra(self) -> str:
        return "rectification/_pairs.html"


class ReturnForm(VerifyForm):
    false_fix = forms.BooleanField(label=_("认定为虚假整改"), required=False)
    due_at = DayField(label=_("新的期限"), required=False, help_text=_("不填则原期限不变，退回不重新计时。"))


class MilestonesForm(StepForm):
    milestones = Milestones(label=_("节点"), help_text=_("每行一个节点：日期 完成率 目标，如“2027-03-31 40 完成设备采购”；最后一个为 100。"))

    def prepare(self) -> None:
        self.fields["milestones"].initial = list(self.subject.milestones.all())


STEP_FORMS = {
    "note": StepForm,
    "register": RegisterForm,
    "merge": MergeForm,
    "assign": AssignForm,
    "look_back": LookBackForm,
    "superior_accept": SuperiorAcceptForm,
    "correct": CorrectForm,
    "feedback": FeedbackForm,
    "progress": ProgressForm,
    "date": DateForm,
    "extension": ExtensionForm,
    "transfer": TransferForm,
    "handler": HandlerForm,
    "decision": DecisionForm,
    "verify": VerifyForm,
    "return": ReturnForm,
    "milestones": MilestonesForm,
}
